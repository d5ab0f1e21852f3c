"""Carrying a plan out: through the services, telling the journal of every row."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from tongke.core.spreadsheets.importer import Change, Plan
from tongke.core.spreadsheets.journal import Journal
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import (
    Account,
    Appointment,
    Enrolment,
    Guardianship,
    Organisation,
    Person,
    SchoolClass,
)
from tongke.foundation.people.roles import FAMILY, Role
from tongke.foundation.people.services import (
    accounts,
    appointments,
    classes,
    guardians,
    organisations,
    persons,
    posts,
)
from tongke.foundation.people.services.roster import ops
from tongke.foundation.people.services.roster.known import batches


def write(plan: Plan, journal: Journal, *, by: Actor | None, at: datetime) -> None:
    """Carry out everything a plan would do, in one transaction of the caller.

    Raises:
        Refused: a rule forbids it; the caller rolls back.
    """
    Writer(plan.effective, journal, by, at).run()


class Writer:
    """Writes one plan, list by list: what later lists refer to comes first."""

    def __init__(
        self, changes: Sequence[Change], journal: Journal, by: Actor | None, at: datetime
    ) -> None:
        """Sort the operations by kind."""
        self.journal, self.by, self.at = journal, by, at
        self.ops = [change.op for change in changes if change.op is not None]
        self.people: dict[str, Person] = {}
        self.classes: dict[str, SchoolClass] = {}

    def of(self, kind: type[Any]) -> list[Any]:
        """The operations of one kind, in the order of the file."""
        return [op for op in self.ops if isinstance(op, kind)]

    def run(self) -> None:
        """Everything."""
        self._organisations()
        self._people()
        self._accounts()
        self._roles()
        self._classes()
        self._family()

    def _organisations(self) -> None:
        new = [op.new for op in self.of(ops.OrganisationOp) if op.new is not None]
        if new:
            made = organisations.add_organisations(new, by=self.by, at=self.at)
            self.journal.added(made.values())
        changed = {op.pk: op.changes for op in self.of(ops.OrganisationOp) if op.pk is not None}
        for one in Organisation.objects.filter(pk__in=changed):
            self.journal.touching([one])
            organisations.edit_organisation(one, changed[one.pk], by=self.by, at=self.at)
        self.schools = {one.code: one for one in Organisation.objects.filter(closed_on=None)}

    def _person_ops(self) -> Iterable[ops.PersonOp]:
        for op in self.of(ops.StaffOp):
            yield op.person
        for op in self.of(ops.PupilOp):
            yield op.person
            yield from (each.person for each in op.guardians)

    def _people(self) -> None:
        new = {op.number: op.new for op in self._person_ops() if op.new is not None}
        if new:
            made = persons.add_people(new.values(), by=self.by, at=self.at)
            self.journal.added(made)
        changes: dict[int, dict[str, Any]] = {}
        for op in self._person_ops():
            if op.pk is not None and op.changes:
                changes.setdefault(op.pk, {}).update(op.changes)
        stored = self._fetch(Person, changes)
        self.journal.touching(stored)
        persons.change_people([(one, changes[one.pk]) for one in stored], by=self.by, at=self.at)
        numbers = {op.number for op in self._person_ops()}
        numbers |= {op.homeroom for op in self.of(ops.ClassOp)} - {""}
        numbers |= {str(op.changes["homeroom"]) for op in self.of(ops.ClassOp)
                    if "homeroom" in op.changes}  # fmt: skip
        for part in batches(numbers):
            self.people.update({one.number: one for one in Person.objects.filter(number__in=part)})

    def _fetch(self, model: type[Any], ids: Iterable[int | None]) -> list[Any]:
        return [one for part in batches(ids) for one in model.objects.filter(pk__in=part)]

    def _accounts(self) -> None:
        wanted = {op.person.number for op in self.of(ops.StaffOp) if op.account}
        for op in self.of(ops.PupilOp):
            wanted |= {op.person.number} if op.account else set()
            wanted |= {each.person.number for each in op.guardians if each.account}
        people = [self.people[number] for number in sorted(wanted)]
        have: set[int] = set()
        for part in batches(one.pk for one in people):
            have |= set(Account.objects.filter(person__in=part).values_list("person", flat=True))
        people = [one for one in people if one.pk not in have]
        if people:
            self.journal.added(accounts.open_accounts(people, by=self.by, at=self.at))

    def _roles(self) -> None:
        day = self.at.date()
        new = [
            appointments.NewAppointment(
                person=self.people[op.person.number], organisation=self.schools[op.school],
                role=Role(op.role), subject_code=op.subject_code, since=op.since or day,
            )
            for op in self.of(ops.StaffOp) if op.role
        ]  # fmt: skip
        if new:
            self.journal.added(appointments.appoint_many(new, by=self.by, at=self.at))
        qualified = [
            (self.people[op.person.number], code, "")
            for op in self.of(ops.StaffOp) for code in op.qualified
        ]  # fmt: skip
        if qualified:
            made = posts.add_qualifications(qualified, by=self.by, at=self.at)
            self.journal.added(made)
        ended = self._fetch(Appointment, [op.appointment for op in self.of(ops.RoleEndOp)])
        if ended:
            self.journal.touching(ended)
            appointments.end_all(ended, day, by=self.by, at=self.at)

    def _classes(self) -> None:
        new = [op for op in self.of(ops.ClassOp) if op.pk is None]
        rows = [
            classes.NewClass(
                school=self.schools[op.school], grade_code=op.grade_code, number=op.number,
                entry_year=op.entry_year, name=op.name, source_id=op.source_id,
                homeroom_teacher=self.people[op.homeroom] if op.homeroom else None,
            )
            for op in new
        ]  # fmt: skip
        if rows:
            made = classes.open_classes(rows, by=self.by, at=self.at)
            self.journal.added(made)
            self.classes = {op.key: one for op, one in zip(new, made, strict=True)}
        changed = {op.pk: op for op in self.of(ops.ClassOp) if op.pk is not None}
        for one in self._fetch(SchoolClass, changed):
            changes = dict(changed[one.pk].changes)
            if "homeroom" in changes:
                changes["homeroom_teacher"] = self.people[str(changes.pop("homeroom"))]
            self.journal.touching([one])
            classes.edit_class(one, changes, by=self.by, at=self.at)

    def _family(self) -> None:
        pupils = self.of(ops.PupilOp)
        leaving = self._fetch(Enrolment, [op.enrolment for op in self.of(ops.LeaveOp)])
        children = {self.people[op.person.number].pk for op in pupils}
        children |= {one.pupil_id for one in leaving}
        before = self._touch(children, pupils)
        self._enrol(pupils, leaving)
        self._link(pupils)
        fresh = [
            one
            for part in batches(self._relatives(children))
            for one in Appointment.objects.filter(person__in=part, role__in=FAMILY)
            if one.pk not in before
        ]
        self.journal.added(fresh)

    def _relatives(self, children: set[int]) -> set[int]:
        found = set(children)
        for part in batches(children):
            rows = Guardianship.objects.filter(child__in=part)
            found |= set(rows.values_list("guardian", flat=True))
        return found

    def _touch(self, children: set[int], pupils: list[ops.PupilOp]) -> set[int]:
        """Note every row that enrolling, leaving and linking may change; ids of the roles seen."""
        relatives = self._relatives(children)
        relatives |= {self.people[each.person.number].pk for op in pupils for each in op.guardians}
        seen: set[int] = set()
        for part in batches(children):
            self.journal.touching(
                Enrolment.objects.filter(pupil__in=part, until=None, standing=True)
            )
        for part in batches(relatives):
            rows = list(Appointment.objects.filter(person__in=part, role__in=FAMILY))
            self.journal.touching(rows)
            seen |= {one.pk for one in rows}
        return seen

    def _enrol(self, pupils: list[ops.PupilOp], leaving: list[Enrolment]) -> None:
        day = self.at.date()
        if leaving:
            classes.leave_many(leaving, day, by=self.by, at=self.at)
        stored = {
            one.pk: one for one in self._fetch(SchoolClass, {op.class_pk for op in pupils} - {None})
        }
        rows = [
            classes.NewEnrolment(
                pupil=self.people[op.person.number],
                school_class=stored.get(op.class_pk) or self.classes[op.class_key],
                seat=op.seat, since=op.since or day,
            )
            for op in pupils if op.enrol
        ]  # fmt: skip
        if rows:
            self.journal.added(classes.enrol_many(rows, by=self.by, at=self.at))
        seats = {op.enrolment: op.seat for op in pupils if op.enrolment is not None}
        if seats:
            moved = self._fetch(Enrolment, seats)
            self.journal.touching(moved)
            classes.set_seats([(one, seats[one.pk]) for one in moved], by=self.by, at=self.at)

    def _link(self, pupils: list[ops.PupilOp]) -> None:
        day = self.at.date()
        rows = [
            guardians.NewGuardianship(
                guardian=self.people[each.person.number], child=self.people[op.person.number],
                relation=each.relation, since=op.since or day,
            )
            for op in pupils for each in op.guardians if each.link
        ]  # fmt: skip
        if rows:
            self.journal.added(guardians.link_guardians(rows, by=self.by, at=self.at))
