"""Versions of a school's plan: list, week grids, computation, issues, comparison, publishing."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from tongke.core.errors import Refused
from tongke.core.profile import current
from tongke.core.spreadsheets import export_xlsx
from tongke.core.web import excel_response, page_of, render_part
from tongke.foundation.people.web import AuthedRequest
from tongke.teaching.timetable import policy_plans as policy
from tongke.teaching.timetable import sheets_plans as sheets
from tongke.teaching.timetable.forms import whole
from tongke.teaching.timetable.forms_plans import BeginForm
from tongke.teaching.timetable.models import SchoolPlan
from tongke.teaching.timetable.policy_plans import PlanPerm
from tongke.teaching.timetable.profile import TimetableProfile
from tongke.teaching.timetable.queries.plans import diffs, pages
from tongke.teaching.timetable.queries.plans import tasks as task_queries
from tongke.teaching.timetable.queries.plans.problem import setting_of
from tongke.teaching.timetable.services.plans import computing, publishing, versions
from tongke.teaching.timetable.views.school_plans_shared import (
    Place,
    attempt,
    back_to,
    place_of,
    place_or_404,
    school_url,
)
from tongke.teaching.timetable.views.shared import asked


@require_GET
def school_plan_home(request: AuthedRequest) -> HttpResponse:
    """The plans of one's own school; the bureau chooses a school."""
    policy.require(request.actor, PlanPerm.READ)
    if request.actor.organisation.is_school:
        return redirect("timetable:school-plan-list", request.actor.organisation.pk)
    rows = policy.schools(request.actor, PlanPerm.READ)
    text = request.GET.get("q", "").strip()
    page = page_of(request, rows.filter(name__contains=text) if text else rows)
    at = asked(request)
    lines = task_queries.school_lines(list(page), at.term if at else None)
    context = {"page": page, "lines": lines, "at": at}
    return render(request, "timetable/plans/home.html", context)


@require_GET
def school_plan_list(request: AuthedRequest, pk: int) -> HttpResponse:
    """The versions of a school's term, and the way to the next one."""
    place = place_or_404(request, pk)
    rows = policy.plans(request.actor, PlanPerm.READ).filter(school=place.school, term=place.term)
    text, state = request.GET.get("q", "").strip(), request.GET.get("state", "")
    rows = rows.filter(name__contains=text) if text else rows
    rows = rows.filter(state=state) if state else rows
    listed = task_queries.plan_rows(rows, request.GET.get("sort", ""))
    if request.GET.get("xlsx"):
        body = export_xlsx(sheets.PLANS, sheets.plan_rows(listed), meta={"学期": place.term.name})
        return excel_response(body, f"课表方案-{place.school.short_name}")
    context = {
        "place": place, "page": page_of(request, listed, per=20),
        "totals": task_queries.totals(place.school, place.term),
        "form": BeginForm(sources=_sources(place)), "states": SchoolPlan.State.choices,
        "current": task_queries.current_plan(place.school, place.term),
        "steps": _steps(place),
    }  # fmt: skip
    return render(request, "timetable/plans/plan_list.html", context)


def _sources(place: Place) -> list[tuple[str, str]]:
    return [(str(pk), f"{name}的课表") for pk, name in place.at.terms]


def _steps(place: Place) -> list[dict[str, str]]:
    return [
        {"label": "教学任务", "href": place.url("task-list")},
        {"label": "排课规则", "href": place.url("plan-rule-list")},
        {"label": "自动排课"}, {"label": "手工调整"}, {"label": "发布"},
    ]  # fmt: skip


@require_POST
def school_plan_begin(request: AuthedRequest, pk: int) -> HttpResponse:
    """Begin a version (name=, source=)."""
    place = place_or_404(request, pk, PlanPerm.EDIT)
    form = BeginForm(request.POST, sources=_sources(place))
    if not form.is_valid():
        messages.error(request, "请填写方案名称，并从列表里选从哪里开始。")
        return redirect(place.url("school-plan-list"))
    source = form.cleaned_data["source"]
    term = policy.terms(request.actor).filter(pk=source).first() if source else None
    plan = attempt(
        request,
        lambda: versions.begin_plan(
            place.school, place.term, name=form.cleaned_data["name"], source=term,
            by=request.actor, at=timezone.now(),
        ),
    )  # fmt: skip
    if plan is None:
        return redirect(place.url("school-plan-list"))
    return redirect("timetable:school-plan-detail", plan.pk)


@require_GET
def school_plan_detail(request: AuthedRequest, pk: int) -> HttpResponse:
    """A version as a week grid of a class, teacher or room (?by=, ?key=), and what is wrong."""
    plan = policy.plan_or_404(request.actor, pk, PlanPerm.READ)
    context = place_of(request, plan)
    try:
        context |= _laid_out(request, plan)
    except Refused as refusal:
        context["refusal"] = str(refusal)
    return render(request, "timetable/plans/plan_detail.html", context)


def _laid_out(request: AuthedRequest, plan: SchoolPlan) -> dict[str, Any]:
    setting = setting_of(plan, request.actor.today)
    entries = list(plan.entries.all())
    issues = pages.issues_of(setting, entries)
    by = pages.view_of(request.GET.get("by", ""))
    work = pages.last_work(plan)
    waiting = pages.waiting_of(setting, entries, work)
    return {
        "sheet": pages.sheet(setting, entries, by, request.GET.get("key", ""), issues),
        "views": pages.VIEWS, "issues": issues[:6], "issue_count": len(issues),
        "figures": pages.figures(entries, issues), "waiting": waiting[:8],
        "waiting_count": len(waiting), "work": work,
        "explained": pages.last_work(plan, "explain"),
        "chart": pages.chart(work) if work and len(work.history) > 1 else None,
        "undo": plan.edits.filter(undone=False).first(),
        "redo": plan.edits.filter(undone=True).order_by("pk").first(),
        "others": task_queries.other_plans(plan), "relaxed": pages.relaxed_of(plan, setting),
        "query": request.GET.urlencode(), "limit": current(TimetableProfile).plan_seconds,
        "legend": [("ok", "可放"), ("info", "可对调"), ("danger", "不可放，写明原因")],
    }  # fmt: skip


@require_GET
def school_plan_progress(request: AuthedRequest, pk: int) -> HttpResponse:
    """How far the last computation is; a part of the version's page that asks again."""
    plan = policy.plan_or_404(request.actor, pk, PlanPerm.READ)
    work = plan.computations.order_by("-pk").first()
    if work is None:
        raise Http404
    context = place_of(request, plan) | {"work": work}
    if request.headers.get("HX-Request") and not work.running:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render_part(request, "timetable/plans/progress.html", "work", context)


@require_POST
def school_plan_compute(request: AuthedRequest, pk: int) -> HttpResponse:
    """Let the worker search (seconds=)."""
    plan = policy.plan_or_404(request.actor, pk, PlanPerm.EDIT)
    seconds = whole(request.POST.get("seconds"))
    attempt(
        request,
        lambda: computing.start(plan, seconds=seconds, by=request.actor, at=timezone.now()),
    )
    return back_to(request, "school-plan-detail", pk)


@require_POST
def school_plan_stop(request: AuthedRequest, pk: int) -> HttpResponse:
    """Stop the search with the best it has."""
    plan = policy.plan_or_404(request.actor, pk, PlanPerm.EDIT)
    work = plan.computations.order_by("-pk").first()
    if work is None:
        raise Http404
    attempt(request, lambda: computing.stop(work, by=request.actor, at=timezone.now()))
    return back_to(request, "school-plan-detail", pk)


@require_POST
def school_plan_explain(request: AuthedRequest, pk: int) -> HttpResponse:
    """Let the worker find out which rules cannot hold together."""
    plan = policy.plan_or_404(request.actor, pk, PlanPerm.EDIT)
    attempt(request, lambda: computing.explain(plan, by=request.actor, at=timezone.now()))
    return redirect("timetable:school-plan-issues", pk)


@require_POST
def school_plan_relax(request: AuthedRequest, pk: int) -> HttpResponse:
    """Try a relaxation (rule=, sentence=) in a new version, and compute it at once."""
    plan = policy.plan_or_404(request.actor, pk, PlanPerm.EDIT)
    rules, sentence = request.POST.getlist("rule"), request.POST.get("sentence", "")

    def tried() -> SchoolPlan:
        made = computing.relax(plan, rules, sentence=sentence, by=request.actor, at=timezone.now())
        computing.start(made, by=request.actor, at=timezone.now())
        return made

    fresh = attempt(request, tried)
    if fresh is None:
        return redirect("timetable:school-plan-issues", pk)
    messages.success(request, f"已建新版本 v{fresh.number} 试排；不满意可以放弃它，原方案没有变。")
    return redirect("timetable:school-plan-detail", fresh.pk)


@require_POST
def school_plan_copy(request: AuthedRequest, pk: int) -> HttpResponse:
    """A new version that begins as this one."""
    plan = policy.plan_or_404(request.actor, pk, PlanPerm.EDIT)
    fresh = attempt(
        request,
        lambda: versions.copy_plan(
            plan, name=f"{plan.name}（副本）"[:40], by=request.actor, at=timezone.now()
        ),
    )
    return redirect("timetable:school-plan-detail", fresh.pk if fresh else pk)


@require_POST
def school_plan_retire(request: AuthedRequest, pk: int) -> HttpResponse:
    """Give a version up; back to the one it came from."""
    plan = policy.plan_or_404(request.actor, pk, PlanPerm.EDIT)
    attempt(request, lambda: versions.retire_plan(plan, by=request.actor, at=timezone.now()))
    if plan.state == SchoolPlan.State.RETIRED and plan.parent_id:
        messages.success(request, f"已放弃 v{plan.number}，回到原方案。")
        return redirect("timetable:school-plan-detail", plan.parent_id)
    return redirect(school_url("school-plan-list", plan.school_id, plan.term_id))


@require_GET
def school_plan_issues(request: AuthedRequest, pk: int) -> HttpResponse:
    """Everything wrong with a version: waiting lessons with blockers, conflicts, points."""
    plan = policy.plan_or_404(request.actor, pk, PlanPerm.READ)
    context = place_of(request, plan)
    try:
        setting = setting_of(plan, request.actor.today)
    except Refused as refusal:
        context["refusal"] = str(refusal)
        return render(request, "timetable/plans/issues.html", context)
    entries = list(plan.entries.all())
    issues = pages.issues_of(setting, entries)
    shown = _chosen(request, issues)
    context |= {
        "waiting": pages.waiting_of(setting, entries, pages.last_work(plan)),
        "page": page_of(request, shown), "figures": pages.figures(entries, issues),
        "explained": pages.last_work(plan, "explain"), "work": pages.last_work(plan),
        "relaxed": pages.relaxed_of(plan, setting),
        "kinds": [("hard", "必须改"), ("soft", "可以更好"), ("accepted", "已接受")],
    }  # fmt: skip
    return render(request, "timetable/plans/issues.html", context)


def _chosen(request: AuthedRequest, issues: list[pages.Issue]) -> list[pages.Issue]:
    """The issues that the address asks for (?q=, ?kind=, ?sort=)."""
    text, kind = request.GET.get("q", "").strip(), request.GET.get("kind", "")
    found = [
        one for one in issues
        if (text in one.sentence or text in one.bearer) and kind in {"", one.kind}
    ]  # fmt: skip
    match request.GET.get("sort", ""):
        case "bearer" | "-bearer" as sort:
            found.sort(key=lambda one: one.bearer, reverse=sort.startswith("-"))
        case "cost" | "-cost" as sort:
            found.sort(key=lambda one: one.cost, reverse=sort.startswith("-"))
    return found


@require_GET
def school_plan_issue_export(request: AuthedRequest, pk: int) -> HttpResponse:
    """The listed issues as a workbook."""
    plan = policy.plan_or_404(request.actor, pk, PlanPerm.READ)
    issues: list[pages.Issue] = []
    try:
        setting = setting_of(plan, request.actor.today)
        issues = _chosen(request, pages.issues_of(setting, list(plan.entries.all())))
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("timetable:school-plan-detail", pk)
    body = export_xlsx(sheets.ISSUES, sheets.issue_rows(issues), meta={"方案": str(plan)})
    return excel_response(body, f"问题清单-v{plan.number}")


@require_GET
def school_plan_diff(request: AuthedRequest, pk: int) -> HttpResponse:
    """What differs between a version and another one (?with=), the one it came from by default."""
    plan = policy.plan_or_404(request.actor, pk, PlanPerm.READ)
    others = task_queries.other_plans(plan)
    wanted = whole(request.GET.get("with"))
    other = next((each for each in others if each.pk == (wanted or plan.parent_id)), None)
    if wanted and other is None:
        raise Http404
    other = other or next(iter(others), None)
    lines = diffs.compared(other, plan, request.GET.get("q", "").strip()) if other else []
    if request.GET.get("xlsx"):
        body = export_xlsx(sheets.DIFF, diffs.rows(lines), meta={"方案": str(plan)})
        return excel_response(body, f"方案比较-v{plan.number}")
    context = place_of(request, plan) | {
        "other": other, "others": [(each.pk, str(each)) for each in others],
        "page": page_of(request, lines), "touched": diffs.teachers(lines), "count": len(lines),
    }  # fmt: skip
    return render(request, "timetable/plans/diff.html", context)


@require_POST
def school_plan_publish(request: AuthedRequest, pk: int) -> HttpResponse:
    """Let a version be the school's timetable (revision=)."""
    plan = policy.plan_or_404(request.actor, pk, PlanPerm.EDIT)
    revision = whole(request.POST.get("revision")) or 0
    told = attempt(
        request,
        lambda: publishing.publish(plan, revision=revision, by=request.actor, at=timezone.now()),
    )
    if told is not None:
        messages.success(request, f"v{plan.number} 已发布，已通知 {told} 位课表有变动的教师。")
    return redirect("timetable:school-plan-detail", pk)


@require_POST
def school_plan_withdraw(request: AuthedRequest, pk: int) -> HttpResponse:
    """Take a published version back; the timetable before it stands again."""
    plan = policy.plan_or_404(request.actor, pk, PlanPerm.EDIT)
    fresh = attempt(request, lambda: publishing.withdraw(plan, by=request.actor, at=timezone.now()))
    if fresh is None:
        return redirect("timetable:school-plan-detail", pk)
    messages.success(request, f"已恢复发布前的课表；v{fresh.number} 是它的副本，可以接着改。")
    return redirect("timetable:school-plan-detail", fresh.pk)
