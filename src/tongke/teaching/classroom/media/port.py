"""What the classroom asks of any media engine: the embedded one, or a cluster such as LiveKit."""

from dataclasses import dataclass
from typing import Any, Literal, Protocol

Codec = Literal["auto", "H264", "VP8"]
"""Video codec of a room. "auto" is H264 until someone joins who lacks it, then VP8 for all."""

Role = Literal["host", "room", "observer"]
"""A host teaches, a room listens and answers, an observer only receives and is not shown."""


@dataclass(frozen=True)
class Participant:
    """Who joins. `id` is stable over reconnects, so that a second join replaces the first."""

    id: str
    name: str


@dataclass(frozen=True)
class RoomStats:
    """A room at one moment; `participants` are the objects of a `stats` message (ADR 5)."""

    room: str
    codec: str
    participants: tuple[dict[str, Any], ...]


class MediaUnavailable(Exception):
    """The engine does not answer. The lesson goes on without two-way video; try again later."""


class MediaEngine(Protocol):
    """Rooms in which everybody sees and hears everybody.

    Every method may be called again with the same arguments. All but `token` ask the running
    engine and raise `MediaUnavailable` when it cannot be reached.
    """

    def open_room(self, room_id: str, codec: Codec = "auto") -> None:
        """Allow people in. A closed room opens again; a restarted engine needs no such call."""

    def token(
        self, room_id: str, participant: Participant, role: Role, ttl: int, codec: Codec = "auto"
    ) -> str:
        """A signed permission to join this room as this participant within `ttl` seconds."""

    def kick(self, room_id: str, participant_id: str) -> bool:
        """Put a participant out; tokens minted before are worthless. True when they were inside."""

    def close_room(self, room_id: str) -> None:
        """Put everybody out and refuse the tokens minted so far."""

    def stats(self, room_id: str) -> RoomStats | None:
        """What the room's network carries now; None when nobody is inside."""
