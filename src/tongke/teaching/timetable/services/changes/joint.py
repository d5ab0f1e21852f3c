"""Changes of joint lessons: who delivers or assists on a day, lessons called off and made up.

Everything here runs inside the caller's transaction and changes a lesson by a conditional update,
so that a lesson that has begun meanwhile is never touched.
"""

from collections.abc import Iterable
from datetime import date, datetime

from tongke.core.errors import Refused
from tongke.foundation.people.models import Person
from tongke.teaching.timetable.models import DayChange, Lesson, LessonClass
from tongke.teaching.timetable.queries.calendar import clock_time, moment, week_of
from tongke.teaching.timetable.queries.changes_day import Slot
from tongke.teaching.timetable.queries.changes_offers_joint import taken_days

State = Lesson.State
_BEGUN = "这节联合课已经开始或有了结论，不能再变动。"


def substitute_host(lesson: Lesson, teacher: Person) -> None:
    """Let another teacher deliver a planned lesson."""
    _move(lesson, {State.PLANNED}, teacher=teacher)


def substitute_assistant(lesson: Lesson, klass: int | None, teacher: Person) -> None:
    """Let another teacher assist one class of a planned lesson."""
    rows = LessonClass.objects.filter(
        lesson=lesson.pk, school_class=klass, lesson__state=State.PLANNED
    )
    if not rows.update(assistant=teacher):
        raise Refused(_BEGUN)


def call_off(lesson: Lesson, reason: str) -> None:
    """Say beforehand that a planned lesson will not be held; it counts as not held."""
    _move(lesson, {State.PLANNED}, state=State.NOT_HELD, reason=reason[:200])


def make_up(
    lesson: Lesson, slot: Slot, sides: Iterable[tuple[LessonClass, int]], teacher: Person
) -> Lesson:
    """Hold a lesson on another day; every class comes with its assistant and room.

    Raises:
        Refused: the course has a lesson of this weekly time on that day already.
    """
    if slot.day in taken_days(lesson):
        raise Refused("这门课当天已经有课，请换一天补课。")
    starts_at = moment(slot.day, clock_time(slot.start))
    ends_at = moment(slot.day, clock_time(slot.end))
    return hold(lesson, slot.day, (starts_at, ends_at), sides, teacher)


def hold(
    lesson: Lesson,
    day: date,
    times: tuple[datetime, datetime],
    sides: Iterable[tuple[LessonClass, int | None]],
    teacher: Person,
) -> Lesson:
    """The same lesson on a day that it has not taken; see `taken_days`.

    A weekly time has one lesson a day, so one that was made up and taken back is planned again.
    """
    week = week_of(lesson.course.term, day)
    assert week is not None
    made, _ = Lesson.objects.update_or_create(
        slot_id=lesson.slot_id, day=day,
        defaults={
            "course_id": lesson.course_id, "week": week, "starts_at": times[0],
            "ends_at": times[1], "teacher": teacher, "room_id": lesson.room_id,
            "unit_id": lesson.unit_id, "title": lesson.title, "state": State.PLANNED,
            "reason": "",
        },
    )  # fmt: skip
    made.classes.all().delete()
    LessonClass.objects.bulk_create(
        LessonClass(
            lesson=made, school_class_id=side.school_class_id, side=side.side,
            assistant_id=side.assistant_id, room_id=side.room_id, bell_seq=seq,
        )
        for side, seq in sides
    )  # fmt: skip
    return made


def revert(row: DayChange, at: datetime) -> None:
    """Put the joint lesson of a change back as it was.

    Raises:
        Refused: the lesson has begun, or is decided otherwise.
    """
    lesson = row.lesson
    if lesson is None:
        return
    match row.part, row.kind:
        case DayChange.Part.HOST, _:
            if row.was_teacher is not None:
                substitute_host(lesson, row.was_teacher)
        case DayChange.Part.ASSISTANT, _:
            if row.was_teacher is not None:
                substitute_assistant(lesson, row.school_class_id, row.was_teacher)
        case DayChange.Part.WHOLE, DayChange.Kind.NOT_HELD:
            if lesson.starts_at <= at:
                raise Refused("这节联合课的时间已过，请用“补记为已上课”更正。")
            _move(lesson, {State.NOT_HELD}, state=State.PLANNED, reason="")
        case DayChange.Part.WHOLE, DayChange.Kind.MAKE_UP:
            _move(lesson, {State.PLANNED}, state=State.CANCELLED, reason="补课已撤销")
        case _:  # pragma: no cover - ordinary lessons have no joint lesson
            pass


def _move(lesson: Lesson, allowed: set[str], **changes: object) -> None:
    won = Lesson.objects.filter(pk=lesson.pk, state__in=allowed).update(**changes)
    if not won:
        raise Refused(_BEGUN)
    lesson.refresh_from_db(fields=list(changes))
