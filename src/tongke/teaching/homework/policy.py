"""Who may set, take, read and mark which homework."""

from enum import StrEnum

from django.db.models import F, Q, QuerySet
from django.shortcuts import get_object_or_404

from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Enrolment
from tongke.foundation.people.policy import wards, within
from tongke.foundation.people.roles import Role
from tongke.teaching.homework.models import Homework, Response, Submission
from tongke.teaching.timetable import policy as timetable


class Perm(StrEnum):
    """Permissions on homework."""

    HOMEWORK_READ = "homework:homework:read"
    HOMEWORK_EDIT = "homework:homework:edit"
    HOMEWORK_TAKE = "homework:homework:take"
    SUBMISSION_READ = "homework:submission:read"
    RESPONSE_OVERRULE = "homework:response:overrule"


_GIVEN = Q(state__in=[Homework.State.OPEN, Homework.State.CLOSED])


def homework(actor: Actor, perm: Perm) -> QuerySet[Homework]:
    """Homework on which the actor holds `perm`."""
    rows = Homework.objects.all()
    match perm, actor.role:
        case Perm.HOMEWORK_READ, Role.TEACHER:
            lessons = timetable.lessons(actor, timetable.Perm.LESSON_READ)
            return rows.filter(
                Q(set_by=actor.person) | (_GIVEN & Q(lesson__in=lessons.values("pk")))
            )
        case Perm.HOMEWORK_READ, Role.HEAD | Role.RESEARCHER | Role.OFFICER:
            lessons = timetable.lessons(actor, timetable.Perm.LESSON_READ)
            return rows.filter(_GIVEN, lesson__in=lessons.values("pk"))
        case Perm.HOMEWORK_READ | Perm.HOMEWORK_TAKE, Role.PUPIL:
            mine = _classes_of(actor, Q(pupil=actor.person))
            return rows.filter(_GIVEN, classes__school_class__in=mine).distinct()
        case Perm.HOMEWORK_READ, Role.GUARDIAN:
            theirs = _classes_of(actor, Q(pupil__in=wards(actor)))
            return rows.filter(_GIVEN, classes__school_class__in=theirs).distinct()
        case Perm.HOMEWORK_EDIT, Role.TEACHER:
            return rows.filter(set_by=actor.person)
        case _:
            return Homework.objects.none()


def _classes_of(actor: Actor, who: Q) -> QuerySet[Enrolment]:
    now = Q(since__lte=actor.today) & (Q(until=None) | Q(until__gte=actor.today))
    return Enrolment.objects.filter(who, now).values("school_class")


def submissions(actor: Actor, perm: Perm) -> QuerySet[Submission]:
    """Submissions on which the actor holds `perm`.

    The delivering teacher sees all classes of the lesson; an assistant only their own class.
    """
    rows = Submission.objects.all()
    match perm, actor.role:
        case Perm.SUBMISSION_READ, Role.TEACHER:
            assisted = Q(
                homework__lesson__classes__assistant=actor.person,
                homework__lesson__classes__school_class=F("school_class"),
            )
            return rows.filter(
                Q(homework__lesson__teacher=actor.person)
                | Q(homework__set_by=actor.person)
                | assisted
            ).distinct()
        case Perm.SUBMISSION_READ, Role.HEAD:
            return rows.filter(within(actor, "school_class__school"))
        case Perm.SUBMISSION_READ, Role.PUPIL:
            return rows.filter(pupil=actor.person)
        case Perm.SUBMISSION_READ, Role.GUARDIAN:
            return rows.filter(pupil__in=wards(actor))
        case _:
            return Submission.objects.none()


def responses(actor: Actor, perm: Perm) -> QuerySet[Response]:
    """Responses on which the actor holds `perm`: teachers of the lesson may overrule a mark."""
    if perm is not Perm.RESPONSE_OVERRULE or actor.role is not Role.TEACHER:
        return Response.objects.none()
    seen = submissions(actor, Perm.SUBMISSION_READ).filter(state=Submission.State.MARKED)
    return Response.objects.filter(submission__in=seen.values("pk"))


def homework_or_404(actor: Actor, pk: int, perm: Perm) -> Homework:
    """404 both when it does not exist and when it is not theirs."""
    rows = homework(actor, perm).select_related(
        "lesson__course__subject", "lesson__course__grade", "set_by"
    )
    return get_object_or_404(rows, pk=pk)


def submission_or_404(actor: Actor, pk: int, perm: Perm) -> Submission:
    """404 both when it does not exist and when it is not theirs."""
    rows = submissions(actor, perm).select_related("homework__lesson", "pupil", "school_class")
    return get_object_or_404(rows, pk=pk)


def response_or_404(actor: Actor, pk: int, perm: Perm) -> Response:
    """404 both when it does not exist and when it is not theirs."""
    rows = responses(actor, perm).select_related("submission__homework", "homework_item__item")
    return get_object_or_404(rows, pk=pk)
