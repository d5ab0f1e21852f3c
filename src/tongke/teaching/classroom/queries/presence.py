"""Who was connected, when, and for how long both sides were there together."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q

from tongke.teaching.classroom.models import Session

Span = tuple[datetime, datetime]


def merged(spans: Iterable[Span]) -> list[Span]:
    """The spans as few as possible: in order, without overlap.

    Example:
        >>> day = datetime(2026, 9, 1)
        >>> at = lambda minute: day + timedelta(minutes=minute)
        >>> [(a.minute, b.minute) for a, b in merged([(at(5), at(9)), (at(0), at(6))])]
        [(0, 9)]
    """
    result: list[Span] = []
    for start, end in sorted(spans):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        elif end > start:
            result.append((start, end))
    return result


def shared(left: list[Span], right: list[Span]) -> timedelta:
    """How long two merged lists of spans overlap."""
    total = timedelta()
    for start, end in left:
        for other_start, other_end in right:
            total += max(timedelta(), min(end, other_end) - max(start, other_start))
    return total


def _spans(session: Session, seats: Q, until: datetime) -> list[Span]:
    first = session.started_at
    assert first is not None, "only a started lesson has time together"
    rows = session.attendance.filter(seats).values_list("joined_at", "left_at")
    spans = ((max(joined, first), min(left or until, until)) for joined, left in rows)
    return merged(span for span in spans if span[1] > span[0])


def together(session: Session, until: datetime) -> timedelta:
    """How long the host and at least one listening room were connected at the same time."""
    if session.started_at is None:
        return timedelta()
    host = _spans(session, Q(seat="host"), until)
    rooms = _spans(session, Q(seat__startswith="room:"), until)
    return shared(host, rooms)


def together_percent(session: Session, until: datetime) -> int:
    """`together` as a percentage of the planned time of the lesson, at most 100."""
    planned = session.lesson.ends_at - session.lesson.starts_at
    return min(100, int(100 * together(session, until) / planned))
