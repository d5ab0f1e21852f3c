"""Days that were not as the week plan has them: who was away, and who came instead."""

from datetime import date, timedelta

from demo.region import CHINESE, MATHS, SPORT
from demo.world import School, World, at
from tongke.foundation.people.models import Person
from tongke.foundation.people.roles import Role
from tongke.teaching.timetable.models import Absence, DayChange
from tongke.teaching.timetable.queries.calendar import calendar_of
from tongke.teaching.timetable.queries.changes_suspended import Plan
from tongke.teaching.timetable.services.changes import absences, arranging, steps, suspending
from tongke.teaching.timetable.services.changes.absences import NewAbsence

_LEADING = "qiyun"
_SPORTS = "shiyan"


def lately(world: World) -> None:
    """Three absences of the last weeks at the leading centre, all arranged and acknowledged."""
    school = world.schools[_LEADING]
    days = _school_days(world)
    away = (
        (school.teacher(("13", 1), CHINESE), days[-12], 1, "sick", "发烧"),
        (school.teacher(("14", 1), MATHS), days[-8], 1, "training", "县里数学教研"),
        (school.teacher(("15", 1), SPORT), days[-4], 1, "personal", "家里有事"),
    )
    for teacher, first, length, kind, reason in away:
        last = next(day for day in days if day >= first + timedelta(days=length - 1))
        row = _enter(world, school, teacher, (first, last), kind, reason)
        evening = at(first - timedelta(days=1), "19:30")
        by = world.planning(school, evening.date())
        made = arranging.arrange_all(row, by=by, at=evening)
        for each in made:
            if each.state == DayChange.State.PENDING and each.teacher is not None:
                _accept(world, each)


def this_morning(world: World) -> None:
    """One teacher is ill from today on and nobody stands in yet; another asks for a day later."""
    school, today = world.schools[_LEADING], world.clock.today
    ill = school.teacher(("12", 1), CHINESE)
    calendar = calendar_of(world.running)
    ahead = (today + timedelta(days=n) for n in range(1, 8))
    tomorrow = next(day for day in ahead if calendar.plan_of(day) is not None)
    _enter(world, school, ill, (today, tomorrow), "sick", "嗓子发炎")
    asks = school.teacher(("14", 2), CHINESE)
    later = today + timedelta(days=7)
    new = NewAbsence(
        teacher=asks, school=school.organisation, kind="duty", since=later, until=later,
        reason="到县里参加优质课评比",
    )  # fmt: skip
    evening = world.clock.last_evening
    absences.enter(
        world.running, new, approved=False, by=world.teaching(asks, evening.date()), at=evening
    )
    if _SPORTS in world.schools:
        _sports_day(world, world.schools[_SPORTS])


def _sports_day(world: World, school: School) -> None:
    """A school day of the week after next without lessons, made up on the Saturday after it."""
    friday = world.clock.monday(14) + timedelta(days=4)
    evening = world.clock.last_evening
    suspending.suspend(
        world.running,
        Plan(school.organisation, friday, make_up_on=friday + timedelta(days=1)),
        reason="校运动会", by=world.planning(school, evening.date()), at=evening,
    )  # fmt: skip


def _enter(
    world: World, school: School, teacher: Person, days: tuple[date, date], kind: str, reason: str
) -> Absence:
    evening = at(days[0] - timedelta(days=1), "19:00")
    new = NewAbsence(
        teacher=teacher, school=school.organisation, kind=kind, since=days[0], until=days[1],
        reason=reason,
    )  # fmt: skip
    by = world.planning(school, evening.date())
    return absences.enter(world.running, new, approved=True, by=by, at=evening)


def _accept(world: World, change: DayChange) -> None:
    assert change.teacher is not None
    moment = at(change.day - timedelta(days=1), "20:15")
    role = Role.TEACHER if (change.teacher.pk, "teacher") in world.appointments else Role.HEAD
    by = world.acting(change.teacher, role, moment.date())
    steps.accept(change, by=by, at=moment)


def _school_days(world: World) -> list[date]:
    """The days with lessons of the term before today, in order."""
    calendar, today = calendar_of(world.running), world.clock.today
    first = world.clock.starts_on
    days = (first + timedelta(days=n) for n in range((today - first).days))
    return [day for day in days if calendar.plan_of(day) is not None]
