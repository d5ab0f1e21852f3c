"""Pages of the ledger: lines, totals per person, export."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tongke.core.profile import current
from tongke.core.spreadsheets import Column, Sheet, export_xlsx
from tongke.core.web import excel_response, page_of_keys
from tongke.engines.credits import policy, queries
from tongke.engines.credits.forms import PeriodForm
from tongke.engines.credits.policy import Perm
from tongke.engines.credits.profile import CreditsProfile
from tongke.foundation.people.web import AuthedRequest, for_roles

LEDGER_SHEET = Sheet(
    code="ledger",
    title="工作量台账",
    columns=(
        Column("日期", "occurred_on", kind="date"),
        Column("姓名", "name"),
        Column("单位", "organisation"),
        Column("事项", "source_label"),
        Column("数量", "amount", kind="decimal"),
        Column("计量单位", "unit"),
        Column("算式", "formula"),
        Column("规则版本", "rule_version"),
        Column("冲销原因", "reason"),
    ),
)


_PEOPLE_MOST = 10


@require_GET
@for_roles(*policy.READERS)
def entry_list(request: AuthedRequest) -> HttpResponse:
    """The lines one may read, with filter, sum and paging."""
    form = PeriodForm(request.GET)
    rows = form.narrow(policy.entries(request.actor, Perm.ENTRY_READ))
    several = request.actor.role in policy.SCHOOL_OR_REGION
    totals = queries.totals(rows, _PEOPLE_MOST)
    page = page_of_keys(
        request, queries.newest_first(rows), queries.with_keys, count=totals.lines
    )  # fmt: skip
    context = {
        "form": form,
        "total": totals.amount,
        "unit": current(CreditsProfile).workload_unit,
        "page": page,
        "people": totals.people if several else [],
    }
    return render(request, "credits/entries.html", context)


@require_GET
@for_roles(*policy.READERS)
def entry_export(request: AuthedRequest) -> HttpResponse:
    """The same lines as a workbook."""
    form = PeriodForm(request.GET)
    rows = queries.listed(form.narrow(policy.entries(request.actor, Perm.ENTRY_READ)))
    lines = (
        {
            "occurred_on": row.occurred_on, "name": row.person.name,
            "organisation": row.organisation.name, "source_label": row.source_label,
            "amount": row.amount, "unit": row.unit, "formula": row.formula,
            "rule_version": row.rule_version, "reason": row.reason,
        }
        for row in rows.iterator(chunk_size=2000)
    )  # fmt: skip
    return excel_response(export_xlsx(LEDGER_SHEET, lines, title="工作量台账"), "工作量台账")
