"""The independent checker: every rule from its definition, slowly, without the search's arrays."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations

from tongke.teaching.timetable.planner.check_rules import broken_units
from tongke.teaching.timetable.planner.model import (
    Activity,
    Problem,
    Resource,
    Timetable,
    Violation,
)
from tongke.teaching.timetable.planner.week import Week, day_name, period_name

CLASH = ""
"""`Violation.rule` of what is true of every timetable and needs no rule."""


def check(problem: Problem, timetable: Timetable) -> list[Violation]:
    """Everything that is wrong with a timetable: hard first, then dearest first.

    Activities the timetable does not hold are not missed here; `solve` reports them as unplaced.
    """
    week = Week(problem, timetable)
    found = [
        *_shapes(problem, timetable, week),
        *_fixed(problem, week),
        *_meetings(problem, week),
        *_busy(problem, week),
        *_rules(problem, week),
    ]
    return sorted(found, key=lambda one: (not one.hard, -one.cost, one.rule, one.activities))


def score(problem: Problem, timetable: Timetable) -> tuple[int, int]:
    """Units of broken hard rules, and points, of a timetable; see `check`."""
    found = check(problem, timetable)
    return sum(one.units for one in found if one.hard), sum(one.cost for one in found)


def _clash(sentence: str, bearer: str, *activities: Activity) -> Violation:
    keys = tuple(activity.key for activity in activities)
    return Violation(CLASH, sentence, hard=True, cost=0, bearer=bearer, activities=keys)


def _shapes(problem: Problem, timetable: Timetable, week: Week) -> Iterator[Violation]:
    """Places outside the grid, and rooms that will not do."""
    for activity in problem.activities:
        place = timetable.get(activity.key)
        if place is None:
            continue
        grid = problem.grids[activity.grid]
        where = f"{day_name(place.time.day)}第{place.time.period + 1}节"
        if activity.key not in week.placed:
            sentence = f"{activity.name}：{grid.name}的作息表排不下{where}起的{activity.length}节"
            yield _clash(sentence, activity.name, activity)
            continue
        rooms: set[str | None] = {room.key for room in activity.rooms} or {None}
        if activity.fixed is not None and activity.fixed.room is not None:
            rooms.add(activity.fixed.room)
        if place.room not in rooms:
            what = "没有教室" if place.room is None else f"不能用教室{week.room_name(place.room)}"
            yield _clash(f"{activity.name}（{where}）{what}", activity.name, activity)


def _fixed(problem: Problem, week: Week) -> Iterator[Violation]:
    for activity in problem.activities:
        place = week.placed.get(activity.key)
        if place is None or activity.fixed is None:
            continue
        fixed = activity.fixed
        if place.time != fixed.time:
            when = period_name(fixed.time)
            yield _clash(f"{activity.name}已定在{when}，不能移动", activity.name, activity)
        if fixed.room is not None and place.room != fixed.room:
            name = week.room_name(fixed.room)
            yield _clash(f"{activity.name}已定在教室{name}", activity.name, activity)


def _users(problem: Problem, week: Week) -> dict[Resource, list[Activity]]:
    """Who is used by which placed activities."""
    users: dict[Resource, list[Activity]] = defaultdict(list)
    for activity in problem.activities:
        place = week.placed.get(activity.key)
        if place is None:
            continue
        for resource in dict.fromkeys((*activity.classes, *activity.teachers)):
            users[resource].append(activity)
        if place.room is not None:
            users[Resource("room", place.room, week.room_name(place.room))].append(activity)
    return users


def _meetings(problem: Problem, week: Week) -> Iterator[Violation]:
    """Anybody or any room in two places at once, with the way between sites."""
    for resource, activities in _users(problem, week).items():
        for one, other in combinations(activities, 2):
            if not one.weeks & other.weeks:
                continue
            day, begin, finish = week.interval(one)
            other_day, start, end = week.interval(other)
            go, back = _way(problem, resource, week.site(one), week.site(other))
            if day != other_day or not (begin < end + back and start < finish + go):
                continue
            when = period_name(week.placed[one.key].time)
            if begin < end and start < finish:
                sentence = f"{resource.label}{when}同时有{one.name}和{other.name}"
            else:
                sentence = (
                    f"{resource.label}{when}前后来不及在两处之间赶路：{one.name}、{other.name}"
                )
            yield _clash(sentence, resource.label, one, other)


def _way(problem: Problem, resource: Resource, site: str, other: str) -> tuple[int, int]:
    if resource.kind == "room":
        return 0, 0
    return problem.travel.get((site, other), 0), problem.travel.get((other, site), 0)


def _busy(problem: Problem, week: Week) -> Iterator[Violation]:
    users = _users(problem, week)
    for entry in problem.busy:
        for activity in users.get(entry.resource, ()):
            day, begin, finish = week.interval(activity)
            go, back = _way(problem, entry.resource, entry.site, week.site(activity))
            if (
                day == entry.day
                and begin < entry.end_minute + go
                and (entry.start_minute < finish + back)
            ):
                name = _name(users, entry.resource)
                when = period_name(week.placed[activity.key].time)
                what = entry.label or "其他安排"
                yield _clash(f"{name}{when}已有{what}，又排了{activity.name}", name, activity)


def _name(users: dict[Resource, list[Activity]], resource: Resource) -> str:
    """The name the activities know, where the entry itself has none."""
    if resource.name:
        return resource.name
    return next((one.label for one in users if one == resource), resource.label)


def _rules(problem: Problem, week: Week) -> Iterator[Violation]:
    for rule in problem.rules:
        for found in broken_units(rule.ask, problem, week):
            detail = found.text
            yield Violation(
                rule.key,
                f"{rule.sentence}：{detail}" if rule.sentence else detail,
                hard=rule.weight is None,
                cost=0 if rule.weight is None else rule.weight * found.units,
                bearer=found.bearer,
                activities=tuple(activity.key for activity in found.activities),
                units=found.units,
            )


def legal(problem: Problem, timetable: Timetable) -> bool:
    """Whether nothing hard is broken."""
    return not any(one.hard for one in check(problem, timetable))
