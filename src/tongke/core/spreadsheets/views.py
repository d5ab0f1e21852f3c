"""Pages of an import: upload, report, commit, cancel, undo, template, download.

A package mounts them under an address of its own::

    path("roster/import/", include(import_views("people.roster", RosterImporter, may_import)))
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongke.core.errors import Refused
from tongke.core.models import ImportRun
from tongke.core.spreadsheets import runs, tasks
from tongke.core.spreadsheets.forms import UploadForm
from tongke.core.spreadsheets.importer import ACTION_LABELS, Action, Importer, LoadsFile
from tongke.core.spreadsheets.sheet import KIND_NAMES, Column, Sheet
from tongke.core.spreadsheets.tasks import ImportKind
from tongke.core.spreadsheets.writing import export_xlsx, shown, template_xlsx
from tongke.core.web import excel_response, page_of, render_part

STEPS = ["上传文件", "检查结果", "确认导入"]
_TILES = {
    Action.ADD: ("plus", "ok"),
    Action.CHANGE: ("edit", "primary"),
    Action.LEAVE: ("door-exit", "warn"),
    Action.SAME: ("check", "muted"),
    Action.REFUSE: ("alert-circle", "danger"),
}
STATE_TINTS = {"dry": "warn", "committed": "ok", "undone": "muted", "failed": "danger"}
REPORT = Sheet(
    "import-report",
    "导入报告",
    (
        Column("行号", "row", "integer", help="文件中的行号；空白表示文件里没有的记录。"),
        Column("结果", "action", width=10),
        Column("对象", "label", width=24),
        Column("变化", "fields", width=50, most=32000),
        Column("说明", "message", width=60, most=32000),
    ),
)


@dataclass(frozen=True)
class Visit:
    """One request to the pages of one import."""

    request: HttpRequest
    kind: ImportKind
    scope: dict[str, Any]
    importer: Importer

    @property
    def actor(self) -> Any:
        """Who acts."""
        return self.request.actor  # type: ignore[attr-defined]

    def url(self, page: str = "", **more: Any) -> str:
        """The address of another page of this import."""
        match = self.request.resolver_match
        space = f"{match.namespace}:" if match and match.namespace else ""
        return reverse(space + url_name(self.kind.code, page), kwargs=self.scope | more)

    def run(self, run_id: int) -> ImportRun:
        """The person's own run, else 404."""
        return get_object_or_404(runs.history(self.kind.code, self.actor.account), pk=run_id)


Page = Callable[..., HttpResponse]


def url_name(code: str, page: str = "") -> str:
    """The URL name of a page, without its namespace: ``people-roster-import-report``."""
    return "-".join(part for part in (code.replace(".", "-"), "import", page) if part)


def import_views(
    kind: str,
    importer_factory: Callable[..., Importer],
    permission: Callable[..., bool],
    *,
    title: str = "",
) -> list[URLPattern]:
    """Address patterns of one kind of import, to be included by the package that owns it.

    Args:
        kind: dotted code; dashes for dots in the names of the addresses.
        importer_factory: called with the actor and the keyword arguments of the address.
        permission: the same arguments; False answers 404.
        title: what is imported; by default the title of the importer's sheet.
    """
    made = tasks.register_import(ImportKind(kind, importer_factory, permission, title))
    pages: list[tuple[str, str, Page]] = [
        ("", "", upload),
        ("template/", "template", template),
        ("<int:run_id>/", "report", report),
        ("<int:run_id>/commit/", "commit", commit),
        ("<int:run_id>/cancel/", "cancel", cancel),
        ("<int:run_id>/undo/", "undo", undo),
        ("<int:run_id>/download/", "download", download),
    ]
    return [
        path(route, _bound(made, view), name=url_name(kind, page)) for route, page, view in pages
    ]


def _bound(kind: ImportKind, view: Page) -> Page:
    def bound(request: HttpRequest, run_id: int | None = None, **scope: Any) -> HttpResponse:
        actor = request.actor  # type: ignore[attr-defined]
        if actor is None or not kind.allowed(actor, **scope):
            raise Http404
        visit = Visit(request, kind, scope, kind.factory(actor, **scope))
        return view(request, visit) if run_id is None else view(request, visit, visit.run(run_id))

    bound.__doc__ = view.__doc__
    return bound


@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Choose a file; it is checked and its report shown."""
    limits = runs.limits_of(visit.importer)
    packed = isinstance(visit.importer, LoadsFile)
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = UploadForm(*sent, limits=limits, packed=packed)
    if form.is_valid():
        file, at = form.cleaned_data["file"], timezone.now()
        run = runs.receive(
            visit.importer, file, file.name, kind=visit.kind.code, by=visit.actor, at=at
        )
        _continue(visit, run, "analyse", at)
        return redirect(visit.url("report", run_id=run.pk))
    page = page_of(request, runs.history(visit.kind.code, visit.actor.account), per=10)
    for each in page.object_list:
        each.url, each.tint = visit.url("report", run_id=each.pk), STATE_TINTS[each.state]
    context = _shared(visit, current=1) | {
        "form": form,
        "page": page,
        "template_url": visit.url("template"),
        "has_template": not packed,
        "columns": [
            (each, KIND_NAMES[each.kind], shown(each, each.example))
            for each in visit.importer.sheet.columns
        ],
    }
    status = 422 if form.errors else 200
    return render(request, "core/import/upload.html", context, status=status)


@require_GET
def template(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The workbook to fill in."""
    return excel_response(template_xlsx(visit.importer.sheet), f"{_title(visit)}模板")


@require_GET
def report(request: HttpRequest, visit: Visit, run: ImportRun) -> HttpResponse:
    """What a file would change, or has changed; while it is being worked on, how far it is."""
    if run.state == ImportRun.State.DRY and run.progress_done < run.progress_total:
        context = _shared(visit, current=2) | {"run": run}
        return render_part(request, "core/import/working.html", "work", context)
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Refresh": "true"})
    return _report_page(visit, run)


@require_POST
def commit(request: HttpRequest, visit: Visit, run: ImportRun) -> HttpResponse:
    """Do what the report says."""
    try:
        _continue(visit, run, "commit", timezone.now())
    except Refused as refused:
        run.refresh_from_db()
        return _report_page(visit, run, refusal=str(refused))
    return redirect(visit.url("report", run_id=run.pk))


@require_POST
def cancel(request: HttpRequest, visit: Visit, run: ImportRun) -> HttpResponse:
    """Drop a run that was not committed."""
    try:
        runs.cancel(run, by=visit.actor, at=timezone.now())
    except Refused as refused:
        return _report_page(visit, run, refusal=str(refused))
    messages.success(request, f"已放弃导入“{run.filename}”，没有写入任何内容。")
    return redirect(visit.url())


@require_POST
def undo(request: HttpRequest, visit: Visit, run: ImportRun) -> HttpResponse:
    """Take a committed import back."""
    try:
        runs.undo(run, by=visit.actor, at=timezone.now())
    except Refused as refused:
        return _report_page(visit, run, refusal=str(refused))
    messages.success(request, f"已撤销“{run.filename}”的导入，数据回到导入之前。")
    return redirect(visit.url("report", run_id=run.pk))


@require_GET
def download(request: HttpRequest, visit: Visit, run: ImportRun) -> HttpResponse:
    """The report as a workbook."""
    rows = (
        {
            "row": each["row"] or None,
            "action": ACTION_LABELS[Action(each["action"])],
            "label": each["label"],
            "fields": "；".join(
                f"{name}：{old or '空'} → {new or '空'}"
                for name, (old, new) in each["fields"].items()
            ),
            "message": each["message"],
        }
        for each in runs.report_rows(run)
    )
    meta = {"文件": run.filename, "状态": run.get_state_display()}
    body = export_xlsx(REPORT, rows, title=f"{_title(visit)}导入报告", meta=meta)
    return excel_response(body, f"{_title(visit)}导入报告")


def _continue(visit: Visit, run: ImportRun, step: str, at: datetime) -> None:
    """Do the next step now, or let the worker do it when it takes long."""
    if run.state != ImportRun.State.DRY:
        return
    url = visit.url("report", run_id=run.pk)
    if tasks.start(run, step=step, actor=visit.actor, scope=visit.scope, url=url):
        return
    if step == "analyse":
        runs.analyse(run, visit.importer, by=visit.actor, at=at)
    else:
        runs.commit(run, visit.importer, by=visit.actor, at=at)


def _title(visit: Visit) -> str:
    return visit.kind.title or visit.importer.sheet.title


def _shared(visit: Visit, *, current: int) -> dict[str, Any]:
    return {
        "title": _title(visit),
        "steps": STEPS,
        "current": current,
        "upload_url": visit.url(),
    }


def _report_page(visit: Visit, run: ImportRun, *, refusal: str = "") -> HttpResponse:
    wanted = visit.request.GET.get("action", "")
    rows = runs.report_rows(run)
    counts = run.report.get("counts", {})
    chosen = [row for row in rows if not wanted or row["action"] == wanted]
    for row in chosen:
        row["result"] = ACTION_LABELS[Action(row["action"])]
        row["state"] = _TILES[Action(row["action"])][1]
    state = ImportRun.State
    context = _shared(visit, current=4 if run.state in {state.COMMITTED, state.UNDONE} else 2) | {
        "run": run,
        "refusal": refusal or run.report.get("stopped", ""),
        "tiles": [
            ("", "全部", len(rows), "list", "primary"),
            *(
                (action.value, action.label, counts.get(action.value, 0), *_TILES[action])
                for action in Action
            ),
        ],
        "wanted": wanted,
        "filters": [(action.value, action.label) for action in Action],
        "page": page_of(visit.request, chosen),
        "can_commit": run.state == state.DRY and run.report.get("obstacle") == "",
        "can_cancel": run.state in {state.DRY, state.FAILED},
        "can_undo": run.state == state.COMMITTED
        and run.committed_at is not None
        and run.committed_at > timezone.now() - runs.KEEP_JOURNAL,
        **{
            f"{name}_url": visit.url(name, run_id=run.pk)
            for name in ("report", "commit", "cancel", "undo", "download")
        },
        "undo_days": runs.KEEP_JOURNAL.days,
    }
    status = 409 if refusal else 200
    return render(visit.request, "core/import/report.html", context, status=status)
