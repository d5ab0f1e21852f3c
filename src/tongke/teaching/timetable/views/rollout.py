"""AI, coding, maker, STEM: the matrix for the bureau, the report of a school."""

from functools import partial
from typing import Any, BinaryIO, cast

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongke.core.errors import Refused
from tongke.core.files import Limit, store
from tongke.core.profile import current
from tongke.core.spreadsheets import export_xlsx
from tongke.core.web import excel_response, page_of, serve_file
from tongke.foundation.people.models import Organisation
from tongke.foundation.people.web import AuthedRequest, words_in
from tongke.teaching.timetable import policy, sheets_rollout
from tongke.teaching.timetable.forms_rollout import ReportForm
from tongke.teaching.timetable.models import Term
from tongke.teaching.timetable.policy import Perm
from tongke.teaching.timetable.profile import TimetableProfile
from tongke.teaching.timetable.queries import rollout as queries
from tongke.teaching.timetable.queries.calendar import current_term
from tongke.teaching.timetable.queries.rollout import Cell, SchoolLine
from tongke.teaching.timetable.services import rollout as services

_MOST = Limit(10 * 1024 * 1024)


def _term(request: AuthedRequest) -> Term | None:
    return current_term(request.actor.organisation, request.actor.today)


def _lines(request: AuthedRequest, term: Term) -> list[SchoolLine]:
    rows = policy.schools(request.actor, Perm.ROLLOUT_READ).order_by("path")
    return queries.school_lines(term, rows)


def _narrowed(request: AuthedRequest, lines: list[SchoolLine]) -> list[SchoolLine]:
    get = request.GET
    return queries.narrowed(
        lines, text=words_in(request), area=get.get("area", ""), grade=get.get("grade", ""),
        state=get.get("state", ""),
        sort=get.get("sort", ""),
    )  # fmt: skip


@require_GET
def rollout_list(request: AuthedRequest) -> HttpResponse:
    """Every school and course, with the staged targets; one school goes to its own page."""
    policy.require(request.actor, Perm.ROLLOUT_READ)
    term = _term(request)
    if term is None:
        return render(request, "timetable/rollout/list.html", {"at": None})
    lines = _lines(request, term)
    if len(lines) == 1:
        return redirect("timetable:rollout-school", lines[0].school.pk)
    cells = [cell for line in lines for cell in line.cells]
    context = {
        "at": term, "page": page_of(request, _narrowed(request, lines), per=25),
        "steps": queries.step_lines(lines, request.actor.today),
        "courses": current(TimetableProfile).rollout_courses,
        "good": sum(cell.state == "good" for cell in cells), "cells": len(cells),
        "silent": sum(cell.state == "silent" for cell in cells),
        "schools": len(lines), "missing": len(queries.to_remind(lines)),
        "areas": [each for each in queries.AREAS.items() if each[0]],
        "states": list(queries.STATES.items()), "grades": queries.grades_shown(lines),
        "may_remind": policy.may(request.actor, Perm.ROLLOUT_REMIND),
        "may_import": policy.may(request.actor, Perm.ROLLOUT_REPORT),
    }  # fmt: skip
    return render(request, "timetable/rollout/list.html", context)


@require_GET
def rollout_export(request: AuthedRequest) -> HttpResponse:
    """The matrix as it is filtered, one row a course and grade."""
    policy.require(request.actor, Perm.ROLLOUT_READ)
    term = _term(request)
    if term is None:
        raise Http404
    rows = sheets_rollout.matrix_rows(_narrowed(request, _lines(request, term)))
    body = export_xlsx(sheets_rollout.MATRIX, rows, meta={"学期": term.name})
    return excel_response(body, f"新课程推进-{term.code}")


@require_POST
def rollout_remind(request: AuthedRequest) -> HttpResponse:
    """Remind the schools that have not reported everything or lack something."""
    policy.require(request.actor, Perm.ROLLOUT_REMIND)
    term = _term(request)
    if term is None:
        raise Http404
    behind = queries.to_remind(_lines(request, term))
    try:
        told = services.remind(term, behind, by=request.actor, at=timezone.now())
        messages.success(request, f"已提醒 {len(behind)} 所学校，发出 {told} 条消息。")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("timetable:rollout-list")


@require_GET
def rollout_school(request: AuthedRequest, pk: int) -> HttpResponse:
    """One school's courses and grades: what is there, what is missing, and reporting it."""
    school = policy.school_or_404(request.actor, pk, Perm.ROLLOUT_READ)
    term = _term(request)
    context: dict[str, Any] = {"school": school, "at": term}
    if term is not None:
        line = queries.school_lines(term, [school])[0]
        profile = current(TimetableProfile)
        context |= {
            "line": line,
            "step": next((one for one in profile.rollout_steps if one.area == school.area), None),
            "courses": [
                (course, cells)
                for course in profile.rollout_courses
                if (cells := line.of(course.code))
            ],
            "may_report": policy.schools(request.actor, Perm.ROLLOUT_REPORT).filter(pk=pk).exists(),
        }
    return render(request, "timetable/rollout/school.html", context)


def _cell(school: Organisation, term: Term | None, course: str, grade: str) -> Cell:
    if term is None:
        raise Http404
    cells = queries.school_lines(term, [school])[0].of(course)
    cell = next((each for each in cells if each.grade.code == grade), None)
    if cell is None:
        raise Http404
    return cell


@require_http_methods(["GET", "POST"])
def rollout_report(request: AuthedRequest, pk: int, course: str, grade: str) -> HttpResponse:
    """Say what the school offers of one course in one grade, with a file that shows it."""
    school = policy.school_or_404(request.actor, pk, Perm.ROLLOUT_REPORT)
    term = _term(request)
    cell = _cell(school, term, course, grade)
    assert term is not None
    form = ReportForm(
        request.POST or None, request.FILES or None, school=school, said=cell.report,
        today=request.actor.today,
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            file = form.cleaned_data["evidence"]
            keep = partial(store, by=request.user, kinds=("image", "pdf", "office"), limit=_MOST)
            stored = keep(cast(BinaryIO, file), file.name or "") if file else None
            said = form.report(course, cell.grade, stored)
            services.report(term, school, said, by=request.actor, at=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("timetable:rollout-school", pk)
    context = {"form": form, "school": school, "cell": cell}
    status = 422 if form.errors else 200
    return render(request, "timetable/rollout/form.html", context, status=status)


@require_GET
def rollout_evidence(request: AuthedRequest, pk: int, course: str, grade: str) -> HttpResponseBase:
    """The file that a school showed."""
    school = policy.school_or_404(request.actor, pk, Perm.ROLLOUT_READ)
    said = _cell(school, _term(request), course, grade).report
    if said is None or said.evidence is None:
        raise Http404
    return serve_file(request, said.evidence)
