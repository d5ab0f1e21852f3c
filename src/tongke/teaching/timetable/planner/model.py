"""The nouns of school timetabling: grids on the real clock, activities, rules, timetables.

Pure: no Django. Times are minutes after midnight, days are numbers from 0 (Monday), periods are
positions in a grid's day from 0. Two grids may ring differently; what a teacher or room does in
both is compared on the clock. Definitions and formulas: docs/algorithms/planner.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tongke.teaching.timetable.slots.model import Resource as Resource


@dataclass(frozen=True, slots=True)
class Period:
    """One period of a grid's day, half open: [start, end) in minutes after midnight."""

    start_minute: int
    end_minute: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """The periods of a school's week; a day may have none.

    Args:
        key: unique in a problem.
        name: for sentences: the school.
        days: periods of each day, Monday first.
        site: where it is; travel between two sites takes `Problem.travel` minutes.
        pause: two periods with a pause of more than so many minutes between them are not in a row:
            no activity spans it, and it ends a run of lessons.
    """

    key: str
    name: str
    days: tuple[tuple[Period, ...], ...]
    site: str = ""
    pause: int = 45


@dataclass(frozen=True, slots=True, order=True)
class Time:
    """A position in a grid's week: day from 0, period from 0."""

    day: int
    period: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where an activity stands: its first period, and its room when it needs one."""

    time: Time
    room: str | None = None


@dataclass(frozen=True, slots=True)
class Activity:
    """What is placed once a week: one lesson, a double lesson, parallel groups, a joint lesson.

    Args:
        key: unique in a problem.
        name: for sentences: "五(1)班音乐".
        task: the teaching task it is a part of; parts of a task look alike.
        subject: code of the subject.
        grid: whose bells it follows.
        classes: classes or indivisible groups that attend; all are held.
        teachers: everybody who teaches it; all are held.
        rooms: rooms that will do, best first; empty when it needs none.
        length: periods in a row.
        size: pupils.
        tags: what rules may speak of besides subject: "online", "main", "pe".
        fixed: it may stand nowhere else, such as a published joint lesson.
        weeks: bit mask of the weeks in which it takes place; odd and even weeks may share a period.
    """

    key: str
    name: str
    task: str
    subject: str
    grid: str
    classes: tuple[Resource, ...] = ()
    teachers: tuple[Resource, ...] = ()
    rooms: tuple[Resource, ...] = ()
    length: int = 1
    size: int = 0
    tags: frozenset[str] = frozenset()
    fixed: Place | None = None
    weeks: int = -1


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as data: what it asks, how much it costs, and what people read.

    Args:
        key: unique in a problem.
        ask: one of the dataclasses of `planner.rules`.
        weight: points for each unit of violation; None for a hard rule.
        sentence: the rule in Chinese: "体育不排第一节".
        owner: who set it: "区域", "教学共同体", "学校", a teacher's name.
    """

    key: str
    ask: object
    weight: int | None
    sentence: str
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Busy:
    """A time on the clock at which a resource is taken by what this problem may not move."""

    resource: Resource
    day: int
    start_minute: int
    end_minute: int
    label: str = ""
    site: str = ""


@dataclass(frozen=True)
class Problem:
    """Everything the planner may know.

    Args:
        grids: the bells, by key.
        activities: what is to be placed.
        rules: hard and weighted.
        busy: joint lessons of other plans, meetings, lessons at other schools.
        travel: minutes between two sites, by ordered pair of names; missing means none.
        capacity: seats of a room, by its key; missing means enough.

    That nobody and no room is in two places at once, that an activity lies inside its grid's day,
    and that `fixed` and `busy` hold, is true of every timetable and needs no rule.
    """

    grids: Mapping[str, Grid]
    activities: tuple[Activity, ...]
    rules: tuple[Rule, ...] = ()
    busy: tuple[Busy, ...] = ()
    travel: Mapping[tuple[str, str], int] = field(default_factory=dict)
    capacity: Mapping[str, int] = field(default_factory=dict)


Timetable = Mapping[str, Place]
"""Where each placed activity stands, by its key; what is missing is not placed."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken rule, or two things in one place.

    Args:
        rule: key of the rule; "" for a clash, or a place outside the grid.
        sentence: what is wrong and for whom, in Chinese: "沈老师周三上午连上 4 节（最多 3 节）".
        hard: whether a timetable with it may be published.
        cost: points (weight × units); 0 for a hard one.
        bearer: who bears it: the name of a class, teacher or room.
        activities: keys of the activities concerned.
        units: how many units of the rule are broken.
    """

    rule: str
    sentence: str
    hard: bool
    cost: int
    bearer: str
    activities: tuple[str, ...]
    units: int = 1
