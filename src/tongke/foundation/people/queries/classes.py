"""Lists of classes and the roll of one class."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from tongke.foundation.people.actors import now
from tongke.foundation.people.models import Enrolment, Guardianship, Person, SchoolClass


@dataclass(frozen=True)
class ClassFilter:
    """What a list of classes is narrowed by."""

    words: str = ""
    school: int | None = None
    grade: str = ""

    def apply(self, rows: QuerySet[SchoolClass]) -> QuerySet[SchoolClass]:
        """The rows that fit."""
        if self.words:
            rows = rows.filter(
                Q(name__icontains=self.words)
                | Q(school__name__icontains=self.words)
                | Q(homeroom_teacher__name__icontains=self.words)
            )
        if self.school:
            rows = rows.filter(school=self.school)
        if self.grade:
            rows = rows.filter(grade_code=self.grade)
        return rows


def with_rolls(rows: QuerySet[SchoolClass], today: date) -> QuerySet[SchoolClass]:
    """The rows with `pupil_count`, school and homeroom teacher."""
    counted = (
        Enrolment.objects.filter(now(today), school_class=OuterRef("pk"))
        .order_by()
        .values("school_class")
        .annotate(n=Count("pk"))
        .values("n")
    )
    return rows.select_related("school", "homeroom_teacher").annotate(
        pupil_count=Coalesce(Subquery(counted), 0)
    )


@dataclass(frozen=True)
class RollLine:
    """One pupil on the roll, with those who care for the child."""

    enrolment: Enrolment
    pupil: Person
    guardians: tuple[Guardianship, ...]


def roll(school_class: SchoolClass, visible: QuerySet[Person], today: date) -> list[RollLine]:
    """The pupils of a class whom the reader may see, by seat and number."""
    rows = list(
        Enrolment.objects.filter(now(today), school_class=school_class, pupil__in=visible)
        .select_related("pupil")
        .order_by(F("seat").asc(nulls_last=True), "pupil__number")
    )
    carers: dict[int, list[Guardianship]] = {}
    links = Guardianship.objects.filter(now(today), child__in=[row.pupil_id for row in rows])
    for link in links.select_related("guardian").order_by("pk"):
        carers.setdefault(link.child_id, []).append(link)
    return [RollLine(row, row.pupil, tuple(carers.get(row.pupil_id, ()))) for row in rows]


def roll_size(school_class: SchoolClass, today: date) -> int:
    """How many pupils are on the roll, whoever asks."""
    return Enrolment.objects.filter(now(today), school_class=school_class).count()
