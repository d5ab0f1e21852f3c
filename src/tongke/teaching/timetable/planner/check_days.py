"""Definitions of the rules on places and on somebody's days, in plain Python."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from tongke.teaching.timetable.planner import rules
from tongke.teaching.timetable.planner.model import Activity, Grid, Problem, Time
from tongke.teaching.timetable.planner.rules import Of
from tongke.teaching.timetable.planner.week import Days, Week, day_name, in_a_row, period_name

ALL = Of()


@dataclass(frozen=True)
class Found:
    """A broken rule: for whom, by how much, in words, and which activities."""

    bearer: str
    units: int
    text: str
    activities: list[Activity]


def on_day(taken: dict[int, list[Activity]]) -> list[Activity]:
    """The activities of a day, each once."""
    return list({one.key: one for here in taken.values() for one in here}.values())


def all_of(days: Days) -> list[Activity]:
    return list({one.key: one for taken in days.values() for one in on_day(taken)}.values())


def unavailable(ask: rules.Unavailable, problem: Problem, week: Week) -> Iterator[Found]:
    grid = problem.grids.get(ask.grid)
    if grid is None:
        return
    for one in week.whose(ask.who):
        if not week.holds(ask.who, one):
            continue
        mine = problem.grids[one.grid]
        bad = [time for time in week.times(one) if _forbidden(time, mine, ask.times, grid)]
        if bad:
            yield Found(week.name(ask.who), len(bad), f"{one.name}排在{period_name(bad[0])}", [one])


def _forbidden(time: Time, mine: Grid, times: frozenset[Time], grid: Grid) -> bool:
    if mine.key == grid.key:
        return time in times
    period = mine.days[time.day][time.period]
    for other in times:
        if other.day != time.day or other.day >= len(grid.days):
            continue
        if not 0 <= other.period < len(grid.days[other.day]):
            continue
        theirs = grid.days[other.day][other.period]
        if period.start_minute < theirs.end_minute and theirs.start_minute < period.end_minute:
            return True
    return False


def only(ask: rules.Only, problem: Problem, week: Week) -> Iterator[Found]:
    for one in week.chosen(ask.of):
        if one.key in week.placed and one.grid == ask.grid:
            times = week.times(one) if ask.periods else week.times(one)[:1]
            out = [time for time in times if time not in ask.times]
            if out:
                yield Found(one.name, len(out), f"{one.name}排在{period_name(out[0])}", [one])


def never(ask: rules.Never, problem: Problem, week: Week) -> Iterator[Found]:
    for one in week.chosen(ask.of):
        if one.key in week.placed and one.grid == ask.grid:
            bad = [time for time in week.times(one) if time in ask.times]
            if bad:
                yield Found(one.name, len(bad), f"{one.name}排在{period_name(bad[0])}", [one])


def _each_day(
    who: rules.Who, of: Of, week: Week, judge: Callable[[int, list[int], Grid], tuple[int, str]]
) -> Iterator[Found]:
    """A rule each day is judged by itself; `judge` gets day, taken positions and grid."""
    grid, days = week.days(who, of)
    for day in sorted(days):
        units, text = judge(day, sorted(days[day]), grid)
        if units > 0:
            sentence = f"{week.name(who)}{day_name(day)}{text}"
            yield Found(week.name(who), units, sentence, on_day(days[day]))


def max_per_day(ask: rules.MaxPerDay, problem: Problem, week: Week) -> Iterator[Found]:
    def judge(_: int, taken: list[int], __: Grid) -> tuple[int, str]:
        return len(taken) - ask.most, f"有 {len(taken)} 节（最多 {ask.most} 节）"

    return _each_day(ask.who, ask.of, week, judge)


def min_per_day(ask: rules.MinPerDay, problem: Problem, week: Week) -> Iterator[Found]:
    def judge(_: int, taken: list[int], __: Grid) -> tuple[int, str]:
        return ask.least - len(taken), f"只有 {len(taken)} 节（至少 {ask.least} 节）"

    return _each_day(ask.who, ALL, week, judge)


def max_run(ask: rules.MaxRun, problem: Problem, week: Week) -> Iterator[Found]:
    def judge(day: int, taken: list[int], grid: Grid) -> tuple[int, str]:
        runs = [1]
        for before, now in pairwise(taken):
            if now == before + 1 and in_a_row(grid, day, before):
                runs[-1] += 1
            else:
                runs.append(1)
        over = sum(max(0, run - ask.most) for run in runs)
        return over, f"连上 {max(runs)} 节（最多 {ask.most} 节）"

    return _each_day(ask.who, ask.of, week, judge)


def _gaps(day: int, taken: list[int], ignore: frozenset[Time]) -> int:
    between = range(taken[0], taken[-1])
    return sum(at not in taken and Time(day, at) not in ignore for at in between)


def max_gaps(ask: rules.MaxGaps, problem: Problem, week: Week) -> Iterator[Found]:
    def judge(day: int, taken: list[int], _: Grid) -> tuple[int, str]:
        gaps = _gaps(day, taken, ask.ignore)
        return gaps - ask.most, f"中间空 {gaps} 节（最多 {ask.most} 节）"

    if ask.per == "day":
        yield from _each_day(ask.who, ALL, week, judge)
        return
    _, days = week.days(ask.who, ALL)
    gaps = sum(_gaps(day, sorted(taken), ask.ignore) for day, taken in days.items())
    name = week.name(ask.who)
    text = f"{name}一周中间空 {gaps} 节（最多 {ask.most} 节）"
    yield Found(name, gaps - ask.most, text, all_of(days))


def max_days(ask: rules.MaxDays, problem: Problem, week: Week) -> Iterator[Found]:
    _, days = week.days(ask.who, ALL)
    used = {
        day: taken
        for day, taken in days.items()
        if not ask.within or any(Time(day, at) in ask.within for at in taken)
    }
    name = week.name(ask.who)
    text = f"{name}有 {len(used)} 天有课（最多 {ask.most} 天）"
    yield Found(name, len(used) - ask.most, text, all_of(used))


def min_days(ask: rules.MinDays, problem: Problem, week: Week) -> Iterator[Found]:
    _, days = week.days(None, ask.of)
    chosen = week.chosen(ask.of)
    name = chosen[0].name if chosen else ""
    text = f"{name}等分布在 {len(days)} 天（至少 {ask.least} 天）"
    yield Found(name, ask.least - len(days), text, all_of(days))


def max_span(ask: rules.MaxSpan, problem: Problem, week: Week) -> Iterator[Found]:
    def judge(_: int, taken: list[int], __: Grid) -> tuple[int, str]:
        span = taken[-1] - taken[0] + 1
        return span - ask.most, f"从第一节课到最后一节课有 {span} 节（最多 {ask.most} 节）"

    return _each_day(ask.who, ALL, week, judge)


def starts_early(ask: rules.StartsEarly, problem: Problem, week: Week) -> Iterator[Found]:
    _, days = week.days(ask.who, ALL)
    late, second = [], []
    for day, taken in days.items():
        before = [at for at in range(min(taken)) if Time(day, at) not in ask.ignore]
        if len(before) == 1:
            second.append(day)
        elif before:
            late.append(day)
    name = week.name(ask.who)
    units = len(late) + max(0, len(second) - ask.most)
    names = "、".join(day_name(day) for day in sorted([*late, *second]))
    text = f"{name}{names}不从第一节开始（最多 {ask.most} 天可从第二节开始）"
    yield Found(name, units, text, all_of({day: days[day] for day in (*late, *second)}))


def compact(ask: rules.Compact, problem: Problem, week: Week) -> Iterator[Found]:
    def judge(day: int, taken: list[int], grid: Grid) -> tuple[int, str]:
        lonely = 0
        for at in taken:
            before = at - 1 in taken and in_a_row(grid, day, at - 1)
            after = at + 1 in taken and in_a_row(grid, day, at)
            lonely += not before and not after
        return lonely, f"有 {lonely} 节课前后都空"

    return _each_day(ask.who, ALL, week, judge)


def fair(ask: rules.Fair, problem: Problem, week: Week) -> Iterator[Found]:
    counts: dict[rules.Who, int] = {}
    for who in ask.who:
        _, days = week.days(who, ALL)
        counts[who] = sum(Time(day, at) in ask.times for day, taken in days.items() for at in taken)
    if not counts:
        return
    most, least = max(counts, key=lambda who: counts[who]), min(counts, key=lambda who: counts[who])
    text = f"{week.name(most)} {counts[most]} 节，{week.name(least)} {counts[least]} 节"
    yield Found(week.name(most), counts[most] - counts[least] - ask.spread, text, [])


def seats(ask: rules.Seats, problem: Problem, week: Week) -> Iterator[Found]:
    for one in week.chosen(ask.of):
        place = week.placed.get(one.key)
        if place is None or place.room is None or place.room not in problem.capacity:
            continue
        seats = problem.capacity[place.room]
        room = week.room_name(place.room)
        text = f"{one.name} {one.size} 人，{room}只有 {seats} 座"
        yield Found(one.name, one.size - seats, text, [one])
