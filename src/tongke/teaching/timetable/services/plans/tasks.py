"""Teaching tasks: written by hand, from the present timetable, or from another term."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.foundation.campus.models import Room
from tongke.foundation.curriculum.models import Subject
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Organisation, Person, SchoolClass
from tongke.teaching.timetable.models import (
    PlanEntry,
    PlanRule,
    SchoolPlan,
    TeachingTask,
    Term,
)
from tongke.teaching.timetable.queries.plans.tasks import Derived, derived, tasks_of

State = SchoolPlan.State
MOST_PERIODS = 40


@dataclass(frozen=True, kw_only=True)
class TaskData:
    """What a teaching task says."""

    subject: Subject
    classes: Sequence[SchoolClass]
    teachers: Sequence[Person] = ()
    periods: int = 1
    doubles: int = 0
    room: Room | None = None
    room_kind: str = ""
    parallel: str = ""
    weeks: str = TeachingTask.Weeks.ALL
    tags: str = ""
    note: str = ""


@transaction.atomic
def add_task(
    school: Organisation, term: Term, data: TaskData, *, by: Actor | None, at: datetime
) -> TeachingTask:
    """Add a task; open versions get its lessons, not placed yet.

    Raises:
        Refused: see `_check`.
    """
    _check(school, data)
    task = TeachingTask.objects.create(school=school, term=term, created_at=at, **_fields(data))
    _link(task, data)
    sync_entries(school, term, [task])
    record("timetable.task.added", task, actor=by, at=at, detail=_detail(data))
    return task


@transaction.atomic
def edit_task(task: TeachingTask, data: TaskData, *, by: Actor | None, at: datetime) -> None:
    """Change a task; open versions lose or gain lessons by it, published ones stay as they are.

    Raises:
        Refused: see `_check`.
    """
    _check(task.school, data)
    for name, value in _fields(data).items():
        setattr(task, name, value)
    task.save(update_fields=list(_fields(data)))
    _link(task, data)
    sync_entries(task.school, task.term, [task])
    record("timetable.task.edited", task, actor=by, at=at, detail=_detail(data))


@transaction.atomic
def remove_tasks(tasks: Collection[TeachingTask], *, by: Actor | None, at: datetime) -> int:
    """Take tasks away, with their lessons in open versions; returns how many.

    Raises:
        Refused: a published or former timetable holds lessons of one.
    """
    held = PlanEntry.objects.filter(
        task__in=tasks, plan__state__in=[State.PUBLISHED, State.RETIRED], weekday__gt=0
    ).select_related("task__subject")
    one = held.first()
    if one is not None:
        raise Refused(f"{one.task.subject.name}的课已经在发布过的课表里，任务不能删除，可以改。")
    for task in tasks:
        record("timetable.task.removed", task, actor=by, at=at, detail={"term": task.term_id})
    count = len(tasks)
    TeachingTask.objects.filter(pk__in=[task.pk for task in tasks]).delete()
    return count


@transaction.atomic
def derive_tasks(
    school: Organisation, term: Term, *, source: Term, by: Actor | None, at: datetime
) -> int:
    """Make the tasks that the timetable of a term tells of; what is there already stays.

    Returns:
        How many tasks are new.

    Raises:
        Refused: that timetable is empty.
    """
    found = derived(school, source)
    if not found:
        raise Refused(f"{school.short_name}在{source.name}还没有课表，不能生成教学任务。")
    known = {
        (each.subject_id, tuple(sorted(one.pk for one in each.classes.all())), each.weeks)
        for each in tasks_of(school, term)
    }
    fresh = [each for each in found if (each.subject, each.classes, each.weeks) not in known]
    made = _create(school, term, fresh, at)
    detail = {"count": len(made), "source": source.pk}
    record("timetable.task.derived", term, actor=by, at=at, detail=detail)
    return len(made)


@transaction.atomic
def copy_tasks(
    school: Organisation, term: Term, *, source: Term, by: Actor | None, at: datetime
) -> int:
    """Take over the tasks and rules of another term; classes that are closed are left out.

    Returns:
        How many tasks are new.

    Raises:
        Refused: the term itself, or it has no tasks, or tasks are there already.
    """
    if source == term or TeachingTask.objects.filter(school=school, term=term).exists():
        raise Refused("本学期已经有教学任务，不能再从上学期复制。")
    old = tasks_of(school, source)
    if not old:
        raise Refused(f"{source.name}没有教学任务，可以改用“从课表生成”。")
    count = 0
    for task in old:
        classes = [each for each in task.classes.all() if each.closed_on is None]
        if classes:
            data = TaskData(
                subject=task.subject, classes=classes, teachers=list(task.teachers.all()),
                periods=task.periods, doubles=task.doubles, room=task.room, weeks=task.weeks,
                room_kind=task.room_kind, parallel=task.parallel, tags=task.tags, note=task.note,
            )  # fmt: skip
            fresh = TeachingTask.objects.create(
                school=school, term=term, created_at=at, **_fields(data)
            )
            _link(fresh, data)
            count += 1
    for rule in PlanRule.objects.filter(school=school, term=source):
        rule.pk, rule.term, rule.created_at = None, term, at
        rule._state.adding = True
        rule.save()
    detail = {"count": count, "source": source.pk}
    record("timetable.task.copied", term, actor=by, at=at, detail=detail)
    return count


def _create(
    school: Organisation, term: Term, found: Iterable[Derived], at: datetime
) -> list[TeachingTask]:
    """Many tasks at once; the caller audits."""
    listed = list(found)
    made = TeachingTask.objects.bulk_create(
        TeachingTask(
            school=school, term=term, subject_id=each.subject, periods=each.periods,
            room_id=each.room, weeks=each.weeks, created_at=at,
        )
        for each in listed
    )  # fmt: skip
    classes, teachers = TeachingTask.classes.through, TeachingTask.teachers.through
    classes.objects.bulk_create(
        classes(teachingtask_id=task.pk, schoolclass_id=pk)
        for task, each in zip(made, listed, strict=True)
        for pk in each.classes
    )
    teachers.objects.bulk_create(
        teachers(teachingtask_id=task.pk, person_id=pk)
        for task, each in zip(made, listed, strict=True)
        for pk in each.teachers
    )
    sync_entries(school, term, made)
    return made


def sync_entries(school: Organisation, term: Term, tasks: Sequence[TeachingTask]) -> None:
    """Let every open version have exactly the lessons of these tasks; placed ones stay."""
    plans = SchoolPlan.objects.filter(
        school=school, term=term, state__in=[State.DRAFT, State.READY, State.COMPUTING]
    )
    for plan in plans:
        add_entries(plan, tasks)
        for task in tasks:
            plan.entries.filter(task=task, part__gte=len(task.parts)).delete()


def add_entries(plan: SchoolPlan, tasks: Iterable[TeachingTask]) -> None:
    """Lessons, not placed, of tasks that a version does not have yet."""
    have = set(plan.entries.values_list("task", "part"))
    PlanEntry.objects.bulk_create(
        (
            PlanEntry(plan=plan, task=task, part=part)
            for task in tasks
            for part in range(len(task.parts))
            if (task.pk, part) not in have
        ),
        batch_size=500,
    )


def _check(school: Organisation, data: TaskData) -> None:
    if not data.classes:
        raise Refused("请至少选一个班级。")
    if any(each.school_id != school.pk for each in data.classes):
        raise Refused(f"班级不都是{school.name}的。")
    if not 1 <= data.periods <= MOST_PERIODS:
        raise Refused(f"每周节数应在 1 到 {MOST_PERIODS} 之间。")
    if data.doubles * 2 > data.periods:
        raise Refused(f"每周 {data.periods} 节，最多 {data.periods // 2} 次连堂。")
    if data.room and data.room.school_id != school.pk:
        raise Refused(f"“{data.room.name}”不是{school.name}的教室。")


def _fields(data: TaskData) -> dict[str, object]:
    return {
        "subject": data.subject, "periods": data.periods, "doubles": data.doubles,
        "room": data.room, "room_kind": "" if data.room else data.room_kind,
        "parallel": data.parallel.strip(), "weeks": data.weeks, "tags": data.tags.strip(),
        "note": data.note.strip(),
    }  # fmt: skip


def _link(task: TeachingTask, data: TaskData) -> None:
    task.classes.set(data.classes)
    task.teachers.set(data.teachers)


def _detail(data: TaskData) -> dict[str, object]:
    return {
        "subject": data.subject.pk, "classes": [each.pk for each in data.classes],
        "teachers": [each.pk for each in data.teachers], "periods": data.periods,
    }  # fmt: skip
