"""Who may see the system pages, and what guests may see."""

from datetime import date
from enum import StrEnum

from django.db.models import QuerySet
from django.http import Http404

from tongke.core.models import AuditEntry, Job
from tongke.engines.library.models import Resource
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Organisation
from tongke.foundation.people.roles import Role
from tongke.teaching.timetable.models import Lesson


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


def public_region() -> Organisation | None:
    """The region whose figures the front page shows: the top of the tree."""
    rows = Organisation.objects.filter(parent=None, closed_on=None)
    return rows.order_by("path").first()


def public_schools() -> QuerySet[Organisation]:
    """Schools and teaching points, to be counted."""
    kinds = [Organisation.Kind.SCHOOL, Organisation.Kind.POINT]
    return Organisation.objects.filter(kind__in=kinds, closed_on=None)


def public_lessons(day: date) -> QuerySet[Lesson]:
    """Joint lessons of a day that took, take or will take place; never their pupils."""
    state = Lesson.State
    rows = Lesson.objects.filter(day=day, state__in=[state.PLANNED, state.LIVE, state.HELD])
    return rows.order_by("starts_at", "pk")


def public_resources() -> QuerySet[Resource]:
    """Published resources, newest first: their titles are public, their content is not."""
    rows = Resource.objects.filter(state=Resource.State.PUBLISHED)
    return (
        rows.select_related("organisation")
        .prefetch_related(
            "key_points__unit__textbook__subject", "key_points__unit__textbook__grade"
        )
        .order_by("-published_at", "-pk")
    )
