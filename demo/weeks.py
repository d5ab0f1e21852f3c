"""A school's week: every lesson gets a period in which its class and its teacher are free.

Pure. Lessons are edges between classes and teachers, periods are colours: by König's theorem a
bipartite graph needs no more colours than the busiest has lessons, and swapping two colours along
a path makes room where there is none. Lessons already fixed in a period never move.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

Klass = tuple[str, int]
Period = tuple[int, int]
"""Weekday and number of the period."""
Node = tuple[str, object]


@dataclass
class Lesson:
    """One weekly lesson; `period` is where it stands, `fixed` that it may not move."""

    klass: Klass
    teacher: int
    subject: str
    period: Period | None = None
    fixed: bool = False


@dataclass
class Week:
    """The week of one school while it is being filled.

    Attributes:
        periods: all periods, the liked ones first.
        closed: periods in which a class or teacher is kept free, by ``("class", key)`` or
            ``("teacher", key)``.
    """

    periods: Sequence[Period]
    closed: Mapping[Node, frozenset[Period]] = field(default_factory=dict)
    _at: dict[Node, dict[Period, Lesson]] = field(default_factory=lambda: defaultdict(dict))

    def put(self, lesson: Lesson, period: Period, *, fixed: bool = False) -> None:
        """Set a lesson into a period that is free on both sides."""
        for node in _nodes(lesson):
            assert period not in self._at[node], (node, period)
            self._at[node][period] = lesson
        lesson.period, lesson.fixed = period, fixed or lesson.fixed

    def fill(self, lessons: Iterable[Lesson]) -> list[Lesson]:
        """Place all lessons; returns those for which there was no way (none, with a free hand)."""
        return [each for each in lessons if each.period is None and not self._place(each)]

    def _place(self, lesson: Lesson) -> bool:
        klass, teacher = _nodes(lesson)
        open_klass = [each for each in self.periods if self._open(klass, each)]
        open_teacher = [each for each in self.periods if self._open(teacher, each)]
        both = [each for each in open_klass if each in set(open_teacher)]
        if both:
            self.put(lesson, min(both, key=lambda each: self._dislike(lesson, each)))
            return True
        for here in open_klass:
            for there in open_teacher:
                if self._swap(teacher, here, there):
                    self.put(lesson, here)
                    return True
        return False

    def _open(self, node: Node, period: Period) -> bool:
        return period not in self._at[node] and period not in self.closed.get(node, ())

    def _dislike(self, lesson: Lesson, period: Period) -> tuple[int, int]:
        """Two lessons of a subject on one day are disliked most, then late periods."""
        klass, _ = _nodes(lesson)
        same = sum(
            other.subject == lesson.subject and day == period[0]
            for (day, _), other in self._at[klass].items()
        )
        return same, self.periods.index(period)

    def _swap(self, start: Node, here: Period, there: Period) -> bool:
        """Exchange two periods along the path from `start`, so that `here` becomes free in it.

        The path begins with the lesson that `start` has in `here`; it cannot come back to the
        class that wants `here`, because that class is free then (the usual parity argument).
        """
        path: list[Lesson] = []
        node, wanted, other = start, here, there
        while (lesson := self._at[node].get(wanted)) is not None:
            if lesson.fixed or lesson in path:
                return False
            if any(other in self.closed.get(each, ()) for each in _nodes(lesson)):
                return False
            path.append(lesson)
            node = next(each for each in _nodes(lesson) if each != node)
            wanted, other = other, wanted
        for lesson in path:
            for each in _nodes(lesson):
                del self._at[each][_placed(lesson)]
        for lesson in path:
            self.put(lesson, there if lesson.period == here else here)
        return True


def _placed(lesson: Lesson) -> Period:
    assert lesson.period is not None
    return lesson.period


def _nodes(lesson: Lesson) -> tuple[Node, Node]:
    return ("class", lesson.klass), ("teacher", lesson.teacher)
