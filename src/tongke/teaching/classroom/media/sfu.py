"""All rooms of this engine: who may enter, who is out, and the clock that drives them."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

from tongke.teaching.classroom.media.limits import PERIOD_S, Policy
from tongke.teaching.classroom.media.members import Link, Member
from tongke.teaching.classroom.media.port import Codec
from tongke.teaching.classroom.media.rooms import Room
from tongke.teaching.classroom.media.tokens import BadToken, Grant, verify

log = logging.getLogger(__name__)

MAX_TOKEN_AGE_S = 24 * 3600
"""How long a kick or a closing is remembered; no token may live longer."""


class Sfu:
    """A selective forwarding unit: it passes on what it receives and understands none of it."""

    def __init__(
        self,
        secret: bytes,
        policy: Policy,
        *,
        ice_servers: Sequence[dict[str, Any]] = (),
        now: Callable[[], float] = time.time,
    ) -> None:
        self.rooms: dict[str, Room] = {}
        self._secret = secret
        self._policy = policy
        self._ice_servers = list(ice_servers)
        self._now = now
        self._refused: dict[tuple[str, str | None], float] = {}

    def join(
        self, room_id: str, token: str, link: Link, *, resume: str | None = None
    ) -> tuple[Room, Member]:
        """Let the bearer of a token in, and welcome them. The first one opens the room.

        Raises:
            BadToken: forged, expired, for another room, or minted before a kick or a closing.
            RoomFull: no place is free.
        """
        grant = verify(token, self._secret, room=room_id, now=self._now())
        self._check_refused(grant)
        room = self.rooms.get(room_id) or Room(room_id, grant.codec, self._policy)
        member = room.join(grant, link, resume=resume)
        self.rooms[room_id] = room
        link.send(self._welcome(room, member))
        room.seat_everyone()
        return room, member

    def _check_refused(self, grant: Grant) -> None:
        for key in ((grant.room, None), (grant.room, grant.participant)):
            if grant.issued <= self._refused.get(key, 0.0):
                raise BadToken("refused")

    def _welcome(self, room: Room, member: Member) -> dict[str, Any]:
        return {
            "type": "welcome",
            "participant": member.id,
            "role": member.grant.role,
            "codec": room.codec,
            "publish": member.publishes,
            "slots": len(member.seats),
            "session": member.session,
            "resumed": member.peer is not None,
            "video_kbps": self._policy.ceiling(member.grant.role),
            "ice_servers": self._ice_servers,
        }

    def open_room(self, room_id: str, codec: Codec) -> None:
        """Forget that the room was closed, and fix its codec before anybody joins."""
        self._refused.pop((room_id, None), None)
        if room_id not in self.rooms:
            self.rooms[room_id] = Room(room_id, codec, self._policy)

    def close_room(self, room_id: str) -> bool:
        """Put everybody out and refuse older tokens. True when the room was open."""
        self._refused[room_id, None] = self._now()
        room = self.rooms.pop(room_id, None)
        if room is not None:
            room.close("closed")
        return room is not None

    def kick(self, room_id: str, participant: str) -> bool:
        """Put one participant out and refuse their older tokens. True when they were inside."""
        self._refused[room_id, participant] = self._now()
        room = self.rooms.get(room_id)
        member = room.members.get(participant) if room else None
        if room is None or member is None:
            return False
        room.leave(member, "kicked")
        return True

    def stats(self) -> list[dict[str, Any]]:
        """Every room with its members' figures."""
        return [
            {"room": room.id, "codec": room.codec, "participants": room.figures()}
            for room in self.rooms.values()
        ]

    async def run(self) -> None:
        """Measure and adapt until cancelled. A fault in one room leaves the others alone."""
        while True:
            await asyncio.sleep(PERIOD_S)
            self.tick()

    def tick(self) -> None:
        """One period; see `Room.tick`. Empty rooms are forgotten."""
        for room in list(self.rooms.values()):
            try:
                room.tick()
            except Exception:
                log.exception("room %s", room.id)
            if not room.members:
                del self.rooms[room.id]
        horizon = self._now() - MAX_TOKEN_AGE_S
        self._refused = {key: at for key, at in self._refused.items() if at > horizon}

    async def stop(self) -> None:
        """Tell everybody to come back in a moment, and close all connections."""
        rooms, self.rooms = list(self.rooms.values()), {}
        for room in rooms:
            room.close("shutdown")
        await asyncio.gather(*(room.settled() for room in rooms))
