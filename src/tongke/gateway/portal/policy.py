"""Who may see the system pages."""

from enum import StrEnum

from django.db.models import QuerySet
from django.http import Http404

from tongke.core.models import AuditEntry, Job
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.roles import Role


class Perm(StrEnum):
    """Permissions on the platform itself."""

    SETTINGS_READ = "portal:settings:read"
    AUDIT_READ = "portal:audit:read"
    JOB_READ = "portal:job:read"
    JOB_RETRY = "portal:job:retry"


_HOLDERS = {
    Perm.SETTINGS_READ: frozenset({Role.SYSADMIN, Role.OFFICER, Role.DIRECTOR}),
    Perm.AUDIT_READ: frozenset({Role.SYSADMIN}),
    Perm.JOB_READ: frozenset({Role.SYSADMIN}),
    Perm.JOB_RETRY: frozenset({Role.SYSADMIN}),
}


def allow_or_404(actor: Actor, perm: Perm) -> None:
    """Nothing for holders; 404 for everybody else, as if the page did not exist."""
    if actor.role not in _HOLDERS[perm]:
        raise Http404


def audit_entries(actor: Actor, perm: Perm) -> QuerySet[AuditEntry]:
    """Entries of the audit log the actor may read."""
    allow_or_404(actor, perm)
    return AuditEntry.objects.order_by("-at", "-id")


def jobs(actor: Actor, perm: Perm) -> QuerySet[Job]:
    """Jobs on which the actor holds `perm`."""
    allow_or_404(actor, perm)
    return Job.objects.all()
