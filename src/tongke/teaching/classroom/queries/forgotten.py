"""Lessons that wait for the system: without duties yet, or never ended."""

from datetime import datetime, timedelta

from django.db.models import Exists, Max, OuterRef, QuerySet

from tongke.teaching.classroom.models import Attendance, ProtocolItem, Session
from tongke.teaching.timetable.models import Lesson

# A lesson may run over; after this nobody comes back.
_OVERTIME = timedelta(minutes=30)
_SILENT = timedelta(minutes=10)


def without_duties(at: datetime, ahead: timedelta) -> QuerySet[Lesson]:
    """Planned lessons of the coming time that have no duties yet, earliest first."""
    has = ProtocolItem.objects.filter(lesson=OuterRef("pk"))
    return Lesson.objects.filter(
        ~Exists(has), state=Lesson.State.PLANNED, starts_at__gt=at, starts_at__lte=at + ahead
    ).order_by("starts_at")


def without_end(at: datetime) -> QuerySet[Session]:
    """Live sessions well past their end whose host has not been seen for a while."""
    here = Attendance.objects.filter(
        session=OuterRef("pk"), seat="host", left_at=None, seen_at__gt=at - _SILENT
    )
    return Session.objects.select_related("lesson").filter(
        ~Exists(here), state=Session.State.LIVE, lesson__ends_at__lt=at - _OVERTIME
    )


def last_seen_host(session: Session) -> datetime | None:
    """When the host was connected last; None when never."""
    moment: datetime | None = session.attendance.filter(seat="host").aggregate(last=Max("seen_at"))[
        "last"
    ]
    return moment
