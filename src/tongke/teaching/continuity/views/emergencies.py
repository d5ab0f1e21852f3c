"""Emergencies and drills: declare, follow, end, take back, report."""

from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongke.core.errors import Refused
from tongke.core.spreadsheets import export_xlsx
from tongke.core.web import excel_response, page_of, render_part
from tongke.foundation.people.web import AuthedRequest, words_in
from tongke.teaching.continuity import policy, sheets
from tongke.teaching.continuity.forms import CloseForm, EmergencyForm, ReasonForm
from tongke.teaching.continuity.models import Emergency
from tongke.teaching.continuity.policy import Perm
from tongke.teaching.continuity.queries import reports
from tongke.teaching.continuity.services import emergencies as services
from tongke.teaching.continuity.views.shared import attempt


def _rows(request: AuthedRequest) -> Any:
    rows = policy.emergencies(request.actor, Perm.EMERGENCY_READ)
    found = reports.listed(rows, text=words_in(request), kind=request.GET.get("kind", ""))
    return reports.sorted_by(found, request.GET.get("sort", ""))


@require_GET
def emergency_list(request: AuthedRequest) -> HttpResponse:
    """Emergencies and drills that concern one."""
    policy.require(request.actor, Perm.EMERGENCY_READ)
    today = request.actor.today
    page = page_of(request, _rows(request), per=25)
    page.object_list = [
        (each, sheets.scope_words(each), each.phase(today), sheets.PHASES[each.phase(today)])
        for each in page
    ]
    context = {
        "page": page, "kinds": [("real", "正式"), ("drill", "演练")],
        "may_declare": policy.may(request.actor, Perm.EMERGENCY_DECLARE),
    }  # fmt: skip
    return render(request, "continuity/emergency_list.html", context)


@require_GET
def emergency_export(request: AuthedRequest) -> HttpResponse:
    """The list as it is filtered, as a workbook."""
    policy.require(request.actor, Perm.EMERGENCY_READ)
    rows = sheets.emergency_rows(_rows(request), request.actor.today)
    body = export_xlsx(sheets.EMERGENCIES, rows)
    return excel_response(body, f"应急停课-{request.actor.today:%Y%m%d}")


@require_http_methods(["GET", "POST"])
def emergency_new(request: AuthedRequest) -> HttpResponse:
    """Declare an emergency or a drill; it holds at once."""
    policy.require(request.actor, Perm.EMERGENCY_DECLARE)
    scopes = policy.organisations(request.actor, Perm.EMERGENCY_DECLARE)
    today = request.actor.today
    initial: dict[str, Any] = {"starts_on": today, "ends_on": today}
    if request.GET.get("drill"):
        initial |= {
            "drill": "1",
            "title": "停课切换演练",
            "reason": "检验线上线下切换，请照提示打开今天的课。",
        }
    form = EmergencyForm(
        request.POST or None, scopes=scopes, grades=reports.grades_of(scopes), initial=initial
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = services.declare(form.new(), by=request.actor, at=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("continuity:emergency-detail", made.pk)
    status = 422 if form.errors else 200
    return render(request, "continuity/emergency_form.html", {"form": form}, status=status)


def _report(request: AuthedRequest, emergency: Emergency) -> dict[str, Any]:
    lines = reports.school_lines(emergency, policy.schools(request.actor, Perm.EMERGENCY_READ))
    return {"emergency": emergency, "lines": lines, "total": reports.totals(emergency, lines)}


@require_GET
def emergency_detail(request: AuthedRequest, pk: int) -> HttpResponse:
    """One emergency: scope, preparation, coverage and participation of each school."""
    emergency = policy.emergency_or_404(request.actor, pk, Perm.EMERGENCY_READ)
    context, today = _report(request, emergency), request.actor.today
    text, phase = words_in(request), emergency.phase(today)
    shown = [each for each in context["lines"] if text in each.school.name]
    may_end = policy.emergencies(request.actor, Perm.EMERGENCY_END).filter(pk=pk).exists()
    context |= {
        "page": page_of(request, shown, per=50), "scope": sheets.scope_words(emergency),
        "phase": phase, "phase_words": sheets.PHASES[phase],
        "may_revoke": may_end and phase in {"coming", "running"},
        "may_close": may_end and phase == "running" and emergency.state == "active",
        "may_reopen": may_end and emergency.state == "closed" and today <= emergency.ends_on,
        "target": reports.target_minutes(), "grades": sheets.grade_words(emergency),
        "working": _working(context["total"], phase),
    }  # fmt: skip
    return render_part(request, "continuity/emergency_detail.html", "progress", context)


def _working(total: reports.Totals, phase: str) -> bool:
    """Whether schools are still being prepared for what is coming or on."""
    return phase in {"coming", "running"} and (total.preparing or not total.schools)


@require_GET
def emergency_report(request: AuthedRequest, pk: int) -> HttpResponse:
    """The report of an emergency or a drill, school by school, as a workbook."""
    emergency = policy.emergency_or_404(request.actor, pk, Perm.EMERGENCY_READ)
    context = _report(request, emergency)
    total = context["total"]
    meta = {
        "名称": str(emergency), "开始": f"{emergency.starts_on}", "结束": f"{emergency.ends_on}",
        "打开班级": f"{total.classes_opened} / {total.classes}",
        "打开学生": f"{total.pupils_opened} / {total.pupils}",
    }  # fmt: skip
    body = export_xlsx(sheets.REPORT, sheets.report_rows(context["lines"]), meta=meta)
    return excel_response(body, f"切换报告-{emergency.starts_on:%Y%m%d}")


@require_http_methods(["GET", "POST"])
def emergency_close(request: AuthedRequest, pk: int) -> HttpResponse:
    """End it early: classes are back from a period on."""
    emergency = policy.emergency_or_404(request.actor, pk, Perm.EMERGENCY_END)
    form = CloseForm(request.POST or None, initial={"back_on": request.actor.today, "back_seq": 1})
    if request.method == "POST" and form.is_valid():
        try:
            services.close(emergency, **form.cleaned_data, by=request.actor, at=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("continuity:emergency-detail", pk)
    context = {"form": form, "emergency": emergency, "heading": "提前结束"}
    status = 422 if form.errors else 200
    return render(request, "continuity/emergency_end.html", context, status=status)


@require_http_methods(["GET", "POST"])
def emergency_revoke(request: AuthedRequest, pk: int) -> HttpResponse:
    """Take it back as if it had never been declared."""
    emergency = policy.emergency_or_404(request.actor, pk, Perm.EMERGENCY_END)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            services.revoke(emergency, reason=reason, by=request.actor, at=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("continuity:emergency-detail", pk)
    context = {"form": form, "emergency": emergency, "heading": "撤回"}
    status = 422 if form.errors else 200
    return render(request, "continuity/emergency_end.html", context, status=status)


@require_POST
def emergency_reopen(request: AuthedRequest, pk: int) -> HttpResponse:
    """Undo an early end."""
    emergency = policy.emergency_or_404(request.actor, pk, Perm.EMERGENCY_END)
    act = partial(services.reopen, emergency, by=request.actor, at=timezone.now())
    attempt(request, act, "已恢复停课安排。")
    return redirect("continuity:emergency-detail", pk)
