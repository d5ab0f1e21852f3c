"""Records, estimates, overrulings and recommendations."""

from datetime import timedelta

import pytest

from tongke.core.errors import Refused
from tongke.core.models import AuditEntry, Message
from tongke.core.profile import override
from tongke.engines.learning import services
from tongke.engines.learning.mastery import State
from tongke.engines.learning.models import LearningRecord, Mastery, Recommendation
from tongke.engines.learning.profile import LearningProfile
from tongke.engines.learning.tests.make import (
    Studied,
    answered,
    estimated,
    make_page,
    make_studied,
    refreshed,
)
from tongke.foundation.curriculum.models import Textbook
from tongke.foundation.curriculum.tests.make import MATHS, RHYTHM, point
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.tests.make import NOON, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def studied(cast: World) -> Studied:
    return make_studied(cast)


def advised(studied: Studied) -> Recommendation:
    """A recommendation of the pupil 安小满 that waits."""
    make_page(studied.point, studied.cast.teacher)
    answered(studied.cast.pupil.person, studied.point, 0, 0, 0)
    return refreshed(studied.cast.pupil.person, studied.point)[0]


def told(actor: Actor, kind: str) -> int:
    return Message.objects.filter(account=actor.account, kind=kind).count()


def test_a_record_is_pushed_once_and_taken_back_once(studied: Studied) -> None:
    pupil = studied.cast.pupil.person
    answered(pupil, studied.point, 1, 0)
    answered(pupil, studied.point, 1, 0)
    key = f"test:{pupil.pk}:{studied.point.pk}:1"

    assert LearningRecord.objects.count() == 2
    assert services.turns(f"test:{pupil.pk}:") == 2
    assert services.void(key, reason="误录", at=NOON)
    assert not services.void(key, reason="误录", at=NOON)
    assert not services.void("没有", reason="误录", at=NOON)

    against = LearningRecord.objects.get(verb="voided")
    assert LearningRecord.objects.get(key=key).voided_by == against
    assert against.detail == {"reason": "误录"}
    assert services.turns(f"test:{pupil.pk}:") == 2


def test_estimates_follow_the_standing_answers(studied: Studied) -> None:
    pupil = studied.cast.pupil.person

    few = estimated(pupil, studied.point, 1)
    more = estimated(pupil, studied.point, 1, 1, 1, first=2)
    assert (few.mean, few.state) == (None, State.FEW)
    assert more.mean is not None
    assert 0 < (more.low or 0) < more.mean < (more.high or 0) < 1
    assert (more.evidence, more.as_of) == (4, NOON)

    for number in (1, 2, 3, 4):
        services.void(f"test:{pupil.pk}:{studied.point.pk}:{number}", reason="误录", at=NOON)
    services.refresh_pupils([pupil.pk], at=NOON)
    assert not Mastery.objects.exists()


def test_points_of_other_subjects_do_not_move_an_estimate(studied: Studied) -> None:
    pupil = studied.cast.pupil.person
    before = estimated(pupil, studied.point, 1, 1).mean
    unit = studied.easy.unit
    maths = Textbook.objects.create(
        code="MA5A", subject_id=MATHS, grade_id="15", volume="上册", edition="示范版"
    )
    type(unit).objects.filter(pk=unit.pk).update(textbook=maths)

    estimated(pupil, studied.easy, 0, 0, 0, 0)

    assert Mastery.objects.get(pupil=pupil, key_point=studied.point).mean == before


def test_a_teachers_word_stands_until_it_is_taken_back(studied: Studied) -> None:
    teacher, pupil = studied.cast.teacher, studied.cast.pupil.person
    advice = advised(studied)
    with pytest.raises(Refused, match="写一句理由"):
        services.overrule(pupil, studied.point, "会了", "  ", by=teacher, at=NOON)
    with pytest.raises(Refused, match="选择一个掌握状态"):
        services.overrule(pupil, studied.point, "题少", "唱得好", by=teacher, at=NOON)

    made = services.overrule(pupil, studied.point, "会了", "当堂唱对了", by=teacher, at=NOON)

    row = Mastery.objects.get(pupil=pupil, key_point=studied.point)
    assert row.state == State.MASTERED
    assert row.mean is not None
    advice.refresh_from_db()
    assert advice.state == "withdrawn"
    assert refreshed(pupil, studied.point, source="again") == [advice]

    services.withdraw(made, by=teacher, at=NOON)
    with pytest.raises(Refused, match="已经撤回"):
        services.withdraw(made, by=teacher, at=NOON)
    row.refresh_from_db()
    assert row.state == State.STARTING
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"learning.mastery.overruled", "learning.mastery.overruling-withdrawn"} <= actions


def test_a_word_without_answers_is_kept_and_goes_with_its_withdrawal(studied: Studied) -> None:
    teacher, pupil = studied.cast.teacher, studied.cast.pupil.person

    made = services.overrule(pupil, studied.point, "快会了", "课上听到的", by=teacher, at=NOON)
    row = Mastery.objects.get(pupil=pupil)
    assert (row.state, row.mean, row.evidence) == (State.NEARLY, None, 0)

    services.withdraw(made, by=teacher, at=NOON)
    assert not Mastery.objects.exists()


def test_a_weak_point_is_recommended_once_and_told(studied: Studied) -> None:
    page = make_page(studied.point, studied.cast.teacher)
    pupil = studied.cast.pupil
    answered(pupil.person, studied.point, 0, 0, 0)
    answered(pupil.person, studied.easy, 1, 1, 1)

    first = refreshed(pupil.person, studied.point, studied.easy)
    again = refreshed(pupil.person, studied.point, studied.easy, source="later")

    assert again == first
    assert [(one.key_point, one.resource_id, one.minutes) for one in first] == [
        (studied.point, page.pk, 2)
    ]
    assert told(pupil, "learning.advice") == 1


def test_a_point_is_not_recommended_anew_while_it_waits_or_too_soon(studied: Studied) -> None:
    pupil = studied.cast.pupil.person
    advice = advised(studied)
    days = LearningProfile().retry_days
    Recommendation.objects.update(at=advice.at - timedelta(days=days + 1))

    assert refreshed(pupil, studied.point, source="open") == [advice]
    Recommendation.objects.update(state="done")
    assert len(refreshed(pupil, studied.point, source="done")) == 2
    assert len(refreshed(pupil, studied.point, source="soon")) == 2


def test_no_more_is_recommended_than_the_region_wants(studied: Studied) -> None:
    pupil = studied.cast.pupil.person
    points = [studied.point, studied.easy, point(RHYTHM.code)]
    for each in points:
        make_page(each, studied.cast.teacher, title=each.title)
        answered(pupil, each, 0, 0, 0)

    with override(LearningProfile, recommended_most=1, open_most=2):
        counts = [len(refreshed(pupil, *points, source=f"s{turn}")) for turn in range(4)]

    assert counts == [1, 2, 2, 2]


def test_nothing_is_recommended_without_a_resource(studied: Studied) -> None:
    answered(studied.cast.pupil.person, studied.point, 0, 0, 0)

    assert refreshed(studied.cast.pupil.person, studied.point) == []


def test_a_teacher_pushes_to_chosen_pupils_once_a_day(studied: Studied) -> None:
    teacher, pupils = studied.cast.teacher, studied.cast.deer_pupils[:2]
    with pytest.raises(Refused, match="还没有“一字多音”的讲解"):
        services.push(pupils, studied.point, "", by=teacher, at=NOON)
    make_page(studied.point, teacher)
    with pytest.raises(Refused, match="至少勾选一名学生"):
        services.push([], studied.point, "", by=teacher, at=NOON)

    first = services.push(pupils, studied.point, "", by=teacher, at=NOON)
    again = services.push(pupils, studied.point, "再看", by=teacher, at=NOON)
    tomorrow = services.push(pupils, studied.point, "再看", by=teacher, at=NOON + timedelta(days=1))

    assert (first, again, tomorrow) == (2, 0, 2)
    reasons = set(Recommendation.objects.values_list("reason", flat=True))
    assert reasons == {"林知遥老师请你再看看“一字多音”。", "再看"}


def test_a_pupil_answers_a_recommendation_and_the_teacher_answers_a_question(
    studied: Studied,
) -> None:
    cast, advice = studied.cast, advised(studied)
    with pytest.raises(Refused, match="请选择"):
        services.respond(advice, "withdrawn", by=cast.pupil, at=NOON)
    with pytest.raises(Refused, match="哪里不明白"):
        services.respond(advice, "asked", by=cast.pupil, at=NOON, note=" ")
    with pytest.raises(Refused, match="已经有人回复"):
        services.answer(advice, "慢慢唱", by=cast.teacher, at=NOON)

    services.respond(advice, "started", by=cast.pupil, at=NOON)
    services.respond(advice, "asked", by=cast.pupil, at=NOON, note="第二句怎么唱？")
    assert [told(each, "learning.asked") for each in (cast.teacher, cast.deer_assistant)] == [1, 1]
    assert (
        told(cast.stone_assistant, "learning.asked") == told(cast.outsider, "learning.asked") == 0
    )
    verbs = LearningRecord.objects.filter(object_type="learning.recommendation")
    assert set(verbs.values_list("verb", flat=True)) == {"advice-started", "advice-asked"}

    with pytest.raises(Refused, match="写一句回复"):
        services.answer(advice, " ", by=cast.teacher, at=NOON)
    services.answer(advice, "先慢后快", by=cast.teacher, at=NOON)
    assert (advice.state, advice.reply, advice.replied_by) == (
        "answered", "先慢后快", cast.teacher.person,
    )  # fmt: skip
    assert told(cast.pupil, "learning.answered") == 1

    Recommendation.objects.update(state="withdrawn")
    with pytest.raises(Refused, match="已经撤回"):
        services.respond(advice, "done", by=cast.pupil, at=NOON)


def test_a_question_goes_to_the_homeroom_teacher_when_nobody_teaches_the_subject(
    studied: Studied,
) -> None:
    advice = advised(studied)
    studied.course.listeners.all().delete()

    services.respond(advice, "asked", by=studied.cast.pupil, at=NOON, note="？")

    assert told(studied.cast.deer_assistant, "learning.asked") == 1
    assert told(studied.cast.teacher, "learning.asked") == 0
