"""When a joint lesson can be made up: times at which all its schools, people and rooms are free."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from tongke.teaching.timetable.models import DayChange, Lesson, LessonClass
from tongke.teaching.timetable.queries.calendar import day_name
from tongke.teaching.timetable.queries.changes_lesson import DayLesson, Slot
from tongke.teaching.timetable.queries.changes_offer import Offer

if TYPE_CHECKING:
    from tongke.teaching.timetable.queries.changes_offers import Desk


def taken_days(lesson: Lesson) -> set[date]:
    """The days on which the weekly time of a lesson has one; not those of make-ups taken back."""
    rows = Lesson.objects.filter(slot=lesson.slot_id).exclude(
        state=Lesson.State.CANCELLED, changes__kind=DayChange.Kind.MAKE_UP
    )
    return set(rows.values_list("day", flat=True))


def joint_make_ups(desk: "Desk", one: DayLesson) -> Iterator[Offer]:
    """Times at which all sides of a joint lesson are free, on the clock of each school."""
    lesson = one.lesson
    assert lesson is not None
    taken = taken_days(lesson)
    for day in desk.later(one):
        if day in taken:
            continue
        for seq, slot in desk.open_periods(one.school, day):
            found = _all_sides(desk, one, seq, slot)
            if found is not None:
                start, end, sides = found
                yield Offer(
                    token=f"move:{day.isoformat()}:{seq}", kind=DayChange.Kind.MAKE_UP,
                    title=f"{day_name(day)} {_clock(start)}–{_clock(end)} 各校一起补课",
                    reason=f"主讲校第 {seq} 节，各听讲班、教师和教室都有空",
                    slot=replace(slot, start=start, end=end), seq=seq, sides=sides,
                    teacher=desk.absence.teacher,
                )  # fmt: skip


def _all_sides(
    desk: "Desk", one: DayLesson, seq: int, slot: Slot
) -> tuple[int, int, tuple[tuple[LessonClass, int], ...]] | None:
    assert one.lesson is not None
    if not desk.free(desk.absence.teacher_id, slot):
        return None
    gap = desk.profile.room_gap_minutes
    if one.room is not None and _room_taken(desk, one.room.pk, slot, gap):
        return None
    start, end = slot.start, slot.end
    sides: list[tuple[LessonClass, int]] = []
    for side in desk.sides.get(one.lesson.pk, ()):
        if side.side == LessonClass.Side.HOST:
            if not desk.empty(side.school_class_id, seq, slot):
                return None
            sides.append((side, seq))
            continue
        fits = _listening(desk, side, slot)
        if fits is None:
            return None
        start, end = max(start, fits[1].start), min(end, fits[1].end)
        sides.append((side, fits[0]))
    if end - start < desk.profile.min_overlap_minutes:
        return None
    return start, end, tuple(sides)


def _room_taken(desk: "Desk", room: int, slot: Slot, gap: int = 0) -> bool:
    wide = replace(slot, start=slot.start - gap, end=slot.end + gap)
    return desk.book.blocking("room", room, wide) is not None


def _listening(desk: "Desk", side: LessonClass, host: Slot) -> tuple[int, Slot] | None:
    """The period of a listening school that lies over the host's, with everybody free."""
    profile = desk.profile
    for seq, slot in desk.open_periods(side.school_class.school, host.day):
        common = min(slot.end, host.end) - max(slot.start, host.start)
        shift = abs(slot.start - host.start)
        if common < profile.min_overlap_minutes or shift > profile.max_start_shift_minutes:
            continue
        if not desk.empty(side.school_class_id, seq, slot):
            continue
        if side.assistant_id is not None and not desk.free(side.assistant_id, slot):
            continue
        gap = profile.room_gap_minutes
        if side.room_id is not None and _room_taken(desk, side.room_id, slot, gap):
            continue
        return seq, slot
    return None


def _clock(at: int) -> str:
    return f"{at // 60:02d}:{at % 60:02d}"
