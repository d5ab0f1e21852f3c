"""Who may see and change whole-school plans: tasks, rules, versions, imports, private feeds."""

from enum import StrEnum

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Organisation
from tongke.foundation.people.policy import scope_root, within
from tongke.foundation.people.roles import Role
from tongke.teaching.timetable.models import (
    CalendarFeed,
    GridImport,
    PlanComputation,
    PlanRule,
    SchoolPlan,
    TeachingTask,
    Term,
)
from tongke.teaching.timetable.queries.calendar import terms_of

_MANAGERS = frozenset({Role.HEAD, Role.TIMETABLER})
_READERS = _MANAGERS | {Role.OFFICER}


class PlanPerm(StrEnum):
    """Permissions on whole-school plans."""

    READ = "timetable:school_plan:read"
    EDIT = "timetable:school_plan:edit"


_ROLES = {PlanPerm.READ: _READERS, PlanPerm.EDIT: _MANAGERS}


def may(actor: Actor, perm: PlanPerm) -> bool:
    """Whether the role ever holds `perm`."""
    return actor.role in _ROLES[perm]


def require(actor: Actor, perm: PlanPerm) -> None:
    """404 for roles that never hold `perm`."""
    if not may(actor, perm):
        raise Http404


def schools(actor: Actor, perm: PlanPerm) -> QuerySet[Organisation]:
    """Schools whose plans the actor may see, or make: the own one with the points below it."""
    rows = Organisation.objects.filter(
        path__startswith=scope_root(actor).path, closed_on=None,
        kind__in=[Organisation.Kind.SCHOOL, Organisation.Kind.POINT],
    )  # fmt: skip
    return rows if may(actor, perm) else rows.none()


def terms(actor: Actor) -> QuerySet[Term]:
    """Terms whose timetables and tasks the actor may take over."""
    rows = terms_of(actor.organisation)
    return rows if may(actor, PlanPerm.READ) else rows.none()


def tasks(actor: Actor, perm: PlanPerm) -> QuerySet[TeachingTask]:
    """Teaching tasks on which the actor holds `perm`."""
    rows = TeachingTask.objects.filter(
        within(actor, "school"), term__in=terms_of(actor.organisation)
    )
    return rows if may(actor, perm) else rows.none()


def rules(actor: Actor, perm: PlanPerm) -> QuerySet[PlanRule]:
    """Rules of schools on which the actor holds `perm`."""
    rows = PlanRule.objects.filter(within(actor, "school"))
    return rows if may(actor, perm) else rows.none()


def plans(actor: Actor, perm: PlanPerm) -> QuerySet[SchoolPlan]:
    """Versions on which the actor holds `perm`."""
    rows = SchoolPlan.objects.filter(within(actor, "school")).select_related("school", "term")
    return rows if may(actor, perm) else rows.none()


def computations(actor: Actor, perm: PlanPerm) -> QuerySet[PlanComputation]:
    """Computations of those versions."""
    return PlanComputation.objects.filter(plan__in=plans(actor, perm))


def grid_imports(actor: Actor) -> QuerySet[GridImport]:
    """Uploaded timetables that the actor may go on with."""
    rows = GridImport.objects.filter(within(actor, "school")).select_related("school", "term")
    return rows if may(actor, PlanPerm.EDIT) else rows.none()


def feeds(actor: Actor) -> QuerySet[CalendarFeed]:
    """The person's own links; nobody sees another's."""
    return CalendarFeed.objects.filter(person=actor.person)


def school_or_404(actor: Actor, pk: int, perm: PlanPerm) -> Organisation:
    """404 both when it does not exist and when it is not theirs."""
    return get_object_or_404(schools(actor, perm), pk=pk)


def plan_or_404(actor: Actor, pk: int, perm: PlanPerm) -> SchoolPlan:
    """404 both when it does not exist and when it is not theirs."""
    return get_object_or_404(plans(actor, perm), pk=pk)


def task_or_404(actor: Actor, pk: int, perm: PlanPerm) -> TeachingTask:
    """404 both when it does not exist and when it is not theirs."""
    rows = tasks(actor, perm).select_related("school", "term", "subject", "room")
    return get_object_or_404(rows, pk=pk)


def rule_or_404(actor: Actor, pk: int) -> PlanRule:
    """404 both when it does not exist and when it is not theirs."""
    rows = rules(actor, PlanPerm.EDIT).select_related("school", "term", "teacher")
    return get_object_or_404(rows, pk=pk)


def grid_import_or_404(actor: Actor, pk: int) -> GridImport:
    """404 both when it does not exist and when it is not theirs."""
    return get_object_or_404(grid_imports(actor), pk=pk)
