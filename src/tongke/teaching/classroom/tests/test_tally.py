"""Counting answers and cards."""

import pytest

from tongke.teaching.classroom.scoring import share_of, tidy_letters
from tongke.teaching.classroom.tally import count
from tongke.teaching.classroom.tests.facts_make import DEER, HOST, ROOMS, STONE, make_question


def test_answers_are_counted_by_option_and_room() -> None:
    question = make_question(
        (HOST, 1, "B"), (HOST, 2, "B"), (HOST, 3, "A"), (DEER, 1, "B"), (STONE, 1, "C")
    )

    tally = count(question, ROOMS)

    assert (tally.answered, tally.enrolled) == (5, 9)
    assert tally.choices == {"A": {HOST: 1}, "B": {HOST: 2, DEER: 1}, "C": {STONE: 1}, "D": {}}
    assert tally.right == pytest.approx(3 / 5)
    assert [tally.rooms[key].right for key in (HOST, DEER, STONE)] == [pytest.approx(2 / 3), 1, 0]
    assert tally.rooms[DEER].way == "device"


def test_counted_cards_stand_in_place_of_names_in_their_room() -> None:
    question = make_question(
        (DEER, 1, "A"), (DEER, 2, "A"), (STONE, 1, "B"), cards={DEER: {"A": 0, "B": 3}}
    )

    tally = count(question, ROOMS)

    assert tally.choices["A"] == {}
    assert tally.choices["B"] == {DEER: 3, STONE: 1}
    assert (tally.rooms[DEER].answered, tally.rooms[DEER].way) == (3, "cards")


def test_a_survey_has_no_right_share() -> None:
    tally = count(make_question((DEER, 1, "A"), answer=""), ROOMS)

    assert (tally.right, tally.rooms[DEER].right) == (None, None)


def test_several_right_options_give_parts_of_the_points() -> None:
    question = make_question(
        (DEER, 1, "AB"), (DEER, 2, "A"), (DEER, 3, "AC"), kind="multiple", answer="AB",
        cards={STONE: {"A": 2, "B": 1}},
    )  # fmt: skip

    tally = count(question, ROOMS)

    assert tally.rooms[DEER].right == pytest.approx((1 + 0.5 + 0) / 3)
    assert (tally.rooms[STONE].answered, tally.rooms[STONE].right) == (2, None)
    assert tally.choices["A"] == {DEER: 3, STONE: 2}


def test_a_room_with_both_ways_says_so() -> None:
    question = make_question((DEER, 1, "A"))
    mixed = make_question((DEER, 2, "A"), entered=True)
    both = type(question)(**{**vars(question), "answers": question.answers + mixed.answers})

    assert count(both, ROOMS).rooms[DEER].way == "mixed"


def test_letters_and_shares() -> None:
    assert tidy_letters("d，a a") == "AD"
    assert tidy_letters("xyz") == ""
    assert [share_of("AB", one) for one in ("AB", "B", "BC", "")] == [1.0, 0.5, 0.0, 0.0]
