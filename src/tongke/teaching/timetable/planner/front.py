"""The planner's questions, answered by machinery that is loaded when the first one is asked.

Loading the compiled search takes a moment, OR-Tools takes seconds; who only builds problems, or
checks timetables, pays for neither.
"""

from collections.abc import Callable

from tongke.teaching.timetable.planner.model import Problem, Timetable
from tongke.teaching.timetable.planner.outcome import (
    Explanation,
    Option,
    Outcome,
    Progress,
    Repair,
)


def solve(
    problem: Problem,
    *,
    start: Timetable | None = None,
    seconds: float = 10,
    seed: int = 1,
    on_progress: Callable[[Progress], bool] | None = None,
    keep: frozenset[str] = frozenset(),
    iterations: int | None = None,
) -> Outcome:
    """Place every activity, break no hard rule, and have as few points as possible.

    Args:
        problem: what is to be planned.
        start: a timetable to begin with.
        seconds: wall clock; the best so far is returned when it is over.
        seed: of the random numbers.
        on_progress: called some times a second; False stops and keeps the best.
        keep: activities that stay where `start` has them.
        iterations: stop after so many steps instead of `seconds`; the result is then a function
            of problem, start and seed alone.
    """
    from tongke.teaching.timetable.planner import solving

    return solving.solve(
        problem,
        start=start or {},
        seconds=seconds,
        seed=seed,
        on_progress=on_progress,
        keep=keep,
        iterations=iterations,
    )


def options(problem: Problem, timetable: Timetable, activity: str) -> list[Option]:
    """Every place an activity could start at, by time, each with its best room.

    `legal` says that dropping it there breaks nothing hard; what is broken elsewhere does not
    count. `delta` and `hard_delta` compare with where it stands now, or with its being nowhere.

    Raises:
        KeyError: no such activity.
    """
    from tongke.teaching.timetable.planner import dropping

    return dropping.options(problem, timetable, activity)


def repair(
    problem: Problem,
    timetable: Timetable,
    *,
    seconds: float = 3,
    loose: frozenset[str] | None = None,
    seed: int = 1,
    iterations: int | None = None,
) -> Repair:
    """Make a timetable meet a problem that has changed under it, and move as little as possible.

    Args:
        problem: as it is now: with the absence, the suspended day, the new teacher.
        timetable: as it was.
        seconds: wall clock at most.
        loose: activities that may move; None for all that are not fixed.
        seed: of the random numbers.
        iterations: steps instead of `seconds`, for a repeatable answer.
    """
    from tongke.teaching.timetable.planner import repairing

    return repairing.repair(
        problem, timetable, seconds=seconds, loose=loose, seed=seed, iterations=iterations
    )


def explain(problem: Problem, *, seconds: float = 10) -> Explanation:
    """Why no timetable meets all hard rules: smallest sets of rules that cannot hold together."""
    from tongke.teaching.timetable.planner import explaining

    return explaining.explain(problem, seconds=seconds)
