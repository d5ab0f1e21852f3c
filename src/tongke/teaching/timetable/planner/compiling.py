"""From a problem to the arrays of the search."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tongke.teaching.timetable.planner import lists
from tongke.teaching.timetable.planner.arrays import I64, Model, pack_model
from tongke.teaching.timetable.planner.clock import Clock
from tongke.teaching.timetable.planner.clusters import clusters
from tongke.teaching.timetable.planner.model import Activity, Place, Problem, Resource, Timetable
from tongke.teaching.timetable.planner.rowing import Rules
from tongke.teaching.timetable.planner.selecting import Selection
from tongke.teaching.timetable.planner.unary import Unary


@dataclass(frozen=True)
class Option:
    """A room an activity may stand in: what the search chooses besides a start."""

    room: Resource | None
    suitable: bool


class Compiled:
    """A problem and its arrays.

    Args:
        problem: what is to be planned.
        stands: a timetable that will be loaded; rooms it uses against the problem become
            options too, at the price of a broken hard rule.
    """

    def __init__(self, problem: Problem, stands: Timetable | None = None) -> None:
        self.problem = problem
        self.clock = Clock(tuple(problem.grids.values()), problem.travel)
        self.index = {activity.key: at for at, activity in enumerate(problem.activities)}
        self.selection = Selection(problem.activities)
        self.options = [_options(one, (stands or {}).get(one.key)) for one in problem.activities]
        self.rules = Rules(problem, self.clock, self.selection, self.options_of_rooms())
        self.unary = Unary(problem, self.clock, self.selection)
        self.model = self._model()

    @cached_property
    def grids(self) -> I64:
        """Position of the grid of each activity."""
        index = self.clock.index
        return lists.ints([index[activity.grid] for activity in self.problem.activities])

    @cached_property
    def option_start(self) -> I64:
        """Number of the first option of each activity."""
        return np.concatenate([[0], np.cumsum([len(one) for one in self.options])]).astype(np.int64)

    def options_of_rooms(self) -> dict[str, list[tuple[int, int]]]:
        """(activity, option number) of each room."""
        answer: dict[str, list[tuple[int, int]]] = {}
        number = 0
        for a, options in enumerate(self.options):
            for option in options:
                if option.room is not None:
                    answer.setdefault(option.room.key, []).append((a, number))
                number += 1
        return answer

    def stand(self, a: int, place: Place | None) -> tuple[int, int]:
        """Start cell and option of a place; (-1, first) when it lies outside the grid."""
        first = int(self.option_start[a])
        if place is None:
            return -1, first
        cell = self.clock.cell(place.time)
        grid, length = int(self.grids[a]), self.problem.activities[a].length
        if cell < 0 or not self.clock.starts(grid, length)[cell]:
            return -1, first
        for number, option in enumerate(self.options[a]):
            if (option.room.key if option.room else None) == place.room:
                return cell, first + number
        return -1, first

    def stands(self, timetable: Timetable) -> tuple[I64, I64]:
        """Starts and options of all activities in a timetable."""
        both = [self.stand(a, timetable.get(key)) for key, a in self.index.items()]
        return lists.ints([one[0] for one in both]), lists.ints([one[1] for one in both])

    def place(self, start: int, option: int) -> Place:
        """The place of a start cell and an option."""
        a = int(np.searchsorted(self.option_start, option, side="right")) - 1
        room = self.options[a][option - int(self.option_start[a])].room
        return Place(self.clock.time(start), room.key if room else None)

    def timetable(self, start: I64, option: I64) -> dict[str, Place]:
        """The timetable of starts and options."""
        return {
            key: self.place(int(start[a]), int(option[a]))
            for key, a in self.index.items()
            if start[a] >= 0
        }

    def _model(self) -> Model:
        activities = self.problem.activities
        tracks = _Tracks(self)
        layers, weeks = _layers(activities)
        unary, rules = self.unary, self.rules
        costs, domain = unary.tables(self.options, self.grids)
        dom_ptr, dom = lists.flat(domain)
        allowed = np.zeros((len(activities), self.clock.cells), np.int64)
        for a, starts in enumerate(domain):
            allowed[a, starts] = 1
        clu_ptr, clu, clu_shift = lists.pairs(clusters(self.problem, self.clock, self.selection))
        arrays = {
            "length": lists.ints([one.length for one in activities]),
            "grid": self.grids,
            "weeks": weeks,
            "opt_ptr": self.option_start,
            "usable": lists.ints([_usable(one) for one in self.options]),
            "dom_ptr": dom_ptr,
            "dom": dom,
            "allowed": allowed,
            "clu_ptr": clu_ptr,
            "clu": clu,
            "clu_shift": clu_shift,
            "bell_start": self.clock.bells[0],
            "bell_end": self.clock.bells[1],
            "joined": self.clock.joined.astype(np.int64),
            **costs,
            **tracks.arrays(),
            **rules.arrays(len(activities), int(self.option_start[-1])),
        }
        return pack_model(self.clock.days, self.clock.periods, layers, arrays)


def _options(activity: Activity, place: Place | None) -> list[Option]:
    """Rooms of an activity; the fixed or present one too when it is not among them."""
    options = [Option(room, suitable=True) for room in activity.rooms]
    if not options:
        options = [Option(None, suitable=True)]
    fixed = activity.fixed
    if fixed is not None and fixed.room is not None:
        _include(options, fixed.room, suitable=True)
    if place is not None:
        _include(options, place.room, suitable=False)
    return options


def _include(options: list[Option], key: str | None, *, suitable: bool) -> None:
    if all((option.room.key if option.room else None) != key for option in options):
        room = None if key is None else Resource("room", key)
        options.append(Option(room, suitable=suitable))


def _usable(options: list[Option]) -> int:
    """How many options the search may choose: the suitable ones, which come first."""
    return max(1, sum(option.suitable for option in options))


def _layers(activities: tuple[Activity, ...]) -> tuple[int, I64]:
    """Weeks that no activity tells apart become one layer; each activity's layers as bits."""
    masks = sorted({activity.weeks for activity in activities})
    if len(masks) <= 1:
        return 1, np.ones(len(activities), np.int64)
    patterns: dict[tuple[bool, ...], int] = {}
    for week in range(62):
        pattern = tuple(bool((mask >> week) & 1) for mask in masks)
        if any(pattern):
            patterns.setdefault(pattern, len(patterns))
    bits = {
        mask: sum(1 << layer for pattern, layer in patterns.items() if pattern[at])
        for at, mask in enumerate(masks)
    }
    return max(1, len(patterns)), lists.ints([bits[activity.weeks] for activity in activities])


class _Tracks:
    """One line of cells for every resource and grid it is used in."""

    def __init__(self, owner: Compiled) -> None:
        self.owner = owner
        self.number: dict[tuple[str, str, int], int] = {}
        self.grids: dict[tuple[str, str], list[int]] = {}

    def track(self, resource: Resource, grid: int) -> int:
        """The line of a resource in a grid."""
        key = (resource.kind, resource.key, grid)
        number = self.number.get(key)
        if number is None:
            number = self.number[key] = len(self.number)
            self.grids.setdefault((resource.kind, resource.key), []).append(grid)
        return number

    def arrays(self) -> dict[str, I64]:
        """The fields of `Model` that speak of tracks."""
        held, rooms, numbers = [], [], []
        room_number: dict[str, int] = {}
        for a, activity in enumerate(self.owner.problem.activities):
            grid = int(self.owner.grids[a])
            everybody = dict.fromkeys((*activity.classes, *activity.teachers))
            held.append([self.track(one, grid) for one in everybody])
            for option in self.owner.options[a]:
                room = option.room
                rooms.append(-1 if room is None else self.track(room, grid))
                numbers.append(
                    -1 if room is None else room_number.setdefault(room.key, len(room_number))
                )
        at_ptr, at_track = lists.flat(held)
        return {
            "at_ptr": at_ptr,
            "at_track": at_track,
            "opt_room": lists.ints(numbers),
            "opt_track": lists.ints(rooms),
            **self._foreign(),
        }

    def _foreign(self) -> dict[str, I64]:
        """For each track the same resource's other tracks, and which cells block which."""
        tables: dict[tuple[int, int, bool], int] = {}
        far: list[list[tuple[int, int]]] = [[] for _ in self.number]
        for (kind, key, grid), number in self.number.items():
            for other in self.grids[kind, key]:
                if other != grid:
                    table = tables.setdefault((grid, other, kind != "room"), len(tables))
                    far[number].append((self.number[kind, key, other], table))
        cells: list[list[int]] = []
        for one, other, travels in tables:
            blocks = self.owner.clock.blocks(one, other, travels=travels)
            cells.extend(np.flatnonzero(line).tolist() for line in blocks)
            cells.append([])
        block_ptr, block_cell = lists.flat(cells)
        far_ptr, far_track, far_pair = lists.pairs(far)
        return {
            "far_ptr": far_ptr,
            "far_track": far_track,
            "far_pair": far_pair,
            "block_ptr": block_ptr,
            "block_cell": block_cell,
        }
