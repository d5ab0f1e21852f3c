"""Terms, weeks, days with lessons, and the bells that ring on a day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import pairwise

from django.db.models import Q, QuerySet
from django.utils import timezone

from tongke.core.profile import current
from tongke.foundation.people.models import Organisation
from tongke.teaching.timetable.models import Bell, BellGrid, Holiday, Term
from tongke.teaching.timetable.profile import TimetableProfile

WEEKDAYS = "一二三四五六日"
SCHOOL_DAYS = (1, 2, 3, 4, 5)


def on(day: date, prefix: str = "") -> Q:
    """The condition "in force on `day`" for dated rows, on a path to them."""
    return Q(**{f"{prefix}since__lte": day}) & (
        Q(**{f"{prefix}until": None}) | Q(**{f"{prefix}until__gte": day})
    )


def weekday_name(weekday: int) -> str:
    """How people say it: 1 is 周一."""
    return f"周{WEEKDAYS[weekday - 1]}"


def day_name(day: date) -> str:
    """A day in a sentence: 11月23日（周一）."""
    return f"{day.month}月{day.day}日（{weekday_name(day.isoweekday())}）"


def terms_of(organisation: Organisation) -> QuerySet[Term]:
    """The terms of the region an organisation lies in, newest first."""
    above = [int(part) for part in organisation.path.split(".") if part]
    return Term.objects.filter(region__in=above).order_by("-starts_on")


def current_term(organisation: Organisation, today: date) -> Term | None:
    """The term that runs on a day; between terms the next one, else the last one, else None."""
    terms = list(terms_of(organisation))
    running = [each for each in terms if each.starts_on <= today <= each.ends_on]
    coming = [each for each in terms if each.starts_on > today]
    if running:
        return running[0]
    return coming[-1] if coming else next(iter(terms), None)


def week_of(term: Term, day: date) -> int | None:
    """The teaching week a day lies in, from 1; None outside the term."""
    week = (day - term.starts_on).days // 7 + 1
    return week if 1 <= week <= term.weeks else None


def week_starts(term: Term, week: int) -> date:
    """The Monday of a teaching week."""
    return term.starts_on + timedelta(days=7 * (week - 1))


@dataclass(frozen=True)
class Calendar:
    """A term with its holidays: which days have lessons, and by which weekday's plan."""

    term: Term
    holidays: Mapping[date, Holiday]

    def plan_of(self, day: date) -> int | None:
        """The weekday whose plan a day follows, 1 to 7; None when it has no lessons."""
        if week_of(self.term, day) is None:
            return None
        special = self.holidays.get(day)
        if special is not None:
            return special.follows_weekday
        return day.isoweekday() if day.isoweekday() in SCHOOL_DAYS else None

    @cached_property
    def _days(self) -> dict[int, list[date]]:
        days: dict[int, list[date]] = {}
        for offset in range(7 * self.term.weeks):
            day = self.term.starts_on + timedelta(days=offset)
            plan = self.plan_of(day)
            if plan is not None:
                days.setdefault(plan, []).append(day)
        return days

    def days_of(self, weekday: int) -> list[date]:
        """Every day of the term that follows a weekday's plan, in order, make-up days included."""
        return list(self._days.get(weekday, ()))


def calendar_of(term: Term) -> Calendar:
    """The term's calendar; one query."""
    return Calendar(term, {each.day: each for each in Holiday.objects.filter(term=term)})


def lesson_days(term: Term, weekday: int) -> list[date]:
    """Every day of the term that follows a weekday's plan: see `Calendar.days_of`."""
    return calendar_of(term).days_of(weekday)


@dataclass(frozen=True)
class Period:
    """One period of a school on the clock."""

    seq: int
    starts: time
    ends: time

    @property
    def label(self) -> str:
        """As a timetable's row says it: 第 1 节."""
        return f"第 {self.seq} 节"

    @property
    def clock(self) -> str:
        """08:30–09:10."""
        return f"{self.starts:%H:%M}–{self.ends:%H:%M}"


Bells = Mapping[int, Mapping[int, Period]]
"""Periods by school id and seq; a school without bells has no entry."""


def grids_on(schools: Iterable[int], day: date) -> dict[int, BellGrid]:
    """The grid in force at each school on a day; the newest where two would be."""
    rows = BellGrid.objects.filter(on(day), school__in=set(schools)).order_by("since", "pk")
    return {each.school_id: each for each in rows}


def bells_on(schools: Iterable[int], day: date) -> dict[int, dict[int, Period]]:
    """The periods of each school on a day, in order; two queries whatever the number."""
    grids = grids_on(schools, day)
    owners = {grid.pk: school for school, grid in grids.items()}
    found: dict[int, dict[int, Period]] = {}
    for bell in Bell.objects.filter(grid__in=owners).order_by("seq"):
        school = owners[bell.grid_id]
        found.setdefault(school, {})[bell.seq] = Period(bell.seq, bell.starts, bell.ends)
    return found


class BellBook:
    """The bells of some schools on any day of a term, read once: seasons change within a term."""

    def __init__(self, schools: Iterable[int]) -> None:
        """Read every grid of these schools; two queries."""
        grids = BellGrid.objects.filter(school__in=set(schools)).order_by("since", "pk")
        self._grids = list(grids.prefetch_related("bells"))

    def on(self, day: date) -> dict[int, dict[int, Period]]:
        """The periods of each school on a day."""
        found: dict[int, dict[int, Period]] = {}
        for grid in self._grids:
            if grid.since <= day and (grid.until is None or grid.until >= day):
                bells = grid.bells.all()
                found[grid.school_id] = {
                    bell.seq: Period(bell.seq, bell.starts, bell.ends) for bell in bells
                }
        return found

    def changes(self, since: date, until: date) -> list[date]:
        """`since`, and the days after it up to `until` on which some grid begins or has ended."""
        edges = {since}
        for grid in self._grids:
            ends = grid.until + timedelta(days=1) if grid.until else None
            edges.update(day for day in (grid.since, ends) if day and since < day <= until)
        return sorted(edges)


def advice(school: Organisation, periods: Iterable[Period]) -> list[str]:
    """Where a school's bells differ from what the region asks for; advice, not a refusal."""
    listed, profile = list(periods), current(TimetableProfile)
    stage = next((code for code in school.stages.split(",") if code), "")
    told: list[str] = []
    first = profile.first_lesson_after.get(stage)
    if first and listed and listed[0].starts < first:
        told.append(f"第 1 节 {listed[0].starts:%H:%M} 上课，规定不早于 {first:%H:%M}。")
    length = profile.lesson_minutes.get(stage)
    odd = [one for one in listed if length and minute(one.ends) - minute(one.starts) != length]
    if odd:
        told.append(f"有 {len(odd)} 节课不是 {length} 分钟（从第 {odd[0].seq} 节起）。")
    short = [
        later
        for one, later in pairwise(listed)
        if minute(later.starts) - minute(one.ends) < profile.break_minutes
    ]
    if short:
        told.append(
            f"有 {len(short)} 个课间不足 {profile.break_minutes} 分钟（第 {short[0].seq} 节前起）。"
        )
    return told


def planning_day(term: Term, today: date) -> date:
    """The day whose bells a weekly plan is made with: today, within the term."""
    return min(max(today, term.starts_on), term.ends_on)


def moment(day: date, at: time) -> datetime:
    """A clock time of a day as an aware moment of the region."""
    return timezone.make_aware(datetime.combine(day, at))


def minute(at: time) -> int:
    """Minutes after midnight."""
    return at.hour * 60 + at.minute


def clock_time(minute_of_day: int) -> time:
    """The clock time of a minute after midnight."""
    return time(minute_of_day // 60, minute_of_day % 60)


@dataclass(frozen=True)
class WeekLine:
    """A week of a term as the calendar page shows it: each day with its plan or holiday."""

    number: int
    days: tuple[tuple[date, int | None, str], ...]
    now: bool


def weeks_of(term: Term, today: date) -> list[WeekLine]:
    """The weeks of a term; each day with the weekday it follows (None: no lessons) and a name."""
    calendar = calendar_of(term)
    lines = []
    for number in range(1, term.weeks + 1):
        monday = week_starts(term, number)
        days = [monday + timedelta(days=offset) for offset in range(7)]
        named = {day: calendar.holidays[day].name for day in days if day in calendar.holidays}
        cells = tuple((day, calendar.plan_of(day), named.get(day, "")) for day in days)
        lines.append(WeekLine(number, cells, days[0] <= today <= days[-1]))
    return lines
