"""Quick questions: ask, close, reveal."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.core.profile import current
from tongke.foundation.curriculum.models import KeyPoint
from tongke.foundation.people.actors import Actor
from tongke.teaching.classroom.models import Question, Session
from tongke.teaching.classroom.news import Topic, tell
from tongke.teaching.classroom.profile import ClassroomProfile
from tongke.teaching.classroom.scoring import LETTERS, tidy_letters
from tongke.teaching.classroom.services.events import Kind, log
from tongke.teaching.classroom.services.protocol import tick_event

TRUE_FALSE = ["对", "错"]


@dataclass(frozen=True, kw_only=True)
class NewQuestion:
    """A question to ask.

    Attributes:
        kind: single, multiple or true_false.
        options: two to six texts; true_false brings its own two.
        answer: letters of the right options; empty for a survey.
        seconds: time to answer; None takes the region's setting.
    """

    kind: str
    stem: str
    options: tuple[str, ...] = ()
    answer: str = ""
    key_point: KeyPoint | None = None
    seconds: int | None = None


@transaction.atomic
def ask(
    session: Session, new: NewQuestion, *, by: Actor, at: datetime, client_id: UUID | None = None
) -> Question:
    """Send a question to every room and device. Only one runs at a time.

    Raises:
        Refused: the lesson is not live, another question runs, or this one is not well formed.
    """
    if session.state != Session.State.LIVE:
        raise Refused("上课后才能发随堂问。")
    options, answer = _checked(new)
    running = session.questions.filter(state=Question.State.OPEN).first()
    if running is not None:
        if running.closes_at > at:
            raise Refused("上一道随堂问还在作答，请先结束它。")
        close(running, by=by, at=at)
    seconds = new.seconds or current(ClassroomProfile).answer_seconds
    question = Question.objects.create(
        session=session, seq=(session.questions.aggregate(last=Max("seq"))["last"] or 0) + 1,
        kind=new.kind, stem=new.stem.strip(), options=options, answer=answer,
        key_point=new.key_point, opened_at=at, closes_at=at + timedelta(seconds=seconds),
    )  # fmt: skip
    log(session, Kind.ASKED, by=by, at=at, text=f"随堂问 {question.seq}", client_id=client_id)
    record("classroom.question.asked", question, actor=by, at=at)
    tell(session.lesson_id, Topic.QUESTION)
    return question


def _checked(new: NewQuestion) -> tuple[list[str], str]:
    if new.kind not in Question.Kind.values:
        raise Refused("题型不对。")
    stem = new.stem.strip()
    if not stem or len(stem) > 200:
        raise Refused("题干要写 1 到 200 字。")
    given = TRUE_FALSE if new.kind == Question.Kind.TRUE_FALSE else new.options
    options = [option.strip() for option in given]
    if not 2 <= len(options) <= len(LETTERS) or not all(options):
        raise Refused("选项要 2 到 6 个，每个都要写内容。")
    if max(len(option) for option in options) > 60:
        raise Refused("一个选项最多 60 字。")
    answer = tidy_letters(new.answer)
    if any(LETTERS.index(letter) >= len(options) for letter in answer):
        raise Refused("正确答案不在选项里。")
    if len(answer) > 1 and new.kind != Question.Kind.MULTIPLE:
        raise Refused("单选和判断只能有一个正确答案。")
    if new.seconds is not None and not 5 <= new.seconds <= 1800:
        raise Refused("作答时间要在 5 秒到 30 分钟之间。")
    return options, answer


@transaction.atomic
def close(
    question: Question, *, by: Actor | None, at: datetime, client_id: UUID | None = None
) -> None:
    """Stop taking answers, except those given in time that arrive within the grace.

    Raises:
        Refused: it is closed already.
    """
    running = Question.objects.filter(pk=question.pk, state=Question.State.OPEN)
    # Closing late (a host who was away) does not give more time than was announced.
    moment = min(at, question.closes_at)
    if not running.update(state=Question.State.CLOSED, closed_at=moment):
        raise Refused("这道题已经结束作答。")
    question.state, question.closed_at = Question.State.CLOSED, moment
    session = question.session
    text = f"随堂问 {question.seq}"
    log(session, Kind.CLOSED, by=by, at=at, text=text, client_id=client_id)
    record("classroom.question.closed", question, actor=by, at=at)
    tell(session.lesson_id, Topic.QUESTION)


@transaction.atomic
def reveal(question: Question, *, by: Actor, at: datetime, client_id: UUID | None = None) -> None:
    """Show the right answer and the tally to everybody; a running question closes first.

    Raises:
        Refused: it was shown before.
    """
    if question.state == Question.State.OPEN:
        close(question, by=by, at=at)
    waiting = Question.objects.filter(pk=question.pk, state=Question.State.CLOSED)
    if not waiting.update(state=Question.State.REVEALED):
        raise Refused("这道题已经公布。")
    question.state = Question.State.REVEALED
    session = question.session
    text = f"随堂问 {question.seq}"
    log(session, Kind.REVEALED, by=by, at=at, text=text, client_id=client_id)
    record("classroom.question.revealed", question, actor=by, at=at)
    tick_event(session.lesson, "question_revealed", by=by.person, at=at)
    tell(session.lesson_id, Topic.QUESTION)
