"""Reports of new courses from a spreadsheet: one row a course and grade."""

from datetime import datetime
from typing import Any

from tongke.core.errors import Refused
from tongke.core.profile import current
from tongke.core.spreadsheets import Row, Table
from tongke.core.spreadsheets.importer import Action, Change, Plan, describe, refusals
from tongke.core.spreadsheets.journal import Journal
from tongke.foundation.campus.models import Room
from tongke.foundation.curriculum.models import Grade
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Appointment, Organisation, Person
from tongke.foundation.people.roles import SCHOOL_STAFF
from tongke.teaching.timetable import policy
from tongke.teaching.timetable.models import RolloutReport
from tongke.teaching.timetable.policy import Perm
from tongke.teaching.timetable.profile import TimetableProfile
from tongke.teaching.timetable.queries.calendar import current_term, on
from tongke.teaching.timetable.services import rollout
from tongke.teaching.timetable.services.rollout import Report
from tongke.teaching.timetable.sheets_rollout import REPORTS

_Op = tuple[Organisation, Report]


def may_import(actor: Actor) -> bool:
    """Whether the actor reports for a school, and there is a term to report for."""
    return policy.may(actor, Perm.ROLLOUT_REPORT) and (
        current_term(actor.organisation, actor.today) is not None
    )


class RolloutImporter:
    """Plans and writes reports of the current term."""

    sheet = REPORTS

    def __init__(self, actor: Actor) -> None:
        """Take the term from the actor's region.

        Raises:
            Refused: the region has no term.
        """
        term = current_term(actor.organisation, actor.today)
        if term is None:
            raise Refused("还没有设置学期。")
        self.term = term

    def plan(self, table: Table, *, actor: Actor, at: datetime) -> Plan:
        """Find school, course, grade, teacher and room of each row, and what was said before."""
        known = _Known(actor)
        rows = RolloutReport.objects.filter(term=self.term, school__in=known.schools.values())
        before = {(each.school_id, each.course, each.grade_id): each for each in rows}
        changes = refusals(table, lambda row: describe(row, "course", "grade"))
        for row in table.rows:
            if row.errors:
                continue
            op, faults = known.read(row)
            label = describe(row, "course", "grade")
            if op is None or faults:
                changes.append(Change(row.number, Action.REFUSE, label, message="".join(faults)))
                continue
            changes.append(_change(row, label, op, before))
        return Plan(tuple(sorted(changes, key=lambda each: each.row)))

    def commit(self, plan: Plan, journal: Journal, *, by: Actor, at: datetime) -> None:
        """Write the reports, all or nothing."""
        ops: list[_Op] = [change.op for change in plan.effective]
        rows = RolloutReport.objects.filter(
            term=self.term, school__in={school for school, _ in ops}
        )
        wanted = {(school.pk, said.course, said.grade.pk) for school, said in ops}
        known = [row for row in rows if (row.school_id, row.course, row.grade_id) in wanted]
        journal.touching(known)
        old = {row.pk for row in known}
        made = [rollout.report(self.term, school, said, by=by, at=at) for school, said in ops]
        journal.added([each for each in made if each.pk not in old])


def _change(
    row: Row, label: str, op: _Op, before: dict[tuple[int, str, str], RolloutReport]
) -> Change:
    school, said = op
    now = before.get((school.pk, said.course, said.grade.pk))
    if now is None:
        return Change(row.number, Action.ADD, label, op=op)
    names = ("periods", "teacher", "trained", "room", "equipment", "note")
    fields: dict[str, tuple[Any, Any]] = {
        name: (str(getattr(now, name) or ""), str(getattr(said, name) or ""))
        for name in names
        if getattr(now, name) != getattr(said, name)
    }
    if not fields:
        return Change(row.number, Action.SAME, label)
    return Change(row.number, Action.CHANGE, label, fields, op=op)


class _Known:
    """What rows of the file may name, by the names people write."""

    def __init__(self, actor: Actor) -> None:
        rows = policy.schools(actor, Perm.ROLLOUT_REPORT)
        self.schools = {each.name: each for each in rows}
        self.own = next(
            (each for each in rows if each.pk == actor.organisation.pk), None
        )  # fmt: skip
        self._courses = {each.name: each for each in current(TimetableProfile).rollout_courses}
        self._grades = {each.name: each for each in Grade.objects.all()}
        self._rooms = {
            (each.school_id, each.name): each
            for each in Room.objects.filter(school__in=rows, retired_on=None)
        }
        held = Appointment.objects.filter(
            on(actor.today), organisation__in=rows, role__in=SCHOOL_STAFF
        )
        self._people: dict[tuple[int, str], list[Person]] = {}
        for each in held.select_related("person"):
            for name in (each.person.name, each.person.number):
                found = self._people.setdefault((each.organisation_id, name), [])
                if each.person not in found:
                    found.append(each.person)

    def read(self, row: Row) -> tuple[_Op | None, list[str]]:
        """What a row means, or None; and what is wrong with it."""
        values, faults = row.values, []
        school = self.schools.get(values["school"]) if values.get("school") else self.own
        course = self._courses.get(values["course"])
        grade = self._grades.get(values["grade"])
        if school is None:
            return None, ["找不到这所学校。"]
        if course is None:
            return None, [f"没有“{values['course']}”这门课。"]
        if grade is None or grade.code not in course.grades:
            return None, ["这门课不要求在这个年级开设。"]
        teacher, room = None, None
        if values.get("teacher"):
            people = self._people.get((school.pk, values["teacher"]), [])
            teacher = people[0] if len(people) == 1 else None
            if teacher is None:
                faults.append("本校没有这位教师。" if not people else "有几位教师同名，请填工号。")
        if values.get("room"):
            room = self._rooms.get((school.pk, values["room"]))
            if room is None:
                faults.append(f"本校没有“{values['room']}”这间教室。")
        if values["periods"] and teacher is None and not faults:
            faults.append("开设了就要写明任课教师。")
        said = Report(
            course=course.code, grade=grade, periods=values["periods"], teacher=teacher,
            trained=bool(values.get("trained")), room=room,
            equipment=values.get("equipment") or "", note=values.get("note") or "",
        )  # fmt: skip
        return (school, said), faults
