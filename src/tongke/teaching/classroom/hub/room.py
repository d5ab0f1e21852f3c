"""One live lesson in this process: its links, its picture, and one loop that keeps them together.

The loop wakes when something changed, reads what changed, and sends each audience the parts that
differ from what it saw last: at most one message per client and tick, however many answers came.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from tongke.core.errors import Refused
from tongke.core.profile import current
from tongke.foundation.people.actors import Actor
from tongke.teaching.classroom.engine import close_room
from tongke.teaching.classroom.hub import parts as views
from tongke.teaching.classroom.hub.link import Link
from tongke.teaching.classroom.hub.picture import refresh, whole
from tongke.teaching.classroom.hub.scene import Net, Picture, Presence
from tongke.teaching.classroom.hub.wire import Signal, state, write
from tongke.teaching.classroom.hub.writer import Writer
from tongke.teaching.classroom.news import Topic
from tongke.teaching.classroom.profile import ClassroomProfile
from tongke.teaching.classroom.queries import live, teaching
from tongke.teaching.classroom.seats import SeatKind
from tongke.teaching.classroom.services import attendance, questions, sessions

log = logging.getLogger(__name__)

_SEEN_EVERY = 30.0
_IDLE_AFTER = 30.0
# Device answers sent on the very last second are still under way when the time is up.
_CLOSE_MARGIN = timedelta(seconds=1)


class Room:
    """The hub's side of one lesson."""

    def __init__(self, lesson_id: int, writer: Writer, done: Callable[[int], None]) -> None:
        """An empty room; `done` is called when it has stood empty for a while."""
        self.lesson_id = lesson_id
        self.links: set[Link] = set()
        self.picture: Picture | None = None
        self.presence = Presence()
        self._writer = writer
        self._done = done
        self._dirty: set[Topic] = set()
        self._wake = asyncio.Event()
        self._sent: dict[str, dict[str, str]] = {}
        self._left: list[int] = []
        self._seen_at = self._empty_since = time.monotonic()
        self._last_tick = 0.0
        self._media: asyncio.Task[bool] | None = None
        self._ready = asyncio.Event()
        self._task = asyncio.create_task(self._run())

    # ---- what connections call

    async def join(self, link: Link) -> None:
        """Take a connection in and give it everything its seat may see.

        Raises:
            ConnectionError: the room could not be read; try again.
        """
        await self._ready.wait()
        if self.picture is None:
            raise ConnectionError("the room could not be read")
        self.links.add(link)
        self._count_presence()
        if link.seat.teaches:
            await self._open(link.actor)
        parts = self._sent.get(link.audience) or self._parts(link.audience)
        self._sent[link.audience] = parts
        link.push(state(parts, full=True))
        self._tell_mine([link])
        self._wake.set()

    def leave(self, link: Link) -> None:
        """Let a connection go."""
        if link not in self.links:
            return
        self.links.discard(link)
        link.close()
        if link.attendance is not None:
            self._left.append(link.attendance)
        self._empty_since = time.monotonic()
        self._count_presence()
        self._wake.set()

    def heard(self, topics: Iterable[Topic]) -> None:
        """News: these parts of the lesson changed."""
        self._dirty.update(topics)
        self._wake.set()

    def signal(self, link: Link, report: Signal) -> None:
        """A room reports its network; kept in memory only."""
        if link.seat.kind is SeatKind.ROOM and link.seat.class_id is not None:
            self.presence.nets[link.seat.class_id] = Net(
                report.mode, report.kbps, report.loss, report.rtt
            )
            self._wake.set()

    async def close(self) -> None:
        """Shut down: note that everybody left, and end the loop."""
        for link in list(self.links):
            self.leave(link)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self._note_attendance()

    # ---- the loop

    async def _run(self) -> None:
        try:
            await self._first_look()
            self._ready.set()
            while True:
                await self._sleep()
                await self._tick()
                if not self.links and time.monotonic() - self._empty_since > _IDLE_AFTER:
                    self._done(self.lesson_id)
                    return
        except asyncio.CancelledError:
            raise
        except Exception:
            # Whoever is connected comes back at once and finds a fresh room.
            log.exception("the room of lesson %s broke", self.lesson_id)
            self._ready.set()
            for link in list(self.links):
                link.close()
            self._done(self.lesson_id)

    async def _first_look(self) -> None:
        self.picture = await self._writer.read(whole, self.lesson_id)
        await self._writer.write(_tidy_up, self.lesson_id)

    async def _sleep(self) -> None:
        """Until something happens, but never faster than the tick."""
        tick = current(ClassroomProfile).tally_refresh_ms / 1000
        try:
            async with asyncio.timeout(self._until_due()):
                await self._wake.wait()
        except TimeoutError:
            return
        # The first change after a quiet spell goes out at once; the next one waits for its tick.
        self._wake.clear()
        pause = self._last_tick + tick - time.monotonic()
        if pause > 0:
            await asyncio.sleep(pause)
            self._wake.clear()

    async def _tick(self) -> None:
        self._last_tick = time.monotonic()
        self._drop_silent()
        dirty, self._dirty = self._dirty, set()
        try:
            await self._note_attendance()
            await self._what_is_due()
            if dirty and self.picture is not None:
                await self._writer.read(refresh, self.picture, dirty)
                self._end_media()
        except Exception:
            self._dirty |= dirty
            raise
        self._broadcast()

    def _end_media(self) -> None:
        """After the lesson nobody stays in sound and picture, also who has lost the hub."""
        session = self.picture.session if self.picture else None
        if session is not None and session.state == "ended" and self._media is None:
            self._media = asyncio.create_task(asyncio.to_thread(close_room, self.lesson_id))

    def _until_due(self) -> float:
        """Seconds until something is due without anybody acting; at most some seconds."""
        now, due = timezone.now(), [5.0]
        question = self.picture.question if self.picture else None
        if question is not None and question.state == "open":
            due.append((question.closes_at + _CLOSE_MARGIN - now).total_seconds())
        return max(0.05, min(due))

    async def _what_is_due(self) -> None:
        assert self.picture is not None
        now, question, session = timezone.now(), self.picture.question, self.picture.session
        running = question if question is not None and question.state == "open" else None
        if running is not None and now >= running.closes_at + _CLOSE_MARGIN:
            await self._writer.write(_close_question, running.id, now)
        if session is None or session.state == "planned":
            teacher = next((link for link in self.links if link.seat.teaches), None)
            if teacher is not None and now >= sessions.opening(self.picture.lesson.starts_at):
                await self._open(teacher.actor)

    async def _open(self, actor: Actor) -> None:
        """Open the room for the first teacher who comes; too early changes nothing."""
        session = self.picture.session if self.picture else None
        if session is None or session.state == "planned":
            await self._writer.write(_open_room, self.lesson_id, actor)

    # ---- presence

    def _drop_silent(self) -> None:
        limit = time.monotonic() - current(ClassroomProfile).offline_seconds
        for link in [link for link in self.links if link.heard_at < limit]:
            self.leave(link)

    def _count_presence(self) -> None:
        now, before = timezone.now(), self.presence
        rooms = {
            link.seat.class_id
            for link in self.links
            if link.seat.kind is SeatKind.ROOM and link.seat.class_id is not None
        }
        host = any(link.seat.kind is SeatKind.HOST for link in self.links)
        self.presence.host = (before.host or now) if host else None
        for class_id in set(before.rooms) - rooms:
            del before.rooms[class_id]
            before.nets.pop(class_id, None)
            before.gone[class_id] = now
        for class_id in rooms:
            before.rooms.setdefault(class_id, now)
            before.gone.pop(class_id, None)
        pupils: dict[int, set[int]] = {}
        for link in self.links:
            if link.seat.kind is SeatKind.PUPIL and link.seat.class_id is not None:
                pupils.setdefault(link.seat.class_id, set()).add(link.seat.person_id)
        self.presence.pupils = pupils

    async def _note_attendance(self) -> None:
        """Write who came and went since the last tick, and now and then who is still there."""
        session = self.picture.session if self.picture else None
        if session is None or session.state not in {"open", "live"}:
            return
        new = [link for link in self.links if link.attendance is None]
        left, self._left = self._left, []
        now, still = timezone.now(), []
        if time.monotonic() - self._seen_at > _SEEN_EVERY:
            self._seen_at = time.monotonic()
            still = [link.attendance for link in self.links if link.attendance is not None]
        if not new and not left and not still:
            return
        rows = [(session.id, link.seat.key, link.seat.person_id, now) for link in new]
        ids = await self._writer.write(_write_attendance, rows, still, left, now)
        for link, row in zip(new, ids, strict=True):
            link.attendance = row
            if link not in self.links:
                self._left.append(row)

    # ---- what everybody sees

    def _parts(self, who: str) -> dict[str, str]:
        assert self.picture is not None
        least = current(ClassroomProfile).explain_again_share
        found = views.parts_for(who, self.picture, self.presence, least)
        return {name: write(value) for name, value in found.items()}

    def _broadcast(self) -> None:
        audiences: dict[str, list[Link]] = {}
        for link in self.links:
            audiences.setdefault(link.audience, []).append(link)
        for who in [who for who in self._sent if who not in audiences]:
            del self._sent[who]
        for who, links in audiences.items():
            now, before = self._parts(who), self._sent.get(who, {})
            changed = {name: text for name, text in now.items() if before.get(name) != text}
            self._sent[who] = now
            if changed:
                text = state(changed, full=False)
                for link in links:
                    link.push(text)
        self._tell_mine(self.links)

    def _tell_mine(self, links: Iterable[Link]) -> None:
        assert self.picture is not None
        pupils = [link for link in links if link.seat.kind is SeatKind.PUPIL]
        if not pupils:
            return
        found = views.mine(self.picture)
        nothing = {"choice": "", "hand": False}
        for link in pupils:
            text = write(found.get(link.seat.person_id, nothing))
            if text != link.mine:
                link.mine = text
                link.push(state({"mine": text}, full=False))


def _tidy_up(lesson_id: int) -> None:
    session = live.session_of(lesson_id)
    if session is not None:
        attendance.close_dangling(session)


def _open_room(lesson_id: int, actor: Actor) -> None:
    lesson = live.lesson_for_live(lesson_id)
    try:
        if lesson is not None:
            sessions.open_room(lesson, by=actor, at=timezone.now())
    except Refused:
        # Too early, or called off: the screens say so, the loop tries again in time.
        return


def _close_question(question_id: int, now: datetime) -> None:
    question = teaching.question_by_id(question_id)
    try:
        if question is not None:
            questions.close(question, by=None, at=now)
    except Refused:
        # The host was faster.
        return


def _write_attendance(
    rows: list[tuple[int, str, int, datetime]], still: list[Any], left: list[int], now: datetime
) -> list[int]:
    ids = attendance.join(rows) if rows else []
    if still:
        attendance.seen(still, at=now)
    if left:
        attendance.leave(left, at=now)
    return ids
