"""Rules of a school's plan: list with switches and weights, forms, teachers' times."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongke.core.errors import Refused
from tongke.core.spreadsheets import export_xlsx
from tongke.core.web import excel_response, page_of
from tongke.foundation.people.models import Organisation, Person
from tongke.foundation.people.web import AuthedRequest
from tongke.teaching.timetable import policy_plans as policy
from tongke.teaching.timetable import sheets_plans as sheets
from tongke.teaching.timetable.forms import whole
from tongke.teaching.timetable.forms_plans import RuleForm, cells_of, kind_choices
from tongke.teaching.timetable.models import PlanRule
from tongke.teaching.timetable.policy_plans import PlanPerm
from tongke.teaching.timetable.queries import staff
from tongke.teaching.timetable.queries.calendar import SCHOOL_DAYS, planning_day, weekday_name
from tongke.teaching.timetable.queries.plans import rules as queries
from tongke.teaching.timetable.queries.plans import tasks as task_queries
from tongke.teaching.timetable.queries.plans.rules import KINDS, Kind, Spec
from tongke.teaching.timetable.queries.plans.times import Cell, Week, week_of_school
from tongke.teaching.timetable.services.plans import rules as services
from tongke.teaching.timetable.services.plans.rules import RuleData
from tongke.teaching.timetable.views.school_plans_shared import (
    Place,
    attempt,
    place_or_404,
    school_url,
)


@require_GET
def plan_rule_list(request: AuthedRequest, pk: int) -> HttpResponse:
    """Every rule of a school's term: the region's, the school's, the teachers'."""
    place = place_or_404(request, pk)
    week = place.week
    specs = queries.specs_of(place.school, place.term, week) if week else []
    text, scope = request.GET.get("q", "").strip(), request.GET.get("scope", "")
    shown = [
        one for one in specs
        if (text in one.sentence or text in one.owner) and scope in {"", one.scope}
    ]  # fmt: skip
    match request.GET.get("sort", ""):
        case "weight" | "-weight" as sort:
            shown.sort(key=lambda one: (one.hard, one.weight), reverse=sort.startswith("-"))
        case "sentence" | "-sentence" as sort:
            shown.sort(key=lambda one: one.sentence, reverse=sort.startswith("-"))
    if request.GET.get("xlsx"):
        body = export_xlsx(sheets.RULES, sheets.rule_rows(shown), meta={"学期": place.term.name})
        return excel_response(body, f"排课规则-{place.school.short_name}")
    context = {
        "place": place, "week": week, "page": page_of(request, shown),
        "scopes": [each for each in PlanRule.Scope.choices if each[0] != "consortium"],
        "kinds": kind_choices(), "active": sum(one.active for one in specs),
        "people": staff.teachers([place.school], place.at.today),
    }  # fmt: skip
    return render(request, "timetable/plans/rule_list.html", context)


def _spec(place: Place, key: str) -> Spec:
    week = place.week
    found = queries.specs_of(place.school, place.term, week) if week else []
    spec = next((one for one in found if one.key == key), None)
    if spec is None:
        raise Http404
    return spec


@require_POST
def plan_rule_set(request: AuthedRequest, pk: int, key: str) -> HttpResponse:
    """Switch a rule and say how much it counts, for this school (active=, hard=, weight=)."""
    place = place_or_404(request, pk, PlanPerm.EDIT)
    spec = _spec(place, key)
    weight = whole(request.POST.get("weight"), 0, 1000)
    done = attempt(
        request,
        lambda: services.set_rule(
            place.school, place.term, spec, active=request.POST.get("active") == "1",
            hard=request.POST.get("hard") == "1",
            weight=spec.weight if weight is None else weight, by=request.actor, at=timezone.now(),
        ),
    )  # fmt: skip
    if done:
        state = "启用" if done.active else "停用"
        messages.success(request, f"已{state}：{spec.sentence}。")
    return redirect(place.url("plan-rule-list"))


@require_http_methods(["GET", "POST"])
def plan_rule_create(request: AuthedRequest, pk: int) -> HttpResponse:
    """Make a rule of a kind (?kind=)."""
    place = place_or_404(request, pk, PlanPerm.EDIT)
    kind = KINDS.get(request.GET.get("kind", ""))
    if kind is None or place.week is None:
        raise Http404
    return _form_page(request, place.school, place, kind, None)


@require_http_methods(["GET", "POST"])
def plan_rule_edit(request: AuthedRequest, pk: int) -> HttpResponse:
    """Change a rule that the school made."""
    row = policy.rule_or_404(request.actor, pk)
    if row.source:
        raise Http404
    return _form_page(request, row.school, None, KINDS[row.kind], row)


def _form_page(
    request: AuthedRequest, school: Organisation, place: Place | None, kind: Kind,
    row: PlanRule | None,
) -> HttpResponse:  # fmt: skip
    term = row.term if row else place.term if place else None
    assert term is not None
    week = week_of_school(school, planning_day(term, request.actor.today))
    people = _people(school, request.actor.today)
    form = RuleForm(
        request.POST or None, kind=kind, week=week, initial=_initial(row),
        teachers=queries.teacher_options(list(people.values())),
        subjects=task_queries.subjects_of(school, term),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            services.save_rule(
                school, term, _data(form, people), row=row, by=request.actor, at=timezone.now()
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect(school_url("plan-rule-list", school.pk, term.pk))
    context = {
        "form": form, "kind": kind, "school": school, "term": term, "row": row,
        "lines": lines_of(week, form.picked) if "cells" in kind.needs else None,
        "days": [(day, weekday_name(day)) for day in SCHOOL_DAYS],
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "timetable/plans/rule_form.html", context, status=status)


def _people(school: Organisation, day: date) -> dict[str, Person]:
    return {str(each.pk): each for each in staff.teachers([school], day)}


def _initial(row: PlanRule | None) -> dict[str, Any]:
    if row is None:
        return {}
    return {
        "hard": "1" if row.hard else "0", "weight": row.weight,
        "subjects": row.target.get("subjects", []), "teacher": str(row.teacher_id or ""),
        "most": row.numbers.get("most", 0),
        "cells": [(day, seq) for day, seq in row.target.get("cells", [])],
    }  # fmt: skip


def _data(form: RuleForm, people: dict[str, Person]) -> RuleData:
    cleaned = form.cleaned_data
    return RuleData(
        kind=form.kind.code, subjects=cleaned.get("subjects", []), cells=form.picked,
        teacher=people.get(cleaned.get("teacher", "")), most=cleaned.get("most") or 0,
        hard=cleaned["hard"], weight=cleaned["weight"],
    )  # fmt: skip


Line = tuple[str, str, list[tuple[str, str, bool]]]


def lines_of(week: Week, picked: list[Cell]) -> list[Line]:
    """The week as rows of boxes to tick: period, clock, (value, name, ticked) of each day."""
    chosen = {tuple(one) for one in picked}
    return [
        (
            period.label, period.clock,
            [
                (f"{day}-{seq}", f"{weekday_name(day)}第 {seq} 节", (day, seq) in chosen)
                for day in SCHOOL_DAYS
            ],
        )
        for seq, period in week.periods.items()
    ]  # fmt: skip


@require_POST
def plan_rule_remove(request: AuthedRequest, pk: int) -> HttpResponse:
    """Take a rule away; one of the region's counts as the region says again."""
    row = policy.rule_or_404(request.actor, pk)
    services.remove_rule(row, by=request.actor, at=timezone.now())
    messages.success(request, "已恢复区域的设置。" if row.source else "规则已删除。")
    return redirect(school_url("plan-rule-list", row.school_id, row.term_id))


@require_http_methods(["GET", "POST"])
def teacher_times(request: AuthedRequest, pk: int, person: int) -> HttpResponse:
    """When a teacher cannot teach: a week to tick (cell=, hard=)."""
    place = place_or_404(request, pk, PlanPerm.EDIT)
    teacher = get_object_or_404(staff.teachers([place.school], place.at.today), pk=person)
    week = place.week
    if week is None:
        raise Http404
    row = queries.times_rule(place.school, place.term, teacher)
    if request.method == "POST":
        cells = cells_of(request.POST.getlist("cell"), week)
        services.set_teacher_times(
            place.school, place.term, teacher, cells, hard=request.POST.get("hard") == "1",
            by=request.actor, at=timezone.now(),
        )  # fmt: skip
        messages.success(request, f"已保存{teacher.name}的不排课时间（{len(cells)} 节）。")
        return redirect(place.url("plan-rule-list"))
    context = {
        "place": place, "teacher": teacher, "row": row,
        "lines": lines_of(week, row.target["cells"] if row else []),
        "days": [(day, weekday_name(day)) for day in SCHOOL_DAYS],
    }  # fmt: skip
    return render(request, "timetable/plans/teacher_times.html", context)
