"""What clients may do: each act checked against the seat, done by a service, exactly once.

Runs in the writing thread. Nothing here queries on its own: rows come from queries and policy.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tongke.core.errors import Refused
from tongke.foundation.people.actors import Actor
from tongke.teaching.classroom import policy
from tongke.teaching.classroom.hub.wire import Act
from tongke.teaching.classroom.models import Question, Session
from tongke.teaching.classroom.queries import live, teaching
from tongke.teaching.classroom.seats import Seat, SeatKind
from tongke.teaching.classroom.services import (
    answers,
    cards,
    events,
    floor,
    protocol,
    questions,
    roll,
    sessions,
)

_HOST = frozenset({SeatKind.HOST})
_ROOM = frozenset({SeatKind.ROOM})
_TEACHERS = _HOST | _ROOM
_LEARNERS = _ROOM | {SeatKind.PUPIL}

MAY: Mapping[str, frozenset[SeatKind]] = {
    "answer": _TEACHERS | {SeatKind.PUPIL},
    "cards": _TEACHERS, "roll": _TEACHERS, "say": _TEACHERS, "help": _TEACHERS, "duty": _TEACHERS,
    "hand": _LEARNERS, "net": _ROOM,
    "start": _HOST, "end": _HOST, "slide": _HOST, "ask": _HOST, "close": _HOST, "reveal": _HOST,
    "invite": _HOST, "mute": _HOST,
}  # fmt: skip

NOT_YOURS = "这个操作不属于你的席位。"
NO_SESSION = "课堂还没有开放。"
# A queue from a lost network may be this old; an older clock is wrong.
_OLDEST = timedelta(hours=3)
_FAR_FUTURE_MS = 4e12


def moment_of(claimed_ms: float | None, received: datetime) -> datetime:
    """When something was done: the client's own moment, never in the future, never very old.

    Args:
        claimed_ms: the client's moment in server time, ms since 1970; None takes the arrival.
    """
    if claimed_ms is None or not 0 <= claimed_ms < _FAR_FUTURE_MS:
        return received
    claimed = datetime.fromtimestamp(claimed_ms / 1000, UTC)
    return min(received, claimed) if claimed > received - _OLDEST else received


def given(lesson_id: int, seat: Seat, actor: Actor, act: Act, received: datetime) -> answers.Given:
    """An `answer` act as the service takes it.

    Raises:
        Refused: the seat may not answer, or a teacher named no pupil.
    """
    if seat.kind not in MAY["answer"] or seat.class_id is None:
        raise Refused(NOT_YOURS)
    pupil = seat.person_id if seat.kind is SeatKind.PUPIL else act.body["pupil"]
    if pupil is None:
        raise Refused("请先选学生，再录答案。")
    return answers.Given(
        client_id=act.id, lesson_id=lesson_id, question_id=act.body["question"],
        class_id=seat.class_id, pupil_id=pupil, choice=act.body["choice"],
        answered_at=moment_of(act.at, received), received_at=received,
        entered_by=None if seat.kind is SeatKind.PUPIL else actor,
    )  # fmt: skip


def perform(lesson_id: int, seat: Seat, actor: Actor, act: Act, received: datetime) -> bool:
    """Do any other act; returns whether it had been done before.

    Raises:
        Refused: the seat may not, or a rule forbids it; nothing is changed.
    """
    if seat.kind not in MAY[act.name]:
        raise Refused(NOT_YOURS)
    if events.known(act.id):
        return True
    session = live.session_of(lesson_id)
    if session is None:
        raise Refused(NO_SESSION)
    _DO[act.name](session, seat, actor, act, received)
    return False


def _question(session: Session, act: Act) -> Question:
    question = teaching.question_of(session, act.body["question"])
    if question is None:
        raise Refused(answers.UNKNOWN)
    return question


def _class(seat: Seat, act: Act) -> int:
    """The class an act is about: a room's own; a host may name another of the lesson."""
    named = act.body.get("class")
    chosen = named if seat.kind is SeatKind.HOST and named is not None else seat.class_id
    if chosen is None:
        raise Refused(NOT_YOURS)
    return int(chosen)


def _roll(session: Session, seat: Seat, actor: Actor, act: Act, received: datetime) -> None:
    roll.call(
        session, _class(seat, act), act.body["statuses"], by=actor, at=moment_of(act.at, received),
        client_id=act.id,
    )  # fmt: skip


def _cards(session: Session, seat: Seat, actor: Actor, act: Act, received: datetime) -> None:
    cards.count(
        _question(session, act), _class(seat, act), act.body["counts"], by=actor, at=received,
        counted_at=moment_of(act.at, received), client_id=act.id,
    )  # fmt: skip


def _ask(session: Session, seat: Seat, actor: Actor, act: Act, received: datetime) -> None:
    body = act.body
    point = None
    if body["key_point"] is not None:
        point = teaching.key_points(session.lesson).filter(pk=body["key_point"]).first()
        if point is None:
            raise Refused("这个知识点不属于本节课的教材。")
    new = questions.NewQuestion(
        kind=body["kind"], stem=body["stem"], options=body["options"], answer=body["answer"],
        key_point=point, seconds=body["seconds"],
    )  # fmt: skip
    questions.ask(session, new, by=actor, at=received, client_id=act.id)


def _duty(session: Session, seat: Seat, actor: Actor, act: Act, received: datetime) -> None:
    rows = policy.protocol_items(actor, policy.Perm.PROTOCOL_TICK)
    item = rows.filter(lesson=session.lesson_id, pk=act.body["item"]).first()
    if item is None:
        raise Refused(NOT_YOURS)
    if act.body["done"]:
        protocol.tick(item, by=actor, at=received)
    else:
        protocol.untick(item, by=actor, at=received)


def _end(session: Session, seat: Seat, actor: Actor, act: Act, received: datetime) -> None:
    sessions.end(
        session, by=actor, at=received, held=act.body["held"], reason=act.body["reason"],
        client_id=act.id,
    )  # fmt: skip


Doer = Callable[[Session, Seat, Actor, Act, datetime], Any]
_DO: Mapping[str, Doer] = {
    "roll": _roll,
    "cards": _cards,
    "ask": _ask,
    "duty": _duty,
    "end": _end,
    "start": lambda s, seat, by, act, at: sessions.start(s, by=by, at=at, client_id=act.id),
    "slide": lambda s, seat, by, act, at: sessions.turn_slide(
        s, act.body["no"], by=by, at=at, client_id=act.id
    ),
    "close": lambda s, seat, by, act, at: questions.close(
        _question(s, act), by=by, at=at, client_id=act.id
    ),
    "reveal": lambda s, seat, by, act, at: questions.reveal(
        _question(s, act), by=by, at=at, client_id=act.id
    ),
    "hand": lambda s, seat, by, act, at: floor.raise_hand(
        s, seat, up=act.body["up"], by=by, at=at, client_id=act.id
    ),
    "invite": lambda s, seat, by, act, at: floor.invite(
        s, act.body["class"], by=by, at=at, client_id=act.id
    ),
    "mute": lambda s, seat, by, act, at: floor.mute_all(
        s, muted=act.body["on"], by=by, at=at, client_id=act.id
    ),
    "say": lambda s, seat, by, act, at: events.say(
        s, seat, act.body["text"], by=by, at=at, client_id=act.id
    ),
    "help": lambda s, seat, by, act, at: events.call_help(
        s, seat, act.body["text"], by=by, at=at, client_id=act.id
    ),
    "net": lambda s, seat, by, act, at: events.note_network(
        s, seat, act.body["mode"], by=by, at=at, client_id=act.id
    ),
}
