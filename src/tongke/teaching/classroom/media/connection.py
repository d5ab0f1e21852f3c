"""One browser's websocket: hello, then messages into the room, then goodbye."""

import asyncio
import contextlib
import logging

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from tongke.teaching.classroom.media import sdp
from tongke.teaching.classroom.media.members import Member
from tongke.teaching.classroom.media.network import Network
from tongke.teaching.classroom.media.rooms import BadOffer, Room, RoomFull
from tongke.teaching.classroom.media.sfu import Sfu
from tongke.teaching.classroom.media.tokens import BadToken
from tongke.teaching.classroom.media.wire import BadMessage, ByeReason, Message, pack, parse

log = logging.getLogger(__name__)

HELLO_S = 10.0
SILENCE_S = 10.0
"""A browser sends a ping every two seconds; one that is silent this long has lost its network."""
MAX_UNSENT = 64
GOING_AWAY = 1001


class Connection:
    """Implements `members.Link` over a websocket."""

    def __init__(self, socket: ServerConnection, sfu: Sfu, network: Network) -> None:
        self._socket = socket
        self._sfu = sfu
        self._network = network
        self._unsent: asyncio.Queue[Message | None] = asyncio.Queue()
        self._ended = False
        self._tasks: set[asyncio.Task[None]] = set()

    def send(self, message: Message) -> None:
        """Queue a message for the browser."""
        if self._ended:
            return
        if message["type"] == "answer":
            public = sdp.with_public_address(message["sdp"], self._network.addresses)
            message = message | {"sdp": public}
        if self._unsent.qsize() >= MAX_UNSENT:
            self.end("protocol")
            return
        self._unsent.put_nowait(message)

    def end(self, reason: ByeReason) -> None:
        """Say goodbye after what is queued, and close."""
        if not self._ended:
            self._unsent.put_nowait({"type": "bye", "reason": reason})
            self._unsent.put_nowait(None)
            self._ended = True

    async def run(self, room_id: str) -> None:
        """Serve the websocket until it closes."""
        writer = asyncio.create_task(self._write())
        try:
            await self._converse(room_id)
        except (BadToken, RoomFull) as refused:
            self.end("full" if isinstance(refused, RoomFull) else "token")
        except (BadMessage, TimeoutError):
            self.end("protocol")
        except ConnectionClosed:
            self._unsent.put_nowait(None)
        await writer

    async def _converse(self, room_id: str) -> None:
        hello = parse(await asyncio.wait_for(self._socket.recv(), HELLO_S))
        if hello["type"] != "hello":
            raise BadMessage("hello comes first")
        resume = hello.get("resume")
        room, member = self._sfu.join(
            room_id, hello["token"], self, resume=resume if isinstance(resume, str) else None
        )
        try:
            while not self._ended:
                message = parse(await asyncio.wait_for(self._socket.recv(), SILENCE_S))
                if message["type"] == "bye":
                    room.leave(member)
                    return
                await self._obey(room, member, message)
        except ConnectionClosed as closed:
            self._lost(room, member, closed)
        except TimeoutError:
            room.away(member, self)
        except BadMessage:
            room.leave(member, "protocol")

    def _lost(self, room: Room, member: Member, closed: ConnectionClosed) -> None:
        page_left = closed.rcvd is not None and closed.rcvd.code in (1000, GOING_AWAY)
        if page_left and member.link is self:
            room.leave(member)
        else:
            room.away(member, self)
        raise closed

    async def _obey(self, room: Room, member: Member, message: Message) -> None:
        match message["type"]:
            case "offer":
                # Answering takes a while, in which pings and candidates must be heard.
                task = asyncio.create_task(self._answer(room, member, message["sdp"]))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            case "ice" if member.peer is not None:
                await member.peer.add_candidate(message["candidate"], message["mid"])
            case "mute":
                room.mute(member, audio=message["audio"], video=message["video"])
            case "report":
                member.seen = _clean_report(message["seen"])
            case "ping":
                self.send({"type": "pong", "n": message["n"]})

    async def _answer(self, room: Room, member: Member, offer: str) -> None:
        try:
            await room.offer(member, offer)
        except BadOffer as unfit:
            log.warning("room %s, %s: unfit offer: %s", room.id, member.id, unfit)
            room.leave(member, "offer")

    async def _write(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            while (message := await self._unsent.get()) is not None:
                await self._socket.send(pack(message))
        # Closing here wakes the reader, when it was the room that said goodbye.
        await self._socket.close()


def _clean_report(seen: dict[object, object]) -> dict[str, float]:
    """At most ten pairs of participant id and decoded frames per second; the rest is dropped."""
    pairs = [(str(name), value) for name, value in list(seen.items())[:10]]
    return {name: round(value, 1) for name, value in pairs if isinstance(value, int | float)}
