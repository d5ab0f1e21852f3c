"""What a place costs an activity by itself: hours, rooms, seats, and what is busy already."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from tongke.teaching.timetable.planner.arrays import I64
from tongke.teaching.timetable.planner.clock import Clock
from tongke.teaching.timetable.planner.model import Activity, Busy, Problem, Resource, Rule
from tongke.teaching.timetable.planner.rules import Never, Only, Seats, Unavailable, Who
from tongke.teaching.timetable.planner.selecting import Selection


class Choice(Protocol):
    """A room an activity may stand in."""

    @property
    def room(self) -> Resource | None:
        """The room, or None."""

    @property
    def suitable(self) -> bool:
        """Whether the problem allows it."""


Cost = tuple[I64, I64]
"""Units of hard rules and points, for each cell at which an activity may start."""


class Unary:
    """Costs of single places, and the places the search should try."""

    def __init__(self, problem: Problem, clock: Clock, selection: Selection) -> None:
        self.problem, self.clock = problem, clock
        self._away: dict[Who, list[tuple[Unavailable, int | None]]] = defaultdict(list)
        self._busy: dict[Who, list[Busy]] = defaultdict(list)
        self._starts: dict[int, list[tuple[Only | Never, int | None]]] = defaultdict(list)
        self._seats: dict[int, list[int | None]] = defaultdict(list)
        self._cache: dict[tuple[Who, int, int], Cost | None] = {}
        self._room_numbers: dict[tuple[Who, int, int], int] = {}
        self._room_costs: list[Cost] = []
        for rule in problem.rules:
            self._read(rule, selection)
        for entry in problem.busy:
            self._busy[entry.resource.kind, entry.resource.key].append(entry)

    def _read(self, rule: Rule, selection: Selection) -> None:
        ask = rule.ask
        if isinstance(ask, Unavailable):
            self._away[ask.who].append((ask, rule.weight))
        elif isinstance(ask, Only | Never):
            for a in selection.chosen(ask.of):
                if self.problem.activities[a].grid == ask.grid:
                    self._starts[a].append((ask, rule.weight))
        elif isinstance(ask, Seats):
            for a in selection.chosen(ask.of):
                self._seats[a].append(rule.weight)

    def tables(
        self, options: Sequence[Sequence[Choice]], grids: I64
    ) -> tuple[dict[str, I64], list[list[int]]]:
        """The fields of `Model` that hold costs of single places, and the domains.

        A place costs what its start costs anywhere, plus what its room costs at that time, plus
        what the room costs at any time (seats).
        """
        shape = (len(options), self.clock.cells)
        hard, soft = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        opt_hard, opt_soft, opt_table, domain = [], [], [], []
        for a, choices in enumerate(options):
            grid, activity = int(grids[a]), self.problem.activities[a]
            hard[a], soft[a] = self._always(a, activity, grid)
            least = np.full(self.clock.cells, 10**6)
            for choice in choices:
                one, two = self._choice(a, activity, choice)
                table = self._room_table(choice.room, grid, activity.length)
                opt_hard.append(one)
                opt_soft.append(two)
                opt_table.append(table)
                if choice.suitable or len(choices) == 1:
                    at_times = 0 if table < 0 else self._room_costs[table][0]
                    least = np.minimum(least, hard[a] + one + at_times)
            domain.append(self._domain(activity, grid, least))
        rooms = np.array(self._room_costs, np.int64).reshape(-1, 2, self.clock.cells)
        costs = {
            "always_hard": hard,
            "always_soft": soft,
            "opt_hard": np.array(opt_hard, np.int64),
            "opt_soft": np.array(opt_soft, np.int64),
            "opt_table": np.array(opt_table, np.int64),
            "room_hard": rooms[:, 0],
            "room_soft": rooms[:, 1],
        }
        return costs, domain

    def _room_table(self, room: Resource | None, grid: int, length: int) -> int:
        """Number of the table of a room's costs over time; -1 when there are none."""
        if room is None:
            return -1
        who = ("room", room.key)
        cost = self._resource(who, grid, length)
        if cost is None:
            return -1
        number = self._room_numbers.setdefault((who, grid, length), len(self._room_costs))
        if number == len(self._room_costs):
            self._room_costs.append(cost)
        return number

    def _domain(self, activity: Activity, grid: int, least: I64) -> list[int]:
        """Starts that break least by themselves; none for an activity too long for its grid."""
        fits = self.clock.starts(grid, activity.length)
        if not fits.any():
            return []
        answer: list[int] = np.flatnonzero(fits & (least == least[fits].min())).tolist()
        return answer

    def _always(self, a: int, activity: Activity, grid: int) -> Cost:
        """What a start costs in any room."""
        hard, soft = (np.zeros(self.clock.cells, np.int64) for _ in range(2))
        for resource in dict.fromkeys((*activity.classes, *activity.teachers)):
            cost = self._resource((resource.kind, resource.key), grid, activity.length)
            if cost is not None:
                hard, soft = hard + cost[0], soft + cost[1]
        for ask, weight in self._starts[a]:
            units = self._hours(ask, activity, grid)
            hard, soft = _add(hard, soft, units, weight)
        if activity.fixed is not None:
            elsewhere = np.ones(self.clock.cells, np.int64)
            cell = self.clock.cell(activity.fixed.time)
            if cell >= 0:
                elsewhere[cell] = 0
            hard = hard + elsewhere
        return hard, soft

    def _hours(self, ask: Only | Never, activity: Activity, grid: int) -> I64:
        inside = self.clock.taken(ask.times, grid, grid)
        if isinstance(ask, Never):
            return self._covered(inside, activity.length)
        if ask.periods:
            return self._covered(~inside, activity.length)
        outside: I64 = (~inside).astype(np.int64)
        return outside

    def _choice(self, a: int, activity: Activity, choice: Choice) -> tuple[int, int]:
        """What a room costs at any time: hard units and points."""
        hard, soft = 0 if choice.suitable else 1, 0
        key = choice.room.key if choice.room else None
        if activity.fixed is not None and activity.fixed.room not in (None, key):
            hard += 1
        seats = None if key is None else self.problem.capacity.get(key)
        if seats is not None and activity.size > seats:
            for weight in self._seats[a]:
                if weight is None:
                    hard += activity.size - seats
                else:
                    soft += weight * (activity.size - seats)
        return hard, soft

    def _resource(self, who: Who, grid: int, length: int) -> Cost | None:
        """What a start costs because somebody is not there or has another thing to do."""
        key = (who, grid, length)
        if key not in self._cache:
            self._cache[key] = self._resource_cost(who, grid, length)
        return self._cache[key]

    def _resource_cost(self, who: Who, grid: int, length: int) -> Cost | None:
        if who not in self._away and who not in self._busy:
            return None
        hard, soft = (np.zeros(self.clock.cells, np.int64) for _ in range(2))
        for ask, weight in self._away.get(who, ()):
            of = self.clock.index.get(ask.grid)
            if of is not None:
                taken = self.clock.taken(ask.times, of, grid)
                hard, soft = _add(hard, soft, self._covered(taken, length), weight)
        for entry in self._busy.get(who, ()):
            met = self._covered(self.clock.busy(entry, grid), length) > 0
            hard = hard + met
        return hard, soft

    def _covered(self, cells: np.ndarray, length: int) -> I64:
        """How many of the cells an activity covers, for each start."""
        answer = cells.astype(np.int64)
        for step in range(1, length):
            answer[: -step or None] += cells[step:]
        return answer


def _add(hard: I64, soft: I64, units: I64, weight: int | None) -> Cost:
    if weight is None:
        return hard + units, soft
    return hard, soft + weight * units
