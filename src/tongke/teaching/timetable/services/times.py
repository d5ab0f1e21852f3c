"""The clock times of joint lessons, from the bells that ring on their day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import Q

from tongke.core.errors import Refused
from tongke.core.profile import current
from tongke.foundation.people.models import Organisation
from tongke.teaching.timetable.models import CourseSlot, Lesson, Placement
from tongke.teaching.timetable.profile import TimetableProfile
from tongke.teaching.timetable.queries.calendar import (
    BellBook,
    Bells,
    day_name,
    minute,
    moment,
)


@dataclass(frozen=True)
class Sides:
    """The period that each school of a slot rings for it: (school id, seq)."""

    periods: tuple[tuple[int, int], ...]

    @property
    def schools(self) -> set[int]:
        """The schools that take part."""
        return {school for school, _ in self.periods}

    def common(self, bells: Bells) -> tuple[time, time] | None:
        """The time that all rooms have in common under these bells; None when there is none."""
        found = [bells.get(school, {}).get(seq) for school, seq in self.periods]
        periods = [each for each in found if each is not None]
        if len(periods) < len(found) or not periods:
            return None
        starts = max(each.starts for each in periods)
        ends = min(each.ends for each in periods)
        return (starts, ends) if starts < ends else None


def sides_of(slots: Iterable[CourseSlot]) -> dict[int, Sides]:
    """The sides of each slot by its id; slots come with their course, two queries more."""
    listed = list(slots)
    rows = Placement.objects.filter(slot__in=listed).values_list(
        "slot", "school_class__school", "seq"
    )
    periods: dict[int, set[tuple[int, int]]] = {slot.pk: set() for slot in listed}
    for slot in listed:
        if slot.seq is not None:
            periods[slot.pk].add((slot.course.host_school_id, slot.seq))
    for slot_id, school, seq in rows:
        periods[slot_id].add((school, seq))
    return {pk: Sides(tuple(sorted(found))) for pk, found in periods.items()}


def enough(starts: time, ends: time) -> bool:
    """Whether this is as long as the region wants the rooms together."""
    return minute(ends) - minute(starts) >= current(TimetableProfile).min_overlap_minutes


def retime(school: Organisation, *, since: date, at: datetime) -> int:
    """Move planned joint lessons of a school to what all bells now have in common.

    Runs inside the caller's transaction.

    Returns:
        How many lessons moved.

    Raises:
        Refused: some lesson would have too little time in common.
    """
    here = Q(course__host_school=school) | Q(classes__school_class__school=school)
    lessons = list(
        Lesson.objects.filter(
            here, state=Lesson.State.PLANNED, day__gte=since, starts_at__gt=at
        ).distinct()
    )
    slots = {
        slot.pk: slot
        for slot in CourseSlot.objects.filter(
            pk__in={each.slot_id for each in lessons}
        ).select_related("course__grade", "course__subject")
    }
    sides = sides_of(slots.values())
    book = BellBook({one for each in sides.values() for one in each.schools})
    moved: list[Lesson] = []
    for lesson in lessons:
        if not sides[lesson.slot_id].periods:
            continue  # a section meets by the clock, not by anybody's bells
        common = sides[lesson.slot_id].common(book.on(lesson.day))
        if common is None or not enough(*common):
            course = slots[lesson.slot_id].course
            raise Refused(
                f"{day_name(lesson.day)}的{course}联合课，各校共同时间会不足"
                f" {current(TimetableProfile).min_overlap_minutes} 分钟，请先与中心校改排。"
            )
        starts_at, ends_at = (moment(lesson.day, each) for each in common)
        if (starts_at, ends_at) != (lesson.starts_at, lesson.ends_at):
            lesson.starts_at, lesson.ends_at = starts_at, ends_at
            moved.append(lesson)
    Lesson.objects.bulk_update(moved, ["starts_at", "ends_at"], batch_size=500)
    return len(moved)
