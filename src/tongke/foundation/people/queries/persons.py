"""Lists of persons and one person's whole record."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from tongke.core.fields import blind
from tongke.foundation.people.actors import now
from tongke.foundation.people.models import (
    Appointment,
    Consent,
    Enrolment,
    Guardianship,
    Person,
    Qualification,
    Title,
)
from tongke.foundation.people.roles import Role


@dataclass(frozen=True)
class PersonFilter:
    """What a list of persons is narrowed by; words are a name, a number's start or a phone."""

    words: str = ""
    role: str = ""
    school: int | None = None
    school_class: int | None = None

    def apply(self, rows: QuerySet[Person], today: date) -> QuerySet[Person]:
        """The rows that fit."""
        if self.words:
            rows = rows.filter(self._named())
        if self.role or self.school:
            held = Appointment.objects.filter(now(today), person=OuterRef("pk"))
            if self.role:
                held = held.filter(role=self.role)
            if self.school:
                held = held.filter(organisation=self.school)
            rows = rows.filter(Exists(held))
        if self.school_class:
            roll = Enrolment.objects.filter(now(today), school_class=self.school_class)
            rows = rows.filter(pk__in=roll.values("pupil"))
        return rows

    def _named(self) -> Q:
        found = Q(name__icontains=self.words) | Q(number__istartswith=self.words)
        if self.words.isdigit() and len(self.words) == 11:
            found |= Q(phone_blind=blind(self.words))
        return found


def with_roles(rows: QuerySet[Person], today: date) -> QuerySet[Person]:
    """The rows with `held`: the roles of today, each with its organisation."""
    held = Appointment.objects.filter(now(today)).select_related("organisation").order_by("pk")
    return rows.prefetch_related(Prefetch("appointments", queryset=held, to_attr="held"))


def with_classes(rows: QuerySet[Person], today: date) -> QuerySet[Person]:
    """The rows with `places`: the current class of pupils, none for others."""
    roll = Enrolment.objects.filter(now(today), standing=True).select_related(
        "school_class__school"
    )
    return rows.prefetch_related(Prefetch("enrolments", queryset=roll, to_attr="places"))


def listed(keys: list[int], today: date) -> QuerySet[Person]:
    """The persons of one page of the list, in its order, with `held` and `places`."""
    return with_classes(with_roles(in_order(Person.objects.filter(pk__in=keys)), today), today)


def in_order(rows: QuerySet[Person]) -> QuerySet[Person]:
    """As lists show persons: by name."""
    return rows.order_by("name", "pk")


def is_pupil(person: Person) -> bool:
    """Whether the record is a child's, so that every reading of it is audited."""
    return (
        Enrolment.objects.filter(pupil=person).exists()
        or Appointment.objects.filter(person=person, role=Role.PUPIL).exists()
    )


@dataclass(frozen=True)
class PersonRecord:
    """Everything people knows of one person, for the page of that person."""

    appointments: list[Appointment]
    enrolments: list[Enrolment]
    guardians: list[Guardianship]
    wards: list[Guardianship]
    titles: list[Title]
    qualifications: list[Qualification]
    consents: list[Consent]


def record_of(person: Person) -> PersonRecord:
    """The whole record, newest first; a fixed number of queries."""
    return PersonRecord(
        appointments=_newest(person.appointments.select_related("organisation")),
        enrolments=_newest(person.enrolments.select_related("school_class__school")),
        guardians=_newest(person.guardians.select_related("guardian")),
        wards=_newest(person.wards.select_related("child")),
        titles=_newest(person.titles.select_related("organisation")),
        qualifications=list(person.qualifications.order_by("subject_code")),
        consents=list(person.consents.select_related("guardian").order_by("-at", "-pk")),
    )


def _newest(rows: QuerySet[Any]) -> list[Any]:
    return list(rows.order_by("-since", "-pk"))
