"""From a version to the timetables that everybody reads, in one transaction; and the way back."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.core.messages import register_kind
from tongke.foundation.campus.models import Room
from tongke.foundation.curriculum.models import Subject
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Person, SchoolClass
from tongke.teaching.timetable import planner
from tongke.teaching.timetable.models import Placement, PlanEntry, SchoolPlan, TeachingTask
from tongke.teaching.timetable.queries.plans.problem import Setting, setting_of
from tongke.teaching.timetable.services import notices
from tongke.teaching.timetable.services.placements import Cell, replace_weeks
from tongke.teaching.timetable.services.plans.versions import copy_plan, touch

State = SchoolPlan.State
PLAN = register_kind("timetable.plan", "新课表发布")


@transaction.atomic
def publish(plan: SchoolPlan, *, revision: int, by: Actor | None, at: datetime) -> int:
    """Let a version be the timetable of its school's classes; joint lessons stay where they are.

    It is checked again by the planner's independent checker, and against everything that holds
    teachers and rooms anywhere in the region.

    Returns:
        How many persons are told.

    Raises:
        Refused: it changed since the page was read, is closed, has lessons without a place,
            clashes, or breaks a hard rule that nobody accepted with a reason. Nothing is written.
    """
    plan = _take(plan, revision)
    setting = setting_of(plan, timezone.localdate(at))
    entries = list(plan.entries.select_related("room"))
    check_publishable(setting, entries)
    classes = {one.pk for task in setting.tasks.values() for one in task.classes.all()}
    old, new = replace_weeks(plan.term, classes, list(_cells(setting, entries)), at=at)
    former = SchoolPlan.objects.filter(
        school=plan.school, term=plan.term, state=State.PUBLISHED
    ).first()
    if former:
        SchoolPlan.objects.filter(pk=former.pk).update(state=State.RETIRED)
    plan.state, plan.published_at = State.PUBLISHED, at
    plan.replaced = [_packed(row) for row in old]
    plan.save(update_fields=["state", "published_at", "replaced"])
    touch(plan)
    detail = {
        "number": plan.number, "lessons": len(new), "former": former.number if former else None,
        "accepted": [each.reason for each in entries if each.reason],
    }  # fmt: skip
    record("timetable.school_plan.published", plan, actor=by, at=at, detail=detail)
    return _tell(plan, _touched(old, new), "published", at)


@transaction.atomic
def withdraw(plan: SchoolPlan, *, by: Actor | None, at: datetime) -> SchoolPlan:
    """Take a published version back: the timetable before it stands again.

    Returns:
        A copy of the version to go on with.

    Raises:
        Refused: it is not published, or the timetable before it does not fit any more.
    """
    won = SchoolPlan.objects.filter(pk=plan.pk, state=State.PUBLISHED).update(state=State.RETIRED)
    if not won:
        raise Refused("这个方案不是正在使用的课表。")
    plan.refresh_from_db()
    setting = setting_of(plan, timezone.localdate(at))
    classes = {one.pk for task in setting.tasks.values() for one in task.classes.all()}
    # Tasks may have been taken away since: whatever publishing emptied is emptied and filled.
    classes |= {row["class"] for row in plan.replaced}
    old, new = replace_weeks(plan.term, classes, _Former(plan.replaced).cells, at=at)
    former = (
        SchoolPlan.objects.filter(
            school=plan.school, term=plan.term, state=State.RETIRED,
            published_at__lt=plan.published_at,
        )
        .order_by("-published_at")
        .first()
    )  # fmt: skip
    if former and plan.replaced:
        SchoolPlan.objects.filter(pk=former.pk).update(state=State.PUBLISHED)
    detail = {"number": plan.number, "back_to": former.number if former else None}
    record("timetable.school_plan.withdrawn", plan, actor=by, at=at, detail=detail)
    _tell(plan, _touched(old, new), "withdrawn", at)
    return copy_plan(plan, name=f"{plan.name}（修改）"[:40], by=by, at=at)


def faults(setting: Setting, entries: Sequence[PlanEntry]) -> list[planner.Violation]:
    """Why a version cannot be published: every clash, and hard rules that nobody accepted."""
    reasons = {each.key for each in entries if each.reason}
    found = planner.check(setting.problem, setting.timetable(entries))
    return [
        each for each in found
        if each.hard and (not each.rule or not reasons & set(each.activities))
    ]  # fmt: skip


def check_publishable(setting: Setting, entries: Sequence[PlanEntry]) -> None:
    """Refuse what may not become a timetable, in the words of what is wrong.

    Raises:
        Refused: lessons without a place, clashes, broken hard rules that nobody accepted.
    """
    placed = setting.timetable(entries)
    waiting = [each.key for each in setting.problem.activities if each.key not in placed]
    if waiting:
        name = setting.activity(waiting[0]).name
        raise Refused(f"还有 {len(waiting)} 节课没有排（{name}等），不能发布。")
    found = faults(setting, entries)
    if found:
        more = f"（共 {len(found)} 处）" if found[1:] else ""
        raise Refused(f"{found[0].sentence.rstrip('。')}{more}，不能发布。")


def _take(plan: SchoolPlan, revision: int) -> SchoolPlan:
    row = SchoolPlan.objects.select_for_update(of=("self",)).select_related("school", "term").get(
        pk=plan.pk
    )  # fmt: skip
    if not row.open:
        raise Refused("这个方案正在计算，或者已经发布、停用。")
    if row.revision != revision:
        raise Refused("方案刚刚被改过，没有发布。请看清现在的课表再发布。")
    return row


def _cells(setting: Setting, entries: Iterable[PlanEntry]) -> Iterable[Cell]:
    """One cell for each class and period of every lesson."""
    for entry in entries:
        task = setting.tasks.get(entry.task_id)
        if task is None or entry.weekday is None or entry.seq is None:
            continue
        if entry.part >= len(task.parts):
            continue
        teachers = list(task.teachers.all())
        first = setting.week.seqs.index(entry.seq)
        for seq in setting.week.seqs[first : first + task.parts[entry.part]]:
            for school_class in task.classes.all():
                yield Cell(
                    school_class=school_class, weekday=entry.weekday, seq=seq,
                    subject=task.subject, teacher=teachers[0] if teachers else None,
                    room=entry.room, task=task.pk, helpers=tuple(teachers[1:]),
                    weeks=task.weeks,
                )  # fmt: skip


def _packed(row: Placement) -> dict[str, Any]:
    return {
        "class": row.school_class_id, "weekday": row.weekday, "seq": row.seq,
        "subject": row.subject_id, "teacher": row.teacher_id, "room": row.room_id,
        "task": row.task_id, "weeks": row.weeks,
        "helpers": [each.pk for each in row.helpers.all()],
    }  # fmt: skip


class _Former:
    """Cells of a timetable that was taken away, with whoever of them is still there."""

    def __init__(self, rows: Sequence[dict[str, Any]]) -> None:
        self._rows = rows
        self._classes = SchoolClass.objects.select_related("school").in_bulk(
            {row["class"] for row in rows}
        )
        self._subjects = Subject.objects.in_bulk({row["subject"] for row in rows})
        people = {pk for row in rows for pk in (row["teacher"], *row["helpers"]) if pk}
        self._people = Person.objects.in_bulk(people)
        self._rooms = Room.objects.in_bulk({row["room"] for row in rows if row["room"]})
        self._tasks = set(
            TeachingTask.objects.filter(pk__in={row["task"] for row in rows if row["task"]})
            .values_list("pk", flat=True)
        )  # fmt: skip

    @property
    def cells(self) -> list[Cell]:
        """One for each row whose class and subject are still there."""
        return [
            self._cell(row) for row in self._rows
            if row["class"] in self._classes and row["subject"] in self._subjects
        ]  # fmt: skip

    def _cell(self, row: dict[str, Any]) -> Cell:
        return Cell(
            school_class=self._classes[row["class"]], weekday=row["weekday"], seq=row["seq"],
            subject=self._subjects[row["subject"]], teacher=self._people.get(row["teacher"]),
            room=self._rooms.get(row["room"]), weeks=row["weeks"],
            task=row["task"] if row["task"] in self._tasks else None,
            helpers=tuple(self._people[pk] for pk in row["helpers"] if pk in self._people),
        )  # fmt: skip


def _touched(old: Iterable[Placement], new: Iterable[Placement]) -> set[int]:
    """Teachers whose lessons are others now, and the homeroom teachers of their classes."""

    def told(rows: Iterable[Placement]) -> set[tuple[int | None, int, int, int, str]]:
        return {
            (row.teacher_id, row.school_class_id, row.weekday, row.seq, row.subject_id)
            for row in rows
        }

    changed = told(old) ^ told(new)
    homeroom = SchoolClass.objects.filter(pk__in={each[1] for each in changed}).values_list(
        "homeroom_teacher", flat=True
    )
    return {pk for pk in (*(each[0] for each in changed), *homeroom) if pk is not None}


def _tell(plan: SchoolPlan, people: set[int], occasion: str, at: datetime) -> int:
    word = "已发布" if occasion == "published" else "已撤回，恢复原来的课表"
    return notices.tell(
        people, PLAN, f"{plan.school.short_name}新课表{word}",
        body=f"{plan.term.name}课表 v{plan.number}“{plan.name}”{word}，请查看自己的课表。",
        key=f"school-plan:{plan.pk}:{occasion}:{at.isoformat()}", url=reverse("timetable:mine"),
    )  # fmt: skip
