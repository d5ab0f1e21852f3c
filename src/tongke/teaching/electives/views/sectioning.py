"""走班: ask for sections, look at the plan, adopt it with times for the bands."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from tongke.core.errors import Refused
from tongke.core.web import render_part
from tongke.foundation.people.web import AuthedRequest
from tongke.teaching.electives import policy
from tongke.teaching.electives.forms import BandsForm, LimitsForm
from tongke.teaching.electives.models import SectioningRun
from tongke.teaching.electives.policy import Perm
from tongke.teaching.electives.queries import sectioning as queries
from tongke.teaching.electives.services import sectioning as services
from tongke.teaching.electives.views.shared import acted


@require_POST
def run_start(request: AuthedRequest, pk: int) -> HttpResponse:
    """Ask for the sections of one school's pupils."""
    round_ = policy.round_or_404(request.actor, pk, Perm.ROUND_RUN)
    form = LimitsForm(request.POST, schools=round_.schools.all())
    if not form.is_valid():
        messages.error(request, "请检查时段数和人数。")
        return redirect("electives:round-detail", pk)
    try:
        run = services.ask(
            round_, form.cleaned_data["school"], form.limits(), by=request.actor,
            at=timezone.now(),
        )  # fmt: skip
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("electives:round-detail", pk)
    return redirect("electives:run-detail", run.pk)


@require_GET
def run_detail(request: AuthedRequest, pk: int) -> HttpResponse:
    """How far the search is; then its plan, or why there is none."""
    run = policy.run_or_404(request.actor, pk)
    running = run.state in services.OPEN
    if request.headers.get("HX-Request"):
        if running:
            return render_part(request, "electives/run_detail.html", "work", {"run": run})
        return HttpResponse(headers={"HX-Refresh": "true"})
    context = {
        "run": run, "running": running, "plan": queries.plan_of(run),
        "form": BandsForm(bands=run.limits["bands"]),
        "ready": run.state == SectioningRun.State.READY,
    }  # fmt: skip
    return render(request, "electives/run_detail.html", context)


@require_POST
def run_accept(request: AuthedRequest, pk: int) -> HttpResponse:
    """Adopt a plan."""
    run = policy.run_or_404(request.actor, pk)
    form = BandsForm(request.POST, bands=run.limits["bands"])
    if not form.is_valid():
        messages.error(request, "请填写每个时段的上课时间。")
        return redirect("electives:run-detail", pk)
    return acted(
        request,
        partial(services.accept, run, form.times()),
        "方案已采用，可以公布结果。",
        "electives:run-detail",
        pk,
    )


@require_POST
def run_stop(request: AuthedRequest, pk: int) -> HttpResponse:
    """Stop a search, or give its plan up."""
    run = policy.run_or_404(request.actor, pk)
    return acted(
        request, partial(services.stop, run), "已放弃。", "electives:round-detail", run.round_id
    )
