"""Teaching tasks of a school's term: list, form, workbook, from the present timetable."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongke.core.errors import Refused
from tongke.core.spreadsheets import export_xlsx
from tongke.core.web import excel_response, page_of
from tongke.foundation.people.models import Organisation
from tongke.foundation.people.web import AuthedRequest
from tongke.teaching.timetable import policy_plans as policy
from tongke.teaching.timetable import sheets_plans as sheets
from tongke.teaching.timetable.forms import whole
from tongke.teaching.timetable.forms_plans import TaskForm, task_initial
from tongke.teaching.timetable.models import TeachingTask, Term
from tongke.teaching.timetable.policy_plans import PlanPerm
from tongke.teaching.timetable.queries import staff
from tongke.teaching.timetable.queries.plans import tasks as queries
from tongke.teaching.timetable.services.plans import tasks as services
from tongke.teaching.timetable.views.school_plans_shared import (
    Place,
    attempt,
    place_or_404,
    school_url,
)


@require_GET
def task_list(request: AuthedRequest, pk: int) -> HttpResponse:
    """The teaching tasks of a school's term."""
    place = place_or_404(request, pk)
    rows = _rows(request, place)
    context = {
        "place": place, "page": page_of(request, rows),
        "subjects": queries.subjects_of(place.school, place.term),
        "classes": [(each.pk, each.name) for each in queries.classes_of(place.school)],
        "totals": queries.totals(place.school, place.term),
        "terms": [each for each in place.at.terms if each[0] != place.term.pk],
    }  # fmt: skip
    return render(request, "timetable/plans/task_list.html", context)


def _rows(request: AuthedRequest, place: Place) -> QuerySet[TeachingTask]:
    rows = policy.tasks(request.actor, PlanPerm.READ).filter(school=place.school, term=place.term)
    return queries.searched(
        rows, text=request.GET.get("q", "").strip(), subject=request.GET.get("subject", ""),
        school_class=whole(request.GET.get("class")), sort=request.GET.get("sort", ""),
    )  # fmt: skip


@require_GET
def task_export(request: AuthedRequest, pk: int) -> HttpResponse:
    """The listed tasks as a workbook, which can be imported again."""
    place = place_or_404(request, pk)
    body = export_xlsx(
        sheets.TASKS, sheets.task_rows(_rows(request, place)), meta={"学期": place.term.name}
    )
    return excel_response(body, f"教学任务-{place.school.short_name}-{place.term.code}")


@require_http_methods(["GET", "POST"])
def task_create(request: AuthedRequest, pk: int) -> HttpResponse:
    """Add a task."""
    place = place_or_404(request, pk, PlanPerm.EDIT)
    form = _form(request, place.school, place.at.today)
    if request.method == "POST" and form.is_valid():
        try:
            services.add_task(
                place.school, place.term, form.data_of_task, by=request.actor, at=timezone.now()
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect(place.url("task-list"))
    return _page(request, form, place.school, place.term, "新增教学任务")


@require_http_methods(["GET", "POST"])
def task_edit(request: AuthedRequest, pk: int) -> HttpResponse:
    """Change a task."""
    task = policy.task_or_404(request.actor, pk, PlanPerm.EDIT)
    form = _form(request, task.school, request.actor.today, initial=task_initial(task))
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_task(task, form.data_of_task, by=request.actor, at=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect(_list_url(task.school, task.term))
    return _page(request, form, task.school, task.term, "修改教学任务", task=task)


def _form(
    request: AuthedRequest, school: Organisation, today: date, initial: dict[str, Any] | None = None
) -> TaskForm:
    return TaskForm(
        request.POST or None, initial=initial, classes=queries.classes_of(school),
        teachers=staff.teachers([school], today), rooms=staff.rooms(school),
    )  # fmt: skip


def _page(
    request: AuthedRequest, form: TaskForm, school: Organisation, term: Term, heading: str,
    **more: object,
) -> HttpResponse:  # fmt: skip
    context = {
        "form": form, "school": school, "term": term, "heading": heading,
        "list_url": _list_url(school, term), **more,
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "timetable/plans/task_form.html", context, status=status)


def _list_url(school: Organisation, term: Term) -> str:
    return school_url("task-list", school.pk, term.pk)


@require_POST
def task_remove(request: AuthedRequest, pk: int) -> HttpResponse:
    """Take the ticked tasks (task=) away."""
    place = place_or_404(request, pk, PlanPerm.EDIT)
    ids = [one for text in request.POST.getlist("task") if (one := whole(text))]
    chosen = policy.tasks(request.actor, PlanPerm.EDIT).filter(
        pk__in=ids, school=place.school, term=place.term
    )
    count = attempt(
        request, lambda: services.remove_tasks(list(chosen), by=request.actor, at=timezone.now())
    )
    if count is not None:
        messages.success(request, f"已删除 {count} 项教学任务。")
    return redirect(place.url("task-list"))


@require_POST
def task_derive(request: AuthedRequest, pk: int) -> HttpResponse:
    """Make tasks from the timetable of a term (source=), this one by default."""
    place = place_or_404(request, pk, PlanPerm.EDIT)
    source = _source(request, place)
    count = attempt(
        request,
        lambda: services.derive_tasks(
            place.school, place.term, source=source, by=request.actor, at=timezone.now()
        ),
    )
    return _told(request, place, count, f"按{source.name}的课表生成")


@require_POST
def task_copy(request: AuthedRequest, pk: int) -> HttpResponse:
    """Take the tasks and rules of another term (source=) over."""
    place = place_or_404(request, pk, PlanPerm.EDIT)
    source = _source(request, place)
    count = attempt(
        request,
        lambda: services.copy_tasks(
            place.school, place.term, source=source, by=request.actor, at=timezone.now()
        ),
    )
    return _told(request, place, count, f"从{source.name}复制")


def _source(request: AuthedRequest, place: Place) -> Term:
    wanted = whole(request.POST.get("source")) or place.term.pk
    found = policy.terms(request.actor).filter(pk=wanted).first()
    if found is None:
        raise Http404
    return found


def _told(request: AuthedRequest, place: Place, count: int | None, how: str) -> HttpResponse:
    if count is not None:
        messages.success(request, f"已{how} {count} 项教学任务。")
    return redirect(place.url("task-list"))
