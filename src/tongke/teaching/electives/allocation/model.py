"""Plain data of an allocation: courses with seats, pupils with ranked choices, what came out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from tongke.teaching.electives.allocation.lottery import number_of

Kind = Literal["seated", "full", "reserved", "clash", "busy", "group", "enough", "unknown"]


@dataclass(frozen=True, order=True, slots=True)
class Span:
    """A weekly time in minutes after midnight; `place` is where one has to be, "" anywhere."""

    weekday: int
    start: int
    end: int
    place: str = ""


def meets(one: Span, other: Span, travel: int = 0) -> bool:
    """Whether nobody can do both: they overlap, or leave too little time to get across.

    Args:
        travel: minutes between two different places.

    Example:
        >>> meets(Span(1, 480, 520, "a"), Span(1, 525, 560, "b"), travel=20)
        True
    """
    far = travel if one.place and other.place and one.place != other.place else 0
    return (
        one.weekday == other.weekday and one.start < other.end + far and other.start < one.end + far
    )


@dataclass(frozen=True, slots=True)
class Course:
    """A section with seats; `reserved` of them are for pupils of its `home` school first.

    Two courses with the same `subject` are the same thing at other times: one is enough.
    """

    key: str
    seats: int
    reserved: int = 0
    home: str = ""
    subject: str = ""
    groups: tuple[str, ...] = ()
    times: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Pupil:
    """A pupil's ranked choices, best first; `priority` 0 chooses before 1."""

    key: str
    ranked: tuple[str, ...]
    home: str = ""
    priority: int = 0
    busy: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Problem:
    """Everything that decides: nothing else, and not the order in which it is listed.

    Attributes:
        most: how many courses a pupil may get.
        limits: how many courses of a group a pupil may get at most.
        travel: minutes that going from one place to another takes.
    """

    courses: tuple[Course, ...]
    pupils: tuple[Pupil, ...]
    seed: str
    most: int = 1
    limits: Mapping[str, int] = field(default_factory=dict)
    travel: int = 0

    @cached_property
    def course(self) -> dict[str, Course]:
        """Courses by key."""
        return {one.key: one for one in self.courses}

    @cached_property
    def pupil(self) -> dict[str, Pupil]:
        """Pupils by key."""
        return {one.key: one for one in self.pupils}

    @cached_property
    def order(self) -> tuple[str, ...]:
        """Who chooses before whom: by priority, then by lot."""
        ranked = sorted(self.pupils, key=lambda p: (p.priority, number_of(self.seed, p.key), p.key))
        return tuple(one.key for one in ranked)

    @cached_property
    def turn(self) -> dict[str, int]:
        """The place of each pupil in the order, from 1."""
        return {key: place for place, key in enumerate(self.order, start=1)}

    @property
    def soft(self) -> bool:
        """Whether reserved seats that the home school leaves go to others at once: see the docs."""
        return self.most == 1

    def own(self, pupil: str, course: str) -> bool:
        """Whether the course is one of the pupil's own school; False for one who went away."""
        home, mine = self.course[course].home, self.pupil.get(pupil)
        return bool(home) and mine is not None and mine.home == home

    def obstacle(self, pupil: str, course: str, held: tuple[str, ...]) -> "Reason | None":
        """Why a pupil who holds these may not have this course as well; seats are not looked at."""
        wanted = self.course.get(course)
        if wanted is None:
            return Reason("unknown")
        if any(meets(a, b, self.travel) for a in wanted.times for b in self.pupil[pupil].busy):
            return Reason("busy")
        if len(held) >= self.most:
            return Reason("enough", other=held[-1])
        for key in held:
            other = self.course[key]
            if wanted.subject and wanted.subject == other.subject:
                return Reason("group", other=key)
            if any(meets(a, b, self.travel) for a in wanted.times for b in other.times):
                return Reason("clash", other=key)
        for group in wanted.groups:
            mates = [key for key in held if group in self.course[key].groups]
            if group in self.limits and len(mates) >= self.limits[group]:
                return Reason("group", other=mates[-1])
        return None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a choice came out as it did; `other` is the course that stood in the way.

    `turn` is the pupil's place among all who wanted the course, of `wanted` in all.
    """

    kind: Kind
    other: str = ""
    turn: int = 0
    wanted: int = 0


@dataclass(frozen=True)
class Outcome:
    """Seats by pupil in the order of their choices, waiting lists by course, and every reason."""

    seats: Mapping[str, tuple[str, ...]]
    waiting: Mapping[str, tuple[str, ...]]
    reasons: Mapping[tuple[str, str], Reason]

    def rolls(self) -> dict[str, set[str]]:
        """Who has a seat, by course."""
        found: dict[str, set[str]] = {}
        for pupil, courses in self.seats.items():
            for course in courses:
                found.setdefault(course, set()).add(pupil)
        return found


@dataclass(frozen=True)
class Standing:
    """Seats and waiting lists as they are some time after an allocation."""

    seats: Mapping[str, tuple[str, ...]]
    waiting: Mapping[str, tuple[str, ...]]
