"""Numbers beside entries of the navigation: what waits for this actor, one cheap count each."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from tongke.core.models import Job
from tongke.engines.learning import policy as learning_policy
from tongke.foundation.people import policy as people_policy
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.roles import Role
from tongke.teaching.classroom.queries.protocol import todo
from tongke.teaching.electives import policy as electives_policy
from tongke.teaching.homework import queries as homework_queries
from tongke.teaching.timetable import policy as timetable
from tongke.teaching.timetable.models import Course, Demand


def duties_due(actor: Actor) -> int:
    """Lessons of the last two weeks and of tomorrow whose protocol waits for this person."""
    now = timezone.now()
    rows = todo(actor.person, now + timedelta(days=1)).filter(due_at__gte=now - timedelta(days=14))
    return rows.order_by().values("lesson").distinct().count()


def demands_open(actor: Actor) -> int:
    """Open demands: of the officer's region, or those that a centre could take."""
    if actor.role is Role.OFFICER:
        own = timetable.demands(actor, timetable.Perm.DEMAND_READ)
        return own.filter(state=Demand.State.OPEN).count()
    return timetable.demands(actor, timetable.Perm.DEMAND_TAKE).count()


def courses_waiting(actor: Actor) -> int:
    """Sides of draft courses on which this actor's school must still name people or rooms."""
    hosting = timetable.courses(actor, timetable.Perm.COURSE_STAFF).filter(
        Q(host_teacher=None) | Q(host_room=None), state=Course.State.DRAFT
    )
    listening = timetable.listeners(actor, timetable.Perm.LISTENER_STAFF).filter(
        Q(assistant=None) | Q(room=None), course__state=Course.State.DRAFT
    )
    return hosting.count() + listening.count()


def consents_open(actor: Actor) -> int:
    """Purposes a guardian has not answered yet."""
    return people_policy.consents_open(actor)


def advice_open(actor: Actor) -> int:
    """Recommendations a pupil has not looked at."""
    return learning_policy.open_advice(actor).count()


def homework_open(actor: Actor) -> int:
    """Homework a pupil has still to hand in."""
    return homework_queries.open_for(actor).count()


def lists_open(actor: Actor) -> int:
    """Open rounds of choice in which a pupil, or a guardian's child, has no list yet."""
    return electives_policy.open_lists(actor)


def dead_jobs(actor: Actor) -> int:
    """Jobs that failed for good."""
    return Job.objects.filter(state=Job.State.DEAD).count()
