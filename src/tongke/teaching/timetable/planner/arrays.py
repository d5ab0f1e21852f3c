"""How a problem and a timetable lie in memory: two flat arrays that compiled loops walk along.

A compiled loop gets `m`, the problem, and `z`, the state. Each begins with single numbers and the
positions of its lists, so that `m[m[LENGTH] + a]` is the length of activity `a`, and
`z[z[MASK] + row * m[DAYS] + day]` an entry of a table. (One array instead of sixty arguments keeps
compilation to seconds.) `Model` and `State` are views of the same memory for Python.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

I64 = npt.NDArray[np.int64]

# Kinds of day rules: a value for each day's mask of taken periods.
MAX_DAY, MIN_DAY, RUN, GAPS, SPAN, LONE, USED, EARLY = range(8)
# How a rule's day values become its units: each day by itself, or the week's sum.
EACH, AT_MOST, AT_LEAST, EARLY_SUM = range(4)
# Kinds of group rules.
FAR, APART, FOLLOW, SPACED, NEAR, GROUPED, SAME, ROOMS, ENDS = range(9)
PAIRS = 6
"""Kinds below are sums over pairs; the others are counted from the whole group."""

LATE = 1000
"""Weight of a day that begins after the second period inside an EARLY sum."""

# Positions in `m`: numbers, then where lists begin; a name with PTR points into the list after it.
(
    DAYS,
    PERIODS,
    CELLS,
    LAYERS,
    TABLE_SIZE,
    LENGTH,
    GRID,
    WEEKS,
    AT_PTR,
    AT_TRACK,
    FAR_PTR,
    FAR_TRACK,
    FAR_PAIR,
    BLOCK_PTR,
    BLOCK_CELL,
    OPT_PTR,
    OPT_ROOM,
    OPT_TRACK,
    USABLE,
    OPT_TABLE,
    OPT_HARD,
    OPT_SOFT,
    DOM_PTR,
    DOM,
    CLU_PTR,
    CLU,
    CLU_SHIFT,
    ROW_PTR,
    ROW,
    ROW_MAP,
    OROW_PTR,
    OROW,
    OROW_MAP,
    INST_PTR,
    INST_KIND,
    INST_SUM,
    INST_MOST,
    INST_WEIGHT,
    FAIR_PTR,
    FAIR,
    FAIR_OF,
    FAIR_ROWS,
    FAIR_SPREAD,
    FAIR_WEIGHT,
    MANY_PTR,
    MANY,
    MANY_MAP,
    MANY_MOST,
    MANY_WEIGHT,
    GRP_PTR,
    GRP,
    MEMBER_PTR,
    MEMBER,
    GRP_KIND,
    GRP_A,
    GRP_B,
    GRP_WEIGHT,
    ALWAYS_HARD,
    ALWAYS_SOFT,
    ROOM_HARD,
    ROOM_SOFT,
    ALLOWED,
    MAPS,
    INST_AUX,
    INST_WITHIN,
    INST_TABLE,
    TABLES,
    FAIR_TIMES,
    BELL_START,
    BELL_END,
    JOINED,
) = range(71)

# Positions in `z`: energy, trail length, random numbers, then where lists begin.
(
    CLASH,
    HARD,
    SOFT,
    TRAIL,
    RNG,
    RNG_2,
    START,
    OPTION,
    MOVABLE,
    TOTAL,
    UNITS,
    FAIR_VALUE,
    FAIR_UNITS,
    GRP_UNITS,
    GRP_ROOMS,
    TRAIL_LIST,
    OWN,
    IDS,
    FOREIGN,
    COUNT,
    MASK,
    VALUE,
    MANY_COUNT,
) = range(23)


class Model(NamedTuple):
    """A compiled problem; `data` is the array `m`, the lists are views of it."""

    data: I64
    days: int
    periods: int
    cells: int
    layers: int
    length: I64
    grid: I64
    weeks: I64
    at_ptr: I64
    at_track: I64
    far_ptr: I64
    far_track: I64
    far_pair: I64
    block_ptr: I64
    block_cell: I64
    opt_ptr: I64
    opt_room: I64
    opt_track: I64
    usable: I64
    opt_table: I64
    opt_hard: I64
    opt_soft: I64
    dom_ptr: I64
    dom: I64
    clu_ptr: I64
    clu: I64
    clu_shift: I64
    row_ptr: I64
    row: I64
    row_map: I64
    orow_ptr: I64
    orow: I64
    orow_map: I64
    inst_ptr: I64
    inst_kind: I64
    inst_sum: I64
    inst_most: I64
    inst_weight: I64
    fair_ptr: I64
    fair: I64
    fair_of: I64
    fair_rows: I64
    fair_spread: I64
    fair_weight: I64
    many_ptr: I64
    many: I64
    many_map: I64
    many_most: I64
    many_weight: I64
    grp_ptr: I64
    grp: I64
    member_ptr: I64
    member: I64
    grp_kind: I64
    grp_a: I64
    grp_b: I64
    grp_weight: I64
    always_hard: I64
    always_soft: I64
    room_hard: I64
    room_soft: I64
    allowed: I64
    maps: I64
    inst_aux: I64
    inst_within: I64
    inst_table: I64
    tables: I64
    fair_times: I64
    bell_start: I64
    bell_end: I64
    joined: I64


class State(NamedTuple):
    """Where everything stands, and every count the rules need; `data` is the array `z`."""

    data: I64
    energy: I64
    rng: I64
    start: I64
    option: I64
    movable: I64
    total: I64
    units: I64
    fair_value: I64
    fair_units: I64
    grp_units: I64
    grp_rooms: I64
    trail: I64
    own: I64
    ids: I64
    foreign: I64
    counts: I64
    mask: I64
    value: I64
    many_count: I64


def pack_model(days: int, periods: int, layers: int, lists: dict[str, I64]) -> Model:
    """Lay the lists of a problem into one array."""
    tables = lists["tables"].shape[-1]
    numbers = [days, periods, days * periods, layers, tables]
    data, views = _pack(numbers, lists, Model._fields[5:])
    return Model(data, days, periods, days * periods, layers, **views)


def pack_state(rng: tuple[int, int], lists: dict[str, I64]) -> State:
    """Lay the lists of a state into one array."""
    data, views = _pack([0, 0, 0, 0, *rng], lists, State._fields[3:])
    return State(data, energy=data[:4], rng=data[4:6], **views)


def _pack(
    numbers: list[int], lists: dict[str, I64], names: tuple[str, ...]
) -> tuple[I64, dict[str, I64]]:
    begin = len(numbers) + len(names)
    positions = np.cumsum([begin, *(lists[name].size for name in names)])
    data = np.zeros(int(positions[-1]), np.int64)
    data[: len(numbers)] = numbers
    data[len(numbers) : begin] = positions[:-1]
    views = {}
    for name, at in zip(names, positions.tolist(), strict=False):
        view = data[at : at + lists[name].size].reshape(lists[name].shape)
        view[...] = lists[name]
        views[name] = view
    return data, views
