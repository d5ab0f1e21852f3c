"""Absences: the list, entering one, and the desk on which its lessons are arranged."""

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
from tongke.foundation.people.models import Organisation, Person
from tongke.foundation.people.policy import scope_root
from tongke.foundation.people.roles import BUREAU_STAFF, Role
from tongke.foundation.people.web import AuthedRequest
from tongke.teaching.timetable import policy, policy_changes, sheets_changes
from tongke.teaching.timetable.forms_changes import AbsenceForm
from tongke.teaching.timetable.models import Absence
from tongke.teaching.timetable.policy import Perm
from tongke.teaching.timetable.queries import changes_list, staff
from tongke.teaching.timetable.queries.calendar import current_term
from tongke.teaching.timetable.queries.changes_away import broken_by, span
from tongke.teaching.timetable.queries.changes_offers import Desk, plan_all
from tongke.teaching.timetable.queries.changes_suspended import term_on
from tongke.teaching.timetable.services.changes import absences as services
from tongke.teaching.timetable.services.changes import arranging

_PICK = "pick:"
_MOST_EXPORTED = 2000


def _found(request: AuthedRequest) -> QuerySet[Absence]:
    get = request.GET
    return changes_list.search_absences(
        policy_changes.absences(request.actor, Perm.ABSENCE_READ),
        text=get.get("q", "").strip(), state=get.get("state", ""), kind=get.get("kind", ""),
        sort=get.get("sort", ""),
    )  # fmt: skip


@require_GET
def absence_list(request: AuthedRequest) -> HttpResponse:
    """Absences, with how many of their lessons still wait for somebody."""
    policy.require(request.actor, Perm.ABSENCE_READ)
    mine = policy_changes.absences(request.actor, Perm.ABSENCE_READ)
    page = page_of(request, _found(request), per=30)
    context = {
        "page": page, "lines": [(each, span(each.absence)) for each in
                                changes_list.absence_lines(page)],
        "states": Absence.State.choices, "kinds": Absence.Kind.choices,
        "pending": changes_list.pending_absences(mine),
        "may_enter": policy.may(request.actor, Perm.ABSENCE_ENTER),
        "arranges": policy.may(request.actor, Perm.ABSENCE_ARRANGE),
        "today": request.actor.today,
    }  # fmt: skip
    return render(request, "timetable/changes/absence_list.html", context)


@require_GET
def absence_export(request: AuthedRequest) -> HttpResponse:
    """The absences as they are filtered, as a workbook."""
    policy.require(request.actor, Perm.ABSENCE_READ)
    found = _found(request)
    total = found.count()
    cut = f"共 {total} 条，只列前 {_MOST_EXPORTED} 条；请按状态或类别筛选后再导出"
    lines = changes_list.absence_lines(found[:_MOST_EXPORTED])
    body = export_xlsx(
        sheets_changes.ABSENCES, sheets_changes.absence_rows(lines),
        meta={"说明": cut} if total > _MOST_EXPORTED else None,
    )  # fmt: skip
    return excel_response(body, f"请假记录-{request.actor.today:%Y%m%d}")


@require_http_methods(["GET", "POST"])
def absence_create(request: AuthedRequest) -> HttpResponse:
    """Enter an absence: a teacher asks for oneself, the school notes it for anybody."""
    policy.require(request.actor, Perm.ABSENCE_ENTER)
    actor, own = request.actor, request.actor.role is Role.TEACHER
    form = AbsenceForm(
        request.POST or None, people=policy_changes.colleagues(actor), own=own,
        initial={"since": actor.today, "until": actor.today},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            made = _enter(request, form.cleaned_data, own=own)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("timetable:absence-detail", made.pk)
    status = 422 if form.errors else 200
    page = "timetable/changes/absence_form.html"
    return render(request, page, {"form": form, "own": own}, status=status)


def _enter(request: AuthedRequest, asked: dict[str, Any], *, own: bool) -> Absence:
    actor = request.actor
    teacher = actor.person if own else asked["teacher"]
    school = _school(request, teacher)
    term = term_on(school, asked["since"]) or current_term(school, actor.today)
    if term is None:
        raise Refused("还没有设置学期，不能登记请假。")
    new = services.NewAbsence(**{**asked, "teacher": teacher, "school": school})
    return services.enter(term, new, approved=not own, by=actor, at=timezone.now())


def _school(request: AuthedRequest, teacher: Person) -> Organisation:
    """The school at which a teacher is away: the actor's own before the others below it."""
    actor = request.actor
    held = staff.schools_of(teacher, actor.today)
    root = scope_root(actor).path
    mine = [each for each in held if each.path.startswith(root)]
    return next((each for each in mine if each == actor.organisation), (mine or held or
                [actor.organisation])[0])  # fmt: skip


@require_GET
def absence_detail(request: AuthedRequest, pk: int) -> HttpResponse:
    """An absence: what it leaves open with proposals, and what was arranged."""
    absence = policy_changes.absence_or_404(request.actor, pk, Perm.ABSENCE_READ)
    return _detail(request, absence)


def _detail(
    request: AuthedRequest, absence: Absence, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    actor, state = request.actor, absence.state
    arranges, decides, own = (
        policy_changes.absences(actor, perm).filter(pk=absence.pk).exists()
        for perm in (Perm.ABSENCE_ARRANGE, Perm.ABSENCE_DECIDE, Perm.ABSENCE_ENTER)
    )
    alive = state in {Absence.State.PENDING, Absence.State.APPROVED}
    context: dict[str, Any] = {
        "absence": absence, "span": span(absence), "refusal": refusal,
        "rows": changes_list.change_rows(absence.changes.all()).order_by("day", "seq", "pk"),
        "arranges": arranges, "decides": decides, "alive": alive,
        "may_cancel": ((decides and alive) or own) and absence.until >= actor.today,
        "sees_reason": decides or absence.teacher == actor.person,
        "bureau": actor.role in BUREAU_STAFF,
    }  # fmt: skip
    if alive and arranges:
        desk = Desk(absence, timezone.now())
        root = scope_root(actor).path
        context["plan"] = [
            (one, offers, best, one.school.path.startswith(root), desk.past(one))
            for one, offers, best in plan_all(desk)
        ]
        context["ready"] = sum(best is not None for _, _, best, _, _ in context["plan"])
    elif alive:
        context["broken"] = broken_by(absence)
    return render(request, "timetable/changes/absence_detail.html", context, status=status)


@require_POST
def absence_arrange(request: AuthedRequest, pk: int) -> HttpResponse:
    """Settle lessons: as chosen (pick:KEY=token), or all in the best way (auto=1)."""
    absence = policy_changes.absence_or_404(request.actor, pk, Perm.ABSENCE_ARRANGE)
    actor, now = request.actor, timezone.now()
    picks = {
        name.removeprefix(_PICK): value
        for name, value in request.POST.items()
        if name.startswith(_PICK) and isinstance(value, str)
    }
    root = scope_root(actor)
    try:
        if request.POST.get("auto"):
            made = arranging.arrange_all(absence, schools=root, by=actor, at=now)
        else:
            reason = request.POST.get("reason", "")
            made = arranging.arrange(absence, picks, reason=reason, schools=root, by=actor, at=now)
    except Refused as refusal:
        return _detail(request, absence, refusal=str(refusal), status=409)
    steps = len({row.step for row in made})
    messages.success(
        request, f"已安排 {steps} 节，相关教师会收到消息。" if made else "没有新的安排。"
    )
    return redirect("timetable:absence-detail", pk)


@require_POST
def absence_decide(request: AuthedRequest, pk: int) -> HttpResponse:
    """Approve or turn down a request (verdict=approve or refuse, note=)."""
    absence = policy_changes.absence_or_404(request.actor, pk, Perm.ABSENCE_DECIDE)
    approve = request.POST.get("verdict") == "approve"
    try:
        services.decide(
            absence, approve=approve, note=request.POST.get("note", ""), by=request.actor,
            at=timezone.now(),
        )  # fmt: skip
    except Refused as refusal:
        return _detail(request, absence, refusal=str(refusal), status=409)
    return redirect("timetable:absence-detail", pk)


@require_POST
def absence_cancel(request: AuthedRequest, pk: int) -> HttpResponse:
    """The teacher is there after all; coming changes are undone."""
    actor = request.actor
    rows = policy_changes.absences(actor, Perm.ABSENCE_DECIDE)
    perm = Perm.ABSENCE_DECIDE if rows.filter(pk=pk).exists() else Perm.ABSENCE_ENTER
    absence = policy_changes.absence_or_404(actor, pk, perm)
    try:
        undone = services.cancel(absence, by=actor, at=timezone.now())
    except Refused as refusal:
        return _detail(request, absence, refusal=str(refusal), status=409)
    messages.success(request, f"已销假，撤销 {undone} 节安排。" if undone else "已销假。")
    return redirect("timetable:absence-detail", pk)
