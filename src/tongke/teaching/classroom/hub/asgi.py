"""The few words of ASGI that the hub speaks."""

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_NO_STORE = (b"cache-control", b"no-store")


async def start(send: Send, status: int, kind: bytes) -> None:
    """Begin an answer that nobody may keep."""
    headers = [(b"content-type", kind), _NO_STORE, (b"x-content-type-options", b"nosniff")]
    await send({"type": "http.response.start", "status": status, "headers": headers})


async def plain(send: Send, status: int, text: str) -> None:
    """A whole answer of text."""
    await start(send, status, b"text/plain; charset=utf-8")
    await send({"type": "http.response.body", "body": text.encode()})


async def answer_json(send: Send, value: Any, status: int = 200) -> None:
    """A whole answer of JSON."""
    await start(send, status, b"application/json")
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    await send({"type": "http.response.body", "body": body})


async def body_of(receive: Receive, most: int) -> bytes | None:
    """The body of a request; None when it is longer than `most` bytes or the client went away."""
    body = b""
    while True:
        event = await receive()
        if event["type"] == "http.disconnect":
            return None
        body += bytes(event.get("body", b""))
        if len(body) > most:
            return None
        if not event.get("more_body"):
            return body
