"""Who has the floor: raised hands, invitations to speak, microphones off."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from tongke.core.errors import Refused
from tongke.foundation.people.actors import Actor
from tongke.teaching.classroom.models import Session, SessionEvent
from tongke.teaching.classroom.seats import Seat, SeatKind
from tongke.teaching.classroom.services.events import Kind, log, require_running
from tongke.teaching.classroom.services.protocol import tick_event


@transaction.atomic
def raise_hand(
    session: Session,
    seat: Seat,
    *,
    up: bool,
    by: Actor,
    at: datetime,
    client_id: UUID | None = None,
) -> SessionEvent:
    """A pupil or a whole room asks to speak, or takes the hand down.

    Raises:
        Refused: the lesson is not on.
    """
    require_running(session)
    kind = Kind.HAND_UP if up else Kind.HAND_DOWN
    # A room raises its hand as a room; a pupil under their own name.
    text = seat.person_name if seat.kind is SeatKind.PUPIL else ""
    return log(session, kind, by=by, at=at, class_id=seat.class_id, text=text, client_id=client_id)


@transaction.atomic
def invite(
    session: Session,
    class_id: int | None,
    *,
    by: Actor,
    at: datetime,
    client_id: UUID | None = None,
) -> SessionEvent:
    """The host gives the floor to a room (None: takes it back); the room's hands go down.

    Raises:
        Refused: the lesson is not on, or the class is not in it.
    """
    require_running(session)
    if class_id is not None and not session.lesson.classes.filter(school_class=class_id).exists():
        raise Refused("这个班级不在本节课里。")
    event = log(session, Kind.SPOKE, by=by, at=at, class_id=class_id, client_id=client_id)
    if all_spoke(session):
        tick_event(session.lesson, "all_spoke", by=by.person, at=at)
    return event


def all_spoke(session: Session) -> bool:
    """Whether every listening class has had the floor."""
    listening = set(
        session.lesson.classes.filter(side="listening").values_list("school_class", flat=True)
    )
    spoken = set(session.events.filter(kind=Kind.SPOKE).values_list("school_class", flat=True))
    return bool(listening) and listening <= spoken


@transaction.atomic
def mute_all(
    session: Session, *, muted: bool, by: Actor, at: datetime, client_id: UUID | None = None
) -> SessionEvent:
    """The host asks every room to switch its microphone off, or lets them on again.

    Raises:
        Refused: the lesson is not on.
    """
    require_running(session)
    return log(
        session, Kind.MUTED, by=by, at=at, text="on" if muted else "off", client_id=client_id
    )
