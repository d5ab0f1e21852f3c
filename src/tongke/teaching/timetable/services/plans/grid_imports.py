"""Timetables as schools keep them in .xlsx: read, matched to what is known, made a version."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.core.spreadsheets.archives import FileRefused
from tongke.core.spreadsheets.sheet import Limits
from tongke.core.spreadsheets.workbooks import Workbook
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Organisation
from tongke.teaching.timetable import gridsheets
from tongke.teaching.timetable.models import GridImport, PlanEntry, SchoolPlan, TeachingTask, Term
from tongke.teaching.timetable.queries.plans.imports import Matched, matched, plain
from tongke.teaching.timetable.queries.plans.problem import setting_of
from tongke.teaching.timetable.queries.plans.tasks import classes_of, tasks_of
from tongke.teaching.timetable.services.plans.tasks import TaskData, add_entries, add_task
from tongke.teaching.timetable.services.plans.versions import begin_plan, score

State = GridImport.State
_LIMITS = Limits(most_rows=gridsheets.MOST_ROWS, most_columns=gridsheets.MOST_COLUMNS)
_MOST_CELLS = 40_000


def pages_of(data: bytes) -> list[gridsheets.Page]:
    """The worksheets of a file as text; large ones are cut at the limits of a timetable.

    Raises:
        FileRefused: it is no .xlsx, is damaged, hostile or too large; a Chinese sentence.
    """
    if len(data) > _LIMITS.most_bytes:
        raise FileRefused(f"文件超过 {_LIMITS.most_bytes // 1048576} MB，请删去图片和多余内容。")
    pages = []
    with Workbook(data, _LIMITS) as book:
        for title in book.titles:
            rows: list[list[str]] = []
            for number, cells in book.rows(title, most=_LIMITS.most_rows):
                while len(rows) < number - 1:
                    rows.append([])
                rows.append([_text(value) for value in cells])
            merges = [
                (one.top - 1, one.left - 1, one.bottom - 1, one.right - 1)
                for one in book._scan(title)[1]
                if one.top <= _LIMITS.most_rows and one.left <= _LIMITS.most_columns
            ]
            pages.append(gridsheets.Page(title, rows, merges))
    return pages


def _strange(school: Organisation, reading: gridsheets.Reading) -> list[str]:
    """Tables in which no class is known while others have some: of teachers, of another school."""
    known = {plain(each.name) for each in classes_of(school)}
    named = {one.block for one in reading.cells if plain(one.school_class) in known}
    return [block for block in reading.blocks if block not in named] if named else []


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).replace("\r", "").strip()


@transaction.atomic
def upload(
    school: Organisation, term: Term, data: bytes, name: str, *,
    layouts: Mapping[str, gridsheets.Layout] | None = None, by: Actor, at: datetime,
) -> GridImport:  # fmt: skip
    """Read a file and keep what was understood, to be matched.

    Raises:
        Refused: the file cannot be read, or no timetable was found in it. Nothing is kept.
    """
    try:
        pages = pages_of(data)
    except FileRefused as broken:
        raise Refused(str(broken)) from broken
    reading = gridsheets.read(pages, layouts)
    if not reading.cells:
        told = reading.problems[0] if reading.problems else "文件里没有内容。"
        raise Refused(f"{told}请看下面的说明，或者指明星期和节次在哪里。")
    if len(reading.cells) > _MOST_CELLS:
        raise Refused("文件里的课太多，不像一所学校的课表。")
    row = GridImport.objects.create(
        term=term, school=school, filename=name[:120], created_by=by.person, created_at=at,
        blocks=list(reading.blocks),
        cells=[
            [one.block, one.school_class, one.weekday, one.seq, one.subject, one.teacher]
            for one in reading.cells
        ],
        mapping={"problems": list(reading.problems), "skipped": _strange(school, reading)},
    )  # fmt: skip
    record("timetable.grid_import.read", row, actor=by, at=at, detail={"cells": len(row.cells)})
    return row


@transaction.atomic
def match(
    row: GridImport, chosen: Mapping[str, Mapping[str, str]], skipped: Sequence[str], *,
    by: Actor, at: datetime,
) -> None:  # fmt: skip
    """Remember what names of the file mean, and which blocks are left out.

    Args:
        chosen: for "class", "subject" and "teacher": name of the file → key; "" leaves it out.

    Raises:
        Refused: the import is over.
    """
    if row.state != State.MAPPING:
        raise Refused("这次导入已经完成或放弃。")
    row.mapping = row.mapping | {kind: dict(names) for kind, names in chosen.items()}
    row.mapping["skipped"] = [each for each in skipped if each in row.blocks]
    row.save(update_fields=["mapping"])


@transaction.atomic
def make_plan(row: GridImport, *, name: str, by: Actor, at: datetime) -> SchoolPlan:
    """A draft version with every lesson of the file; tasks that are missing are made.

    Raises:
        Refused: the import is over, names are still unknown, or the tasks fit no week.
    """
    won = GridImport.objects.filter(pk=row.pk, state=State.MAPPING).update(state=State.DONE)
    if not won:
        raise Refused("这次导入已经完成或放弃。")
    found = matched(row, timezone.localdate(at))
    if found.unknown:
        raise Refused(f"还有 {len(found.unknown)} 个名字没有对上，请先选好，或者选“不导入”。")
    if not found.lessons:
        raise Refused("没有可以导入的课。")
    _tasks_for(row, found, by, at)
    plan = begin_plan(row.school, row.term, name=name, by=by, at=at)
    _place(plan, found)
    score(plan, setting_of(plan, timezone.localdate(at)))
    GridImport.objects.filter(pk=row.pk).update(plan=plan)
    row.state, row.plan = State.DONE, plan
    detail = {"file": row.filename, "lessons": len(found.lessons), "plan": plan.number}
    record("timetable.grid_import.done", row, actor=by, at=at, detail=detail)
    return plan


@transaction.atomic
def drop(row: GridImport, *, by: Actor, at: datetime) -> None:
    """Give an import up; nothing of it is kept but its name."""
    won = GridImport.objects.filter(pk=row.pk, state=State.MAPPING).update(
        state=State.DROPPED, cells=[]
    )
    if not won:
        raise Refused("这次导入已经完成或放弃。")
    record("timetable.grid_import.dropped", row, actor=by, at=at)


_Key = tuple[int, str]


def _tasks_for(row: GridImport, found: Matched, by: Actor, at: datetime) -> None:
    """Make the tasks that the file has and the term has not; more periods make a task longer."""
    known: dict[_Key, TeachingTask] = {}
    for task in tasks_of(row.school, row.term):
        for each in task.classes.all():
            known.setdefault((each.pk, task.subject_id), task)
    for key, lessons in found.by_task().items():
        if key not in known:
            school_class, subject = found.classes[key[0]], found.subjects[key[1]]
            teachers = [found.people[pk] for pk in found.teachers_of(key)]
            data = TaskData(
                subject=subject, classes=[school_class], teachers=teachers, periods=len(lessons)
            )
            add_task(row.school, row.term, data, by=by, at=at)


def _place(plan: SchoolPlan, found: Matched) -> None:
    """Put lessons where the file has them; what the tasks have no lesson for is left out."""
    tasks = tasks_of(plan.school, plan.term)
    add_entries(plan, tasks)
    entries: dict[int, list[PlanEntry]] = {}
    for entry in plan.entries.order_by("part"):
        entries.setdefault(entry.task_id, []).append(entry)
    places, moved = found.by_task(), []
    for task in tasks:
        first = next(iter(task.classes.all()), None)
        free = list(places.get((first.pk, task.subject_id), [])) if first else []
        for entry, length in zip(entries.get(task.pk, []), task.parts, strict=False):
            start = next(
                (at for at in free if all((at[0], at[1] + n) in free for n in range(length))), None
            )
            if start is None:
                continue
            for more in range(length):
                free.remove((start[0], start[1] + more))
            entry.weekday, entry.seq, entry.room_id = *start, task.room_id
            moved.append(entry)
    PlanEntry.objects.bulk_update(moved, ["weekday", "seq", "room"], batch_size=500)
