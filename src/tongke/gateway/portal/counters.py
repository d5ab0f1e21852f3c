"""Numbers beside entries of the navigation: what waits for this actor, one cheap count each."""

from django.db.models import Q

from tongke.core.models import Job
from tongke.engines.learning import policy as learning_policy
from tongke.foundation.people import policy as people_policy
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.roles import Role
from tongke.teaching.classroom import queries as classroom_queries
from tongke.teaching.homework import queries as homework_queries
from tongke.teaching.timetable import policy as timetable


def duties_due(actor: Actor) -> int:
    """Protocol items of this person that are due and not done."""
    return classroom_queries.duties_due(actor)


def demands_open(actor: Actor) -> int:
    """Demands that this actor could take or must place."""
    perm = timetable.Perm.DEMAND_TAKE
    if actor.role is Role.OFFICER:
        perm = timetable.Perm.DEMAND_READ
    return timetable.demands(actor, perm).filter(state="open").count()


def courses_waiting(actor: Actor) -> int:
    """Courses that wait for this actor's school to name people and rooms."""
    drafts = timetable.courses(actor, timetable.Perm.COURSE_STAFF).filter(state="draft")
    listeners = timetable.listeners(actor, timetable.Perm.LISTENER_STAFF).filter(
        Q(assistant=None) | Q(room=None), course__state="draft"
    )
    return drafts.filter(host_teacher=None).count() + listeners.count()


def consents_open(actor: Actor) -> int:
    """Purposes a guardian has not answered yet."""
    return people_policy.consents_open(actor)


def advice_open(actor: Actor) -> int:
    """Recommendations a pupil has not looked at."""
    return learning_policy.open_advice(actor).count()


def homework_open(actor: Actor) -> int:
    """Homework a pupil has still to hand in."""
    return homework_queries.open_for(actor).count()


def dead_jobs(actor: Actor) -> int:
    """Jobs that failed for good."""
    return Job.objects.filter(state=Job.State.DEAD).count()
