"""Definitions of the rules on groups of activities, in plain Python."""

from collections.abc import Callable, Iterator
from itertools import combinations

from tongke.teaching.timetable.planner import rules
from tongke.teaching.timetable.planner.check_days import ALL, Found
from tongke.teaching.timetable.planner.model import Activity, Problem, Time
from tongke.teaching.timetable.planner.rules import Of
from tongke.teaching.timetable.planner.week import Week, day_name, in_a_row, period_name


def _pairs(
    of: Of, week: Week, bad: Callable[[Activity, Activity], bool], words: str
) -> Iterator[Found]:
    """A rule on pairs of chosen activities, one violation for each bad pair."""
    placed = [one for one in week.chosen(of) if one.key in week.placed]
    for one, other in combinations(placed, 2):
        if bad(one, other):
            when, then = (period_name(week.placed[key].time) for key in (one.key, other.key))
            text = f"{one.name}（{when}）与{other.name}（{then}）{words}"
            yield Found(one.name, 1, text, [one, other])


def _distance(week: Week, one: Activity, other: Activity) -> int:
    return abs(week.placed[one.key].time.day - week.placed[other.key].time.day)


def _touch(week: Week, problem: Problem, one: Activity, other: Activity) -> bool:
    """Whether two activities follow each other in a row, in either order."""
    first, second = sorted((one, other), key=lambda each: week.placed[each.key].time)
    time, then = week.placed[first.key].time, week.placed[second.key].time
    end = time.period + first.length
    grid = problem.grids[first.grid]
    return time.day == then.day and end == then.period and in_a_row(grid, time.day, end - 1)


def days_apart(ask: rules.DaysApart, problem: Problem, week: Week) -> Iterator[Found]:
    def bad(one: Activity, other: Activity) -> bool:
        apart = _distance(week, one, other)
        if apart == 0 and ask.glued and _touch(week, problem, one, other):
            return False
        return apart < ask.least

    return _pairs(ask.of, week, bad, f"至少隔 {ask.least} 天")


def days_near(ask: rules.DaysNear, problem: Problem, week: Week) -> Iterator[Found]:
    def bad(one: Activity, other: Activity) -> bool:
        return _distance(week, one, other) > ask.most

    return _pairs(ask.of, week, bad, f"最多隔 {ask.most} 天")


def apart(ask: rules.Apart, problem: Problem, week: Week) -> Iterator[Found]:
    def bad(one: Activity, other: Activity) -> bool:
        day, begin, finish = week.interval(one)
        other_day, start, end = week.interval(other)
        meet = day == other_day and begin < end and start < finish
        return meet and bool(one.weeks & other.weeks)

    return _pairs(ask.of, week, bad, "不能同时上")


def grouped(ask: rules.Grouped, problem: Problem, week: Week) -> Iterator[Found]:
    def bad(one: Activity, other: Activity) -> bool:
        return not _touch(week, problem, one, other)

    return _pairs(ask.of, week, bad, "应当连着上")


def spaced(ask: rules.Spaced, problem: Problem, week: Week) -> Iterator[Found]:
    def bad(one: Activity, other: Activity) -> bool:
        first, second = sorted((one, other), key=lambda each: week.placed[each.key].time)
        time, then = week.placed[first.key].time, week.placed[second.key].time
        return time.day == then.day and then.period - time.period - first.length < ask.least

    return _pairs(ask.of, week, bad, f"同一天要隔 {ask.least} 节")


def follows(ask: rules.Follows, problem: Problem, week: Week) -> Iterator[Found]:
    chosen = {key: week.chosen(Of(keys=frozenset([key]))) for key in (ask.first, ask.second)}
    if ask.first == ask.second or not all(chosen.values()):
        return
    one, other = chosen[ask.first][0], chosen[ask.second][0]
    if one.key not in week.placed or other.key not in week.placed:
        return
    time, then = week.placed[one.key].time, week.placed[other.key].time
    if ask.directly:
        well = time.day == then.day and _touch(week, problem, one, other) and time < then
    else:
        well = time.day < then.day or (
            time.day == then.day and then.period >= time.period + one.length
        )
    if not well:
        how = "紧接着" if ask.directly else "之后"
        yield Found(other.name, 1, f"{other.name}不在{one.name}{how}上", [one, other])


def together(ask: rules.Together, problem: Problem, week: Week) -> Iterator[Found]:
    placed = [one for one in week.chosen(ask.of) if one.key in week.placed]
    for one in placed[1:]:
        first = placed[0]
        time, then = week.placed[first.key].time, week.placed[one.key].time
        alike = {
            "time": week.interval(first)[:2] == week.interval(one)[:2],
            "day": time.day == then.day,
            "period": time.period == then.period,
        }
        if not alike[ask.by]:
            yield Found(one.name, 1, f"{one.name}与{first.name}没有排在一起", [first, one])


def ends_day(ask: rules.EndsDay, problem: Problem, week: Week) -> Iterator[Found]:
    chosen = week.chosen(ask.of)
    classes = {(one.kind, one.key) for activity in chosen for one in activity.classes}
    for who in sorted(classes):
        _, days = week.days(who, ALL)
        for one in chosen:
            mine = {(each.kind, each.key) for each in one.classes}
            if who not in mine or one.key not in week.placed:
                continue
            day = week.placed[one.key].time.day
            last = max(at for at, here in days[day].items() if one in here)
            if max(days[day]) > last:
                text = f"{week.name(who)}{day_name(day)}在{one.name}之后还有课"
                yield Found(week.name(who), 1, text, [one])


def max_at_once(ask: rules.MaxAtOnce, problem: Problem, week: Week) -> Iterator[Found]:
    chosen = week.chosen(ask.of)
    if len(chosen) <= ask.most:
        return
    _, days = week.days(None, ask.of)
    for day in sorted(days):
        for at, here in sorted(days[day].items()):
            text = f"{period_name(Time(day, at))}同时有 {len(here)} 个（最多 {ask.most} 个）"
            yield Found(here[0].name, len(here) - ask.most, text, here)


def same_room(ask: rules.SameRoom, problem: Problem, week: Week) -> Iterator[Found]:
    placed = [one for one in week.chosen(ask.of) if one.key in week.placed]
    rooms = {week.placed[one.key].room for one in placed} - {None}
    if placed:
        text = f"{placed[0].name}等用了 {len(rooms)} 间教室（最多 {ask.most} 间）"
        yield Found(placed[0].name, len(rooms) - ask.most, text, placed)
