"""Reads of the ledger: totals are sums, and every sum opens into its lines."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

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


@dataclass(frozen=True)
class Totals:
    """What some lines come to, together and for those who have most."""

    amount: Decimal
    lines: int
    people: list[PersonTotal]


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
    # Chinese and digits have no case, and folding it costs more than the comparison.
    has = "icontains" if text.lower() != text.upper() else "contains"
    # The few names are looked up first: joined, they would be compared once for every line.
    people = Person.objects.filter(**{f"name__{has}": text}).values("pk")
    places = Organisation.objects.filter(**{f"name__{has}": text}).values("pk")
    label = Q(**{f"source_label__{has}": text})
    return rows.filter(Q(person__in=people) | Q(organisation__in=places) | label)


def newest_first(rows: QuerySet[Entry]) -> QuerySet[Entry]:
    """The lines in the order of the pages: newest act first."""
    return rows.order_by("-occurred_on", "-id")


def listed(rows: QuerySet[Entry]) -> QuerySet[Entry]:
    """The lines as pages show them: in order, with their names and whether they were taken back."""
    back = Entry.objects.filter(reverses=OuterRef("pk"))
    return newest_first(rows).select_related("person", "organisation").annotate(
        taken_back=Exists(back)
    )  # fmt: skip


def with_keys(keys: Iterable[int]) -> QuerySet[Entry]:
    """The lines of one page as pages show them, once it is known which they are."""
    return listed(Entry.objects.filter(pk__in=list(keys)))


def totals(rows: QuerySet[Entry], most: int) -> Totals:
    """Sums in one walk over the lines; per person and school the `most` largest of them."""
    sums = [
        (_exact(amount), person, place, lines)
        for person, place, amount, lines in rows.order_by()
        .values_list("organisation_id", "person_id")
        .annotate(amount=Sum("amount"), lines=Count("id"))
        .values_list("person_id", "organisation_id", "amount", "lines")
    ]
    top = sorted(sums, key=lambda each: (-each[0], each[1]))[:most]
    # Names come after the sums, for those that are shown only.
    people = dict(_names(Person, {person for _, person, _, _ in top}, "name"))
    places = dict(_names(Organisation, {place for _, _, place, _ in top}, "short_name"))
    return Totals(
        amount=sum((each[0] for each in sums), Decimal("0.00")),
        lines=sum(each[3] for each in sums),
        people=[
            PersonTotal(person, people[person], places[place], amount, lines)
            for amount, person, place, lines in top
        ],
    )


def _names(
    model: type[Person] | type[Organisation], keys: set[int], field: str
) -> "QuerySet[Any, tuple[int, str]]":
    return model._default_manager.filter(pk__in=keys).values_list("pk", field)
