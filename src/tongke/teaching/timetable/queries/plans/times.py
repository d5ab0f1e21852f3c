"""Periods of a school's week as sets, and how people say them: "周三下午", "每天第 1 节"."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from tongke.core.errors import Refused
from tongke.foundation.people.models import Organisation
from tongke.teaching.timetable import planner
from tongke.teaching.timetable.queries.calendar import (
    SCHOOL_DAYS,
    Period,
    bells_on,
    minute,
    weekday_name,
)

Cell = tuple[int, int]
"""A weekday (1 is Monday) and a seq."""

NOON = 12 * 60


@dataclass(frozen=True)
class Week:
    """The periods of a school's week: `grid` for the planner, seqs for people."""

    school: Organisation
    periods: Mapping[int, Period]

    @property
    def seqs(self) -> tuple[int, ...]:
        """Numbers of the periods, in order."""
        return tuple(self.periods)

    @property
    def grid(self) -> planner.Grid:
        """The same for the planner."""
        day = tuple(
            planner.Period(minute(one.starts), minute(one.ends), one.label)
            for one in self.periods.values()
        )
        return planner.Grid(
            self.key, self.school.short_name, (day,) * len(SCHOOL_DAYS), str(self.school.pk)
        )

    @property
    def key(self) -> str:
        """The grid's key in a problem."""
        return str(self.school.pk)

    @property
    def morning(self) -> tuple[int, ...]:
        """Periods that begin before noon."""
        return tuple(seq for seq, one in self.periods.items() if minute(one.starts) < NOON)

    @property
    def afternoon(self) -> tuple[int, ...]:
        """The other ones."""
        return tuple(seq for seq in self.periods if seq not in self.morning)

    def time(self, weekday: int, seq: int) -> planner.Time | None:
        """A cell as the planner knows it; None when the bells have no such period."""
        if weekday not in SCHOOL_DAYS or seq not in self.periods:
            return None
        return planner.Time(weekday - 1, self.seqs.index(seq))

    def cell(self, time: planner.Time) -> Cell:
        """The way back."""
        return time.day + 1, self.seqs[time.period]

    def times(self, cells: Iterable[Cell]) -> frozenset[planner.Time]:
        """Cells as the planner knows them; what the bells do not have is left out."""
        found = (self.time(weekday, seq) for weekday, seq in cells)
        return frozenset(one for one in found if one is not None)

    def half_day(self, code: str) -> list[Cell]:
        """The cells of "3pm", of a whole "am", of "first"; nothing for any other word."""
        if code == "first":
            return [(day, self.seqs[0]) for day in SCHOOL_DAYS] if self.seqs else []
        days, half = (code[:1], code[1:]) if code[:1].isdigit() else ("", code)
        seqs = {"am": self.morning, "pm": self.afternoon}.get(half, ())
        chosen = [int(days)] if days else SCHOOL_DAYS
        return [(day, seq) for day in chosen for seq in seqs]

    def words(self, cells: Iterable[Cell]) -> str:
        """A set of cells as people say it."""
        wanted = set(cells)
        whole = [day for day in SCHOOL_DAYS if all((day, seq) in wanted for seq in self.seqs)]
        all_days = [seq for seq in self.seqs if all((day, seq) in wanted for day in SCHOOL_DAYS)]
        if whole and len(whole) < len(SCHOOL_DAYS):
            all_days = []
        said = [self._of_day("每天", all_days)] if all_days else []
        for day in SCHOOL_DAYS:
            left = [seq for seq in self.seqs if (day, seq) in wanted and seq not in all_days]
            if left:
                said.append(self._of_day(weekday_name(day), left))
        return "、".join(said) or "没有选时间"

    def _of_day(self, name: str, seqs: list[int]) -> str:
        if seqs == list(self.seqs):
            return "任何时间" if name == "每天" else f"{name}全天"
        if seqs == list(self.morning):
            return f"{name}上午"
        if seqs == list(self.afternoon):
            return f"{name}下午"
        return f"{name}第 {'、'.join(str(seq) for seq in seqs)} 节"


def week_of_school(school: Organisation, day: date) -> Week:
    """The periods of a school as its bells ring on a day.

    Raises:
        Refused: it has no bells.
    """
    periods = bells_on([school.pk], day).get(school.pk, {})
    if not periods:
        raise Refused(f"{school.name}还没有作息表，请先填写每节课的时间。")
    return Week(school, periods)
