"""Who may see and change which rooms."""

from enum import StrEnum

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from tongke.foundation.campus.models import Room
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Organisation
from tongke.foundation.people.policy import within
from tongke.foundation.people.roles import BUREAU_STAFF, SCHOOL_STAFF, Role


class Perm(StrEnum):
    """Permissions on rooms."""

    ROOM_READ = "campus:room:read"
    ROOM_EDIT = "campus:room:edit"


def rooms(actor: Actor, perm: Perm) -> QuerySet[Room]:
    """Rooms on which the actor holds `perm`."""
    rows = Room.objects.filter(within(actor, "school"))
    match perm, actor.role:
        case Perm.ROOM_READ, role if role in BUREAU_STAFF | SCHOOL_STAFF:
            return rows
        case Perm.ROOM_EDIT, Role.TIMETABLER | Role.HEAD | Role.OFFICER | Role.SYSADMIN:
            return rows
        case _:
            return Room.objects.none()


def schools(actor: Actor, perm: Perm) -> QuerySet[Organisation]:
    """Schools and teaching points whose rooms the actor may see or change."""
    kinds = [Organisation.Kind.SCHOOL, Organisation.Kind.POINT]
    rows = Organisation.objects.filter(within(actor, ""), kind__in=kinds, closed_on=None)
    match perm, actor.role:
        case Perm.ROOM_READ, role if role in BUREAU_STAFF | SCHOOL_STAFF:
            return rows
        case Perm.ROOM_EDIT, Role.TIMETABLER | Role.HEAD | Role.OFFICER | Role.SYSADMIN:
            return rows
        case _:
            return Organisation.objects.none()


def room_or_404(actor: Actor, pk: int, perm: Perm) -> Room:
    """404 both when it does not exist and when it is not theirs."""
    return get_object_or_404(rooms(actor, perm).select_related("school"), pk=pk)
