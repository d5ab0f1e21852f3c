"""Teaching tasks from a spreadsheet: one row a task; what the file does not name stays."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Model
from django.utils import timezone

from tongke.core.errors import Refused
from tongke.core.spreadsheets import Row, Table
from tongke.core.spreadsheets.importer import Action, Change, Plan, describe, refusals
from tongke.core.spreadsheets.journal import Journal
from tongke.foundation.campus.models import Room
from tongke.foundation.curriculum.models import Subject
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Appointment, Person, SchoolClass
from tongke.foundation.people.roles import SCHOOL_STAFF
from tongke.teaching.timetable import policy_plans as policy
from tongke.teaching.timetable.models import PlanEntry, TeachingTask
from tongke.teaching.timetable.policy_plans import PlanPerm
from tongke.teaching.timetable.queries.calendar import current_term, on
from tongke.teaching.timetable.queries.plans.tasks import tasks_of, teacher_names
from tongke.teaching.timetable.services.plans import tasks as services
from tongke.teaching.timetable.services.plans.tasks import TaskData
from tongke.teaching.timetable.sheets_plans import TASKS

_Key = tuple[str, tuple[int, ...], str]


def may_import_tasks(actor: Actor, pk: int) -> bool:
    """Whether the actor makes this school's plans, and there is a term to import into."""
    mine = policy.schools(actor, PlanPerm.EDIT).filter(pk=pk).exists()
    return mine and current_term(actor.organisation, actor.today) is not None


class TaskImporter:
    """Plans and writes the teaching tasks of a school's current term."""

    sheet = TASKS

    def __init__(self, actor: Actor, pk: int) -> None:
        """Take school and term.

        Raises:
            Refused: the region has no term.
        """
        term = current_term(actor.organisation, actor.today)
        if term is None:
            raise Refused("还没有设置学期。")
        self.term, self.school = term, policy.school_or_404(actor, pk, PlanPerm.EDIT)

    def plan(self, table: Table, *, actor: Actor, at: datetime) -> Plan:
        """Find subject, classes, teachers and room of each row, and the task it changes."""
        known = Names(self.school.pk, at)
        standing = {_key_of(each): each for each in tasks_of(self.school, self.term)}
        changes = refusals(table, lambda row: describe(row, "subject", "classes"))
        for row in table.rows:
            if not row.errors:
                changes.append(_change(row, known, standing))
        return Plan(tuple(sorted(changes, key=lambda each: each.row)))

    def commit(self, plan: Plan, journal: Journal, *, by: Actor, at: datetime) -> None:
        """Add and change tasks, all or none."""
        for change in plan.effective:
            task, data = change.op
            if task is None:
                made = services.add_task(self.school, self.term, data, by=by, at=at)
                journal.added([made, *links_of(made)])
            else:
                before = links_of(task)
                journal.touching([task, *before])
                services.edit_task(task, data, by=by, at=at)
                journal.added(each for each in links_of(task) if each not in before)


def links_of(task: TeachingTask) -> list[Model]:
    """The rows that hang on a task: its classes, its teachers, its lessons in versions."""
    classes, teachers = TeachingTask.classes.through, TeachingTask.teachers.through
    return [
        *classes.objects.filter(teachingtask=task),
        *teachers.objects.filter(teachingtask=task),
        *PlanEntry.objects.filter(task=task),
    ]


def _key_of(task: TeachingTask) -> _Key:
    return (task.subject_id, tuple(sorted(each.pk for each in task.classes.all())), task.weeks)


def _change(row: Row, known: "Names", standing: Mapping[_Key, TeachingTask]) -> Change:
    label = describe(row, "subject", "classes")
    data, faults = known.task(row.values)
    if data is not None and data.doubles * 2 > data.periods:
        faults.append(f"每周 {data.periods} 节，最多 {data.periods // 2} 次连堂。")
    if data is None or faults:
        return Change(row.number, Action.REFUSE, label, message="".join(faults))
    key = (data.subject.pk, tuple(sorted(each.pk for each in data.classes)), data.weeks)
    task = standing.get(key)
    if task is None:
        return Change(row.number, Action.ADD, label, op=(None, data))
    before, after = _shown(task), _told(data)
    fields = {name: (before[name], after[name]) for name in after if before[name] != after[name]}
    if not fields:
        return Change(row.number, Action.SAME, label)
    return Change(row.number, Action.CHANGE, label, fields, op=(task, data))


def _shown(task: TeachingTask) -> dict[str, Any]:
    names = teacher_names(task)
    return {
        "teachers": "" if names == "未定" else names, "periods": task.periods,
        "doubles": task.doubles, "room": task.room.name if task.room else "",
        "parallel": task.parallel, "tags": task.tags, "note": task.note,
    }  # fmt: skip


def _told(data: TaskData) -> dict[str, Any]:
    return {
        "teachers": "、".join(sorted(each.name for each in data.teachers)),
        "periods": data.periods, "doubles": data.doubles,
        "room": data.room.name if data.room else "", "parallel": data.parallel,
        "tags": data.tags, "note": data.note,
    }  # fmt: skip


class Names:
    """What rows of a file may name at a school, by the names people write."""

    def __init__(self, school: int, at: datetime) -> None:
        """Read subjects, classes, rooms and people; four queries."""
        self.subjects = {each.name: each for each in Subject.objects.all()}
        self.subjects |= {each.short: each for each in Subject.objects.all() if each.short}
        listed = SchoolClass.objects.filter(
            school=school, kind=SchoolClass.Kind.STANDING, closed_on=None
        )
        self.classes = {each.name: each for each in listed.select_related("school")}
        rooms = Room.objects.filter(school=school, retired_on=None)
        self.rooms = {each.name: each for each in rooms}
        held = Appointment.objects.filter(
            on(timezone.localdate(at)), organisation=school, role__in=SCHOOL_STAFF
        )
        self.people: dict[str, list[Person]] = {}
        for each in held.select_related("person").order_by("pk"):
            for name in (each.person.name, each.person.number):
                same = self.people.setdefault(name, [])
                if each.person not in same:
                    same.append(each.person)

    def task(self, values: Mapping[str, Any]) -> tuple[TaskData | None, list[str]]:
        """The task a row means, or None; and what is wrong with it."""
        faults: list[str] = []
        subject = self.subjects.get(values["subject"])
        if subject is None:
            faults.append(f"没有“{values['subject']}”这门学科。")
        classes = self._classes(values["classes"], faults)
        teachers = self._teachers(values.get("teachers") or "", faults)
        room = self.rooms.get(values.get("room") or "")
        if values.get("room") and room is None:
            faults.append(f"本校没有“{values['room']}”这间教室。")
        if subject is None or not classes:
            return None, faults
        data = TaskData(
            subject=subject, classes=classes, teachers=teachers, periods=values["periods"],
            doubles=values.get("doubles") or 0, room=room, parallel=values.get("parallel") or "",
            weeks=values.get("weeks") or "all", tags=values.get("tags") or "",
            note=values.get("note") or "",
        )  # fmt: skip
        return data, faults

    def _classes(self, text: str, faults: list[str]) -> list[SchoolClass]:
        found = []
        for name in split(text):
            if name in self.classes:
                found.append(self.classes[name])
            else:
                faults.append(f"本校没有“{name}”这个班。")
        return found

    def _teachers(self, text: str, faults: list[str]) -> list[Person]:
        found = []
        for name in split(text):
            same = self.people.get(name, [])
            if len(same) == 1:
                found.append(same[0])
            elif same:
                faults.append(f"本校有 {len(same)} 位教师叫“{name}”，请填工号。")
            else:
                faults.append(f"本校没有叫“{name}”的教师。")
        return found


def split(text: str) -> list[str]:
    """Names in one cell, however they are set apart."""
    for mark in ",，；;/\n":
        text = text.replace(mark, "、")
    return [name.strip() for name in text.split("、") if name.strip()]
