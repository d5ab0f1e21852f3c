"""Leave of pupils: the family asks on the phone, the homeroom teacher confirms."""

from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongke.core.audit import record_read
from tongke.core.errors import Refused
from tongke.core.spreadsheets import export_xlsx
from tongke.core.web import excel_response, page_of
from tongke.foundation.people.web import AuthedRequest, words_in
from tongke.teaching.continuity import policy, sheets
from tongke.teaching.continuity.forms import LeaveForm
from tongke.teaching.continuity.models import Leave
from tongke.teaching.continuity.policy import Perm
from tongke.teaching.continuity.queries import away
from tongke.teaching.continuity.services import leaves as services
from tongke.teaching.continuity.views.shared import attempt


def _rows(request: AuthedRequest) -> Any:
    get = request.GET
    return away.leave_rows(
        policy.leaves(request.actor, Perm.LEAVE_READ), text=words_in(request),
        state=get.get("state", ""), kind=get.get("kind", ""), sort=get.get("sort", ""),
    )  # fmt: skip


@require_GET
def leave_list(request: AuthedRequest) -> HttpResponse:
    """Leave of the own class, school or children; why is not shown in lists."""
    policy.require(request.actor, Perm.LEAVE_READ)
    waiting = policy.leaves(request.actor, Perm.LEAVE_DECIDE).filter(state=Leave.State.ASKED)
    context = {
        "page": page_of(request, _rows(request), per=25), "states": Leave.State.choices,
        "kinds": Leave.Kind.choices, "may_ask": policy.may(request.actor, Perm.LEAVE_ASK),
        "waiting": waiting.count(),
    }  # fmt: skip
    return render(request, "continuity/leave_list.html", context)


@require_GET
def leave_export(request: AuthedRequest) -> HttpResponse:
    """The list as it is filtered, as a workbook; without reasons."""
    policy.require(request.actor, Perm.LEAVE_READ)
    body = export_xlsx(sheets.LEAVES, sheets.leave_rows(_rows(request)))
    return excel_response(body, f"请假-{request.actor.today:%Y%m%d}")


@require_http_methods(["GET", "POST"])
def leave_new(request: AuthedRequest) -> HttpResponse:
    """Ask leave for a child, or enter it as homeroom teacher."""
    policy.require(request.actor, Perm.LEAVE_ASK)
    today = request.actor.today
    initial = {"starts_on": today, "ends_on": today, "kind": Leave.Kind.SICK}
    pupils = policy.pupils(request.actor, Perm.LEAVE_ASK).order_by("name", "pk")
    form = LeaveForm(request.POST or None, pupils=pupils, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.ask(form.new(), by=request.actor, at=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("continuity:leave-detail", made.pk)
    status = 422 if form.errors else 200
    return render(request, "continuity/leave_form.html", {"form": form}, status=status)


@require_GET
def leave_detail(request: AuthedRequest, pk: int) -> HttpResponse:
    """One leave; reading why is noted in the audit log."""
    leave = policy.leave_or_404(request.actor, pk, Perm.LEAVE_READ)
    secrets = policy.knows_health(request.actor)
    if secrets and (leave.reason or leave.medical):
        record_read(leave, actor=request.actor, at=timezone.now(), why="请假详情")
    decides = policy.leaves(request.actor, Perm.LEAVE_DECIDE).filter(pk=pk).exists()
    asks = policy.leaves(request.actor, Perm.LEAVE_ASK).filter(pk=pk).exists()
    live = leave.state in {Leave.State.ASKED, Leave.State.CONFIRMED}
    context = {
        "leave": leave, "may_decide": decides and leave.state == Leave.State.ASKED,
        "may_guide": decides and live,
        "may_cancel": (decides or asks) and live and leave.ends_on >= request.actor.today,
        "secrets": secrets,
    }  # fmt: skip
    return render(request, "continuity/leave_detail.html", context)


@require_POST
def leave_decide(request: AuthedRequest, pk: int) -> HttpResponse:
    """Confirm leave, or refuse it with a word."""
    leave = policy.leave_or_404(request.actor, pk, Perm.LEAVE_DECIDE)
    act = partial(
        services.decide, leave, confirm="refuse" not in request.POST,
        answer=request.POST.get("answer", ""), by=request.actor, at=timezone.now(),
    )  # fmt: skip
    attempt(request, act, "已回复家长。")
    return redirect("continuity:leave-detail", pk)


@require_POST
def leave_cancel(request: AuthedRequest, pk: int) -> HttpResponse:
    """Take leave back, by the family or the homeroom teacher."""
    mine = policy.leaves(request.actor, Perm.LEAVE_ASK).filter(pk=pk).exists()
    perm = Perm.LEAVE_ASK if mine else Perm.LEAVE_DECIDE
    leave = policy.leave_or_404(request.actor, pk, perm)
    act = partial(services.cancel, leave, by=request.actor, at=timezone.now())
    attempt(request, act, "已撤销请假。")
    return redirect("continuity:leave-detail", pk)


@require_POST
def leave_guide(request: AuthedRequest, pk: int) -> HttpResponse:
    """Write how the pupil may learn during the leave."""
    leave = policy.leave_or_404(request.actor, pk, Perm.LEAVE_DECIDE)
    text = request.POST.get("text", "")
    act = partial(services.guide, leave, text, by=request.actor, at=timezone.now())
    attempt(request, act, "已发给家长。")
    return redirect("continuity:leave-detail", pk)
