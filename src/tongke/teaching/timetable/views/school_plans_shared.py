"""What pages of whole-school plans share: the school and term asked for, what was refused."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse

from tongke.core.errors import Refused
from tongke.foundation.people.models import Organisation
from tongke.foundation.people.web import AuthedRequest
from tongke.teaching.timetable import policy_plans as policy
from tongke.teaching.timetable.models import SchoolPlan, Term
from tongke.teaching.timetable.policy_plans import PlanPerm
from tongke.teaching.timetable.queries.plans.times import Week, week_of_school
from tongke.teaching.timetable.views.shared import Asked, asked


@dataclass(frozen=True)
class Place:
    """The school and term that a page is about."""

    school: Organisation
    at: Asked
    may_edit: bool

    @property
    def term(self) -> Term:
        """The term asked for."""
        return self.at.term

    @property
    def week(self) -> Week | None:
        """The school's periods; None while it has no bells."""
        try:
            return week_of_school(self.school, self.at.planned)
        except Refused:
            return None

    def url(self, name: str) -> str:
        """The address of a page about this school and term."""
        return school_url(name, self.school.pk, self.term.pk)


def school_url(name: str, school: int, term: int) -> str:
    """The address of a page about a school and a term."""
    return f"{reverse(f'timetable:{name}', args=[school])}?term={term}"


def place_or_404(request: AuthedRequest, pk: int, perm: PlanPerm = PlanPerm.READ) -> Place:
    """The school of the address, if the actor holds `perm` on it, and the term (?term=)."""
    school = policy.school_or_404(request.actor, pk, perm)
    at = asked(request)
    if at is None:
        raise Http404
    return Place(school, at, policy.may(request.actor, PlanPerm.EDIT))


def place_of(request: AuthedRequest, plan: SchoolPlan) -> dict[str, Any]:
    """What the head of a version's pages shows."""
    return {
        "plan": plan, "school": plan.school, "term": plan.term,
        "may_edit": policy.may(request.actor, PlanPerm.EDIT),
    }  # fmt: skip


_T = TypeVar("_T")


def attempt(request: AuthedRequest, act: Callable[[], _T]) -> _T | None:
    """What an act gives; None when it was refused, and the person is told why."""
    try:
        return act()
    except Refused as refusal:
        messages.error(request, str(refusal))
        return None


def back_to(request: AuthedRequest, name: str, *args: object) -> HttpResponseRedirect:
    """To another page; what the address asked for (?by=, ?key=) goes along."""
    asked_for = request.POST.get("query") or request.GET.urlencode()
    url = reverse(f"timetable:{name}", args=args)
    return HttpResponseRedirect(f"{url}?{asked_for}" if asked_for else url)
