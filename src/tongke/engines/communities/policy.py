"""Who may see and change which communities."""

from enum import StrEnum

from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from tongke.engines.communities.models import Community, Membership
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Organisation
from tongke.foundation.people.policy import scope_root, within
from tongke.foundation.people.roles import BUREAU_STAFF, SCHOOL_STAFF, STAFF, Role


class Perm(StrEnum):
    """Permissions on communities."""

    COMMUNITY_READ = "communities:community:read"
    COMMUNITY_EDIT = "communities:community:edit"
    COMMUNITY_IMPORT = "communities:community:import"
    RULE_EDIT = "communities:rule:edit"


def communities(actor: Actor, perm: Perm) -> QuerySet[Community]:
    """Communities on which the actor holds `perm`.

    The bureau sees all of its region. A school sees those it belongs or once belonged to, and
    the virtual school above them.
    """
    owned = Community.objects.filter(within(actor, "owner"))
    match perm, actor.role:
        case Perm.COMMUNITY_READ, role if role in BUREAU_STAFF:
            return owned
        case Perm.COMMUNITY_READ, role if role in SCHOOL_STAFF:
            own = Membership.objects.filter(within(actor))
            return Community.objects.filter(
                Q(pk__in=own.values("community")) | Q(pk__in=own.values("community__parent"))
            )
        case Perm.COMMUNITY_EDIT | Perm.COMMUNITY_IMPORT, Role.OFFICER:
            return owned
        case Perm.RULE_EDIT, Role.OFFICER:
            return owned.filter(kind="virtual")
        case _:
            return Community.objects.none()


def memberships(actor: Actor, perm: Perm) -> QuerySet[Membership]:
    """Memberships of the communities on which the actor holds `perm`."""
    return Membership.objects.filter(community__in=communities(actor, perm))


def may(actor: Actor, perm: Perm) -> bool:
    """Whether the role has this permission at all, for buttons that belong to no row yet."""
    return actor.role in STAFF if perm is Perm.COMMUNITY_READ else actor.role is Role.OFFICER


def schools(actor: Actor) -> QuerySet[Organisation]:
    """Schools and teaching points that an officer may bind together: those of the region."""
    if not may(actor, Perm.COMMUNITY_EDIT):
        return Organisation.objects.none()
    kinds = [Organisation.Kind.SCHOOL, Organisation.Kind.POINT]
    return Organisation.objects.filter(
        path__startswith=scope_root(actor).path, kind__in=kinds, closed_on=None
    )


def may_import(actor: Actor) -> bool:
    """Whether the actor imports the registry of consortia."""
    return may(actor, Perm.COMMUNITY_IMPORT)


def require(actor: Actor, perm: Perm) -> None:
    """404 for roles that never hold `perm`: for pages that belong to no single row."""
    if not may(actor, perm):
        raise Http404


def community_or_404(actor: Actor, pk: int, perm: Perm) -> Community:
    """404 both when it does not exist and when it is not theirs."""
    rows = communities(actor, perm).select_related("owner", "parent")
    return get_object_or_404(rows, pk=pk)


def membership_or_404(actor: Actor, pk: int, perm: Perm) -> Membership:
    """404 both when it does not exist and when it is not theirs."""
    rows = memberships(actor, perm).select_related("community", "organisation")
    return get_object_or_404(rows, pk=pk)
