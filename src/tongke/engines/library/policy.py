"""Who may see and change which resources."""

from enum import StrEnum

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404

from tongke.engines.library.models import Resource
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.roles import STAFF, Role


class Perm(StrEnum):
    """Permissions on resources."""

    RESOURCE_READ = "library:resource:read"
    RESOURCE_EDIT = "library:resource:edit"
    RESOURCE_ADD = "library:resource:add"


AUTHORS = frozenset({Role.TEACHER, Role.RESEARCHER})


def resources(actor: Actor, perm: Perm) -> QuerySet[Resource]:
    """Resources on which the actor holds `perm`."""
    published = Q(state=Resource.State.PUBLISHED)
    match perm, actor.role:
        case Perm.RESOURCE_READ, role if role in STAFF:
            return Resource.objects.filter(published | Q(author=actor.person))
        case Perm.RESOURCE_READ, Role.PUPIL | Role.GUARDIAN:
            return Resource.objects.filter(published)
        case Perm.RESOURCE_EDIT, Role.TEACHER:
            return Resource.objects.filter(author=actor.person)
        case Perm.RESOURCE_EDIT, Role.RESEARCHER:
            mine = Q(author=actor.person)
            if actor.subject_code:
                mine |= Q(key_points__unit__textbook__subject=actor.subject_code)
            return Resource.objects.filter(mine).distinct()
        case _:
            return Resource.objects.none()


def may_add(actor: Actor) -> bool:
    """Whether the actor may put resources into the library."""
    return actor.role in AUTHORS


def resource_or_404(actor: Actor, pk: int, perm: Perm) -> Resource:
    """404 both when it does not exist and when it is not theirs."""
    rows = resources(actor, perm).select_related("author", "organisation", "file")
    return get_object_or_404(rows, pk=pk)
