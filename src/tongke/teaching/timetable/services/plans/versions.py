"""Versions of a school's plan: begun, copied, scored, given up."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Organisation
from tongke.teaching.timetable import planner
from tongke.teaching.timetable.models import (
    Placement,
    PlanEntry,
    SchoolPlan,
    TeachingTask,
    Term,
)
from tongke.teaching.timetable.queries.plans.problem import Setting, setting_of
from tongke.teaching.timetable.queries.plans.tasks import places_of, tasks_of
from tongke.teaching.timetable.services.plans.tasks import add_entries

State = SchoolPlan.State


@transaction.atomic
def begin_plan(
    school: Organisation,
    term: Term,
    *,
    name: str,
    source: Term | None = None,
    by: Actor | None,
    at: datetime,
) -> SchoolPlan:
    """Begin a version: empty, or with every lesson where the timetable of a term has it.

    Args:
        source: the term whose timetable it takes over.

    Raises:
        Refused: no name, no tasks, no bells, or tasks that no timetable can hold.
    """
    tasks = tasks_of(school, term)
    plan = _new(school, term, name, None, by, at)
    add_entries(plan, tasks)
    if source is not None:
        _take_over(plan, tasks, places_of(school, source))
    score(plan, setting_of(plan, timezone.localdate(at)))
    record("timetable.school_plan.begun", plan, actor=by, at=at, detail={"number": plan.number})
    return plan


@transaction.atomic
def copy_plan(
    plan: SchoolPlan,
    *,
    name: str,
    relax: Sequence[str] = (),
    note: str = "",
    by: Actor | None,
    at: datetime,
) -> SchoolPlan:
    """A new version with everything where it stands in another, some rules relaxed besides."""
    fresh = _new(plan.school, plan.term, name, plan, by, at)
    fresh.relaxed = sorted({*plan.relaxed, *relax})
    fresh.note = note[:200]
    fresh.save(update_fields=["relaxed", "note"])
    tasks = tasks_of(plan.school, plan.term)
    known = {(task.pk, part) for task in tasks for part in range(len(task.parts))}
    PlanEntry.objects.bulk_create(
        (
            PlanEntry(
                plan=fresh, task_id=each.task_id, part=each.part, weekday=each.weekday,
                seq=each.seq, room_id=each.room_id, locked=each.locked, reason=each.reason,
            )
            for each in plan.entries.all()
            if (each.task_id, each.part) in known
        ),
        batch_size=500,
    )  # fmt: skip
    add_entries(fresh, tasks)
    score(fresh, setting_of(fresh, timezone.localdate(at)))
    detail = {"number": fresh.number, "from": plan.number, "relaxed": list(relax)}
    record("timetable.school_plan.copied", fresh, actor=by, at=at, detail=detail)
    return fresh


@transaction.atomic
def retire_plan(plan: SchoolPlan, *, by: Actor | None, at: datetime) -> None:
    """Give a version up.

    Raises:
        Refused: it is published, computed, or given up already.
    """
    won = SchoolPlan.objects.filter(pk=plan.pk, state__in=[State.DRAFT, State.READY]).update(
        state=State.RETIRED
    )
    if not won:
        raise Refused("这个方案已经发布、停用或正在计算，不能放弃。")
    plan.state = State.RETIRED
    record("timetable.school_plan.retired", plan, actor=by, at=at)


def score(plan: SchoolPlan, setting: Setting) -> None:
    """Note what a version costs as it stands, and whether everything in it has a place."""
    entries = list(plan.entries.all())
    hard, soft = planner.score(setting.problem, setting.timetable(entries))
    complete = bool(entries) and all(each.weekday for each in entries)
    plan.hard, plan.soft = hard, soft
    if plan.state in {State.DRAFT, State.READY}:
        plan.state = State.READY if complete and not hard else State.DRAFT
    plan.save(update_fields=["hard", "soft", "state"])


def touch(plan: SchoolPlan) -> None:
    """Count a change of a version, so that a second editor's page is known to be old."""
    SchoolPlan.objects.filter(pk=plan.pk).update(revision=F("revision") + 1)
    plan.refresh_from_db(fields=["revision"])


def _new(
    school: Organisation, term: Term, name: str, parent: SchoolPlan | None, by: Actor | None,
    at: datetime,
) -> SchoolPlan:  # fmt: skip
    if not name.strip():
        raise Refused("请给方案起个名字。")
    # One writer at a time counts the versions of a term.
    Term.objects.select_for_update().get(pk=term.pk)
    last = SchoolPlan.objects.filter(school=school, term=term).aggregate(n=Max("number"))["n"]
    return SchoolPlan.objects.create(
        school=school, term=term, number=(last or 0) + 1, name=name.strip()[:40], parent=parent,
        created_by=by.person if by else None, created_at=at,
    )  # fmt: skip


def _take_over(
    plan: SchoolPlan,
    tasks: Iterable[TeachingTask],
    places: dict[tuple[int, str], list[Placement]],
) -> None:
    """Put lessons where these placements have them; what is left over is not placed."""
    entries: dict[int, list[PlanEntry]] = {}
    for entry in plan.entries.order_by("task", "part"):
        entries.setdefault(entry.task_id, []).append(entry)
    moved: list[PlanEntry] = []
    for task in tasks:
        first = next(iter(task.classes.all()), None)
        if first is None:
            continue
        # Classes of one lesson have it at the same time: the first one's places will do.
        free = places.get((first.pk, task.subject_id), [])
        teachers = {each.pk for each in task.teachers.all()}
        mine = [row for row in free if not teachers or row.teacher_id in teachers]
        for entry, length in zip(entries.get(task.pk, []), task.parts, strict=False):
            taken = _pick(mine, length)
            if taken:
                entry.weekday, entry.seq = taken[0].weekday, taken[0].seq
                needs = task.room_id or task.room_kind
                entry.room_id = (task.room_id or taken[0].room_id) if needs else None
                moved.append(entry)
            for row in taken:
                mine.remove(row)
                free.remove(row)
    PlanEntry.objects.bulk_update(moved, ["weekday", "seq", "room"], batch_size=500)


def _pick(rows: list[Placement], length: int) -> list[Placement]:
    """So many placements in a row of one day, the first there are; nothing when there are none."""
    for row in rows:
        wanted = [(row.weekday, row.seq + more) for more in range(length)]
        found = [one for one in rows if (one.weekday, one.seq) in wanted]
        if len(found) == length:
            return sorted(found, key=lambda one: one.seq)
    return []
