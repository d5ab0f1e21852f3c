"""Declaring an emergency or a drill, ending it early, taking it back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.core.profile import current
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Organisation
from tongke.foundation.people.policy import scope_root
from tongke.teaching.continuity.models import Emergency, EmergencyScope
from tongke.teaching.continuity.profile import ContinuityProfile
from tongke.teaching.continuity.services import preparing

State = Emergency.State


@dataclass(frozen=True, kw_only=True)
class NewEmergency:
    """What is declared: which classes, from which period to which, why, whether as a drill."""

    title: str
    reason: str
    organisations: Sequence[Organisation]
    starts_on: date
    ends_on: date
    first_seq: int = 1
    last_seq: int | None = None
    grades: Sequence[str] = ()
    drill: bool = False


@transaction.atomic
def declare(new: NewEmergency, *, by: Actor, at: datetime) -> Emergency:
    """Put a scope under an emergency; it holds when this returns, whatever its size.

    Declaring the very same again gives the one that stands. Stand-ins and messages follow by jobs.

    Raises:
        Refused: no scope, a scope that is not the actor's, dates that do not hold, or too long;
            nothing is written.
    """
    _check(new, by, at)
    # Two clicks at once wait for one another here, so that the second finds the first.
    Organisation.objects.select_for_update().get(pk=scope_root(by).pk)
    same = _same(new)
    if same is not None:
        return same
    made = Emergency.objects.create(
        organisation=scope_root(by), title=new.title, reason=new.reason, drill=new.drill,
        grades=",".join(sorted(set(new.grades))), starts_on=new.starts_on,
        first_seq=new.first_seq, ends_on=new.ends_on, last_seq=new.last_seq,
        declared_by=by.person, declared_at=at,
    )  # fmt: skip
    EmergencyScope.objects.bulk_create(
        EmergencyScope(emergency=made, organisation=each) for each in _outermost(new.organisations)
    )
    record(
        "continuity.emergency.declared", made, actor=by, at=at,
        detail={"scopes": [each.pk for each in new.organisations], "drill": new.drill},
    )  # fmt: skip
    preparing.prepare.enqueue(key=str(made.pk), emergency_id=made.pk)
    return made


def _check(new: NewEmergency, by: Actor, at: datetime) -> None:
    today, most = timezone.localdate(at), current(ContinuityProfile).emergency_most_days
    if not new.organisations:
        raise Refused("请至少选一个范围：全区域、片区或学校。")
    root = scope_root(by).path
    if any(not each.path.startswith(root) for each in new.organisations):
        raise Refused("范围里有不归你管理的学校，请重新选择。")
    if new.starts_on < today:
        raise Refused("开始日期已经过去，请从今天或以后的日期开始。")
    if new.ends_on < new.starts_on:
        raise Refused("结束日期在开始日期之前，请改正。")
    one_day = new.ends_on == new.starts_on
    if one_day and new.last_seq is not None and new.last_seq < new.first_seq:
        raise Refused("同一天里，最后一节在第一节之前，请改正。")
    if (new.ends_on - new.starts_on).days + 1 > most:
        raise Refused(f"一次停课最长 {most} 天，请分次发布。")


def _outermost(organisations: Sequence[Organisation]) -> list[Organisation]:
    """Each subtree once: what lies in another one of the list is left out."""
    found: list[Organisation] = []
    for each in sorted(organisations, key=lambda one: (len(one.path), one.path)):
        if not any(each.path.startswith(one.path) for one in found):
            found.append(each)
    return found


def _same(new: NewEmergency) -> Emergency | None:
    """The emergency that says exactly this and stands."""
    rows = Emergency.objects.filter(
        state=State.ACTIVE, drill=new.drill, starts_on=new.starts_on, first_seq=new.first_seq,
        ends_on=new.ends_on, last_seq=new.last_seq, grades=",".join(sorted(set(new.grades))),
    )  # fmt: skip
    wanted = {each.pk for each in _outermost(new.organisations)}
    for each in rows.prefetch_related("scopes"):
        if {one.organisation_id for one in each.scopes.all()} == wanted:
            return each
    return None


@transaction.atomic
def close(
    emergency: Emergency, *, back_on: date, back_seq: int, reason: str, by: Actor, at: datetime
) -> None:
    """End it early: from this period of this day on, classes are at school again.

    Raises:
        Refused: it does not stand any more, or the period is not within it or lies in the past;
            nothing is written.
    """
    today = timezone.localdate(at)
    if back_on < today:
        raise Refused("复课日期已经过去，请选今天或以后的日期。")
    begins = (emergency.starts_on, emergency.first_seq)
    if (back_on, back_seq) <= begins:
        raise Refused("还没有开始就复课，请用“撤回”。")
    if back_on > emergency.ends_on:
        raise Refused("到那天停课已经结束，不用提前复课。")
    rows = Emergency.objects.filter(pk=emergency.pk, state=State.ACTIVE)
    changed = rows.update(
        state=State.CLOSED, back_on=back_on, back_seq=back_seq, close_reason=reason,
        closed_by=by.person, closed_at=at,
    )  # fmt: skip
    if not changed:
        raise Refused("已经结束或撤回，不用再操作。")
    emergency.refresh_from_db()
    record("continuity.emergency.closed", emergency, actor=by, at=at)
    key = f"{emergency.pk}:closed:{at.timestamp()}"
    preparing.tell_end.enqueue(key=key, emergency_id=emergency.pk)


@transaction.atomic
def revoke(emergency: Emergency, *, reason: str, by: Actor, at: datetime) -> None:
    """Take it back as if it had never been declared; what pupils did at home stays.

    Raises:
        Refused: it was taken back already; nothing is written.
    """
    rows = Emergency.objects.filter(pk=emergency.pk).exclude(state=State.REVOKED)
    if not rows.update(state=State.REVOKED, close_reason=reason, closed_by=by.person, closed_at=at):
        raise Refused("已经撤回，不用再操作。")
    emergency.refresh_from_db()
    record("continuity.emergency.revoked", emergency, actor=by, at=at, detail={"reason": reason})
    preparing.tell_end.enqueue(key=f"{emergency.pk}:revoked", emergency_id=emergency.pk)


@transaction.atomic
def reopen(emergency: Emergency, *, by: Actor, at: datetime) -> None:
    """Undo an early end: the emergency stands again as it was declared, and everybody is told.

    Raises:
        Refused: it was not ended early, or is over; nothing is written.
    """
    if emergency.ends_on < timezone.localdate(at):
        raise Refused("停课日期已经过去，不能恢复。")
    rows = Emergency.objects.filter(pk=emergency.pk, state=State.CLOSED)
    if not rows.update(
        state=State.ACTIVE, back_on=None, back_seq=1, close_reason="", closed_by=None,
        closed_at=None,
    ):  # fmt: skip
        raise Refused("没有提前结束，不用恢复。")
    emergency.refresh_from_db()
    record("continuity.emergency.reopened", emergency, actor=by, at=at)
    again = f":again:{at.timestamp()}"
    preparing.prepare.enqueue(key=f"{emergency.pk}{again}", emergency_id=emergency.pk, again=again)
