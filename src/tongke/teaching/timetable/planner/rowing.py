"""Rules over somebody's day or a group of activities, as rows, groups and counters."""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np

from tongke.teaching.timetable.planner import arrays as ar
from tongke.teaching.timetable.planner import lists, rules
from tongke.teaching.timetable.planner.arrays import I64
from tongke.teaching.timetable.planner.clock import Clock, ruling
from tongke.teaching.timetable.planner.day_kernel import day_value
from tongke.teaching.timetable.planner.model import Problem, Rule, Time
from tongke.teaching.timetable.planner.rules import Of, Who
from tongke.teaching.timetable.planner.selecting import Selection

TABLE_PERIODS = 11
"""Up to so many periods a day, day values are looked up in tables of 2 ** periods entries."""

ALL = Of()


class _Day(NamedTuple):
    """One day rule on a row."""

    row: int
    kind: int
    how: int
    most: int
    aux: tuple[int, ...]
    within: tuple[int, ...]
    rule: int


class _Group(NamedTuple):
    """One group rule; `also` are activities whose moves can change it without being members."""

    kind: int
    members: list[int]
    a: int
    b: int
    rule: int
    also: list[int]


class Rules:
    """Reads the rules of a problem into the lists the compiled loops walk along."""

    def __init__(
        self,
        problem: Problem,
        clock: Clock,
        selection: Selection,
        rooms: Mapping[str, list[tuple[int, int]]],
    ) -> None:
        self.problem, self.clock, self.selection, self.rooms = problem, clock, selection, rooms
        self.rows: dict[tuple[Who | None, Of], int] = {}
        self.row_grid: list[int] = []
        self.row_members: list[list[int]] = []
        self.row_options: list[list[tuple[int, int]]] = []
        self.days: list[_Day] = []
        self.groups: list[_Group] = []
        self.many: list[tuple[list[int], int, int, int]] = []
        self.fair: list[tuple[list[int], rules.Fair, int]] = []
        self._maps: dict[tuple[int, int], int] = {}
        for number, rule in enumerate(problem.rules):
            self._read(number, rule)

    def weight(self, number: int) -> int:
        """Points of a rule; -1 for a hard one."""
        weight = self.problem.rules[number].weight
        return -1 if weight is None else weight

    def _read(self, number: int, rule: Rule) -> None:
        ask = rule.ask
        if isinstance(ask, rules.Fair):
            rows = [self._row(who, ALL) for who in ask.who]
            if rows:
                self.fair.append((rows, ask, number))
        elif isinstance(ask, rules.MaxAtOnce):
            members = self.selection.chosen(ask.of)
            if len(members) > ask.most:
                self.many.append((members, self._ruling(members), ask.most, number))
        elif isinstance(ask, rules.EndsDay):
            self._ends(ask, number)
        elif not self._day_rule(ask, number):
            self._group_rule(ask, number)

    def _day_rule(self, ask: object, number: int) -> bool:
        """Read a rule over somebody's days; False when it is of another kind."""
        match ask:
            case rules.MaxPerDay():
                self._day(ask.who, ask.of, ar.MAX_DAY, ar.EACH, ask.most, number)
            case rules.MinPerDay():
                self._day(ask.who, ALL, ar.MIN_DAY, ar.EACH, ask.least, number)
            case rules.MaxRun():
                self._day(ask.who, ask.of, ar.RUN, ar.EACH, ask.most, number)
            case rules.MaxGaps():
                how = ar.EACH if ask.per == "day" else ar.AT_MOST
                self._day(ask.who, ALL, ar.GAPS, how, ask.most, number, ask.ignore)
            case rules.MaxSpan():
                self._day(ask.who, ALL, ar.SPAN, ar.EACH, ask.most, number)
            case rules.Compact():
                self._day(ask.who, ALL, ar.LONE, ar.EACH, 0, number)
            case rules.StartsEarly():
                self._day(ask.who, ALL, ar.EARLY, ar.EARLY_SUM, ask.most, number, ask.ignore)
            case rules.MaxDays():
                self._day(ask.who, ALL, ar.USED, ar.AT_MOST, ask.most, number, within=ask.within)
            case rules.MinDays():
                self._day(None, ask.of, ar.USED, ar.AT_LEAST, ask.least, number)
            case _:
                return False
        return True

    def _group_rule(self, ask: object, number: int) -> None:
        match ask:
            case rules.DaysApart():
                self._group(ar.FAR, ask.of, number, ask.least, int(ask.glued))
            case rules.DaysNear():
                self._group(ar.NEAR, ask.of, number, ask.most)
            case rules.Apart():
                self._group(ar.APART, ask.of, number)
            case rules.Grouped():
                self._group(ar.GROUPED, ask.of, number)
            case rules.Spaced():
                self._group(ar.SPACED, ask.of, number, ask.least)
            case rules.Together():
                by = ("time", "day", "period").index(ask.by)
                self._group(ar.SAME, ask.of, number, by)
            case rules.SameRoom():
                self._group(ar.ROOMS, ask.of, number, ask.most)
            case rules.Follows():
                first, second = (
                    self.selection.chosen(Of(keys=frozenset([key])))
                    for key in (ask.first, ask.second)
                )
                if first and second and first != second:
                    members = [*first, *second]
                    self._add_group(ar.FOLLOW, members, number, int(ask.directly), 0, [])
            case _:
                pass

    def _group(self, kind: int, of: Of, number: int, a: int = 0, b: int = 0) -> None:
        self._add_group(kind, self.selection.chosen(of), number, a, b, [])

    def _add_group(
        self, kind: int, members: list[int], number: int, a: int, b: int, also: list[int]
    ) -> None:
        if len(members) > (0 if kind == ar.ENDS else 1):
            self.groups.append(_Group(kind, members, a, b, number, also))

    def _ends(self, ask: rules.EndsDay, number: int) -> None:
        chosen = self.selection.chosen(ask.of)
        classes = {
            (one.kind, one.key): None for a in chosen for one in self.problem.activities[a].classes
        }
        for who in classes:
            theirs = self.selection.by_who[who]
            row = self._row(who, ALL)
            members = [a for a in chosen if a in theirs]
            self._add_group(ar.ENDS, members, number, row, len(members), sorted(theirs))

    def _day(
        self,
        who: Who | None,
        of: Of,
        kind: int,
        how: int,
        most: int,
        number: int,
        times: frozenset[Time] = frozenset(),
        within: frozenset[Time] = frozenset(),
    ) -> None:
        row = self._row(who, of)
        aux = self._bits(times)
        if kind in (ar.RUN, ar.LONE):
            aux = self._joined(self.row_grid[row])
        inside = self._bits(within) if within else (-1,) * self.clock.days
        self.days.append(_Day(row, kind, how, most, aux, inside, number))

    def _bits(self, times: Iterable[Time]) -> tuple[int, ...]:
        bits = [0] * self.clock.days
        for time in times:
            if self.clock.cell(time) >= 0:
                bits[time.day] |= 1 << time.period
        return tuple(bits)

    @cache  # noqa: B019 - the object lives as long as its compilation
    def _joined(self, grid: int) -> tuple[int, ...]:
        cells = np.flatnonzero(self.clock.joined[grid]).tolist()
        return self._bits(self.clock.time(cell) for cell in cells)

    def _row(self, who: Who | None, of: Of) -> int:
        """The row of somebody's chosen activities; periods are those of the grid most follow."""
        key = (who, of)
        if key in self.rows:
            return self.rows[key]
        if who is not None and who[0] == "room":
            chosen = set(self.selection.chosen(of))
            options = [one for one in self.rooms.get(who[1], ()) if one[0] in chosen]
            members: list[int] = []
            grid = self._ruling(a for a, _ in options)
        else:
            within = None if who is None else self.selection.by_who.get(who, set())
            members, options = self.selection.chosen(of, within), []
            grid = self._ruling(members)
        self.rows[key] = len(self.row_grid)
        self.row_grid.append(grid)
        self.row_members.append(members)
        self.row_options.append(options)
        return self.rows[key]

    def _ruling(self, members: Iterable[int]) -> int:
        if len(self.clock.grids) == 1:
            return 0
        counts = Counter(self.problem.activities[a].grid for a in members)
        return self.clock.index[ruling(counts, list(self.clock.index))]

    def _map(self, a: int, target: int) -> int:
        """Number of the table from an activity's cells to those of another grid."""
        source = self.clock.index[self.problem.activities[a].grid]
        pair = (0, 0) if source == target else (source, target)
        return self._maps.setdefault(pair, len(self._maps))

    def arrays(self, activities: int, options: int) -> dict[str, I64]:
        """The fields of `Model` that speak of rules; `options` is the number of all options."""
        self._maps.setdefault((0, 0), 0)
        return {
            **self._row_arrays(activities, options),
            **self._day_arrays(),
            **self._fair_arrays(),
            **self._many_arrays(activities),
            **self._group_arrays(activities),
            "maps": np.array([self.clock.nearest(*pair) for pair in self._maps], np.int64),
        }

    def _row_arrays(self, activities: int, options: int) -> dict[str, I64]:
        of_activity: list[list[tuple[int, int]]] = [[] for _ in range(activities)]
        of_option: list[list[tuple[int, int]]] = [[] for _ in range(options)]
        for row, members in enumerate(self.row_members):
            for a in members:
                of_activity[a].append((row, self._map(a, self.row_grid[row])))
            for a, option in self.row_options[row]:
                of_option[option].append((row, self._map(a, self.row_grid[row])))
        row_ptr, rows, row_map = lists.pairs(of_activity)
        orow_ptr, orow, orow_map = lists.pairs(of_option)
        return {
            "row_ptr": row_ptr,
            "row": rows,
            "row_map": row_map,
            "orow_ptr": orow_ptr,
            "orow": orow,
            "orow_map": orow_map,
        }

    def _day_arrays(self) -> dict[str, I64]:
        self.days.sort(key=lambda one: one.row)
        shape = (len(self.days), self.clock.days)
        by_row: list[list[int]] = [[] for _ in self.row_grid]
        numbers: dict[tuple[int, int, int], int] = {}
        table = np.full(shape, -1, np.int64)
        for at, one in enumerate(self.days):
            by_row[one.row].append(at)
            if self.clock.periods <= TABLE_PERIODS:
                most = one.most if one.how == ar.EACH else 0
                for day in range(self.clock.days):
                    key = (one.kind, most, one.aux[day])
                    table[at, day] = numbers.setdefault(key, len(numbers))
        tables = [_table(*key, self.clock.periods) for key in numbers]
        return {
            "inst_ptr": lists.flat(by_row)[0],
            "inst_kind": lists.ints([one.kind for one in self.days]),
            "inst_sum": lists.ints([one.how for one in self.days]),
            "inst_most": lists.ints([one.most for one in self.days]),
            "inst_aux": np.array([one.aux for one in self.days], np.int64).reshape(shape),
            "inst_within": np.array([one.within for one in self.days], np.int64).reshape(shape),
            "inst_table": table,
            "inst_weight": lists.ints([self.weight(one.rule) for one in self.days]),
            "tables": np.array(tables, np.int64).reshape(len(tables), -1)
            if tables
            else np.zeros((1, 1), np.int64),
        }

    def _fair_arrays(self) -> dict[str, I64]:
        by_row: list[list[int]] = [[] for _ in self.row_grid]
        times: list[tuple[int, ...]] = []
        of: list[int] = []
        ends = [0]
        for rule, (rows, ask, _) in enumerate(self.fair):
            for row in rows:
                by_row[row].append(len(of))
                of.append(rule)
                times.append(self._bits(ask.times))
            ends.append(len(of))
        fair_ptr, fair = lists.flat(by_row)
        return {
            "fair_ptr": fair_ptr,
            "fair": fair,
            "fair_times": np.array(times, np.int64).reshape(len(times), self.clock.days),
            "fair_of": lists.ints(of),
            "fair_rows": lists.ints(ends),
            "fair_spread": lists.ints([ask.spread for _, ask, _ in self.fair]),
            "fair_weight": lists.ints([self.weight(number) for _, _, number in self.fair]),
        }

    def _many_arrays(self, activities: int) -> dict[str, I64]:
        of_activity: list[list[tuple[int, int]]] = [[] for _ in range(activities)]
        for rule, (members, grid, _, _) in enumerate(self.many):
            for a in members:
                of_activity[a].append((rule, self._map(a, grid)))
        many_ptr, many, many_map = lists.pairs(of_activity)
        return {
            "many_ptr": many_ptr,
            "many": many,
            "many_map": many_map,
            "many_most": lists.ints([most for _, _, most, _ in self.many]),
            "many_weight": lists.ints([self.weight(number) for *_, number in self.many]),
        }

    def _group_arrays(self, activities: int) -> dict[str, I64]:
        of_activity: list[list[int]] = [[] for _ in range(activities)]
        members: list[list[int]] = []
        for number, group in enumerate(self.groups):
            for a in dict.fromkeys((*group.members, *group.also)):
                of_activity[a].append(number)
            maps = []
            if group.kind == ar.ENDS:
                maps = [self._map(a, self.row_grid[group.a]) for a in group.members]
            members.append([*group.members, *maps])
        grp_ptr, grp = lists.flat(of_activity)
        member_ptr, member = lists.flat(members)
        return {
            "grp_ptr": grp_ptr,
            "grp": grp,
            "member_ptr": member_ptr,
            "member": member,
            "grp_kind": lists.ints([group.kind for group in self.groups]),
            "grp_a": lists.ints([group.a for group in self.groups]),
            "grp_b": lists.ints([group.b for group in self.groups]),
            "grp_weight": lists.ints([self.weight(group.rule) for group in self.groups]),
        }


@lru_cache(maxsize=4096)
def _table(kind: int, most: int, aux: int, periods: int) -> tuple[int, ...]:
    """The day values of all masks."""
    return tuple(int(day_value(kind, most, aux, mask, periods)) for mask in range(1 << periods))
