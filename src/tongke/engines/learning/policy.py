"""Who may see whose learning: one rule for lists, cells, exports and counts."""

from enum import StrEnum

from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from tongke.engines.learning.models import Mastery, Overruling, Recommendation
from tongke.engines.learning.scopes import ClassScope, scopes
from tongke.foundation.curriculum.models import KeyPoint
from tongke.foundation.people.actors import Actor, now
from tongke.foundation.people.models import Enrolment, Person
from tongke.foundation.people.policy import wards
from tongke.foundation.people.roles import Role


class Perm(StrEnum):
    """Permissions on learning."""

    CLASS_READ = "learning:class:read"
    PUPIL_READ = "learning:pupil:read"
    MASTERY_OVERRULE = "learning:mastery:overrule"
    ADVICE_READ = "learning:advice:read"
    ADVICE_ANSWER = "learning:advice:answer"
    ADVICE_REPLY = "learning:advice:reply"


LOOKERS = (Role.TEACHER, Role.HEAD, Role.RESEARCHER)
"""Roles that look into classes; which ones, their scopes say."""


def scope_or_404(actor: Actor, class_id: int, subject_code: str, perm: Perm) -> ClassScope:
    """The actor's right to one class in one subject; 404 without it."""
    for one in scopes(actor):
        if (one.class_id, one.subject_code) == (class_id, subject_code) and (
            one.pupils or perm is Perm.CLASS_READ
        ):
            return one
    raise Http404


def mastery(actor: Actor, perm: Perm) -> QuerySet[Mastery]:
    """Estimates of single pupils on which the actor holds `perm`."""
    match perm, actor.role:
        case Perm.PUPIL_READ, Role.PUPIL:
            return Mastery.objects.filter(pupil=actor.person)
        case Perm.PUPIL_READ, Role.GUARDIAN:
            return Mastery.objects.filter(pupil__in=wards(actor))
        case Perm.PUPIL_READ, Role.TEACHER | Role.HEAD:
            return Mastery.objects.filter(_of_scopes(actor))
        case Perm.MASTERY_OVERRULE, Role.TEACHER:
            return Mastery.objects.filter(_of_scopes(actor))
        case _:
            return Mastery.objects.none()


def _of_scopes(actor: Actor) -> Q:
    """Rows with a pupil and a key point that lie in the actor's scopes today."""
    by_subject: dict[str, set[int]] = {}
    for one in scopes(actor):
        if one.pupils:
            by_subject.setdefault(one.subject_code, set()).add(one.class_id)
    found = Q(pk__in=[])
    for subject, classes in by_subject.items():
        roll = Enrolment.objects.filter(now(actor.today), school_class__in=classes)
        found |= Q(key_point__unit__textbook__subject=subject, pupil__in=roll.values("pupil"))
    return found


def mastery_or_404(actor: Actor, pk: int, perm: Perm) -> Mastery:
    """404 both when it does not exist and when it is not theirs."""
    rows = mastery(actor, perm).select_related(
        "pupil", "key_point__unit__textbook__subject", "key_point__unit__textbook__grade"
    )
    return get_object_or_404(rows, pk=pk)


def overruling_or_404(actor: Actor, pk: int) -> Overruling:
    """An overruling the acting teacher made, still standing."""
    rows = Overruling.objects.filter(by=actor.person, withdrawn_at=None)
    return get_object_or_404(rows if actor.role is Role.TEACHER else rows.none(), pk=pk)


def advice(actor: Actor, perm: Perm) -> QuerySet[Recommendation]:
    """Recommendations on which the actor holds `perm`."""
    rows = Recommendation.objects.exclude(state=Recommendation.State.WITHDRAWN)
    match perm, actor.role:
        case Perm.ADVICE_READ | Perm.ADVICE_ANSWER, Role.PUPIL:
            return rows.filter(pupil=actor.person)
        case Perm.ADVICE_READ, Role.GUARDIAN:
            return rows.filter(pupil__in=wards(actor))
        case Perm.ADVICE_REPLY, Role.TEACHER:
            return rows.filter(_of_scopes(actor), state=Recommendation.State.ASKED)
        case _:
            return Recommendation.objects.none()


def open_advice(actor: Actor) -> QuerySet[Recommendation]:
    """What still waits for the pupil."""
    return advice(actor, Perm.ADVICE_READ).filter(state__in=["open", "started"])


def advice_or_404(actor: Actor, pk: int, perm: Perm) -> Recommendation:
    """404 both when it does not exist and when it is not theirs."""
    rows = advice(actor, perm).select_related("key_point__unit__textbook")
    return get_object_or_404(rows, pk=pk)


def pupils_of(actor: Actor, class_id: int, subject_code: str) -> QuerySet[Person]:
    """The pupils of a class the actor may look into one by one; 404 without the right."""
    scope_or_404(actor, class_id, subject_code, Perm.PUPIL_READ)
    roll = Enrolment.objects.filter(now(actor.today), school_class=class_id)
    return Person.objects.filter(enrolments__in=roll).order_by("enrolments__seat", "name")


def point_or_404(subject_code: str, pk: int) -> KeyPoint:
    """A key point of the subject."""
    return get_object_or_404(KeyPoint, pk=pk, unit__textbook__subject=subject_code)
