"""Who may change the curriculum; reading it is open to all staff."""

from enum import StrEnum

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from tongke.foundation.curriculum.models import Textbook, Unit
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.roles import STAFF, Role


class Perm(StrEnum):
    """Permissions on the curriculum."""

    TEXTBOOK_READ = "curriculum:textbook:read"


def textbooks(actor: Actor, perm: Perm) -> QuerySet[Textbook]:
    """Textbooks on which the actor holds `perm`."""
    match perm, actor.role:
        case Perm.TEXTBOOK_READ, role if role in STAFF:
            return Textbook.objects.all()
        case _:
            return Textbook.objects.none()


def may_import(actor: Actor) -> bool:
    """Whether the actor may import textbooks."""
    return actor.role in {Role.RESEARCHER, Role.SYSADMIN}


def allow_read(actor: Actor) -> None:
    """404 for those who may not read the curriculum."""
    if actor.role not in STAFF:
        raise Http404


def textbook_or_404(actor: Actor, pk: int, perm: Perm) -> Textbook:
    """404 both when it does not exist and when it is not theirs."""
    return get_object_or_404(textbooks(actor, perm).select_related("subject", "grade"), pk=pk)


def unit_or_404(actor: Actor, pk: int, perm: Perm) -> Unit:
    """A unit of a textbook the actor may see."""
    rows = Unit.objects.filter(textbook__in=textbooks(actor, perm))
    return get_object_or_404(rows.select_related("textbook__subject", "textbook__grade"), pk=pk)
