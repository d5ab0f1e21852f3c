"""Lists of organisations with what hangs on them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from tongke.foundation.people.actors import now
from tongke.foundation.people.models import Appointment, Enrolment, Organisation, SchoolClass
from tongke.foundation.people.roles import BUREAU_STAFF, SCHOOL_STAFF

AREAS = [("city", "城区"), ("town", "镇区"), ("village", "乡村")]


@dataclass(frozen=True)
class OrganisationFilter:
    """What a list of organisations is narrowed by."""

    words: str = ""
    kind: str = ""
    area: str = ""

    def apply(self, rows: QuerySet[Organisation]) -> QuerySet[Organisation]:
        """The rows that fit."""
        if self.words:
            rows = rows.filter(Q(name__icontains=self.words) | Q(code__istartswith=self.words))
        if self.kind:
            rows = rows.filter(kind=self.kind)
        if self.area:
            rows = rows.filter(area=self.area)
        return rows


def with_counts(rows: QuerySet[Organisation], today: date) -> QuerySet[Organisation]:
    """The rows with `class_count`, `pupil_count` and `staff_count` of the organisation itself."""
    classes = SchoolClass.objects.filter(
        school=OuterRef("pk"), kind=SchoolClass.Kind.STANDING, closed_on=None
    )
    pupils = Enrolment.objects.filter(
        now(today),
        standing=True,
        school_class__school=OuterRef("pk"),
        school_class__closed_on=None,
    )
    staff = Appointment.objects.filter(
        now(today), organisation=OuterRef("pk"), role__in=SCHOOL_STAFF | BUREAU_STAFF
    )
    return rows.select_related("parent").annotate(
        class_count=_count(classes, "school"),
        pupil_count=_count(pupils, "school_class__school"),
        staff_count=_count(staff, "organisation", "person"),
    )


def _count(rows: QuerySet[Any], group: str, what: str = "pk") -> Coalesce:
    counted = rows.order_by().values(group).annotate(n=Count(what, distinct=True)).values("n")
    return Coalesce(Subquery(counted), 0)


def schools(rows: QuerySet[Organisation]) -> list[tuple[int, str]]:
    """Schools and teaching points as choices of a filter."""
    kinds = [Organisation.Kind.SCHOOL, Organisation.Kind.POINT]
    return [(each.pk, each.short_name) for each in rows.filter(kind__in=kinds, closed_on=None)]


def depth(organisation: Organisation) -> int:
    """How many organisations stand above it."""
    return organisation.path.count(".") - 1


def staff_of(organisation: Organisation, today: date) -> QuerySet[Appointment]:
    """Who works here today, heads first, then by subject."""
    rows = Appointment.objects.filter(
        now(today), organisation=organisation, role__in=SCHOOL_STAFF | BUREAU_STAFF
    )
    return rows.select_related("person").order_by("role", "subject_code", "person__name", "pk")
