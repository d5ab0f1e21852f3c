"""Ordinary lessons of the weekly timetable: set, clear, many at once.

Joint lessons are placed and taken away by `publishing` only.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.foundation.campus.models import Room
from tongke.foundation.curriculum.models import Subject
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Person, SchoolClass
from tongke.teaching.timetable.models import Placement, Term
from tongke.teaching.timetable.queries.calendar import (
    SCHOOL_DAYS,
    Bells,
    bells_on,
    planning_day,
    weekday_name,
)
from tongke.teaching.timetable.queries.clock import Hold, all_holds, clashes, holds


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One ordinary lesson to place: a class's period of the week, its subject and teacher."""

    school_class: SchoolClass
    weekday: int
    seq: int
    subject: Subject
    teacher: Person | None = None
    room: Room | None = None
    task: int | None = None
    helpers: tuple[Person, ...] = ()
    weeks: str = "all"

    @property
    def where(self) -> str:
        """The period in words: 五年级1班周三第2节."""
        return f"{self.school_class.name}{weekday_name(self.weekday)}第 {self.seq} 节"


def lock_term(term: Term) -> None:
    """Let one writer at a time change the plan of a term; SQLite writers queue anyway."""
    Term.objects.select_for_update().get(pk=term.pk)


@transaction.atomic
def place(
    term: Term,
    *,
    school_class: SchoolClass,
    weekday: int,
    seq: int,
    subject: Subject,
    teacher: Person | None,
    room: Room | None = None,
    by: Actor | None,
    at: datetime,
) -> Placement:
    """Set one period of a class; what stood there before is replaced.

    Raises:
        Refused: no such period, a joint lesson stands there, or the teacher or room is taken at
            that time on the clock, at this school or another.
    """
    cell = Cell(
        school_class=school_class, weekday=weekday, seq=seq, subject=subject, teacher=teacher,
        room=room,
    )  # fmt: skip
    placed = _place(term, [cell], at)[0]
    detail = {"class": school_class.pk, "weekday": weekday, "seq": seq, "subject": subject.pk}
    record("timetable.placement.set", placed, actor=by, at=at, detail=detail)
    return placed


@transaction.atomic
def place_many(
    term: Term, cells: Iterable[Cell], *, by: Actor | None, at: datetime
) -> list[Placement]:
    """Set many periods at once, all or none; the audit log gets one entry with their count.

    Raises:
        Refused: as `place`, or a class has two lessons in one period.
    """
    placed = _place(term, list(cells), at)
    record("timetable.placement.set-many", term, actor=by, at=at, detail={"count": len(placed)})
    return placed


@transaction.atomic
def clear(placement: Placement, *, by: Actor | None, at: datetime) -> None:
    """Empty one period of a class.

    Raises:
        Refused: a joint lesson stands there.
    """
    if placement.slot_id is not None:
        raise Refused("这一节是联合课程，请在联合课程里撤销或改排。")
    detail = {
        "class": placement.school_class_id, "weekday": placement.weekday, "seq": placement.seq,
        "subject": placement.subject_id,
    }  # fmt: skip
    record("timetable.placement.cleared", placement, actor=by, at=at, detail=detail)
    placement.delete()


@transaction.atomic
def clear_class(term: Term, school_class: SchoolClass, *, by: Actor | None, at: datetime) -> int:
    """Empty a class's week but for its joint lessons; returns how many were taken away."""
    count, _ = Placement.objects.filter(term=term, school_class=school_class, slot=None).delete()
    record("timetable.placement.cleared-class", school_class, actor=by, at=at,
           detail={"term": term.pk, "count": count})  # fmt: skip
    return count


@transaction.atomic
def replace_weeks(
    term: Term, classes: Collection[int], cells: Sequence[Cell], *, at: datetime
) -> tuple[list[Placement], list[Placement]]:
    """Give these classes another week: all ordinary lessons they have go, joint ones stay.

    The caller audits.

    Returns:
        What went, and what stands there now.

    Raises:
        Refused: as `place_many`; nothing is written.
    """
    lock_term(term)
    old = list(
        Placement.objects.filter(term=term, school_class__in=classes, slot=None)
        .select_related("school_class", "subject")
        .prefetch_related("helpers")
    )
    return old, _place(term, cells, at, gone={each.pk for each in old})


def _place(
    term: Term, cells: Sequence[Cell], at: datetime, *, gone: Collection[int] = ()
) -> list[Placement]:
    lock_term(term)
    day = planning_day(term, timezone.localdate(at))
    bells = bells_on({cell.school_class.school_id for cell in cells}, day)
    _check_periods(cells, bells)
    replaced = _replaced(term, cells)
    gone = {*gone, *(each.pk for each in replaced)}
    found = find_clashes(term, cells, day, leave_out=gone)
    if found:
        more = f"（共 {len(found)} 处）" if len(found) > 1 else ""
        raise Refused(f"{found[min(found)]}{more}")
    Placement.objects.filter(pk__in=gone).delete()
    made = Placement.objects.bulk_create((_row(term, cell) for cell in cells), batch_size=500)
    link = Placement.helpers.through
    link.objects.bulk_create(
        link(placement_id=row.pk, person_id=who.pk)
        for row, cell in zip(made, cells, strict=True)
        for who in cell.helpers
    )
    return made


def _row(term: Term, cell: Cell) -> Placement:
    return Placement(
        term=term, school_class=cell.school_class, weekday=cell.weekday, seq=cell.seq,
        subject=cell.subject, teacher=cell.teacher, room=cell.room, task_id=cell.task,
        weeks=cell.weeks,
    )  # fmt: skip


def _check_periods(cells: Sequence[Cell], bells: Bells) -> None:
    seen: dict[tuple[int, int, int], set[str]] = {}
    for cell in cells:
        weeks = seen.setdefault((cell.school_class.pk, cell.weekday, cell.seq), set())
        if weeks and (cell.weeks in weeks or "all" in {cell.weeks, *weeks}):
            raise Refused(f"{cell.where}排了两次。")
        weeks.add(cell.weeks)
        if cell.weekday not in SCHOOL_DAYS:
            raise Refused("课表只排周一到周五。")
        school = bells.get(cell.school_class.school_id)
        if school is None:
            raise Refused(f"{cell.school_class.school.name}还没有作息表，请先填写。")
        if cell.seq not in school:
            raise Refused(f"{cell.where}：学校作息表里没有第 {cell.seq} 节。")


def _replaced(term: Term, cells: Sequence[Cell]) -> list[Placement]:
    """What stands in these periods now.

    Raises:
        Refused: a joint lesson does.
    """
    keys = {(cell.school_class.pk, cell.weekday, cell.seq): cell for cell in cells}
    rows = Placement.objects.filter(term=term, school_class__in={key[0] for key in keys})
    found = [row for row in rows if (row.school_class_id, row.weekday, row.seq) in keys]
    for row in found:
        if row.slot_id is not None:
            cell = keys[row.school_class_id, row.weekday, row.seq]
            raise Refused(f"{cell.where}是联合课程，请在联合课程里撤销或改排。")
    return found


def find_clashes(
    term: Term, cells: Sequence[Cell], day: date, *, leave_out: Collection[int] = ()
) -> dict[int, str]:
    """Why lessons cannot be placed: a sentence by the position of the cell, for those that clash.

    Args:
        leave_out: placements that the cells will replace.
    """
    standing = all_holds(
        term, day,
        teachers={one.pk for cell in cells for one in _teaching(cell)},
        rooms={cell.room.pk for cell in cells if cell.room},
        leave_out=leave_out,
    )  # fmt: skip
    bells = bells_on({cell.school_class.school_id for cell in cells}, day)
    # New rows have no key yet: they are told apart by numbers below zero.
    made = [
        replace(each, placement=-number)
        for number, cell in enumerate(cells, 1)
        for each in _held(term, cell, bells)
    ]
    found: dict[int, str] = {}
    for clash in clashes([*standing, *made]):
        for new, other in ((clash.one, clash.other), (clash.other, clash.one)):
            position = -(new.placement or 0) - 1
            if position >= 0:
                found.setdefault(position, _sentence(cells[position], new, other))
    return found


def _teaching(cell: Cell) -> tuple[Person, ...]:
    return (cell.teacher, *cell.helpers) if cell.teacher else cell.helpers


def _held(term: Term, cell: Cell, bells: Bells) -> Iterator[Hold]:
    """Whom and which room a cell would hold; its class is looked at by its period."""
    row = _row(term, cell)
    for each in holds([row], bells):
        if each.kind != "class":
            yield each
    for who in cell.helpers:
        row.teacher = who
        yield from (each for each in holds([row], bells) if each.kind == "teacher")


def clash_free(term: Term, rows: Sequence[Placement], day: date) -> list[Placement]:
    """Those of these unsaved lessons that take nobody and no room already taken on the clock."""
    schools = SchoolClass.objects.in_bulk([row.school_class_id for row in rows])
    for row in rows:
        row.school_class = schools[row.school_class_id]
    bells = bells_on({each.school_id for each in schools.values()}, day)
    standing = all_holds(
        term, day,
        teachers={row.teacher_id for row in rows if row.teacher_id},
        rooms={row.room_id for row in rows if row.room_id},
    )  # fmt: skip
    return [row for row in rows if not clashes([*standing, *holds([row], bells)])]


def _sentence(cell: Cell, new: Hold, other: Hold) -> str:
    taught = next((one for one in _teaching(cell) if one.pk == new.key), None)
    who = taught if new.kind == "teacher" else cell.room
    clock = f"{other.start // 60:02d}:{other.start % 60:02d}"
    name = who.name if who else ""
    return f"{cell.where}：{name}在{weekday_name(other.weekday)} {clock} 已有{other.label}。"
