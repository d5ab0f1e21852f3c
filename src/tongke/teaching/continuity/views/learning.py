"""今天在家学习: the day of a pupil at home, for the pupil and the family, on the phone first."""

from datetime import date, timedelta
from functools import partial
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from tongke.foundation.people.models import Person
from tongke.foundation.people.web import AuthedRequest, number_in
from tongke.teaching.continuity import policy
from tongke.teaching.continuity.models import StandIn
from tongke.teaching.continuity.policy import Perm
from tongke.teaching.continuity.queries import learners
from tongke.teaching.continuity.queries.learners import LearnerDay, Task
from tongke.teaching.continuity.services import studying
from tongke.teaching.continuity.views.shared import asked_day, attempt, day_or_404
from tongke.teaching.homework import policy as homework
from tongke.teaching.homework.models import Homework
from tongke.teaching.homework.services.submissions import read_form


@require_GET
def today(request: AuthedRequest) -> HttpResponse:
    """The day's list in order; opening it is noted once for each emergency."""
    policy.require(request.actor, Perm.DAY_LEARN)
    children = list(policy.pupils(request.actor, Perm.DAY_LEARN).order_by("birth_date", "pk"))
    day, now = asked_day(request), timezone.now()
    one = _chosen(children, number_in(request, "child"), day)
    if one and one.whole and one.whole.orders:
        studying.note_opening(one.whole, one.pupil, teacher=False, at=now)
    context = {
        "children": children, "one": one, "day": day, "rows": _rows(one, now) if one else [],
        "guardian": request.actor.role == "guardian", "is_today": day == request.actor.today,
        "before": day - timedelta(days=1), "after": day + timedelta(days=1),
    }  # fmt: skip
    return render(request, "continuity/today.html", context)


def _chosen(children: list[Person], wanted: int | None, day: date) -> LearnerDay | None:
    """The day of the child asked for, else of the first who is at home, else of the first."""
    if wanted is not None:
        child = next((each for each in children if each.pk == wanted), None)
        if child is None:
            raise Http404
        return learners.learner_day(child, day)
    first = None
    for child in children:
        found = learners.learner_day(child, day)
        if found.tasks:
            return found
        first = first or found
    return first


def _rows(one: LearnerDay, now: Any) -> list[tuple[Task, str]]:
    return [(task, learners.soon(task.part, now)) for task in one.tasks]


def _task(request: AuthedRequest, pupil_id: int, day: str, seq: int) -> tuple[Person, Task]:
    pupil = policy.pupil_or_404(request.actor, pupil_id, Perm.DAY_LEARN)
    task = learners.learner_day(pupil, day_or_404(day)).task_at(seq)
    if task is None:
        raise Http404
    return pupil, task


@require_GET
def part(request: AuthedRequest, pupil_id: int, day: str, seq: int) -> HttpResponse:
    """One period: what to watch or read, the task, practice, a question, and done."""
    pupil, task = _task(request, pupil_id, day, seq)
    study = studying.open_task(task, pupil, at=timezone.now())
    stand_in = task.part.stand_in
    items = learners.practice(stand_in)
    rows = [(number, item, study.answers.get(str(item.pk))) for number, item in enumerate(items, 1)]
    context = {
        "pupil": pupil, "task": task, "part": task.part, "stand_in": stand_in, "study": study,
        "rows": rows, "own": request.actor.person == pupil, "day": task.part.day,
        "homework": _homework(request, stand_in),
    }  # fmt: skip
    return render(request, "continuity/part.html", context)


def _homework(request: AuthedRequest, stand_in: StandIn) -> list[Homework]:
    """The homework of a joint lesson that goes on live."""
    if stand_in.lesson_id is None:
        return []
    mine = homework.homework(request.actor, homework.Perm.HOMEWORK_READ)
    return list(mine.filter(lesson=stand_in.lesson_id).order_by("due_at"))


@require_POST
def part_done(request: AuthedRequest, pupil_id: int, day: str, seq: int) -> HttpResponse:
    """Mark a period as done, or take the mark back with `undo`; on to the next one."""
    pupil, task = _task(request, pupil_id, day, seq)
    act = studying.undo if "undo" in request.POST else partial(studying.finish, pupil=pupil)
    attempt(request, partial(act, task, by=request.actor, at=timezone.now()))
    return redirect(f"{reverse('continuity:today')}?day={day}&child={pupil.pk}")


@require_POST
def part_practise(request: AuthedRequest, pupil_id: int, day: str, seq: int) -> HttpResponse:
    """Hand in the practice of a period; it is marked at once."""
    pupil, task = _task(request, pupil_id, day, seq)
    items = learners.practice(task.part.stand_in)
    answers = read_form(request.POST, request.POST.getlist)
    act = partial(
        studying.practise, task, pupil, items, answers, by=request.actor, at=timezone.now()
    )
    attempt(request, act, "练习已批改。")
    return redirect("continuity:part", pupil_id, day, seq)


@require_POST
def part_ask(request: AuthedRequest, pupil_id: int, day: str, seq: int) -> HttpResponse:
    """Ask the teacher of a period."""
    pupil, task = _task(request, pupil_id, day, seq)
    text = request.POST.get("text", "")
    act = partial(studying.ask, task, pupil, text, by=request.actor, at=timezone.now())
    attempt(request, act, "已发给老师。")
    return redirect("continuity:part", pupil_id, day, seq)
