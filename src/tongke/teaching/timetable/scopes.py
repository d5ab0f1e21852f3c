"""Into whose learning a person may look, answered from who teaches whom (design §5).

The delivering teacher of a joint course sees its classes, remote ones too, in that subject and
while the course runs; an assistant sees their own class in it. An ordinary teacher sees the
classes and subjects of their own timetable. A head sees every class of the school. A 教研员 sees
classes as wholes in their own subject, never single pupils.
"""

from tongke.engines.learning.scopes import ClassScope
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.policy import within
from tongke.foundation.people.roles import Role
from tongke.teaching.timetable.models import Course, Listener, Placement, Term


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


def _running(actor: Actor) -> list[int]:
    """Terms that are on, or over for less than the following holidays."""
    return [
        term.pk
        for term in Term.objects.filter(starts_on__lte=actor.today).order_by("-starts_on")[:1]
    ]


def _joint(actor: Actor) -> list[ClassScope]:
    terms = _running(actor)
    published = Course.objects.filter(term__in=terms, state=Course.State.PUBLISHED)
    found = []
    for course in published.filter(host_teacher=actor.person).prefetch_related("listeners"):
        if course.host_class_id:
            found.append(_scope(course.host_class_id, course, "host", pupils=True))
        found += [
            _scope(one.school_class_id, course, "listening", pupils=True)
            for one in course.listeners.all()
        ]
    assisted = Listener.objects.filter(course__in=published, assistant=actor.person)
    found += [
        ClassScope(one.school_class_id, one.course.subject_id, pupils=True, side="listening")
        for one in assisted.select_related("course")
    ]
    return found


def _scope(class_id: int, course: Course, side: str, *, pupils: bool) -> ClassScope:
    return ClassScope(class_id, course.subject_id, pupils, f"course:{course.pk}", side)


def _own(actor: Actor) -> list[ClassScope]:
    rows = Placement.objects.filter(term__in=_running(actor), teacher=actor.person, slot=None)
    return [
        ClassScope(class_id, subject, pupils=True)
        for class_id, subject in rows.values_list("school_class", "subject").distinct()
    ]


def _school(actor: Actor) -> list[ClassScope]:
    rows = Placement.objects.filter(
        within(actor, "school_class__school"), term__in=_running(actor)
    )
    return [
        ClassScope(class_id, subject, pupils=True)
        for class_id, subject in rows.values_list("school_class", "subject").distinct()
    ]


def _region(actor: Actor) -> list[ClassScope]:
    if not actor.subject_code:
        return []
    courses = Course.objects.filter(
        term__in=_running(actor), state=Course.State.PUBLISHED, subject=actor.subject_code
    ).prefetch_related("listeners")
    found = []
    for course in courses:
        ids = [one.school_class_id for one in course.listeners.all()]
        if course.host_class_id:
            found.append(_scope(course.host_class_id, course, "host", pupils=False))
        found += [_scope(pk, course, "listening", pupils=False) for pk in ids]
    return found
