"""The facts of a live lesson as plain data, for screens and counting. Pure: no Django."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Pupil:
    """A pupil on the roll of a class; `seat` is the number of the place, None when unset."""

    id: int
    name: str
    seat: int | None


@dataclass(frozen=True)
class RoomInfo:
    """A class of a lesson as one room on the screens; `name` is short and unique in the lesson."""

    class_id: int
    name: str
    class_name: str
    school_id: int
    school_name: str
    is_host: bool
    assistant_id: int | None
    assistant: str
    pupils: tuple[Pupil, ...]


@dataclass(frozen=True)
class LessonInfo:
    """What does not change while a lesson runs."""

    id: int
    title: str
    subject: str
    grade: str
    form: str
    host_teacher_id: int
    host_teacher: str
    host_school: str
    starts_at: datetime
    ends_at: datetime
    rooms: tuple[RoomInfo, ...]


@dataclass(frozen=True)
class SessionInfo:
    """The state of the room."""

    id: int
    state: str
    slide_no: int
    codec: str
    opened_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True)
class SlideInfo:
    """One slide; `image` is the address of its picture, or empty."""

    seq: int
    heading: str
    lines: tuple[str, ...]
    image: str


@dataclass(frozen=True)
class AnswerInfo:
    """One stored answer of the question in play."""

    class_id: int
    pupil_id: int
    choice: str
    entered: bool


@dataclass(frozen=True)
class QuestionInfo:
    """The question in play with everything answered so far."""

    id: int
    seq: int
    kind: str
    stem: str
    options: tuple[str, ...]
    answer: str
    key_point: str
    state: str
    opened_at: datetime
    closes_at: datetime
    answers: tuple[AnswerInfo, ...]
    cards: Mapping[int, Mapping[str, int]]


@dataclass(frozen=True)
class PastQuestion:
    """An earlier question: how many answered, the share of right ones (None for a survey)."""

    seq: int
    stem: str
    answered: int
    right: float | None


@dataclass(frozen=True)
class EventInfo:
    """One line of the log."""

    id: int
    at: datetime
    kind: str
    class_id: int | None
    person_id: int | None
    person: str
    text: str


@dataclass(frozen=True)
class DutyInfo:
    """One duty of the protocol."""

    id: int
    code: str
    link: str
    side: str
    class_id: int | None
    text: str
    automatic: bool
    due_at: datetime
    done_at: datetime | None
