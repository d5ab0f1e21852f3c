"""Reasons that can be counted: more periods are asked of somebody than there are."""

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from tongke.teaching.timetable.planner.clock import Clock
from tongke.teaching.timetable.planner.model import Activity, Problem, Resource
from tongke.teaching.timetable.planner.outcome import Blocker, Conflict
from tongke.teaching.timetable.planner.rules import MaxDays, MaxPerDay, Of, Unavailable, Who


def shortages(problem: Problem) -> Iterator[Conflict]:
    """Conflicts found by counting alone, without any search."""
    yield from _too_long(problem)
    users: dict[Resource, list[Activity]] = defaultdict(list)
    for activity in problem.activities:
        for resource in dict.fromkeys((*activity.classes, *activity.teachers)):
            users[resource].append(activity)
        if len(activity.rooms) == 1:
            users[activity.rooms[0]].append(activity)
    clock = Clock(tuple(problem.grids.values()), problem.travel)
    for resource, activities in users.items():
        if len({activity.grid for activity in activities}) == 1:
            yield from _too_much(problem, clock, resource, activities)
    yield from _too_few_rooms(problem, clock)


def _too_long(problem: Problem) -> Iterator[Conflict]:
    clock = Clock(tuple(problem.grids.values()), problem.travel)
    for activity in problem.activities:
        if not clock.starts(clock.index[activity.grid], activity.length).any():
            grid = problem.grids[activity.grid].name
            yield Conflict((), f"{activity.name}要连排 {activity.length} 节，{grid}的作息表里没有")


def _too_much(
    problem: Problem, clock: Clock, resource: Resource, activities: list[Activity]
) -> Iterator[Conflict]:
    """A class, teacher or only room with more periods than there are hours for it."""
    need = sum(one.length for one in activities if one.weeks == -1)
    grid = clock.index[activities[0].grid]
    who = (resource.kind, resource.key)
    open_, rules = _open(problem, clock, who, grid)
    have = int(open_.sum())
    name = resource.label
    if need > have:
        why = "每周只有" if not rules else "能排的只有"
        sentence = f"{name}每周有 {need} 节课要上，{why} {have} 节"
        yield Conflict(rules, sentence, (_blocker(resource, sentence, need - have),))
        return
    yield from _too_few_days(problem, clock, resource, need, open_, rules)


def _open(
    problem: Problem, clock: Clock, who: Who, grid: int
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Periods somebody could be used in, and the rules that close others."""
    start, end = clock.bells
    open_, rules = end[grid] > start[grid], []
    for rule in problem.rules:
        ask = rule.ask
        if not isinstance(ask, Unavailable) or ask.who != who or rule.weight is not None:
            continue
        if ask.grid in clock.index:
            open_ = open_ & ~clock.taken(ask.times, clock.index[ask.grid], grid)
            rules.append(rule.key)
    for entry in problem.busy:
        if (entry.resource.kind, entry.resource.key) == who:
            open_ = open_ & ~clock.busy(entry, grid)
    return open_, tuple(rules)


def _too_few_days(
    problem: Problem,
    clock: Clock,
    resource: Resource,
    need: int,
    open_: np.ndarray,
    rules: tuple[str, ...],
) -> Iterator[Conflict]:
    """More periods than the allowed number of days with the allowed number a day can hold."""
    who = (resource.kind, resource.key)
    hard = [rule for rule in problem.rules if rule.weight is None]
    per_day = [
        (one.ask.most, one.key)
        for one in hard
        if isinstance(one.ask, MaxPerDay) and one.ask.who == who and one.ask.of == Of()
    ]
    days = [
        (one.ask.most, one.key)
        for one in hard
        if isinstance(one.ask, MaxDays) and one.ask.who == who and not one.ask.within
    ]
    most, most_key = min(per_day, default=(clock.periods, ""))
    many, many_key = min(days, default=(clock.days, ""))
    each = np.minimum(open_.reshape(clock.days, clock.periods).sum(axis=1), most)
    have = int(np.sort(each)[::-1][: max(0, many)].sum())
    if need <= have:
        return
    keys = tuple(key for key in (*rules, most_key, many_key) if key)
    parts = ([f"每天最多 {most} 节"] if most_key else []) + (
        [f"最多 {many} 天"] if many_key else []
    )
    sentence = f"{resource.label}每周有 {need} 节课要上，{'、'.join(parts)}只排得下 {have} 节"
    yield Conflict(keys, sentence, (_blocker(resource, sentence, need - have),))


def _too_few_rooms(problem: Problem, clock: Clock) -> Iterator[Conflict]:
    """Activities that may use only the rooms of a set need more hours than the set has."""
    sets: dict[frozenset[Resource], list[Activity]] = defaultdict(list)
    for activity in problem.activities:
        if len(activity.rooms) > 1:
            sets[frozenset(activity.rooms)].append(activity)
    for rooms, activities in sets.items():
        inside = [a for other, those in sets.items() if other <= rooms for a in those]
        grids = {activity.grid for activity in inside}
        if len(grids) != 1:
            continue
        grid = clock.index[activities[0].grid]
        need = sum(one.length for one in inside if one.weeks == -1)
        have = 0
        rules: list[str] = []
        for room in sorted(rooms):
            open_, keys = _open(problem, clock, (room.kind, room.key), grid)
            have += int(open_.sum())
            rules.extend(keys)
        if need > have:
            names = "、".join(room.label for room in sorted(rooms))
            sentence = f"教室{names}一周共有 {have} 节可用，要排 {need} 节"
            blockers = tuple(_blocker(room, sentence, need - have) for room in sorted(rooms))
            yield Conflict(tuple(rules), sentence, blockers)


def _blocker(resource: Resource, sentence: str, times: int) -> Blocker:
    return Blocker(resource.kind, resource.key, sentence, times)
