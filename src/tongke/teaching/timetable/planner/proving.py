"""Hard rules as a CP-SAT model with one switch for each, to prove which cannot hold together.

The model asks for no more than the rules do: kinds it does not know, and the choice among several
rooms, are left out or counted generously. What it proves impossible is impossible.
"""

from collections import defaultdict
from collections.abc import Iterable

from ortools.sat.python import cp_model

from tongke.teaching.timetable.planner import rules
from tongke.teaching.timetable.planner.clock import Clock
from tongke.teaching.timetable.planner.model import Problem, Rule
from tongke.teaching.timetable.planner.rules import Of, Who
from tongke.teaching.timetable.planner.selecting import Selection

Literal = cp_model.IntVar
Linear = cp_model.BoundedLinearExpression | bool


class Proof:
    """A model of a problem's hard rules; each `known` rule holds only while its switch is on."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.clock = Clock(tuple(problem.grids.values()), problem.travel)
        self.selection = Selection(problem.activities)
        self.model = cp_model.CpModel()
        self.at: list[dict[int, Literal]] = [{} for _ in problem.activities]
        self.switch: dict[str, Literal] = {}
        self._starts()
        self._meetings()
        for rule in problem.rules:
            if rule.weight is None:
                self._rule(rule)

    def impossible(self, keys: Iterable[str], seconds: float) -> list[str] | bool | None:
        """Keys that cannot hold together; False when all can; None when time is over."""
        asked = list(keys)
        self.model.clear_assumptions()
        self.model.add_assumptions([self.switch[key] for key in asked])
        solver = cp_model.CpSolver()
        solver.parameters.max_time_in_seconds = max(0.1, seconds)
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 1
        status = solver.solve(self.model)
        if status == cp_model.INFEASIBLE:
            numbers = set(solver.sufficient_assumptions_for_infeasibility())
            return [key for key in asked if self.switch[key].index in numbers]
        return False if status in (cp_model.OPTIMAL, cp_model.FEASIBLE) else None

    def _starts(self) -> None:
        for a, activity in enumerate(self.problem.activities):
            fits = self.clock.starts(self.clock.index[activity.grid], activity.length)
            starts = fits.nonzero()[0].tolist()
            if activity.fixed is not None:
                starts = [one for one in starts if one == self.clock.cell(activity.fixed.time)]
            self.at[a] = {start: self.model.new_bool_var("") for start in starts}
            self.model.add_exactly_one(self.at[a].values())

    def covering(self, a: int, cells: Iterable[int]) -> list[Literal]:
        """Starts of an activity with which it covers one of these cells of its grid."""
        wanted, length = set(cells), self.problem.activities[a].length
        return [
            literal
            for start, literal in self.at[a].items()
            if any(start + step in wanted for step in range(length))
        ]

    def _meetings(self) -> None:
        """Nobody in two places: at every start of a period at most one of those that cover it."""
        users: dict[Who, list[int]] = defaultdict(list)
        sets: dict[frozenset[str], list[int]] = defaultdict(list)
        for a, activity in enumerate(self.problem.activities):
            if activity.weeks != -1:
                continue
            for one in dict.fromkeys((*activity.classes, *activity.teachers)):
                users[one.kind, one.key].append(a)
            if activity.rooms:
                sets[frozenset(room.key for room in activity.rooms)].append(a)
        for who, members in users.items():
            self._at_most(members, 1)
            self._busy(who, members)
        for rooms in sets:
            members = [a for other, some in sets.items() if other <= rooms for a in some]
            self._at_most(members, len(rooms))

    def _at_most(self, members: list[int], most: int, switch: Literal | None = None) -> None:
        """At most so many of some activities at any moment."""
        if len(members) <= most:
            return
        start, end = self.clock.bells
        moments: dict[tuple[int, int], list[Literal]] = defaultdict(list)
        grids = {self.clock.index[self.problem.activities[a].grid] for a in members}
        minutes = {
            (cell // self.clock.periods, int(start[grid, cell]))
            for grid in grids
            for cell in (end[grid] > start[grid]).nonzero()[0].tolist()
        }
        by_day: dict[int, list[int]] = defaultdict(list)
        for day, minute in sorted(minutes):
            by_day[day].append(minute)
        for a in members:
            grid = self.clock.index[self.problem.activities[a].grid]
            for first, literal in self.at[a].items():
                last = first + self.problem.activities[a].length - 1
                for minute in by_day[first // self.clock.periods]:
                    if start[grid, first] <= minute < end[grid, last]:
                        moments[first // self.clock.periods, minute].append(literal)
        for literals in moments.values():
            if len(literals) > most:
                self._post(sum(literals) <= most, switch)

    def _post(self, constraint: Linear, switch: Literal | None) -> None:
        posted = self.model.add(constraint)
        if switch is not None:
            posted.only_enforce_if(switch)

    def _busy(self, who: Who, members: list[int]) -> None:
        for entry in self.problem.busy:
            if (entry.resource.kind, entry.resource.key) == who:
                for a in members:
                    grid = self.clock.index[self.problem.activities[a].grid]
                    cells = self.clock.busy(entry, grid).nonzero()[0].tolist()
                    for literal in self.covering(a, cells):
                        self.model.add(literal == 0)

    def _rule(self, rule: Rule) -> None:
        switch = self.model.new_bool_var(rule.key)
        if self._ask(rule.ask, switch):
            self.switch[rule.key] = switch

    def _ask(self, ask: object, switch: Literal) -> bool:  # noqa: C901 - one case for each kind
        """Post a rule under its switch; False for a kind that is left out."""
        match ask:
            case rules.Unavailable():
                self._unavailable(ask, switch)
            case rules.Only():
                self._only(ask, switch)
            case rules.Never():
                cells = [self.clock.cell(time) for time in ask.times]
                for a in self._of_grid(ask.of, ask.grid):
                    self._forbid(self.covering(a, cells), switch)
            case rules.MaxPerDay():
                self._per_day(self._theirs(ask.who, ask.of), ask.most, switch)
            case rules.MaxDays() if not ask.within:
                self._days(self._theirs(ask.who, Of()), switch, most=ask.most)
            case rules.MinDays():
                self._days(self.selection.chosen(ask.of), switch, least=ask.least)
            case rules.DaysApart() if not ask.glued:
                self._apart(self.selection.chosen(ask.of), ask.least, switch)
            case rules.MaxAtOnce():
                self._at_most(self.selection.chosen(ask.of), ask.most, switch)
            case rules.Apart():
                self._at_most(self.selection.chosen(ask.of), 1, switch)
            case rules.Together() if ask.by == "time":
                self._together(self.selection.chosen(ask.of), switch)
            case _:
                return False
        return True

    def _theirs(self, who: Who, of: Of) -> list[int]:
        if who[0] == "room":
            chosen = self.selection.chosen(of, self.selection.whose(who))
            return [a for a in chosen if len(self.problem.activities[a].rooms) == 1]
        return self.selection.chosen(of, self.selection.whose(who))

    def _of_grid(self, of: Of, grid: str) -> list[int]:
        chosen = self.selection.chosen(of)
        return [a for a in chosen if self.problem.activities[a].grid == grid]

    def _forbid(self, literals: Iterable[Literal], switch: Literal) -> None:
        for literal in literals:
            self.model.add_implication(switch, literal.negated())

    def _unavailable(self, ask: rules.Unavailable, switch: Literal) -> None:
        if ask.grid not in self.clock.index:
            return
        for a in self._theirs(ask.who, Of()):
            grid = self.clock.index[self.problem.activities[a].grid]
            cells = self.clock.taken(ask.times, self.clock.index[ask.grid], grid)
            self._forbid(self.covering(a, cells.nonzero()[0].tolist()), switch)

    def _only(self, ask: rules.Only, switch: Literal) -> None:
        inside = {self.clock.cell(time) for time in ask.times}
        outside = [cell for cell in range(self.clock.cells) if cell not in inside]
        for a in self._of_grid(ask.of, ask.grid):
            if ask.periods:
                self._forbid(self.covering(a, outside), switch)
            else:
                self._forbid((lit for at, lit in self.at[a].items() if at not in inside), switch)

    def _on_day(self, members: list[int], day: int) -> list[tuple[Literal, int]]:
        periods = self.clock.periods
        return [
            (literal, self.problem.activities[a].length)
            for a in members
            for start, literal in self.at[a].items()
            if start // periods == day
        ]

    def _per_day(self, members: list[int], most: int, switch: Literal) -> None:
        if any(self.problem.activities[a].weeks != -1 for a in members):
            return
        for day in range(self.clock.days):
            terms = [literal * length for literal, length in self._on_day(members, day)]
            if terms:
                self._post(sum(terms) <= most, switch)

    def _days(
        self, members: list[int], switch: Literal, most: int | None = None, least: int | None = None
    ) -> None:
        used = []
        for day in range(self.clock.days):
            here = [literal for literal, _ in self._on_day(members, day)]
            flag = self.model.new_bool_var("")
            used.append(flag)
            if most is not None:
                for literal in here:
                    self.model.add_implication(literal, flag)
            else:
                self.model.add_bool_or([*here, flag.negated()])
        if most is not None:
            self._post(sum(used) <= most, switch)
        if least is not None:
            self._post(sum(used) >= least, switch)

    def _apart(self, members: list[int], least: int, switch: Literal) -> None:
        for day in range(self.clock.days):
            window = [
                literal
                for later in range(day, min(day + least, self.clock.days))
                for literal, _ in self._on_day(members, later)
            ]
            if window:
                self._post(sum(window) <= 1, switch)

    def _together(self, members: list[int], switch: Literal) -> None:
        grids = {self.problem.activities[a].grid for a in members}
        if len(grids) != 1:
            return
        for a in members[1:]:
            for start in set(self.at[members[0]]) | set(self.at[a]):
                one, other = self.at[members[0]].get(start, 0), self.at[a].get(start, 0)
                self._post(one == other, switch)
