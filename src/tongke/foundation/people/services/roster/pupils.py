"""Planning pupils, their classes and their guardians."""

from collections.abc import Iterable
from typing import Any

from tongke.core.fields import blind
from tongke.core.spreadsheets.importer import Action, Change
from tongke.foundation.people.models import Guardianship, Person, SchoolClass
from tongke.foundation.people.services.persons import NewPerson
from tongke.foundation.people.services.pupils import guardian_number
from tongke.foundation.people.services.roster.draft import Draft, RowRefused, merged
from tongke.foundation.people.services.roster.known import batches
from tongke.foundation.people.services.roster.ops import GuardianOp, LeaveOp, PersonOp, PupilOp
from tongke.foundation.people.services.roster.rows import GuardianFields, PupilRow, class_key


def plan_pupils(rows: tuple[PupilRow, ...], draft: Draft, *, whole: bool) -> list[Change]:
    """One change for each row; with `whole`, one for each pupil of a named class who is missing."""
    carers = Carers(rows, draft)
    changes: list[Change] = []
    stays: set[int] = set()
    touched: set[int] = set()
    refused = False
    for row in rows:
        label = draft.label("学生", row.person.name, row.class_label)
        if row.leaves:
            changes += _left(row, label, draft, stays)
            continue
        try:
            school_class = _class_of(row, draft)
            change, stored = _pupil(row, school_class, label, draft, carers)
            changes.append(change)
        except RowRefused as why:
            refused = True
            changes.append(draft.refused(row.line, label, why))
            continue
        if school_class is not None:
            touched.add(school_class.pk)
        if stored is not None:
            stays.add(stored.pk)
    # A refused row would look like a pupil who left.
    if whole and not refused:
        changes += _gone(touched, stays, draft)
    return changes


def _class_of(row: PupilRow, draft: Draft) -> SchoolClass | None:
    """The stored class, or None for one that the same file opens."""
    key = row.class_key
    if row.place is not None:
        school, grade, number = row.place
        key = class_key(draft.school(school)[0], grade, number)
    if key in draft.new_classes:
        return None
    found = draft.known.classes.get(key)
    if found is None or found.closed_on is not None:
        raise RowRefused(f"找不到班级“{row.class_label}”，请先导入班级；只能导入您管理范围内的学校")
    return found


def _pupil(
    row: PupilRow, school_class: SchoolClass | None, label: str, draft: Draft, carers: "Carers"
) -> tuple[Change, Person | None]:
    op, stored, fields = draft.person(row.person)
    held = draft.known.enrolments.get(stored.pk) if stored is not None else None
    if held is not None and held.school_class.school_id not in draft.known.scope_ids:
        raise RowRefused(f"学籍号“{row.person.number}”还在别的学校，请原学校先办离校")
    enrol = held is None or school_class is None or held.school_class_id != school_class.pk
    school = f"{school_class.school.short_name} " if school_class is not None else ""
    said_class = f"{school}{row.class_label}"
    if held is not None and enrol:
        former = f"{held.school_class.school.short_name} {held.school_class.name}"
        fields = merged(fields, {"班级": (former, said_class)})
    if held is None and stored is not None:
        fields = merged(fields, {"班级": ("", said_class)})
    if held is not None and not enrol and row.seat is not None and row.seat != held.seat:
        fields = merged(fields, {"seat": (held.seat, row.seat)})
    guardians, said = carers.plan(row, stored)
    fields = merged(fields, said)
    pupil = PupilOp(
        person=op, class_key=row.class_key, enrol=enrol,
        class_pk=school_class.pk if school_class is not None else None,
        enrolment=held.pk if held is not None and not enrol and "seat" in fields else None,
        seat=row.seat, since=row.since, guardians=guardians,
        account=stored is None or stored.pk not in draft.known.with_account,
    )  # fmt: skip
    if stored is None:
        return Change(row.line, Action.ADD, label, fields=said, op=pupil), None
    if fields or pupil.account:
        return Change(row.line, Action.CHANGE, label, fields=fields, op=pupil), stored
    return Change(row.line, Action.SAME, label), stored


def _left(row: PupilRow, label: str, draft: Draft, stays: set[int]) -> list[Change]:
    """The leaving of a pupil whom the other system has removed; nothing for an unknown one."""
    stored = draft.known.person(row.person.number, row.person.source_id)
    held = draft.known.enrolments.get(stored.pk) if stored is not None else None
    if stored is None or held is None:
        return []
    stays.add(stored.pk)  # said once is enough
    if held.school_class.school_id not in draft.known.scope_ids:
        return []
    return [
        Change(row.line, Action.LEAVE, label or stored.name, message="来源系统已删除，离班。",
               op=LeaveOp(enrolment=held.pk))
    ]  # fmt: skip


def _gone(classes: set[int], stays: set[int], draft: Draft) -> list[Change]:
    return [
        Change(
            0, Action.LEAVE, draft.label("学生", one.pupil.name, one.school_class.name),
            message="名单里没有，离班。", op=LeaveOp(enrolment=one.pk),
        )
        for one in draft.known.rolls(classes)
        if one.pupil_id not in stays
    ]  # fmt: skip


class Carers:
    """Finds the guardians that rows name, stored or planned, and numbers new ones."""

    def __init__(self, rows: Iterable[PupilRow], draft: Draft) -> None:
        """Look all of them up at once."""
        self.draft = draft
        pairs = [(one.name, one.phone) for row in rows for one in row.guardians]
        self.by_phone = draft.known.guardians_by_phone(pairs)
        self.planned: dict[tuple[str, str], PersonOp] = {}
        self.numbered: set[str] = set()
        self.taken: set[str] = set()
        numbered = (
            f"J{row.person.number[:26]}-{place}"
            for row in rows if row.guardians for place in range(1, 6)
        )  # fmt: skip
        for part in batches(numbered):
            numbers = Person.objects.filter(number__in=part).values_list("number", flat=True)
            self.taken |= set(numbers)

    def plan(
        self, row: PupilRow, stored: Person | None
    ) -> tuple[tuple[GuardianOp, ...], dict[str, Any]]:
        """The operations for one pupil's guardians, and what the report says of them."""
        held = list(self.draft.known.carers.get(stored.pk, ())) if stored is not None else []
        ops: list[GuardianOp] = []
        said: dict[str, Any] = {}
        for place, fields in enumerate(row.guardians, start=1):
            op, change = self._one(row, fields, held)
            if op is not None:
                ops.append(op)
            if change:
                said[f"监护人 {place}"] = change
        return tuple(ops), said

    def _one(
        self, row: PupilRow, fields: GuardianFields, held: list[Guardianship]
    ) -> tuple[GuardianOp | None, tuple[str, str] | None]:
        linked = _linked(fields, held)
        shown = f"{fields.name}（{fields.relation}）"
        if linked is not None:
            held.remove(linked)
            changes: dict[str, Any] = {}
            person = linked.guardian
            if fields.phone and fields.phone != person.phone and self.draft.known.may_edit(person):
                changes = {"phone": fields.phone}
            if not changes:
                return None, None
            op = PersonOp(number=person.number, pk=person.pk, changes=changes)
            return (
                GuardianOp(person=op, relation=fields.relation, link=False, account=False),
                (shown, f"{shown}更换手机"),
            )
        op, has_account = self._person(row, fields)
        return (
            GuardianOp(person=op, relation=fields.relation, link=True, account=not has_account),
            ("", shown),
        )

    def _person(self, row: PupilRow, fields: GuardianFields) -> tuple[PersonOp, bool]:
        key = (fields.name, fields.phone)
        known = self.draft.known.person(fields.number, fields.source_id) if (
            fields.number or fields.source_id
        ) else self.by_phone.get(key)  # fmt: skip
        if known is not None:
            return PersonOp(number=known.number, pk=known.pk), known.pk in self._with_account
        if fields.phone and key in self.planned:
            return PersonOp(number=self.planned[key].number), True
        number = fields.number or guardian_number(row.person.number, self.taken)
        if number in self.draft.new_people or number in self.numbered:
            return PersonOp(number=number), True
        self.numbered.add(number)
        self.taken.add(number)
        new = NewPerson(
            name=fields.name, number=number, phone=fields.phone, source_id=fields.source_id
        )
        op = PersonOp(number=number, new=new)
        if fields.phone:
            self.planned[key] = op
        return op, False

    @property
    def _with_account(self) -> set[int]:
        return self.draft.known.with_account


def _linked(fields: GuardianFields, held: list[Guardianship]) -> Guardianship | None:
    """The guardianship a row means: same name, and the same phone where two bear the name."""
    if fields.source_id:
        told = [one for one in held if one.guardian.source_id == fields.source_id]
        if told:
            return told[0]
    same = [one for one in held if one.guardian.name == fields.name]
    exact = [one for one in same if one.guardian.phone_blind == blind(fields.phone)]
    return (exact or same or [None])[0]  # type: ignore[list-item]
