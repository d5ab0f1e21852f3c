"""A client of the hub for tests and benchmarks, over a real websocket."""

import asyncio
import contextlib
import json
import time
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed


class HubClient:
    """One connection: keeps the latest parts, answers to acts, and what else was said."""

    def __init__(self, host: str, lesson: int, cookie: str, *, origin: str = "") -> None:
        """Nothing is connected yet."""
        self.url = f"ws://{host}/live/hub/{lesson}"
        self.cookie = cookie
        self.origin = origin or f"http://{host}"
        self.parts: dict[str, Any] = {}
        self.hello: dict[str, Any] = {}
        self.settled: dict[str, dict[str, Any]] = {}
        self.states = 0
        self.code: int | None = None
        self._changed = asyncio.Event()
        self._socket: ClientConnection | None = None
        self._task: asyncio.Task[None] | None = None
        self.on_state: Any = None

    async def __aenter__(self) -> Self:
        """Connect."""
        self._socket = await connect(
            self.url, origin=self.origin, additional_headers={"Cookie": self.cookie},  # type: ignore[arg-type]
            compression=None, open_timeout=30,
        )  # fmt: skip
        self._task = asyncio.create_task(self._listen())
        self._beats = asyncio.create_task(self._beat())
        return self

    async def _beat(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            while True:
                await asyncio.sleep(5)
                await self.send({"t": "ping", "c": time.time() * 1000})

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        """Disconnect."""
        assert self._socket is not None
        assert self._task is not None
        self._beats.cancel()
        await self._socket.close()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _listen(self) -> None:
        assert self._socket is not None
        try:
            async for text in self._socket:
                self._hear(json.loads(text))
                self._changed.set()
        except ConnectionClosed:
            pass
        self.code = self._socket.close_code
        self._changed.set()

    def _hear(self, message: dict[str, Any]) -> None:
        match message["t"]:
            case "hello":
                self.hello = message
            case "state":
                self.states += 1
                self.parts.update(message["parts"])
                if self.on_state:
                    self.on_state(message)
            case "ack" | "refused":
                self.settled[message["id"]] = message
            case "pong":
                self.settled["pong"] = message

    async def until(self, wanted: Any, seconds: float = 10) -> Any:
        """Wait until `wanted(self)` is true, and return it."""
        deadline = time.monotonic() + seconds
        while not (found := wanted(self)):
            if self.code is not None:
                raise ConnectionError(f"closed with {self.code}")
            self._changed.clear()
            async with asyncio.timeout(deadline - time.monotonic()):
                await self._changed.wait()
        return found

    async def closed(self, seconds: float = 10) -> int | None:
        """Wait for the end; returns the close code."""
        assert self._task is not None
        async with asyncio.timeout(seconds):
            await self._task
        return self.code

    async def send(self, message: dict[str, Any]) -> None:
        """Send one message as it is."""
        assert self._socket is not None
        await self._socket.send(json.dumps(message))

    async def act(self, name: str, act_id: str = "", **fields: Any) -> dict[str, Any]:
        """Do something and wait for the ack or the refusal."""
        act_id = act_id or str(uuid4())
        await self.send({"t": name, "id": act_id, **fields})
        found: dict[str, Any] = await self.until(lambda me: me.settled.get(act_id), 20)
        return found
