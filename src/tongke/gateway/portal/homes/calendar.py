"""The term and week of today, as every home's heading says it."""

from dataclasses import dataclass
from datetime import date, timedelta

from tongke.foundation.people.models import Organisation
from tongke.gateway.portal.homes import words
from tongke.teaching.timetable.models import Term
from tongke.teaching.timetable.queries.calendar import (
    Calendar,
    calendar_of,
    current_term,
    week_of,
    week_starts,
)


@dataclass(frozen=True)
class Today:
    """A day in its term: `plan` is the weekday whose timetable it follows, None without lessons."""

    day: date
    term: Term | None
    week: int | None
    plan: int | None
    calendar: Calendar | None

    @property
    def line(self) -> str:
        """11月23日 周一 · 第 13 教学周."""
        named = words.long_date(self.day)
        return f"{named} · 第 {self.week} 教学周" if self.week else named

    @property
    def shown_week(self) -> int:
        """The week a home shows: this one; the next one when this one is over; 0 without term."""
        if self.term is None:
            return 0
        if self.week is None:
            return 1 if self.day < self.term.starts_on else self.term.weeks
        rest = range((week_starts(self.term, self.week) + timedelta(days=7) - self.day).days)
        days = (self.day + timedelta(days=offset) for offset in rest)
        assert self.calendar is not None
        over = all(self.calendar.plan_of(each) is None for each in days)
        return self.week + 1 if over and self.week < self.term.weeks else self.week

    @property
    def week_days(self) -> tuple[date, date]:
        """Monday and Sunday of the shown week; of the calendar week without a term."""
        monday = self.day - timedelta(days=self.day.weekday())
        if self.term is not None:
            monday = week_starts(self.term, self.shown_week)
        return monday, monday + timedelta(days=6)


def today_of(organisation: Organisation, day: date) -> Today:
    """The term, week and plan of a day at an organisation; two queries."""
    term = current_term(organisation, day)
    if term is None:
        return Today(day, None, None, None, None)
    calendar = calendar_of(term)
    return Today(day, term, week_of(term, day), calendar.plan_of(day), calendar)
