"""What returns to the home school, and the course network as a whole."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tongke.core.web import excel_response, page_of
from tongke.foundation.people.models import Organisation
from tongke.foundation.people.web import AuthedRequest
from tongke.teaching.electives import policy, sheets
from tongke.teaching.electives.policy import Perm
from tongke.teaching.electives.queries import meetings, seats
from tongke.teaching.electives.queries import network as queries
from tongke.teaching.electives.queries.rounds import schools_for
from tongke.teaching.electives.views.shared import asked, term_of
from tongke.teaching.timetable.models import Term


@require_GET
def return_list(request: AuthedRequest) -> HttpResponse:
    """Presence and results of the school's or the homeroom's pupils, wherever they learn."""
    actor = request.actor
    policy.require(actor, Perm.RETURN_READ)
    rows = seats.returned_rows(policy.seats(actor, Perm.RETURN_READ), asked(request))
    page = page_of(request, rows)
    context = {
        "page": page, "lines": meetings.returned(list(page), actor.today),
        "leaves": policy.seats(actor, Perm.SEAT_LEAVE).exists(),
        "today": actor.today,
        "sides": seats.side_rows(policy.sides(actor, Perm.SIDE_STAFF), actor.today),
    }  # fmt: skip
    return render(request, "electives/return_list.html", context)


@require_GET
def return_export(request: AuthedRequest) -> HttpResponse:
    """The same as a workbook."""
    actor = request.actor
    policy.require(actor, Perm.RETURN_READ)
    rows = seats.returned_rows(policy.seats(actor, Perm.RETURN_READ), asked(request))
    lines = meetings.returned(list(rows), actor.today)
    return excel_response(sheets.returns_book(lines), "外出选课情况")


def _scope(request: AuthedRequest) -> tuple[Term | None, list[Organisation]]:
    """The term and the schools whose figures the actor sees."""
    policy.require(request.actor, Perm.NETWORK_READ)
    return term_of(request), list(schools_for(request.actor, request.actor.today))


@require_GET
def network(request: AuthedRequest) -> HttpResponse:
    """Offered and chosen across schools; numbers only, no pupil."""
    term, schools = _scope(request)
    found = queries.network(term, schools, request.actor.today) if term else None
    subjects = queries.by_subject(term, schools) if term else []
    lines = queries.shown(found.lines, asked(request)) if found else []
    context = {
        "term": term, "network": found, "page": page_of(request, lines, per=30),
        "chart": queries.subject_chart(subjects), "subjects": subjects,
    }  # fmt: skip
    return render(request, "electives/network.html", context)


@require_GET
def network_export(request: AuthedRequest) -> HttpResponse:
    """The network as a workbook."""
    term, schools = _scope(request)
    found = queries.network(term, schools, request.actor.today) if term else None
    return excel_response(sheets.network_book(found.lines if found else ()), "课联网")
