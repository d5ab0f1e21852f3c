"""Reads of the ledger: totals are sums, and every sum opens into its lines."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum

from tongke.engines.credits.models import Entry
from tongke.foundation.people.models import Organisation, Person


@dataclass(frozen=True)
class PersonTotal:
    """What one person's lines come to."""

    person_id: int
    name: str
    organisation: str
    amount: Decimal
    lines: int


def total(rows: QuerySet[Entry]) -> Decimal:
    """The sum of the lines, reversals included."""
    return _exact(rows.aggregate(sum=Sum("amount"))["sum"])


def _exact(amount: Decimal | None) -> Decimal:
    """SQLite adds decimals as floats: 1.5 + 0.8 - 2.3 comes out a hair below zero there."""
    return (amount or Decimal(0)).quantize(Decimal("0.01")) + 0


def between(rows: QuerySet[Entry], first: date, last: date) -> QuerySet[Entry]:
    """The lines of acts between two days, both included."""
    return rows.filter(occurred_on__gte=first, occurred_on__lte=last)


def search(rows: QuerySet[Entry], text: str) -> QuerySet[Entry]:
    """Lines whose person, school or source names contain the text."""
    text = text.strip()
    if not text:
        return rows
    return rows.filter(
        Q(person__name__icontains=text)
        | Q(organisation__name__icontains=text)
        | Q(source_label__icontains=text)
    )


def listed(rows: QuerySet[Entry]) -> QuerySet[Entry]:
    """The lines as pages show them: newest act first, with their names."""
    return rows.select_related("person", "organisation", "reverses", "reversed_by").order_by(
        "-occurred_on", "-id"
    )


def by_person(rows: QuerySet[Entry], most: int) -> list[PersonTotal]:
    """Totals per person and school, largest first, no more than `most` of them."""
    grouped = (
        rows.order_by()
        .values_list("person_id", "organisation_id")
        .annotate(amount=Sum("amount"), lines=Count("id"))
        .order_by("-amount", "person_id")
    )
    # Names come after the sums, for those that are shown only.
    top = list(grouped[:most])
    people = Person.objects.in_bulk({row[0] for row in top})
    places = Organisation.objects.in_bulk({row[1] for row in top})
    return [
        PersonTotal(person, people[person].name, places[place].short_name, _exact(amount), lines)
        for person, place, amount, lines in top
    ]
