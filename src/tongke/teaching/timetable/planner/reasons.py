"""Why a place costs an activity something by itself, in Chinese."""

from collections.abc import Iterator

from tongke.teaching.timetable.planner.compiling import Compiled
from tongke.teaching.timetable.planner.model import Activity, Resource, Rule, Time
from tongke.teaching.timetable.planner.rules import Never, Only, Seats, Unavailable
from tongke.teaching.timetable.planner.week import period_name


def of_place(compiled: Compiled, a: int, start: int, option: int) -> Iterator[str]:
    """Reasons against a place that do not depend on where anything else stands."""
    activity = compiled.problem.activities[a]
    choice = compiled.options[a][option - int(compiled.option_start[a])]
    cells = range(start, start + activity.length)
    if activity.fixed is not None and compiled.clock.time(start) != activity.fixed.time:
        yield f"{activity.name}已定在{period_name(activity.fixed.time)}"
    if not choice.suitable:
        yield "不是它可用的教室" if choice.room is not None else "还没有教室"
    everybody = [*dict.fromkeys((*activity.classes, *activity.teachers))]
    if choice.room is not None:
        everybody.append(choice.room)
    yield from _busy(compiled, a, everybody, cells)
    for rule in compiled.problem.rules:
        units = _units(compiled, a, rule, everybody, cells, choice.room)
        if units and rule.weight is None:
            yield f"不允许：{rule.sentence}"
        elif units and rule.weight:
            yield f"{rule.sentence}（+{units * rule.weight} 分）"


def _busy(compiled: Compiled, a: int, everybody: list[Resource], cells: range) -> Iterator[str]:
    grid = int(compiled.grids[a])
    for resource in everybody:
        for entry in compiled.problem.busy:
            if entry.resource == resource and compiled.clock.busy(entry, grid)[list(cells)].any():
                yield f"{resource.label}已有{entry.label or '其他安排'}"


def _units(
    compiled: Compiled,
    a: int,
    rule: Rule,
    everybody: list[Resource],
    cells: range,
    room: Resource | None,
) -> int:
    """Units of a rule on single places."""
    ask, clock = rule.ask, compiled.clock
    activity, grid = compiled.problem.activities[a], int(compiled.grids[a])
    if isinstance(ask, Unavailable):
        if ask.grid not in clock.index or not any((r.kind, r.key) == ask.who for r in everybody):
            return 0
        return int(clock.taken(ask.times, clock.index[ask.grid], grid)[list(cells)].sum())
    if isinstance(ask, Only | Never):
        if activity.grid != ask.grid or a not in compiled.selection.chosen(ask.of):
            return 0
        return _hours(ask, [clock.time(cell) for cell in cells])
    if isinstance(ask, Seats) and room is not None and a in compiled.selection.chosen(ask.of):
        return _standing(compiled, activity, room)
    return 0


def _hours(ask: Only | Never, times: list[Time]) -> int:
    if isinstance(ask, Never):
        return sum(time in ask.times for time in times)
    return sum(time not in ask.times for time in (times if ask.periods else times[:1]))


def _standing(compiled: Compiled, activity: Activity, room: Resource) -> int:
    return max(0, activity.size - compiled.problem.capacity.get(room.key, activity.size))
