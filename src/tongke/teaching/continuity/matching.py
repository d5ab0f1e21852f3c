"""What fits a lesson: how far a class is, and the resource for it. Pure.

A class's place in a textbook is the unit of its last lesson of the subject with a noted topic, or
else where its lessons of the term would be when the units are laid over them in order. Within the
unit the key points take turns. The resource is one for that key point, else one for the unit, else
one for the nearest unit before it (to revise); else the book with practice of the item bank; else
there is nothing, and the teacher is asked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Offer:
    """A published resource as matching sees it; `rank` orders kinds, videos first."""

    key: int
    title: str
    rank: int
    seconds: int


@dataclass(frozen=True)
class UnitFacts:
    """A unit with its key points in order, what explains them and what practises them."""

    key: int
    title: str
    points: tuple[tuple[int, str], ...]
    offers: Mapping[int, Sequence[Offer]]
    items: Mapping[int, Sequence[int]]


@dataclass(frozen=True)
class Match:
    """What was found for a lesson: `kind` is point, unit, review, practice or none."""

    kind: str
    unit: int | None
    unit_title: str
    point: str
    resource: int | None
    items: tuple[int, ...]
    why: str


def place(index: int, counts: Sequence[int]) -> tuple[int, int]:
    """The unit a lesson of the term falls into, and its number within the unit.

    Args:
        index: lessons of the subject before this one in the term.
        counts: how many lessons each unit takes.

    Returns:
        Position of the unit, and the lesson's number in it; the last unit when all are over.

    Example:
        >>> place(0, [2, 3]), place(2, [2, 3]), place(9, [2, 3])
        ((0, 0), (1, 0), (1, 7))
    """
    for position, count in enumerate(counts[:-1]):
        if index < count:
            return position, index
        index -= count
    return max(0, len(counts) - 1), index


def match(units: Sequence[UnitFacts], at: int, turn: int, most: int, why: str) -> Match:
    """What fits a class that is at unit `at`.

    Args:
        units: the book's units in order, at least one.
        turn: which lesson of the unit it is; key points take turns by it.
        most: at most so many practice items.
        why: how the place was found, in words.
    """
    unit = units[at]
    point, name = unit.points[turn % len(unit.points)] if unit.points else (0, "")
    items = tuple(unit.items.get(point, ()))[:most]
    for kind, offers in (
        ("point", list(unit.offers.get(point, ()))),
        ("unit", [each for key, _ in unit.points for each in unit.offers.get(key, ())]),
        ("review", _before(units, at)),
    ):
        if offers:
            best = min(offers, key=lambda each: (each.rank, each.seconds, each.key))
            return Match(kind, unit.key, unit.title, name, best.key, items, why)
    # The book and practice of the bank are something to learn with; the book alone is not enough.
    kind = "practice" if items else "none"
    return Match(kind, unit.key, unit.title, name, None, items, why)


def _before(units: Sequence[UnitFacts], at: int) -> list[Offer]:
    """What explains the nearest earlier unit that has anything."""
    for unit in reversed(units[:at]):
        found = [each for key, _ in unit.points for each in unit.offers.get(key, ())]
        if found:
            return found
    return []
