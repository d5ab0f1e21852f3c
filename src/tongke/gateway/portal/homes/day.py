"""A class's lessons of one day, in order, by its own school's bells."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from tongke.foundation.people.models import SchoolClass
from tongke.gateway.portal.homes.calendar import Today
from tongke.teaching.timetable.models import Lesson, Placement
from tongke.teaching.timetable.queries.calendar import Period, bells_on, moment
from tongke.teaching.timetable.queries.grids import rows_of

_OFF = {Lesson.State.CANCELLED, Lesson.State.NOT_HELD}


@dataclass(frozen=True)
class Slot:
    """One period of the day: past, now, next, later, or off (cancelled, not held)."""

    subject: str
    starts: str
    clock: str
    teacher: str
    state: str
    joint: bool
    href: str

    @property
    def word(self) -> str:
        """What stands under the subject."""
        return {"past": "已上", "now": "正在上", "off": "不上"}.get(self.state, self.starts)


@dataclass(frozen=True)
class ClassDay:
    """The day of one class."""

    slots: tuple[Slot, ...] = ()

    @property
    def taught(self) -> tuple[Slot, ...]:
        """The periods that take place."""
        return tuple(each for each in self.slots if each.state != "off")

    @property
    def done(self) -> int:
        """How many of them are over."""
        return sum(each.state == "past" for each in self.slots)

    @property
    def next(self) -> Slot | None:
        """The period that is on or comes next."""
        return next((each for each in self.slots if each.state in {"now", "next"}), None)


def class_day(
    school_class: SchoolClass, today: Today, lessons: Mapping[int, Lesson], now: datetime
) -> ClassDay:
    """Today's periods of a class the reader may see; three queries.

    Args:
        lessons: the reader's joint lessons of the day by slot.
    """
    if today.term is None or today.plan is None:
        return ClassDay()
    placed = rows_of(school_class.placements.filter(term=today.term, weekday=today.plan))
    bells = bells_on([school_class.school_id], today.day).get(school_class.school_id, {})
    slots: list[Slot] = []
    coming = False
    for row in placed:
        period = bells.get(row.seq)
        if period is None:
            continue
        lesson = lessons.get(row.slot_id) if row.slot_id else None
        state = _state(lesson, today, period, now)
        if state == "later" and not coming:
            state, coming = "next", True
        slots.append(_slot(row, lesson, period, state))
    return ClassDay(tuple(slots))


def _state(lesson: Lesson | None, today: Today, period: Period, now: datetime) -> str:
    if lesson is not None and lesson.state in _OFF:
        return "off"
    starts, ends = moment(today.day, period.starts), moment(today.day, period.ends)
    if lesson is not None:
        starts, ends = lesson.starts_at, lesson.ends_at
    if now >= ends:
        return "past"
    return "now" if now >= starts else "later"


def _slot(row: Placement, lesson: Lesson | None, period: Period, state: str) -> Slot:
    return Slot(
        subject=row.subject.name, starts=f"{period.starts:%H:%M}", clock=period.clock,
        teacher=row.teacher.name if row.teacher else "", state=state, joint=row.slot_id is not None,
        href=reverse("timetable:lesson-detail", args=[lesson.pk]) if lesson else "",
    )  # fmt: skip
