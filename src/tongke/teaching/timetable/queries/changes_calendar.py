"""The suspended days of a term, as they change which plan a school follows on a date."""

from collections.abc import Collection, Iterable
from datetime import date

from django.db.models import Q

from tongke.foundation.people.models import Organisation
from tongke.teaching.timetable.models import Suspension, Term
from tongke.teaching.timetable.queries.calendar import calendar_of


def in_periods(seq: int | None, first: int | None, last: int | None) -> bool:
    """Whether a period lies between two; open ends are None, and so is a time without period."""
    return seq is None or (seq >= (first or 0) and (last is None or seq <= last))


class Suspended:
    """The suspended days of a term and the days that make up for them."""

    def __init__(self, term: Term, days: Collection[date]) -> None:
        """Read those that touch these days; one query."""
        rows = Suspension.objects.filter(
            Q(day__in=days) | Q(make_up_on__in=days), term=term, undone_at=None
        ).select_related("organisation")
        self.rows = list(rows)
        self.calendar = calendar_of(term)

    def weekdays(self, days: Iterable[date]) -> set[int]:
        """Every weekday whose plan some school follows on one of these days."""
        plans = {self.calendar.plan_of(day) for day in days}
        plans |= {self.calendar.plan_of(row.day) for row in self.rows}
        return {each for each in plans if each is not None}

    def plan_of(self, school: Organisation, day: date) -> int | None:
        """The weekday whose plan a school follows on a day; None when it has no lessons."""
        for row in self.rows:
            if row.make_up_on == day and row.covers(school):
                return self.calendar.plan_of(row.day)
        return self.calendar.plan_of(day)

    def why(self, school: Organisation, day: date, seq: int | None) -> str:
        """Why a period of a day has no lesson at a school; empty when nothing is suspended."""
        for row in self.rows:
            here = row.day == day and row.covers(school)
            if here and in_periods(seq, row.from_seq, row.until_seq):
                return f"停课日：{row.reason}"
        return ""

    def made_up(self, school: Organisation, day: date) -> Suspension | None:
        """The suspension that a day makes up for at a school."""
        for row in self.rows:
            if row.make_up_on == day and row.covers(school):
                return row
        return None
