"""Absences: entered by the teacher or the school, approved, taken back."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Organisation, Person
from tongke.teaching.timetable.models import Absence, DayChange, Term
from tongke.teaching.timetable.queries import staff
from tongke.teaching.timetable.queries.calendar import bells_on
from tongke.teaching.timetable.queries.changes_away import broken_by
from tongke.teaching.timetable.services import notices
from tongke.teaching.timetable.services.changes import steps
from tongke.teaching.timetable.services.changes.telling import tell_absence
from tongke.teaching.timetable.services.placements import lock_term

State = Absence.State


@dataclass(frozen=True, kw_only=True)
class NewAbsence:
    """What is known of an absence when it is entered; periods are of the school's bells."""

    teacher: Person
    school: Organisation
    kind: str
    since: date
    until: date
    from_seq: int | None = None
    until_seq: int | None = None
    reason: str = ""


@transaction.atomic
def enter(
    term: Term, new: NewAbsence, *, approved: bool, by: Actor | None, at: datetime
) -> Absence:
    """Note that a teacher will be away; a teacher's own waits for approval.

    Args:
        approved: whether who enters it decides it too.

    Raises:
        Refused: it lies outside the term, ends before it begins, names a period that does not
            ring, the person does not work at the school, or is away then already.
    """
    lock_term(term)
    _check(term, new)
    row = Absence.objects.create(
        term=term, school=new.school, teacher=new.teacher, kind=new.kind, since=new.since,
        from_seq=new.from_seq, until=new.until, until_seq=new.until_seq,
        reason=new.reason.strip()[:200], state=State.APPROVED if approved else State.PENDING,
        entered_by=by.person if by else None, entered_at=at,
        decided_by=by.person if by and approved else None, decided_at=at if approved else None,
    )  # fmt: skip
    detail = {"teacher": new.teacher.pk, "since": str(new.since), "until": str(new.until)}
    record("timetable.absence.entered", row, actor=by, at=at, detail=detail)
    if approved:
        _tell_approved(row, at)
    else:
        managers = notices.managers([row.school_id], timezone.localdate(at))
        tell_absence(row, managers, f"{new.teacher.name}申请请假，请处理", "asked")
    return row


@transaction.atomic
def decide(
    absence: Absence, *, approve: bool, note: str = "", by: Actor | None, at: datetime
) -> None:
    """Approve or turn down an absence that waits.

    Raises:
        Refused: it does not wait any more, or it is turned down without a reason.
    """
    if not approve and not note.strip():
        raise Refused("请写明不批准的原因。")
    won = Absence.objects.filter(pk=absence.pk, state=State.PENDING).update(
        state=State.APPROVED if approve else State.REFUSED, note=note.strip()[:200],
        decided_by=by.person if by else None, decided_at=at,
    )  # fmt: skip
    if not won:
        raise Refused("这条请假已经处理过。")
    absence.refresh_from_db()
    action = "approved" if approve else "refused"
    record(f"timetable.absence.{action}", absence, actor=by, at=at, detail={"note": note[:200]})
    if approve:
        _tell_approved(absence, at)
    else:
        title = f"请假没有批准：{absence.note}"
        tell_absence(absence, [absence.teacher_id], title, "refused")


@transaction.atomic
def cancel(absence: Absence, *, by: Actor | None, at: datetime) -> int:
    """Take an absence back: the teacher is there after all, and coming changes are undone.

    Returns:
        How many changes were undone.

    Raises:
        Refused: it is over or taken back already, or something else depends on a change by now.
    """
    lock_term(absence.term)
    if absence.until < timezone.localdate(at):
        raise Refused("请假已经结束，不能再销假。")
    alive = (State.PENDING, State.APPROVED)
    won = Absence.objects.filter(pk=absence.pk, state__in=alive).update(
        state=State.CANCELLED, decided_by=by.person if by else None, decided_at=at
    )
    if not won:
        raise Refused("这条请假已经销假或没有批准。")
    absence.refresh_from_db()
    coming = DayChange.objects.filter(
        absence=absence, state__in=DayChange.STANDING, day__gte=timezone.localdate(at)
    ).order_by("-made_at", "-pk")
    undone = 0
    for step in dict.fromkeys(coming.values_list("step", flat=True)):
        undone += len(steps.undo(step, reason="销假", by=by, at=at))
    record("timetable.absence.cancelled", absence, actor=by, at=at, detail={"undone": undone})
    managers = notices.managers([absence.school_id], timezone.localdate(at))
    people = {absence.teacher_id, *managers}
    tell_absence(absence, people, f"{absence.teacher.name}已销假", "cancelled")
    return undone


def _check(term: Term, new: NewAbsence) -> None:
    if new.until < new.since:
        raise Refused("结束日期不能早于开始日期。")
    if new.since < term.starts_on or new.until > term.ends_on:
        raise Refused("请假日期要在本学期之内。")
    if new.since == new.until and new.from_seq and new.until_seq and new.from_seq > new.until_seq:
        raise Refused("结束节次不能早于开始节次。")
    for day, seq in ((new.since, new.from_seq), (new.until, new.until_seq)):
        known = bells_on([new.school.pk], day).get(new.school.pk, {})
        if seq is not None and seq not in known:
            raise Refused(f"学校作息表里没有第 {seq} 节。")
    if new.school not in staff.schools_of(new.teacher, new.since):
        raise Refused(f"{new.teacher.name}当时不在{new.school.short_name}任职。")
    others = Absence.objects.filter(
        Q(state=State.PENDING) | Q(state=State.APPROVED), teacher=new.teacher,
        since__lte=new.until, until__gte=new.since,
    )  # fmt: skip
    for other in others:
        if _meet(new, other):
            raise Refused(f"{new.teacher.name}这段时间已有请假，请先销假或改时间。")


def _meet(new: NewAbsence, other: Absence) -> bool:
    """Whether two absences share a period; those on neighbouring periods of a day do not."""
    one = _ends(new.since, new.from_seq, new.until, new.until_seq)
    two = _ends(other.since, other.from_seq, other.until, other.until_seq)
    return one[0] <= two[1] and two[0] <= one[1]


def _ends(
    since: date, from_seq: int | None, until: date, until_seq: int | None
) -> tuple[tuple[date, int], tuple[date, int]]:
    return (since, from_seq or 0), (until, until_seq or 99)


def _tell_approved(row: Absence, at: datetime) -> None:
    """Tell the teacher, and the other schools at which lessons are left without them."""
    tell_absence(row, [row.teacher_id], "请假已登记", "approved")
    away = {one.school.pk for one in broken_by(row)} - {row.school_id}
    if away:
        managers = notices.managers(away, timezone.localdate(at))
        title = f"{row.teacher.name}请假，在贵校的课需要安排"
        tell_absence(row, managers, title, "elsewhere")
