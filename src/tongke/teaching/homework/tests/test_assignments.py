"""Setting homework: drafts, giving out, who is told, closing."""

from datetime import timedelta
from typing import Any

import pytest

from tongke.core.errors import Refused
from tongke.core.jobs import run_pending
from tongke.core.models import AuditEntry, Message
from tongke.core.profile import override
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Enrolment, SchoolClass
from tongke.foundation.people.roles import Role
from tongke.foundation.people.tests.make import NOON, TODAY, World, acting, make_guardian
from tongke.teaching.homework import queries
from tongke.teaching.homework.models import Homework, HomeworkItem
from tongke.teaching.homework.profile import HomeworkProfile
from tongke.teaching.homework.services import assignments, telling
from tongke.teaching.homework.tests.make import (
    DUE,
    bank_of,
    give,
    hand_in,
    make_draft,
    make_lesson,
    plan,
)
from tongke.teaching.timetable.models import Lesson, LessonClass

pytestmark = pytest.mark.django_db


@pytest.fixture
def lesson(cast: World) -> Lesson:
    return make_lesson(cast)


def told(actor: Actor, kind: str = "homework.set") -> list[str]:
    rows = Message.objects.filter(account=actor.account, kind=kind)
    return list(rows.values_list("title", flat=True))


def test_a_draft_keeps_its_items_in_order_and_can_be_revised(cast: World, lesson: Lesson) -> None:
    items = bank_of(lesson, cast.teacher)
    draft = make_draft(lesson, items[:3], by=cast.teacher)
    assert list(draft.items.values_list("seq", "item", "points")) == [
        (1, items[0].pk, 2), (2, items[1].pk, 4), (3, items[2].pk, 2),
    ]  # fmt: skip

    changed = plan(items[3:], title="新", minutes=5, due_at=DUE + timedelta(hours=1))
    assignments.revise(draft, changed, by=cast.teacher, at=NOON)

    assert (draft.title, draft.minutes, draft.items.count()) == ("新", 5, 2)
    assert not draft.classes.exists()
    actions = AuditEntry.objects.filter(action__startswith="homework.").order_by("pk")
    assert [one.action for one in actions] == [
        "homework.homework.drafted", "homework.homework.revised",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"items": []}, "还没有选题"),
        ({"due_at": NOON}, "已经过去"),
    ],
)
def test_a_plan_that_cannot_hold_is_refused(
    cast: World, lesson: Lesson, over: dict[str, Any], words: str
) -> None:
    items = bank_of(lesson, cast.teacher)

    with pytest.raises(Refused, match=words):
        assignments.draft(lesson, plan(items, **over) if "items" not in over else plan([]),
                          by=cast.teacher, at=NOON)  # fmt: skip
    with override(HomeworkProfile, item_most=4), pytest.raises(Refused, match="最多 4 题"):
        make_draft(lesson, items, by=cast.teacher)
    assert not Homework.objects.exists()


@pytest.mark.parametrize("state", ["not_held", "cancelled"])
def test_a_lesson_that_was_not_held_has_no_homework(
    cast: World, lesson: Lesson, state: str
) -> None:
    draft = make_draft(lesson, by=cast.teacher)
    Lesson.objects.filter(pk=lesson.pk).update(state=state, reason="停电")
    lesson.refresh_from_db()

    with pytest.raises(Refused, match="没有上"):
        assignments.give_out(draft, by=cast.teacher, at=NOON)
    with pytest.raises(Refused, match="没有上"):
        make_draft(lesson, [HomeworkItem.objects.all()[0].item], by=cast.teacher)
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_homework_is_given_to_every_class_once(cast: World, lesson: Lesson) -> None:
    draft = make_draft(lesson, by=cast.teacher)

    assignments.give_out(draft, by=cast.teacher, at=NOON)

    assert (draft.state, draft.opened_at) == ("open", NOON)
    assert set(draft.classes.values_list("school_class", flat=True)) == {
        cast.centre_class.pk, cast.deer_class.pk, cast.stone_class.pk,
    }  # fmt: skip
    for act in (
        lambda: assignments.give_out(draft, by=cast.teacher, at=NOON),
        lambda: assignments.revise(draft, plan(bank_of(lesson, cast.teacher)),
                                   by=cast.teacher, at=NOON),
    ):  # fmt: skip
        with pytest.raises(Refused, match="已经布置"):
            act()
    assert draft.classes.count() == 3


def test_a_draft_whose_time_is_over_is_not_given_out(cast: World, lesson: Lesson) -> None:
    draft = make_draft(lesson, by=cast.teacher)

    with pytest.raises(Refused, match="先改截止时间"):
        assignments.give_out(draft, by=cast.teacher, at=DUE)
    LessonClass.objects.all().delete()
    with pytest.raises(Refused, match="没有上课班级"):
        assignments.give_out(draft, by=cast.teacher, at=NOON)


def test_the_youngest_get_no_written_homework(cast: World, lesson: Lesson) -> None:
    draft = make_draft(lesson, by=cast.teacher)
    SchoolClass.objects.filter(pk=cast.stone_class.pk).update(grade_code="12")

    with pytest.raises(Refused, match=r"石桥教学点.*不留书面家庭作业"):
        assignments.give_out(draft, by=cast.teacher, at=NOON)
    assert not draft.classes.exists()


def test_the_minutes_of_a_day_are_added_up(cast: World, lesson: Lesson) -> None:
    give(lesson, by=cast.teacher, minutes=50)
    draft = make_draft(lesson, by=cast.teacher, minutes=15)

    today = queries.loads(draft, NOON)
    tomorrow = queries.loads(draft, NOON + timedelta(days=1))

    assert [(one.minutes, one.limit, one.over) for one in today] == [(65, 60, True)] * 3
    assert [(one.minutes, one.over) for one in tomorrow] == [(15, False)] * 3


def test_pupils_and_guardians_are_told_once(cast: World, lesson: Lesson) -> None:
    mother = acting(make_guardian(cast.deer_pupils[0], "安守月", relation="母亲"), Role.GUARDIAN)
    gone = acting(cast.centre_pupils[0], Role.PUPIL)
    Enrolment.objects.filter(pupil=gone.person).update(until=TODAY - timedelta(days=1))
    homework = give(lesson, by=cast.teacher)

    run_pending()
    telling.tell_set.handler(homework_id=homework.pk)

    assert told(cast.pupil) == ["新作业：《茉莉花》课后练习"]
    body = Message.objects.get(account=cast.pupil.account).body
    assert body == "11月24日 12:00 前完成，约 15 分钟"
    title = ["安小满的新作业：《茉莉花》课后练习"]
    assert told(cast.guardian) == told(mother) == title
    assert told(gone) == told(cast.teacher) == []


def test_pupils_who_have_not_handed_in_are_reminded_once(cast: World, lesson: Lesson) -> None:
    homework = give(lesson, by=cast.teacher)
    other = acting(cast.deer_pupils[1], Role.PUPIL)
    hand_in(homework, other.person)

    telling.remind(at=DUE - timedelta(hours=4))
    assert told(cast.pupil, "homework.due") == []
    telling.remind(at=DUE - timedelta(hours=2))
    telling.remind(at=DUE - timedelta(hours=1))
    telling.remind(at=DUE)

    assert told(cast.pupil, "homework.due") == ["快到时间了：《茉莉花》课后练习"]
    assert told(other, "homework.due") == told(cast.guardian, "homework.due") == []


def test_homework_is_closed_by_hand_or_when_its_late_hours_are_over(
    cast: World, lesson: Lesson
) -> None:
    first, second = give(lesson, by=cast.teacher), give(lesson, by=cast.teacher)

    assignments.close(first, by=cast.teacher, at=NOON)
    with pytest.raises(Refused, match="不在布置中"):
        assignments.close(first, by=cast.teacher, at=NOON)
    assert assignments.close_overdue(at=DUE + timedelta(hours=48)) == 0
    assert assignments.close_overdue(at=DUE + timedelta(hours=48, minutes=1)) == 1
    assert assignments.close_overdue(at=DUE + timedelta(days=9)) == 0

    second.refresh_from_db()
    assert second.state == "closed"
    closed = AuditEntry.objects.filter(action="homework.homework.closed")
    assert list(closed.order_by("pk").values_list("actor_name", flat=True))[1] == "系统"
