"""Pages of the master-teacher register: schools report, offices file or return."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.core.profile import current
from tongke.core.spreadsheets import export_xlsx
from tongke.core.web import excel_response, page_of
from tongke.foundation.people import exports, policy
from tongke.foundation.people.forms import EndForm, ReasonForm, TitleForm
from tongke.foundation.people.models import Title
from tongke.foundation.people.policy import Perm
from tongke.foundation.people.profile import PeopleProfile
from tongke.foundation.people.queries import organisations as organisation_queries
from tongke.foundation.people.queries import staffing as queries
from tongke.foundation.people.queries.vocabulary import subjects
from tongke.foundation.people.roles import STAFF, Role
from tongke.foundation.people.services import titles as services
from tongke.foundation.people.web import AuthedRequest, for_roles, number_in, words_in

_REPORTERS = frozenset({Role.HEAD, Role.TIMETABLER})


def _filter(request: HttpRequest) -> queries.TitleFilter:
    return queries.TitleFilter(
        words=words_in(request), kind=request.GET.get("kind", ""),
        state=request.GET.get("state", ""), subject=request.GET.get("subject", ""),
        school=number_in(request, "school"),
    )  # fmt: skip


@require_GET
@for_roles(*STAFF)
def title_list(request: AuthedRequest) -> HttpResponse:
    """The register with counts by kind; what the actor may do with each row."""
    actor = request.actor
    readable = policy.titles(actor, Perm.TITLE_READ)
    rows = _filter(request).apply(readable).select_related("person", "organisation")
    page = page_of(request, rows.order_by("organisation__path", "person__name", "pk"))
    ids = [one.pk for one in page.object_list]
    fileable = set(
        policy.titles(actor, Perm.TITLE_FILE).filter(pk__in=ids).values_list("pk", flat=True)
    )
    own = policy.titles(actor, Perm.TITLE_REPORT).filter(pk__in=ids)
    profile = current(PeopleProfile)
    schools = policy.organisations(actor, Perm.ORGANISATION_READ)
    context = {
        "page": page,
        "counts": queries.title_counts(readable, actor.today),
        "kinds": [(one.code, profile.title_name(one.code)) for one in profile.titles],
        "states": Title.State.choices,
        "subjects": subjects(),
        "schools": organisation_queries.schools(schools),
        "fileable": fileable,
        "reportable": set(own.values_list("pk", flat=True)),
        "can_report": actor.role in _REPORTERS,
        "today": actor.today,
        "reason_form": ReasonForm(),
    }
    return render(request, "people/title_list.html", context)


@require_GET
@for_roles(*STAFF)
def title_export(request: AuthedRequest) -> HttpResponse:
    """The register as a workbook, with the same filter."""
    rows = _filter(request).apply(policy.titles(request.actor, Perm.TITLE_READ))
    listed = rows.select_related("person", "organisation").order_by("organisation__path", "pk")
    body = export_xlsx(exports.TITLES, exports.title_rows(listed))
    record("people.title.exported", None, actor=request.actor, at=timezone.now())
    return excel_response(body, "名师备案")


@require_http_methods(["GET", "POST"])
@for_roles(*_REPORTERS)
def title_add(request: AuthedRequest) -> HttpResponse:
    """A school reports a title of one of its teachers."""
    actor = request.actor
    form = TitleForm(request.POST or None, actor=actor)
    if request.method == "POST" and form.is_valid():
        try:
            new = services.NewTitle(organisation=actor.organisation, **form.cleaned_data)
            title = services.report_title(new, by=actor, at=timezone.now())
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"已上报{title.person.name}的称号，等待备案。")
            return redirect("people:title-list")
    context = {"form": form}
    return render(request, "people/title_form.html", context, status=422 if form.errors else 200)


def _do(request: HttpRequest, done: str, act: Callable[[], None]) -> HttpResponse:
    try:
        act()
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, done)
    return redirect("people:title-list")


@require_POST
def title_file(request: AuthedRequest, pk: int) -> HttpResponse:
    """An office files a title."""
    title = policy.title_or_404(request.actor, pk, Perm.TITLE_FILE)
    at = timezone.now()
    return _do(request, "已备案。", lambda: services.file_title(title, by=request.actor, at=at))


@require_POST
def title_return(request: AuthedRequest, pk: int) -> HttpResponse:
    """An office sends a title back, with a reason."""
    title = policy.title_or_404(request.actor, pk, Perm.TITLE_FILE)
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    at = timezone.now()
    return _do(
        request, "已退回学校。",
        lambda: services.return_title(title, reason, by=request.actor, at=at),
    )  # fmt: skip


@require_POST
def title_again(request: AuthedRequest, pk: int) -> HttpResponse:
    """A school reports a returned title again."""
    title = policy.title_or_404(request.actor, pk, Perm.TITLE_REPORT)
    at = timezone.now()
    return _do(
        request, "已重新上报。", lambda: services.report_again(title, by=request.actor, at=at)
    )


@require_POST
def title_end(request: AuthedRequest, pk: int) -> HttpResponse:
    """An office ends a title that is no longer held."""
    title = policy.title_or_404(request.actor, pk, Perm.TITLE_FILE)
    form = EndForm(request.POST)
    until = form.cleaned_data["until"] if form.is_valid() else request.actor.today
    at = timezone.now()
    return _do(
        request, "称号已结束。", lambda: services.end_title(title, until, by=request.actor, at=at)
    )
