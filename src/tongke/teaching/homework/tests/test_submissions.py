"""Taking homework, marking it at once, and a teacher's other mark."""

from datetime import timedelta
from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tongke.core.errors import Refused
from tongke.core.jobs import run_pending
from tongke.core.models import AuditEntry, Message
from tongke.core.profile import override
from tongke.engines.credits.tests.make import rolled_back
from tongke.engines.learning.models import LearningRecord, Mastery, Recommendation
from tongke.engines.learning.tests.make import make_page
from tongke.foundation.curriculum.models import KeyPoint
from tongke.foundation.people.tests.make import NOON, World
from tongke.teaching.assessment import services as assessment
from tongke.teaching.homework.models import Homework, Response, Submission
from tongke.teaching.homework.profile import HomeworkProfile
from tongke.teaching.homework.services import assignments, marking, submissions
from tongke.teaching.homework.tests.make import (
    DUE,
    FULL_POINTS,
    HALF,
    RIGHT,
    give,
    hand_in,
    make_draft,
    make_lesson,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def homework(cast: World) -> Homework:
    return give(make_lesson(cast), by=cast.teacher)


def standing(submission: Submission) -> dict[int, float | None]:
    """The share of the points of each response that counts, by number of the item."""
    seqs = dict(submission.responses.values_list("pk", "homework_item__seq"))
    rows = LearningRecord.objects.filter(
        object_type="homework.response", object_id__in=seqs, verb="answered", voided_by=None
    )
    found = [(seqs[pk], share) for pk, share in rows.values_list("object_id", "share")]
    assert len(dict(found)) == len(found), "a response counts twice"
    return dict(found)


def test_answers_are_kept_as_they_come_and_taken_back(cast: World, homework: Homework) -> None:
    pupil = cast.deer_pupils[0]
    one = submissions.begin(homework, pupil, at=NOON)
    assert submissions.begin(homework, pupil, at=NOON) == one
    assert (one.state, one.school_class) == ("doing", cast.deer_class)

    kept = submissions.save_answers(one, {1: ["A"], 2: ["A", "B"], 9: ["?"]}, at=NOON)
    submissions.save_answers(one, {1: ["B"], 2: [], 5: ["拖\x00腔" + "长" * 500]}, at=NOON)

    answers = {row.homework_item.seq: row.answer for row in one.responses.all()}
    assert kept == 2
    assert (answers[1], answers[2]) == (["B"], [])
    assert answers[5][0].startswith("拖腔长")
    assert len(answers[5][0]) == 400
    assert not LearningRecord.objects.exists()


def test_handing_in_marks_at_once_and_pushes_one_record_for_each_answer(
    cast: World, homework: Homework
) -> None:
    one = hand_in(homework, cast.pupil.person, HALF)

    # Wrong; one of two right letters counts half of four; right; two not answered.
    assert (one.state, one.points, one.full_points) == ("marked", 4, FULL_POINTS)
    assert one.submitted_at == NOON
    assert standing(one) == {1: 0, 2: 0.5, 3: 1, 4: 0, 5: 0}
    marks = {row.homework_item.seq: row for row in one.responses.all()}
    assert [marks[seq].correct for seq in range(1, 6)] == [False, False, True, None, None]
    assert marks[4].reason == "没有作答。"
    assert "还少选了1个" in marks[2].reason
    record = LearningRecord.objects.get(object_id=marks[2].pk)
    assert (record.item_kind, record.difficulty, record.lesson_id) == (
        "multiple", 3, homework.lesson_id,
    )  # fmt: skip
    assert AuditEntry.objects.filter(action="homework.submission.handed-in").count() == 1


def test_a_second_hand_in_changes_nothing(cast: World, homework: Homework) -> None:
    one = hand_in(homework, cast.pupil.person, HALF)

    again = submissions.hand_in(one, RIGHT, at=NOON + timedelta(hours=1))

    assert (again.points, again.submitted_at) == (4, NOON)
    assert len(standing(one)) == 5
    with pytest.raises(Refused, match="不能再改"):
        submissions.save_answers(one, RIGHT, at=NOON)


def test_the_region_decides_what_a_part_of_several_is_worth(
    cast: World, homework: Homework
) -> None:
    points = []
    for rule, pupil in zip(("none", "half", "share"), cast.deer_pupils, strict=True):
        with override(HomeworkProfile, multiple_partial=rule):
            points.append(hand_in(homework, pupil, {2: ["C"]}).points)

    assert points == [0, 2, 2]


def test_only_pupils_of_its_classes_take_homework(cast: World, homework: Homework) -> None:
    with pytest.raises(Refused, match="没有布置给"):
        submissions.begin(homework, cast.far_pupil, at=NOON)
    draft = make_draft(homework.lesson, by=cast.teacher)
    with pytest.raises(Refused, match="已经截止"):
        submissions.begin(draft, cast.deer_pupils[0], at=NOON)
    assert not Submission.objects.exists()


def test_late_work_is_taken_for_a_while_and_said_to_be_late(
    cast: World, homework: Homework
) -> None:
    early, late, too_late = cast.deer_pupils
    started = submissions.begin(homework, too_late, at=NOON)

    assert not hand_in(homework, early, at=DUE).late
    assert hand_in(homework, late, at=DUE + timedelta(hours=48)).late
    over = DUE + timedelta(hours=48, seconds=1)
    for act in (submissions.save_answers, submissions.hand_in):
        with pytest.raises(Refused, match="已经截止"):
            act(started, RIGHT, at=over)
    assignments.close(homework, by=cast.teacher, at=NOON)
    started.refresh_from_db()
    with pytest.raises(Refused, match="已经截止"):
        submissions.hand_in(started, RIGHT, at=NOON)


def test_a_teacher_puts_in_what_was_done_on_paper(cast: World, homework: Homework) -> None:
    pupil = cast.deer_pupils[0]
    begun = submissions.begin(homework, pupil, at=NOON)
    submissions.save_answers(begun, {1: ["A"]}, at=NOON)
    assignments.close(homework, by=cast.teacher, at=NOON)

    one = submissions.enter(
        homework, pupil, RIGHT, by=cast.deer_assistant, at=DUE + timedelta(days=4)
    )

    assert (one.pk, one.points, one.entered_by) == (
        begun.pk, FULL_POINTS, cast.deer_assistant.person,
    )  # fmt: skip
    assert not one.late
    assert len(standing(one)) == 5
    with pytest.raises(Refused, match="不用代录"):
        submissions.enter(homework, pupil, RIGHT, by=cast.teacher, at=NOON)
    with pytest.raises(Refused, match="没有布置给"):
        submissions.enter(homework, cast.far_pupil, RIGHT, by=cast.teacher, at=NOON)
    draft = make_draft(homework.lesson, by=cast.teacher)
    with pytest.raises(Refused, match="还没有布置"):
        submissions.enter(draft, pupil, RIGHT, by=cast.teacher, at=NOON)


def test_marks_lead_to_an_estimate_and_a_recommendation(cast: World, homework: Homework) -> None:
    point = KeyPoint.objects.get(unit=homework.lesson.unit)
    make_page(point, cast.teacher)

    hand_in(homework, cast.pupil.person, HALF)
    run_pending()

    row = Mastery.objects.get(pupil=cast.pupil.person, key_point=point)
    assert row.evidence == 5
    assert row.mean is not None
    assert row.mean < 0.6
    advice = Recommendation.objects.get()
    assert (advice.pupil, advice.key_point) == (cast.pupil.person, point)


def test_a_teachers_mark_counts_and_the_rules_mark_stays(cast: World, homework: Homework) -> None:
    one = hand_in(homework, cast.pupil.person, HALF)
    response = one.responses.get(homework_item__seq=1)

    marking.overrule(response, 2, "说的是对的", by=cast.teacher, at=NOON)
    later = NOON + timedelta(minutes=1)
    marking.overrule(response, 1.5, " 再想想 ", by=cast.deer_assistant, at=later)

    one.refresh_from_db()
    assert (one.points, response.points, response.overruled_points) == (5.5, 0, 1.5)
    assert (response.overruled_by, response.overruled_reason) == (
        cast.deer_assistant.person, "再想想",
    )  # fmt: skip
    assert standing(one)[1] == 0.75
    rows = LearningRecord.objects.filter(object_id=response.pk)
    assert rows.filter(verb="voided").count() == 2
    run_pending()
    assert Message.objects.filter(kind="homework.marked").count() == 2
    for points, reason, words in (
        (2, " ", "写一句理由"),
        (3, "多", "0 到 2"),
        (-1, "少", "0 到 2"),
    ):
        with pytest.raises(Refused, match=words):
            marking.overrule(response, points, reason, by=cast.teacher, at=NOON)


def test_what_is_not_handed_in_cannot_be_overruled(cast: World, homework: Homework) -> None:
    one = submissions.begin(homework, cast.pupil.person, at=NOON)
    submissions.save_answers(one, HALF, at=NOON)

    with pytest.raises(Refused, match="还没有提交"):
        marking.overrule(one.responses.all()[0], 1, "早", by=cast.teacher, at=NOON)


def test_a_form_is_read_with_the_answers_taken_back() -> None:
    data = QueryDict("q=1&q=2&q=3&q=x&a1=A&a2=%20&a2=C&a%C2%B2=B&a99999=B&b1=A&abc=1&a4=%20")

    assert submissions.read_form(data, data.getlist) == {1: ["A"], 2: ["C"], 3: [], 4: []}


_ANSWERS = st.dictionaries(
    st.integers(1, 6),
    st.lists(st.sampled_from(["A", "B", "C", "对", "错", "2", "拖腔", ""]), max_size=3),
    max_size=5,
)
_ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("save"), _ANSWERS),
        st.tuples(st.just("hand_in"), _ANSWERS),
        st.tuples(st.just("enter"), _ANSWERS),
        st.tuples(
            st.just("overrule"),
            st.tuples(st.integers(1, 5), st.sampled_from([-1.0, 0.0, 0.5, 1.0, 2.0, 4.0])),
        ),
    ),
    max_size=7,
)


class Model:
    """What a submission should be after some acts, kept in plain Python."""

    def __init__(self, homework: Homework) -> None:
        rows = homework.items.select_related("item")
        self.items = {row.seq: row for row in rows}
        self.answers: dict[int, list[str]] = {}
        self.marked = False
        self.by_hand: dict[int, float] = {}

    def keep(self, answers: dict[int, list[str]]) -> None:
        self.answers |= {seq: parts for seq, parts in answers.items() if seq in self.items}

    def points(self) -> dict[int, float]:
        by_rule = {
            seq: assessment.mark_item(
                row.item, self.answers.get(seq, []), row.points, partial="half"
            ).points
            for seq, row in self.items.items()
        }
        return by_rule | self.by_hand


@pytest.mark.slow
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=_ACTS)
def test_any_order_of_acts_keeps_score_and_records_together(
    cast: World, homework: Homework, acts: list[tuple[str, Any]]
) -> None:
    with rolled_back():
        pupil, model = cast.pupil.person, Model(homework)
        one = submissions.begin(homework, pupil, at=NOON)
        for act, what in acts:
            _do(act, what, one, model, cast)
            _agree(one, model)


def _do(act: str, what: Any, one: Submission, model: Model, cast: World) -> None:
    """Carry out an act on both; a refusal must come exactly where the model has one."""
    match act:
        case "save" if model.marked:
            with pytest.raises(Refused):
                submissions.save_answers(one, what, at=NOON)
        case "enter" if model.marked:
            with pytest.raises(Refused):
                submissions.enter(one.homework, one.pupil, what, by=cast.teacher, at=NOON)
        case "save":
            submissions.save_answers(one, what, at=NOON)
            model.keep(what)
        case "hand_in" | "enter":
            if act == "enter":
                submissions.enter(one.homework, one.pupil, what, by=cast.teacher, at=NOON)
            else:
                submissions.hand_in(one, what, at=NOON)
            if not model.marked:
                model.keep(what)
                model.marked = True
        case "overrule":
            seq, points = what
            response = Response.objects.filter(submission=one, homework_item__seq=seq).first()
            if response is None:
                return
            if model.marked and 0 <= points <= model.items[seq].points:
                marking.overrule(response, points, "改", by=cast.teacher, at=NOON)
                model.by_hand[seq] = points
            else:
                with pytest.raises(Refused):
                    marking.overrule(response, points, "改", by=cast.teacher, at=NOON)


def _agree(one: Submission, model: Model) -> None:
    one.refresh_from_db()
    if not model.marked:
        assert (one.state, one.points) == ("doing", None)
        assert standing(one) == {}
        return
    points = model.points()
    assert one.state == "marked"
    assert one.points == pytest.approx(sum(points.values()))
    assert 0 <= (one.points or 0) <= (one.full_points or 0) == FULL_POINTS
    assert standing(one) == {
        seq: pytest.approx(given / model.items[seq].points) for seq, given in points.items()
    }
