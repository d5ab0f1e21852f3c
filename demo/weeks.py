"""A school's week: every lesson gets a period in which its class and its teacher are free.

Pure. Lessons are edges between classes and teachers, periods are colours: by König's theorem a
bipartite graph needs no more colours than the busiest has lessons, and swapping two colours along
a path makes room where there is none. Lessons already fixed in a period never move.
"""

from collections import Counter, defaultdict
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
    _rank: dict[Period, int] = field(init=False)

    def __post_init__(self) -> None:
        """Know the place of each period."""
        self._rank = {period: place for place, period in enumerate(self.periods)}

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
        open_klass, open_teacher = self._open(klass), self._open(teacher)
        suits = set(open_teacher)
        both = [each for each in open_klass if each in suits]
        if both:
            # Two lessons of a subject on one day are disliked most, then late periods.
            days = Counter(
                day
                for (day, _), other in self._at[klass].items()
                if other.subject == lesson.subject
            )
            self.put(lesson, min(both, key=lambda each: (days[each[0]], self._rank[each])))
            return True
        for here in open_klass:
            for there in open_teacher:
                if self._swap(teacher, here, there):
                    self.put(lesson, here)
                    return True
        return False

    def _open(self, node: Node) -> list[Period]:
        taken, closed = self._at[node], self.closed.get(node, frozenset())
        return [each for each in self.periods if each not in taken and each not in closed]

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
