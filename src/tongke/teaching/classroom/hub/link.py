"""One connection of one seat, whatever carries it."""

import asyncio
import time
from uuid import uuid4

from tongke.foundation.people.actors import Actor
from tongke.teaching.classroom.hub.parts import audience
from tongke.teaching.classroom.seats import Seat

# A client that has so many messages waiting has lost touch; it gets all parts when it comes back.
_MOST_WAITING = 200


class Link:
    """A connection with the messages that wait for it.

    Attributes:
        seat: the place in the lesson, decided by the policy when it connected.
        actor: who sits there; services name them as author.
        attendance: id of the attendance row, None until it is written.
        heard_at: monotonic seconds of the last sign of life.
        checked_at: monotonic seconds of the last look at the sign-in.
        mine: the pupil's own part as sent last.
    """

    def __init__(self, seat: Seat, actor: Actor, link_id: str = "") -> None:
        """A fresh connection; nothing is sent yet."""
        self.id = link_id or uuid4().hex
        self.seat = seat
        self.actor = actor
        self.audience = audience(seat)
        self.attendance: int | None = None
        self.heard_at = self.checked_at = time.monotonic()
        self.mine: str | None = None
        self._queue: asyncio.Queue[str | None] = asyncio.Queue(_MOST_WAITING)
        self.closed = False

    def push(self, text: str) -> None:
        """Put a message into the queue; a queue that is full closes the link."""
        if self.closed:
            return
        try:
            self._queue.put_nowait(text)
        except asyncio.QueueFull:
            self.close()

    def close(self) -> None:
        """Send nothing more; whoever waits for a message is woken."""
        self.closed = True
        while not self._queue.empty():
            self._queue.get_nowait()
        self._queue.put_nowait(None)

    async def next(self, timeout: float | None = None) -> str | None:
        """The next message, "" when none came within `timeout` seconds, None after the end."""
        try:
            async with asyncio.timeout(timeout):
                return await self._queue.get()
        except TimeoutError:
            return ""

    def waiting(self) -> list[str]:
        """All messages that wait, without waiting for more."""
        found = []
        while not self._queue.empty():
            text = self._queue.get_nowait()
            if text:
                found.append(text)
        return found

    def alive(self) -> None:
        """Note a sign of life."""
        self.heard_at = time.monotonic()
