"""开齐、开足、开好: the check of every class, and the demands that come of it."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongke.core.errors import Refused
from tongke.core.spreadsheets import export_xlsx
from tongke.core.web import excel_response, page_of
from tongke.foundation.people.models import SchoolClass
from tongke.foundation.people.web import AuthedRequest
from tongke.teaching.timetable import policy, sheets
from tongke.teaching.timetable.forms import ReasonForm, whole
from tongke.teaching.timetable.models import Demand
from tongke.teaching.timetable.policy import Perm
from tongke.teaching.timetable.queries import demands as demand_queries
from tongke.teaching.timetable.queries import gaps as queries
from tongke.teaching.timetable.queries import gaps_trend, staff
from tongke.teaching.timetable.queries.calendar import current_term
from tongke.teaching.timetable.services import demands as services
from tongke.teaching.timetable.views.shared import asked


def _classes(request: AuthedRequest, perm: Perm) -> QuerySet[SchoolClass]:
    rows = policy.classes(request.actor, perm).select_related("school")
    return rows.order_by("school__path", "grade_code", "number")


@require_GET
def gap_list(request: AuthedRequest) -> HttpResponse:
    """Every school's rates; a school with one click more its classes and subjects."""
    policy.require(request.actor, Perm.GAP_READ)
    at = asked(request)
    context: dict[str, Any] = {"at": at}
    if at:
        checks = queries.check_completeness(
            at.term, list(_classes(request, Perm.GAP_READ)), at.planned
        )
        lines = queries.by_school(checks)
        only = request.GET.get("only", "")
        text = request.GET.get("q", "").strip()
        shown = [
            line for line in lines
            if text in line.school.name
            and (only != "gaps" or line.rates.gaps) and (only != "good" or not line.rates.gaps)
        ]  # fmt: skip
        if len(lines) == 1 and not text and not only:
            return redirect("timetable:gap-school", lines[0].school.pk)
        context |= {
            "total": queries.rates(checks), "page": page_of(request, shown), "only": only,
            "options": [("gaps", "有缺口"), ("good", "全部达标")], "schools": len(lines),
            "may_open": policy.may(request.actor, Perm.DEMAND_OPEN),
        }  # fmt: skip
    return render(request, "timetable/gap_list.html", context)


@require_GET
def gap_school(request: AuthedRequest, pk: int) -> HttpResponse:
    """A school's classes against the plan, subject by subject, and what to ask for."""
    school = policy.school_or_404(request.actor, pk, Perm.GAP_READ)
    at = asked(request)
    context: dict[str, Any] = {"school": school, "at": at}
    if at:
        rows = _classes(request, Perm.GAP_READ).filter(school=school)
        checks = queries.check_completeness(at.term, list(rows), at.planned)
        context |= {
            "total": queries.rates(checks),
            "table": demand_queries.subject_table(checks),
            "checks": checks,
            "gaps": [gap for check in checks for gap in check.gaps],
            "may_open": policy.schools(request.actor, Perm.DEMAND_OPEN).filter(pk=pk).exists(),
            "trend": gaps_trend.trend(at.term, list(rows), at.today),
        }
    return render(request, "timetable/gap_school.html", context)


@require_GET
def gap_export(request: AuthedRequest) -> HttpResponse:
    """Every subject of every class, of one school (?school=) or of all one sees."""
    policy.require(request.actor, Perm.GAP_READ)
    at = asked(request)
    if at is None:
        raise Http404
    rows, school = _classes(request, Perm.GAP_READ), whole(request.GET.get("school"))
    checks = queries.check_completeness(
        at.term, list(rows.filter(school=school) if school else rows), at.planned
    )
    meta = {"学期": at.term.name, "截至": f"{at.now:%Y-%m-%d %H:%M}"}
    body = export_xlsx(sheets.GAPS, sheets.gap_rows(checks), meta=meta)
    return excel_response(body, f"开课核验-{at.term.code}")


@require_POST
def demand_open(request: AuthedRequest, pk: int, subject: str) -> HttpResponse:
    """Ask for a delivered course for one class in one subject."""
    school_class = policy.class_or_404(request.actor, pk, Perm.DEMAND_OPEN)
    term = current_term(request.actor.organisation, request.actor.today)
    wanted = get_object_or_404(staff.all_subjects(), pk=subject)
    if term is None:
        raise Http404
    try:
        services.open_demand(term, school_class, wanted, by=request.actor, at=timezone.now())
        messages.success(request, f"已提出{school_class.name}{wanted.name}的需求。")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return _back(request, "timetable:gap-school", school_class.school_id)


@require_POST
def demand_open_all(request: AuthedRequest) -> HttpResponse:
    """Ask for everything that one school (school=) or all one's schools lack."""
    policy.require(request.actor, Perm.DEMAND_OPEN)
    rows, school = _classes(request, Perm.DEMAND_OPEN), whole(request.POST.get("school"))
    term = current_term(request.actor.organisation, request.actor.today)
    if term is None:
        raise Http404
    classes = list(rows.filter(school=school) if school else rows)
    made = services.open_all_demands(term, classes, by=request.actor, at=timezone.now())
    if made:
        messages.success(request, f"已提出 {len(made)} 项需求，中心校会收到消息。")
    else:
        messages.info(request, "没有新的缺口需要提出。")
    return redirect("timetable:demand-list")


def _back(request: AuthedRequest, name: str, *args: Any) -> HttpResponse:
    """To where the person came from (next=), else to a named page."""
    there = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(there, allowed_hosts={request.get_host()}):
        return redirect(there)
    return redirect(name, *args)


@require_GET
def demand_list(request: AuthedRequest) -> HttpResponse:
    """Demands one may see; a centre ticks those it takes."""
    policy.require(request.actor, Perm.DEMAND_READ)
    actor, get = request.actor, request.GET
    state = get.get("state", Demand.State.OPEN)
    taken = policy.demands(actor, Perm.DEMAND_TAKE)
    rows = policy.demands(actor, Perm.DEMAND_READ) | taken
    found = demand_queries.search(
        rows, text=get.get("q", "").strip(), state=state, subject=get.get("subject", ""),
        kind=get.get("kind", ""),
    )  # fmt: skip
    page = page_of(request, found, per=25)
    context = {
        "page": page,
        "closable": demand_queries.closable(policy.demands(actor, Perm.DEMAND_OPEN), page),
        "overdue": demand_queries.overdue(page, timezone.now()),
        "groups": demand_queries.takeable_groups(taken, actor.organisation, actor.today),
        "states": Demand.State.choices,
        "kinds": Demand.Kind.choices,
        "subjects": demand_queries.subjects_asked(rows),
        "state": state,
    }
    return render(request, "timetable/demand_list.html", context)


@require_GET
def demand_export(request: AuthedRequest) -> HttpResponse:
    """The demands as they are filtered, as a workbook."""
    policy.require(request.actor, Perm.DEMAND_READ)
    actor, get = request.actor, request.GET
    rows = policy.demands(actor, Perm.DEMAND_READ) | policy.demands(actor, Perm.DEMAND_TAKE)
    found = demand_queries.search(
        rows, text=get.get("q", "").strip(), state=get.get("state", Demand.State.OPEN),
        subject=get.get("subject", ""), kind=get.get("kind", ""),
    )  # fmt: skip
    body = export_xlsx(sheets.DEMANDS, sheets.demand_rows(found.iterator(chunk_size=500)))
    return excel_response(body, f"缺课需求-{actor.today:%Y%m%d}")


@require_http_methods(["GET", "POST"])
def demand_close(request: AuthedRequest, pk: int) -> HttpResponse:
    """Withdraw a demand, with a reason."""
    demand = policy.demand_or_404(request.actor, pk, Perm.DEMAND_OPEN)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.close_demand(
                demand, reason=form.cleaned_data["reason"], by=request.actor, at=timezone.now()
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("timetable:demand-list")
    heading = f"撤回{demand.school_class.name}{demand.subject.name}的需求"
    context = {"form": form, "heading": heading, "back": "timetable:demand-list"}
    status = 422 if form.errors else 200
    return render(request, "timetable/reason_form.html", context, status=status)
