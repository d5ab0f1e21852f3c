"""What a rule may ask: one dataclass for each kind, the same for hard and weighted rules.

`who` is a resource's (kind, key); `of` chooses activities. Units of violation are whole numbers.
"""

from dataclasses import dataclass
from typing import Literal

from tongke.teaching.timetable.planner.model import Time

Who = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Of:
    """Chooses activities: all conditions that are set must hold; an empty one chooses all.

    `tags` holds when one of them does; `who` when it attends, teaches or, for a room, would do.
    """

    keys: frozenset[str] = frozenset()
    tasks: frozenset[str] = frozenset()
    subjects: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    who: Who | None = None


@dataclass(frozen=True, slots=True)
class Unavailable:
    """A resource is not there in these periods of a grid; unit: a period taken.

    Its activities by other grids are compared with these periods on the clock.
    """

    who: Who
    grid: str
    times: frozenset[Time]


@dataclass(frozen=True, slots=True)
class Only:
    """Chosen activities start only at these times ("主科在上午"); unit: an activity elsewhere.

    `periods` counts every period an activity covers instead of its start.
    """

    of: Of
    grid: str
    times: frozenset[Time]
    periods: bool = False


@dataclass(frozen=True, slots=True)
class Never:
    """Chosen activities cover none of these times ("体育不排第一节"); unit: a period covered."""

    of: Of
    grid: str
    times: frozenset[Time]


@dataclass(frozen=True, slots=True)
class MaxPerDay:
    """At most so many periods a day of the chosen activities for one resource; unit: a period."""

    who: Who
    most: int
    of: Of = Of()


@dataclass(frozen=True, slots=True)
class MinPerDay:
    """On days with lessons at least so many periods; unit: a missing period."""

    who: Who
    least: int


@dataclass(frozen=True, slots=True)
class MaxRun:
    """At most so many periods in a row; unit: a period more."""

    who: Who
    most: int
    of: Of = Of()


@dataclass(frozen=True, slots=True)
class MaxGaps:
    """At most so many free periods between lessons; unit: a period more.

    Periods of `ignore` are never free.
    """

    who: Who
    most: int
    per: Literal["day", "week"] = "week"
    ignore: frozenset[Time] = frozenset()


@dataclass(frozen=True, slots=True)
class MaxDays:
    """At most so many days of the week with lessons; unit: a day more.

    With `within`, a day counts when a lesson of it lies in these periods ("最多三个下午有课").
    """

    who: Who
    most: int
    within: frozenset[Time] = frozenset()


@dataclass(frozen=True, slots=True)
class MinDays:
    """At least so many days of the week with chosen activities; unit: a day fewer."""

    of: Of
    least: int


@dataclass(frozen=True, slots=True)
class MaxSpan:
    """From the first to the last period of a day at most so many periods; unit: a period more."""

    who: Who
    most: int


@dataclass(frozen=True, slots=True)
class StartsEarly:
    """The day begins with the first period; at most `most` days begin with the second.

    Periods of `ignore` are left out of the count. Unit: a day that begins later than allowed.
    """

    who: Who
    most: int = 0
    ignore: frozenset[Time] = frozenset()


@dataclass(frozen=True, slots=True)
class DaysApart:
    """Chosen activities lie at least so many days apart; unit: a pair nearer, once for each pair.

    `glued` allows two on one day when they follow each other.
    """

    of: Of
    least: int = 1
    glued: bool = False


@dataclass(frozen=True, slots=True)
class Together:
    """Chosen activities start at the same time, or on the same day, or in the same period.

    Unit: an activity that differs from the first.
    """

    of: Of
    by: Literal["time", "day", "period"] = "time"


@dataclass(frozen=True, slots=True)
class Apart:
    """No two chosen activities at the same time; unit: a pair that meets."""

    of: Of


@dataclass(frozen=True, slots=True)
class Follows:
    """The second activity follows the first: directly, or later in the week; unit: one if not."""

    first: str
    second: str
    directly: bool = False


@dataclass(frozen=True, slots=True)
class Grouped:
    """Chosen activities follow each other in a row, in any order; unit: a pair that does not."""

    of: Of


@dataclass(frozen=True, slots=True)
class Spaced:
    """On one day at least so many periods lie between two of them; unit: a pair nearer."""

    of: Of
    least: int


@dataclass(frozen=True, slots=True)
class DaysNear:
    """Chosen activities lie at most so many days apart; unit: a pair farther."""

    of: Of
    most: int


@dataclass(frozen=True, slots=True)
class EndsDay:
    """Chosen activities are the last of their classes' day.

    Unit: an activity that is not, for each of its classes.
    """

    of: Of


@dataclass(frozen=True, slots=True)
class MaxAtOnce:
    """At most so many chosen activities at the same time ("三个班共用操场"); unit: one more."""

    of: Of
    most: int


@dataclass(frozen=True, slots=True)
class SameRoom:
    """Chosen activities are in as few rooms as possible; unit: a room beyond `most`."""

    of: Of
    most: int = 1


@dataclass(frozen=True, slots=True)
class Seats:
    """A room seats everybody; unit: a pupil without a seat."""

    of: Of = Of()


@dataclass(frozen=True, slots=True)
class Compact:
    """No lonely lesson of a resource on a day; unit: a period with no neighbour."""

    who: Who


@dataclass(frozen=True, slots=True)
class Fair:
    """These resources bear alike ("每人的第一节和末节一样多"): spread of chosen periods.

    Unit: difference between the most and the fewest, beyond `spread`.
    """

    who: tuple[Who, ...]
    times: frozenset[Time]
    spread: int = 1
