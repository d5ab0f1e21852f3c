"""Who may see and change items of the bank."""

from enum import StrEnum

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404

from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Appointment
from tongke.foundation.people.policy import within
from tongke.foundation.people.roles import Role
from tongke.teaching.assessment.models import Item


class Perm(StrEnum):
    """Permissions on items."""

    ITEM_READ = "assessment:item:read"
    ITEM_EDIT = "assessment:item:edit"


def items(actor: Actor, perm: Perm) -> QuerySet[Item]:
    """Items on which the actor holds `perm`; pupils and families never see the bank."""
    match perm, actor.role:
        case Perm.ITEM_READ, Role.TEACHER | Role.RESEARCHER:
            return Item.objects.filter(~Q(state=Item.State.DRAFT) | _own(actor))
        case Perm.ITEM_EDIT, Role.TEACHER | Role.RESEARCHER:
            return Item.objects.filter(_own(actor))
        case _:
            return Item.objects.none()


def _own(actor: Actor) -> Q:
    """What the actor wrote; for a 教研员 every item of the subject from their region."""
    mine = Q(author=actor.person)
    if actor.role is Role.RESEARCHER and actor.subject_code:
        here = Appointment.objects.filter(within(actor)).values("person")
        mine |= Q(key_point__unit__textbook__subject=actor.subject_code, author__in=here)
    return mine


WRITERS = (Role.TEACHER, Role.RESEARCHER)


def may_write(actor: Actor) -> bool:
    """Whether the actor may write or import items."""
    return actor.role in WRITERS


def item_or_404(actor: Actor, pk: int, perm: Perm) -> Item:
    """404 both when it does not exist and when it is not theirs."""
    rows = items(actor, perm).select_related(
        "key_point__unit__textbook__subject", "key_point__unit__textbook__grade", "author"
    )
    return get_object_or_404(rows, pk=pk)
