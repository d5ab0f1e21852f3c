"""All live lessons of this process, found by lesson, and the ear for news."""

import asyncio
import time

from tongke.teaching.classroom import news
from tongke.teaching.classroom.hub.gate import Admission, Headers, admit, session_key
from tongke.teaching.classroom.hub.room import Room
from tongke.teaching.classroom.hub.writer import Writer

# How long an admission stands without a second look: a classroom that loses its network comes
# back all at once, and polling asks every second. A connection stands longer than that anyhow.
ADMITTED_SECONDS = 60.0
_MOST_ADMITTED = 5000


class Rooms:
    """The rooms of one event loop; a lesson belongs to one process, by hash if there are more."""

    def __init__(self) -> None:
        """Listen to the services of this process."""
        self.writer = Writer()
        self._rooms: dict[int, Room] = {}
        self._admitted: dict[tuple[str, int], tuple[float, Admission]] = {}
        self._loop = asyncio.get_running_loop()
        news.listen(self._heard)

    def of(self, lesson_id: int) -> Room:
        """The room of a lesson, made when nobody is there yet."""
        room = self._rooms.get(lesson_id)
        if room is None:
            room = self._rooms[lesson_id] = Room(lesson_id, self.writer, self._forget)
        return room

    async def admit(
        self, headers: Headers, lesson_id: int, *, look_again: bool = False
    ) -> Admission | None:
        """The seat of whoever bears these headers, as looked up within the last minute."""
        key, now = (session_key(headers), lesson_id), time.monotonic()
        known = self._admitted.get(key)
        if known is not None and not look_again and now - known[0] < ADMITTED_SECONDS:
            return known[1]
        found = await self.writer.read(admit, headers, lesson_id)
        self._admitted.pop(key, None)
        if found is not None:
            if len(self._admitted) >= _MOST_ADMITTED:
                self._admitted.clear()
            self._admitted[key] = (now, found)
        return found

    def _forget(self, lesson_id: int) -> None:
        self._rooms.pop(lesson_id, None)

    def _heard(self, lesson_id: int, topics: frozenset[news.Topic]) -> None:
        """Called on the thread that committed."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._pass_on, lesson_id, topics)

    def _pass_on(self, lesson_id: int, topics: frozenset[news.Topic]) -> None:
        room = self._rooms.get(lesson_id)
        if room is not None:
            room.heard(topics)

    async def close(self) -> None:
        """End every room and finish every write."""
        news.stop(self._heard)
        await asyncio.gather(*(room.close() for room in list(self._rooms.values())))
        self._rooms.clear()
        await self.writer.close()


_all: dict[asyncio.AbstractEventLoop, Rooms] = {}


def rooms() -> Rooms:
    """The rooms of the running event loop."""
    loop = asyncio.get_running_loop()
    found = _all.get(loop)
    if found is None:
        found = _all[loop] = Rooms()
    return found


async def shut_down() -> None:
    """Close the rooms of the running event loop, if it has any."""
    found = _all.pop(asyncio.get_running_loop(), None)
    if found is not None:
        await found.close()
