"""Pages of the monitor: dashboard, one indicator, the rows behind it."""

from urllib.parse import urlencode

from django.contrib import messages as notices
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from tongke.core.spreadsheets import Column, Sheet, export_xlsx
from tongke.core.web import PER_PAGE, excel_response
from tongke.foundation.people.web import AuthedRequest, number_in
from tongke.governance.monitor import policy, queries, services
from tongke.governance.monitor.policy import Perm
from tongke.governance.monitor.registry import Indicator, indicator


def _term(request: AuthedRequest, terms: dict[str, str]) -> str:
    """The term that the address asks for when it has values, else the newest."""
    asked = request.GET.get("term", "")
    return asked if asked in terms else next(iter(terms), "")


def _one_or_404(code: str) -> Indicator:
    found = indicator(code)
    if found is None:
        raise Http404
    return found


@require_GET
def dashboard(request: AuthedRequest) -> HttpResponse:
    """Every indicator of the actor's organisation, with the trend over the term."""
    organisation = policy.organisation_or_404(
        request.actor, number_in(request, "org"), Perm.VALUE_READ
    )
    snapshot = queries.newest()
    terms = queries.terms(snapshot)
    term = _term(request, terms)
    figures = queries.figures(snapshot, organisation, term, request.actor.today)
    context = {
        "organisation": organisation, "snapshot": snapshot, "figures": figures, "term": term,
        "terms": list(terms.items()),
        "chart": _trends(request, organisation, term),
        "may_compute": request.actor.role == "officer",
    }  # fmt: skip
    return render(request, "monitor/dashboard.html", context)


def _trends(request: AuthedRequest, organisation: object, term: str) -> dict[str, object] | None:
    snapshot = queries.newest()
    series, weeks = [], set()
    for code in ("held", "participation"):
        one = _one_or_404(code)
        line = dict(queries.trend(snapshot, one, organisation, term))  # type: ignore[arg-type]
        weeks |= {week for week, share in line.items() if share is not None}
        series.append((one.name, line))
    if not weeks:
        return None
    order = sorted(weeks)
    return {
        "kind": "line", "unit": "%", "max": 100, "labels": [f"第 {week} 周" for week in order],
        "series": [
            {"name": name, "values": [
                None if (share := line.get(week)) is None else round(share * 100, 1)
                for week in order
            ]}
            for name, line in series
        ],
    }  # fmt: skip


@require_GET
def indicator_detail(request: AuthedRequest, code: str) -> HttpResponse:
    """One indicator: definition, value, schools, trend."""
    one = _one_or_404(code)
    organisation = policy.organisation_or_404(
        request.actor, number_in(request, "org"), Perm.VALUE_READ
    )
    snapshot = queries.newest()
    terms = queries.terms(snapshot)
    term = _term(request, terms)
    inside = policy.organisations(request.actor, Perm.VALUE_READ).filter(
        path__startswith=organisation.path
    )
    figures = queries.figures(snapshot, organisation, term, request.actor.today)
    context = {
        "one": one, "organisation": organisation, "snapshot": snapshot, "term": term,
        "terms": list(terms.items()), "term_name": terms.get(term, ""),
        "figure": next(each for each in figures if each.indicator.code == code),
        "schools": queries.below(snapshot, one, inside, term, request.actor.today),
        "trend": queries.trend(snapshot, one, organisation, term),
        "may_rows": request.actor.role in {"director", "officer", "head"},
    }  # fmt: skip
    return render(request, "monitor/indicator.html", context)


@require_GET
def indicator_rows(request: AuthedRequest, code: str) -> HttpResponse:
    """The source rows of a number, paged, or all of them as a workbook with ``?export=1``."""
    one = _one_or_404(code)
    organisation = policy.organisation_or_404(
        request.actor, number_in(request, "org"), Perm.ROWS_READ
    )
    snapshot = queries.newest()
    if snapshot is None:
        return redirect("monitor:dashboard")
    inside = policy.organisations(request.actor, Perm.ROWS_READ).filter(
        path__startswith=organisation.path
    )
    schools = list(inside.values_list("pk", flat=True))
    terms = queries.terms(snapshot)
    term = _term(request, terms)
    export = bool(request.GET.get("export"))
    number = number_in(request, "page") or 1
    first, most = (0, queries.ROWS_MOST) if export else ((number - 1) * PER_PAGE, PER_PAGE)
    try:
        found = queries.drill(snapshot, one, schools, term, first=first, most=most)
    except FileNotFoundError:
        notices.error(request, "这批明细文件已经不在，重新计算后就能看到。")
        return redirect("monitor:indicator-detail", code)
    if export:
        return _export(one, found)
    page = Paginator(range(found.total), PER_PAGE).get_page(number)
    query = urlencode({"org": organisation.pk, "term": term})
    context = {"one": one, "organisation": organisation, "drill": found,
               "term_name": terms.get(term, ""), "page": page, "snapshot": snapshot,
               "query": query}  # fmt: skip
    return render(request, "monitor/rows.html", context)


def _export(one: Indicator, found: queries.Drill) -> HttpResponse:
    columns = tuple(Column(head, f"c{place}") for place, head in enumerate(found.headings))
    sheet = Sheet(code="rows", title=one.name, columns=columns)
    lines = (
        {f"c{place}": "" if cell is None else str(cell) for place, cell in enumerate(row)}
        for row in found.rows
    )
    return excel_response(export_xlsx(sheet, lines, title=one.name), f"{one.name}明细")


@require_POST
def recompute(request: AuthedRequest) -> HttpResponse:
    """Ask for a fresh computation now; the worker does it."""
    policy.allow_or_404(request.actor, Perm.COMPUTE)
    services.recompute.enqueue(key=f"asked:{timezone.now():%Y%m%d%H%M%S}")
    notices.success(request, "已安排重新计算，几秒后刷新本页即可看到新的截至时间。")
    return redirect("monitor:dashboard")
