"""Who may set, take, read and mark which homework."""

from enum import StrEnum

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.shortcuts import get_object_or_404

from tongke.foundation.people.actors import Actor, now
from tongke.foundation.people.models import Enrolment, Person, SchoolClass
from tongke.foundation.people.policy import wards, within
from tongke.foundation.people.roles import SCHOOL_STAFF, Role
from tongke.teaching.homework.models import Homework, HomeworkClass, Response, Submission
from tongke.teaching.timetable import policy as timetable
from tongke.teaching.timetable.models import LessonClass
from tongke.teaching.timetable.queries.calendar import terms_of


class Perm(StrEnum):
    """Permissions on homework."""

    HOMEWORK_READ = "homework:homework:read"
    HOMEWORK_EDIT = "homework:homework:edit"
    HOMEWORK_TAKE = "homework:homework:take"
    SUBMISSION_READ = "homework:submission:read"
    SUBMISSION_ENTER = "homework:submission:enter"
    RESPONSE_OVERRULE = "homework:response:overrule"


_GIVEN = Q(state__in=[Homework.State.OPEN, Homework.State.CLOSED])
_READERS = frozenset({Role.TEACHER, Role.HEAD, Role.RESEARCHER, Role.OFFICER})
MANAGERS = (*sorted(SCHOOL_STAFF), Role.RESEARCHER, Role.OFFICER)
"""Roles for which the pages of teachers exist; which rows, the rules below say."""


def homework(actor: Actor, perm: Perm) -> QuerySet[Homework]:
    """Homework on which the actor holds `perm`."""
    rows = Homework.objects.all()
    match perm, actor.role:
        case Perm.HOMEWORK_READ, role if role in _READERS:
            lessons = timetable.lessons(actor, timetable.Perm.LESSON_READ)
            seen = _GIVEN & Q(lesson__in=lessons.values("pk"))
            return rows.filter(seen | _own(actor))
        case Perm.HOMEWORK_READ, Role.TIMETABLER:
            return rows.filter(_own(actor))
        case Perm.HOMEWORK_READ | Perm.HOMEWORK_TAKE, Role.PUPIL:
            return rows.filter(_GIVEN, _in_class_of(actor, Q(pupil=actor.person)))
        case Perm.HOMEWORK_READ, Role.GUARDIAN:
            return rows.filter(_GIVEN, _in_class_of(actor, Q(pupil__in=wards(actor))))
        case Perm.HOMEWORK_EDIT, role if role in SCHOOL_STAFF:
            return rows.filter(_own(actor))
        case _:
            return Homework.objects.none()


def _own(actor: Actor) -> Q:
    """Set by the actor, who acts for a school: drafts too."""
    mine = Q(set_by=actor.person)
    return mine if actor.role in SCHOOL_STAFF else mine & Q(pk__in=[])


def _in_class_of(actor: Actor, who: Q) -> Q:
    roll = Enrolment.objects.filter(who, now(actor.today)).values("school_class")
    given = HomeworkClass.objects.filter(school_class__in=roll)
    return Q(pk__in=given.values("homework"))


def classes(actor: Actor, one: Homework, perm: Perm) -> QuerySet[SchoolClass]:
    """The classes of a homework that the actor may look into, by school.

    `HOMEWORK_READ` gives them as wholes, `SUBMISSION_READ` with their pupils' names, and
    `SUBMISSION_ENTER` to put in what was done on paper. The delivering teacher has all of them
    while the course's term runs, and those of their own school always.
    """
    rows = SchoolClass.objects.filter(homework__homework=one).order_by("school__path", "number")
    here = within(actor, "school")
    assisted = Q(
        pk__in=LessonClass.objects.filter(lesson=one.lesson_id, assistant=actor.person).values(
            "school_class"
        )
    )
    taught = actor.person.pk in {one.set_by_id, one.lesson.teacher_id}
    all_of_them = Q() if _runs(actor, one) else here
    match perm, actor.role:
        case Perm.HOMEWORK_READ, Role.RESEARCHER | Role.OFFICER:
            return rows
        case Perm.HOMEWORK_READ, role if role in SCHOOL_STAFF and taught:
            return rows
        case Perm.HOMEWORK_READ | Perm.SUBMISSION_READ, Role.HEAD:
            return rows.filter(here)
        case ((Perm.SUBMISSION_READ | Perm.SUBMISSION_ENTER), Role.TEACHER) if taught:
            return rows.filter(all_of_them)
        case ((Perm.HOMEWORK_READ | Perm.SUBMISSION_READ | Perm.SUBMISSION_ENTER), Role.TEACHER):
            return rows.filter(assisted)
        case _:
            return rows.none()


def _running(actor: Actor) -> list[int]:
    """The term that is on in the actor's region, or the last one in the holidays after it."""
    begun = terms_of(actor.organisation).filter(starts_on__lte=actor.today)
    return list(begun.values_list("pk", flat=True)[:1])


def _runs(actor: Actor, one: Homework) -> bool:
    return one.lesson.course.term_id in _running(actor)


def submissions(actor: Actor, perm: Perm) -> QuerySet[Submission]:
    """Submissions on which the actor holds `perm`, by the same rule as `classes`."""
    rows = Submission.objects.all()
    match perm, actor.role:
        case Perm.SUBMISSION_READ, Role.TEACHER:
            mine = Q(homework__lesson__teacher=actor.person) | Q(homework__set_by=actor.person)
            near = Q(homework__lesson__course__term__in=_running(actor))
            near |= within(actor, "school_class__school")
            assisted = LessonClass.objects.filter(
                lesson=OuterRef("homework__lesson"),
                school_class=OuterRef("school_class"),
                assistant=actor.person,
            )
            return rows.filter((mine & near) | Exists(assisted))
        case Perm.SUBMISSION_READ, Role.HEAD:
            return rows.filter(within(actor, "school_class__school"))
        case Perm.SUBMISSION_READ, Role.PUPIL:
            return rows.filter(pupil=actor.person)
        case Perm.SUBMISSION_READ, Role.GUARDIAN:
            return rows.filter(pupil__in=wards(actor))
        case _:
            return Submission.objects.none()


def marked(actor: Actor) -> QuerySet[Submission]:
    """Submissions that the actor may open: what is not handed in is nobody's to look at yet."""
    return submissions(actor, Perm.SUBMISSION_READ).filter(state=Submission.State.MARKED)


def responses(actor: Actor, perm: Perm) -> QuerySet[Response]:
    """Responses on which the actor holds `perm`: teachers of the lesson may overrule a mark."""
    if perm is not Perm.RESPONSE_OVERRULE or actor.role is not Role.TEACHER:
        return Response.objects.none()
    return Response.objects.filter(submission__in=marked(actor).values("pk"))


def homework_or_404(actor: Actor, pk: int, perm: Perm) -> Homework:
    """404 both when it does not exist and when it is not theirs."""
    rows = homework(actor, perm).select_related(
        "lesson__course__subject", "lesson__course__grade", "lesson__course__textbook", "set_by"
    )
    return get_object_or_404(rows, pk=pk)


def submission_or_404(actor: Actor, pk: int) -> Submission:
    """A marked submission; 404 both when there is none and when it is not theirs."""
    rows = marked(actor).select_related(
        "homework__lesson", "pupil", "school_class__school", "entered_by"
    )
    return get_object_or_404(rows, pk=pk)


def response_or_404(actor: Actor, pk: int, perm: Perm) -> Response:
    """404 both when it does not exist and when it is not theirs."""
    rows = responses(actor, perm).select_related("submission__homework", "homework_item__item")
    return get_object_or_404(rows, pk=pk)


def pupil_or_404(actor: Actor, one: Homework, pk: int) -> Person:
    """A pupil whose paper the actor may put in; 404 for all others."""
    mine = classes(actor, one, Perm.SUBMISSION_ENTER)
    roll = Enrolment.objects.filter(now(actor.today), school_class__in=mine.values("pk"))
    return get_object_or_404(Person.objects.filter(pk__in=roll.values("pupil")), pk=pk)
