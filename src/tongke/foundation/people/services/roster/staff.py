"""Planning members of staff and their roles."""

from collections.abc import Iterable
from typing import Any

from tongke.core.spreadsheets.importer import Action, Change
from tongke.foundation.people.models import Appointment, Person
from tongke.foundation.people.queries.vocabulary import subject_name
from tongke.foundation.people.roles import SCHOOL_STAFF, Role
from tongke.foundation.people.services.roster.draft import (
    Draft,
    RowRefused,
    merged,
    without_changes,
)
from tongke.foundation.people.services.roster.ops import RoleEndOp, StaffOp
from tongke.foundation.people.services.roster.rows import StaffRow

Held = tuple[int, str, str, str]  # person id, school code, role, subject


def plan_staff(
    rows: Iterable[StaffRow], draft: Draft, *, whole: bool, sourced: bool = False
) -> list[Change]:
    """One change for each row; with `whole`, one for each role that is not named any more."""
    changes: list[Change] = []
    named: set[Held] = set()
    schools: set[int] = set()
    planned: set[str] = set()
    for row in rows:
        label = draft.label("教职工", row.person.name, row.person.number)
        if row.leaves and not row.school:
            changes += _all_roles(row, label, draft)
            continue
        try:
            code, school = draft.school(row.school)
            label = draft.label("教职工", row.person.name, school)
            changes.append(_staff(row, code, label, draft, named, planned))
        except RowRefused as why:
            changes.append(draft.refused(row.line, label, why))
            continue
        found = draft.known.organisation(code)
        if found is not None:
            schools.add(found.pk)
    if whole:
        changes += [
            each for each, person in _gone(schools, named, draft)
            if not sourced or person.source_id
        ]  # fmt: skip
    return changes


def _all_roles(row: StaffRow, label: str, draft: Draft) -> list[Change]:
    """Every role of the scope ends for somebody whom the other system has removed."""
    stored = draft.known.person(row.person.number, row.person.source_id)
    held = draft.known.roles.get(stored.pk, ()) if stored is not None else ()
    return [
        Change(row.line, Action.LEAVE, f"{label} {one.organisation.short_name}",
               message="来源系统已删除，任职结束。", op=RoleEndOp(appointment=one.pk))
        for one in held
        if one.organisation_id in draft.known.scope_ids and one.role in draft.known.grantable
    ]  # fmt: skip


def _staff(
    row: StaffRow, school: str, label: str, draft: Draft, named: set[Held], planned: set[str]
) -> Change:
    if row.role not in SCHOOL_STAFF:
        raise RowRefused(f"“{row.role}”不是学校里的角色")
    op, stored, fields = draft.person(row.person)
    held = _held(draft.known.roles.get(stored.pk, ()) if stored else (), school, row)
    if stored is not None:
        named.add((stored.pk, school, row.role, row.subject_code))
    if row.leaves:
        return _left(row, held, label, draft)
    if held is None and Role(row.role) not in draft.known.grantable:
        raise RowRefused(f"您不能任命“{Role(row.role).label}”，请由上级导入")
    draft.new_staff.add((school, row.person.number))
    first = row.person.number not in planned
    planned.add(row.person.number)
    if not first:
        op, fields = without_changes(op), {}
    qualified = _newly_qualified(row, stored, draft)
    if stored is not None:
        fields = merged(
            fields,
            {"任职": ("", _role_text(row.role, row.subject_code))} if held is None else {},
            {"任教资格": ("", "、".join(map(subject_name, qualified)))} if qualified else {},
        )
    staff = StaffOp(
        person=op, school=school, role=row.role if held is None else "",
        subject_code=row.subject_code, since=row.since, qualified=qualified,
        account=first and (stored is None or stored.pk not in draft.known.with_account),
    )  # fmt: skip
    return _result(row, stored, fields, staff, label)


def _result(
    row: StaffRow, stored: Person | None, fields: dict[str, Any], op: StaffOp, label: str
) -> Change:
    if stored is None:
        return Change(row.line, Action.ADD, label, op=op)
    if fields or op.account:
        return Change(row.line, Action.CHANGE, label, fields=fields, op=op)
    return Change(row.line, Action.SAME, label)


def _left(row: StaffRow, held: Appointment | None, label: str, draft: Draft) -> Change:
    if held is None or Role(row.role) not in draft.known.grantable:
        return Change(row.line, Action.SAME, label)
    op = RoleEndOp(appointment=held.pk)
    return Change(row.line, Action.LEAVE, label, message="来源系统已删除，任职结束。", op=op)


def _newly_qualified(row: StaffRow, stored: Person | None, draft: Draft) -> tuple[str, ...]:
    have = draft.known.qualified.get(stored.pk, set()) if stored is not None else set()
    return tuple(code for code in row.qualified if code not in have)


def _role_text(role: str, subject_code: str) -> str:
    subject = f"·{subject_name(subject_code)}" if subject_code else ""
    return f"{Role(role).label}{subject}"


def _held(roles: Iterable[Appointment], school: str, row: StaffRow) -> Appointment | None:
    for one in roles:
        if (one.organisation.code, one.role, one.subject_code) == (
            school, row.role, row.subject_code,
        ):  # fmt: skip
            return one
    return None


def _gone(schools: set[int], named: set[Held], draft: Draft) -> list[tuple[Change, Person]]:
    changes: list[tuple[Change, Person]] = []
    for one in draft.known.staff_roles(schools):
        key = (one.person_id, one.organisation.code, one.role, one.subject_code)
        if key in named or Role(one.role) not in draft.known.grantable:
            continue
        if draft.known.actor is not None and one.pk == draft.known.actor.appointment_id:
            continue
        shown = f"{one.organisation.short_name} {_role_text(one.role, one.subject_code)}"
        label = draft.label("教职工", one.person.name, shown)
        change = Change(0, Action.LEAVE, label, message="名单里没有，任职结束。",
                        op=RoleEndOp(appointment=one.pk))  # fmt: skip
        changes.append((change, one.person))
    return changes
