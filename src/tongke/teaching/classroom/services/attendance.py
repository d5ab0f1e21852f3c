"""Who was connected from when to when. Rows come and go in bunches, written by the hub."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F

from tongke.teaching.classroom.models import Attendance, Session


@transaction.atomic
def join(rows: Sequence[tuple[int, str, int, datetime]]) -> list[int]:
    """Note connections; returns their ids in the same order.

    Args:
        rows: session id, seat, person id, moment.
    """
    made = Attendance.objects.bulk_create(
        Attendance(session_id=session, seat=seat, person_id=person, joined_at=at, seen_at=at)
        for session, seat, person, at in rows
    )
    return [row.pk for row in made]


def seen(ids: Iterable[int], *, at: datetime) -> int:
    """Note that these connections still stand."""
    return Attendance.objects.filter(pk__in=list(ids), left_at=None).update(seen_at=at)


def leave(ids: Iterable[int], *, at: datetime) -> int:
    """Note that these connections ended."""
    rows = Attendance.objects.filter(pk__in=list(ids), left_at=None)
    return rows.update(seen_at=at, left_at=at)


def close_dangling(session: Session) -> int:
    """End the connections a dead server left open, at the moment each was last seen."""
    return Attendance.objects.filter(session=session, left_at=None).update(left_at=F("seen_at"))


def close_all(session: Session, *, at: datetime) -> int:
    """End every connection of a session that is over."""
    return Attendance.objects.filter(session=session, left_at=None).update(seen_at=at, left_at=at)
