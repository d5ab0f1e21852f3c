"""送教上门: who is taught at home, the plan of visits, and the log."""

from functools import partial
from typing import Any

from django.contrib import messages as notices
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
from tongke.teaching.continuity.forms import DayForm, HomeForm, VisitForm
from tongke.teaching.continuity.models import HomeTeaching
from tongke.teaching.continuity.policy import Perm
from tongke.teaching.continuity.queries import away
from tongke.teaching.continuity.services import homes as services
from tongke.teaching.continuity.views.shared import attempt


def _rows(request: AuthedRequest) -> Any:
    return away.home_rows(
        policy.homes(request.actor, Perm.HOME_READ), request.actor.today,
        text=words_in(request), running=request.GET.get("running", ""),
    )  # fmt: skip


@require_GET
def home_list(request: AuthedRequest) -> HttpResponse:
    """Pupils taught at home, with their visits counted."""
    policy.require(request.actor, Perm.HOME_READ)
    context = {
        "page": page_of(request, _rows(request), per=25),
        "options": [("yes", "进行中"), ("no", "已结束")],
        "may_open": policy.may(request.actor, Perm.HOME_EDIT), "today": request.actor.today,
    }  # fmt: skip
    return render(request, "continuity/home_list.html", context)


@require_GET
def home_export(request: AuthedRequest) -> HttpResponse:
    """The list as it is filtered, as a workbook."""
    policy.require(request.actor, Perm.HOME_READ)
    body = export_xlsx(sheets.HOMES, sheets.home_rows(_rows(request)))
    return excel_response(body, f"送教上门-{request.actor.today:%Y%m%d}")


def _form(request: AuthedRequest, home: HomeTeaching | None, **initial: Any) -> HomeForm:
    extra = {"initial": initial} if initial else {}
    return HomeForm(
        request.POST or None, pupils=policy.pupils(request.actor, Perm.HOME_EDIT).order_by("name"),
        teachers=policy.guides(request.actor), home=home, **extra,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def home_new(request: AuthedRequest) -> HttpResponse:
    """Begin to teach a pupil at home."""
    policy.require(request.actor, Perm.HOME_EDIT)
    form = _form(request, None, since=request.actor.today, weekday=3, visit_at="15:00", minutes=60)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.open_home(form.new(), by=request.actor, at=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("continuity:home-detail", made.pk)
    status = 422 if form.errors else 200
    return render(request, "continuity/home_form.html", {"form": form, "home": None}, status=status)


@require_http_methods(["GET", "POST"])
def home_edit(request: AuthedRequest, pk: int) -> HttpResponse:
    """Change teacher, days or plan; an end date ends it."""
    home = policy.home_or_404(request.actor, pk, Perm.HOME_EDIT)
    record_read(home, actor=request.actor, at=timezone.now(), why="送教上门修改")
    form = _form(request, home)
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_home(home, form.new(), by=request.actor, at=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("continuity:home-detail", pk)
    status = 422 if form.errors else 200
    return render(request, "continuity/home_form.html", {"form": form, "home": home}, status=status)


@require_GET
def home_detail(request: AuthedRequest, pk: int) -> HttpResponse:
    """One pupil's teaching at home; sealed notes are shown to the few, and their reading noted."""
    home = policy.home_or_404(request.actor, pk, Perm.HOME_READ)
    secrets = policy.knows_health(request.actor)
    if secrets and home.medical:
        record_read(home, actor=request.actor, at=timezone.now(), why="送教上门详情")
    visits = home.visits.select_related("by")
    held = [each for each in visits if each.state == "held"]
    context = {
        "home": home, "visits": visits, "secrets": secrets, "held": len(held),
        "minutes": sum(each.minutes for each in held), "today": request.actor.today,
        "may_edit": policy.homes(request.actor, Perm.HOME_EDIT).filter(pk=pk).exists(),
        "may_visit": policy.homes(request.actor, Perm.HOME_VISIT).filter(pk=pk).exists(),
        "running": home.until is None or home.until >= request.actor.today,
    }  # fmt: skip
    return render(request, "continuity/home_detail.html", context)


@require_POST
def visit_add(request: AuthedRequest, pk: int) -> HttpResponse:
    """Plan one more visit."""
    home = policy.home_or_404(request.actor, pk, Perm.HOME_VISIT)
    form = DayForm(request.POST)
    if form.is_valid():
        day = form.cleaned_data["day"]
        act = partial(services.add_visit, home, day, by=request.actor, at=timezone.now())
        attempt(request, act, "已加一次上门。")
    else:
        notices.error(request, "没有加上：请选一个日期，再点“加一次上门”。")
    return redirect("continuity:home-detail", pk)


@require_http_methods(["GET", "POST"])
def visit_log(request: AuthedRequest, pk: int, visit_id: int) -> HttpResponse:
    """Write what came of a visit."""
    home = policy.home_or_404(request.actor, pk, Perm.HOME_VISIT)
    visit = policy.visit_or_404(request.actor, home, visit_id)
    initial = {"state": "held", "minutes": visit.minutes or home.minutes, "note": visit.note}
    form = VisitForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            services.log_visit(
                visit, state=data["state"], minutes=data["minutes"] or 0, note=data["note"],
                by=request.actor, at=timezone.now(),
            )  # fmt: skip
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("continuity:home-detail", pk)
    context = {"form": form, "home": home, "visit": visit}
    status = 422 if form.errors else 200
    return render(request, "continuity/visit_form.html", context, status=status)
