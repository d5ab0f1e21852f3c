"""Answers: stored once, in any order, none lost; late ones by the rule."""

from datetime import timedelta

import pytest

from tongke.core.jobs import run_pending
from tongke.core.models import AuditEntry
from tongke.core.profile import override
from tongke.engines.learning.models import LearningRecord
from tongke.teaching.classroom.models import Answer, Question, Session
from tongke.teaching.classroom.profile import ClassroomProfile
from tongke.teaching.classroom.services import answers, questions, records, roll, sessions
from tongke.teaching.classroom.tests.make import Live, ask, given, make_live, start_session

pytestmark = pytest.mark.django_db


@pytest.fixture
def live() -> Live:
    return make_live()


@pytest.fixture
def session(live: Live) -> Session:
    return start_session(live)


@pytest.fixture
def question(session: Session, live: Live) -> Question:
    """Asked ten minutes after the bell, open for a minute."""
    return ask(session, live, 10)


def refusals(outcomes: list[answers.Outcome]) -> list[str]:
    return [outcome.refusal for outcome in outcomes]


def test_a_batch_of_answers_is_stored_with_who_when_and_how(live: Live, question: Question) -> None:
    cast = live.cast
    own = given(question, cast.deer_pupils[0], cast.deer_class, "b", live.at(10.2))
    entered = given(
        question, cast.stone_pupils[0], cast.stone_class, "C", live.at(10.3),
        received=live.at(10.5), entered_by=cast.stone_assistant,
    )  # fmt: skip

    assert refusals(answers.store([own, entered])) == ["", ""]

    first, second = Answer.objects.order_by("answered_at")
    assert (first.choice, first.source, first.entered_by) == ("B", "device", None)
    assert (second.choice, second.source) == ("C", "entered")
    assert second.entered_by == cast.stone_assistant.person
    assert (second.answered_at, second.received_at) == (live.at(10.3), live.at(10.5))
    noted = AuditEntry.objects.get(action="classroom.answers.entered")
    assert noted.detail == {"class": cast.stone_class.pk, "pupils": [cast.stone_pupils[0].pk]}


def test_the_same_answer_sent_again_changes_nothing(live: Live, question: Question) -> None:
    pupil, school_class = live.cast.deer_pupils[0], live.cast.deer_class
    one = given(question, pupil, school_class, "A", live.at(10.2))
    answers.store([one])

    outcomes = answers.store([one, one])

    assert [outcome.again for outcome in outcomes] == [True, True]
    assert Answer.objects.count() == 1


def test_copies_inside_one_batch_are_stored_once(live: Live, question: Question) -> None:
    pupil, school_class = live.cast.deer_pupils[0], live.cast.deer_class
    one = given(question, pupil, school_class, "A", live.at(10.2))

    outcomes = answers.store([one, one])

    assert refusals(outcomes) == ["", ""]
    assert Answer.objects.get().choice == "A"


def test_a_changed_answer_counts_and_a_late_copy_of_the_old_one_does_not(
    live: Live, question: Question
) -> None:
    pupil, school_class = live.cast.deer_pupils[0], live.cast.deer_class
    first = given(question, pupil, school_class, "A", live.at(10.2), name="first")
    second = given(question, pupil, school_class, "B", live.at(10.4), name="second")

    answers.store([first])
    answers.store([second])
    assert refusals(answers.store([first])) == [""]

    assert Answer.objects.get().choice == "B"


def test_order_of_arrival_does_not_matter(live: Live, question: Question) -> None:
    pupil, school_class = live.cast.deer_pupils[0], live.cast.deer_class
    first = given(question, pupil, school_class, "A", live.at(10.2), name="first")
    second = given(question, pupil, school_class, "B", live.at(10.4), name="second")

    answers.store([second, first])

    assert Answer.objects.get().choice == "B"


def test_late_answers_need_to_be_given_in_time_and_arrive_within_the_grace(
    live: Live, question: Question
) -> None:
    cast, limit = live.cast, live.at(11)
    in_time = given(
        question, cast.deer_pupils[0], cast.deer_class, "B", limit - timedelta(seconds=1),
        received=limit + timedelta(seconds=100),
    )  # fmt: skip
    too_old = given(
        question, cast.deer_pupils[1], cast.deer_class, "B", limit - timedelta(seconds=1),
        received=limit + timedelta(seconds=200),
    )  # fmt: skip
    too_late = given(
        question, cast.deer_pupils[2], cast.deer_class, "B", limit + timedelta(seconds=1)
    )

    with override(ClassroomProfile, late_answer_seconds=120):
        found = refusals(answers.store([in_time, too_old, too_late]))

    assert found == ["", answers.LATE, answers.LATE]


def test_closing_early_ends_the_time_and_closing_late_gives_no_more(
    live: Live, session: Session, question: Question
) -> None:
    questions.close(question, by=live.teacher, at=live.at(10.5))
    pupil, school_class = live.cast.deer_pupils[0], live.cast.deer_class
    late = given(question, pupil, school_class, "B", live.at(10.7))
    assert refusals(answers.store([late])) == [answers.LATE]

    second = ask(session, live, 20)
    questions.close(second, by=None, at=live.at(25))
    assert second.closed_at == live.at(21)


def test_strangers_other_lessons_and_wrong_letters_are_refused(
    live: Live, question: Question
) -> None:
    cast, at = live.cast, live.at(10.2)
    stranger = given(question, cast.far_pupil, cast.far_class, "B", at)
    wrong_class = given(question, cast.deer_pupils[0], cast.stone_class, "B", at)
    elsewhere = given(question, cast.deer_pupils[0], cast.deer_class, "B", at, lesson_id=10_000)
    no_option = given(question, cast.deer_pupils[0], cast.deer_class, "E", at, name="e")
    two = given(question, cast.deer_pupils[0], cast.deer_class, "AB", at, name="ab")

    found = refusals(answers.store([stranger, wrong_class, elsewhere, no_option, two]))

    assert found == [
        answers.STRANGER, answers.STRANGER, answers.UNKNOWN, answers.NO_OPTION, answers.NO_OPTION,
    ]  # fmt: skip
    assert not Answer.objects.exists()


def test_a_clock_that_is_far_off_is_not_believed(live: Live, question: Question) -> None:
    pupil, school_class = live.cast.deer_pupils[0], live.cast.deer_class
    wrong = given(
        question, pupil, school_class, "B", live.at(-600), received=live.at(10.5), name="wrong"
    )

    answers.store([wrong])

    assert Answer.objects.get().answered_at == live.at(10.5)


def test_records_carry_key_point_and_share_and_are_pushed_once(
    live: Live, session: Session, question: Question
) -> None:
    cast = live.cast
    right = given(question, cast.deer_pupils[0], cast.deer_class, "B", live.at(10.2))
    wrong = given(question, cast.deer_pupils[1], cast.deer_class, "A", live.at(10.2))
    answers.store([right, wrong])
    roll.call(
        session, cast.deer_class.pk, {cast.deer_pupils[2].pk: "absent"},
        by=cast.deer_assistant, at=live.at(1),
    )  # fmt: skip

    assert records.push(session) == 5
    assert records.push(session) == 0

    rows = LearningRecord.objects.filter(verb="answered").order_by("share")
    assert [row.share for row in rows] == [0.0, 1.0]
    assert {row.key_point for row in rows} == {live.point}
    assert LearningRecord.objects.get(verb="missed").person == cast.deer_pupils[2]
    assert LearningRecord.objects.filter(verb="attended").count() == 2


def test_an_answer_that_comes_after_the_end_is_recorded_too_and_replaces(
    live: Live, session: Session, question: Question
) -> None:
    pupil, school_class = live.cast.deer_pupils[0], live.cast.deer_class
    answers.store([given(question, pupil, school_class, "A", live.at(10.2), name="old")])
    questions.close(question, by=live.teacher, at=live.at(11))
    sessions.end(session, by=live.teacher, at=live.at(11.5), held=True, reason="提前下课")
    run_pending()
    assert LearningRecord.objects.filter(verb="answered").count() == 1

    late = given(
        question, pupil, school_class, "B", live.at(10.9), received=live.at(12.5), name="late"
    )
    assert refusals(answers.store([late])) == [""]
    run_pending()

    standing = LearningRecord.objects.filter(verb="answered", voided_by=None).get()
    assert (standing.share, standing.detail["choice"]) == (1.0, "B")
