"""Appointments: give somebody a dated role at an organisation, and end it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import F

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Appointment, Organisation, Person
from tongke.foundation.people.roles import FAMILY, Role


@dataclass(frozen=True, kw_only=True)
class NewAppointment:
    """A role to give, from `since` on; `subject_code` for those who teach one."""

    person: Person
    organisation: Organisation
    role: Role
    since: date
    until: date | None = None
    subject_code: str = ""


@transaction.atomic
def appoint(new: NewAppointment, *, by: Actor | None, at: datetime) -> Appointment:
    """Give one role.

    Raises:
        Refused: the person holds it already, the organisation is closed, the dates are reversed,
            or the role is one that enrolment and guardianship give by themselves.
    """
    if new.role in FAMILY:
        raise Refused("学生和家长的角色由在班记录和监护关系产生，不能单独任命。")
    return appoint_many([new], by=by, at=at)[0]


@transaction.atomic
def appoint_many(
    rows: Iterable[NewAppointment], *, by: Actor | None, at: datetime
) -> list[Appointment]:
    """Give many roles; the audit log gets one entry with their count.

    Raises:
        Refused: see `appoint`.
    """
    listed = list(rows)
    for row in listed:
        if row.until and row.until < row.since:
            raise Refused("结束日期不能早于开始日期。")
        if row.organisation.closed_on:
            raise Refused(f"“{row.organisation.name}”已经撤销，不能任职。")
    _refuse_held(listed)
    fresh = Appointment.objects.bulk_create(
        (
            Appointment(
                person=row.person, organisation=row.organisation, role=row.role,
                subject_code=row.subject_code, since=row.since, until=row.until,
            )
            for row in listed
        ),
        batch_size=500,
    )  # fmt: skip
    one = fresh[0] if len(fresh) == 1 else None
    roles = sorted({str(row.role) for row in listed})
    detail = {"count": len(fresh), "roles": roles}
    record("people.appointment.given", one, actor=by, at=at, detail=detail)
    return fresh


def _refuse_held(rows: list[NewAppointment]) -> None:
    wanted = {_key(row.person.pk, row.organisation.pk, row.role, row.subject_code) for row in rows
              if row.until is None}  # fmt: skip
    people = sorted({row.person.pk for row in rows})
    for start in range(0, len(people), 500):
        held = Appointment.objects.filter(person__in=people[start : start + 500], until=None)
        for one in held.select_related("person", "organisation"):
            if _key(one.person_id, one.organisation_id, one.role, one.subject_code) in wanted:
                label = Role(one.role).label
                raise Refused(f"{one.person.name}已经是{one.organisation.name}的{label}。")


def _key(person: int, organisation: int, role: str, subject: str) -> tuple[int, int, str, str]:
    return person, organisation, str(role), subject


@transaction.atomic
def end_appointment(
    appointment: Appointment, until: date, *, by: Actor | None, at: datetime
) -> None:
    """End a role with the day `until`, its last.

    Raises:
        Refused: it has ended, or the day lies before its first.
    """
    if until < appointment.since:
        raise Refused("结束日期不能早于开始日期。")
    current = Appointment.objects.filter(pk=appointment.pk, until=None, since__lte=until)
    if not current.update(until=until):
        raise Refused("这个任职已经结束。")
    appointment.until = until
    detail = {"until": str(until)}
    record("people.appointment.ended", appointment, actor=by, at=at, detail=detail)


@transaction.atomic
def end_all(rows: Iterable[Appointment], until: date, *, by: Actor | None, at: datetime) -> None:
    """End many roles with the day `until`; the audit log gets one entry with their count."""
    ids = [one.pk for one in rows]
    count = end_many(ids, until)
    detail = {"count": count, "until": str(until)}
    record("people.appointment.ended", None, actor=by, at=at, detail=detail)


def end_many(appointments: Iterable[int], until: date) -> int:
    """End roles by id inside a larger act, which audits; a role not yet begun ends at once."""
    rows = Appointment.objects.filter(pk__in=list(appointments), until=None)
    early = rows.filter(since__gt=until).update(until=F("since"))
    return early + rows.filter(since__lte=until).update(until=until)
