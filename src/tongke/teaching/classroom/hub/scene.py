"""What the hub knows of one lesson: its facts, and who is connected. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tongke.teaching.classroom.facts import (
    DutyInfo,
    EventInfo,
    LessonInfo,
    PastQuestion,
    QuestionInfo,
    SessionInfo,
    SlideInfo,
)


@dataclass
class Picture:
    """All facts of one lesson at one moment, as read from the database."""

    lesson: LessonInfo
    session: SessionInfo | None = None
    slides: tuple[SlideInfo, ...] = ()
    question: QuestionInfo | None = None
    past: tuple[PastQuestion, ...] = ()
    roll: Mapping[int, Mapping[int, str]] = field(default_factory=dict)
    events: tuple[EventInfo, ...] = ()
    duties: tuple[DutyInfo, ...] = ()


@dataclass(frozen=True)
class Net:
    """What a room reports of its network."""

    mode: str
    kbps: int
    loss: float
    rtt: int


@dataclass
class Presence:
    """Who is connected now, and how. Lives in memory only.

    Attributes:
        host: since when the host is connected, None when not.
        rooms: class id → since when its room is connected.
        gone: class id → since when a room that was here is away.
        pupils: class id → ids of the pupils with a device of their own.
        nets: class id → its last network report.
    """

    host: datetime | None = None
    rooms: dict[int, datetime] = field(default_factory=dict)
    gone: dict[int, datetime] = field(default_factory=dict)
    pupils: dict[int, set[int]] = field(default_factory=dict)
    nets: dict[int, Net] = field(default_factory=dict)


def ms(moment: datetime | None) -> int | None:
    """A moment as browsers count: milliseconds since 1970."""
    return None if moment is None else int(moment.timestamp() * 1000)
