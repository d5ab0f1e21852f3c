"""What was really held, and who could deliver what a class lacks."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from tongke.core.errors import Refused
from tongke.core.spreadsheets import export_xlsx
from tongke.core.web import excel_response, page_of
from tongke.foundation.people.web import AuthedRequest
from tongke.teaching.timetable import policy, sheets_changes
from tongke.teaching.timetable.forms import whole
from tongke.teaching.timetable.models import Term
from tongke.teaching.timetable.policy import Perm
from tongke.teaching.timetable.queries import gaps as queries
from tongke.teaching.timetable.queries import gaps_trend, staff
from tongke.teaching.timetable.queries.calendar import current_term, planning_day
from tongke.teaching.timetable.queries.gaps_deliverers import Deliverer, deliverers
from tongke.teaching.timetable.services.asking import ask_school
from tongke.teaching.timetable.views.shared import Asked, asked


def _trend(request: AuthedRequest, at: Asked) -> gaps_trend.Trend:
    """Of one school (?school=), or of all one sees."""
    rows = policy.classes(request.actor, Perm.GAP_READ).select_related("school")
    school = whole(request.GET.get("school"))
    rows = rows.filter(school=school) if school else rows
    ordered = rows.order_by("school__path", "grade_code", "number")
    return gaps_trend.trend(at.term, list(ordered), at.today)


@require_GET
def gap_held(request: AuthedRequest) -> HttpResponse:
    """Planned against held over the weeks of the term, by school or by class."""
    policy.require(request.actor, Perm.GAP_READ)
    at = asked(request)
    schools = policy.schools(request.actor, Perm.GAP_READ)
    context: dict[str, Any] = {
        "at": at, "schools": list(schools.values_list("pk", "short_name")),
    }  # fmt: skip
    if at:
        found = _trend(request, at)
        lines = gaps_trend.held_lines(
            found, text=request.GET.get("q", "").strip(), sort=request.GET.get("sort", "")
        )
        context |= {"trend": found, "page": page_of(request, lines)}
    return render(request, "timetable/gap_held.html", context)


@require_GET
def gap_held_export(request: AuthedRequest) -> HttpResponse:
    """The weeks, then every class, as a workbook."""
    policy.require(request.actor, Perm.GAP_READ)
    at = asked(request)
    if at is None:
        raise Http404
    rows = sheets_changes.held_rows(_trend(request, at))
    meta = {"学期": at.term.name, "截至": f"{at.now:%Y-%m-%d}"}
    body = export_xlsx(sheets_changes.HELD, rows, meta=meta)
    return excel_response(body, f"实开情况-{at.term.code}")


def _gap(
    request: AuthedRequest, perm: Perm, pk: int, subject: str
) -> tuple[queries.Gap, Term, date]:
    """The gap of a class in a subject and its term; 404 where it lacks nothing."""
    school_class = policy.class_or_404(request.actor, pk, perm)
    term = current_term(request.actor.organisation, request.actor.today)
    if term is None:
        raise Http404
    day = planning_day(term, request.actor.today)
    checks = queries.check_completeness(term, [school_class], day)
    gap = next((one for each in checks for one in each.gaps if one.subject.pk == subject), None)
    if gap is None:
        raise Http404
    return gap, term, day


def _deliverers(gap: queries.Gap, term: Term, day: date) -> list[Deliverer]:
    return deliverers(gap, term, day) if gap.deliverable else []


@require_GET
def gap_deliverers(request: AuthedRequest, pk: int, subject: str) -> HttpResponse:
    """Who could deliver a subject to a class, best first."""
    gap, term, day = _gap(request, Perm.GAP_READ, pk, subject)
    opens = policy.classes(request.actor, Perm.DEMAND_OPEN)
    context = {
        "gap": gap, "deliverers": _deliverers(gap, term, day),
        "may_ask": gap.deliverable and opens.filter(pk=pk).exists(),
        "asked": gap.demand.asked_id if gap.demand else None,
        "taken": gap.demand is not None and gap.demand.course_id is not None,
    }  # fmt: skip
    return render(request, "timetable/gap_deliverers.html", context)


@require_GET
def gap_deliverers_export(request: AuthedRequest, pk: int, subject: str) -> HttpResponse:
    """Who could deliver, as a workbook."""
    gap, term, day = _gap(request, Perm.GAP_READ, pk, subject)
    rows = sheets_changes.deliverer_rows(_deliverers(gap, term, day))
    meta = {"班级": f"{gap.school_class.school.name}{gap.school_class.name}",
            "学科": gap.subject.name}  # fmt: skip
    body = export_xlsx(sheets_changes.DELIVERERS, rows, meta=meta)
    return excel_response(body, f"可能的主讲教师-{gap.school_class.name}{gap.subject.name}")


@require_POST
def gap_ask(request: AuthedRequest, pk: int, subject: str) -> HttpResponse:
    """Ask one centre (school=) to take the gap."""
    school_class = policy.class_or_404(request.actor, pk, Perm.DEMAND_OPEN)
    wanted = get_object_or_404(staff.all_subjects(), pk=subject)
    term = current_term(request.actor.organisation, request.actor.today)
    school = staff.school(whole(request.POST.get("school")))
    if term is None or school is None:
        raise Http404
    try:
        ask_school(term, school_class, wanted, school, by=request.actor, at=timezone.now())
        messages.success(request, f"已请{school.name}承接，对方教务会收到消息。")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("timetable:gap-school", school_class.school_id)
