"""The browsers' way in: one origin, both directions, honest about how a connection ended."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tongke.teaching.classroom.media.proxy import MediaProxy
from tongke.teaching.classroom.media.tests.harness import Engine, token

pytestmark = pytest.mark.enable_socket


class Browser:
    """The server's side of a browser's websocket, spoken as ASGI."""

    def __init__(self, engine_port: int, path: str, origin: str = "http://tongke.test") -> None:
        self.to_app: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.from_app: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        headers = [(b"host", b"tongke.test"), (b"origin", origin.encode())]
        scope = {"type": "websocket", "path": path, "headers": headers}
        self.to_app.put_nowait({"type": "websocket.connect"})
        app = MediaProxy(f"127.0.0.1:{engine_port}")
        self.task = asyncio.create_task(app(scope, self.to_app.get, self.from_app.put))

    def tell(self, **message: Any) -> None:
        """The page sends a message."""
        self.to_app.put_nowait({"type": "websocket.receive", "text": json.dumps(message)})

    def leave(self, code: int) -> None:
        """The browser has gone."""
        self.to_app.put_nowait({"type": "websocket.disconnect", "code": code})

    async def next(self) -> dict[str, Any]:
        """What the app sends next."""
        return await asyncio.wait_for(self.from_app.get(), 5)

    async def messages(self) -> AsyncIterator[dict[str, Any]]:
        """The engine's messages, until the websocket is closed."""
        while (event := await self.next())["type"] == "websocket.send":
            yield json.loads(event["text"])


async def enter(engine: Engine, room: str, name: str = "hill") -> Browser:
    """A page that has been welcomed."""
    browser = Browser(engine.port, f"/rtc/{room}")
    assert await browser.next() == {"type": "websocket.accept"}
    browser.tell(type="hello", token=token(room, name, "room"))
    async for message in browser.messages():
        if message["type"] == "welcome":
            return browser
    raise AssertionError("not welcomed")


async def member(engine: Engine, room: str) -> dict[str, Any] | None:
    """The engine's figures of our page, asked without stopping the loop."""
    return await asyncio.to_thread(engine.member, room, "hill")


async def test_messages_pass_both_ways(engine: Engine) -> None:
    browser = await enter(engine, "both")
    browser.tell(type="ping", n=1)

    kinds = []
    async for message in browser.messages():
        kinds.append(message["type"])
        if message["type"] == "pong":
            break

    assert kinds == ["tracks", "pong"]
    browser.leave(1001)
    await asyncio.wait_for(browser.task, 5)
    assert await member(engine, "both") is None


async def test_a_broken_line_is_not_taken_for_a_closed_page(engine: Engine) -> None:
    browser = await enter(engine, "broken")

    browser.leave(1006)
    await asyncio.wait_for(browser.task, 5)

    figures = await member(engine, "broken")
    assert figures is not None
    assert figures["away"]


async def test_the_engines_goodbye_closes_the_browsers_side(engine: Engine) -> None:
    browser = await enter(engine, "kicked")

    await asyncio.to_thread(engine.client.kick, "kicked", "hill")

    said = [message async for message in browser.messages()]
    assert said[-1] == {"type": "bye", "reason": "kicked"}
    await asyncio.wait_for(browser.task, 5)


@pytest.mark.parametrize(
    ("path", "origin"),
    [
        ("/rtc/lesson", "http://elsewhere.test"),
        ("/rtc/", "http://tongke.test"),
        ("/rtc/a/b", "http://tongke.test"),
        ("/rtc/..%2f", "http://tongke.test"),
    ],
)
async def test_other_sites_and_other_paths_are_refused(path: str, origin: str) -> None:
    browser = Browser(9, path, origin)

    assert await browser.next() == {"type": "websocket.close", "code": 4403}
    await browser.task


async def test_without_an_engine_the_browser_is_told_to_try_later() -> None:
    browser = Browser(9, "/rtc/lesson")

    assert await browser.next() == {"type": "websocket.accept"}
    assert await browser.next() == {"type": "websocket.close", "code": 1013}
    await browser.task
