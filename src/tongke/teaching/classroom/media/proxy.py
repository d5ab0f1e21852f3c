"""The browsers' way to the engine: a raw ASGI app that passes websocket text both ways.

So one origin and one TCP port are enough, `connect-src 'self'` holds, and the engine listens on
loopback only. It looks at nothing: the token in the first message is for the engine to check.
"""

import asyncio
import contextlib
import logging
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from tongke.teaching.classroom.media.wire import MAX_MESSAGE_BYTES

log = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

TRY_AGAIN_LATER = 1013
FORBIDDEN = 4403
ROOM_PATH = re.compile(r"/rtc/[\w.:~-]{1,100}")


class MediaProxy:
    """ASGI app for websockets under /rtc/; mount it before Django.

    Args:
        engine: address of the engine's TCP port, such as "127.0.0.1:7880".
    """

    def __init__(self, engine: str) -> None:
        self._engine = engine

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one websocket. Other kinds of connection are not for this app."""
        assert scope["type"] == "websocket", "mount MediaProxy for websockets only"
        await receive()  # websocket.connect
        path = ROOM_PATH.fullmatch(scope["path"])
        if path is None or not _same_origin(scope):
            await send({"type": "websocket.close", "code": FORBIDDEN})
            return
        await send({"type": "websocket.accept"})
        try:
            upstream = await connect(
                f"ws://{self._engine}{path[0]}",
                compression=None,
                max_size=MAX_MESSAGE_BYTES,
                proxy=None,
            )
        except (OSError, WebSocketException, TimeoutError):
            log.warning("the media engine at %s does not answer", self._engine)
            await send({"type": "websocket.close", "code": TRY_AGAIN_LATER})
            return
        await _relay(upstream, receive, send)


async def _relay(upstream: ClientConnection, receive: Receive, send: Send) -> None:
    """Pass messages until either side closes, then close the other."""
    up = asyncio.create_task(_browser_to_engine(upstream, receive))
    down = asyncio.create_task(_engine_to_browser(upstream, send))
    await asyncio.wait((up, down), return_when=asyncio.FIRST_COMPLETED)
    browser_is_gone = up.done()
    for task in (up, down):
        task.cancel()
    await asyncio.gather(up, down, return_exceptions=True)
    # 1000 tells the engine that the page left on purpose; anything else, that it may come back.
    code = up.result() if browser_is_gone and not up.cancelled() else 1000
    await upstream.close(code)
    if not browser_is_gone:
        with contextlib.suppress(RuntimeError, OSError):  # the browser left at the same moment
            await send({"type": "websocket.close", "code": upstream.close_code or TRY_AGAIN_LATER})


async def _browser_to_engine(upstream: ClientConnection, receive: Receive) -> int:
    while True:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            left = message.get("code") in (1000, 1001)
            return 1000 if left else TRY_AGAIN_LATER
        text = message.get("text")
        if text is None or len(text) > MAX_MESSAGE_BYTES:
            return TRY_AGAIN_LATER
        try:
            await upstream.send(text)
        except ConnectionClosed:
            return 1000


async def _engine_to_browser(upstream: ClientConnection, send: Send) -> None:
    with contextlib.suppress(ConnectionClosed):
        async for text in upstream:
            await send({"type": "websocket.send", "text": text})


def _same_origin(scope: Scope) -> bool:
    """Whether the page that opens the socket is ours; programs send no origin."""
    headers = {name.lower(): value for name, value in scope["headers"]}
    origin = headers.get(b"origin", b"")
    return not origin or origin.partition(b"://")[2] == headers.get(b"host")
