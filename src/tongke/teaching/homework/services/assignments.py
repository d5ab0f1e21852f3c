"""Setting homework: draft, open to the classes of the lesson, close."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.core.jobs import task
from tongke.core.profile import current
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import SchoolClass
from tongke.teaching.assessment.models import Item
from tongke.teaching.classroom.services import protocol
from tongke.teaching.homework.models import Homework, HomeworkClass, HomeworkItem
from tongke.teaching.homework.profile import HomeworkProfile
from tongke.teaching.homework.services import telling
from tongke.teaching.timetable.models import Lesson

_NO_LESSON = (Lesson.State.NOT_HELD, Lesson.State.CANCELLED)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a teacher fills in: title, minutes a pupil needs, when it is due, which items."""

    title: str
    minutes: int
    due_at: datetime
    items: Sequence[Item]


@transaction.atomic
def draft(lesson: Lesson, plan: Plan, *, by: Actor, at: datetime) -> Homework:
    """A new draft for a lesson.

    Raises:
        Refused: the lesson did not take place, there are no items or too many, or the due time is
            in the past; nothing is written.
    """
    if lesson.state in _NO_LESSON:
        raise Refused("这节课没有上，不能布置作业。")
    _check(plan, at)
    homework = Homework.objects.create(
        lesson=lesson, title=plan.title, minutes=plan.minutes, due_at=plan.due_at,
        set_by=by.person, created_at=at,
    )  # fmt: skip
    _put_items(homework, plan.items)
    record("homework.homework.drafted", homework, actor=by, at=at)
    return homework


@transaction.atomic
def revise(homework: Homework, plan: Plan, *, by: Actor, at: datetime) -> None:
    """Change a draft.

    Raises:
        Refused: it is given out already, or the plan does not hold; nothing is written.
    """
    _check(plan, at)
    drafts = Homework.objects.filter(pk=homework.pk, state=Homework.State.DRAFT)
    if not drafts.update(title=plan.title, minutes=plan.minutes, due_at=plan.due_at):
        raise Refused("作业已经布置，不能再改题目；可以另布置一份。")
    homework.items.all().delete()
    _put_items(homework, plan.items)
    homework.refresh_from_db()
    record("homework.homework.revised", homework, actor=by, at=at)


def _check(plan: Plan, at: datetime) -> None:
    most = current(HomeworkProfile).item_most
    if not plan.items:
        raise Refused("还没有选题，请至少选一道。")
    if len(plan.items) > most:
        raise Refused(f"一份作业最多 {most} 题，现在选了 {len(plan.items)} 题。")
    if plan.due_at <= at:
        raise Refused("截止时间已经过去，请选以后的时间。")


def _put_items(homework: Homework, items: Sequence[Item]) -> None:
    HomeworkItem.objects.bulk_create(
        HomeworkItem(homework=homework, item=item, seq=seq, points=item.points)
        for seq, item in enumerate(items, start=1)
    )


@transaction.atomic
def give_out(homework: Homework, *, by: Actor, at: datetime) -> None:
    """Open a draft to every class of its lesson; pupils and guardians are told by the worker.

    Raises:
        Refused: it is no draft any more, its due time has passed, the lesson did not take place or
            has no classes, or a class is too young for written homework; nothing is written.
    """
    if homework.due_at <= at:
        raise Refused("截止时间已经过去，请先改截止时间。")
    classes = _classes(homework)
    drafts = Homework.objects.filter(pk=homework.pk, state=Homework.State.DRAFT)
    if not drafts.update(state=Homework.State.OPEN, opened_at=at):
        raise Refused("作业已经布置。")
    homework.refresh_from_db()
    HomeworkClass.objects.bulk_create(
        HomeworkClass(homework=homework, school_class=one) for one in classes
    )
    telling.tell_set.enqueue(key=str(homework.pk), homework_id=homework.pk)
    protocol.tick_event(homework.lesson, "homework_opened", by=by.person, at=at)
    record("homework.homework.opened", homework, actor=by, at=at)


def _classes(homework: Homework) -> list[SchoolClass]:
    lesson = Lesson.objects.get(pk=homework.lesson_id)
    if lesson.state in _NO_LESSON:
        raise Refused("这节课没有上，不能布置作业。")
    classes = list(
        SchoolClass.objects.filter(lesson_classes__lesson=lesson).select_related("school")
    )
    if not classes:
        raise Refused("这节课没有上课班级，不能布置作业。")
    limits = current(HomeworkProfile).daily_minutes
    for one in classes:
        if limits.get(one.grade_code) == 0:
            raise Refused(f"{one.school.short_name} {one.name}按规定不留书面家庭作业。")
    return classes


@transaction.atomic
def close(homework: Homework, *, by: Actor | None, at: datetime) -> None:
    """End a homework; what was handed in stays.

    Raises:
        Refused: it is not open; nothing is written.
    """
    rows = Homework.objects.filter(pk=homework.pk, state=Homework.State.OPEN)
    if not rows.update(state=Homework.State.CLOSED):
        raise Refused("这份作业不在布置中。")
    homework.refresh_from_db()
    record("homework.homework.closed", homework, actor=by, at=at)


def close_overdue(*, at: datetime) -> int:
    """End every homework that is not taken any more, late hours included; returns how many.

    Safe to run twice.
    """
    late = timedelta(hours=current(HomeworkProfile).late_hours)
    over = Homework.objects.filter(state=Homework.State.OPEN, due_at__lt=at - late)
    count = 0
    for homework in over.order_by("due_at", "pk")[:1000]:
        close(homework, by=None, at=at)
        count += 1
    return count


@task("homework.close_overdue", every_minutes=15)
def close_job() -> None:
    """End what is not taken any more. Safe to run twice."""
    close_overdue(at=timezone.now())
