"""送教上门: a pupil taught at home, the plan of visits, and what came of each."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.core.jobs import task
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Person
from tongke.teaching.continuity.models import HomeTeaching, Visit
from tongke.teaching.continuity.queries.learners import class_of
from tongke.teaching.timetable.models import Term
from tongke.teaching.timetable.queries.calendar import calendar_of

_AHEAD = timedelta(days=28)


@dataclass(frozen=True, kw_only=True)
class NewHome:
    """What the school fills in; `medical` is sealed."""

    pupil: Person
    teacher: Person
    since: date
    until: date | None
    weekday: int
    visit_at: time
    minutes: int
    plan: str = ""
    medical: str = ""


@transaction.atomic
def open_home(new: NewHome, *, by: Actor, at: datetime) -> HomeTeaching:
    """Begin to teach a pupil at home, with visits planned for the next four weeks.

    Raises:
        Refused: the pupil is in no class, is taught at home already, or dates do not hold; nothing
            is written.
    """
    school_class = class_of(new.pupil, max(new.since, by.today))
    if school_class is None:
        raise Refused("这名学生不在任何班级。")
    _check(new, HomeTeaching.objects.all())
    made = HomeTeaching.objects.create(
        pupil=new.pupil, school_class=school_class, teacher=new.teacher, since=new.since,
        until=new.until, weekday=new.weekday, visit_at=new.visit_at, minutes=new.minutes,
        plan=new.plan, medical=new.medical, created_at=at,
    )  # fmt: skip
    record("continuity.home.opened", made, actor=by, at=at)
    plan_visits(made, by.today)
    return made


def _check(new: NewHome, others: QuerySet[HomeTeaching]) -> None:
    """The days must hold, and meet none of the pupil's others."""
    if new.until is not None and new.until < new.since:
        raise Refused("结束日期在开始日期之前，请改正。")
    # Two clicks at once wait for one another here, so that the second finds the first.
    Person.objects.select_for_update().get(pk=new.pupil.pk)
    meets = others.filter(pupil=new.pupil).exclude(until__lt=new.since)
    if new.until is not None:
        meets = meets.exclude(since__gt=new.until)
    if meets.exists():
        raise Refused("这名学生这段时间已经有送教上门的安排。")


@transaction.atomic
def edit_home(home: HomeTeaching, new: NewHome, *, by: Actor, at: datetime) -> None:
    """Change teacher, days or plan; visits still planned are laid anew.

    Raises:
        Refused: dates do not hold, or meet another teaching at home of the pupil; nothing is
            written.
    """
    _check(new, HomeTeaching.objects.exclude(pk=home.pk))
    HomeTeaching.objects.filter(pk=home.pk).update(
        teacher=new.teacher, since=new.since, until=new.until, weekday=new.weekday,
        visit_at=new.visit_at, minutes=new.minutes, plan=new.plan,
    )  # fmt: skip
    home.refresh_from_db()
    home.medical = new.medical
    home.save(update_fields=["medical"])
    record("continuity.home.edited", home, actor=by, at=at)
    home.visits.filter(state=Visit.State.PLANNED, day__gte=by.today).delete()
    plan_visits(home, by.today)


def plan_visits(home: HomeTeaching, today: date) -> int:
    """Plan visits on the weekday of each of the next weeks that has school; returns how many.

    Safe to run twice: a day is planned once.
    """
    above = [int(part) for part in home.school_class.school.path.split(".") if part]
    first = max(home.since, today)
    last = min(home.until or first + _AHEAD, first + _AHEAD)
    terms = Term.objects.filter(region__in=above, starts_on__lte=last)
    days = [
        day
        for term in terms
        for day in calendar_of(term).days_of(home.weekday)
        if first <= day <= last and day.isoweekday() == home.weekday
    ]
    made = Visit.objects.bulk_create(
        [Visit(home=home, day=day) for day in days], ignore_conflicts=True
    )
    return len(made)


@task("continuity.plan_visits", every_minutes=1440)
def plan_all_visits() -> None:
    """Keep four weeks of visits planned. Safe to run twice."""
    today = timezone.localdate()
    rows = HomeTeaching.objects.exclude(until__lt=today).select_related("school_class__school")
    for each in rows:
        plan_visits(each, today)


@transaction.atomic
def log_visit(
    visit: Visit, *, state: str, minutes: int, note: str, by: Actor, at: datetime
) -> None:
    """Write what came of a visit; a later word replaces the earlier one.

    Raises:
        Refused: the day has not come, a held one has no minutes, or a missed one no reason;
            nothing is written.
    """
    if visit.day > by.today:
        raise Refused("还没到上门的日子。")
    if state == Visit.State.HELD and minutes <= 0:
        raise Refused("请填写上门教学的分钟数。")
    if state == Visit.State.MISSED and not note.strip():
        raise Refused("没有上门要写明原因。")
    Visit.objects.filter(pk=visit.pk).update(
        state=state, minutes=minutes if state == Visit.State.HELD else 0, note=note.strip()[:300],
        by=by.person, at=at,
    )  # fmt: skip
    visit.refresh_from_db()
    record("continuity.visit.logged", visit, actor=by, at=at, detail={"state": state})


@transaction.atomic
def add_visit(home: HomeTeaching, day: date, *, by: Actor, at: datetime) -> Visit:
    """Plan one more visit.

    Raises:
        Refused: the day is planned already or outside the dates; nothing is written.
    """
    if day < home.since or (home.until is not None and day > home.until):
        raise Refused("这一天不在送教上门的起止日期内。")
    made, fresh = Visit.objects.get_or_create(home=home, day=day)
    if not fresh:
        raise Refused("这一天已经有上门安排。")
    record("continuity.visit.planned", made, actor=by, at=at)
    return made
