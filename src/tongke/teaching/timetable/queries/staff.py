"""Teachers, rooms and classes of schools as the timetable's pages need them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet

from tongke.core.profile import current
from tongke.foundation.campus.models import Room
from tongke.foundation.curriculum.models import Subject
from tongke.foundation.curriculum.profile import CurriculumProfile
from tongke.foundation.people.models import Appointment, Organisation, Person, SchoolClass
from tongke.foundation.people.roles import SCHOOL_STAFF, Role
from tongke.teaching.timetable.models import Placement, Term
from tongke.teaching.timetable.queries.calendar import (
    SCHOOL_DAYS,
    Period,
    bells_on,
    on,
    planning_day,
)
from tongke.teaching.timetable.queries.courses import Load, loads


def teachers(schools: Iterable[Organisation] | QuerySet[Organisation], day: date) -> QuerySet[
    Person
]:  # fmt: skip
    """Everybody who may stand before a class at these schools on a day."""
    held = Appointment.objects.filter(on(day), organisation__in=schools, role__in=SCHOOL_STAFF)
    return Person.objects.filter(pk__in=held.values("person")).order_by("name", "pk")


def schools_of(person: Person, day: date) -> list[Organisation]:
    """The schools a person works at on a day."""
    held = Appointment.objects.filter(on(day), person=person, role__in=SCHOOL_STAFF)
    return list(Organisation.objects.filter(pk__in=held.values("organisation")))


@dataclass(frozen=True)
class TeacherLine:
    """A teacher in the list: where, what for, and how much."""

    person: Person
    schools: str
    subjects: str
    load: Load


def teacher_lines(people: Sequence[Person], term: Term | None, day: date) -> list[TeacherLine]:
    """The lines of these teachers; queries do not grow with their number."""
    held = Appointment.objects.filter(on(day), person__in=people, role__in=SCHOOL_STAFF)
    schools: dict[int, dict[str, None]] = defaultdict(dict)
    subjects: dict[int, dict[str, None]] = defaultdict(dict)
    names = dict(Subject.objects.values_list("code", "name"))
    for each in held.select_related("organisation").order_by("pk"):
        schools[each.person_id][each.organisation.short_name] = None
        if each.role == Role.TEACHER and each.subject_code in names:
            subjects[each.person_id][names[each.subject_code]] = None
    found = loads(term, [each.pk for each in people]) if term else {}
    return [
        TeacherLine(
            each, "、".join(schools[each.pk]), "、".join(subjects[each.pk]),
            found.get(each.pk, Load()),
        )
        for each in people
    ]  # fmt: skip


@dataclass(frozen=True)
class SchoolLine:
    """A school in the list: its classes and how many lessons are placed a week."""

    school: Organisation
    classes: int
    placed: int
    joint: int


def school_lines(schools: Sequence[Organisation], term: Term | None) -> list[SchoolLine]:
    """The lines of these schools; three queries."""
    classes = Counter(
        dict(
            SchoolClass.objects.filter(
                school__in=schools, kind=SchoolClass.Kind.STANDING, closed_on=None
            )
            .order_by().values_list("school").annotate(Count("pk"))
        )
    )  # fmt: skip
    rows = Placement.objects.filter(term=term, school_class__school__in=schools).order_by()
    counted = rows.values_list("school_class__school")
    placed = Counter(dict(counted.annotate(Count("pk"))))
    joint = Counter(dict(counted.exclude(slot=None).annotate(Count("pk"))))
    return [SchoolLine(each, classes[each.pk], placed[each.pk], joint[each.pk]) for each in schools]


def subjects_of(grade_code: str) -> QuerySet[Subject]:
    """The subjects of a grade's plan first of all, in the usual order; all where there is none."""
    planned = [line.subject for line in current(CurriculumProfile).lines(grade_code)]
    rows = Subject.objects.filter(code__in=planned) if planned else Subject.objects.all()
    return (rows | Subject.objects.filter(code__startswith="TK-")).order_by("position")


def rooms(school: Organisation) -> QuerySet[Room]:
    """The rooms of a school in use."""
    return Room.objects.filter(school=school, retired_on=None).order_by("name")


def standing(term: Term, school_class: SchoolClass, weekday: int, seq: int) -> Placement | None:
    """What stands in one period of a class."""
    return (
        Placement.objects.filter(term=term, school_class=school_class, weekday=weekday, seq=seq)
        .select_related("subject", "teacher", "room", "slot__course")
        .first()
    )


@dataclass(frozen=True)
class EditLine:
    """A period of the week plan to edit: what stands on each school day."""

    period: Period
    cells: tuple[tuple[int, Placement | None], ...]


def edit_cells(term: Term, school_class: SchoolClass, today: date) -> list[EditLine]:
    """The week plan of a class as a form of links, period by period."""
    school = school_class.school_id
    bells = bells_on([school], planning_day(term, today)).get(school, {})
    placed = Placement.objects.filter(term=term, school_class=school_class)
    cells = {(row.weekday, row.seq): row for row in placed.select_related("subject", "teacher")}
    return [
        EditLine(each, tuple((day, cells.get((day, each.seq))) for day in SCHOOL_DAYS))
        for each in bells.values()
    ]


def all_subjects() -> QuerySet[Subject]:
    """Every subject of the region."""
    return Subject.objects.order_by("position")


def school(pk: int | None) -> Organisation | None:
    """A school or teaching point that is open, by id; None for none."""
    kinds = [Organisation.Kind.SCHOOL, Organisation.Kind.POINT]
    return Organisation.objects.filter(pk=pk or 0, kind__in=kinds, closed_on=None).first()
