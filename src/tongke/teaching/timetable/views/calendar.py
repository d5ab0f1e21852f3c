"""Terms with their holidays, and each school's bells."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongke.core.errors import Refused
from tongke.foundation.people.policy import scope_root
from tongke.foundation.people.web import AuthedRequest
from tongke.teaching.timetable import policy
from tongke.teaching.timetable.forms import BellsForm, HolidayForm, TermForm
from tongke.teaching.timetable.policy import Perm
from tongke.teaching.timetable.queries import calendar as queries
from tongke.teaching.timetable.services import calendar as services


@require_GET
def term_list(request: AuthedRequest) -> HttpResponse:
    """The terms of the region, newest first."""
    policy.require(request.actor, Perm.TERM_READ)
    context = {
        "terms": list(policy.terms(request.actor, Perm.TERM_READ)),
        "current": queries.current_term(request.actor.organisation, request.actor.today),
        "may_edit": policy.may(request.actor, Perm.TERM_EDIT),
    }
    return render(request, "timetable/term_list.html", context)


@require_http_methods(["GET", "POST"])
def term_create(request: AuthedRequest) -> HttpResponse:
    """Set up a term."""
    policy.require(request.actor, Perm.TERM_EDIT)
    form = TermForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            term = services.open_term(
                region=scope_root(request.actor), **form.cleaned_data, by=request.actor,
                at=timezone.now(),
            )  # fmt: skip
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("timetable:term-detail", term.pk)
    context = {"form": form, "heading": "新建学期"}
    return render(request, "timetable/term_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def term_edit(request: AuthedRequest, pk: int) -> HttpResponse:
    """Change a term's name and dates."""
    term = get_object_or_404(policy.terms(request.actor, Perm.TERM_EDIT), pk=pk)
    initial = {name: getattr(term, name) for name in ("code", "name", "starts_on", "weeks")}
    form = TermForm(request.POST or None, initial=initial)
    del form.fields["code"]
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_term(term, **form.cleaned_data, by=request.actor, at=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("timetable:term-detail", term.pk)
    context = {"form": form, "heading": "修改学期", "term": term}
    return render(request, "timetable/term_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def term_detail(request: AuthedRequest, pk: int) -> HttpResponse:
    """A term week by week; an officer adds holidays here."""
    term = get_object_or_404(policy.terms(request.actor, Perm.TERM_READ), pk=pk)
    may_edit = policy.may(request.actor, Perm.TERM_EDIT)
    form = HolidayForm(request.POST or None)
    if request.method == "POST":
        policy.require(request.actor, Perm.TERM_EDIT)
        if form.is_valid():
            try:
                services.set_holiday(term, **form.cleaned_data, by=request.actor, at=timezone.now())
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                return redirect("timetable:term-detail", term.pk)
    context = {
        "term": term,
        "weeks": queries.weeks_of(term, request.actor.today),
        "holidays": list(term.holidays.order_by("day")),
        "form": form,
        "may_edit": may_edit,
    }
    status = 422 if form.errors else 200
    return render(request, "timetable/term_detail.html", context, status=status)


@require_POST
def holiday_remove(request: AuthedRequest, pk: int, holiday: int) -> HttpResponse:
    """Let a day follow its own weekday again."""
    term = get_object_or_404(policy.terms(request.actor, Perm.TERM_EDIT), pk=pk)
    row = get_object_or_404(term.holidays, pk=holiday)
    try:
        services.remove_holiday(row, by=request.actor, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("timetable:term-detail", term.pk)


@require_GET
def bell_list(request: AuthedRequest) -> HttpResponse:
    """The bells that ring today at every school the actor may see."""
    policy.require(request.actor, Perm.BELLS_READ)
    schools = list(policy.schools(request.actor, Perm.BELLS_READ))
    mine = set(policy.schools(request.actor, Perm.BELLS_EDIT).values_list("pk", flat=True))
    bells = queries.bells_on([each.pk for each in schools], request.actor.today)
    grids = queries.grids_on([each.pk for each in schools], request.actor.today)
    count = max([0, *(len(each) for each in bells.values())])
    rows = [
        {
            "school": each,
            "grid": grids.get(each.pk),
            "cells": [bells.get(each.pk, {}).get(seq) for seq in range(1, count + 1)],
            "may_edit": each.pk in mine,
        }
        for each in schools
    ]
    context = {"rows": rows, "heads": [f"第 {seq} 节" for seq in range(1, count + 1)]}
    return render(request, "timetable/bell_list.html", context)


@require_http_methods(["GET", "POST"])
def bell_edit(request: AuthedRequest, pk: int) -> HttpResponse:
    """Write down when a school's bells ring."""
    school = policy.school_or_404(request.actor, pk, Perm.BELLS_EDIT)
    today = request.actor.today
    known = queries.bells_on([school.pk], today).get(school.pk, {})
    grid = queries.grids_on([school.pk], today).get(school.pk)
    initial = {"since": grid.since if grid else today, "name": grid.name if grid else "秋季作息"}
    form = BellsForm(request.POST or None, periods=known.values(), initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            services.save_bells(
                school, name=given["name"], times=given["times"], since=given["since"],
                by=request.actor, at=timezone.now(),
            )  # fmt: skip
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{school.name}的作息已保存。")
            return redirect("timetable:bell-list")
    context = {
        "form": form, "school": school, "grid": grid,
        "advice": queries.advice(school, known.values()),
    }  # fmt: skip
    return render(request, "timetable/bell_form.html", context, status=422 if form.errors else 200)
