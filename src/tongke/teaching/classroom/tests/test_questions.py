"""Asking, closing, revealing; and answer cards."""

import pytest

from tongke.core.errors import Refused
from tongke.teaching.classroom.models import CardCount, ProtocolItem, Session
from tongke.teaching.classroom.queries import live as live_queries
from tongke.teaching.classroom.services import cards, questions
from tongke.teaching.classroom.tests.make import (
    Live,
    act_id,
    ask,
    make_live,
    open_session,
    start_session,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def live() -> Live:
    return make_live()


@pytest.fixture
def session(live: Live) -> Session:
    return start_session(live)


def test_a_question_runs_is_closed_and_revealed(live: Live, session: Session) -> None:
    question = ask(session, live, 10)
    assert (question.seq, question.state, question.closes_at) == (1, "open", live.at(11))
    with pytest.raises(Refused, match="还在作答"):
        ask(session, live, 10.5)

    questions.close(question, by=live.teacher, at=live.at(10.8))
    with pytest.raises(Refused, match="已经结束"):
        questions.close(question, by=live.teacher, at=live.at(10.9))
    questions.reveal(question, by=live.teacher, at=live.at(12))

    assert (question.state, question.closed_at) == ("revealed", live.at(10.8))
    assert ProtocolItem.objects.get(code="teach-host-3").done_at == live.at(12)
    with pytest.raises(Refused, match="已经公布"):
        questions.reveal(question, by=live.teacher, at=live.at(13))


def test_revealing_a_running_question_closes_it(live: Live, session: Session) -> None:
    question = ask(session, live, 10)

    questions.reveal(question, by=live.teacher, at=live.at(10.5), client_id=act_id("reveal"))

    assert (question.state, question.closed_at) == ("revealed", live.at(10.5))


def test_a_question_whose_time_is_up_makes_room_for_the_next(live: Live, session: Session) -> None:
    first = ask(session, live, 10)

    second = ask(session, live, 12, kind="true_false", options=(), answer="A", key_point=None)

    first.refresh_from_db()
    assert (first.state, first.closed_at) == ("closed", live.at(11))
    assert (second.seq, second.options) == (2, ["对", "错"])


@pytest.mark.parametrize(
    ("over", "why"),
    [
        ({"kind": "essay"}, "题型"),
        ({"stem": "  "}, "题干"),
        ({"stem": "长" * 201}, "题干"),
        ({"options": ("1 处",)}, "2 到 6 个"),
        ({"options": ("1 处", " ")}, "都要写"),
        ({"options": ("1 处", "长" * 61)}, "60 字"),
        ({"answer": "F"}, "不在选项"),
        ({"answer": "AB"}, "只能有一个"),
        ({"seconds": 3}, "作答时间"),
    ],
)
def test_a_question_that_is_not_well_formed_is_refused(
    live: Live, session: Session, over: dict[str, object], why: str
) -> None:
    with pytest.raises(Refused, match=why):
        ask(session, live, 10, **over)
    assert not session.questions.exists()


def test_nothing_is_asked_before_the_lesson(live: Live) -> None:
    session = open_session(live)

    with pytest.raises(Refused, match="上课后"):
        ask(session, live, -1)


def test_a_room_counts_its_cards_and_may_correct_the_count(live: Live, session: Session) -> None:
    question = ask(session, live, 10)
    by, class_id = live.cast.deer_assistant, live.cast.deer_class.pk

    cards.count(question, class_id, {"A": 1, "B": 1}, by=by, at=live.at(10.5))
    cards.count(question, class_id, {"B": 3}, by=by, at=live.at(10.6), client_id=act_id("cards"))

    found = dict(CardCount.objects.values_list("choice", "count"))
    assert found == {"A": 0, "B": 3, "C": 0, "D": 0}
    past = live_queries.past_questions(live.lesson.pk)
    assert past == ()
    questions.close(question, by=live.teacher, at=live.at(11))
    [one] = live_queries.past_questions(live.lesson.pk)
    assert (one.answered, one.right) == (3, 1.0)


@pytest.mark.parametrize(
    ("counts", "why"),
    [({"B": 4}, "超过本班 3 人"), ({"E": 1}, "字母"), ({"A": 2, "B": 2}, "合计 4")],
)
def test_counts_that_cannot_be_are_refused(
    live: Live, session: Session, counts: dict[str, int], why: str
) -> None:
    question = ask(session, live, 10)

    with pytest.raises(Refused, match=why):
        cards.count(
            question, live.cast.deer_class.pk, counts, by=live.cast.deer_assistant,
            at=live.at(10.5),
        )  # fmt: skip
    assert not CardCount.objects.exists()


def test_cards_counted_in_time_arrive_late_but_not_too_late(live: Live, session: Session) -> None:
    question = ask(session, live, 10)
    by, class_id = live.cast.deer_assistant, live.cast.deer_class.pk

    cards.count(question, class_id, {"B": 2}, by=by, at=live.at(12), counted_at=live.at(10.9))
    with pytest.raises(Refused, match="不能再录"):
        cards.count(question, class_id, {"B": 3}, by=by, at=live.at(12))
    with pytest.raises(Refused, match="不在本节课"):
        cards.count(question, live.cast.far_class.pk, {"B": 1}, by=by, at=live.at(10.5))


def test_with_several_right_options_a_letter_may_be_held_by_all(
    live: Live, session: Session
) -> None:
    question = ask(session, live, 10, kind="multiple", answer="AB")
    by, class_id = live.cast.deer_assistant, live.cast.deer_class.pk

    cards.count(question, class_id, {"A": 3, "B": 2}, by=by, at=live.at(10.5))
    questions.close(question, by=live.teacher, at=live.at(11))

    assert CardCount.objects.get(choice="A").count == 3
    assert live_queries.past_questions(live.lesson.pk)[0].right is None
