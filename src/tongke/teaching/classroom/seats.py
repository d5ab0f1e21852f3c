"""Seats of a live lesson: the host, the listening rooms, the pupils, observers."""

from dataclasses import dataclass
from enum import StrEnum


class SeatKind(StrEnum):
    """Who sits there."""

    HOST = "host"
    ROOM = "room"
    PUPIL = "pupil"
    OBSERVER = "observer"


@dataclass(frozen=True)
class Seat:
    """A place in one lesson.

    Attributes:
        kind: host, room, pupil or observer.
        person_id: who sits there.
        person_name: as the others see it.
        class_id: the class the seat answers for: the delivering class of a host (None when the
            host teaches no class of the own), the room's class, the pupil's class.
    """

    kind: SeatKind
    person_id: int
    person_name: str
    class_id: int | None = None

    @property
    def key(self) -> str:
        """``host``, ``room:<class>``, ``pupil:<person>`` or ``observer:<person>``."""
        match self.kind:
            case SeatKind.HOST:
                return "host"
            case SeatKind.ROOM:
                return f"room:{self.class_id}"
            case kind:
                return f"{kind}:{self.person_id}"

    @property
    def teaches(self) -> bool:
        """Whether a teacher sits there: the host or the assistant in a room."""
        return self.kind in {SeatKind.HOST, SeatKind.ROOM}
