"""Offers: lists and one offer's sections."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet, Sum

from tongke.foundation.people.models import Organisation, Person
from tongke.teaching.electives.models import Offer, Section
from tongke.teaching.electives.queries import times
from tongke.teaching.electives.queries.menu import section_rows, taken_seats
from tongke.teaching.timetable.queries.staff import teachers

SORTS = {"title": "title", "school": "school__path", "seats": "seats", "state": "state"}


def search(rows: QuerySet[Offer], asked: Mapping[str, str]) -> QuerySet[Offer]:
    """Offers that match ?q= ?state= ?kind= ?form=, sorted by ?sort=, with section numbers."""
    words = asked.get("q", "").strip()
    if words:
        rows = rows.filter(
            Q(title__icontains=words)
            | Q(school__name__icontains=words)
            | Q(teacher__name__icontains=words)
        )
    known = {"state": Offer.State, "kind": Offer.Kind, "form": Offer.Form}
    for name, choices in known.items():
        if asked.get(name) in choices.values:
            rows = rows.filter(**{name: asked[name]})
    rows = (
        Offer.objects.filter(pk__in=rows.order_by().values("pk"))
        .select_related("school", "teacher", "subject").prefetch_related("grades")
        .annotate(section_count=Count("sections"), seats=Sum("sections__seats"))
    )  # fmt: skip
    sort = asked.get("sort", "title")
    field = SORTS.get(sort.removeprefix("-"), "title")
    return rows.order_by(f"-{field}" if sort.startswith("-") else field, "title", "pk")


@dataclass(frozen=True)
class SectionLine:
    """A section of an offer with its times and how full it is."""

    section: Section
    times: str
    taken: int


def section_lines(offer: Offer) -> list[SectionLine]:
    """The sections of one offer."""
    rows = list(section_rows(offer.sections.all()))
    taken = taken_seats([one.pk for one in rows])
    return [SectionLine(one, times.times_text(one), taken[one.pk]) for one in rows]


def my_sections(rows: QuerySet[Section], words: str) -> QuerySet[Section]:
    """Sections of the list of a teacher or a school, running ones first."""
    if words:
        rows = rows.filter(Q(offer__title__icontains=words) | Q(teacher__name__icontains=words))
    return (
        section_rows(rows)
        .annotate(pupils=Count("taken", filter=Q(taken__state="seated"), distinct=True))
        .order_by("-offer__term__starts_on", "offer__title", "number")
    )


def teachers_of(school: Organisation, day: date) -> QuerySet[Person]:
    """Who may teach a section of a school."""
    return teachers([school], day)
