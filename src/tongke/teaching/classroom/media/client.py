"""The embedded engine as the classroom sees it: `MediaEngine` over HTTP on loopback."""

import http.client
import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from tongke.teaching.classroom.media.port import (
    Codec,
    MediaUnavailable,
    Participant,
    Role,
    RoomStats,
)
from tongke.teaching.classroom.media.tokens import Grant, admin_key, mint

TIMEOUT_S = 2.0


@dataclass(frozen=True)
class EmbeddedEngine:
    """Talks to `server.py`.

    Attributes:
        address: host and port of the engine, such as "127.0.0.1:7880".
        secret: the secret it was started with, at least 32 bytes.
    """

    address: str
    secret: bytes

    def open_room(self, room_id: str, codec: Codec = "auto") -> None:
        """See `MediaEngine.open_room`."""
        self._ask("POST", f"/rooms/{quote(room_id)}/open", codec=codec)

    def token(
        self, room_id: str, participant: Participant, role: Role, ttl: int, codec: Codec = "auto"
    ) -> str:
        """See `MediaEngine.token`. The codec is that of a room which this token opens."""
        now = time.time()
        grant = Grant(room_id, participant.id, role, participant.name, codec, now, now + ttl)
        return mint(grant, self.secret)

    def kick(self, room_id: str, participant_id: str) -> bool:
        """See `MediaEngine.kick`."""
        path = f"/rooms/{quote(room_id)}/kick"
        return bool(self._ask("POST", path, participant=participant_id)["done"])

    def close_room(self, room_id: str) -> None:
        """See `MediaEngine.close_room`."""
        self._ask("POST", f"/rooms/{quote(room_id)}/close")

    def stats(self, room_id: str) -> RoomStats | None:
        """See `MediaEngine.stats`."""
        for room in self._ask("GET", "/rooms")["rooms"]:
            if room["room"] == room_id and room["participants"]:
                return RoomStats(room_id, room["codec"], tuple(room["participants"]))
        return None

    def health(self) -> dict[str, Any]:
        """Rooms, CPU seconds and memory of the engine's process.

        Raises:
            MediaUnavailable: it does not answer.
        """
        return self._ask("GET", "/health")

    def _ask(self, method: str, path: str, **query: str) -> dict[str, Any]:
        target = f"{path}?{urlencode(query)}" if query else path
        connection = http.client.HTTPConnection(self.address, timeout=TIMEOUT_S)
        try:
            headers = {"Authorization": f"Bearer {admin_key(self.secret)}"}
            connection.request(method, target, headers=headers)
            response = connection.getresponse()
            content = json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError) as silent:
            raise MediaUnavailable(str(silent)) from silent
        finally:
            connection.close()
        if response.status != 200:
            raise MediaUnavailable(f"{response.status} {content.get('error')}")
        return dict(content)
