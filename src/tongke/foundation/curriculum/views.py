"""Pages of the curriculum: textbooks, a unit's graph, the required plan, export."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tongke.core.spreadsheets import export_xlsx
from tongke.core.web import excel_response, page_of
from tongke.foundation.curriculum import policy, queries
from tongke.foundation.curriculum.imports import POINT_SHEET, point_lines
from tongke.foundation.curriculum.policy import Perm
from tongke.foundation.people.web import AuthedRequest


@require_GET
def textbook_list(request: AuthedRequest) -> HttpResponse:
    """Textbooks by subject and grade."""
    policy.allow_read(request.actor)
    subject = request.GET.get("subject", request.actor.subject_code)
    grade = request.GET.get("grade", "")
    rows = queries.textbooks(subject, grade)
    context = {
        "page": page_of(request, rows), "subject": subject, "grade": grade,
        "subjects": queries.subject_choices(), "grades": queries.grade_choices(),
        "may_import": policy.may_import(request.actor),
    }  # fmt: skip
    return render(request, "curriculum/textbooks.html", context)


@require_GET
def textbook_detail(request: AuthedRequest, textbook_id: int) -> HttpResponse:
    """One volume: its units and points."""
    book = policy.textbook_or_404(request.actor, textbook_id, Perm.TEXTBOOK_READ)
    return render(
        request, "curriculum/textbook.html", {"book": book, "units": queries.units_of(book)}
    )


@require_GET
def textbook_export(request: AuthedRequest, textbook_id: int) -> HttpResponse:
    """One volume as a workbook that can be imported again."""
    book = policy.textbook_or_404(request.actor, textbook_id, Perm.TEXTBOOK_READ)
    body = export_xlsx(POINT_SHEET, point_lines(book), title=str(book))
    return excel_response(body, str(book))


@require_GET
def unit_detail(request: AuthedRequest, unit_id: int) -> HttpResponse:
    """A unit: its points as a graph with what comes before them, and as a list."""
    unit = policy.unit_or_404(request.actor, unit_id, Perm.TEXTBOOK_READ)
    points = unit.key_points.prefetch_related("after__unit", "before__unit").order_by("seq")
    context = {"unit": unit, "points": points, "graph": queries.graph(unit)}
    return render(request, "curriculum/unit.html", context)


@require_GET
def plan(request: AuthedRequest) -> HttpResponse:
    """The required weekly periods by grade and subject, a setting of the region."""
    policy.allow_read(request.actor)
    grades, table = queries.required_plan()
    return render(request, "curriculum/plan.html", {"grades": grades, "table": table})
