"""The allocation: deferred acceptance for one seat each, serial choice for several."""

from collections import deque
from collections.abc import Iterable

from tongke.teaching.electives.allocation.model import Outcome, Problem, Reason


def allocate(problem: Problem) -> Outcome:
    """Give out the seats by the rule of docs/algorithms/allocation.md.

    Deterministic: the same courses, pupils and seed give the same outcome in whatever order they
    are listed.
    """
    seats = _one_each(problem) if problem.soft else _in_turn(problem)
    return _told(problem, seats)


def _one_each(problem: Problem) -> dict[str, tuple[str, ...]]:
    """Pupils ask for their best course; a full one keeps those it puts first; the rest ask on."""
    lists = {
        key: deque(c for c in _wishes(problem, key) if problem.obstacle(key, c, ()) is None)
        for key in problem.order
    }
    held: dict[str, set[str]] = {one.key: set() for one in problem.courses}
    asking = deque(problem.order)
    while asking:
        pupil = asking.popleft()
        if not lists[pupil]:
            continue
        course = lists[pupil].popleft()
        kept = chosen(problem, course, held[course] | {pupil})
        asking.extend(sorted((held[course] | {pupil}) - kept, key=problem.turn.__getitem__))
        held[course] = kept
    seats: dict[str, tuple[str, ...]] = dict.fromkeys(problem.order, ())
    for course, pupils in held.items():
        for pupil in pupils:
            seats[pupil] = (course,)
    return seats


def chosen(problem: Problem, course: str, pupils: Iterable[str]) -> set[str]:
    """Whom a course takes of those who ask: reserved seats first, then open ones, all in order."""
    one = problem.course[course]
    line = sorted(pupils, key=problem.turn.__getitem__)
    own = [key for key in line if problem.own(key, course)]
    first = set(own[: min(one.reserved, one.seats)])
    rest = [key for key in line if key not in first]
    free = one.seats - len(first) if problem.soft else one.seats - min(one.reserved, one.seats)
    return first | set(rest[: max(0, free)])


def _in_turn(problem: Problem) -> dict[str, tuple[str, ...]]:
    """One pupil after the other takes the best that is left, up to the number allowed."""
    held: dict[str, set[str]] = {one.key: set() for one in problem.courses}
    seats: dict[str, tuple[str, ...]] = {}
    for pupil in problem.order:
        mine: tuple[str, ...] = ()
        for course in _wishes(problem, pupil):
            if problem.obstacle(pupil, course, mine) is None and pupil in chosen(
                problem, course, held[course] | {pupil}
            ):
                mine = (*mine, course)
                held[course].add(pupil)
        seats[pupil] = mine
    return seats


def _wishes(problem: Problem, pupil: str) -> list[str]:
    """The ranked courses that exist, each once."""
    return [c for c in dict.fromkeys(problem.pupil[pupil].ranked) if c in problem.course]


def _told(problem: Problem, seats: dict[str, tuple[str, ...]]) -> Outcome:
    wanted: dict[str, list[str]] = {one.key: [] for one in problem.courses}
    for pupil in problem.order:
        for course in _wishes(problem, pupil):
            wanted[course].append(pupil)
    waiting: dict[str, list[str]] = {one.key: [] for one in problem.courses}
    reasons: dict[tuple[str, str], Reason] = {}
    rolls = Outcome(seats, {}, {}).rolls()
    places = {
        (pupil, course): place
        for course, line in wanted.items()
        for place, pupil in enumerate(line, start=1)
    }
    for pupil in problem.order:
        for course in _wishes(problem, pupil):
            reason = _why(problem, pupil, course, seats[pupil], rolls.get(course, set()))
            reasons[pupil, course] = Reason(
                reason.kind, reason.other, places[pupil, course], len(wanted[course])
            )
            if reason.kind in {"full", "reserved"}:
                waiting[course].append(pupil)
    return Outcome(seats, {key: tuple(line) for key, line in waiting.items()}, reasons)


def _why(
    problem: Problem, pupil: str, course: str, mine: tuple[str, ...], roll: set[str]
) -> Reason:
    """Why the pupil has, or has not, this seat: only what they rank higher stands in the way."""
    if course in mine:
        return Reason("seated")
    line = _wishes(problem, pupil)
    better = tuple(each for each in mine if line.index(each) < line.index(course))
    obstacle = problem.obstacle(pupil, course, better)
    if obstacle is not None:
        return obstacle
    return Reason("full" if len(roll) >= problem.course[course].seats else "reserved")
