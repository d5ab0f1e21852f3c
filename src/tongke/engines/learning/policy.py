"""Who may see whose learning: one rule for lists, cells, exports and counts."""

from enum import StrEnum

from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from tongke.engines.learning.models import Mastery, Overruling, Recommendation
from tongke.engines.learning.scopes import ClassScope, scopes
from tongke.foundation.curriculum.models import KeyPoint
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Person
from tongke.foundation.people.policy import wards
from tongke.foundation.people.roles import Role


class Perm(StrEnum):
    """Permissions on learning."""

    CLASS_READ = "learning:class:read"
    PUPIL_READ = "learning:pupil:read"
    MASTERY_OVERRULE = "learning:mastery:overrule"
    ADVICE_READ = "learning:advice:read"
    ADVICE_ANSWER = "learning:advice:answer"


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
    if perm not in {Perm.PUPIL_READ, Perm.MASTERY_OVERRULE}:
        return Mastery.objects.none()
    if perm is Perm.MASTERY_OVERRULE and actor.role is not Role.TEACHER:
        return Mastery.objects.none()
    match actor.role:
        case Role.PUPIL:
            return Mastery.objects.filter(pupil=actor.person)
        case Role.GUARDIAN:
            return Mastery.objects.filter(pupil__in=wards(actor))
        case Role.TEACHER | Role.HEAD:
            return Mastery.objects.filter(_of_scopes(actor)).distinct()
        case _:
            return Mastery.objects.none()


def _of_scopes(actor: Actor) -> Q:
    by_subject: dict[str, list[int]] = {}
    for one in scopes(actor):
        if one.pupils:
            by_subject.setdefault(one.subject_code, []).append(one.class_id)
    found = Q(pk__in=[])
    for subject, classes in by_subject.items():
        found |= Q(
            key_point__unit__textbook__subject=subject,
            pupil__enrolments__school_class__in=classes,
            pupil__enrolments__until=None,
        )
    return found


def mastery_or_404(actor: Actor, pk: int, perm: Perm) -> Mastery:
    """404 both when it does not exist and when it is not theirs."""
    rows = mastery(actor, perm).select_related("pupil", "key_point__unit__textbook__subject")
    return get_object_or_404(rows, pk=pk)


def overruling_or_404(actor: Actor, pk: int) -> Overruling:
    """An overruling the actor made, still standing."""
    rows = Overruling.objects.filter(by=actor.person, withdrawn_at=None)
    return get_object_or_404(rows, pk=pk)


def advice(actor: Actor, perm: Perm) -> QuerySet[Recommendation]:
    """Recommendations on which the actor holds `perm`."""
    rows = Recommendation.objects.exclude(state=Recommendation.State.WITHDRAWN)
    match perm, actor.role:
        case Perm.ADVICE_READ | Perm.ADVICE_ANSWER, Role.PUPIL:
            return rows.filter(pupil=actor.person)
        case Perm.ADVICE_READ, Role.GUARDIAN:
            return rows.filter(pupil__in=wards(actor))
        case _:
            return Recommendation.objects.none()


def open_advice(actor: Actor) -> QuerySet[Recommendation]:
    """What still waits for the pupil."""
    return advice(actor, Perm.ADVICE_READ).filter(state__in=["open", "started"])


def advice_or_404(actor: Actor, pk: int, perm: Perm) -> Recommendation:
    """404 both when it does not exist and when it is not theirs."""
    return get_object_or_404(advice(actor, perm).select_related("key_point"), pk=pk)


def pupils_of(actor: Actor, class_id: int, subject_code: str) -> QuerySet[Person]:
    """The pupils of a class the actor may look into one by one; 404 without the right."""
    scope_or_404(actor, class_id, subject_code, Perm.PUPIL_READ)
    return Person.objects.filter(
        enrolments__school_class=class_id, enrolments__until=None
    ).order_by("enrolments__seat", "name")


def point_or_404(subject_code: str, pk: int) -> KeyPoint:
    """A key point of the subject."""
    return get_object_or_404(KeyPoint, pk=pk, unit__textbook__subject=subject_code)
