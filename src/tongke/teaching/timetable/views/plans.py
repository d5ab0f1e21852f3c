"""Planning: choose ready courses, let the worker solve, look at the week, accept."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from tongke.core.errors import Refused
from tongke.core.web import page_of, render_part
from tongke.foundation.people.web import AuthedRequest
from tongke.teaching.timetable import policy
from tongke.teaching.timetable import slots as pure
from tongke.teaching.timetable.drawing import draw
from tongke.teaching.timetable.forms import whole
from tongke.teaching.timetable.models import PlanRun
from tongke.teaching.timetable.policy import Perm
from tongke.teaching.timetable.queries import planning as queries
from tongke.teaching.timetable.services import planning as services


@require_GET
def plan_list(request: AuthedRequest) -> HttpResponse:
    """Courses that wait to be planned, and what was planned before."""
    policy.require(request.actor, Perm.COURSE_PLAN)
    courses = policy.courses(request.actor, Perm.COURSE_PLAN)
    context = {
        "ready": queries.waiting(courses),
        "page": page_of(request, queries.run_rows(policy.plan_runs(request.actor)), per=20),
    }
    return render(request, "timetable/plan_list.html", context)


@require_POST
def plan_start(request: AuthedRequest) -> HttpResponse:
    """Ask for slots for the ticked courses (course=)."""
    policy.require(request.actor, Perm.COURSE_PLAN)
    ids = [pk for text in request.POST.getlist("course") if (pk := whole(text))]
    chosen = policy.courses(request.actor, Perm.COURSE_PLAN).filter(pk__in=ids)
    try:
        run = services.plan_slots(
            list(chosen.order_by("pk")), organisation=request.actor.organisation,
            by=request.actor, at=timezone.now(),
        )  # fmt: skip
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("timetable:plan-list")
    return redirect("timetable:plan-detail", run.pk)


@require_GET
def plan_detail(request: AuthedRequest, pk: int) -> HttpResponse:
    """How far a run is; then its proposal on the clock, or who is in the way."""
    run = policy.plan_run_or_404(request.actor, pk)
    running = run.state in {PlanRun.State.QUEUED, PlanRun.State.RUNNING}
    if request.headers.get("HX-Request"):
        if running:
            return render_part(request, "timetable/plan_detail.html", "work", {"run": run})
        return HttpResponse(headers={"HX-Refresh": "true"})
    context: dict[str, Any] = {"run": run, "running": running}
    if run.state == PlanRun.State.READY:
        context |= _proposal(request, run)
    return render(request, "timetable/plan_detail.html", context)


def _proposal(request: AuthedRequest, run: PlanRun) -> dict[str, Any]:
    """The proposal as it would be published now; one course of it on the clock."""
    try:
        found = services.open_proposal(run, request.actor.today)
    except Refused as refusal:
        return {"stale": str(refusal)}
    wanted = whole(request.GET.get("course"))
    course = next((each for each in found.courses if each.pk == wanted), found.courses[0])
    plain = found.problem.course(str(course.pk))
    moving = _moving(request, found.slots, plain)
    rest = [slot for slot in found.slots if slot is not moving]
    placed = sum(slot.course == plain.key for slot in rest)
    options = pure.options(found.problem, plain, rest) if placed < plain.periods_per_week else []
    shown = rest if moving else found.slots
    return {
        "courses": queries.proposal_lines(found.courses, found.problem, found.slots,
                                          run.proposal.get("unplaced", [])),
        "faults": found.faults, "course": course, "moving": moving, "options": options,
        "drawing": draw(found.problem, plain, shown, options),
        "days": [draw(found.problem, plain, shown, options, weekdays=(day,))
                 for day in found.problem.weekdays],
        "publishable": not found.faults and bool(found.slots),
    }  # fmt: skip


def _moving(request: AuthedRequest, slots: list[pure.Slot], plain: pure.Course) -> pure.Slot | None:
    """The lesson that the address takes up (?move=weekday-seq), if it is in the plan."""
    parts = request.GET.get("move", "").split("-")
    day, seq = (whole(part) for part in (parts if len(parts) == 2 else ("", "")))
    return next(
        (slot for slot in slots
         if (slot.course, slot.weekday, slot.host.seq) == (plain.key, day, seq)), None,
    )  # fmt: skip


@require_POST
def plan_move(request: AuthedRequest, pk: int) -> HttpResponse:
    """Put a lesson (course=, from=, to=, as weekday-seq) into another period."""
    run, post = policy.plan_run_or_404(request.actor, pk), request.POST
    course = next(
        (each for each in run.courses.all() if each.pk == whole(post.get("course"))), None
    )
    to = _period(post.get("to", ""))
    if course is None or to is None:
        raise Http404
    try:
        services.move_slot(
            run, course, taken_from=_period(post.get("from", "")), weekday=to[0], seq=to[1],
            by=request.actor, at=timezone.now(),
        )  # fmt: skip
    except Refused as refusal:
        messages.error(request, str(refusal))
    response = redirect("timetable:plan-detail", pk)
    response["Location"] += f"?course={course.pk}"
    return response


def _period(text: str) -> tuple[int, int] | None:
    day, _, seq = text.partition("-")
    found = (whole(day, 1, 7), whole(seq, 1, 20))
    return (found[0], found[1]) if found[0] and found[1] else None


@require_POST
def plan_accept(request: AuthedRequest, pk: int) -> HttpResponse:
    """Publish every course of the proposal that has all its lessons."""
    run = policy.plan_run_or_404(request.actor, pk)
    try:
        courses = services.accept_plan(run, by=request.actor, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("timetable:plan-detail", pk)
    messages.success(request, f"已开课 {len(courses)} 门，两端教师和学校都会收到消息。")
    if len(courses) == 1:
        return redirect("timetable:course-detail", courses[0].pk)
    return redirect("timetable:course-list")


@require_POST
def plan_discard(request: AuthedRequest, pk: int) -> HttpResponse:
    """Give a run up."""
    run = policy.plan_run_or_404(request.actor, pk)
    try:
        services.discard_plan(run, by=request.actor, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("timetable:plan-list")
