"""Who may see and change which organisations, persons and classes (design §5, once)."""

from datetime import date
from enum import StrEnum

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.shortcuts import get_object_or_404

from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import (
    Appointment,
    Enrolment,
    Guardianship,
    Organisation,
    Person,
    SchoolClass,
    Title,
)
from tongke.foundation.people.roles import BUREAU_STAFF, SCHOOL_STAFF, Role


class Perm(StrEnum):
    """Permissions on people."""

    ORGANISATION_READ = "people:organisation:read"
    ORGANISATION_EDIT = "people:organisation:edit"
    PERSON_READ = "people:person:read"
    PERSON_EDIT = "people:person:edit"
    CLASS_READ = "people:class:read"
    CLASS_EDIT = "people:class:edit"
    TITLE_READ = "people:title:read"
    TITLE_REPORT = "people:title:report"
    TITLE_FILE = "people:title:file"
    ROSTER_IMPORT = "people:roster:import"
    ACCOUNT_EDIT = "people:account:edit"


def scope_root(actor: Actor) -> Organisation:
    """The top of what an actor answers for: bureau offices answer for the region they serve."""
    organisation = actor.organisation
    while organisation.kind in {Organisation.Kind.OFFICE, Organisation.Kind.BUREAU}:
        parent = organisation.parent
        if parent is None:
            break
        organisation = parent
    return organisation


def within(actor: Actor, field: str = "organisation") -> Q:
    """The condition "in the subtree the actor answers for", on a path to an organisation."""
    prefix = f"{field}__" if field else ""
    return Q(**{f"{prefix}path__startswith": scope_root(actor).path})


def _now(today: date) -> Q:
    return Q(since__lte=today) & (Q(until=None) | Q(until__gte=today))


def organisations(actor: Actor, perm: Perm) -> QuerySet[Organisation]:
    """Organisations on which the actor holds `perm`."""
    rows = Organisation.objects.filter(within(actor, ""))
    match perm, actor.role:
        case Perm.ORGANISATION_READ, role if role in BUREAU_STAFF:
            return rows
        case Perm.ORGANISATION_READ, _:
            return Organisation.objects.filter(pk=actor.organisation.pk)
        case Perm.ORGANISATION_EDIT, Role.SYSADMIN:
            return rows
        case Perm.ROSTER_IMPORT, Role.SYSADMIN | Role.OFFICER | Role.TIMETABLER | Role.HEAD:
            return rows
        case _:
            return Organisation.objects.none()


def classes(actor: Actor, perm: Perm) -> QuerySet[SchoolClass]:
    """Standing classes on which the actor holds `perm`."""
    rows = SchoolClass.objects.filter(closed_on=None)
    match perm, actor.role:
        case Perm.CLASS_READ, role if role in BUREAU_STAFF | SCHOOL_STAFF:
            return rows.filter(within(actor, "school"))
        case Perm.CLASS_READ, Role.PUPIL:
            mine = Enrolment.objects.filter(_now(actor.today), pupil=actor.person)
            return rows.filter(pk__in=mine.values("school_class"))
        case Perm.CLASS_READ, Role.GUARDIAN:
            theirs = Enrolment.objects.filter(_now(actor.today), pupil__in=wards(actor))
            return rows.filter(pk__in=theirs.values("school_class"))
        case Perm.CLASS_EDIT, Role.TIMETABLER | Role.HEAD | Role.SYSADMIN:
            return rows.filter(within(actor, "school"))
        case _:
            return SchoolClass.objects.none()


def wards(actor: Actor) -> QuerySet[Person]:
    """The children an acting guardian cares for today."""
    held = Guardianship.objects.filter(_now(actor.today), guardian=actor.person)
    return Person.objects.filter(pk__in=held.values("child"))


def people(actor: Actor, perm: Perm) -> QuerySet[Person]:
    """Persons on whom the actor holds `perm`: their record, not what they did in a lesson."""
    here = Exists(
        Appointment.objects.filter(_now(actor.today), within(actor), person=OuterRef("pk"))
    )
    match perm, actor.role:
        case Perm.PERSON_READ, Role.SYSADMIN | Role.OFFICER | Role.HEAD | Role.TIMETABLER:
            return Person.objects.filter(here)
        case Perm.PERSON_READ, Role.RESEARCHER | Role.DIRECTOR:
            staff = Exists(
                Appointment.objects.filter(
                    _now(actor.today), within(actor), person=OuterRef("pk")
                ).exclude(role__in=[Role.PUPIL, Role.GUARDIAN])
            )
            return Person.objects.filter(staff)
        case Perm.PERSON_READ, Role.TEACHER:
            roll = Enrolment.objects.filter(
                _now(actor.today), school_class__in=taught_classes(actor)
            )
            return Person.objects.filter(Q(pk__in=roll.values("pupil")) | Q(pk=actor.person.pk))
        case Perm.PERSON_READ, Role.GUARDIAN:
            return Person.objects.filter(Q(pk__in=wards(actor)) | Q(pk=actor.person.pk))
        case Perm.PERSON_READ, Role.PUPIL:
            return Person.objects.filter(pk=actor.person.pk)
        case Perm.PERSON_EDIT | Perm.ACCOUNT_EDIT, Role.SYSADMIN | Role.HEAD | Role.TIMETABLER:
            return Person.objects.filter(here)
        case _:
            return Person.objects.none()


def taught_classes(actor: Actor) -> QuerySet[SchoolClass]:
    """Classes a teacher looks after as homeroom teacher; taught classes are timetable's rule."""
    return SchoolClass.objects.filter(homeroom_teacher=actor.person, closed_on=None)


def titles(actor: Actor, perm: Perm) -> QuerySet[Title]:
    """Rows of the master-teacher register on which the actor holds `perm`."""
    rows = Title.objects.all()
    match perm, actor.role:
        case Perm.TITLE_READ, role if role in BUREAU_STAFF:
            return rows.filter(within(actor))
        case Perm.TITLE_READ, Role.HEAD | Role.TIMETABLER:
            return rows.filter(within(actor))
        case Perm.TITLE_READ, Role.TEACHER:
            return rows.filter(person=actor.person)
        case Perm.TITLE_REPORT, Role.HEAD | Role.TIMETABLER:
            return rows.filter(within(actor)).exclude(state=Title.State.FILED)
        case Perm.TITLE_FILE, Role.OFFICER | Role.RESEARCHER:
            return rows.filter(within(actor))
        case _:
            return Title.objects.none()


def organisation_or_404(actor: Actor, pk: int, perm: Perm) -> Organisation:
    """404 both when it does not exist and when it is not theirs."""
    return get_object_or_404(organisations(actor, perm), pk=pk)


def class_or_404(actor: Actor, pk: int, perm: Perm) -> SchoolClass:
    """404 both when it does not exist and when it is not theirs."""
    return get_object_or_404(classes(actor, perm), pk=pk)


def person_or_404(actor: Actor, pk: int, perm: Perm) -> Person:
    """404 both when they do not exist and when they are not theirs."""
    return get_object_or_404(people(actor, perm), pk=pk)


def title_or_404(actor: Actor, pk: int, perm: Perm) -> Title:
    """404 both when it does not exist and when it is not theirs."""
    return get_object_or_404(titles(actor, perm), pk=pk)
