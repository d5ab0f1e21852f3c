"""Editing a version: where a lesson may go, moving, swapping, locking, steps back and forth."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongke.core.errors import Refused
from tongke.foundation.people.web import AuthedRequest
from tongke.teaching.timetable import policy_plans as policy
from tongke.teaching.timetable.forms import whole
from tongke.teaching.timetable.models import PlanEntry, SchoolPlan
from tongke.teaching.timetable.policy_plans import PlanPerm
from tongke.teaching.timetable.queries.plans import targets
from tongke.teaching.timetable.queries.plans.problem import setting_of
from tongke.teaching.timetable.services.plans import edits
from tongke.teaching.timetable.services.plans.edits import Target
from tongke.teaching.timetable.views.school_plans_shared import back_to, place_of


def _plan_and_entry(request: AuthedRequest, pk: int, entry: int) -> tuple[SchoolPlan, PlanEntry]:
    plan = policy.plan_or_404(request.actor, pk, PlanPerm.EDIT)
    row = targets.entry_of(plan, entry)
    if row is None:
        raise Http404
    return plan, row


@require_GET
def school_plan_options(request: AuthedRequest, pk: int, entry: int) -> HttpResponse:
    """Where a lesson may go, for the grid: every period with its reasons and points, as JSON."""
    plan, row = _plan_and_entry(request, pk, entry)
    try:
        setting = setting_of(plan, request.actor.today)
        found = targets.targets_of(setting, list(plan.entries.all()), row)
    except Refused as refusal:
        return JsonResponse({"refusal": str(refusal)}, status=409)
    return JsonResponse(
        {
            "revision": plan.revision, "name": setting.activity(row.key).name,
            "length": setting.activity(row.key).length,
            "cells": [each.as_json() for each in found],
        }
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def school_plan_move(request: AuthedRequest, pk: int, entry: int) -> HttpResponse:
    """Move a lesson (weekday=, seq=, room=, reason=); the page lists where it may go."""
    plan, row = _plan_and_entry(request, pk, entry)
    refusal = ""
    if request.method == "POST":
        target = _target(request)
        try:
            edits.move(
                plan, row.pk, target, revision=_revision(request),
                reason=request.POST.get("reason", ""), by=request.actor, at=timezone.now(),
            )  # fmt: skip
        except Refused as refused:
            refusal = str(refused)
        else:
            return _done(request, plan, "已移动。")
        if _by_script(request):
            return JsonResponse({"refusal": refusal}, status=409)
    return _move_page(request, plan, row, refusal)


def _move_page(
    request: AuthedRequest, plan: SchoolPlan, row: PlanEntry, refusal: str
) -> HttpResponse:
    plan.refresh_from_db()
    context = place_of(request, plan) | {"entry": row, "refusal": refusal}
    try:
        setting = setting_of(plan, request.actor.today)
        entries = list(plan.entries.all())
        found = targets.targets_of(setting, entries, row)
    except Refused as refused:
        return render(
            request, "timetable/plans/move.html", context | {"refusal": str(refused)}, status=409
        )
    context |= {
        "name": setting.activity(row.key).name, "card": targets.card_of(setting, row),
        "legal": sorted((one for one in found if one.legal), key=lambda one: one.delta),
        "blocked": [one for one in found if not one.legal],
        "swaps": [one for one in found if one.swap], "query": request.GET.urlencode(),
        "asked": _asked(request),
    }  # fmt: skip
    status = 409 if refusal else 200
    return render(request, "timetable/plans/move.html", context, status=status)


def _asked(request: AuthedRequest) -> dict[str, str]:
    """What was sent and refused, so that a reason can be added to it."""
    return {name: request.POST.get(name, "") for name in ("weekday", "seq", "room", "reason")}


def _target(request: AuthedRequest) -> Target:
    """Where to, from weekday= and seq=, or to=3-5 of a list; 404 for nonsense."""
    day, _, seq = request.POST.get("to", "").partition("-")
    weekday = whole(request.POST.get("weekday") or day, 1, 7)
    period = whole(request.POST.get("seq") or seq, 1, 40)
    if weekday is None or period is None:
        raise Http404
    return Target(weekday, period, whole(request.POST.get("room")))


def _revision(request: AuthedRequest) -> int:
    return whole(request.POST.get("revision")) or 0


def _by_script(request: AuthedRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _done(request: AuthedRequest, plan: SchoolPlan, words: str) -> HttpResponse:
    if _by_script(request):
        plan.refresh_from_db()
        return JsonResponse({"revision": plan.revision, "done": words})
    messages.success(request, words)
    return back_to(request, "school-plan-detail", plan.pk)


def _act(
    request: AuthedRequest, plan: SchoolPlan, act: Callable[[], Any], words: str
) -> HttpResponse:
    """Carry out an edit and answer: the page again, or JSON for the grid."""
    try:
        result = act()
    except Refused as refusal:
        if _by_script(request):
            return JsonResponse({"refusal": str(refusal)}, status=409)
        messages.error(request, str(refusal))
        return back_to(request, "school-plan-detail", plan.pk)
    label = getattr(result, "label", "")
    return _done(request, plan, f"{words}{label}。")


@require_POST
def school_plan_swap(request: AuthedRequest, pk: int, entry: int) -> HttpResponse:
    """Let two lessons change places (other=)."""
    plan, row = _plan_and_entry(request, pk, entry)
    other = targets.entry_of(plan, whole(request.POST.get("other")) or 0)
    if other is None:
        raise Http404
    return _act(
        request, plan,
        lambda: edits.swap(
            plan, row.pk, other.pk, revision=_revision(request), by=request.actor,
            at=timezone.now(),
        ),
        "已对调",
    )  # fmt: skip


@require_POST
def school_plan_off(request: AuthedRequest, pk: int, entry: int) -> HttpResponse:
    """Take a lesson out of the week."""
    plan, row = _plan_and_entry(request, pk, entry)
    return _act(
        request, plan,
        lambda: edits.take_off(
            plan, [row.pk], revision=_revision(request), by=request.actor, at=timezone.now()
        ),
        "已取下，放在待排里",
    )  # fmt: skip


@require_POST
def school_plan_lock(request: AuthedRequest, pk: int, entry: int) -> HttpResponse:
    """Lock a lesson where it stands, or unlock it."""
    plan, row = _plan_and_entry(request, pk, entry)
    locked = not row.locked
    return _act(
        request, plan,
        lambda: edits.lock(
            plan, [row.pk], locked=locked, revision=_revision(request), by=request.actor,
            at=timezone.now(),
        ),
        "已锁定" if locked else "已解锁",
    )  # fmt: skip


@require_POST
def school_plan_undo(request: AuthedRequest, pk: int) -> HttpResponse:
    """Take the last step back."""
    plan = policy.plan_or_404(request.actor, pk, PlanPerm.EDIT)
    return _act(
        request, plan,
        lambda: edits.undo(
            plan, revision=_revision(request), by=request.actor, at=timezone.now()
        ),
        "已撤销：",
    )  # fmt: skip


@require_POST
def school_plan_redo(request: AuthedRequest, pk: int) -> HttpResponse:
    """Do the step that was taken back again."""
    plan = policy.plan_or_404(request.actor, pk, PlanPerm.EDIT)
    return _act(
        request, plan,
        lambda: edits.redo(
            plan, revision=_revision(request), by=request.actor, at=timezone.now()
        ),
        "已重做：",
    )  # fmt: skip
