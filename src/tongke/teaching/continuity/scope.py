"""Which emergency rules a class in a period: pure, the one place that decides it.

An emergency covers a period of a class when the class's school lies in one of its subtrees, the
grade is one of its grades (or it names none), and the period lies between its first and last
period, before the one from which classes are back. Of several that cover it the real one rules
over a drill, then the narrower subtree, then the one declared last.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Order:
    """What the rule must know of an emergency.

    Attributes:
        key: its id.
        paths: paths of the subtrees it is for.
        grades: codes of grades; empty means all.
        first: day and period it begins with.
        ends_on, last_seq: its last day, and the last period of that day (None: to the end).
        back: day and period from which classes are at school again, where it was ended early.
    """

    key: int
    title: str
    paths: tuple[str, ...]
    grades: frozenset[str]
    first: tuple[date, int]
    ends_on: date
    last_seq: int | None
    back: tuple[date, int] | None
    drill: bool
    declared_at: datetime

    def depth(self, path: str) -> int:
        """How narrow the narrowest of its subtrees around a school is; 0 outside all of them."""
        return max((len(one) for one in self.paths if path.startswith(one)), default=0)

    def covers(self, path: str, grade: str, day: date, seq: int) -> bool:
        """Whether a period of a class of this school and grade is spent at home."""
        if not self.first <= (day, seq) or day > self.ends_on:
            return False
        if day == self.ends_on and self.last_seq is not None and seq > self.last_seq:
            return False
        if self.back is not None and (day, seq) >= self.back:
            return False
        return (not self.grades or grade in self.grades) and self.depth(path) > 0


def ruling(orders: Iterable[Order], path: str, grade: str, day: date, seq: int) -> Order | None:
    """The emergency that rules a period of a class; None when the class is at school."""
    found = [each for each in orders if each.covers(path, grade, day, seq)]
    if not found:
        return None
    return max(
        found, key=lambda each: (not each.drill, each.depth(path), each.declared_at, each.key)
    )
