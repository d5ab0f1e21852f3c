"""Into whose learning a person may look, answered from who teaches whom (design §5).

The delivering teacher of a joint course sees its classes, remote ones too, in that subject and
while the course runs; an assistant sees their own class in it. An ordinary teacher sees the
classes and subjects of their own timetable. A head sees every class of the school. A 教研员 sees
classes as wholes in their own subject, never single pupils.
"""

from datetime import date

from django.db.models import Q, QuerySet

from tongke.engines.learning.scopes import ClassScope, register_teachers
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Organisation, SchoolClass
from tongke.foundation.people.policy import within
from tongke.foundation.people.roles import Role
from tongke.teaching.timetable.models import Course, Listener, Placement, Term
from tongke.teaching.timetable.queries.calendar import terms_of


def learning_scopes(actor: Actor) -> list[ClassScope]:
    """Every class and subject the actor may look into today."""
    match actor.role:
        case Role.TEACHER:
            return [*_joint(actor), *_own(actor)]
        case Role.HEAD:
            return _school(actor)
        case Role.RESEARCHER:
            return _region(actor)
        case _:
            return []


def running_terms(organisation: Organisation, today: date) -> list[Term]:
    """The term that is on in an organisation's region, or the last one in the holidays after it."""
    return list(terms_of(organisation).filter(starts_on__lte=today)[:1])


def _terms(actor: Actor) -> list[Term]:
    return running_terms(actor.organisation, actor.today)


def _taught(terms: list[Term]) -> QuerySet[Course]:
    """Joint courses of the terms that run or ran to their end."""
    begun = [Course.State.PUBLISHED, Course.State.ENDED]
    return Course.objects.filter(term__in=terms, state__in=begun)


def _joint(actor: Actor) -> list[ClassScope]:
    courses = _taught(_terms(actor))
    hosted = courses.filter(host_teacher=actor.person).prefetch_related("listeners")
    found = [one for course in hosted for one in _sides(course, pupils=True)]
    assisted = Listener.objects.filter(course__in=courses, assistant=actor.person)
    found += [
        ClassScope(class_id, subject, pupils=True, side="listening")
        for class_id, subject in assisted.values_list("school_class", "course__subject")
    ]
    return found


def _sides(course: Course, *, pupils: bool) -> list[ClassScope]:
    group = f"course:{course.pk}"
    found = [
        ClassScope(one.school_class_id, course.subject_id, pupils, group, "listening")
        for one in course.listeners.all()
    ]
    if course.host_class_id:
        found.insert(0, ClassScope(course.host_class_id, course.subject_id, pupils, group, "host"))
    return found


def _own(actor: Actor) -> list[ClassScope]:
    rows = Placement.objects.filter(term__in=_terms(actor), teacher=actor.person, slot=None)
    return _placed(rows)


def _school(actor: Actor) -> list[ClassScope]:
    here = within(actor, "school_class__school")
    return _placed(Placement.objects.filter(here, term__in=_terms(actor)))


def _placed(rows: QuerySet[Placement]) -> list[ClassScope]:
    pairs = rows.order_by().values_list("school_class", "subject").distinct()
    return [ClassScope(class_id, subject, pupils=True) for class_id, subject in pairs]


def _region(actor: Actor) -> list[ClassScope]:
    if not actor.subject_code:
        return []
    courses = _taught(_terms(actor)).filter(
        within(actor, "host_school"), subject=actor.subject_code
    )
    return [
        one
        for course in courses.prefetch_related("listeners")
        for one in _sides(course, pupils=False)
    ]


def teachers_of(school_class: SchoolClass, subject_code: str, today: date) -> set[int]:
    """The persons who teach a class a subject: ordinary, delivering and assisting."""
    terms = running_terms(school_class.school, today)
    placed = Placement.objects.filter(
        term__in=terms, school_class=school_class, subject=subject_code, slot=None
    )
    courses = _taught(terms).filter(
        Q(listeners__school_class=school_class) | Q(host_class=school_class), subject=subject_code
    )
    helped = Listener.objects.filter(course__in=courses, school_class=school_class)
    found = {
        *placed.values_list("teacher", flat=True),
        *courses.values_list("host_teacher", flat=True),
        *helped.values_list("assistant", flat=True),
    }
    return {pk for pk in found if pk is not None}


register_teachers(teachers_of)
