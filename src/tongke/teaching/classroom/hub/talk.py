"""What a message from a client leads to, the same over a websocket and over POST."""

import logging
from datetime import datetime
from typing import Any

from django.utils import timezone

from tongke.core.errors import Refused
from tongke.teaching.classroom.hub import acts
from tongke.teaching.classroom.hub.gate import Admission
from tongke.teaching.classroom.hub.link import Link
from tongke.teaching.classroom.hub.room import Room
from tongke.teaching.classroom.hub.scene import ms
from tongke.teaching.classroom.hub.wire import VERSION, Act, BadMessage, Ping, Signal
from tongke.teaching.classroom.hub.writer import Writer

log = logging.getLogger(__name__)

Reply = dict[str, Any]
BAD = "请求不完整，请刷新页面。"


def hello(link: Link) -> Reply:
    """The first message of a connection."""
    return {
        "t": "hello", "seat": link.seat.key, "link": link.id, "now": ms(timezone.now()),
        "version": VERSION,
    }  # fmt: skip


def bad(failure: BadMessage) -> Reply:
    """The refusal of something that is no message."""
    return {"t": "refused", "id": failure.id, "text": BAD}


async def reply_to(
    message: Act | Ping | Signal, admission: Admission, room: Room, link: Link | None, pen: Writer
) -> Reply | None:
    """Do what a client wants and say what became of it; None when there is nothing to say.

    A failure of the database is answered with nothing: without an acknowledgement the client sends
    the act again.
    """
    received = timezone.now()
    match message:
        case Ping(client):
            return {"t": "pong", "c": client, "s": ms(received)}
        case Signal():
            if link is not None:
                room.signal(link, message)
            return None
        case act:
            return await _done(act, admission, room.lesson_id, pen, received)


async def _done(
    act: Act, admission: Admission, lesson_id: int, pen: Writer, received: datetime
) -> Reply | None:
    name = str(act.id)
    seat, actor = admission.seat, admission.actor
    try:
        if act.name == "answer":
            given = acts.given(lesson_id, seat, actor, act, received)
            outcome = await pen.answer(given)
            if outcome.refusal:
                return {"t": "refused", "id": name, "text": outcome.refusal}
            return {"t": "ack", "id": name, "again": outcome.again}
        again = await pen.write(acts.perform, lesson_id, seat, actor, act, received)
    except Refused as refusal:
        return {"t": "refused", "id": name, "text": str(refusal)}
    except Exception:
        log.exception("the act %s of lesson %s failed", act.name, lesson_id)
        return None
    return {"t": "ack", "id": name, "again": again}
