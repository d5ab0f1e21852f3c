"""How the lines of the rooms held during a lesson, for the timetable of the next term (S-004)."""

from collections import defaultdict
from datetime import datetime, timedelta

from tongke.foundation.campus.models import Room
from tongke.foundation.campus.services import NewReading
from tongke.foundation.campus.services import note_lines as campus_lines
from tongke.teaching.classroom.models import Session, SessionEvent
from tongke.teaching.classroom.queries.presence import Span, merged, shared
from tongke.teaching.classroom.services.events import Kind
from tongke.teaching.timetable.models import LessonClass


def note_lines(session: Session) -> int:
    """Keep a reading for every room that was connected to a lesson; returns how many.

    A room that never came in tells nothing of its line. Safe to run twice.
    """
    if session.started_at is None or session.ended_at is None:
        return 0
    whole = (session.started_at, session.ended_at)
    minutes = _minutes(whole[1] - whole[0])
    joined = _connected(session, whole)
    sound_only = _sound_only(session)
    found = []
    for room, seat, class_id in _rooms(session):
        connected = joined.get(seat)
        if connected:
            good = shared(connected, [whole]) - shared(connected, sound_only.get(class_id, []))
            found.append(
                NewReading(
                    room=room, key=f"session:{session.pk}:room:{room.pk}", starts_at=whole[0],
                    minutes=minutes, weak_minutes=max(0, minutes - _minutes(good)),
                )
            )  # fmt: skip
    return campus_lines(found)


def _rooms(session: Session) -> list[tuple[Room, str, int | None]]:
    """Each room with its seat and the class whose network events are its own."""
    lesson = session.lesson
    sides = list(lesson.classes.select_related("room"))
    hosts = [one.school_class_id for one in sides if one.side == LessonClass.Side.HOST]
    found: list[tuple[Room, str, int | None]] = []
    if lesson.room is not None:
        found.append((lesson.room, "host", hosts[0] if hosts else None))
    found += [
        (each.room, f"room:{each.school_class_id}", each.school_class_id)
        for each in sides
        if each.room is not None and each.side == LessonClass.Side.LISTENING
    ]
    return found


def _connected(session: Session, whole: Span) -> dict[str, list[Span]]:
    """When each seat was connected within the lesson, by seat; one query."""
    spans: dict[str, list[Span]] = defaultdict(list)
    rows = session.attendance.values_list("seat", "joined_at", "left_at")
    for seat, joined, left in rows:
        spans[seat].append((max(joined, whole[0]), min(left or whole[1], whole[1])))
    return {seat: merged(each) for seat, each in spans.items()}


def _sound_only(session: Session) -> dict[int | None, list[Span]]:
    """When each class's room had sound without a picture: from each fall to the recovery."""
    assert session.ended_at is not None
    spans: dict[int | None, list[Span]] = defaultdict(list)
    since: dict[int | None, datetime] = {}
    rows = SessionEvent.objects.filter(session=session, kind=Kind.NET).order_by("at", "pk")
    for class_id, at, mode in rows.values_list("school_class", "at", "text"):
        if mode == "audio":
            since.setdefault(class_id, at)
        elif class_id in since:
            spans[class_id].append((since.pop(class_id), at))
    for fallen, began in since.items():
        spans[fallen].append((began, session.ended_at))
    return {one: merged(each) for one, each in spans.items()}


def _minutes(length: timedelta) -> int:
    return round(length.total_seconds() / 60)
