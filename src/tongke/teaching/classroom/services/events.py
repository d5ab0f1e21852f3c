"""The log of a lesson, words between its teachers, and calls for help.

A client's act carries a `client_id`; the log keeps it, so the same act sent twice after a lost
network is found here and takes effect once.
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db import transaction

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.core.messages import notify, register_kind
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Account, Appointment, SchoolClass
from tongke.foundation.people.roles import Role
from tongke.teaching.classroom.models import Session, SessionEvent
from tongke.teaching.classroom.news import Topic, tell
from tongke.teaching.classroom.seats import Seat

HELP = register_kind("classroom.help", "课堂求助")


class Kind(StrEnum):
    """Kinds of events in the log of a lesson."""

    OPENED = "opened"
    STARTED = "started"
    ENDED = "ended"
    SLIDE = "slide"
    ROLL = "roll"
    HAND_UP = "hand_up"
    HAND_DOWN = "hand_down"
    SPOKE = "spoke"
    MUTED = "muted"
    ASKED = "asked"
    CLOSED = "closed"
    REVEALED = "revealed"
    CARDS = "cards"
    CHAT = "chat"
    NET = "net"
    HELP = "help"
    DUTY = "duty"


def log(
    session: Session,
    kind: Kind,
    *,
    by: Actor | None,
    at: datetime,
    class_id: int | None = None,
    text: str = "",
    client_id: UUID | None = None,
) -> SessionEvent:
    """Append one event in the caller's transaction and tell the screens after it."""
    event = SessionEvent.objects.create(
        session=session, kind=kind, at=at, person=by.person if by else None,
        school_class_id=class_id, text=text[:200], client_id=client_id,
    )  # fmt: skip
    tell(session.lesson_id, Topic.EVENTS)
    return event


def known(client_id: UUID) -> bool:
    """Whether an act with this number has taken effect before."""
    return SessionEvent.objects.filter(client_id=client_id).exists()


def require_running(session: Session) -> None:
    """Refuse an act of the lesson while it is not on."""
    if session.state not in {Session.State.OPEN, Session.State.LIVE}:
        raise Refused("课堂没有开放，现在不能操作。")


@transaction.atomic
def say(
    session: Session, seat: Seat, text: str, *, by: Actor, at: datetime,
    client_id: UUID | None = None,
) -> SessionEvent:  # fmt: skip
    """A word between the teachers; pupils and observers do not see it.

    Raises:
        Refused: it is empty or longer than 200 characters.
    """
    text = text.strip()
    if not text:
        raise Refused("请先写内容。")
    if len(text) > 200:
        raise Refused("一条消息最多 200 字。")
    return log(
        session, Kind.CHAT, by=by, at=at, class_id=seat.class_id, text=text, client_id=client_id
    )


@transaction.atomic
def note_network(
    session: Session, seat: Seat, mode: str, *, by: Actor, at: datetime,
    client_id: UUID | None = None,
) -> SessionEvent:  # fmt: skip
    """A room fell back to sound first, or its picture is back (`mode` audio or video)."""
    return log(
        session, Kind.NET, by=by, at=at, class_id=seat.class_id, text=mode, client_id=client_id
    )


@transaction.atomic
def call_help(
    session: Session, seat: Seat, text: str, *, by: Actor, at: datetime,
    client_id: UUID | None = None,
) -> SessionEvent:  # fmt: skip
    """A teacher calls the technicians of the region: the officers get a message, the host sees it.

    Raises:
        Refused: the lesson is not on.
    """
    require_running(session)
    event = log(
        session, Kind.HELP, by=by, at=at, class_id=seat.class_id, text=text, client_id=client_id
    )
    record("classroom.help.called", session, actor=by, at=at, detail={"seat": seat.key})
    school = by.organisation
    where = SchoolClass.objects.filter(pk=seat.class_id or 0).select_related("school").first()
    place = where.school.short_name if where else school.short_name
    root = school.path.split(".")[0] + "."
    officers = Appointment.objects.filter(
        role=Role.OFFICER, until=None, organisation__path__startswith=root
    ).values("person")
    for account in Account.objects.filter(person__in=officers, is_active=True):
        notify(
            account, HELP, f"{place}课堂求助：{session.lesson.course}",
            body=text or "教室呼叫技术员，请尽快联系。", key=f"classroom.help:{event.pk}",
        )  # fmt: skip
    return event
