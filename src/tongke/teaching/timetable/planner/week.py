"""A timetable as people see it: who stands where when. For the checker; no arrays."""

from collections import Counter
from collections.abc import Iterable

from tongke.teaching.timetable.planner.model import (
    Activity,
    Grid,
    Place,
    Problem,
    Time,
    Timetable,
)
from tongke.teaching.timetable.planner.rules import Of, Who
from tongke.teaching.timetable.slots.model import weekday_name

Days = dict[int, dict[int, list[Activity]]]
"""Taken positions of each day, with the activities that take them."""


def day_name(day: int) -> str:
    """A day from 0: "周一"; beyond a week "第8天"."""
    return weekday_name(day + 1) if 0 <= day < 7 else f"第{day + 1}天"


def period_name(time: Time) -> str:
    """A time as people name it: "周三第2节"."""
    return f"{day_name(time.day)}第{time.period + 1}节"


def fits(grid: Grid, time: Time, length: int) -> bool:
    """Whether an activity of so many periods may start there: on one day, without a long pause."""
    if not 0 <= time.day < len(grid.days):
        return False
    periods = grid.days[time.day]
    if time.period < 0 or time.period + length > len(periods):
        return False
    return all(in_a_row(grid, time.day, at) for at in range(time.period, time.period + length - 1))


def in_a_row(grid: Grid, day: int, period: int) -> bool:
    """Whether a period and the next are in a row."""
    if not 0 <= day < len(grid.days) or not 0 <= period < len(grid.days[day]) - 1:
        return False
    one, two = grid.days[day][period], grid.days[day][period + 1]
    return two.start_minute - one.end_minute <= grid.pause


class Week:
    """Where everything stands.

    Args:
        problem: the problem.
        timetable: a timetable; places outside their grid are left out of `placed`.
    """

    def __init__(self, problem: Problem, timetable: Timetable) -> None:
        self.problem = problem
        self.placed: dict[str, Place] = {}
        self._rooms: dict[str, str] = {}
        for activity in problem.activities:
            for room in activity.rooms:
                self._rooms.setdefault(room.key, room.label)
            place = timetable.get(activity.key)
            grid = problem.grids[activity.grid]
            if place is not None and fits(grid, place.time, activity.length):
                self.placed[activity.key] = place
        self._whose: dict[Who, list[Activity]] = {}
        self._names: dict[Who, str] = {}
        for activity in problem.activities:
            for one in dict.fromkeys((*activity.classes, *activity.teachers, *activity.rooms)):
                self._whose.setdefault((one.kind, one.key), []).append(activity)
                self._names.setdefault((one.kind, one.key), one.label)

    def room_name(self, key: str) -> str:
        """The name of a room, or its key."""
        return self._rooms.get(key, key)

    def name(self, who: Who) -> str:
        """The name of somebody, or the key."""
        return self._names.get(who, who[1])

    def interval(self, activity: Activity) -> tuple[int, int, int]:
        """Day, start and end minute of a placed activity."""
        time = self.placed[activity.key].time
        periods = self.problem.grids[activity.grid].days[time.day]
        last = periods[time.period + activity.length - 1]
        return time.day, periods[time.period].start_minute, last.end_minute

    def site(self, activity: Activity) -> str:
        """Where an activity's school is."""
        return self.problem.grids[activity.grid].site

    def whose(self, who: Who) -> list[Activity]:
        """Activities somebody takes part in, or for which a room would do."""
        return self._whose.get(who, [])

    def chosen(self, of: Of) -> list[Activity]:
        """Activities of the problem a rule speaks of."""
        if of.who is not None:
            pool: Iterable[Activity] = self.whose(of.who)
        else:
            pool = self.problem.activities
        return [
            one
            for one in pool
            if (not of.keys or one.key in of.keys)
            and (not of.tasks or one.task in of.tasks)
            and (not of.subjects or one.subject in of.subjects)
            and (not of.tags or of.tags & one.tags)
        ]

    def chosen_of(self, who: Who, of: Of) -> list[Activity]:
        """Those of somebody's activities that are chosen."""
        if of == Of():
            return self.whose(who)
        keys = {one.key for one in self.chosen(of)}
        return [one for one in self.whose(who) if one.key in keys]

    def main_grid(self, activities: Iterable[Activity]) -> Grid:
        """The grid most of these activities follow; the first of equals."""
        counts = Counter(one.grid for one in activities)
        return max(self.problem.grids.values(), key=lambda grid: counts.get(grid.key, 0))

    def holds(self, who: Who | None, activity: Activity) -> bool:
        """Whether a placed activity is somebody's; a room's when it stands in it."""
        if activity.key not in self.placed:
            return False
        if who is None or who[0] != "room":
            return True
        return self.placed[activity.key].room == who[1]

    def days(self, who: Who | None, of: Of) -> tuple[Grid, Days]:
        """Positions taken on each day, counted in the grid most of the activities follow."""
        activities = self.chosen(of) if who is None else self.chosen_of(who, of)
        grid = self.main_grid(activities)
        answer: Days = {}
        for one in activities:
            if not self.holds(who, one):
                continue
            for time in self.times(one):
                position = self._position(time, self.problem.grids[one.grid], grid)
                answer.setdefault(time.day, {}).setdefault(position, []).append(one)
        return grid, answer

    def times(self, activity: Activity) -> list[Time]:
        """The periods a placed activity covers, in its own grid."""
        time = self.placed[activity.key].time
        return [Time(time.day, time.period + step) for step in range(activity.length)]

    @staticmethod
    def _position(time: Time, source: Grid, target: Grid) -> int:
        """The period of another grid that stands for one: most overlap, else the nearest start."""
        if source.key == target.key or time.day >= len(target.days) or not target.days[time.day]:
            return time.period
        mine = source.days[time.day][time.period]

        def fit(other: int) -> tuple[int, int]:
            period = target.days[time.day][other]
            common = min(mine.end_minute, period.end_minute) - max(
                mine.start_minute, period.start_minute
            )
            return max(0, common), -abs(mine.start_minute - period.start_minute)

        best = 0
        for other in range(1, len(target.days[time.day])):
            here, there = fit(other), fit(best)
            if here[0] > there[0] or (here[0] == there[0] == 0 and here[1] > there[1]):
                best = other
        return best
