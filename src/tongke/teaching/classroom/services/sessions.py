"""The live session: open the room, begin, turn slides, end."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.core.profile import current
from tongke.foundation.people.actors import Actor
from tongke.teaching.classroom.models import Session
from tongke.teaching.classroom.news import Topic, tell
from tongke.teaching.classroom.profile import ClassroomProfile
from tongke.teaching.classroom.queries.presence import together, together_percent
from tongke.teaching.classroom.services import attendance, protocol, questions
from tongke.teaching.classroom.services.events import Kind, log
from tongke.teaching.classroom.services.records import push_records
from tongke.teaching.timetable.models import Lesson
from tongke.teaching.timetable.services import lessons


def opening(starts_at: datetime) -> datetime:
    """When the room opens: some minutes before the bell, by the region's profile."""
    return starts_at - timedelta(minutes=current(ClassroomProfile).opens_minutes_before)


@transaction.atomic
def prepare(lesson: Lesson, *, at: datetime) -> Session:
    """The session of a lesson, made on first use together with its duties. Safe to run twice."""
    session, made = Session.objects.get_or_create(
        lesson=lesson, defaults={"codec": current(ClassroomProfile).media_codec}
    )
    session.lesson = lesson
    if made:
        protocol.instantiate(lesson)
    return session


@transaction.atomic
def open_room(lesson: Lesson, *, by: Actor | None, at: datetime) -> Session:
    """Let people into the room; the first who comes in time opens it.

    Raises:
        Refused: it is too early, the day is over, or the lesson will not be held.
    """
    if lesson.state in {Lesson.State.CANCELLED, Lesson.State.NOT_HELD}:
        raise Refused("这节课没有上，不能进入课堂。")
    session = prepare(lesson, at=at)
    if session.state != Session.State.PLANNED:
        return session
    opens = opening(lesson.starts_at)
    if at < opens:
        moment = timezone.localtime(opens)
        raise Refused(f"课堂在 {moment:%m月%d日 %H:%M} 开放，请到时再来。")
    if timezone.localdate(at) > lesson.day:
        raise Refused("这节课的日期已过，没有上课的请由教务员登记原因。")
    opened = Session.objects.filter(pk=session.pk, state=Session.State.PLANNED).update(
        state=Session.State.OPEN, opened_at=at
    )
    if not opened:  # somebody was faster
        session.refresh_from_db()
    else:
        session.state, session.opened_at = Session.State.OPEN, at
        log(session, Kind.OPENED, by=by, at=at)
        record("classroom.session.opened", session, actor=by, at=at)
        tell(lesson.pk, Topic.SESSION)
    return session


@transaction.atomic
def start(session: Session, *, by: Actor, at: datetime, client_id: UUID | None = None) -> None:
    """Begin the lesson: it is live now, also in everyone's timetable.

    Raises:
        Refused: the room is not open, or the lesson has begun.
    """
    waiting = Session.objects.filter(pk=session.pk, state=Session.State.OPEN)
    if not waiting.update(state=Session.State.LIVE, started_at=at):
        session.refresh_from_db()
        live = session.state == Session.State.LIVE
        raise Refused("课已经开始了。" if live else "课堂没有开放，不能上课。")
    session.state, session.started_at = Session.State.LIVE, at
    session.lesson.refresh_from_db(fields=["state", "revision"])
    if session.lesson.state != Lesson.State.LIVE:
        # A lesson that other software began is live already.
        lessons.start(session.lesson, by=by, at=at)
    log(session, Kind.STARTED, by=by, at=at, client_id=client_id)
    record("classroom.session.started", session, actor=by, at=at)
    protocol.tick_event(session.lesson, "started", by=by.person, at=at)
    tell(session.lesson_id, Topic.SESSION)


@transaction.atomic
def turn_slide(
    session: Session, number: int, *, by: Actor, at: datetime, client_id: UUID | None = None
) -> None:
    """Show slide `number` (1 is the first) on every screen.

    Raises:
        Refused: the lesson is not on, or there is no such slide.
    """
    if session.state not in {Session.State.OPEN, Session.State.LIVE}:
        raise Refused("课堂没有开放，不能翻页。")
    deck = getattr(session.lesson, "deck", None)
    if deck is None or not 1 <= number <= deck.slides.count():
        raise Refused("没有这一页。")
    Session.objects.filter(pk=session.pk).update(slide_no=number)
    session.slide_no = number
    log(session, Kind.SLIDE, by=by, at=at, text=str(number), client_id=client_id)
    tell(session.lesson_id, Topic.SESSION)


@transaction.atomic
def end(
    session: Session,
    *,
    by: Actor | None,
    at: datetime,
    held: bool | None = None,
    reason: str = "",
    client_id: UUID | None = None,
) -> bool:
    """End the lesson; returns whether it counts as held.

    The region says how long both sides must have been connected together for a lesson to count.
    Below that the teacher decides and gives the reason, which is kept with the lesson.

    Args:
        held: the teacher's own decision; None leaves it to the time together.
        reason: why, in the teacher's words; needed whenever the time together is too short.

    Raises:
        Refused: the lesson is not live, or the time together is short and nothing was decided.
    """
    if session.state != Session.State.LIVE:
        raise Refused("课还没有开始，或已经下课。")
    percent, least = together_percent(session, at), current(ClassroomProfile).held_least_percent
    if percent < least and (held is None or not reason.strip()):
        minutes = int(together(session, at).total_seconds() // 60)
        raise Refused(
            f"两端同时在线 {minutes} 分钟，不到计划时间的 {least}%。"
            "请选择是否记为已上课，并写明原因。"
        )
    counts = percent >= least if held is None else held
    if not counts and not reason.strip():
        raise Refused("记为未上课要写明原因。")
    live = Session.objects.filter(pk=session.pk, state=Session.State.LIVE)
    if not live.update(state=Session.State.ENDED, ended_at=at):
        raise Refused("已经下课了。")
    session.state, session.ended_at = Session.State.ENDED, at
    _close_up(session, by=by, at=at, held=counts, reason=reason.strip(), client_id=client_id)
    record(
        "classroom.session.ended", session, actor=by, at=at,
        detail={"held": counts, "together_percent": percent, "reason": reason.strip()},
    )  # fmt: skip
    return counts


def _close_up(
    session: Session, *, by: Actor | None, at: datetime, held: bool, reason: str,
    client_id: UUID | None,
) -> None:  # fmt: skip
    for question in session.questions.filter(state="open"):
        questions.close(question, by=by, at=at)
    attendance.close_all(session, at=at)
    log(session, Kind.ENDED, by=by, at=at, text=reason, client_id=client_id)
    lesson = session.lesson
    lesson.refresh_from_db(fields=["state", "revision"])
    if lesson.state == Lesson.State.LIVE:
        lessons.finish(lesson, by=by, at=at)
    if lesson.state == Lesson.State.HELD and not held:
        # Both teachers are told, with the reason; what was credited is taken back.
        lessons.reverse_held(lesson, reason=reason, by=by, at=at)
    push_records.enqueue(key=f"session:{session.pk}", session_id=session.pk)
    tell(session.lesson_id, Topic.SESSION, Topic.PROTOCOL)
