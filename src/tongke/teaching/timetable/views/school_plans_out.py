"""Plans on paper, as workbooks and in calendars; timetables of schools coming in."""

from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongke.core.errors import Refused
from tongke.core.web import attachment, excel_response, page_of
from tongke.foundation.people.middleware import public
from tongke.foundation.people.roles import SCHOOL_STAFF
from tongke.foundation.people.web import AuthedRequest
from tongke.teaching.timetable import gridsheets
from tongke.teaching.timetable import policy_plans as policy
from tongke.teaching.timetable.forms import whole
from tongke.teaching.timetable.models import GridImport
from tongke.teaching.timetable.policy_plans import PlanPerm
from tongke.teaching.timetable.queries.calendar import current_term
from tongke.teaching.timetable.queries.plans import feeds as feed_queries
from tongke.teaching.timetable.queries.plans import imports, pages, papers
from tongke.teaching.timetable.queries.plans.problem import setting_of
from tongke.teaching.timetable.services.plans import feeds, grid_imports
from tongke.teaching.timetable.views.school_plans_shared import attempt, place_of, place_or_404
from tongke.teaching.timetable.views.shared import asked


@require_GET
def school_plan_print(request: AuthedRequest, pk: int) -> HttpResponse:
    """Weeks of a version to print: one class, teacher or room (?by=, ?key=), or all (?key=all)."""
    plan = policy.plan_or_404(request.actor, pk, PlanPerm.READ)
    by = pages.view_of(request.GET.get("by", ""))
    key = request.GET.get("key", "")
    context = place_of(request, plan) | {"by": by, "key": key, "views": pages.VIEWS}
    try:
        setting = setting_of(plan, request.actor.today)
        wanted = "" if key == "all" else key or next(iter(_keys(setting, by)), "")
        context["sheets"] = papers.sheets(setting, list(plan.entries.all()), by, wanted)
    except Refused as refusal:
        context["refusal"] = str(refusal)
    return render(request, "timetable/plans/print.html", context)


def _keys(setting: Any, by: pages.By) -> list[str]:
    return [one for one, _ in pages.choices_of(setting, by)]


@require_GET
def school_plan_export(request: AuthedRequest, pk: int) -> HttpResponse:
    """A version as the workbook schools keep: classes × week, teachers × week."""
    plan = policy.plan_or_404(request.actor, pk, PlanPerm.READ)
    try:
        setting = setting_of(plan, request.actor.today)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("timetable:school-plan-detail", pk)
    heading = f"{plan.school.name} {plan.term.name} v{plan.number}"
    body = papers.workbook(setting, list(plan.entries.all()), heading)
    return excel_response(body, f"课表-{plan.school.short_name}-v{plan.number}")


@require_GET
def feed_mine(request: AuthedRequest) -> HttpResponse:
    """My calendar link: what it is, making one, taking it back."""
    if request.actor.role not in SCHOOL_STAFF:
        raise Http404
    at = asked(request)
    feed = policy.feeds(request.actor).filter(revoked_at=None).first()
    link = request.build_absolute_uri(reverse("timetable:feed", args=[feed.token])) if feed else ""
    count = len(feed_queries.events_of(request.actor.person, at.term)) if at else 0
    context = {"feed": feed, "link": link, "at": at, "count": count}
    return render(request, "timetable/plans/feed.html", context)


@require_POST
def feed_open(request: AuthedRequest) -> HttpResponse:
    """Make a link; one that was there before stops working."""
    if request.actor.role not in SCHOOL_STAFF:
        raise Http404
    feeds.open_feed(by=request.actor, at=timezone.now())
    messages.success(request, "订阅链接已生成，只有您自己知道，不要发给别人。")
    return redirect("timetable:feed-mine")


@require_POST
def feed_revoke(request: AuthedRequest) -> HttpResponse:
    """Take the link back."""
    if request.actor.role not in SCHOOL_STAFF:
        raise Http404
    attempt(request, lambda: feeds.revoke_feed(by=request.actor, at=timezone.now()))
    return redirect("timetable:feed-mine")


@public
@require_GET
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """One person's lessons for a calendar; whoever has the link needs no sign-in."""
    found = feed_queries.open_feed(token)
    if found is None:
        raise Http404
    now = timezone.now()
    organisation = feed_queries.place_of(found.person, timezone.localdate(now))
    term = current_term(organisation, timezone.localdate(now)) if organisation else None
    events = feed_queries.events_of(found.person, term) if term else []
    feeds.note_read(found, at=now)
    text = feed_queries.calendar_text(
        f"{found.person.name}的课", events, at=now, host=request.get_host().partition(":")[0]
    )
    response = attachment(text.encode(), "timetable.ics", "text/calendar; charset=utf-8")
    # Revoked links answer nothing at once: no copy is kept on the way.
    response["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "POST"])
def grid_import(request: AuthedRequest, pk: int) -> HttpResponse:
    """Upload a timetable as the school keeps it (file=), its heads pointed out where need be."""
    place = place_or_404(request, pk, PlanPerm.EDIT)
    refusal = ""
    if request.method == "POST":
        file = request.FILES.get("file")
        layouts = _layouts(request)
        if not isinstance(file, UploadedFile):
            refusal = "请选择 .xlsx 文件。"
        elif (file.size or 0) > 10 * 1024 * 1024:
            refusal = "文件超过 10 MB，请删去图片和多余内容。"
        else:
            try:
                row = grid_imports.upload(
                    place.school, place.term, file.read(), file.name or "课表.xlsx",
                    layouts=layouts, by=request.actor, at=timezone.now(),
                )  # fmt: skip
            except Refused as refused:
                refusal = str(refused)
            else:
                return redirect("timetable:grid-import-match", row.pk)
    rows = policy.grid_imports(request.actor).filter(school=place.school, term=place.term)
    context = {
        "place": place, "refusal": refusal,
        "page": page_of(request, rows.select_related("created_by", "plan"), per=10),
    }  # fmt: skip
    status = 422 if refusal else 200
    return render(request, "timetable/plans/import_upload.html", context, status=status)


def _layouts(request: AuthedRequest) -> dict[str, gridsheets.Layout]:
    """Where a person says the heads of one worksheet are; rows and columns from 1."""
    title, shape = request.POST.get("sheet", "").strip(), request.POST.get("shape", "")
    days, periods = whole(request.POST.get("days_row")), whole(request.POST.get("periods"))
    if not title or shape not in {"across", "block"} or not days or not periods:
        return {}
    names = whole(request.POST.get("names")) or 1
    return {title: gridsheets.Layout(shape, days - 1, periods - 1, names - 1)}


@require_http_methods(["GET", "POST"])
def grid_import_match(request: AuthedRequest, pk: int) -> HttpResponse:
    """Say what unknown names mean and which tables are left out; then make a version."""
    row = policy.grid_import_or_404(request.actor, pk)
    if request.method == "POST":
        chosen = {kind: _chosen(request, row, kind) for kind, _ in imports.KINDS}
        done = attempt(
            request,
            lambda: grid_imports.match(
                row, chosen, request.POST.getlist("skip"), by=request.actor, at=timezone.now()
            ) or row,
        )  # fmt: skip
        if done and request.POST.get("make"):
            plan = attempt(
                request,
                lambda: grid_imports.make_plan(
                    row, name=request.POST.get("name", "") or "导入的课表", by=request.actor,
                    at=timezone.now(),
                ),
            )  # fmt: skip
            if plan is not None:
                messages.success(request, f"已生成 v{plan.number}，可以接着自动排或手工调整。")
                return redirect("timetable:school-plan-detail", plan.pk)
        return redirect("timetable:grid-import-match", pk)
    context: dict[str, Any] = {"row": row, "school": row.school, "term": row.term}
    try:
        found = imports.matched(row, request.actor.today)
    except Refused as refusal:
        context["refusal"] = str(refusal)
    else:
        given = imports.options(found)
        context |= {
            "found": found, "skipped": row.mapping.get("skipped", []),
            "groups": [(kind, label, found.of(kind), given[kind]) for kind, label in imports.KINDS],
        }  # fmt: skip
    return render(request, "timetable/plans/import_match.html", context)


def _chosen(request: AuthedRequest, row: GridImport, kind: str) -> dict[str, str]:
    """What was chosen for each name of a kind; "?" means nothing yet."""
    names = request.POST.getlist(f"{kind}-name")
    keys = request.POST.getlist(f"{kind}-key")
    return {name: key for name, key in zip(names, keys, strict=False) if key != "?"}


@require_POST
def grid_import_drop(request: AuthedRequest, pk: int) -> HttpResponse:
    """Give an import up."""
    row = policy.grid_import_or_404(request.actor, pk)
    attempt(request, lambda: grid_imports.drop(row, by=request.actor, at=timezone.now()) or row)
    return redirect("timetable:grid-import", row.school_id)
