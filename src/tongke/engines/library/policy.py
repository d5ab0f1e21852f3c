"""Who may see and change which resources."""

from enum import StrEnum

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404

from tongke.engines.library.models import Resource
from tongke.foundation.curriculum.models import KeyPoint
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.policy import within
from tongke.foundation.people.roles import STAFF, Role


class Perm(StrEnum):
    """Permissions on resources."""

    RESOURCE_READ = "library:resource:read"
    RESOURCE_EDIT = "library:resource:edit"


AUTHORS = frozenset({Role.TEACHER, Role.RESEARCHER})


def resources(actor: Actor, perm: Perm) -> QuerySet[Resource]:
    """Resources on which the actor holds `perm`; whoever may change one may also see it."""
    published = Q(state=Resource.State.PUBLISHED)
    match perm, actor.role:
        case Perm.RESOURCE_READ, role if role in STAFF:
            return Resource.objects.filter(published | _own(actor))
        case Perm.RESOURCE_READ, Role.PUPIL | Role.GUARDIAN:
            return Resource.objects.filter(published)
        case Perm.RESOURCE_EDIT, role if role in AUTHORS:
            return Resource.objects.filter(_own(actor))
        case _:
            return Resource.objects.none()


def _own(actor: Actor) -> Q:
    """What the actor wrote; for a 教研员 also what their region has on the subject."""
    mine = Q(author=actor.person)
    if actor.role is Role.RESEARCHER and actor.subject_code:
        subject = KeyPoint.objects.filter(unit__textbook__subject=actor.subject_code)
        through = Resource.key_points.through.objects.filter(keypoint__in=subject)
        mine |= Q(pk__in=through.values("resource")) & within(actor)
    return mine


def may_add(actor: Actor) -> bool:
    """Whether the actor may put resources into the library."""
    return actor.role in AUTHORS


def resource_or_404(actor: Actor, pk: int, perm: Perm) -> Resource:
    """404 both when it does not exist and when it is not theirs."""
    rows = resources(actor, perm).select_related("author", "organisation", "file")
    return get_object_or_404(rows, pk=pk)
