"""Small random problems with every kind of rule, two schools with different bells, odd weeks."""

import random
from collections.abc import Callable

from tongke.teaching.timetable import planner
from tongke.teaching.timetable.planner import rules
from tongke.teaching.timetable.planner.model import (
    Activity,
    Busy,
    Grid,
    Period,
    Place,
    Problem,
    Resource,
    Rule,
    Time,
)
from tongke.teaching.timetable.planner.rules import Of

SUBJECTS = ("语文", "数学", "体育", "音乐")


def grid(key: str = "a", days: int = 3, periods: int = 5, begin: int = 480, step: int = 50) -> Grid:
    """A grid of 40-minute lessons with a long pause after the third."""
    bells = tuple(
        Period(
            begin + step * at + (70 if at > 2 else 0),
            begin + step * at + 40 + (70 if at > 2 else 0),
        )
        for at in range(periods)
    )
    return Grid(key, f"{key}校", (bells,) * days, site=key)


def random_problem(seed: int, *, grids: int | None = None) -> Problem:
    """A problem of a handful of activities, with rules of any kind drawn at random."""
    rnd = random.Random(seed)  # noqa: S311 - repeatable, no secret
    several = grids if grids is not None else rnd.choice([1, 1, 2])
    bells = {
        key: grid(key, rnd.randint(1, 3), rnd.randint(3, 5), 480 + 25 * at, 50 - 5 * at)
        for at, key in enumerate("ab"[:several])
    }
    classes = [Resource("class", f"c{at}", f"{at}班") for at in range(rnd.randint(1, 3))]
    teachers = [Resource("teacher", f"t{at}", f"老师{at}") for at in range(rnd.randint(1, 3))]
    rooms = [Resource("room", f"r{at}", f"教室{at}") for at in range(2)]
    activities = tuple(
        _activity(rnd, at, list(bells), classes, teachers, rooms) for at in range(rnd.randint(2, 8))
    )
    who = [(one.kind, one.key) for one in (*classes, *teachers, *rooms)]
    times = _times(rnd, bells["a"])
    asked = [
        _rule(rnd, number, who, bells, activities, times) for number in range(rnd.randint(0, 8))
    ]
    busy = tuple(
        Busy(
            rnd.choice([*classes, *teachers, *rooms]),
            0,
            500 + 30 * at,
            560,
            "会议",
            rnd.choice("ab"),
        )
        for at in range(rnd.randint(0, 2))
    )
    travel = {("a", "b"): rnd.choice([0, 20]), ("b", "a"): rnd.choice([0, 35])}
    return Problem(bells, activities, tuple(asked), busy, travel, {"r0": 30, "r1": 50})


def _activity(
    rnd: random.Random,
    at: int,
    grids: list[str],
    classes: list[Resource],
    teachers: list[Resource],
    rooms: list[Resource],
) -> Activity:
    subject = rnd.choice(SUBJECTS)
    return Activity(
        key=f"x{at}",
        name=f"第{at}课{subject}",
        task=f"task{at // 2}",
        subject=subject,
        grid=rnd.choice(grids),
        classes=tuple(rnd.sample(classes, rnd.randint(0, min(2, len(classes))))),
        teachers=tuple(rnd.sample(teachers, 1)),
        rooms=tuple(rooms[: rnd.randint(0, 2)]),
        length=rnd.choice([1, 1, 2]),
        size=rnd.choice([20, 40, 60]),
        tags=frozenset(rnd.sample(["main", "online"], rnd.randint(0, 2))),
        weeks=rnd.choice([-1, -1, 0b0101, 0b1010]),
        fixed=Place(Time(0, 0)) if rnd.random() < 0.05 else None,
    )


def _times(rnd: random.Random, bells: Grid) -> Callable[[], frozenset[Time]]:
    every = [Time(day, at) for day, one in enumerate(bells.days) for at in range(len(one))]
    return lambda: frozenset(rnd.sample(every, rnd.randint(0, min(6, len(every)))))


def _of(rnd: random.Random, who: list[rules.Who]) -> Of:
    match rnd.randint(0, 4):
        case 0:
            return Of(subjects=frozenset([rnd.choice(SUBJECTS)]))
        case 1:
            return Of(tasks=frozenset(["task0", "task1"]))
        case 2:
            return Of(tags=frozenset(["main"]), who=rnd.choice(who))
        case 3:
            return Of(keys=frozenset(f"x{at}" for at in range(4)))
        case _:
            return Of()


def _rule(
    rnd: random.Random,
    number: int,
    who: list[rules.Who],
    bells: dict[str, Grid],
    activities: tuple[Activity, ...],
    times: Callable[[], frozenset[Time]],
) -> Rule:
    one, of, most = rnd.choice(who), _of(rnd, who), rnd.randint(0, 3)
    school = rnd.choice(list(bells))
    keys = [activity.key for activity in activities]
    asks: list[object] = [
        rules.Unavailable(one, school, times()),
        rules.Only(of, school, times(), rnd.random() < 0.5),
        rules.Never(of, school, times()),
        rules.MaxPerDay(one, most, of),
        rules.MinPerDay(one, most),
        rules.MaxRun(one, most, of),
        rules.MaxGaps(one, most, rnd.choice(["day", "week"]), times()),
        rules.MaxDays(one, most, times()),
        rules.MinDays(of, most),
        rules.MaxSpan(one, most),
        rules.StartsEarly(one, most, times()),
        rules.DaysApart(of, most, rnd.random() < 0.5),
        rules.DaysNear(of, most),
        rules.Together(of, rnd.choice(["time", "day", "period"])),
        rules.Apart(of),
        rules.Grouped(of),
        rules.Spaced(of, most),
        rules.Follows(rnd.choice(keys), rnd.choice(keys), rnd.random() < 0.5),
        rules.EndsDay(of),
        rules.MaxAtOnce(of, most),
        rules.SameRoom(of, 1 + most // 2),
        rules.Seats(of),
        rules.Compact(one),
        rules.Fair(tuple(rnd.sample(who, min(3, len(who)))), times(), most),
    ]
    weight = rnd.choice([None, 1, 3])
    return Rule(f"rule{number}", rnd.choice(asks), weight, f"第{number}条")


def random_timetable(problem: Problem, seed: int) -> dict[str, Place]:
    """Everything (or most of it) somewhere inside its grid, whatever that breaks."""
    rnd = random.Random(seed)  # noqa: S311 - repeatable, no secret
    answer = {}
    for activity in problem.activities:
        starts = all_starts(problem, activity)
        if starts and rnd.random() < 0.9:
            room = rnd.choice([one.key for one in activity.rooms] or [None])
            answer[activity.key] = Place(rnd.choice(starts), room)
    return answer


def all_starts(problem: Problem, activity: Activity) -> list[Time]:
    """Times at which an activity lies inside its grid, found with the checker alone."""
    school = problem.grids[activity.grid]
    alone = Problem(problem.grids, (activity,))
    found = []
    for day, periods in enumerate(school.days):
        for at in range(len(periods)):
            place = Place(Time(day, at), activity.rooms[0].key if activity.rooms else None)
            if all(
                "排不下" not in one.sentence for one in planner.check(alone, {activity.key: place})
            ):
                found.append(place.time)
    return found
