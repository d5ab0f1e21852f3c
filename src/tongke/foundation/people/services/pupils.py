"""Admission of one pupil: person, roll, guardian and accounts in one act."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from tongke.core.fields import blind
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Account, Person, SchoolClass
from tongke.foundation.people.services.accounts import open_accounts
from tongke.foundation.people.services.classes import NewEnrolment, enrol
from tongke.foundation.people.services.guardians import NewGuardianship, link_guardian
from tongke.foundation.people.services.persons import NewPerson, add_person


@dataclass(frozen=True, kw_only=True)
class NewGuardian:
    """Somebody who cares for a child, known by name and phone."""

    name: str
    relation: str
    phone: str


@dataclass(frozen=True, kw_only=True)
class NewPupil:
    """A pupil to admit to a class."""

    person: NewPerson
    school_class: SchoolClass
    since: date
    seat: int | None = None
    guardian: NewGuardian | None = None

    @classmethod
    def of_form(cls, data: dict[str, Any], school_class: SchoolClass) -> "NewPupil":
        """From the cleaned data of a `PupilForm`."""
        keys = ("name", "number", "sex", "birth_date", "phone", "id_number")
        guardian = NewGuardian(
            name=data["guardian_name"], relation=data["guardian_relation"],
            phone=data["guardian_phone"],
        )  # fmt: skip
        return cls(
            person=NewPerson(**{key: data[key] for key in keys}),
            school_class=school_class, since=data["since"], seat=data["seat"],
            guardian=guardian if guardian.name else None,
        )  # fmt: skip


@transaction.atomic
def admit(new: NewPupil, *, by: Actor | None, at: datetime) -> Person:
    """Add the pupil, enrol, name the guardian, open accounts without a password.

    Raises:
        Refused: the number is taken, or the class is closed.
    """
    pupil = add_person(new.person, by=by, at=at)
    enrolment = NewEnrolment(
        pupil=pupil, school_class=new.school_class, since=new.since, seat=new.seat
    )
    enrol(enrolment, by=by, at=at)
    family = [pupil]
    if new.guardian:
        guardian = _guardian(new.guardian, pupil, by=by, at=at)
        link = NewGuardianship(
            guardian=guardian, child=pupil, relation=new.guardian.relation, since=new.since
        )
        link_guardian(link, by=by, at=at)
        family.append(guardian)
    have = set(Account.objects.filter(person__in=family).values_list("person", flat=True))
    open_accounts([each for each in family if each.pk not in have], by=by, at=at)
    return pupil


def guardian_number(pupil_number: str, taken: set[str]) -> str:
    """A number for a guardian, who has none of their own: the pupil's, marked and counted."""
    for place in range(1, 100):
        number = f"J{pupil_number[:26]}-{place}"
        if number not in taken:
            return number
    raise AssertionError("a hundred guardians of one child")


def known_guardian(name: str, phone: str) -> Person | None:
    """A guardian registered before under the same name and phone, such as a sibling's."""
    rows = Person.objects.filter(name=name, phone_blind=blind(phone)) if phone else None
    return rows.filter(wards__isnull=False).order_by("pk").first() if rows is not None else None


def _guardian(new: NewGuardian, pupil: Person, *, by: Actor | None, at: datetime) -> Person:
    known = known_guardian(new.name, new.phone)
    if known is not None:
        return known
    start = f"J{pupil.number[:26]}-"
    taken = set(Person.objects.filter(number__startswith=start).values_list("number", flat=True))
    person = NewPerson(name=new.name, number=guardian_number(pupil.number, taken), phone=new.phone)
    return add_person(person, by=by, at=at)
