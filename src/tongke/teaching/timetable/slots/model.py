"""The nouns of joint timetabling: bells, resources, courses, and the slots found for them.

Times are whole minutes after midnight, weekdays are ISO numbers (1 = Monday), intervals are
half open: a lesson that ends at 540 does not meet one that starts at 540.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Literal

Kind = Literal["class", "teacher", "room"]

_WEEKDAYS = "一二三四五六日"


def clock(minute: int) -> str:
    """A minute after midnight as the clock shows it: 510 is "08:30"."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def weekday_name(weekday: int) -> str:
    """The name of an ISO weekday: "周三"."""
    return f"周{_WEEKDAYS[weekday - 1]}"


def slot_name(weekday: int, seq: int) -> str:
    """How people name a period of the week: "周三第2节"."""
    return f"{weekday_name(weekday)}第{seq}节"


@dataclass(frozen=True, slots=True, order=True)
class Resource:
    """What can be in one place at a time: a class, a teacher or a room.

    Args:
        kind: class, teacher or room.
        key: unique within the kind, for example the row's id as text.
        name: what people call it, with the school where that is not obvious; it does not take
            part in comparison.
    """

    kind: Kind
    key: str
    name: str = field(default="", compare=False)

    @property
    def label(self) -> str:
        """The name, or the key when there is no name."""
        return self.name or self.key


@dataclass(frozen=True, slots=True, order=True)
class Bell:
    """One period of one school's bell grid.

    Args:
        school: the school's key.
        seq: 第几节, from 1.
        start_minute: minutes after midnight.
        end_minute: minutes after midnight, after `start_minute`.
        weekday: 1 to 7, or None for every day that has no bells of its own.
    """

    school: str
    seq: int
    start_minute: int
    end_minute: int
    weekday: int | None = None

    def __post_init__(self) -> None:
        _check_interval(self.start_minute, self.end_minute)

    @property
    def minutes(self) -> int:
        """Length of the period."""
        return self.end_minute - self.start_minute


@dataclass(frozen=True, slots=True)
class Busy:
    """A time at which a resource is taken by something this solver may not move.

    `label` says by what, for the person: "体育", "五(1)班数学". `course` is set by the solver
    itself when the taker is another joint course of the plan.
    """

    resource: Resource
    weekday: int
    start_minute: int
    end_minute: int
    label: str = ""
    course: str | None = None

    def __post_init__(self) -> None:
        _check_interval(self.start_minute, self.end_minute)


@dataclass(frozen=True, slots=True)
class Listener:
    """One class that listens.

    Two listeners of a course at one school with the same assistant sit together in one room,
    because the assistant cannot be in two; the candidate rooms are then those of both.

    Args:
        classroom: the class that listens.
        school: whose bells it follows.
        rooms: equipped rooms it may use, best first; empty means the school has none.
        assistant: the local teacher in the room, or None when none is named yet.
    """

    classroom: Resource
    school: str
    rooms: tuple[Resource, ...]
    assistant: Resource | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """A delivered course that needs weekly slots.

    Args:
        key: unique among the courses of a problem.
        name: for the explanations: "三年级音乐".
        school: the delivering school, whose bells the host follows.
        teacher: the delivering teacher.
        rooms: rooms with the delivering equipment, best first.
        listeners: at least one.
        classroom: the host's own class, or None when the teacher delivers from a studio.
        periods_per_week: lessons wanted each week, one a day at most.
        min_overlap_minutes: the shortest time that all rooms must have in common.
        max_start_shift_minutes: how far a listener's bell may differ from the host's.
        preferred_weekdays: days wanted by the teacher; empty means any.
    """

    key: str
    name: str
    school: str
    teacher: Resource
    rooms: tuple[Resource, ...]
    listeners: tuple[Listener, ...]
    classroom: Resource | None = None
    periods_per_week: int = 1
    min_overlap_minutes: int = 35
    max_start_shift_minutes: int = 15
    preferred_weekdays: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.periods_per_week < 1 or self.min_overlap_minutes < 1:
            raise ValueError("a course needs at least one period and one minute in common")
        if self.max_start_shift_minutes < 0 or not self.listeners:
            raise ValueError("a course needs a listener and a shift of zero or more minutes")


@dataclass(frozen=True, slots=True)
class Slot:
    """One weekly lesson of a course.

    Args:
        course: the course's key.
        weekday: 1 to 7.
        host: the period it takes at the delivering school.
        listeners: the period it takes for each listener, in the course's order.
        start_minute: when all rooms are together.
        end_minute: until when they are.
        host_room: where the delivering teacher is.
        listener_rooms: where each listener sits, in the course's order.
    """

    course: str
    weekday: int
    host: Bell
    listeners: tuple[Bell, ...]
    start_minute: int
    end_minute: int
    host_room: Resource
    listener_rooms: tuple[Resource, ...]

    @property
    def overlap_minutes(self) -> int:
        """Minutes that all rooms have in common."""
        return self.end_minute - self.start_minute


@dataclass(frozen=True, slots=True)
class WeakLine:
    """A time of day at which a room's line often fails, on every weekday.

    Args:
        percent: how much of the time of past lessons it failed, 0 to 100.
    """

    room: Resource
    start_minute: int
    end_minute: int
    percent: int

    def __post_init__(self) -> None:
        _check_interval(self.start_minute, self.end_minute)
        if not 0 <= self.percent <= 100:
            raise ValueError("a percentage is 0 to 100")


@dataclass(frozen=True, slots=True)
class Weights:
    """Penalty points of what is allowed but not liked; zero switches a wish off."""

    lost_overlap_minute: int = 1
    first_period: int = 4
    other_weekday: int = 10
    adjacent_days: int = 6
    later_room: int = 1
    weak_line_tenth: int = 3

    def __post_init__(self) -> None:
        if min(getattr(self, name) for name in self.__slots__) < 0:
            raise ValueError("a penalty is zero or more")


@dataclass(frozen=True)
class Problem:
    """Everything the solver may know.

    Args:
        bells: the bell grids of all schools, lesson periods only.
        courses: the courses to place.
        busy: what already happens, for classes, teachers and rooms.
        schools: what people call each school, by key.
        weekdays: school days.
        weights: the wishes.
        room_gap_minutes: time between two joint lessons in one room, to connect and check.
        max_delivered_per_day: joint lessons one teacher may deliver a day; None for no limit.
        weak_lines: when which rooms' lines often fail.

    Raises:
        ValueError: two courses share a key, or two periods of one school's day overlap.
    """

    bells: tuple[Bell, ...]
    courses: tuple[Course, ...]
    busy: tuple[Busy, ...] = ()
    schools: Mapping[str, str] = field(default_factory=dict)
    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5)
    weights: Weights = Weights()
    room_gap_minutes: int = 0
    max_delivered_per_day: int | None = None
    weak_lines: tuple[WeakLine, ...] = ()

    def __post_init__(self) -> None:
        if self.room_gap_minutes < 0 or self.max_delivered_per_day == 0:
            raise ValueError("a gap is zero or more minutes, a daily limit at least one lesson")
        if len({course.key for course in self.courses}) != len(self.courses):
            raise ValueError("two courses share a key")
        if not set(self.weekdays) <= set(range(1, 8)):
            raise ValueError("a weekday is 1 to 7")
        for (school, weekday), grid in self._grids.items():
            for earlier, later in pairwise(grid):
                if later.start_minute < earlier.end_minute:
                    raise ValueError(f"periods overlap at school {school}, weekday {weekday}")

    @cached_property
    def _grids(self) -> dict[tuple[str, int | None], list[Bell]]:
        grids: dict[tuple[str, int | None], list[Bell]] = defaultdict(list)
        for bell in sorted(self.bells, key=lambda bell: (bell.start_minute, bell.seq)):
            grids[bell.school, bell.weekday].append(bell)
        return dict(grids)

    def grid(self, school: str, weekday: int) -> list[Bell]:
        """The school's periods on that day: the day's own bells if it has any, else the usual."""
        own = self._grids.get((school, weekday))
        return own if own is not None else self._grids.get((school, None), [])

    def weak_percent(self, room: Resource, start_minute: int, end_minute: int) -> int:
        """How much of such a time the room's line failed so far: the worst hour it touches."""
        return max(
            (
                line.percent
                for line in self._weak.get(room, ())
                if line.start_minute < end_minute and start_minute < line.end_minute
            ),
            default=0,
        )

    @cached_property
    def _weak(self) -> dict[Resource, list[WeakLine]]:
        lines: dict[Resource, list[WeakLine]] = defaultdict(list)
        for line in self.weak_lines:
            lines[line.room].append(line)
        return dict(lines)

    def school_name(self, school: str) -> str:
        """What people call the school, or its key."""
        return self.schools.get(school, school)

    def course(self, key: str) -> Course:
        """The course with that key; KeyError when there is none."""
        return self._courses[key]

    @cached_property
    def _courses(self) -> dict[str, Course]:
        return {course.key: course for course in self.courses}


def _check_interval(start: int, end: int) -> None:
    if not 0 <= start < end <= 24 * 60:
        raise ValueError(f"minutes {start} to {end} are not a time of one day")
