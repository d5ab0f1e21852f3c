"""One way to settle a lesson without its teacher, and all ways for one lesson."""

from collections.abc import Sequence
from dataclasses import dataclass

from tongke.foundation.people.models import Person
from tongke.teaching.timetable.models import LessonClass
from tongke.teaching.timetable.queries.changes_lesson import DayLesson, Slot


@dataclass(frozen=True, kw_only=True)
class Offer:
    """One way to settle a lesson.

    Attributes:
        token: names the way in forms: ``sub:12``, ``swap:2026-11-24:3``, ``move:2026-11-25:5``.
        good: whether nothing is lost for the class: the subject is taught by who may teach it.
        rank: higher is better, within its kind.
    """

    token: str
    kind: str
    title: str
    reason: str
    rank: int = 0
    good: bool = True
    teacher: Person | None = None
    other: DayLesson | None = None
    slot: Slot | None = None
    seq: int | None = None
    sides: tuple[tuple[LessonClass, int], ...] = ()


@dataclass(frozen=True)
class Offers:
    """Every way for one lesson, the best of each kind first."""

    lesson: DayLesson
    substitutes: Sequence[Offer] = ()
    swaps: Sequence[Offer] = ()
    make_ups: Sequence[Offer] = ()

    @property
    def all(self) -> list[Offer]:
        """All of them."""
        return [*self.substitutes, *self.swaps, *self.make_ups]

    def by_token(self, token: str) -> Offer | None:
        """The way that a token names, if it is still possible."""
        return next((each for each in self.all if each.token == token), None)

    @property
    def best(self) -> Offer | None:
        """A substitute who may teach the subject; else a swap; else whoever is free; else later.

        One lesson changed is less than two; a lesson of the subject is more than one watched over.
        """
        able = [each for each in self.substitutes if each.good]
        for part in (able, self.swaps, self.substitutes, self.make_ups):
            if part:
                return part[0]
        return None
