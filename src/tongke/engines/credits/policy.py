"""Who may read which lines of the ledger."""

from enum import StrEnum

from django.db.models import QuerySet

from tongke.engines.credits.models import Entry
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Organisation
from tongke.foundation.people.policy import within
from tongke.foundation.people.roles import Role


class Perm(StrEnum):
    """Permissions on the ledger."""

    ENTRY_READ = "credits:entry:read"


SCHOOL_OR_REGION = (Role.HEAD, Role.TIMETABLER, Role.OFFICER, Role.DIRECTOR)
READERS = (Role.TEACHER, *SCHOOL_OR_REGION)


def entries(actor: Actor, perm: Perm) -> QuerySet[Entry]:
    """Ledger entries on which the actor holds `perm`: one's own, or those of one's schools."""
    match perm, actor.role:
        case Perm.ENTRY_READ, Role.TEACHER:
            return Entry.objects.filter(person=actor.person)
        case Perm.ENTRY_READ, role if role in SCHOOL_OR_REGION:
            # By number and not by path: the sums of 100,000 lines need no join then.
            here = Organisation.objects.filter(within(actor, ""))
            return Entry.objects.filter(organisation__in=list(here.values_list("pk", flat=True)))
        case _:
            return Entry.objects.none()
