"""A second opinion on a plan, worked out from the slots alone and not from the solver's model."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

from tongke.teaching.timetable.slots.model import (
    Bell,
    Course,
    Problem,
    Resource,
    Slot,
    clock,
    slot_name,
    weekday_name,
)


def clashes(problem: Problem, slots: Sequence[Slot]) -> list[str]:
    """Everything that is wrong with these slots, in sentences; empty when the plan is sound.

    Use it on plans made or changed by hand as well: it shares no code with the solver.
    """
    return [
        *_shape(problem, slots),
        *_counts(problem, slots),
        *_meetings(problem, slots),
    ]


def _shape(problem: Problem, slots: Sequence[Slot]) -> Iterator[str]:
    """Each slot by itself: real bells, rooms that belong, and enough time in common."""
    for slot in slots:
        course = problem.course(slot.course)
        where = f"{course.name}{slot_name(slot.weekday, slot.host.seq)}"
        sides = [(course.school, slot.host, slot.host_room, course.rooms)]
        for listener, bell, room in zip(
            course.listeners, slot.listeners, slot.listener_rooms, strict=True
        ):
            sides.append((listener.school, bell, room, listener.rooms))
        for school, bell, room, rooms in sides:
            if bell not in problem.grid(school, slot.weekday):
                yield f"{where}：{problem.school_name(school)}没有这一节。"
            if room not in rooms:
                yield f"{where}：{room.label}不是{problem.school_name(school)}可用的教室。"
            if abs(bell.start_minute - slot.host.start_minute) > course.max_start_shift_minutes:
                yield f"{where}：{problem.school_name(school)}的上课铃相差太多。"
        together = (
            max(bell.start_minute for _, bell, _, _ in sides),
            min(bell.end_minute for _, bell, _, _ in sides),
        )
        if (slot.start_minute, slot.end_minute) != together:
            yield f"{where}：共同时间应为{clock(together[0])}到{clock(together[1])}。"
        if together[1] - together[0] < course.min_overlap_minutes:
            yield f"{where}：各校共同时间不足{course.min_overlap_minutes}分钟。"


def _counts(problem: Problem, slots: Sequence[Slot]) -> Iterator[str]:
    days: dict[str, list[int]] = defaultdict(list)
    for slot in slots:
        days[slot.course].append(slot.weekday)
    for key, weekdays in days.items():
        course = problem.course(key)
        if len(weekdays) > course.periods_per_week:
            yield f"{course.name}每周{course.periods_per_week}节，排了{len(weekdays)}节。"
        if len(set(weekdays)) < len(weekdays):
            yield f"{course.name}同一天排了两节。"
    limit = problem.max_delivered_per_day
    delivered = Counter((problem.course(slot.course).teacher, slot.weekday) for slot in slots)
    for (teacher, weekday), count in delivered.items():
        if limit is not None and count > limit:
            yield f"{teacher.label}{weekday_name(weekday)}要主讲{count}节联合课，最多{limit}节。"


def _meetings(problem: Problem, slots: Sequence[Slot]) -> Iterator[str]:
    """Anybody or any room in two places at a time."""
    taken: dict[tuple[Resource, int], list[tuple[int, int, str]]] = defaultdict(list)
    for slot in slots:
        course = problem.course(slot.course)
        for resource, bell in _side_uses(course, slot):
            end = bell.end_minute
            taken[resource, slot.weekday].append((bell.start_minute, end, course.name))
    for slot in slots:
        yield from _shared_rooms(problem.course(slot.course), slot)
    fixed: dict[tuple[Resource, int], list[tuple[int, int, str]]] = defaultdict(list)
    for entry in problem.busy:
        name = entry.label or "其他安排"
        fixed[entry.resource, entry.weekday].append((entry.start_minute, entry.end_minute, name))
    for (resource, weekday), lessons in taken.items():
        known = fixed.get((resource, weekday), [])
        gap = problem.room_gap_minutes if resource.kind == "room" else 0
        pairs = [(one, other, gap) for one, other in combinations(lessons, 2)]
        pairs += [(one, other, 0) for one in lessons for other in known]
        for one, other, between in pairs:
            if one[0] < other[1] + between and other[0] < one[1] + between:
                at = clock(max(one[0], other[0]))
                yield f"{resource.label}{weekday_name(weekday)}{at}同时有{one[2]}和{other[2]}。"


def _side_uses(course: Course, slot: Slot) -> set[tuple[Resource, Bell]]:
    """Who is where; a set, because listeners with one assistant share teacher and room."""
    uses = {(course.teacher, slot.host), (slot.host_room, slot.host)}
    if course.classroom:
        uses.add((course.classroom, slot.host))
    for listener, bell, room in zip(
        course.listeners, slot.listeners, slot.listener_rooms, strict=True
    ):
        uses |= {(listener.classroom, bell), (room, bell)}
        if listener.assistant:
            uses.add((listener.assistant, bell))
    return uses


def _shared_rooms(course: Course, slot: Slot) -> Iterator[str]:
    """Inside one lesson: a room twice without one assistant, or one assistant in two rooms."""
    sides: list[tuple[Resource, object]] = [(slot.host_room, course.teacher)]
    for index, (listener, room) in enumerate(
        zip(course.listeners, slot.listener_rooms, strict=True)
    ):
        sides.append((room, listener.assistant or index))
    for (room, teacher), (other_room, other_teacher) in combinations(sides, 2):
        if (room == other_room) != (teacher == other_teacher):
            yield f"{course.name}：{room.label}与{other_room.label}的人员安排冲突。"
    classes = sorted(listener.classroom for listener in course.listeners)
    if course.classroom:
        classes = sorted((*classes, course.classroom))
    for one, other in pairwise(classes):
        if one == other:
            yield f"{course.name}：{one.label}在同一节课里出现两次。"
