"""A room: who is inside, who sees whom in which slot, and how much everybody may send."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from typing import Any

from tongke.teaching.classroom.media import sdp
from tongke.teaching.classroom.media.limits import (
    PERIOD_S,
    Policy,
    Valve,
    Want,
    limit,
    needed,
    shares,
)
from tongke.teaching.classroom.media.members import Link, Member
from tongke.teaching.classroom.media.peer import KINDS, BadOffer, Peer
from tongke.teaching.classroom.media.port import Codec
from tongke.teaching.classroom.media.tokens import Grant
from tongke.teaching.classroom.media.wire import ByeReason, Message

log = logging.getLogger(__name__)

MAX_PUBLISHERS = 5
MAX_OBSERVERS = 5
AWAY_S = 20.0
"""How long a lost websocket is awaited while its media goes on: a restart of the web server."""
CONNECT_S = 20.0


class RoomFull(Exception):
    """There is no place for another publisher, or for another observer."""


class Room:
    """All members of one lesson. Belongs to one event loop; no method may run in two threads."""

    def __init__(
        self,
        room_id: str,
        codec: Codec,
        policy: Policy,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.id = room_id
        self.policy = policy
        self.members: dict[str, Member] = {}
        self._auto = codec == "auto"
        self.codec = "H264" if codec == "auto" else codec
        self._clock = clock
        self._measured_at = clock()
        self._closing: set[asyncio.Task[None]] = set()

    def join(self, grant: Grant, link: Link, *, resume: str | None = None) -> Member:
        """Give a participant a place. With a known session the media connection goes on.

        Raises:
            RoomFull: nobody's place was taken and none is free.
        """
        before = self.members.get(grant.participant)
        if before is not None and before.grant.role == grant.role:
            return self._replace(before, grant, link, resume)
        if before is not None:
            self._put_out(before, "replaced")
        publishes = grant.role != "observer"
        alike = sum(member.publishes == publishes for member in self.members.values())
        if alike >= (MAX_PUBLISHERS if publishes else MAX_OBSERVERS):
            raise RoomFull(self.id)
        member = Member(grant, link, self.policy, joined_at=self._clock())
        member.seats = [None] * (MAX_PUBLISHERS - publishes)
        self.members[member.id] = member
        return member

    def _replace(self, member: Member, grant: Grant, link: Link, resume: str | None) -> Member:
        going_on = resume == member.session and member.peer is not None
        if not going_on:
            self._drop_peer(member)
        # A resumed page has lost its websocket already; telling the old one would be to itself.
        member.link.end("replaced")
        member.grant, member.link = grant, link
        member.away_since = None
        member.shown = None
        member.told = None
        return member

    async def offer(self, member: Member, offer: str) -> None:
        """Connect a member's browser anew and send the answer.

        Raises:
            BadOffer: see there; the member has no connection then.
        """
        codecs = sdp.video_codecs(offer)
        if self.codec not in codecs and self._auto and "VP8" in codecs:
            self._fall_back(besides=member)
        self._drop_peer(member)
        peer = Peer(self.codec, publishes=member.publishes, slots=len(member.seats))
        member.use(peer)
        peer.on_state(lambda state: self._peer_changed(member, peer, state))
        try:
            answer = await peer.answer(offer)
        except BadOffer:
            if member.peer is peer:
                self._drop_peer(member)
                raise
        if member.peer is not peer:
            return  # a newer offer came, or the member left, while this one was being answered
        answer = sdp.with_sender_hints(
            answer,
            start_kbps=min(1000, self.policy.ceiling(member.grant.role)),
            max_kbps=self.policy.ceiling(member.grant.role),
            audio_kbps=self.policy.audio - 8,
        )
        member.link.send({"type": "answer", "sdp": answer})
        self.seat_everyone()

    def _fall_back(self, *, besides: Member) -> None:
        """Someone's browser has no H.264: everybody connects again with VP8."""
        self.codec = "VP8"
        log.info("room %s: VP8 from now on", self.id)
        for member in self.members.values():
            if member is not besides:
                self._drop_peer(member)
                member.link.send({"type": "restart", "codec": self.codec})

    def away(self, member: Member, link: Link) -> None:
        """The websocket broke. The media goes on, and the place is kept for a few seconds."""
        if member.link is link and self.members.get(member.id) is member:
            member.away_since = self._clock()
            self.tell_everyone()

    def leave(self, member: Member, reason: ByeReason = "left") -> None:
        """Take a member out at once."""
        if self.members.get(member.id) is member:
            self._put_out(member, reason)
            self.seat_everyone()

    def close(self, reason: ByeReason) -> None:
        """Take everybody out."""
        for member in list(self.members.values()):
            self._put_out(member, reason)

    def mute(self, member: Member, *, audio: bool, video: bool) -> None:
        """Note what a member has switched off, and show it to the others."""
        member.muted = {"audio": audio, "video": video}
        self.tell_everyone()

    def seat_everyone(self) -> None:
        """Put every publisher into a slot of every other member; a returning one into their own."""
        for member in self.members.values():
            for publisher in self._publishers(member):
                if publisher.id not in member.seats:
                    member.seats[self._free_seat(member)] = publisher.id
            self._wire(member)
        self.tell_everyone()

    def _free_seat(self, member: Member) -> int:
        present = {publisher.id for publisher in self._publishers(member)}
        empty = [n for n, name in enumerate(member.seats) if name is None]
        return (empty or [n for n, name in enumerate(member.seats) if name not in present])[0]

    def _wire(self, member: Member) -> None:
        """Connect the member's outlets to the sources of those in their seats."""
        if member.peer is None:
            return
        for slot, name in zip(member.peer.slots, member.seats, strict=True):
            publisher = self.members.get(name or "")
            sources = publisher.peer.sources if publisher and publisher.peer else {}
            for kind in KINDS:
                slot[kind].connect(sources.get(kind))

    def tell_everyone(self) -> None:
        """Send `tracks` to each member for whom something has changed."""
        for member in self.members.values():
            message: Message = {
                "type": "tracks",
                "participants": [self._as_seen(member, p) for p in self._publishers(member)],
            }
            if message != member.shown:
                member.shown = message
                member.link.send(message)

    def _as_seen(self, member: Member, publisher: Member) -> dict[str, Any]:
        valve = member.valves.get(publisher.id)
        return {
            "id": publisher.id,
            "name": publisher.grant.name,
            "role": publisher.grant.role,
            "slot": member.seats.index(publisher.id) if publisher.id in member.seats else None,
            "audio": not publisher.muted["audio"],
            "video": not publisher.muted["video"],
            "paused": not publisher.video_wanted or (valve is not None and not valve.open),
            "stalled": publisher.stalled(self._clock()),
            "away": publisher.away_since is not None,
        }

    def _publishers(self, besides: Member) -> list[Member]:
        return [m for m in self.members.values() if m.publishes and m is not besides]

    def _peer_changed(self, member: Member, peer: Peer, state: str) -> None:
        if member.peer is not peer:
            return
        if state == "connected" and member.connected_at is None:
            member.connected_at = self._clock()
            for _, outlet in peer.outlets():
                outlet.set_open(to=True)
        elif state in ("failed", "closed"):
            self._drop_peer(member)
            member.link.send({"type": "restart", "codec": self.codec})

    def _drop_peer(self, member: Member) -> None:
        if member.peer is not None:
            # Closing says goodbye over the network, which nobody should have to wait for.
            task = asyncio.ensure_future(self._close_peer(member.peer))
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)
            member.use(None)

    async def _close_peer(self, peer: Peer) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(peer.close(), CONNECT_S)

    def _put_out(self, member: Member, reason: ByeReason) -> None:
        del self.members[member.id]
        self._drop_peer(member)
        member.link.end(reason)

    async def settled(self) -> None:
        """Wait until every connection that was given up is closed."""
        while self._closing:
            await asyncio.gather(*self._closing, return_exceptions=True)

    def tick(self) -> None:
        """Every two seconds: sweep, measure, set limits, tell the hosts."""
        now = self._clock()
        seconds = max(now - self._measured_at, PERIOD_S / 2)
        self._measured_at = now
        for member in list(self.members.values()):
            if member.away_since is not None and now - member.away_since > AWAY_S:
                self.leave(member)
        for member in self.members.values():
            member.measure(seconds)
        self._set_limits(now)
        self.tell_everyone()
        figures = self.figures()
        for member in self.members.values():
            if member.grant.role == "host":
                member.link.send({"type": "stats", "participants": figures})

    def figures(self) -> list[Message]:
        """The `stats` objects of all members."""
        now = self._clock()
        return [member.figures(now) for member in self.members.values()]

    def _set_limits(self, now: float) -> None:
        offered: dict[str, list[float]] = {member_id: [] for member_id in self.members}
        audience = dict.fromkeys(self.members, 0)
        for member in self.members.values():
            for publisher, kbps in self._divide(member, now).items():
                audience[publisher] += 1
                if kbps is not None and member.publishes:
                    offered[publisher].append(kbps)
        for member in self.members.values():
            if member.publishes and member.peer is not None:
                watched = not audience[member.id] or self._watched(member)
                self._limit(member, offered[member.id], now, watched=watched)

    def _divide(self, member: Member, now: float) -> dict[str, float | None]:
        """What this member's downlink has for each picture; None for one it cannot carry."""
        senders = [p for p in self._publishers(member) if p.peer is not None]
        if member.peer is None or member.connected_at is None:
            return {}
        budget = member.budget.observe(
            estimate=member.down_estimate(now),
            loss=member.down.loss,
            carried=member.down.kbps,
            delay_s=member.delay_s(now),
        )
        pictures = [p for p in senders if not p.muted["video"]]
        valves = {p.id: member.valves.setdefault(p.id, Valve(self.policy)) for p in pictures}
        wants = [Want(p.id, p.grant.role) for p in pictures if valves[p.id].open]
        given = shares(budget, len(senders), wants, self.policy)
        result: dict[str, float | None] = {}
        for publisher in pictures:
            valve = valves[publisher.id]
            if valve.update(fed=given.get(publisher.id, 0) > 0, now=now):
                wants.append(Want(publisher.id, publisher.grant.role))
                member.budget.allow(needed(len(senders), wants, self.policy))
            self._open_outlet(member, publisher, to=valve.open)
            result[publisher.id] = given.get(publisher.id, 0) if valve.open else None
        return result

    def _open_outlet(self, member: Member, publisher: Member, *, to: bool) -> None:
        if member.peer is not None and publisher.id in member.seats:
            member.peer.slots[member.seats.index(publisher.id)]["video"].set_open(to=to)

    def _watched(self, publisher: Member) -> bool:
        """Whether any line carries this picture."""
        valves = [m.valves.get(publisher.id) for m in self.members.values()]
        return any(valve.open for valve in valves if valve is not None)

    def _limit(self, member: Member, offered: list[float], now: float, *, watched: bool) -> None:
        """Tell a publisher how much to send, when it has changed by a tenth or in kind."""
        if member.up_valve.update(fed=not member.mind_uplink(now), now=now):
            member.up_budget.allow(self.policy.audio + self.policy.floor(member.grant.role))
        member.video_wanted = member.up_valve.open and watched
        member.limit_kbps = limit(offered, member.grant.role, member.limit_kbps, self.policy)
        before = member.told
        told = (member.limit_kbps, member.video_wanted)
        if before is None or before[1] != told[1] or abs(before[0] - told[0]) * 10 >= before[0]:
            member.told = told
            member.link.send({"type": "limit", "video_kbps": told[0], "video": told[1]})


__all__ = ["AWAY_S", "MAX_PUBLISHERS", "BadOffer", "Room", "RoomFull"]
