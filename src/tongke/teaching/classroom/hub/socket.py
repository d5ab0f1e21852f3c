"""The websocket of the hub."""

import asyncio
import time
from typing import Any

from tongke.core.profile import current
from tongke.teaching.classroom.hub.asgi import Receive, Scope, Send
from tongke.teaching.classroom.hub.gate import Admission, same_origin
from tongke.teaching.classroom.hub.link import Link
from tongke.teaching.classroom.hub.room import Room
from tongke.teaching.classroom.hub.rooms import Rooms, rooms
from tongke.teaching.classroom.hub.talk import bad, hello, reply_to
from tongke.teaching.classroom.hub.wire import BadMessage, Ping, read, write
from tongke.teaching.classroom.profile import ClassroomProfile

# Close codes a page understands: 4401 sign in again, 4403 wrong site, 4404 no seat here,
# 4408 lost touch (come back), 4409 the room broke (come back).
SIGN_IN, WRONG_SITE, NO_SEAT, LOST, BROKE = 4401, 4403, 4404, 4408, 4409

# The sign-in may end while the page stays open; looking also keeps it from idling out.
_CHECK_EVERY = 120.0
# More acts than this at once from one client are a mistake; the rest waits in the client.
_MOST_AT_ONCE = 64


async def serve(scope: Scope, receive: Receive, send: Send, lesson_id: int) -> None:
    """One websocket from its handshake to its end."""
    event = await receive()
    if event["type"] != "websocket.connect":
        return
    await send({"type": "websocket.accept"})
    if not same_origin(scope["headers"]):
        await send({"type": "websocket.close", "code": WRONG_SITE})
        return
    here = rooms()
    admission = await here.admit(list(scope["headers"]), lesson_id)
    if admission is None:
        await send({"type": "websocket.close", "code": NO_SEAT})
        return
    link = Link(admission.seat, admission.actor)
    room = here.of(lesson_id)
    link.push(write(hello(link)))
    pump = asyncio.create_task(_pump(link, send))
    try:
        await room.join(link)
        code = await _listen(scope, receive, here, room, admission, link)
    except ConnectionError:
        code = BROKE
    finally:
        room.leave(link)
        link.close()
        await asyncio.gather(pump, return_exceptions=True)
    if code:
        await _quietly(send, {"type": "websocket.close", "code": code})


async def _pump(link: Link, send: Send) -> None:
    while (text := await link.next()) is not None:
        await send({"type": "websocket.send", "text": text})


async def _quietly(send: Send, message: dict[str, Any]) -> None:
    """Send to a client that may be gone."""
    try:
        await send(message)
    except Exception:  # Servers differ in what they raise for a closed socket.
        return


async def _listen(
    scope: Scope, receive: Receive, here: Rooms, room: Room, admission: Admission, link: Link
) -> int:
    """Take messages until the client goes (0) or must go (a close code)."""
    working: set[asyncio.Task[None]] = set()
    patience = current(ClassroomProfile).offline_seconds + 5
    try:
        while not link.closed:
            try:
                async with asyncio.timeout(patience):
                    event = await receive()
            except TimeoutError:
                return LOST
            if event["type"] == "websocket.disconnect":
                return 0
            link.alive()
            if not await _still_signed_in(scope, here, room.lesson_id, link):
                return SIGN_IN
            try:
                message = read(event.get("text") or event.get("bytes") or "")
            except BadMessage as failure:
                link.push(write(bad(failure)))
                continue
            if isinstance(message, Ping):
                await _answer(message, admission, room, link, here)
                continue
            task = asyncio.create_task(_answer(message, admission, room, link, here))
            working.add(task)
            task.add_done_callback(working.discard)
            if len(working) >= _MOST_AT_ONCE:
                await asyncio.wait(working, return_when=asyncio.FIRST_COMPLETED)
        return LOST
    finally:
        # What was sent is done even if the sender has gone; only the acknowledgement is lost.
        if working:
            await asyncio.gather(*working, return_exceptions=True)


async def _answer(message: Any, admission: Admission, room: Room, link: Link, here: Rooms) -> None:
    reply = await reply_to(message, admission, room, link, here.writer)
    if reply is not None:
        link.push(write(reply))


async def _still_signed_in(scope: Scope, here: Rooms, lesson_id: int, link: Link) -> bool:
    if time.monotonic() - link.checked_at < _CHECK_EVERY:
        return True
    link.checked_at = time.monotonic()
    now = await here.admit(list(scope["headers"]), lesson_id, look_again=True)
    return now is not None and now.seat == link.seat
