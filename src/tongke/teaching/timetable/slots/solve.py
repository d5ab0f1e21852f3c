"""The plan: all courses of a region placed at once by CP-SAT, the same answer every time.

Courses that share nobody and no room are solved apart, so a region costs the sum of its
consortia. Two passes: first as many lessons as possible, then, with that number held, the
fewest penalty points. One worker, a fixed seed and a limit in the solver's own deterministic
time make the plan a function of its input. See docs/algorithms/joint-slots.md.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tongke.teaching.timetable.slots.candidates import Candidate, combinations, faults, parties
from tongke.teaching.timetable.slots.explain import Diary
from tongke.teaching.timetable.slots.model import (
    Bell,
    Course,
    Problem,
    Resource,
    Slot,
    clock,
    weekday_name,
)
from tongke.teaching.timetable.slots.relax import Unplaced, account

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel, IntVar


@dataclass(frozen=True, slots=True)
class Plan:
    """What the solver found.

    Args:
        slots: the weekly lessons, by course, weekday and time.
        unplaced: the courses that lack lessons, each with its blockers and relaxations.
        score: penalty points of the placed lessons; 0 is perfect, lower is better.
        proved: whether no plan places more lessons, or as many with fewer points.
        explanation: sentences for the person.
    """

    slots: tuple[Slot, ...]
    unplaced: tuple[Unplaced, ...]
    score: int
    proved: bool
    explanation: tuple[str, ...]


@dataclass
class _Lesson:
    """A candidate inside the model, with its literal and one literal per possible room."""

    candidate: Candidate
    held: "IntVar"
    rooms: list[dict[Resource, "IntVar"]] = field(default_factory=list)


def solve(problem: Problem, *, effort: float = 0.5) -> Plan:
    """Find weekly slots for all courses of the problem.

    Args:
        problem: bells, courses and what is busy.
        effort: how long the wishes of each group of connected courses are improved, in CP-SAT's
            deterministic time: the same work on every machine, 3 to 7 s of one core per unit.
            Placing lessons at all may take eight times as much.

    Returns:
        A plan in which no class, teacher or room is in two places at a time on the clock.
    """
    diary = Diary(problem.busy)
    slots: list[Slot] = []
    score, proved = 0, True
    for group in _groups(problem):
        found, points, closed = _solve_group(problem, group, diary, effort)
        slots.extend(found)
        score, proved = score + points, proved and closed
    order = {course.key: index for index, course in enumerate(problem.courses)}
    slots.sort(key=lambda slot: (order[slot.course], slot.weekday, slot.start_minute))
    unplaced = tuple(
        account(problem, course, slots)
        for course in problem.courses
        if sum(slot.course == course.key for slot in slots) < course.periods_per_week
    )
    told = _explanation(problem, slots, unplaced, proved=proved)
    return Plan(tuple(slots), unplaced, score, proved, told)


def _groups(problem: Problem) -> Iterator[list[Course]]:
    """Courses connected by anyone or any room they share, in the problem's order."""
    leader: dict[object, object] = {}

    def find(node: object) -> object:
        while leader.setdefault(node, node) != node:
            leader[node] = node = leader[leader[node]]
        return node

    for course in problem.courses:
        for party in parties(course):
            for resource in (*party.people, *party.rooms):
                leader[find(resource)] = find(course.key)
    groups: dict[object, list[Course]] = defaultdict(list)
    for course in problem.courses:
        groups[find(course.key)].append(course)
    yield from groups.values()


def _solve_group(
    problem: Problem, group: Sequence[Course], diary: Diary, effort: float
) -> tuple[list[Slot], int, bool]:
    # Imported here because ortools takes over two seconds, and pages that only read do not plan.
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    lessons = _lessons(problem, group, diary, model)
    if not lessons:
        return [], 0, True
    _forbid_clashes(problem, model, lessons)
    count, days = _count(model, group, lessons)
    points = _points(problem, model, lessons, days)

    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 0
    solver.parameters.max_deterministic_time = 8 * effort
    model.maximize(count)
    first = solver.solve(model)
    if first not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return [], 0, False
    model.add(count >= round(solver.objective_value))
    _hint(model, solver)
    model.minimize(points)
    solver.parameters.max_deterministic_time = effort
    last = solver.solve(model)
    if last not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        raise AssertionError("the second pass lost the plan of the first")
    slots = [_slot(lesson, solver) for lesson in lessons if solver.boolean_value(lesson.held)]
    closed = first == last == cp_model.OPTIMAL
    return slots, round(solver.objective_value), closed


def _lessons(
    problem: Problem, group: Sequence[Course], diary: Diary, model: "CpModel"
) -> list[_Lesson]:
    """Every candidate that meets nothing already busy, with literals for it and its rooms."""
    lessons: list[_Lesson] = []
    for course in group:
        if faults(problem, course):
            continue
        for weekday in problem.weekdays:
            for host in problem.grid(course.school, weekday):
                for candidate in combinations(problem, course, weekday, host):
                    free = _free(candidate, diary)
                    if free:
                        lessons.append(_lesson(model, candidate, free, len(lessons)))
    return lessons


def _free(candidate: Candidate, diary: Diary) -> list[list[Resource]]:
    """The free rooms of each party; empty when anybody is taken or a party has no room."""
    rooms: list[list[Resource]] = []
    for party, bell in zip(candidate.parties, candidate.bells, strict=True):
        if any(diary.taken(one, candidate.weekday, bell) for one in party.people):
            return []
        free = diary.free_rooms(party, candidate.weekday, bell)
        if not free:
            return []
        rooms.append(free)
    return rooms


def _lesson(
    model: "CpModel", candidate: Candidate, free: list[list[Resource]], index: int
) -> _Lesson:
    lesson = _Lesson(candidate, model.new_bool_var(f"x{index}"))
    for side, rooms in enumerate(free):
        if len(rooms) == 1:
            lesson.rooms.append({rooms[0]: lesson.held})
            continue
        choice = {
            room: model.new_bool_var(f"x{index}s{side}r{rank}") for rank, room in enumerate(rooms)
        }
        model.add(sum(choice.values()) == lesson.held)
        lesson.rooms.append(choice)
    return lesson


def _forbid_clashes(problem: Problem, model: "CpModel", lessons: Sequence[_Lesson]) -> None:
    """Nobody and no room twice at a time.

    Intervals are fixed, and among intervals that meet in pairs all share the start of the last
    one: "at most one" at every start is exact and needs no interval variables. Rooms stay taken
    for the gap after a lesson.
    """
    delivered: dict[tuple[Resource, int], list[IntVar]] = defaultdict(list)
    uses: dict[tuple[Resource, int], list[tuple[Bell, IntVar]]] = defaultdict(list)
    for lesson in lessons:
        candidate = lesson.candidate
        delivered[candidate.course.teacher, candidate.weekday].append(lesson.held)
        for party, bell, rooms in zip(
            candidate.parties, candidate.bells, lesson.rooms, strict=True
        ):
            for one in party.people:
                uses[one, candidate.weekday].append((bell, lesson.held))
            for room, chosen in rooms.items():
                uses[room, candidate.weekday].append((bell, chosen))
    for (resource, _), taken in uses.items():
        gap = problem.room_gap_minutes if resource.kind == "room" else 0
        for start in sorted({bell.start_minute for bell, _ in taken}):
            here = [
                literal
                for bell, literal in taken
                if bell.start_minute <= start < bell.end_minute + gap
            ]
            if len(here) > 1:
                model.add_at_most_one(here)
    if problem.max_delivered_per_day is not None:
        for literals in delivered.values():
            model.add(sum(literals) <= problem.max_delivered_per_day)


def _count(
    model: "CpModel", group: Sequence[Course], lessons: Sequence[_Lesson]
) -> tuple[Any, dict[tuple[str, int], Any]]:
    """Lessons held, weighed so that a course's first lesson breaks ties; and lessons per day."""
    held: dict[str, list[IntVar]] = defaultdict(list)
    daily: dict[tuple[str, int], list[IntVar]] = defaultdict(list)
    for lesson in lessons:
        key = lesson.candidate.course.key
        held[key].append(lesson.held)
        daily[key, lesson.candidate.weekday].append(lesson.held)
    for literals in daily.values():
        model.add_at_most_one(literals)
    opened = []
    for course in group:
        literals = held[course.key]
        if literals:
            model.add(sum(literals) <= course.periods_per_week)
            any_lesson = model.new_bool_var(f"any {course.key}")
            model.add(any_lesson <= sum(literals))
            opened.append(any_lesson)
    everything = sum(literal for literals in held.values() for literal in literals)
    return everything * (len(group) + 1) + sum(opened), {
        day: sum(literals) for day, literals in daily.items()
    }


def _points(
    problem: Problem,
    model: "CpModel",
    lessons: Sequence[_Lesson],
    days: dict[tuple[str, int], Any],
) -> Any:
    """The penalty points of a plan, as a linear expression."""
    terms: list[Any] = []
    for lesson in lessons:
        terms.append(lesson_points(problem, lesson.candidate) * lesson.held)
        for party, rooms in zip(lesson.candidate.parties, lesson.rooms, strict=True):
            for room, chosen in rooms.items():
                points = problem.weights.later_room * party.rooms.index(room)
                points += line_points(problem, lesson.candidate, room)
                terms.append(points * chosen)
    if problem.weights.adjacent_days:
        for (course, weekday), today in days.items():
            tomorrow = days.get((course, weekday + 1))
            if tomorrow is not None and problem.course(course).periods_per_week > 1:
                pair = model.new_bool_var(f"pair {course} {weekday}")
                model.add(pair >= today + tomorrow - 1)
                terms.append(problem.weights.adjacent_days * pair)
    return sum(terms)


def lesson_points(problem: Problem, candidate: Candidate) -> int:
    """Penalty points of one lesson by itself: lost minutes, first periods, unwished days."""
    weights, course = problem.weights, candidate.course
    points = weights.lost_overlap_minute * (candidate.host.minutes - candidate.overlap_minutes)
    points += weights.first_period * sum(bell.seq == 1 for bell in candidate.bells)
    if course.preferred_weekdays and candidate.weekday not in course.preferred_weekdays:
        points += weights.other_weekday
    return points


def line_points(problem: Problem, candidate: Candidate, room: Resource) -> int:
    """Penalty points of a room whose line often fails at the time of a lesson."""
    percent = problem.weak_percent(room, candidate.start_minute, candidate.end_minute)
    return problem.weights.weak_line_tenth * percent // 10


def _hint(model: "CpModel", solver: Any) -> None:
    """Start the second pass from the plan of the first."""
    for index in range(len(model.proto.variables)):
        literal = model.get_int_var_from_proto_index(index)
        model.add_hint(literal, solver.value(literal))


def _slot(lesson: _Lesson, solver: Any) -> Slot:
    rooms = tuple(
        next(room for room, chosen in side.items() if solver.boolean_value(chosen))
        for side in lesson.rooms
    )
    return lesson.candidate.slot(rooms)


def _explanation(
    problem: Problem, slots: Sequence[Slot], unplaced: Sequence[Unplaced], *, proved: bool
) -> tuple[str, ...]:
    wanted = sum(course.periods_per_week for course in problem.courses)
    told = [f"{len(problem.courses)}门课每周共{wanted}节，排出{len(slots)}节。"]
    if slots:
        shortest = min(slot.overlap_minutes for slot in slots)
        told.append(f"各校共同时间最短的一节有{shortest}分钟。")
        told += _weak_lines(problem, slots)
    if not proved:
        told.append("计算在限定时间内结束，可能还有更好的排法。")
    return (*told, *(line for one in unplaced for line in one.lines()))


def _weak_lines(problem: Problem, slots: Sequence[Slot]) -> list[str]:
    """A sentence for every lesson that had to take a time at which a line often fails."""
    told = []
    for slot in slots:
        for room in dict.fromkeys((slot.host_room, *slot.listener_rooms)):
            percent = problem.weak_percent(room, slot.start_minute, slot.end_minute)
            if percent:
                when = f"{weekday_name(slot.weekday)} {clock(slot.start_minute)}"
                name = problem.course(slot.course).name
                told.append(
                    f"{name}排在{when}，{room.label}这个时段的线路有{percent}%的时间不稳，"
                    "没有更合适的时段。"
                )
    return told
