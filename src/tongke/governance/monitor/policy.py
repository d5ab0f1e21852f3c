"""Who may see which figures."""

from enum import StrEnum

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Organisation
from tongke.foundation.people.policy import scope_root
from tongke.foundation.people.roles import Role


class Perm(StrEnum):
    """Permissions on indicators."""

    VALUE_READ = "monitor:value:read"
    ROWS_READ = "monitor:rows:read"
    COMPUTE = "monitor:snapshot:compute"


_HOLDERS = {
    Perm.VALUE_READ: frozenset({Role.DIRECTOR, Role.OFFICER, Role.RESEARCHER, Role.HEAD}),
    Perm.ROWS_READ: frozenset({Role.DIRECTOR, Role.OFFICER, Role.HEAD}),
    Perm.COMPUTE: frozenset({Role.OFFICER}),
}


def organisations(actor: Actor, perm: Perm) -> QuerySet[Organisation]:
    """Organisations whose figures the actor may see: those one answers for."""
    if actor.role not in _HOLDERS[perm]:
        return Organisation.objects.none()
    return Organisation.objects.filter(path__startswith=scope_root(actor).path)


def organisation_or_404(actor: Actor, pk: int | None, perm: Perm) -> Organisation:
    """The organisation asked for, or the top of one's scope; 404 outside it."""
    rows = organisations(actor, perm)
    return get_object_or_404(rows, pk=pk if pk else scope_root(actor).pk)


def allow_or_404(actor: Actor, perm: Perm) -> None:
    """404 for those without the permission."""
    if actor.role not in _HOLDERS[perm]:
        raise Http404
