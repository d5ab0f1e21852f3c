"""The two-sided protocol (S-009): duties of both teachers, ticked by events or by hand."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.core.models import StoredFile
from tongke.core.profile import current
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Person
from tongke.teaching.classroom.models import ProtocolItem
from tongke.teaching.classroom.news import Topic, tell
from tongke.teaching.classroom.profile import ClassroomProfile, ProtocolDuty
from tongke.teaching.timetable.models import Lesson, LessonClass

BY_SYSTEM = "系统根据课堂记录自动完成"


def instantiate(lesson: Lesson) -> int:
    """Give a lesson its duties by the region's protocol; returns how many. Safe to run twice.

    The host's side gets one set, each listening class one of its own, with the assisting teacher
    responsible. Deadlines count from the bell.
    """
    return instantiate_many([lesson])


@transaction.atomic
def instantiate_many(lessons: list[Lesson]) -> int:
    """`instantiate` for many lessons at once; those that have their duties are left alone."""
    had = set(ProtocolItem.objects.filter(lesson__in=lessons).values_list("lesson_id", flat=True))
    fresh = [lesson for lesson in lessons if lesson.pk not in had]
    classes: dict[int, list[LessonClass]] = {lesson.pk: [] for lesson in fresh}
    for row in LessonClass.objects.filter(lesson__in=fresh, side=LessonClass.Side.LISTENING):
        classes[row.lesson_id].append(row)
    duties = current(ClassroomProfile).protocol
    items = [
        item
        for lesson in fresh
        for duty in duties
        for item in _items(lesson, duty, classes[lesson.pk])
    ]
    ProtocolItem.objects.bulk_create(items, ignore_conflicts=True, batch_size=500)
    return len(items)


def _items(lesson: Lesson, duty: ProtocolDuty, rows: list[LessonClass]) -> list[ProtocolItem]:
    common: dict[str, Any] = {
        "lesson": lesson, "code": duty.code, "link": duty.link, "side": duty.side,
        "text": duty.text, "due_at": lesson.starts_at + timedelta(hours=duty.hours),
    }  # fmt: skip
    if duty.side == "host":
        return [ProtocolItem(responsible_id=lesson.teacher_id, **common)]
    return [
        ProtocolItem(responsible_id=row.assistant_id, school_class_id=row.school_class_id, **common)
        for row in rows
    ]


@transaction.atomic
def tick(
    item: ProtocolItem,
    *,
    by: Actor,
    at: datetime,
    text: str = "",
    evidence: StoredFile | None = None,
) -> None:
    """Mark a duty as done, with a word or a file as evidence; again to add evidence.

    Raises:
        Refused: the word is longer than 500 characters.
    """
    if len(text) > 500:
        raise Refused("说明最多 500 字。")
    changes: dict[str, Any] = {}
    if text.strip():
        changes["evidence_text"] = text.strip()
    if evidence is not None:
        changes["evidence_file"] = evidence
    done = {"done_at": at, "done_by": by.person}
    if ProtocolItem.objects.filter(pk=item.pk, done_at=None).update(**done, **changes):
        for name, value in {**done, **changes}.items():
            setattr(item, name, value)
    else:  # it was done before: only the evidence is new
        if changes:
            ProtocolItem.objects.filter(pk=item.pk).update(**changes)
        item.refresh_from_db()
    record("classroom.protocol.ticked", item, actor=by, at=at, detail={"code": item.code})
    tell(item.lesson_id, Topic.PROTOCOL)


@transaction.atomic
def untick(item: ProtocolItem, *, by: Actor, at: datetime) -> None:
    """Take a mark back; the evidence stays.

    Raises:
        Refused: the duty is not done, or an event of the lesson has done it.
    """
    if item.evidence_text == BY_SYSTEM:
        raise Refused("这一项是系统根据课堂记录完成的，不能撤回。")
    rows = ProtocolItem.objects.filter(pk=item.pk).exclude(done_at=None)
    if not rows.update(done_at=None, done_by=None):
        raise Refused("这一项还没有完成。")
    item.refresh_from_db()
    record("classroom.protocol.unticked", item, actor=by, at=at, detail={"code": item.code})
    tell(item.lesson_id, Topic.PROTOCOL)


@transaction.atomic
def tick_event(
    lesson: Lesson,
    event: str,
    *,
    by: Person | None,
    at: datetime,
    class_id: int | None = None,
) -> int:
    """Mark the duties that an event of the lesson fulfils; returns how many were open.

    Args:
        event: `event` of the region's duties: deck_ready, started, all_spoke, question_revealed,
            roll_called, homework_opened.
        class_id: the class whose listening side did it; None for all.
    """
    codes = [duty.code for duty in current(ClassroomProfile).protocol if duty.event == event]
    if not codes:
        return 0
    rows = ProtocolItem.objects.filter(lesson=lesson, code__in=codes, done_at=None)
    if class_id is not None:
        rows = rows.filter(school_class=class_id)
    count = rows.update(done_at=at, done_by=by, evidence_text=BY_SYSTEM)
    if count:
        tell(lesson.pk, Topic.PROTOCOL)
    return count
