"""What the classroom does by itself: duties for coming lessons, forgotten lessons."""

from datetime import datetime, timedelta

from django.utils import timezone

from tongke.core.errors import Refused
from tongke.core.jobs import task
from tongke.teaching.classroom.models import Session
from tongke.teaching.classroom.queries.forgotten import last_seen_host, without_duties, without_end
from tongke.teaching.classroom.services import protocol, sessions

# The first duties fall due a day before the lesson; teachers plan two weeks ahead.
_AHEAD = timedelta(days=14)
NOT_ENDED = "主讲教师没有点下课，系统自动结束。"


@task("classroom.prepare_duties", every_minutes=60)
def prepare_duties() -> None:
    """Give the lessons of the next two weeks their duties. Safe to run twice."""
    protocol.instantiate_many(list(without_duties(timezone.now(), _AHEAD)[:2000]))


@task("classroom.end_forgotten", every_minutes=10)
def end_forgotten() -> None:
    """End lessons that are long over and whose host has gone. Safe to run twice."""
    now = timezone.now()
    for session in without_end(now):
        end_one(session, now)


def end_one(session: Session, now: datetime) -> bool:
    """End one forgotten lesson at the moment its host was last there; True when it was held.

    Whether it counts follows the time together; nobody is there to decide otherwise.
    """
    at = min(now, last_seen_host(session) or session.lesson.ends_at)
    try:
        return sessions.end(session, by=None, at=at)
    except Refused as short:
        sessions.end(session, by=None, at=at, held=False, reason=f"{NOT_ENDED}{short}"[:200])
        return False
