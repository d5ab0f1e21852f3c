"""The life of a lesson: planned → live → held, or not held with a reason; and corrections.

A held lesson is credited later through the outbox. Its `revision` grows with every correction,
and names the credit that belongs to it, so that late deliveries can do no harm.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.core.profile import current
from tongke.foundation.curriculum.models import Unit
from tongke.foundation.people.actors import Actor
from tongke.teaching.timetable.models import Lesson
from tongke.teaching.timetable.profile import TimetableProfile
from tongke.teaching.timetable.services import notices
from tongke.teaching.timetable.services.crediting import credit_lesson, uncredit_lesson

State = Lesson.State
MISSED = "系统：到时未开课"
_MISSED_HOURS = 24


@transaction.atomic
def start(lesson: Lesson, *, by: Actor | None, at: datetime) -> Lesson:
    """Begin a planned lesson.

    Raises:
        Refused: it is not planned any more, or today is not its day.
    """
    if timezone.localdate(at) != lesson.day:
        raise Refused("只能在上课当天开始上课。")
    _move(lesson, [State.PLANNED], "课次不是待上课状态，不能开始。", state=State.LIVE,
          started_at=at)  # fmt: skip
    record("timetable.lesson.started", lesson, actor=by, at=at)
    return lesson


@transaction.atomic
def finish(lesson: Lesson, *, by: Actor | None, at: datetime) -> Lesson:
    """End a live lesson; it counts as held, and both teachers' work will be credited.

    Raises:
        Refused: it is not live.
    """
    _move(lesson, [State.LIVE], "课还没有开始或已经下课。", state=State.HELD, finished_at=at)
    record("timetable.lesson.held", lesson, actor=by, at=at)
    credit_lesson.enqueue(
        key=f"{lesson.pk}:{lesson.revision}", lesson=lesson.pk, revision=lesson.revision
    )
    return lesson


@transaction.atomic
def mark_not_held(lesson: Lesson, *, reason: str, by: Actor | None, at: datetime) -> Lesson:
    """Say that a planned lesson did not take place, and why.

    Raises:
        Refused: no reason is given, it is still to come, or it is not planned.
    """
    if lesson.starts_at > at:
        raise Refused("还没有到上课时间。")
    reason = _reason(reason)
    _move(lesson, [State.PLANNED], "只有待上课的课次可以记为未上课。", state=State.NOT_HELD,
          reason=reason)  # fmt: skip
    record("timetable.lesson.not-held", lesson, actor=by, at=at, detail={"reason": reason})
    return lesson


@transaction.atomic
def reverse_held(lesson: Lesson, *, reason: str, by: Actor | None, at: datetime) -> Lesson:
    """Correct a lesson wrongly counted as held; its credits will be taken back.

    Raises:
        Refused: no reason is given, or it is not held.
    """
    reason, before = _reason(reason), lesson.revision
    _move(lesson, [State.HELD], "只有已上课的课次可以更正为未上课。", state=State.NOT_HELD,
          reason=reason, revision=before + 1)  # fmt: skip
    record("timetable.lesson.reversed", lesson, actor=by, at=at, detail={"reason": reason})
    uncredit_lesson.enqueue(
        key=f"{lesson.pk}:{before}", lesson=lesson.pk, revision=before, reason=reason
    )
    _tell_teachers(lesson, "课次更正为未上课", reason)
    return lesson


@transaction.atomic
def confirm_held(lesson: Lesson, *, reason: str, by: Actor | None, at: datetime) -> Lesson:
    """Correct a lesson that took place but was not recorded; it will be credited.

    Raises:
        Refused: no reason is given, it is not over, or it is not recorded as not held.
    """
    if lesson.ends_at > at:
        raise Refused("课还没有结束。")
    reason = _reason(reason)
    _move(lesson, [State.NOT_HELD, State.PLANNED], "只有未上课的课次可以补记为已上课。",
          state=State.HELD, reason=reason, revision=lesson.revision + 1)  # fmt: skip
    record("timetable.lesson.confirmed", lesson, actor=by, at=at, detail={"reason": reason})
    credit_lesson.enqueue(
        key=f"{lesson.pk}:{lesson.revision}", lesson=lesson.pk, revision=lesson.revision
    )
    _tell_teachers(lesson, "课次补记为已上课", reason)
    return lesson


@transaction.atomic
def set_topic(
    lesson: Lesson, *, title: str, unit: Unit | None, by: Actor | None, at: datetime
) -> None:
    """Name what a lesson is about.

    Raises:
        Refused: the unit is of another textbook, or the lesson is cancelled.
    """
    if unit is not None and unit.textbook_id != lesson.course.textbook_id:
        raise Refused("单元不属于本课程的教材。")
    _move(
        lesson, [State.PLANNED, State.LIVE, State.HELD], "已取消的课次不能改课题。",
        title=title.strip()[:80], unit=unit,
    )  # fmt: skip
    record("timetable.lesson.topic", lesson, actor=by, at=at, detail={"title": lesson.title})


def mark_missed(at: datetime) -> tuple[int, int]:
    """Close what nobody closed a day after its end: planned lessons were not held, live ones were.

    Safe to run twice.

    Returns:
        How many were marked not held, and how many were ended.
    """
    hours = getattr(current(TimetableProfile), "missed_after_hours", _MISSED_HOURS)
    late = Lesson.objects.filter(ends_at__lt=at - timedelta(hours=hours))
    missed = ended = 0
    for lesson in late.filter(state=State.PLANNED).select_related("course")[:1000]:
        mark_not_held(lesson, reason=MISSED, by=None, at=at)
        missed += 1
    for lesson in late.filter(state=State.LIVE).select_related("course")[:1000]:
        finish(lesson, by=None, at=lesson.ends_at)
        ended += 1
    return missed, ended


def _reason(text: str) -> str:
    if not text.strip():
        raise Refused("请写明原因。")
    return text.strip()[:200]


def _move(lesson: Lesson, allowed: list[str], refusal: str, **changes: object) -> None:
    """Change a lesson in one conditional update: the WHERE clause decides between two clicks."""
    won = Lesson.objects.filter(pk=lesson.pk, state__in=allowed, revision=lesson.revision).update(
        **changes
    )
    if not won:
        raise Refused(refusal)
    lesson.refresh_from_db(fields=list(changes))


def _tell_teachers(lesson: Lesson, title: str, reason: str) -> None:
    people = {lesson.teacher_id, *lesson.classes.values_list("assistant", flat=True)}
    notices.tell(
        people, notices.LESSON, title, body=f"{lesson.day:%Y-%m-%d} {lesson.title}。原因：{reason}",
        url=reverse("timetable:lesson-detail", args=[lesson.pk]),
        key=f"lesson:{lesson.pk}:{lesson.revision}",
    )  # fmt: skip
