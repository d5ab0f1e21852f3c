"""Demands: a gap asks for a delivered course, until one fills it (S-003).

OPEN → TAKEN (a centre made a course of it) → FILLED (the course is published); a withdrawn
course opens its demands again. Who asked may close a demand that nobody has taken.
"""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.core.profile import current
from tongke.engines.communities import queries as communities
from tongke.foundation.curriculum.models import Subject
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import SchoolClass
from tongke.teaching.timetable.models import Course, Demand, Term
from tongke.teaching.timetable.profile import TimetableProfile
from tongke.teaching.timetable.queries.calendar import planning_day
from tongke.teaching.timetable.queries.gaps import Gap, check_completeness
from tongke.teaching.timetable.services import notices

State = Demand.State
_ALIVE = (State.OPEN, State.TAKEN)


@transaction.atomic
def open_demand(
    term: Term,
    school_class: SchoolClass,
    subject: Subject,
    *,
    note: str = "",
    by: Actor | None,
    at: datetime,
) -> Demand:
    """Ask for a delivered course for one class in one subject; what lacks is worked out here.

    Raises:
        Refused: the class lacks nothing in it, it is asked for already, or the region does not
            let this subject be delivered from afar.
    """
    checks = check_completeness(term, [school_class], planning_day(term, timezone.localdate(at)))
    found = [gap for check in checks for gap in check.gaps if gap.subject.pk == subject.pk]
    if not found:
        raise Refused(f"{school_class.name}的{subject.name}已经开足，不用提需求。")
    gap = found[0]
    if not gap.deliverable:
        raise Refused(f"{subject.name}不宜远程开设，请由学校自行安排。")
    if gap.demand is not None:
        raise Refused(f"{school_class.name}的{subject.name}已经提过需求。")
    return _open([gap], term, note=note, by=by, at=at)[0]


@transaction.atomic
def open_all_demands(
    term: Term, classes: Collection[SchoolClass], *, by: Actor | None, at: datetime
) -> list[Demand]:
    """Ask for everything that these classes lack and that the region counts as a demand.

    Calling it twice asks once. Returns the new demands.
    """
    profile = current(TimetableProfile)
    checks = check_completeness(term, classes, planning_day(term, timezone.localdate(at)))
    wanted = [
        gap
        for check in checks
        for gap in check.gaps
        if gap.deliverable
        and gap.demand is None
        and gap.kind in profile.demand_kinds
        and gap.periods >= profile.demand_least_periods
    ]
    return _open(wanted, term, note="", by=by, at=at)


def _open(
    wanted: Iterable[Gap], term: Term, *, note: str, by: Actor | None, at: datetime
) -> list[Demand]:
    made = [
        Demand.objects.create(
            term=term, school_class=gap.school_class, subject=gap.subject, kind=gap.kind,
            periods=gap.periods, opened_at=at, note=note,
        )
        for gap in wanted
    ]  # fmt: skip
    for demand in made:
        detail = {"kind": demand.kind, "periods": demand.periods}
        record("timetable.demand.opened", demand, actor=by, at=at, detail=detail)
    _tell_centres(made, at)
    return made


def _tell_centres(made: list[Demand], at: datetime) -> None:
    """One message to those who run the centres of the schools that ask."""
    day = timezone.localdate(at)
    schools = {each.school_class.school_id: each.school_class.school for each in made}
    for school in schools.values():
        asked = [each for each in made if each.school_class.school_id == school.pk]
        groups = communities.consortia_of(school, day)
        centres = {
            member.organisation_id
            for group in groups
            for member in communities.members(group, day)
            if member.side == "centre" and member.organisation_id != school.pk
        }
        names = "、".join(dict.fromkeys(each.subject.name for each in asked))
        notices.tell(
            notices.managers(centres, day), notices.DEMAND,
            f"{school.short_name}提出 {len(asked)} 项缺课需求", body=f"缺：{names}。",
            url=reverse("timetable:demand-list"), key=f"demands:{min(each.pk for each in asked)}",
        )  # fmt: skip


@transaction.atomic
def close_demand(demand: Demand, *, reason: str, by: Actor | None, at: datetime) -> None:
    """Withdraw a demand that nobody has taken.

    Raises:
        Refused: no reason is given, or the demand is taken, filled or closed already.
    """
    if not reason.strip():
        raise Refused("请写明撤回的原因。")
    won = Demand.objects.filter(pk=demand.pk, state=State.OPEN).update(
        state=State.CLOSED, closed_at=at, note=reason.strip()[:200]
    )
    if not won:
        raise Refused("需求已被承接或已结束，不能撤回。")
    demand.refresh_from_db()
    record("timetable.demand.closed", demand, actor=by, at=at, detail={"reason": reason[:200]})


def take(demands: Collection[Demand], course: Course, *, by: Actor | None, at: datetime) -> None:
    """Tie open demands to a new course; inside the caller's transaction.

    Raises:
        Refused: one of them is not open any more.
    """
    won = Demand.objects.filter(pk__in=[each.pk for each in demands], state=State.OPEN).update(
        state=State.TAKEN, course=course
    )
    if won != len(demands):
        raise Refused("有需求刚刚被其他学校承接或撤回，请刷新后再选。")
    for each in demands:
        record("timetable.demand.taken", each, actor=by, at=at, detail={"course": course.pk})


def fill(course: Course, *, by: Actor | None, at: datetime) -> list[Demand]:
    """Close the demands of a published course; inside the caller's transaction.

    A course that brings fewer periods than a class lacks leaves a demand for the rest.
    """
    filled = list(Demand.objects.filter(course=course, state=State.TAKEN))
    for each in filled:
        Demand.objects.filter(pk=each.pk).update(state=State.FILLED, closed_at=at)
        record("timetable.demand.filled", each, actor=by, at=at, detail={"course": course.pk})
        rest = each.periods - course.periods_per_week
        if rest > 0:
            Demand.objects.create(
                term_id=each.term_id, school_class_id=each.school_class_id,
                subject_id=each.subject_id, kind=Demand.Kind.SHORT, periods=rest, opened_at=at,
                note=f"联合课程已补 {course.periods_per_week} 节，还差 {rest} 节。",
            )  # fmt: skip
    return filled


def reopen(
    course: Course,
    *,
    reason: str,
    classes: Collection[int] | None = None,
    by: Actor | None,
    at: datetime,
) -> int:
    """Open the demands of a course again; inside the caller's transaction. Returns how many.

    Where the rest of a demand is open by itself, the two become one again.

    Args:
        classes: only the demands of these classes; None for all of the course.
    """
    rows = Demand.objects.filter(course=course, state__in=[State.TAKEN, State.FILLED])
    if classes is not None:
        rows = rows.filter(school_class__in=classes)
    count = 0
    for each in rows:
        other = Demand.objects.filter(
            term=each.term_id, school_class=each.school_class_id, subject=each.subject_id,
            state__in=_ALIVE,
        ).exclude(pk=each.pk)  # fmt: skip
        Demand.objects.filter(pk__in=other.filter(state=State.OPEN).values("pk")).update(
            state=State.CLOSED, closed_at=at, note="并入原需求。"
        )
        if other.exists():  # the rest has been taken by another course: that demand lives on
            Demand.objects.filter(pk=each.pk).update(state=State.CLOSED, closed_at=at, note=reason)
            continue
        Demand.objects.filter(pk=each.pk).update(
            state=State.OPEN, course=None, closed_at=None, note=reason[:200]
        )
        record("timetable.demand.reopened", each, actor=by, at=at, detail={"course": course.pk})
        count += 1
    return count
