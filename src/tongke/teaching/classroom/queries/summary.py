"""What came of a lesson: presence, roll, questions by room, the line of events."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tongke.teaching.classroom.facts import AnswerInfo, QuestionInfo, RoomInfo
from tongke.teaching.classroom.models import Question, RollEntry, Session
from tongke.teaching.classroom.queries import live, presence, roster
from tongke.teaching.classroom.scoring import LETTERS
from tongke.teaching.classroom.tally import Tally, count
from tongke.teaching.timetable.models import Lesson

EVENT_NAMES = {
    "opened": "开放课堂", "started": "上课", "ended": "下课", "slide": "翻页", "roll": "点名",
    "hand_up": "举手", "hand_down": "放下手", "spoke": "请发言", "muted": "全部静音",
    "asked": "发出随堂问", "closed": "结束作答", "revealed": "公布并讲评", "cards": "答题卡计数",
    "net": "网络变化", "help": "呼叫技术员",
}  # fmt: skip
_SHOWN = frozenset(EVENT_NAMES) - {"slide", "hand_down"}
_ICONS = {
    "opened": "door", "started": "player-play", "ended": "door-exit", "roll": "user-check",
    "hand_up": "hand-stop", "spoke": "microphone", "muted": "microphone-off",
    "asked": "help-circle", "closed": "clock-pause", "revealed": "chart-bar", "cards": "id",
    "net": "wifi-1", "help": "lifebuoy",
}  # fmt: skip


@dataclass(frozen=True)
class RoomSummary:
    """One class: its roll, its time online in minutes (None for the delivering class itself)."""

    room: RoomInfo
    called: bool
    present: int
    absent: int
    leave: int
    late: int
    minutes: int
    answered: int
    right: float | None
    away: Sequence[str]


@dataclass(frozen=True)
class QuestionSummary:
    """One question with its tally; `bars` are letter, text, right?, total and share of all."""

    question: QuestionInfo
    tally: Tally
    bars: Sequence[tuple[str, str, bool, int, float]]
    rooms: Sequence[tuple[RoomInfo, int, int, float | None]]


@dataclass(frozen=True)
class Moment:
    """One line of the timeline."""

    at: datetime
    title: str
    text: str
    icon: str


@dataclass(frozen=True)
class Summary:
    """The whole lesson in figures."""

    session: Session
    together: timedelta
    percent: int
    rooms: Sequence[RoomSummary]
    questions: Sequence[QuestionSummary]
    moments: Sequence[Moment]


def summary(lesson: Lesson, session: Session, known: set[int]) -> Summary:
    """Everything the page after a lesson shows.

    Args:
        known: ids of the pupils whom the reader may know by name; the others are only counted.
    """
    rooms = roster.rooms(lesson)
    until = session.ended_at or session.lesson.ends_at
    questions = _questions(session, rooms)
    started = session.started_at is not None
    return Summary(
        session=session,
        together=presence.together(session, until) if started else timedelta(),
        percent=presence.together_percent(session, until) if started else 0,
        rooms=_rooms(session, rooms, questions, until, known),
        questions=questions,
        moments=_moments(lesson, rooms),
    )


def _questions(session: Session, rooms: Sequence[RoomInfo]) -> list[QuestionSummary]:
    found = []
    for info in live.all_questions(session.lesson_id):
        tally = count(info, rooms)
        bars = []
        for letter, option in zip(LETTERS, info.options, strict=False):
            total = sum(tally.choices[letter].values())
            share = total / tally.answered if tally.answered else 0.0
            bars.append((letter, option, letter in info.answer, total, share))
        by_room = [
            (room, one.answered, one.enrolled, one.right)
            for room in rooms
            for one in [tally.rooms[room.class_id]]
        ]
        found.append(QuestionSummary(info, tally, bars, by_room))
    return found


def _rooms(
    session: Session,
    rooms: Sequence[RoomInfo],
    questions: Sequence[QuestionSummary],
    until: datetime,
    known: set[int],
) -> list[RoomSummary]:
    statuses = live.roll_statuses(session.lesson_id)
    online = _minutes(session, until)
    found = []
    for room in rooms:
        roll = statuses.get(room.class_id)
        counts = {status: list((roll or {}).values()).count(status) for status in RollEntry.Status}
        tallies = [question.tally.rooms[room.class_id] for question in questions]
        rights = [one.right for one in tallies if one.right is not None]
        names = {pupil.id: pupil.name for pupil in room.pupils}
        found.append(
            RoomSummary(
                room=room,
                called=roll is not None,
                present=counts[RollEntry.Status.PRESENT] + counts[RollEntry.Status.LATE],
                absent=counts[RollEntry.Status.ABSENT],
                leave=counts[RollEntry.Status.LEAVE],
                late=counts[RollEntry.Status.LATE],
                minutes=online.get("host" if room.is_host else f"room:{room.class_id}", 0),
                answered=sum(one.answered for one in tallies),
                right=sum(rights) / len(rights) if rights else None,
                away=[
                    f"{names.get(pupil, '')}（{RollEntry.Status(status).label}）"
                    for pupil, status in (roll or {}).items()
                    if status != RollEntry.Status.PRESENT and pupil in known
                ],
            )
        )
    return found


def _minutes(session: Session, until: datetime) -> Mapping[str, int]:
    """Minutes online by seat, for host and rooms."""
    spans: dict[str, list[presence.Span]] = {}
    for seat, joined, left in session.attendance.values_list("seat", "joined_at", "left_at"):
        if seat == "host" or seat.startswith("room:"):
            spans.setdefault(seat, []).append((joined, left or until))
    return {
        seat: int(
            sum((end - start for start, end in presence.merged(some)), timedelta()).total_seconds()
            // 60
        )
        for seat, some in spans.items()
    }


def _moments(lesson: Lesson, rooms: Sequence[RoomInfo]) -> list[Moment]:
    names = {room.class_id: room.name for room in rooms}
    moments = []
    for event in live.events(lesson.pk):
        if event.kind not in _SHOWN:
            continue
        text = event.text
        if event.kind == "net":
            text = "转为声音优先" if event.text == "audio" else "画面恢复"
        elif event.kind == "muted":
            text = "" if event.text == "on" else "取消静音"
        where = names.get(event.class_id or 0, "")
        words = " ".join(part for part in (where, text) if part)
        moments.append(Moment(event.at, EVENT_NAMES[event.kind], words, _ICONS[event.kind]))
    return moments


def answers_by_pupil(
    lesson: Lesson, session: Session, known: set[int]
) -> list[tuple[RoomInfo, int, str, dict[int, AnswerInfo]]]:
    """For the export: each pupil the reader may know, with the answer to each question, by id."""
    given: dict[int, dict[int, AnswerInfo]] = {}
    for info in live.all_questions(session.lesson_id):
        for answer in info.answers:
            given.setdefault(answer.pupil_id, {})[info.id] = answer
    return [
        (room, pupil.id, pupil.name, given.get(pupil.id, {}))
        for room in roster.rooms(lesson)
        for pupil in room.pupils
        if pupil.id in known
    ]


def question_rows(session: Session) -> list[Question]:
    """The questions of a session in order."""
    return list(session.questions.select_related("key_point").order_by("seq"))
