"""Which joint courses there are, and which periods the schools keep free for them.

Pure. A centre and its points agree on these periods before each makes its own week; the joint
timetable is then planned through the services like any other.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import time

from demo.region import (
    ART,
    COMPUTING,
    ENGLISH,
    MATHS,
    MUSIC,
    SCIENCE,
    Group,
    bells,
)
from demo.staffing import Klass, Staffing
from demo.weeks import Period

OVERLAP_MINUTES = 35
_LIKED = (3, 2, 5, 6, 4, 1, 7)
_BY_MATHS_TEACHER = frozenset({ENGLISH, SCIENCE})


@dataclass(frozen=True, kw_only=True)
class CoursePlan:
    """A joint course as it is to be.

    Attributes:
        group: place of the consortium, 0 is the leading one.
        host: number of the delivering class within the grade.
        points: keys of the teaching points that listen.
        week: the week in which it was published; lessons begin the week after.
        state: ``published``, ``ready`` (waits to be planned) or ``draft`` (waits for staff).
        telling: how much of each lesson is on record: ``full``, ``plain`` or ``brief``.
    """

    group: int
    subject: str
    grade: str
    host: int
    points: tuple[str, ...]
    periods: int
    week: int
    state: str = "published"
    telling: str = "brief"

    @property
    def key(self) -> str:
        """Names the course: ``0-SB0602-15``."""
        return f"{self.group}-{self.subject}-{self.grade}"

    @property
    def klass(self) -> Klass:
        """The delivering class."""
        return self.grade, self.host


def _plan(
    group: int, subject: str, grade: str, host: int, periods: int, telling: str = "plain",
    week: int = 1, state: str = "published",
) -> CoursePlan:  # fmt: skip
    return CoursePlan(
        group=group,
        subject=subject,
        grade=grade,
        host=host,
        points=(),
        periods=periods,
        week=week,
        state=state,
        telling=telling,
    )


_LEADING = (
    _plan(0, MUSIC, "15", 2, 2, "full"),
    _plan(0, ART, "15", 1, 1, week=3),
    _plan(0, ENGLISH, "15", 1, 2, week=3),
    _plan(0, SCIENCE, "15", 1, 1, week=5),
    _plan(0, COMPUTING, "15", 1, 1, "brief", week=5),
    _plan(0, MUSIC, "14", 1, 1, "brief", week=5),
    _plan(0, ART, "14", 1, 2, state="ready"),
    _plan(0, ENGLISH, "14", 1, 2, state="draft"),
    _plan(1, MUSIC, "15", 1, 2, "full"),
    _plan(1, ENGLISH, "15", 1, 1, week=5),
    _plan(1, ART, "14", 1, 1, "brief", week=5),
    _plan(1, SCIENCE, "15", 2, 2, state="draft"),
)
_TURNS = (ENGLISH, MUSIC, ART, MUSIC, SCIENCE)


def courses(groups: list[Group], first_week: int = 1) -> list[CoursePlan]:
    """All joint courses: eight and four in the leading consortia, one in each other.

    Args:
        first_week: none is published before this week.
    """
    found: list[CoursePlan] = []
    for plan in _LEADING:
        points = _lacking(groups[plan.group], plan.subject, plan.grade)
        if points:
            found.append(replace(plan, points=points, week=max(plan.week, first_week)))
    for number, group in enumerate(groups[2:], 2):
        shared = set.intersection(*({grade for grade, _ in each.sizes} for each in group.points))
        grade = max(shared)
        turns = (*_TURNS[number % len(_TURNS) :], MUSIC)
        subject = next(
            each for each in turns if len(_lacking(group, each, grade)) == len(group.points)
        )
        found.append(
            CoursePlan(
                group=number, subject=subject, grade=grade, host=1, periods=1,
                week=max(5 + number % 4, first_week), points=_lacking(group, subject, grade),
            )
        )  # fmt: skip
    return found


def _lacking(group: Group, subject: str, grade: str) -> tuple[str, ...]:
    """The points of a consortium that have this grade and no teacher for the subject."""
    return tuple(
        each.key for each in group.points if subject in each.lacks and (grade, 1) in each.sizes
    )


def assistant(staffing: Staffing, plan: CoursePlan) -> int:
    """Who stands in the listening room: the homeroom teacher, in some subjects the maths one."""
    klass = (plan.grade, 1)
    if plan.subject in _BY_MATHS_TEACHER:
        return staffing.who(klass, MATHS)
    return staffing.homerooms[klass]


@dataclass(frozen=True)
class Meeting:
    """A weekly time of a course: the period at the centre, and the one at each point."""

    weekday: int
    seq: int
    points: Mapping[str, int]


@dataclass
class Reserved:
    """All meetings, by the key of their course, and whom they take when."""

    meetings: dict[str, list[Meeting]] = field(default_factory=dict)
    _taken: dict[object, set[Period]] = field(default_factory=dict)

    def of(self, plan: CoursePlan) -> list[Meeting]:
        """The weekly meetings of a course."""
        return self.meetings[plan.key]

    def free(self, who: object, period: Period) -> bool:
        """Whether nothing is kept for them in this period of their own school."""
        return period not in self._taken.get(who, ())

    def take(self, who: object, period: Period) -> None:
        """Keep a period of their own school."""
        self._taken.setdefault(who, set()).add(period)


def reserve(
    plans: list[CoursePlan], groups: list[Group], staffing: Mapping[str, Staffing], weekday: int
) -> Reserved:
    """Agree on the periods of all courses.

    Args:
        weekday: the day on which the first course of all, shen's music, must have a lesson.
    """
    found = Reserved()
    for number, plan in enumerate(plans):
        first = weekday if number == 0 else 1 + number % 5
        meetings: list[Meeting] = []
        for turn in range(plan.periods):
            wanted = (first - 1 + 2 * turn) % 5 + 1
            meetings.append(_meet(plan, groups[plan.group], staffing, found, wanted, meetings))
        found.meetings[plan.key] = meetings
    return found


def _meet(
    plan: CoursePlan, group: Group, staffing: Mapping[str, Staffing], found: Reserved,
    wanted: int, before: list[Meeting],
) -> Meeting:  # fmt: skip
    centre = group.centre.key
    days = [day for day in range(1, 6) if day not in {each.weekday for each in before}]
    days.sort(key=lambda day: (day - wanted) % 5)
    own = [(centre, "studio"), (centre, plan.klass),
           (centre, staffing[centre].who(plan.klass, plan.subject))]  # fmt: skip
    for day in days:
        for seq in _LIKED:
            points = common_periods(group, plan.points, seq)
            if points is None:
                continue
            all_sides = [(who, (day, seq)) for who in own]
            for key, here in points.items():
                sides = ((key, "room"), (key, (plan.grade, 1)),
                         (key, assistant(staffing[key], plan)))  # fmt: skip
                all_sides += [(who, (day, here)) for who in sides]
            if all(found.free(who, period) for who, period in all_sides):
                for who, period in all_sides:
                    found.take(who, period)
                return Meeting(day, seq, points)
    raise AssertionError(f"no common period for {plan.key}")


def common_periods(group: Group, keys: tuple[str, ...], seq: int) -> dict[str, int] | None:
    """The period of each point that meets this one of the centre; None when it is too short."""
    grids = {each.key: bells(each.grid) for each in group.points}
    start, end = bells(group.centre.grid)[seq - 1]
    chosen: dict[str, int] = {}
    for key in keys:
        chosen[key] = max(
            range(1, len(grids[key]) + 1),
            key=lambda at, grid=grids[key]: _common((start, end), grid[at - 1]),  # type: ignore[misc]
        )
    rings = [(start, end), *(grids[key][at - 1] for key, at in chosen.items())]
    shared = min(_minute(last) for _, last in rings) - max(_minute(first) for first, _ in rings)
    return chosen if shared >= OVERLAP_MINUTES else None


def _common(one: tuple[time, time], other: tuple[time, time]) -> int:
    return _minute(min(one[1], other[1])) - _minute(max(one[0], other[0]))


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


def closures(
    plans: list[CoursePlan], reserved: Reserved, key: str, staffing: Staffing
) -> Iterator[tuple[tuple[str, object], Period]]:
    """Which classes and teachers of a listening school must be free when."""
    for plan in plans:
        for meeting in reserved.of(plan):
            if key in meeting.points:
                period = (meeting.weekday, meeting.points[key])
                yield ("class", (plan.grade, 1)), period
                yield ("teacher", assistant(staffing, plan)), period
