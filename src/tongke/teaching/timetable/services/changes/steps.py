"""Steps that were taken: acknowledged, refused, undone. A step is one or two changed lessons."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.foundation.people.actors import Actor
from tongke.teaching.timetable.models import DayChange, LessonClass
from tongke.teaching.timetable.queries.changes_day import DayBook, Scope
from tongke.teaching.timetable.queries.changes_lesson import assistant_key, host_key, own_key
from tongke.teaching.timetable.services.changes import joint
from tongke.teaching.timetable.services.changes.ledger import uncredit_change
from tongke.teaching.timetable.services.changes.telling import tell_changes, tell_managers
from tongke.teaching.timetable.services.changes.verify import refuse_clashes, scope_of
from tongke.teaching.timetable.services.placements import lock_term

State = DayChange.State


def rows_of(step: UUID) -> QuerySet[DayChange]:
    """The changes of a step, in the order in which they were made."""
    return (
        DayChange.objects.filter(step=step)
        .select_related(
            "term", "school", "school_class", "teacher", "was_teacher", "subject", "was_subject",
            "lesson__course", "replaces", "absence",
        )
        .order_by("pk")
    )  # fmt: skip


@transaction.atomic
def accept(change: DayChange, *, by: Actor | None, at: datetime) -> None:
    """The substitute has taken note and will come.

    Raises:
        Refused: it is not waiting for an answer.
    """
    won = DayChange.objects.filter(pk=change.pk, state=State.PENDING).update(
        state=State.ACCEPTED, answered_at=at
    )
    if not won:
        raise Refused("这次安排已经答复过或已撤销。")
    change.refresh_from_db()
    record("timetable.change.accepted", change, actor=by, at=at)


@transaction.atomic
def refuse(change: DayChange, *, reason: str, by: Actor | None, at: datetime) -> list[DayChange]:
    """The substitute cannot come: the step is taken back and the lesson is open again.

    Raises:
        Refused: no reason is given, it was answered already, or the lesson has begun.
    """
    if not reason.strip():
        raise Refused("请写明不能代课的原因。")
    if change.state != State.PENDING:
        raise Refused("这次安排已经答复过或已撤销。")
    if change.day < timezone.localdate(at):
        raise Refused("这节课已经过去。")
    rows = _take_back(change.step, State.REFUSED, reason=reason.strip()[:200], at=at)
    record("timetable.change.refused", change, actor=by, at=at, detail={"reason": reason[:200]})
    name = change.teacher.name if change.teacher else ""
    tell_managers(rows, f"{name}不能代课，请重新安排：{reason.strip()[:60]}", f"{change.step}:no")
    return rows


@transaction.atomic
def undo(step: UUID, *, reason: str = "", by: Actor | None, at: datetime) -> list[DayChange]:
    """Take a step back: the lessons are again as they were before it.

    Raises:
        Refused: it is not standing, a later change builds on it, or the lesson has begun. Nothing
            is written.
    """
    rows = _take_back(step, State.UNDONE, reason=reason, at=at)
    for row in rows:
        record("timetable.change.undone", row, actor=by, at=at, detail={"reason": reason[:200]})
    tell_changes(rows, "调课代课已撤销", f"{step}:undone")
    return rows


def _take_back(step: UUID, state: str, *, reason: str, at: datetime) -> list[DayChange]:
    rows = list(rows_of(step))
    if not rows:
        raise Refused("没有这一步变动。")
    lock_term(rows[0].term)
    won = DayChange.objects.filter(step=step, state__in=DayChange.STANDING).update(
        state=state, undone_at=at, answer=reason[:200]
    )
    if won != len(rows):
        raise Refused("这一步已经撤销，或者其中的课后来又改派过，请先撤销后面的变动。")
    for row in reversed(rows):
        joint.revert(row, at)
        _restore(row)
        if row.kind == DayChange.Kind.SUBSTITUTE and row.part == DayChange.Part.OWN:
            uncredit_change.enqueue(
                key=str(row.pk), change=row.pk, reason=reason.strip() or "代课安排已撤销"
            )
    _check(rows)
    for row in rows:
        row.state = state
    return rows


def _restore(row: DayChange) -> None:
    """Let the change that this one had replaced stand again."""
    if row.replaces is None:
        return
    back = State.ACCEPTED if row.replaces.answered_at else State.PENDING
    won = DayChange.objects.filter(pk=row.replaces.pk, state=State.REPLACED).update(state=back)
    if not won:
        raise Refused("这一步之前的安排已经变了，不能撤销。")


def keys_of(rows: Sequence[DayChange]) -> set[str]:
    """The keys of the lessons that changes are about; see `DayLesson.key`."""
    keys: set[str] = set()
    for row in rows:
        if row.part == DayChange.Part.OWN:
            keys.add(own_key(row.school_class_id, row.day, row.seq))
        elif row.part == DayChange.Part.ASSISTANT:
            keys.add(assistant_key(row.lesson_id, row.school_class_id))
        else:
            keys.add(host_key(row.lesson_id))
            sides = LessonClass.objects.filter(lesson=row.lesson_id)
            heard = sides.values_list("school_class", flat=True)
            keys |= {assistant_key(row.lesson_id, each) for each in heard}
    return keys


def check_on_the_clock(rows: Sequence[DayChange]) -> None:
    """See that nobody and no room is in two places because of what these changes touched.

    Raises:
        Refused: somebody would be.
    """
    classes = {row.school_class_id for row in rows if row.school_class_id}
    teachers = {row.teacher_id for row in rows if row.teacher_id}
    lessons = {row.lesson_id for row in rows if row.lesson_id}
    sides = LessonClass.objects.filter(Q(lesson__in=lessons))
    classes |= set(sides.values_list("school_class", flat=True))
    for row in rows:
        if row.lesson is not None:
            teachers.add(row.lesson.teacher_id)
    days, term, keys = {row.day for row in rows}, rows[0].term, keys_of(rows)
    book = DayBook(term, days, Scope(frozenset(classes), frozenset(teachers)))
    touched = [one for day in book.days for one in book.on(day) if one.key in keys and one.held]
    refuse_clashes(term, days, keys, scope_of(touched))


def _check(rows: Sequence[DayChange]) -> None:
    try:
        check_on_the_clock(rows)
    except Refused as refusal:
        raise Refused(f"之后的安排依赖这一步：{refusal}") from refusal
