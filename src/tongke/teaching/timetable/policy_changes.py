"""Who may see and arrange absences, day changes and suspended days; part of `policy`.

A school's head and timetabler arrange for their own subtree; a teacher sees and answers what
concerns them; the bureau reads its region; families see only what their class's day became.
"""

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404

from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Appointment, Organisation, Person
from tongke.foundation.people.policy import scope_root, within
from tongke.foundation.people.roles import BUREAU_STAFF, SCHOOL_STAFF, Role
from tongke.teaching.timetable.models import Absence, DayChange, Suspension
from tongke.teaching.timetable.policy import Perm, schools
from tongke.teaching.timetable.queries import staff
from tongke.teaching.timetable.queries.calendar import on

_MANAGERS = frozenset({Role.HEAD, Role.TIMETABLER})


def absences(actor: Actor, perm: Perm) -> QuerySet[Absence]:
    """Absences on which the actor holds `perm`.

    A teacher of two schools is away from both: each arranges its own lessons, but only the
    school at which the absence was entered decides it.
    """
    rows = Absence.objects.all()
    shared = Appointment.objects.filter(on(actor.today), within(actor), role=Role.TEACHER)
    match perm, actor.role:
        case Perm.ABSENCE_READ, Role.TEACHER:
            return rows.filter(teacher=actor.person)
        case Perm.ABSENCE_READ, role if role in BUREAU_STAFF:
            return rows.filter(within(actor, "school"))
        case Perm.ABSENCE_READ | Perm.ABSENCE_ARRANGE, role if role in _MANAGERS:
            here = Q(within(actor, "school")) | Q(teacher__in=shared.values("person"))
            own = Q(teacher=actor.person) if perm is Perm.ABSENCE_READ else Q(pk__in=())
            return rows.filter(here | own)
        case Perm.ABSENCE_DECIDE, role if role in _MANAGERS:
            return rows.filter(within(actor, "school"))
        case Perm.ABSENCE_ENTER, role if role in SCHOOL_STAFF:
            # Taking one's own request back, as long as nobody has decided it.
            return rows.filter(teacher=actor.person, state=Absence.State.PENDING)
        case _:
            return rows.none()


def colleagues(actor: Actor) -> QuerySet[Person]:
    """For whom the actor may enter an absence: themselves, or everybody of the school."""
    if actor.role in _MANAGERS:
        return staff.teachers(schools(actor, Perm.GRID_EDIT), actor.today)
    if actor.role is Role.TEACHER:
        return Person.objects.filter(pk=actor.person.pk)
    return Person.objects.none()


def changes(actor: Actor, perm: Perm) -> QuerySet[DayChange]:
    """Day changes on which the actor holds `perm`."""
    rows = DayChange.objects.all()
    mine = Q(teacher=actor.person) | Q(was_teacher=actor.person)
    match perm, actor.role:
        case Perm.CHANGE_READ, Role.TEACHER:
            return rows.filter(mine)
        case Perm.CHANGE_READ, role if role in _MANAGERS | BUREAU_STAFF:
            return rows.filter(Q(within(actor, "school")) | mine)
        case Perm.CHANGE_ANSWER, role if role in SCHOOL_STAFF:
            return rows.filter(teacher=actor.person)
        case Perm.CHANGE_UNDO, role if role in _MANAGERS:
            return rows.filter(within(actor, "school"))
        case _:
            return rows.none()


def suspensions(actor: Actor, perm: Perm) -> QuerySet[Suspension]:
    """Suspended days on which the actor holds `perm`."""
    rows = Suspension.objects.all()
    match perm, actor.role:
        case Perm.SUSPENSION_READ, role if role in SCHOOL_STAFF | BUREAU_STAFF:
            above = [int(part) for part in actor.organisation.path.split(".") if part]
            return rows.filter(Q(within(actor)) | Q(organisation__in=above))
        case Perm.SUSPENSION_DECLARE, role if role in _MANAGERS | {Role.OFFICER}:
            return rows.filter(within(actor))
        case _:
            return rows.none()


def suspendable(actor: Actor) -> QuerySet[Organisation]:
    """For what the actor may suspend lessons: schools below them, or the whole region."""
    rows = schools(actor, Perm.GRID_READ)
    if actor.role is Role.OFFICER:
        return rows | Organisation.objects.filter(pk=scope_root(actor).pk)
    return schools(actor, Perm.GRID_EDIT) if actor.role in _MANAGERS else rows.none()


def absence_or_404(actor: Actor, pk: int, perm: Perm) -> Absence:
    """404 both when it does not exist and when it is not theirs."""
    rows = absences(actor, perm).select_related(
        "term", "school", "teacher", "entered_by", "decided_by"
    )
    return get_object_or_404(rows, pk=pk)


def change_or_404(actor: Actor, pk: int, perm: Perm) -> DayChange:
    """404 both when it does not exist and when it is not theirs."""
    rows = changes(actor, perm).select_related(
        "term", "school", "school_class", "teacher", "was_teacher", "subject", "was_subject",
        "lesson", "absence",
    )  # fmt: skip
    return get_object_or_404(rows, pk=pk)


def suspension_or_404(actor: Actor, pk: int, perm: Perm) -> Suspension:
    """404 both when it does not exist and when it is not theirs."""
    rows = suspensions(actor, perm).select_related("term", "organisation", "entered_by")
    return get_object_or_404(rows, pk=pk)
