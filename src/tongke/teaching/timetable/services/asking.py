"""Asking one school to deliver what a class lacks: a demand with an address (S-003)."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.engines.communities import queries as communities
from tongke.foundation.curriculum.models import Subject
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Organisation, SchoolClass
from tongke.teaching.timetable.models import Demand, Term
from tongke.teaching.timetable.services import demands, notices


@transaction.atomic
def ask_school(
    term: Term,
    school_class: SchoolClass,
    subject: Subject,
    school: Organisation,
    *,
    by: Actor | None,
    at: datetime,
) -> Demand:
    """Ask a centre to take a class's gap; the demand is opened if it is not open yet.

    Asking the same school twice asks once; another centre may still take the demand.

    Raises:
        Refused: the class lacks nothing in it, the demand is taken already, or the school leads
            no consortium and so cannot take one.
    """
    day = timezone.localdate(at)
    if not communities.led_by(school, day).exists():
        raise Refused(f"{school.name}不是教学共同体的中心校，不能承接需求。")
    alive = [Demand.State.OPEN, Demand.State.TAKEN]
    demand = Demand.objects.filter(
        term=term, school_class=school_class, subject=subject, state__in=alive
    ).first()
    if demand is None:
        demand = demands.open_demand(term, school_class, subject, by=by, at=at)
    if demand.asked_id == school.pk:
        return demand
    won = Demand.objects.filter(pk=demand.pk, state=Demand.State.OPEN).update(asked=school)
    if not won:
        raise Refused("这项需求已经有学校承接。")
    demand.refresh_from_db()
    record("timetable.demand.addressed", demand, actor=by, at=at, detail={"school": school.pk})
    notices.tell(
        notices.managers([school], day), notices.DEMAND,
        f"{school_class.school.short_name}请贵校承接{school_class.name}{subject.name}",
        body=f"每周缺 {demand.periods} 节。", url=reverse("timetable:demand-list"),
        key=f"demand:{demand.pk}:asked:{school.pk}",
    )  # fmt: skip
    return demand
