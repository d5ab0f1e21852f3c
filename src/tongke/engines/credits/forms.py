"""Forms of the ledger pages."""

from django import forms
from django.db.models import QuerySet

from tongke.engines.credits import queries
from tongke.engines.credits.models import Entry


class PeriodForm(forms.Form):
    """From, to, and words to search for; an empty form shows everything."""

    q = forms.CharField(label="搜索", required=False, max_length=40)
    first = forms.DateField(label="从", required=False)
    last = forms.DateField(label="到", required=False)

    def narrow(self, rows: QuerySet[Entry]) -> QuerySet[Entry]:
        """The rows that match what was filled in correctly."""
        self.is_valid()
        filled = self.cleaned_data
        rows = queries.search(rows, filled.get("q") or "")
        if filled.get("first"):
            rows = rows.filter(occurred_on__gte=filled["first"])
        if filled.get("last"):
            rows = rows.filter(occurred_on__lte=filled["last"])
        return rows
