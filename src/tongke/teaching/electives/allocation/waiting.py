"""What happens when a seat becomes free: the next on the waiting list, and whom that frees."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tongke.teaching.electives.allocation.model import Problem, Pupil, Standing


@dataclass(frozen=True, slots=True)
class Move:
    """A pupil who gets a seat from the waiting list, and the lesser seats they leave for it."""

    pupil: str
    course: str
    left: tuple[str, ...] = ()


def promote(
    problem: Problem, now: Standing, freed: Iterable[str]
) -> tuple[Standing, tuple[Move, ...]]:
    """Fill free seats of these courses from their waiting lists, until nothing moves.

    A pupil leaves a seat only for one they ranked higher. Whoever moves up frees a seat, which is
    filled in the same way; as every move is to a better seat, this ends. Those who are not in the
    problem any more keep their seats and get no other; a seat that is not among a pupil's choices
    any more comes last.
    """
    seats = {key: tuple(value) for key, value in now.seats.items()}
    waiting = {key: list(value) for key, value in now.waiting.items()}
    moves: list[Move] = []
    todo = deque(dict.fromkeys(freed))
    while todo:
        course = todo.popleft()
        while True:
            step = _next(problem, seats, waiting.get(course, []), course)
            if step is None:
                break
            pupil, left = step
            kept = [c for c in seats.get(pupil, ()) if c not in left]
            rank = _rank(problem.pupil[pupil])
            seats[pupil] = tuple(sorted([*kept, course], key=rank))
            waiting[course].remove(pupil)
            moves.append(Move(pupil, course, left))
            todo.extend(left)
    done = Standing(seats, {key: tuple(line) for key, line in waiting.items()})
    return done, tuple(moves)


def _next(
    problem: Problem, seats: dict[str, tuple[str, ...]], line: list[str], course: str
) -> tuple[str, tuple[str, ...]] | None:
    """The first who may have the free seat, with what they would leave; None when nobody may."""
    one = problem.course[course]
    roll = {pupil for pupil, held in seats.items() if course in held}
    if len(roll) >= one.seats:
        return None
    own_seated = sum(problem.own(pupil, course) for pupil in roll)
    owed = own_seated < one.reserved
    others = len(roll) - own_seated + max(0, own_seated - one.reserved)
    options = [(pupil, problem.own(pupil, course)) for pupil in line]
    for pupil, own in sorted(options, key=lambda each: not each[1]) if owed else options:
        if owed and not own and not problem.soft and others >= one.seats - one.reserved:
            continue
        left = _leaves(problem, pupil, course, seats.get(pupil, ()))
        if left is not None:
            return pupil, left
    return None


def _rank(pupil: Pupil) -> Callable[[str], int]:
    """The place of a course among a pupil's choices, from 0."""
    places = {course: place for place, course in reversed([*enumerate(pupil.ranked)])}
    return lambda course: places.get(course, len(pupil.ranked))


def _leaves(
    problem: Problem, pupil: str, course: str, held: tuple[str, ...]
) -> tuple[str, ...] | None:
    """The lesser seats that must go for this course; None when a better one stands in the way."""
    one = problem.pupil.get(pupil)
    if one is None or course not in one.ranked:
        return None
    rank = _rank(one)
    better = tuple(each for each in held if rank(each) < rank(course))
    if problem.obstacle(pupil, course, better) is not None:
        return None
    kept: tuple[str, ...] = (*better, course)
    left: tuple[str, ...] = ()
    for each in sorted((each for each in held if each not in better), key=rank):
        if problem.obstacle(pupil, each, kept) is None:
            kept = (*kept, each)
        else:
            left = (*left, each)
    return left
