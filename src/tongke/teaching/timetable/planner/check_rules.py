"""What each kind of rule means, in plain Python: the definitions the search is tested against."""

from collections.abc import Callable, Iterator
from typing import Any

from tongke.teaching.timetable.planner import check_days as days
from tongke.teaching.timetable.planner import check_groups as groups
from tongke.teaching.timetable.planner import rules
from tongke.teaching.timetable.planner.check_days import Found
from tongke.teaching.timetable.planner.model import Problem
from tongke.teaching.timetable.planner.week import Week


def broken_units(ask: object, problem: Problem, week: Week) -> Iterator[Found]:
    """Where a timetable breaks a rule."""
    judge = _JUDGES.get(type(ask))
    if judge is None:
        raise TypeError(f"no definition for {type(ask).__name__}")
    for found in judge(ask, problem, week):
        if found.units > 0:
            yield found


_JUDGES: dict[type, Callable[[Any, Problem, Week], Iterator[Found]]] = {
    rules.Unavailable: days.unavailable,
    rules.Only: days.only,
    rules.Never: days.never,
    rules.MaxPerDay: days.max_per_day,
    rules.MinPerDay: days.min_per_day,
    rules.MaxRun: days.max_run,
    rules.MaxGaps: days.max_gaps,
    rules.MaxDays: days.max_days,
    rules.MinDays: days.min_days,
    rules.MaxSpan: days.max_span,
    rules.StartsEarly: days.starts_early,
    rules.Compact: days.compact,
    rules.DaysApart: groups.days_apart,
    rules.DaysNear: groups.days_near,
    rules.Apart: groups.apart,
    rules.Grouped: groups.grouped,
    rules.Spaced: groups.spaced,
    rules.Follows: groups.follows,
    rules.Together: groups.together,
    rules.EndsDay: groups.ends_day,
    rules.MaxAtOnce: groups.max_at_once,
    rules.SameRoom: groups.same_room,
    rules.Seats: days.seats,
    rules.Fair: days.fair,
}
