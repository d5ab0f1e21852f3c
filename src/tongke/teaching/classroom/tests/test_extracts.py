"""What monitor gets to know of a lesson."""

import pytest

from tongke.teaching.classroom.extracts import PARTICIPATION
from tongke.teaching.classroom.services import answers, cards, roll, sessions
from tongke.teaching.classroom.tests.make import ask, given, make_live, start_session

pytestmark = pytest.mark.django_db


def test_one_row_for_each_class_of_an_ended_lesson() -> None:
    live = make_live()
    cast, session = live.cast, start_session(live)
    assert list(PARTICIPATION.rows()) == []
    deer = cast.deer_class
    roll.call(
        session, deer.pk, {cast.deer_pupils[2].pk: "leave"}, by=cast.deer_assistant, at=live.at(1)
    )
    question = ask(session, live, 10)
    answers.store(
        [given(question, pupil, deer, "B", live.at(10.5)) for pupil in cast.deer_pupils[:2]]
    )
    cards.count(
        question, cast.stone_class.pk, {"B": 1, "C": 1}, by=cast.stone_assistant, at=live.at(10.5)
    )
    sessions.end(session, by=live.teacher, at=live.at(40), held=True, reason="照常")

    rows = {
        row[1]: dict(zip((column.name for column in PARTICIPATION.columns), row, strict=True))
        for row in PARTICIPATION.rows()
    }

    assert rows[deer.pk] == {
        "lesson_id": live.lesson.pk, "class_id": deer.pk, "school_id": cast.deer_bay.pk,
        "enrolled": 3, "present": 2, "questions": 1, "answers": 2, "answered_pupils": 2,
    }  # fmt: skip
    stone = rows[cast.stone_class.pk]
    assert (stone["present"], stone["answers"], stone["answered_pupils"]) == (None, 2, 2)
    assert rows[cast.centre_class.pk]["answers"] == 0
