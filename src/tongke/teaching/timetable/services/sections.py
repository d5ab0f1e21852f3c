"""Courses of sections: fixed on the clock, taught by the ordinary lesson (S-039).

A section meets at its own weekly times whatever the bells of the schools, so there are no
placements; teacher and room are held on the clock like everybody's. See adr/0008.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import transaction
from django.utils import timezone

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.foundation.campus.models import Room
from tongke.foundation.curriculum.models import Grade, Subject
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Organisation, Person, SchoolClass
from tongke.teaching.timetable.models import (
    Course,
    CourseSlot,
    Lesson,
    LessonClass,
    Listener,
    Term,
)
from tongke.teaching.timetable.queries.calendar import (
    calendar_of,
    minute,
    moment,
    week_of,
    weekday_name,
)
from tongke.teaching.timetable.queries.clock import all_holds
from tongke.teaching.timetable.queries.courses import assists


@dataclass(frozen=True, kw_only=True)
class Side:
    """A class that listens, with whoever is in the room with it and the room, where known."""

    school_class: SchoolClass
    assistant: Person | None = None
    room: Room | None = None


@dataclass(frozen=True, kw_only=True)
class SectionCourse:
    """A course of a section: by whom, where, for which classes, when, between which days."""

    term: Term
    form: str
    subject: Subject
    grade: Grade
    title: str
    school: Organisation
    teacher: Person
    room: Room | None
    host_class: SchoolClass | None
    sides: Sequence[Side]
    times: Sequence[tuple[int, time, time]]
    since: date
    until: date


@transaction.atomic
def open_course(new: SectionCourse, *, by: Actor | None, at: datetime) -> Course:
    """Open a course with all its lessons between two days of the term.

    Raises:
        Refused: it has no times or no lesson, or the teacher or the room is taken then.
    """
    if not new.times:
        raise Refused(f"“{new.title}”还没有上课时间。")
    _check_free(new)
    course = Course.objects.create(
        term=new.term, form=new.form, subject=new.subject, grade=new.grade,
        host_school=new.school, host_class=new.host_class, host_teacher=new.teacher,
        host_room=new.room, periods_per_week=len(new.times), state=Course.State.PUBLISHED,
        created_at=at, published_at=at,
    )  # fmt: skip
    slots = [
        CourseSlot.objects.create(
            course=course, weekday=weekday, starts=starts, ends=ends, room=new.room
        )
        for weekday, starts, ends in new.times
    ]
    lessons = _lessons(new, course, slots)
    if not lessons:
        raise Refused(f"“{new.title}”在开课日期内没有可上课的日子。")
    Lesson.objects.bulk_create(lessons, batch_size=500)
    if new.host_class is not None:
        _join(lessons, new.host_class, LessonClass.Side.HOST, None, new.room)
    for side in new.sides:
        _listen(course, lessons, side)
    detail = {"lessons": len(lessons), "classes": len(new.sides) + (new.host_class is not None)}
    record("timetable.course.opened-for-section", course, actor=by, at=at, detail=detail)
    return course


@transaction.atomic
def add_side(course: Course, side: Side, *, by: Actor | None, at: datetime) -> None:
    """Let one more class listen, from the next lesson on; one that listens already stays."""
    if course.listeners.filter(school_class=side.school_class).exists():
        return
    coming = Lesson.objects.filter(course=course, state=Lesson.State.PLANNED, starts_at__gt=at)
    _listen(course, list(coming), side)
    record("timetable.course.listener-added", course, actor=by, at=at,
           detail={"class": side.school_class.pk})  # fmt: skip


def _check_free(new: SectionCourse) -> None:
    rooms = [new.room.pk] if new.room else []
    held = all_holds(new.term, new.since, teachers=[new.teacher.pk], rooms=rooms)
    for weekday, starts, ends in new.times:
        for hold in held:
            meets = hold.start < minute(ends) and minute(starts) < hold.end
            if hold.weekday == weekday and meets:
                who = new.teacher.name if hold.kind == "teacher" or not new.room else new.room.name
                when = f"{weekday_name(weekday)} {starts:%H:%M}–{ends:%H:%M}"
                raise Refused(f"“{new.title}”{when}：{who}这时有{hold.label}。")


def _lessons(new: SectionCourse, course: Course, slots: Iterable[CourseSlot]) -> list[Lesson]:
    calendar = calendar_of(new.term)
    found = []
    for slot in slots:
        for day in calendar.days_of(slot.weekday):
            week = week_of(new.term, day)
            if week is not None and new.since <= day <= new.until:
                found.append(
                    Lesson(
                        course=course, slot=slot, week=week, day=day, title=new.title[:80],
                        starts_at=moment(day, slot.starts), ends_at=moment(day, slot.ends),
                        teacher=new.teacher, room=new.room,
                    )
                )  # fmt: skip
    return sorted(found, key=lambda lesson: lesson.starts_at)


def _listen(course: Course, lessons: Sequence[Lesson], side: Side) -> None:
    Listener.objects.create(
        course=course, school_class=side.school_class, assistant=side.assistant, room=side.room
    )
    _join(lessons, side.school_class, LessonClass.Side.LISTENING, side.assistant, side.room)


def _join(
    lessons: Sequence[Lesson],
    school_class: SchoolClass,
    where: str,
    assistant: Person | None,
    room: Room | None,
) -> None:
    LessonClass.objects.bulk_create(
        (
            LessonClass(
                lesson=lesson, school_class=school_class, side=where, assistant=assistant,
                room=room,
            )
            for lesson in lessons
        ),
        batch_size=500,
    )  # fmt: skip


@transaction.atomic
def staff_side(
    listener: Listener, *, assistant: Person | None, room: Room | None, by: Actor | None,
    at: datetime,
) -> int:  # fmt: skip
    """Say who is with a listening class of a running section, and in which room, from now on.

    Returns:
        How many coming lessons changed.

    Raises:
        Refused: the assistant is not of the school, or the room is another school's.
    """
    school, day = listener.school_class.school, timezone.localdate(at)
    if assistant is not None and not assists(school, assistant, day):
        raise Refused(f"{assistant.name}不是{school.name}的教师。")
    if room is not None and room.school_id != school.pk:
        raise Refused(f"{room.name}不是{school.name}的教室。")
    Listener.objects.filter(pk=listener.pk).update(assistant=assistant, room=room)
    listener.assistant, listener.room = assistant, room
    changed = LessonClass.objects.filter(
        school_class=listener.school_class_id, lesson__course=listener.course_id,
        lesson__state=Lesson.State.PLANNED, lesson__ends_at__gt=at,
    ).update(assistant=assistant, room=room)  # fmt: skip
    detail = {"assistant": assistant.pk if assistant else None, "room": room.pk if room else None}
    record("timetable.section.staffed", listener, actor=by, at=at, detail=detail)
    return changed
