"""Ordinary timetables from a spreadsheet: one row a lesson; what the file does not name stays."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

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
from tongke.teaching.timetable import policy
from tongke.teaching.timetable.models import Placement
from tongke.teaching.timetable.policy import Perm
from tongke.teaching.timetable.queries.calendar import (
    bells_on,
    current_term,
    on,
    planning_day,
    weekday_name,
)
from tongke.teaching.timetable.services import placements
from tongke.teaching.timetable.services.placements import Cell
from tongke.teaching.timetable.sheets import PLACEMENTS

_Key = tuple[int, int, int]


def may_import(actor: Actor) -> bool:
    """Whether the actor edits timetables, and the region has a term to import into."""
    return policy.may(actor, Perm.GRID_EDIT) and (
        current_term(actor.organisation, actor.today) is not None
    )


class PlacementImporter:
    """Plans and writes ordinary lessons of the current term."""

    sheet = PLACEMENTS

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
        """Find class, subject, teacher and room of each row, and what stands there now."""
        known = _Known(policy.classes(actor, Perm.GRID_EDIT), at)
        day = planning_day(self.term, timezone.localdate(at))
        bells = bells_on({each.school_id for each in known.all_classes}, day)
        rows = Placement.objects.filter(term=self.term, school_class__in=known.all_classes)
        standing = {
            (row.school_class_id, row.weekday, row.seq): row
            for row in rows.select_related("subject", "teacher", "room")
        }
        changes = refusals(table, lambda row: describe(row, "school_class", "weekday", "seq"))
        good: list[tuple[Row, Cell]] = []
        for row in table.rows:
            if row.errors:
                continue
            cell, faults = known.cell(row.values)
            if cell is not None and cell.seq not in bells.get(cell.school_class.school_id, {}):
                faults.append(f"学校作息表里没有第 {cell.seq} 节。")
            if cell is None or faults:
                label = describe(row, "school_class", "weekday", "seq")
                changes.append(Change(row.number, Action.REFUSE, label, message="".join(faults)))
            else:
                good.append((row, cell))
        gone = {standing[_key(cell)].pk for _, cell in good if _key(cell) in standing}
        clashing = placements.find_clashes(
            self.term, [cell for _, cell in good], day, leave_out=gone
        )
        for index, (row, cell) in enumerate(good):
            now = standing.get(_key(cell))
            changes.append(_change(row, cell, now, clashing.get(index, "")))
        return Plan(tuple(sorted(changes, key=lambda each: each.row)))

    def commit(self, plan: Plan, journal: Journal, *, by: Actor, at: datetime) -> None:
        """Replace what stands in the named periods, all or nothing."""
        cells: list[Cell] = [change.op for change in plan.effective]
        wanted = {_key(cell) for cell in cells}
        rows = Placement.objects.filter(
            term=self.term, school_class__in={cell.school_class.pk for cell in cells}
        )
        journal.touching(
            row for row in rows if (row.school_class_id, row.weekday, row.seq) in wanted
        )
        journal.added(placements.place_many(self.term, cells, by=by, at=at))


def _key(cell: Cell) -> _Key:
    return (cell.school_class.pk, cell.weekday, cell.seq)


def _change(row: Row, cell: Cell, now: Placement | None, clash: str) -> Change:
    label = f"{cell.school_class.name} {weekday_name(cell.weekday)}第 {cell.seq} 节"
    if now is not None and now.slot_id is not None:
        text = "这一节是联合课程，请在联合课程里撤销或改排。"
        return Change(row.number, Action.REFUSE, label, message=text)
    if clash:
        return Change(row.number, Action.REFUSE, label, message=clash)
    before = (now.subject, now.teacher, now.room) if now else (None, None, None)
    after = (cell.subject, cell.teacher, cell.room)
    if before == after:
        return Change(row.number, Action.SAME, label)
    names = ("subject", "teacher", "room")
    fields: Mapping[str, tuple[Any, Any]] = {
        name: (old.name if old else None, new.name if new else None)
        for name, old, new in zip(names, before, after, strict=True)
        if old != new
    }
    return Change(row.number, Action.CHANGE if now else Action.ADD, label, fields, op=cell)


class _Known:
    """What rows of the file may name, by the names people write."""

    def __init__(self, classes: Iterable[SchoolClass], at: datetime) -> None:
        self.all_classes = list(
            classes.select_related("school") if hasattr(classes, "select_related") else classes
        )
        schools = {each.school_id for each in self.all_classes}
        self._subjects = {each.name: each for each in Subject.objects.all()}
        self._rooms = {
            (each.school_id, each.name): each
            for each in Room.objects.filter(school__in=schools, retired_on=None)
        }
        held = Appointment.objects.filter(
            on(timezone.localdate(at)), organisation__in=schools, role__in=SCHOOL_STAFF
        )
        self._people: dict[tuple[int, str], list[Person]] = {}
        for each in held.select_related("person"):
            for name in (each.person.name, each.person.number):
                known = self._people.setdefault((each.organisation_id, name), [])
                if each.person not in known:
                    known.append(each.person)

    def cell(self, values: Mapping[str, Any]) -> tuple[Cell | None, list[str]]:
        """The lesson a row means, or None; and what is wrong with it."""
        faults: list[str] = []
        found = [
            each
            for each in self.all_classes
            if each.name == values["school_class"]
            and (not values.get("school") or each.school.name == values["school"])
        ]
        subject = self._subjects.get(values["subject"])
        if subject is None:
            faults.append(f"没有“{values['subject']}”这门学科。")
        if len(found) != 1:
            more = "有几所学校都有这个班，请填写学校。" if found else "找不到这个班。"
            return None, [more, *faults]
        school_class = found[0]
        teacher, fault = self._teacher(school_class.school_id, values.get("teacher"))
        room_name = values.get("room")
        room = self._rooms.get((school_class.school_id, room_name)) if room_name else None
        if fault:
            faults.append(fault)
        if room_name and room is None:
            faults.append(f"本校没有“{room_name}”这间教室。")
        if subject is None:
            return None, faults
        cell = Cell(
            school_class=school_class, weekday=int(values["weekday"]), seq=values["seq"],
            subject=subject, teacher=teacher, room=room,
        )  # fmt: skip
        return cell, faults

    def _teacher(self, school: int, name: str | None) -> tuple[Person | None, str]:
        if not name:
            return None, ""
        found = self._people.get((school, name), [])
        if len(found) == 1:
            return found[0], ""
        if found:
            return None, f"本校有 {len(found)} 位教师叫“{name}”，请填工号。"
        return None, f"本校没有叫“{name}”的教师。"
