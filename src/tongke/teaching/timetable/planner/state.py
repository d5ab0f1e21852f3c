"""States of the search: empty ones, and what stands in a timetable."""

import numpy as np

from tongke.teaching.timetable.planner.arrays import (
    AT_LEAST,
    HARD,
    I64,
    SOFT,
    Model,
    State,
    pack_state,
)
from tongke.teaching.timetable.planner.compiling import Compiled
from tongke.teaching.timetable.planner.kernel import load
from tongke.teaching.timetable.planner.model import Timetable
from tongke.teaching.timetable.planner.moves import MAX_TRAIL


def empty(model: Model, seed: int = 1) -> State:
    """A state in which nothing is placed."""
    cells, activities = model.days * model.periods, len(model.length)
    tracks = max([-1, *model.at_track.tolist(), *model.opt_track.tolist()]) + 1
    insts, rows = len(model.inst_kind), len(model.inst_ptr) - 1
    units = np.where(model.inst_sum == AT_LEAST, np.maximum(model.inst_most, 0), 0)
    lists = {
        "start": np.full(activities, -1, np.int64),
        "option": model.opt_ptr[:-1],
        "movable": np.ones(activities, np.int64),
        "own": _table(tracks * model.layers, cells),
        "ids": _table(tracks * model.layers, cells),
        "foreign": _table(tracks * model.layers, cells),
        "counts": _table(rows, cells),
        "mask": _table(rows, model.days),
        "value": _table(insts, model.days),
        "total": np.zeros(insts, np.int64),
        "units": units,
        "fair_value": np.zeros(len(model.fair_of), np.int64),
        "fair_units": np.zeros(len(model.fair_spread), np.int64),
        "many_count": _table(len(model.many_most), cells),
        "grp_units": np.zeros(len(model.grp_kind), np.int64),
        "grp_rooms": np.zeros(len(model.grp_kind), np.int64),
        "trail": np.zeros(3 * (MAX_TRAIL + activities + 1), np.int64),
    }
    rng = (seed % 2147483562 + 1, (seed * 7919) % 2147483398 + 1)
    state = pack_state(rng, lists)
    state.energy[HARD] = units[model.inst_weight < 0].sum()
    state.energy[SOFT] = (units * np.maximum(model.inst_weight, 0)).sum()
    return state


def _table(rows: int, columns: int) -> I64:
    return np.zeros((rows, columns), np.int64)


def standing(compiled: Compiled, timetable: Timetable, seed: int = 1) -> State:
    """A state in which everything stands as in a timetable; what lies outside is left out."""
    start, option = compiled.stands(timetable)
    state = empty(compiled.model, seed)
    state.option[:] = option
    load(compiled.model.data, state.data, start, option)
    return state


def copy_of(model: Model, start: I64, option: I64, seed: int = 1) -> State:
    """A fresh state with these places."""
    state = empty(model, seed)
    state.option[:] = option
    load(model.data, state.data, start, option)
    return state
