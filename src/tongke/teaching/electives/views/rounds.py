"""Rounds: set up, opened, drawn, told, started; what came out of them."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongke.core.errors import Refused
from tongke.core.profile import current
from tongke.core.web import excel_response, page_of
from tongke.foundation.people.web import AuthedRequest
from tongke.teaching.electives import policy, sheets
from tongke.teaching.electives.forms import LimitsForm, RoundForm
from tongke.teaching.electives.models import Round, Seat
from tongke.teaching.electives.policy import Perm
from tongke.teaching.electives.profile import ElectivesProfile
from tongke.teaching.electives.queries import rounds as queries
from tongke.teaching.electives.queries import seats as seat_queries
from tongke.teaching.electives.queries import times
from tongke.teaching.electives.services import drawing, opening, sectioning
from tongke.teaching.electives.services import rounds as services
from tongke.teaching.electives.views.shared import acted, asked, form_page, reasoned, term_of


@require_GET
def round_list(request: AuthedRequest) -> HttpResponse:
    """The rounds of the school or region, newest first."""
    actor = request.actor
    policy.require(actor, Perm.ROUND_READ)
    rows = queries.search(policy.rounds(actor, Perm.ROUND_READ), asked(request))
    now = timezone.now()
    page = page_of(request, rows, per=30)
    context = {
        "page": page, "lines": [(one, queries.phase(one, now)) for one in page],
        "states": Round.State.choices, "may_run": policy.may(actor, Perm.ROUND_RUN),
    }  # fmt: skip
    return render(request, "electives/round_list.html", context)


def _form(request: AuthedRequest, round_: Round | None = None) -> RoundForm:
    schools = queries.schools_for(request.actor, request.actor.today)
    schemes = [(one.code, f"选科 {one.name}") for one in current(ElectivesProfile).schemes]
    return RoundForm(
        request.POST if request.method == "POST" else None,
        schools=schools,
        schemes=schemes,
        round_=round_,
    )


@require_http_methods(["GET", "POST"])
def round_create(request: AuthedRequest) -> HttpResponse:
    """Prepare a round."""
    actor = request.actor
    policy.require(actor, Perm.ROUND_RUN)
    term = term_of(request)
    if term is None:
        messages.error(request, "还没有学期，不能选课。请教务员先建立学期。")
        return redirect("electives:round-list")
    form = _form(request)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.create_round(
                term, policy.round_home(actor), form.plan(), by=actor, at=timezone.now()
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "轮次已建立。")
            return redirect("electives:round-detail", made.pk)
    return form_page(request, form, title="新建选课轮次", back=reverse("electives:round-list"))


@require_http_methods(["GET", "POST"])
def round_edit(request: AuthedRequest, pk: int) -> HttpResponse:
    """Change a round that is being prepared."""
    round_ = policy.round_or_404(request.actor, pk, Perm.ROUND_RUN)
    form = _form(request, round_)
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_round(round_, form.plan(), by=request.actor, at=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已保存。")
            return redirect("electives:round-detail", pk)
    back = reverse("electives:round-detail", args=[pk])
    return form_page(request, form, title="修改轮次", back=back)


@require_GET
def round_detail(request: AuthedRequest, pk: int) -> HttpResponse:
    """Where a round stands, what is wanted, and what can be done next."""
    actor = request.actor
    round_ = policy.round_or_404(actor, pk, Perm.ROUND_READ)
    now, runs = timezone.now(), policy.rounds(actor, Perm.ROUND_RUN).filter(pk=pk).exists()
    figures = queries.report(round_, actor.today)
    context: dict[str, Any] = {
        "round": round_, "phase": queries.phase(round_, now), "report": figures,
        "lines": queries.section_lines(round_), "runs": runs,
        "closed": now >= round_.closes_at, "chart": queries.rank_chart(figures),
        "names": policy.may(actor, Perm.RETURN_READ),
        "grades": "、".join(grade.name for grade in round_.grades.all()),
        "schools": list(round_.schools.all()),
    }  # fmt: skip
    if round_.by_subjects:
        context |= {
            "limits": LimitsForm(schools=round_.schools.all()),
            "combinations": queries.combinations(round_),
            "searches": policy.runs(actor).filter(round=round_).select_related("school"),
        }
    return render(request, "electives/round_detail.html", context)


@require_http_methods(["GET", "POST"])
def round_sections(request: AuthedRequest, pk: int) -> HttpResponse:
    """Which published sections a round offers (section=)."""
    actor = request.actor
    round_ = policy.round_or_404(actor, pk, Perm.ROUND_RUN)
    rows = list(queries.sections_for(actor, round_.term))
    if request.method == "POST":
        ids = set(request.POST.getlist("section"))
        chosen = [one for one in rows if str(one.pk) in ids]
        return acted(
            request,
            partial(services.set_menu, round_, chosen),
            f"菜单已保存，共 {len(chosen)} 个教学班。",
            "electives:round-detail",
            pk,
        )
    on_menu = set(round_.sections.values_list("pk", flat=True))
    lines = [(one, times.times_text(one), one.pk in on_menu) for one in rows]
    context = {"round": round_, "lines": lines}
    return render(request, "electives/round_sections.html", context)


@require_POST
def round_open(request: AuthedRequest, pk: int) -> HttpResponse:
    """Publish a round to the families."""
    round_ = policy.round_or_404(request.actor, pk, Perm.ROUND_RUN)
    return acted(
        request,
        partial(services.open_round, round_),
        "已发布，学生和家长收到通知。",
        "electives:round-detail",
        pk,
    )


@require_http_methods(["GET", "POST"])
def round_cancel(request: AuthedRequest, pk: int) -> HttpResponse:
    """Give a round up, with a reason."""
    round_ = policy.round_or_404(request.actor, pk, Perm.ROUND_RUN)
    return reasoned(
        request,
        partial(services.cancel_round, round_),
        title="取消轮次", hint=f"“{round_.title}”的选课单不再有效，家庭会收到通知。",
        back=reverse("electives:round-detail", args=[pk]),
    )  # fmt: skip


@require_POST
def round_draw(request: AuthedRequest, pk: int) -> HttpResponse:
    """Draw lots with the public value (value=)."""
    round_ = policy.round_or_404(request.actor, pk, Perm.ROUND_RUN)
    value = request.POST.get("value", "")
    return acted(
        request,
        partial(drawing.draw, round_, value),
        "摇号完成，核对后请公布结果。",
        "electives:round-detail",
        pk,
    )


@require_POST
def round_publish(request: AuthedRequest, pk: int) -> HttpResponse:
    """Tell the outcome."""
    round_ = policy.round_or_404(request.actor, pk, Perm.ROUND_RUN)
    tell = sectioning.publish if round_.by_subjects else drawing.publish_result
    return acted(request, partial(tell, round_), "结果已公布。", "electives:round-detail", pk)


@require_POST
def round_start(request: AuthedRequest, pk: int) -> HttpResponse:
    """Make rolls and lessons."""
    round_ = policy.round_or_404(request.actor, pk, Perm.ROUND_RUN)
    return acted(
        request,
        partial(opening.start_round, round_),
        "已开课：名单和课次进入各校课表。",
        "electives:round-detail",
        pk,
    )


@require_POST
def section_release(request: AuthedRequest, pk: int, section: int) -> HttpResponse:
    """Open the reserved seats of a section to everybody who waits."""
    round_ = policy.round_or_404(request.actor, pk, Perm.ROUND_RUN)
    one = policy.round_section_or_404(round_, section)
    return acted(
        request,
        partial(drawing.release_reserve, round_, one),
        "预留名额已开放给候补学生。",
        "electives:round-detail",
        pk,
    )


@require_GET
def seat_list(request: AuthedRequest, pk: int) -> HttpResponse:
    """The outcome pupil by pupil, of those the actor may know."""
    actor = request.actor
    policy.require(actor, Perm.RETURN_READ)
    round_ = policy.round_or_404(actor, pk, Perm.ROUND_READ)
    rows = seat_queries.search(policy.seats(actor, Perm.SEAT_READ), round_, asked(request))
    page = page_of(request, rows)
    context = {
        "round": round_, "page": page, "states": Seat.State.choices,
        "lines": seat_queries.with_homes(list(page), actor.today),
        "sections": [(str(one.pk), str(one)) for one in seat_queries.sections_of(round_)],
    }  # fmt: skip
    return render(request, "electives/seat_list.html", context)


@require_GET
def seat_export(request: AuthedRequest, pk: int) -> HttpResponse:
    """The outcome as a workbook."""
    actor = request.actor
    policy.require(actor, Perm.RETURN_READ)
    round_ = policy.round_or_404(actor, pk, Perm.ROUND_READ)
    rows = seat_queries.search(policy.seats(actor, Perm.SEAT_READ), round_, asked(request))
    lines = seat_queries.with_homes(list(rows), actor.today)
    return excel_response(sheets.seats_book(lines), f"{round_.title}结果")
