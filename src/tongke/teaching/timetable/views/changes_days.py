"""Day changes: the list, one's own, the board of a school's day, and suspended days."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongke.core.errors import Refused
from tongke.core.spreadsheets import export_xlsx
from tongke.core.web import excel_response, page_of
from tongke.foundation.people.roles import SCHOOL_STAFF
from tongke.foundation.people.web import AuthedRequest
from tongke.teaching.timetable import policy, policy_changes, sheets_changes
from tongke.teaching.timetable.forms import ReasonForm, a_day, whole
from tongke.teaching.timetable.forms_changes import SuspensionForm
from tongke.teaching.timetable.models import DayChange, Suspension
from tongke.teaching.timetable.policy import Perm
from tongke.teaching.timetable.queries import changes_list
from tongke.teaching.timetable.queries.changes_away import span
from tongke.teaching.timetable.queries.changes_suspended import (
    Plan,
    effect_of,
    make_up_choices,
    term_on,
)
from tongke.teaching.timetable.services.changes import steps, suspending


def _found(request: AuthedRequest) -> QuerySet[DayChange]:
    get = request.GET
    return changes_list.search_changes(
        policy_changes.changes(request.actor, Perm.CHANGE_READ),
        text=get.get("q", "").strip(), school=whole(get.get("school")), kind=get.get("kind", ""),
        state=get.get("state", "standing"), since=a_day(get.get("since")),
        until=a_day(get.get("until")), sort=get.get("sort", ""),
    )  # fmt: skip


@require_GET
def change_list(request: AuthedRequest) -> HttpResponse:
    """The changes of the schools one sees, by school, day, kind and person."""
    policy.require(request.actor, Perm.CHANGE_READ)
    page = page_of(request, _found(request))
    undo = policy_changes.changes(request.actor, Perm.CHANGE_UNDO)
    context = {
        "page": page, "kinds": DayChange.Kind.choices,
        "states": [("standing", "有效"), *DayChange.State.choices],
        "state": request.GET.get("state", "standing"),
        "schools": list(
            policy.schools(request.actor, Perm.GRID_READ).values_list("pk", "short_name")
        ),
        "undoable": set(
            undo.filter(pk__in=[each.pk for each in page], state__in=DayChange.STANDING)
            .values_list("pk", flat=True)
        ),
        "may_enter": policy.may(request.actor, Perm.ABSENCE_ENTER),
    }  # fmt: skip
    return render(request, "timetable/changes/change_list.html", context)


@require_GET
def change_export(request: AuthedRequest) -> HttpResponse:
    """The changes as they are filtered, as a workbook."""
    policy.require(request.actor, Perm.CHANGE_READ)
    rows = _found(request).iterator(chunk_size=500)
    body = export_xlsx(sheets_changes.CHANGES, sheets_changes.change_rows(rows))
    return excel_response(body, f"调代课记录-{request.actor.today:%Y%m%d}")


@require_GET
def change_mine(request: AuthedRequest) -> HttpResponse:
    """What concerns oneself: to answer, to come, and one's absences."""
    policy.require(request.actor, Perm.CHANGE_ANSWER)
    actor = request.actor
    answered = policy_changes.changes(actor, Perm.CHANGE_ANSWER)
    mine = policy_changes.changes(actor, Perm.CHANGE_READ).filter(
        pk__in=answered.values("pk")
    ) | policy_changes.changes(actor, Perm.CHANGE_READ).filter(was_teacher=actor.person)
    own = policy_changes.absences(actor, Perm.ABSENCE_READ).filter(teacher=actor.person)
    context = {
        "waiting": list(changes_list.waiting_for(actor.person, actor.today)),
        "page": page_of(request, changes_list.search_changes(
            mine, state=request.GET.get("state", "standing"), sort=request.GET.get("sort", ""),
        ), per=30),
        "absences": [(one, span(one)) for one in changes_list.search_absences(own)[:5]],
        "states": [("standing", "有效"), *DayChange.State.choices],
        "state": request.GET.get("state", "standing"),
    }  # fmt: skip
    return render(request, "timetable/changes/change_mine.html", context)


@require_POST
def change_accept(request: AuthedRequest, pk: int) -> HttpResponse:
    """The substitute has taken note."""
    change = policy_changes.change_or_404(request.actor, pk, Perm.CHANGE_ANSWER)
    try:
        steps.accept(change, by=request.actor, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("timetable:change-mine")


@require_http_methods(["GET", "POST"])
def change_refuse(request: AuthedRequest, pk: int) -> HttpResponse:
    """The substitute cannot come, and says why."""
    change = policy_changes.change_or_404(request.actor, pk, Perm.CHANGE_ANSWER)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            steps.refuse(
                change, reason=form.cleaned_data["reason"], by=request.actor, at=timezone.now()
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已谢绝，教务会另行安排。")
            return redirect("timetable:change-mine")
    context = {"form": form, "heading": "不能代这节课", "back": "timetable:change-mine",
               "warning": "谢绝之后，这节课重新由教务安排。"}  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "timetable/reason_form.html", context, status=status)


@require_POST
def change_undo(request: AuthedRequest, pk: int) -> HttpResponse:
    """Take the whole step of a change back."""
    change = policy_changes.change_or_404(request.actor, pk, Perm.CHANGE_UNDO)
    try:
        rows = steps.undo(change.step, by=request.actor, at=timezone.now())
        messages.success(request, f"已撤销，{len(rows)} 节课恢复原样。")
    except Refused as refusal:
        messages.error(request, str(refusal))
    if change.absence_id is not None and request.POST.get("to") == "absence":
        return redirect("timetable:absence-detail", change.absence_id)
    return redirect("timetable:change-list")


@require_GET
def board_mine(request: AuthedRequest) -> HttpResponse:
    """The board of one's own school; the bureau chooses one in the list of changes."""
    policy.require(request.actor, Perm.CHANGE_READ)
    if request.actor.role in SCHOOL_STAFF:
        return redirect("timetable:change-board", request.actor.organisation.pk)
    return redirect("timetable:change-list")


@require_GET
def board(request: AuthedRequest, pk: int) -> HttpResponse:
    """What is different at a school on a day (?day=): for the phone, the big screen, to print."""
    school = policy.school_or_404(request.actor, pk, Perm.GRID_READ)
    day = a_day(request.GET.get("day")) or request.actor.today
    term = term_on(school, day)
    context: dict[str, Any] = {"school": school, "day": day, "today": request.actor.today}
    if term is not None:
        context["board"] = changes_list.board_of(term, school, day)
        context["away"] = [(one, span(one)) for one in context["board"].away]
    context["arranges"] = (
        policy.schools(request.actor, Perm.GRID_EDIT).filter(pk=pk).exists()
    )  # fmt: skip
    page = next((name for name in ("screen", "print") if request.GET.get(name)), "board")
    return render(request, f"timetable/changes/{page}.html", context)


def _suspensions(request: AuthedRequest) -> QuerySet[Suspension]:
    rows = policy_changes.suspensions(request.actor, Perm.SUSPENSION_READ)
    return changes_list.search_suspensions(rows, text=request.GET.get("q", "").strip())


@require_GET
def suspension_list(request: AuthedRequest) -> HttpResponse:
    """Suspended days, newest first."""
    policy.require(request.actor, Perm.SUSPENSION_READ)
    page = page_of(request, _suspensions(request))
    mine = policy_changes.suspensions(request.actor, Perm.SUSPENSION_DECLARE)
    context = {
        "page": page, "today": request.actor.today,
        "undoable": set(
            mine.filter(pk__in=[each.pk for each in page], undone_at=None,
                        day__gte=request.actor.today).values_list("pk", flat=True)
        ),
        "may_declare": policy.may(request.actor, Perm.SUSPENSION_DECLARE),
    }  # fmt: skip
    return render(request, "timetable/changes/suspension_list.html", context)


@require_GET
def suspension_export(request: AuthedRequest) -> HttpResponse:
    """The suspended days as they are searched, as a workbook."""
    policy.require(request.actor, Perm.SUSPENSION_READ)
    rows = _suspensions(request).iterator(chunk_size=500)
    body = export_xlsx(sheets_changes.SUSPENSIONS, sheets_changes.suspension_rows(rows))
    return excel_response(body, f"停课日-{request.actor.today:%Y%m%d}")


@require_http_methods(["GET", "POST"])
def suspension_create(request: AuthedRequest) -> HttpResponse:
    """Suspend a day: first look at what it takes away (GET look=1), then declare it (POST)."""
    policy.require(request.actor, Perm.SUSPENSION_DECLARE)
    actor = request.actor
    asked = request.POST or (request.GET if request.GET.get("look") else None)
    form = SuspensionForm(
        asked, places=policy_changes.suspendable(actor),
        initial={"organisation": actor.organisation.pk, "day": actor.today},
    )  # fmt: skip
    context: dict[str, Any] = {"form": form}
    if asked is not None and form.is_valid():
        term = term_on(form.cleaned_data["organisation"], form.cleaned_data["day"])
        given = {k: v for k, v in form.cleaned_data.items() if k != "reason"}
        if term is None:
            form.add_error("day", "日期不在学期之内。")
        elif request.method == "GET":
            context["effect"] = effect_of(term, Plan(**given))
            context["days"] = make_up_choices(term, given["organisation"], given["day"])
        else:
            try:
                suspending.suspend(term, Plan(**given), reason=form.cleaned_data["reason"],
                                   by=actor, at=timezone.now())  # fmt: skip
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, "停课已登记，相关学校和教师会收到消息。")
                return redirect("timetable:suspension-list")
    status = 422 if form.errors else 200
    return render(request, "timetable/changes/suspension_form.html", context, status=status)


@require_POST
def suspension_undo(request: AuthedRequest, pk: int) -> HttpResponse:
    """Lessons are held after all."""
    row = policy_changes.suspension_or_404(request.actor, pk, Perm.SUSPENSION_DECLARE)
    try:
        suspending.resume(row, by=request.actor, at=timezone.now())
        messages.success(request, "已撤销停课，照常上课。")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("timetable:suspension-list")
