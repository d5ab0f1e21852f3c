"""How the lines of the rooms held during a lesson, for the timetable of the next term (S-004)."""

from datetime import datetime, timedelta

from tongke.foundation.campus.models import Room
from tongke.foundation.campus.services import note_line
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
    told = 0
    for room, seat, class_id in _rooms(session):
        rows = session.attendance.filter(seat=seat).values_list("joined_at", "left_at")
        connected = merged(_cut((joined, left or whole[1]), whole) for joined, left in rows)
        if connected:
            good = shared(connected, [whole]) - shared(connected, _sound_only(session, class_id))
            minutes = _minutes(whole[1] - whole[0])
            note_line(
                room, key=f"session:{session.pk}:room:{room.pk}", starts_at=whole[0],
                minutes=minutes, weak_minutes=max(0, minutes - _minutes(good)),
            )  # fmt: skip
            told += 1
    return told


def _rooms(session: Session) -> list[tuple[Room, str, int | None]]:
    """Each room with its seat and the class whose network events are its own."""
    found: list[tuple[Room, str, int | None]] = []
    lesson = session.lesson
    if lesson.room is not None:
        host = lesson.classes.filter(side=LessonClass.Side.HOST).first()
        found.append((lesson.room, "host", host.school_class_id if host else None))
    listening = lesson.classes.filter(side=LessonClass.Side.LISTENING).select_related("room")
    found += [
        (each.room, f"room:{each.school_class_id}", each.school_class_id)
        for each in listening
        if each.room is not None
    ]
    return found


def _sound_only(session: Session, class_id: int | None) -> list[Span]:
    """When a room had sound without a picture: from each fall to the next recovery."""
    assert session.ended_at is not None
    spans: list[Span] = []
    since: datetime | None = None
    rows = SessionEvent.objects.filter(session=session, kind=Kind.NET, school_class=class_id)
    for at, mode in rows.order_by("at", "pk").values_list("at", "text"):
        if mode == "audio":
            since = since or at
        elif since is not None:
            spans.append((since, at))
            since = None
    if since is not None:
        spans.append((since, session.ended_at))
    return merged(spans)


def _cut(span: Span, whole: Span) -> Span:
    return max(span[0], whole[0]), min(span[1], whole[1])


def _minutes(length: timedelta) -> int:
    return round(length.total_seconds() / 60)
