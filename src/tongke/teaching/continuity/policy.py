"""Who may see, declare and end emergencies, look at a class's day, and know of pupils away."""

from datetime import date
from enum import StrEnum

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from tongke.foundation.people.actors import Actor, now
from tongke.foundation.people.models import (
    Appointment,
    Enrolment,
    Organisation,
    Person,
    SchoolClass,
)
from tongke.foundation.people.policy import scope_root, wards, within
from tongke.foundation.people.roles import BUREAU_STAFF, FAMILY, SCHOOL_STAFF, STAFF, Role
from tongke.teaching.continuity.models import (
    Emergency,
    EmergencyScope,
    HomeTeaching,
    Leave,
    Study,
    Visit,
)
from tongke.teaching.timetable import policy as timetable


class Perm(StrEnum):
    """Permissions on continuity."""

    EMERGENCY_READ = "continuity:emergency:read"
    EMERGENCY_DECLARE = "continuity:emergency:declare"
    EMERGENCY_END = "continuity:emergency:end"
    DAY_READ = "continuity:day:read"
    DAY_CHOOSE = "continuity:day:choose"
    DAY_LEARN = "continuity:day:learn"
    STUDY_READ = "continuity:study:read"
    STUDY_REPLY = "continuity:study:reply"
    LEAVE_READ = "continuity:leave:read"
    LEAVE_ASK = "continuity:leave:ask"
    LEAVE_DECIDE = "continuity:leave:decide"
    HOME_READ = "continuity:home:read"
    HOME_EDIT = "continuity:home:edit"
    HOME_VISIT = "continuity:home:visit"


_DECLARING = frozenset({Role.OFFICER, Role.DIRECTOR, Role.HEAD})
_ROLES: dict[Perm, frozenset[Role]] = {
    Perm.EMERGENCY_READ: STAFF,
    Perm.EMERGENCY_DECLARE: _DECLARING,
    Perm.DAY_READ: STAFF - {Role.RESEARCHER, Role.SYSADMIN},
    Perm.DAY_LEARN: FAMILY,
    Perm.LEAVE_READ: frozenset({Role.TEACHER, Role.HEAD, Role.GUARDIAN, Role.PUPIL}),
    Perm.LEAVE_ASK: frozenset({Role.TEACHER, Role.GUARDIAN}),
    Perm.HOME_READ: frozenset({Role.TEACHER, Role.HEAD, Role.GUARDIAN, Role.OFFICER}),
    Perm.HOME_EDIT: frozenset({Role.HEAD}),
}


def may(actor: Actor, perm: Perm) -> bool:
    """Whether the role ever holds `perm`: for pages and buttons that belong to no row yet."""
    return actor.role in _ROLES[perm]


def require(actor: Actor, perm: Perm) -> None:
    """404 for roles that never hold `perm`."""
    if not may(actor, perm):
        raise Http404


def emergencies(actor: Actor, perm: Perm) -> QuerySet[Emergency]:
    """Emergencies on which the actor holds `perm`."""
    rows = Emergency.objects.all()
    match perm, actor.role:
        case Perm.EMERGENCY_READ, role if role in BUREAU_STAFF | SCHOOL_STAFF:
            return rows.filter(Exists(_touching(actor)))
        case Perm.EMERGENCY_END, Role.OFFICER | Role.DIRECTOR:
            return rows.filter(within(actor))
        case Perm.EMERGENCY_END, Role.HEAD:
            return rows.filter(organisation=actor.organisation)
        case _:
            return rows.none()


def _touching(actor: Actor) -> QuerySet[EmergencyScope]:
    """Scopes that meet what the actor answers for: inside it, or around it."""
    path = scope_root(actor).path
    above = [int(part) for part in path.split(".") if part]
    meets = Q(organisation__path__startswith=path) | Q(organisation__in=above)
    return EmergencyScope.objects.filter(meets, emergency=OuterRef("pk"))


def organisations(actor: Actor, perm: Perm) -> QuerySet[Organisation]:
    """Subtrees for which the actor may declare: the region's, or the own school and its points."""
    if perm is not Perm.EMERGENCY_DECLARE or not may(actor, perm):
        return Organisation.objects.none()
    kinds = [Organisation.Kind.REGION, Organisation.Kind.SCHOOL, Organisation.Kind.POINT]
    return Organisation.objects.filter(within(actor, ""), kind__in=kinds, closed_on=None)


def schools(actor: Actor, perm: Perm) -> QuerySet[Organisation]:
    """Schools whose figures of an emergency the actor may see, by `EMERGENCY_READ`."""
    kinds = [Organisation.Kind.SCHOOL, Organisation.Kind.POINT]
    if perm is not Perm.EMERGENCY_READ or not may(actor, perm):
        return Organisation.objects.none()
    return Organisation.objects.filter(within(actor, ""), kind__in=kinds)


def classes(actor: Actor, perm: Perm) -> QuerySet[SchoolClass]:
    """Classes whose day at home the actor may look at, or choose stand-ins for."""
    rows = SchoolClass.objects.filter(kind=SchoolClass.Kind.STANDING, closed_on=None)
    mine = rows.filter(within(actor, "school"), homeroom_teacher=actor.person)
    match perm, actor.role:
        case Perm.DAY_READ, Role.OFFICER | Role.DIRECTOR | Role.HEAD | Role.TIMETABLER:
            return rows.filter(within(actor, "school"))
        case ((Perm.DAY_READ | Perm.DAY_CHOOSE), Role.TEACHER):
            return mine | timetable.taught_classes(actor)
        case Perm.STUDY_READ, Role.HEAD:
            return rows.filter(within(actor, "school"))
        case ((Perm.STUDY_READ | Perm.LEAVE_DECIDE), Role.TEACHER):
            return mine
        case _:
            return rows.none()


def pupils(actor: Actor, perm: Perm) -> QuerySet[Person]:
    """Pupils for whom the actor opens the day at home, or asks leave."""
    match perm, actor.role:
        case Perm.DAY_LEARN, Role.PUPIL:
            return Person.objects.filter(pk=actor.person.pk)
        case ((Perm.DAY_LEARN | Perm.LEAVE_ASK), Role.GUARDIAN):
            return wards(actor)
        case ((Perm.LEAVE_ASK | Perm.LEAVE_DECIDE), Role.TEACHER):
            return _roll_of(classes(actor, Perm.LEAVE_DECIDE), actor.today)
        case Perm.HOME_EDIT, Role.HEAD:
            own = SchoolClass.objects.filter(
                within(actor, "school"), kind=SchoolClass.Kind.STANDING, closed_on=None
            )
            return _roll_of(own, actor.today)
        case _:
            return Person.objects.none()


def _roll_of(rows: QuerySet[SchoolClass], day: date) -> QuerySet[Person]:
    roll = Enrolment.objects.filter(now(day), school_class__in=rows)
    return Person.objects.filter(pk__in=roll.values("pupil"))


def studies(actor: Actor, perm: Perm) -> QuerySet[Study]:
    """What pupils did at home: all for homeroom teacher and head, the own lessons for others."""
    rows = Study.objects.all()
    own = Q(stand_in__school_class__homeroom_teacher=actor.person)
    own &= within(actor, "stand_in__school_class__school")
    match perm, actor.role:
        case Perm.STUDY_READ, Role.HEAD:
            return rows.filter(within(actor, "stand_in__school_class__school"))
        case ((Perm.STUDY_READ | Perm.STUDY_REPLY), Role.TEACHER):
            return rows.filter(own | Q(stand_in__teacher=actor.person))
        case _:
            return rows.none()


def leaves(actor: Actor, perm: Perm) -> QuerySet[Leave]:
    """Leave on which the actor holds `perm`; why is for homeroom teacher, head and family only."""
    rows = Leave.objects.all()
    here = within(actor, "school_class__school")
    match perm, actor.role:
        case Perm.LEAVE_READ, Role.HEAD:
            return rows.filter(here)
        case ((Perm.LEAVE_READ | Perm.LEAVE_DECIDE), Role.TEACHER):
            return rows.filter(here, school_class__homeroom_teacher=actor.person)
        case ((Perm.LEAVE_READ | Perm.LEAVE_ASK), Role.GUARDIAN):
            return rows.filter(pupil__in=wards(actor))
        case Perm.LEAVE_READ, Role.PUPIL:
            return rows.filter(pupil=actor.person)
        case _:
            return rows.none()


def homes(actor: Actor, perm: Perm) -> QuerySet[HomeTeaching]:
    """Teaching at home on which the actor holds `perm`."""
    rows = HomeTeaching.objects.all()
    here = within(actor, "school_class__school")
    match perm, actor.role:
        case ((Perm.HOME_READ | Perm.HOME_EDIT | Perm.HOME_VISIT), Role.HEAD):
            return rows.filter(here)
        case Perm.HOME_READ, Role.TEACHER:
            mine = Q(teacher=actor.person) | (here & Q(school_class__homeroom_teacher=actor.person))
            return rows.filter(mine)
        case Perm.HOME_VISIT, Role.TEACHER:
            return rows.filter(teacher=actor.person)
        case Perm.HOME_READ, Role.OFFICER:
            return rows.filter(here)
        case Perm.HOME_READ, Role.GUARDIAN:
            return rows.filter(pupil__in=wards(actor))
        case _:
            return rows.none()


def knows_health(actor: Actor) -> bool:
    """Whether the role may read sealed notes on rows that it may read: never the bureau."""
    return actor.role in {Role.TEACHER, Role.HEAD, Role.GUARDIAN}


def guides(actor: Actor) -> QuerySet[Person]:
    """Teachers of the head's school: those who may guide a pupil at home."""
    here = Organisation.objects.filter(within(actor, ""))
    held = Appointment.objects.filter(
        now(actor.today), organisation__in=here, role__in=[Role.TEACHER, Role.TIMETABLER, Role.HEAD]
    )
    if actor.role is not Role.HEAD:
        return Person.objects.none()
    return Person.objects.filter(pk__in=held.values("person")).order_by("name", "pk")


def emergency_or_404(actor: Actor, pk: int, perm: Perm) -> Emergency:
    """404 both when it does not exist and when it is not theirs."""
    rows = emergencies(actor, perm).select_related("organisation", "declared_by", "closed_by")
    return get_object_or_404(rows.prefetch_related("scopes__organisation"), pk=pk)


def class_or_404(actor: Actor, pk: int, perm: Perm) -> SchoolClass:
    """404 both when it does not exist and when it is not theirs."""
    rows = classes(actor, perm).select_related("school", "homeroom_teacher")
    return get_object_or_404(rows, pk=pk)


def pupil_or_404(actor: Actor, pk: int, perm: Perm) -> Person:
    """404 both when they do not exist and when they are not theirs."""
    return get_object_or_404(pupils(actor, perm), pk=pk)


def study_or_404(actor: Actor, pk: int, perm: Perm) -> Study:
    """404 both when it does not exist and when it is not theirs."""
    rows = studies(actor, perm).select_related("stand_in__school_class", "pupil")
    return get_object_or_404(rows, pk=pk)


def leave_or_404(actor: Actor, pk: int, perm: Perm) -> Leave:
    """404 both when it does not exist and when it is not theirs."""
    rows = leaves(actor, perm).select_related(
        "pupil", "school_class__school", "asked_by", "decided_by", "guided_by"
    )
    return get_object_or_404(rows, pk=pk)


def home_or_404(actor: Actor, pk: int, perm: Perm) -> HomeTeaching:
    """404 both when it does not exist and when it is not theirs."""
    rows = homes(actor, perm).select_related("pupil", "school_class__school", "teacher")
    return get_object_or_404(rows, pk=pk)


def visit_or_404(actor: Actor, home: HomeTeaching, pk: int) -> Visit:
    """A visit of a teaching at home that the actor may log; 404 for all others."""
    rows = Visit.objects.filter(home__in=homes(actor, Perm.HOME_VISIT), home=home)
    return get_object_or_404(rows, pk=pk)
