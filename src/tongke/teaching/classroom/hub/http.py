"""The hub without websockets: server-sent events or polling one way, POST the other."""

import asyncio
import contextlib
import json
from typing import Any
from urllib.parse import parse_qs

from tongke.core.profile import current
from tongke.teaching.classroom.hub.asgi import (
    Receive,
    Scope,
    Send,
    answer_json,
    body_of,
    plain,
    start,
)
from tongke.teaching.classroom.hub.gate import Admission, header, same_origin
from tongke.teaching.classroom.hub.link import Link
from tongke.teaching.classroom.hub.room import Room
from tongke.teaching.classroom.hub.rooms import Rooms, rooms
from tongke.teaching.classroom.hub.talk import Reply, bad, hello, reply_to
from tongke.teaching.classroom.hub.wire import BadMessage, from_object, write
from tongke.teaching.classroom.profile import ClassroomProfile

NO_SEAT = "这节课没有你的席位，或登录已过期。"
_MOST_BODY = 256 * 1024
_MOST_MESSAGES = 200
_COMMENT = ": \n\n"


async def events(scope: Scope, receive: Receive, send: Send, lesson_id: int) -> None:
    """The parts of a lesson as they change: a stream, or what waits under a name."""
    here = rooms()
    admission = await here.admit(list(scope["headers"]), lesson_id)
    if admission is None:
        await plain(send, 404, NO_SEAT)
        return
    name = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("poll", [""])[0][:40]
    room = here.of(lesson_id)
    if name:
        await _poll(send, room, admission, name)
    else:
        await _stream(receive, send, room, admission)


async def _stream(receive: Receive, send: Send, room: Room, admission: Admission) -> None:
    link = Link(admission.seat, admission.actor)
    link.push(write(hello(link)))
    try:
        await room.join(link)
    except ConnectionError:
        await plain(send, 503, "课堂正在恢复，请稍候。")
        return
    await start(send, 200, b"text/event-stream; charset=utf-8")
    gone = asyncio.create_task(_gone(receive, link))
    beat = current(ClassroomProfile).offline_seconds / 3
    try:
        while (text := await link.next(beat)) is not None:
            body = f"data: {text}\n\n" if text else _COMMENT
            await send({"type": "http.response.body", "body": body.encode(), "more_body": True})
            # The stream itself proves that the client is there: a send to the dead ends it.
            link.alive()
    finally:
        gone.cancel()
        room.leave(link)
    with contextlib.suppress(Exception):
        await send({"type": "http.response.body", "body": b""})


async def _gone(receive: Receive, link: Link) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue
    link.close()


async def _poll(send: Send, room: Room, admission: Admission, name: str) -> None:
    """What waits for a polling client; its link lives as long as it keeps asking."""
    known = _own_link(room, admission, name)
    if known is None:
        known = Link(admission.seat, admission.actor, name)
        known.push(write(hello(known)))
        try:
            await room.join(known)
        except ConnectionError:
            await plain(send, 503, "课堂正在恢复，请稍候。")
            return
    known.alive()
    messages = [json.loads(text) for text in known.waiting()]
    await answer_json(send, {"messages": messages})


def _own_link(room: Room, admission: Admission, name: str) -> Link | None:
    return next(
        (link for link in room.links if link.id == name and link.seat == admission.seat), None
    )


async def take(scope: Scope, receive: Receive, send: Send, lesson_id: int) -> None:
    """Acts of a client without websocket; the answer holds one reply for each that has one."""
    headers = list(scope["headers"])
    if not same_origin(headers) or not _is_json(headers):
        await plain(send, 403, "请从本站页面提交。")
        return
    body = await body_of(receive, _MOST_BODY)
    messages, link_id = _messages(body)
    if messages is None:
        await plain(send, 400, "请求不完整，请刷新页面。")
        return
    here = rooms()
    admission = await here.admit(headers, lesson_id)
    if admission is None:
        await plain(send, 404, NO_SEAT)
        return
    room = here.of(lesson_id)
    link = _own_link(room, admission, link_id)
    if link is not None:
        link.alive()
    replies = await asyncio.gather(
        *(_reply(message, admission, room, link, here) for message in messages)
    )
    known = link is not None
    await answer_json(send, {"replies": [one for one in replies if one], "linked": known})


def _is_json(headers: list[tuple[bytes, bytes]]) -> bool:
    return header(headers, b"content-type").split(";")[0].strip() == "application/json"


def _messages(body: bytes | None) -> tuple[list[Any] | None, str]:
    try:
        data = json.loads(body or b"")
    except (ValueError, RecursionError):
        return None, ""
    if not isinstance(data, dict) or not isinstance(data.get("messages"), list):
        return None, ""
    return data["messages"][:_MOST_MESSAGES], str(data.get("link", ""))[:40]


async def _reply(
    raw: Any, admission: Admission, room: Room, link: Link | None, here: Rooms
) -> Reply | None:
    try:
        message = from_object(raw if isinstance(raw, dict) else {})
    except BadMessage as failure:
        return bad(failure)
    return await reply_to(message, admission, room, link, here.writer)
