"""Messages about homework: newly set, soon due, marked otherwise by a teacher."""

from collections import defaultdict
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from tongke.core import messages
from tongke.core.jobs import task
from tongke.core.profile import current
from tongke.foundation.people.actors import now
from tongke.foundation.people.models import Account, Enrolment, Guardianship, Person
from tongke.teaching.homework.models import Homework, Response, Submission
from tongke.teaching.homework.profile import HomeworkProfile

SET = messages.register_kind("homework.set", "新作业")
DUE = messages.register_kind("homework.due", "作业快到时间")
MARKED = messages.register_kind("homework.marked", "作业改判")


@task("homework.tell_set")
def tell_set(homework_id: int) -> None:
    """Tell pupils and guardians of a new homework. Safe to run twice: messages have keys."""
    homework = Homework.objects.get(pk=homework_id)
    if homework.opened_at is None:
        return
    day = timezone.localdate(homework.opened_at)
    pupils = {one.pk: one for one in _pupils(homework, homework.opened_at)}
    title = f"新作业：{homework.title}"
    told = [(account, title) for account in Account.objects.filter(person__in=pupils)]
    children: dict[int, list[str]] = defaultdict(list)
    held = Guardianship.objects.filter(now(day), child__in=pupils).order_by("child")
    for guardian, child in held.values_list("guardian", "child"):
        children[guardian].append(pupils[child].name)
    for account in Account.objects.filter(person__in=children):
        names = "、".join(children[account.person_id])
        told.append((account, f"{names}的新作业：{homework.title}"))
    body = f"{_moment(homework.due_at)}前完成，约 {homework.minutes} 分钟"
    _notify(told, SET, homework, "homework", body)


def _pupils(homework: Homework, at: datetime) -> QuerySet[Person]:
    roll = Enrolment.objects.filter(
        now(timezone.localdate(at)), school_class__homework__homework=homework
    )
    return Person.objects.filter(pk__in=roll.values("pupil"))


def _moment(at: datetime) -> str:
    local = timezone.localtime(at)
    return f"{local.month}月{local.day}日 {local:%H:%M} "


def _notify(
    told: list[tuple[Account, str]], kind: str, homework: Homework, key: str, body: str
) -> None:
    messages.notify_many(
        kind, told, key=f"{key}:{homework.pk}", body=body,
        url=reverse("homework:homework-open", args=[homework.pk]),
    )  # fmt: skip


def remind(*, at: datetime) -> int:
    """Remind pupils, once, of homework that is soon due; returns how many reminders there were."""
    soon = at + timedelta(hours=current(HomeworkProfile).remind_hours)
    rows = Homework.objects.filter(state=Homework.State.OPEN, due_at__gt=at, due_at__lte=soon)
    count = 0
    for homework in rows:
        done = Submission.objects.filter(homework=homework).exclude(state=Submission.State.DOING)
        waiting = _pupils(homework, at).exclude(pk__in=done.values("pupil"))
        body = f"{_moment(homework.due_at)}截止，做到哪里都会保存"
        title = f"快到时间了：{homework.title}"
        told = [(account, title) for account in Account.objects.filter(person__in=waiting)]
        _notify(told, DUE, homework, "homework-due", body)
        count += len(told)
    return count


@task("homework.remind", every_minutes=30)
def remind_job() -> None:
    """Remind of homework that is soon due. Safe to run twice."""
    remind(at=timezone.now())


def tell_overruled(response: Response) -> None:
    """Tell the pupil that a teacher set another mark, and why."""
    submission = response.submission
    account = Account.objects.filter(person=submission.pupil_id).first()
    assert response.overruled_at is not None
    if account is not None:
        messages.notify(
            account, MARKED,
            f"老师改判了《{submission.homework.title}》第 {response.homework_item.seq} 题",
            key=f"overruled:{response.pk}:{response.overruled_at.timestamp()}",
            body=response.overruled_reason,
            url=reverse("homework:homework-open", args=[submission.homework_id]),
        )  # fmt: skip
