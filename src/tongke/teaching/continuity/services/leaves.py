"""Leave of a pupil: asked for by the family, confirmed by the homeroom teacher."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.urls import reverse

from tongke.core import messages
from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.core.profile import current
from tongke.foundation.people.actors import Actor, now
from tongke.foundation.people.models import Account, Guardianship, Person
from tongke.foundation.people.roles import Role
from tongke.teaching.continuity.models import Leave
from tongke.teaching.continuity.profile import ContinuityProfile
from tongke.teaching.continuity.queries.learners import class_of

LEAVE = messages.register_kind("continuity.leave", "请假")
State = Leave.State
_LIVE = (State.ASKED, State.CONFIRMED)


@dataclass(frozen=True, kw_only=True)
class NewLeave:
    """What is filled in: from which period to which, what kind, and why (sealed)."""

    pupil: Person
    kind: str
    starts_on: date
    ends_on: date
    first_seq: int = 1
    last_seq: int | None = None
    reason: str = ""
    medical: str = ""


@transaction.atomic
def ask(new: NewLeave, *, by: Actor, at: datetime) -> Leave:
    """Ask leave for a pupil; what the homeroom teacher enters is confirmed at once.

    Raises:
        Refused: the pupil is in no class, dates do not hold, it is too long, or meets other leave
            of the pupil; nothing is written.
    """
    # The day of the leave decides, not today's: a child may change classes in between.
    school_class = class_of(new.pupil, new.starts_on)
    if school_class is None:
        raise Refused("那天孩子不在任何班级，不能请假。")
    # Two requests for one child wait for one another, so that the second finds the first.
    Person.objects.select_for_update().get(pk=new.pupil.pk)
    _check(new)
    by_teacher = by.role is Role.TEACHER
    made = Leave.objects.create(
        pupil=new.pupil, school_class=school_class, kind=new.kind, starts_on=new.starts_on,
        first_seq=new.first_seq, ends_on=new.ends_on, last_seq=new.last_seq, reason=new.reason,
        medical=new.medical, asked_by=by.person, asked_at=at,
        state=State.CONFIRMED if by_teacher else State.ASKED,
        decided_by=by.person if by_teacher else None, decided_at=at if by_teacher else None,
    )  # fmt: skip
    record("continuity.leave.asked", made, actor=by, at=at, detail={"kind": new.kind})
    if by_teacher:
        _tell_family(made, f"{new.pupil.name}已准假", at)
    else:
        _tell(school_class.homeroom_teacher_id, f"{new.pupil.name}请假，待确认", made, "asked")
    return made


def _check(new: NewLeave) -> None:
    most = current(ContinuityProfile).leave_most_days
    if new.ends_on < new.starts_on:
        raise Refused("结束日期在开始日期之前，请改正。")
    one_day = new.ends_on == new.starts_on
    if one_day and new.last_seq is not None and new.last_seq < new.first_seq:
        raise Refused("同一天里，最后一节在第一节之前，请改正。")
    if (new.ends_on - new.starts_on).days + 1 > most:
        raise Refused(f"一次请假最长 {most} 天，请分次请。")
    meets = Leave.objects.filter(
        pupil=new.pupil, state__in=_LIVE, starts_on__lte=new.ends_on, ends_on__gte=new.starts_on
    )
    first = (new.starts_on, new.first_seq)
    last = (new.ends_on, new.last_seq if new.last_seq is not None else 99)
    for each in meets:
        begins = (each.starts_on, each.first_seq)
        ends = (each.ends_on, each.last_seq if each.last_seq is not None else 99)
        if begins <= last and first <= ends:
            raise Refused("这段时间已经请过假，请先撤销原来的。")


@transaction.atomic
def decide(leave: Leave, *, confirm: bool, answer: str = "", by: Actor, at: datetime) -> None:
    """Confirm or refuse leave that waits; the family is told.

    Raises:
        Refused: it does not wait any more, or is refused without a word; nothing is written.
    """
    if not confirm and not answer.strip():
        raise Refused("不准假要写明原因。")
    rows = Leave.objects.filter(pk=leave.pk, state=State.ASKED)
    state = State.CONFIRMED if confirm else State.REFUSED
    if not rows.update(
        state=state, answer=answer.strip()[:200], decided_by=by.person, decided_at=at
    ):
        raise Refused("这张假条已经处理过。")
    leave.refresh_from_db()
    record(f"continuity.leave.{state.value}", leave, actor=by, at=at)
    _tell_family(leave, f"{leave.pupil.name}{leave.get_state_display()}", at)


@transaction.atomic
def cancel(leave: Leave, *, by: Actor, at: datetime) -> None:
    """Take leave back: the pupil comes to school after all.

    Raises:
        Refused: it is refused, cancelled or over; nothing is written.
    """
    rows = Leave.objects.filter(pk=leave.pk, state__in=_LIVE, ends_on__gte=by.today)
    if not rows.update(state=State.CANCELLED, decided_by=by.person, decided_at=at):
        raise Refused("这张假条已经结束，不用撤销。")
    leave.refresh_from_db()
    record("continuity.leave.cancelled", leave, actor=by, at=at)
    homeroom = leave.school_class.homeroom_teacher_id
    if homeroom != by.person.pk:
        _tell(homeroom, f"{leave.pupil.name}的请假已撤销", leave, "cancelled")
    else:
        _tell_family(leave, f"{leave.pupil.name}的请假已撤销", at)


@transaction.atomic
def guide(leave: Leave, text: str, *, by: Actor, at: datetime) -> None:
    """The teacher's word on how to learn during the leave; the family reads it on the day's page.

    Raises:
        Refused: it is empty or the leave does not stand; nothing is written.
    """
    text = text.replace("\x00", "").strip()[:300]
    if not text:
        raise Refused("请写下学习指导。")
    rows = Leave.objects.filter(pk=leave.pk, state__in=_LIVE)
    if not rows.update(guidance=text, guided_by=by.person):
        raise Refused("这张假条已经结束，不能再写。")
    leave.refresh_from_db()
    record("continuity.leave.guided", leave, actor=by, at=at)
    _tell_family(leave, f"老师给{leave.pupil.name}的学习指导", at)


def _tell(person: int | None, title: str, leave: Leave, what: str) -> None:
    account = Account.objects.filter(person=person).first() if person else None
    if account is not None:
        messages.notify(
            account, LEAVE, title, key=f"leave:{leave.pk}:{what}",
            url=reverse("continuity:leave-detail", args=[leave.pk]),
        )  # fmt: skip


def _tell_family(leave: Leave, title: str, at: datetime) -> None:
    held = Guardianship.objects.filter(now(leave.starts_on), child=leave.pupil_id)
    told = [*held.values_list("guardian", flat=True), leave.pupil_id]
    messages.notify_many(
        LEAVE, [(one, title) for one in Account.objects.filter(person__in=told)],
        key=f"leave:{leave.pk}:{at.timestamp()}",
        url=reverse("continuity:leave-detail", args=[leave.pk]),
    )  # fmt: skip
