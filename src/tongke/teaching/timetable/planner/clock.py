"""Grids laid out for arrays: a week is days × periods, and periods are compared on the clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from tongke.teaching.timetable.planner.model import Busy, Grid, Time

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Clock:
    """The grids of a problem on one frame of `days` × `periods` cells.

    A cell is `day * periods + period`; cells a grid has no period for have start = end = 0.
    """

    grids: tuple[Grid, ...]
    travel: Mapping[tuple[str, str], int]

    @cached_property
    def index(self) -> dict[str, int]:
        """Position of a grid by its key."""
        return {grid.key: at for at, grid in enumerate(self.grids)}

    @cached_property
    def days(self) -> int:
        """Days of the longest week."""
        return max((len(grid.days) for grid in self.grids), default=1) or 1

    @cached_property
    def periods(self) -> int:
        """Periods of the longest day."""
        return max((len(day) for grid in self.grids for day in grid.days), default=1) or 1

    @property
    def cells(self) -> int:
        """Cells of the frame."""
        return self.days * self.periods

    @cached_property
    def bells(self) -> tuple[Ints, Ints]:
        """Start and end minute of each grid's cells, as two arrays [grid, cell]."""
        start = np.zeros((len(self.grids), self.cells), np.int64)
        end = np.zeros_like(start)
        for at, grid in enumerate(self.grids):
            for day, periods in enumerate(grid.days):
                for number, period in enumerate(periods):
                    cell = day * self.periods + number
                    start[at, cell], end[at, cell] = period.start_minute, period.end_minute
        return start, end

    @cached_property
    def joined(self) -> Bools:
        """Whether a cell and the next are in a row, [grid, cell]: same day, no long pause."""
        start, end = self.bells
        answer = np.zeros(start.shape, np.bool_)
        pause = np.array([grid.pause for grid in self.grids]).reshape(-1, 1)
        real = end > start
        near = start[:, 1:] - end[:, :-1] <= pause
        answer[:, :-1] = real[:, 1:] & real[:, :-1] & near
        answer[:, self.periods - 1 :: self.periods] = False
        return answer

    def starts(self, grid: int, length: int) -> Bools:
        """Cells at which an activity of `length` periods may start."""
        start, end = self.bells
        fits: Bools = end[grid] > start[grid]
        for step in range(1, length):
            follows = np.zeros(self.cells, np.bool_)
            if step <= self.cells:
                follows[: self.cells - step + 1] = self.joined[grid, step - 1 :]
            fits = fits & follows
        return fits

    def cell(self, time: Time) -> int:
        """The cell of a time, or -1 when it lies outside the frame."""
        if 0 <= time.day < self.days and 0 <= time.period < self.periods:
            return time.day * self.periods + time.period
        return -1

    def time(self, cell: int) -> Time:
        """The time of a cell."""
        return Time(*divmod(cell, self.periods))

    def taken(self, times: frozenset[Time], of: int, on: int) -> Bools:
        """Cells of grid `on` that meet these periods of grid `of` on the clock."""
        answer = np.zeros(self.cells, np.bool_)
        cells = [cell for cell in map(self.cell, times) if cell >= 0]
        if of == on:
            answer[cells] = True
            return answer
        start, end = self.bells
        for cell in cells:
            answer |= self._meets(on, cell // self.periods, start[of, cell], end[of, cell], 0, 0)
        return answer

    def busy(self, entry: Busy, on: int) -> Bools:
        """Cells of grid `on` that somebody cannot take because of an entry elsewhere."""
        go, back = self.minutes(entry.site, self.grids[on].site)
        if entry.resource.kind == "room":
            go = back = 0
        return self._meets(on, entry.day, entry.start_minute, entry.end_minute, go, back)

    def minutes(self, site: str, other: str) -> tuple[int, int]:
        """Minutes from one site to another, and back."""
        return self.travel.get((site, other), 0), self.travel.get((other, site), 0)

    def _meets(self, on: int, day: int, begin: int, finish: int, go: int, back: int) -> Bools:
        """Cells of a day that overlap [begin, finish), with the way there and back between."""
        start, end = self.bells
        here = (start[on] < finish + go) & (begin < end[on] + back) & (end[on] > start[on])
        here = here & (np.arange(self.cells) // self.periods == day)
        answer: Bools = here
        return answer

    def blocks(self, one: int, other: int, *, travels: bool) -> Bools:
        """[cell of one, cell of other]: nobody can be in both."""
        go, back = self.minutes(self.grids[one].site, self.grids[other].site)
        if not travels:
            go = back = 0
        start, end = self.bells
        day = np.arange(self.cells) // self.periods
        same = day[:, None] == day[None, :]
        before = start[one][:, None] < end[other][None, :] + back
        after = start[other][None, :] < end[one][:, None] + go
        real = (end[one] > start[one])[:, None] & (end[other] > start[other])[None, :]
        answer: Bools = same & before & after & real
        return answer

    def nearest(self, source: int, target: int) -> Ints:
        """For each cell of one grid the cell of another that stands for it.

        The one it overlaps most; without any overlap the one whose start is nearest; the first of
        equals. A day the target grid does not have keeps its cells.
        """
        cells = np.arange(self.cells)
        if source == target:
            return cells
        start, end = self.bells
        overlap = np.minimum(end[source][:, None], end[target][None, :]) - np.maximum(
            start[source][:, None], start[target][None, :]
        )
        far = -np.abs(start[source][:, None] - start[target][None, :]) - 1
        fit = np.where(overlap > 0, overlap, far)
        usable = (cells[:, None] // self.periods == cells[None, :] // self.periods) & (
            end[target] > start[target]
        )[None, :]
        fit = np.where(usable, fit, -(10**6))
        best = fit.argmax(axis=1)
        answer: Ints = np.where(usable.any(axis=1), best, cells)
        return answer


def ruling(counts: Mapping[str, int], keys: list[str]) -> str:
    """The grid most of somebody's activities follow: the first of equals in the problem."""
    return max(keys, key=lambda key: (counts.get(key, 0), -keys.index(key)))
