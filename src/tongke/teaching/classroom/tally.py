"""Counting a question: by option, by room. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tongke.teaching.classroom.facts import QuestionInfo, RoomInfo
from tongke.teaching.classroom.scoring import LETTERS, share_of


@dataclass(frozen=True)
class RoomTally:
    """One room: how many answered, of how many, mean share of the points, the way of answering.

    `right` is None for a survey, and while nobody has answered. `way` is device, entered, cards,
    mixed, or empty.
    """

    answered: int
    enrolled: int
    right: float | None
    way: str


@dataclass(frozen=True)
class Tally:
    """All rooms: `choices` maps an option's letter to class id to how many chose it."""

    question_id: int
    answered: int
    enrolled: int
    right: float | None
    choices: Mapping[str, Mapping[int, int]]
    rooms: Mapping[int, RoomTally]


def count(question: QuestionInfo, rooms: Sequence[RoomInfo]) -> Tally:
    """The tally of a question.

    In a room that counted answer cards, the counts stand in place of answers by name. With several
    right options counted cards give no share, and the most-held letter gives how many answered.
    """
    letters = LETTERS[: len(question.options)]
    choices: dict[str, dict[int, int]] = {letter: {} for letter in letters}
    shares: dict[int, list[float]] = {room.class_id: [] for room in rooms}
    answered: dict[int, int] = dict.fromkeys(shares, 0)
    ways: dict[int, set[str]] = {room.class_id: set() for room in rooms}
    for answer in question.answers:
        if answer.class_id in question.cards or answer.class_id not in shares:
            continue
        answered[answer.class_id] += 1
        ways[answer.class_id].add("entered" if answer.entered else "device")
        for letter in answer.choice:
            by_room = choices[letter]
            by_room[answer.class_id] = by_room.get(answer.class_id, 0) + 1
        share = share_of(question.answer, answer.choice)
        if share is not None:
            shares[answer.class_id].append(share)
    for class_id, counts in question.cards.items():
        if class_id in shares:
            _count_cards(question, class_id, counts, choices, shares, answered)
            ways[class_id].add("cards")
    every = [share for some in shares.values() for share in some]
    return Tally(
        question_id=question.id,
        answered=sum(answered.values()),
        enrolled=sum(len(room.pupils) for room in rooms),
        right=_mean(every),
        choices=choices,
        rooms={
            room.class_id: RoomTally(
                answered[room.class_id], len(room.pupils), _mean(shares[room.class_id]),
                _way(ways[room.class_id]),
            )
            for room in rooms
        },
    )  # fmt: skip


def _count_cards(
    question: QuestionInfo,
    class_id: int,
    counts: Mapping[str, int],
    choices: dict[str, dict[int, int]],
    shares: dict[int, list[float]],
    answered: dict[int, int],
) -> None:
    for letter, number in counts.items():
        if number and letter in choices:
            choices[letter][class_id] = number
    if question.kind == "multiple":
        answered[class_id] = max(counts.values())
        return
    answered[class_id] = sum(counts.values())
    for letter, number in counts.items():
        share = share_of(question.answer, letter)
        if share is not None:
            shares[class_id] += [share] * number


def _mean(shares: Sequence[float]) -> float | None:
    return sum(shares) / len(shares) if shares else None


def _way(ways: set[str]) -> str:
    return "mixed" if len(ways) > 1 else next(iter(ways), "")
