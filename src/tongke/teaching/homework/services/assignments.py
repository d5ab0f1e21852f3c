"""Setting homework: draft, open to the classes of the lesson, close."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.urls import reverse

from tongke.core import messages
from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.core.profile import current
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Account
from tongke.teaching.assessment.models import Item
from tongke.teaching.classroom.services import protocol
from tongke.teaching.homework.models import Homework, HomeworkClass, HomeworkItem
from tongke.teaching.homework.profile import HomeworkProfile
from tongke.teaching.timetable.models import Lesson

SET = messages.register_kind("homework.set", "新作业")
MARKED = messages.register_kind("homework.marked", "作业已批改")


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
        Refused: no items, too many, or a due time in the past; nothing is written.
    """
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
    """Open a draft to every class of its lesson and tell pupils and guardians once.

    Raises:
        Refused: it is no draft any more, or its due time has passed; nothing is written.
    """
    if homework.due_at <= at:
        raise Refused("截止时间已经过去，请先改截止时间。")
    drafts = Homework.objects.filter(pk=homework.pk, state=Homework.State.DRAFT)
    if not drafts.update(state=Homework.State.OPEN, opened_at=at):
        raise Refused("作业已经布置。")
    homework.refresh_from_db()
    classes = homework.lesson.classes.values_list("school_class_id", flat=True)
    HomeworkClass.objects.bulk_create(
        HomeworkClass(homework=homework, school_class_id=pk) for pk in classes
    )
    _tell(homework, at)
    protocol.tick_event(homework.lesson, "homework_opened", by=by.person, at=at)
    record("homework.homework.opened", homework, actor=by, at=at)


def _tell(homework: Homework, at: datetime) -> None:
    day = at.date()
    enrolled = {
        "person__enrolments__school_class__homework__homework": homework,
        "person__enrolments__until": None,
        "person__enrolments__since__lte": day,
    }
    url = reverse("homework:homework-open", args=[homework.pk])
    due = f"{homework.due_at.astimezone():%m月%d日 %H:%M} 前完成，约 {homework.minutes} 分钟"
    for account in Account.objects.filter(**enrolled).distinct():
        messages.notify(
            account, SET, f"新作业：{homework.title}", key=f"homework:{homework.pk}",
            body=due, url=url,
        )  # fmt: skip


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
