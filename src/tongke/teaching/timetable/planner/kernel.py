"""The compiled heart: put an activity somewhere or take it away, and keep every cost up to date.

The first numbers of the state always hold the exact cost of what is placed: `CLASH` counts, for
every resource, the cells of pairs of activities that meet; `HARD` and `SOFT` are units and points
of the rules. `docs/algorithms/planner.md` gives the formulas.
"""

# mypy: disable-error-code="no-any-return"

from tongke.teaching.timetable.planner.arrays import (
    ALWAYS_HARD,
    ALWAYS_SOFT,
    AT_PTR,
    AT_TRACK,
    BLOCK_CELL,
    BLOCK_PTR,
    CELLS,
    CLASH,
    FAR_PAIR,
    FAR_PTR,
    FAR_TRACK,
    FOREIGN,
    HARD,
    I64,
    IDS,
    LAYERS,
    LENGTH,
    MANY,
    MANY_MAP,
    MANY_PTR,
    OPT_HARD,
    OPT_SOFT,
    OPT_TABLE,
    OPT_TRACK,
    OPTION,
    OROW,
    OROW_MAP,
    OROW_PTR,
    OWN,
    ROOM_HARD,
    ROOM_SOFT,
    ROW,
    ROW_MAP,
    ROW_PTR,
    SOFT,
    START,
    WEEKS,
)
from tongke.teaching.timetable.planner.compiled import compiled
from tongke.teaching.timetable.planner.day_kernel import add_to_many, add_to_row
from tongke.teaching.timetable.planner.group_kernel import groups_changed


@compiled
def use_track(m: I64, z: I64, track: int, a: int, step: int) -> int:
    """Enter (1) or leave (-1) the cells of a resource; the cells at which others are met."""
    start, met = z[z[START] + a], 0
    for layer in range(m[LAYERS]):
        if not (m[m[WEEKS] + a] >> layer) & 1:
            continue
        line = track * m[LAYERS] + layer
        for cell in range(start, start + m[m[LENGTH] + a]):
            if step < 0:
                z[z[OWN] + line * m[CELLS] + cell] -= 1
                z[z[IDS] + line * m[CELLS] + cell] -= a
            met += z[z[OWN] + line * m[CELLS] + cell] + z[z[FOREIGN] + line * m[CELLS] + cell]
            if step > 0:
                z[z[OWN] + line * m[CELLS] + cell] += 1
                z[z[IDS] + line * m[CELLS] + cell] += a
            for far in range(m[m[FAR_PTR] + track], m[m[FAR_PTR] + track + 1]):
                there = m[m[FAR_TRACK] + far] * m[LAYERS] + layer
                base = m[m[FAR_PAIR] + far] * (m[CELLS] + 1) + cell
                for at in range(m[m[BLOCK_PTR] + base], m[m[BLOCK_PTR] + base + 1]):
                    blocked = m[m[BLOCK_CELL] + at]
                    z[z[FOREIGN] + there * m[CELLS] + blocked] += step
                    met += z[z[OWN] + there * m[CELLS] + blocked]
    return met


@compiled
def hard_at(m: I64, a: int, start: int, option: int) -> int:
    """Units of hard rules a place breaks by itself."""
    room = m[m[OPT_TABLE] + option]
    units = m[m[ALWAYS_HARD] + a * m[CELLS] + start] + m[m[OPT_HARD] + option]
    return units if room < 0 else units + m[m[ROOM_HARD] + room * m[CELLS] + start]


@compiled
def soft_at(m: I64, a: int, start: int, option: int) -> int:
    """Points a place costs by itself."""
    room = m[m[OPT_TABLE] + option]
    points = m[m[ALWAYS_SOFT] + a * m[CELLS] + start] + m[m[OPT_SOFT] + option]
    return points if room < 0 else points + m[m[ROOM_SOFT] + room * m[CELLS] + start]


@compiled
def change(m: I64, z: I64, a: int, step: int) -> None:
    """Everything that follows from an activity's coming (1) or going (-1)."""
    met = 0
    for at in range(m[m[AT_PTR] + a], m[m[AT_PTR] + a + 1]):
        met += use_track(m, z, m[m[AT_TRACK] + at], a, step)
    option = z[z[OPTION] + a]
    if m[m[OPT_TRACK] + option] >= 0:
        met += use_track(m, z, m[m[OPT_TRACK] + option], a, step)
    z[CLASH] += step * met
    z[HARD] += step * hard_at(m, a, z[z[START] + a], option)
    z[SOFT] += step * soft_at(m, a, z[z[START] + a], option)
    for at in range(m[m[ROW_PTR] + a], m[m[ROW_PTR] + a + 1]):
        add_to_row(m, z, m[m[ROW] + at], m[m[ROW_MAP] + at], a, step)
    for at in range(m[m[OROW_PTR] + option], m[m[OROW_PTR] + option + 1]):
        add_to_row(m, z, m[m[OROW] + at], m[m[OROW_MAP] + at], a, step)
    for at in range(m[m[MANY_PTR] + a], m[m[MANY_PTR] + a + 1]):
        add_to_many(m, z, m[m[MANY] + at], m[m[MANY_MAP] + at], a, step)


@compiled
def put(m: I64, z: I64, a: int, start: int, option: int) -> None:
    """Place an activity that is not placed."""
    z[z[START] + a] = start
    z[z[OPTION] + a] = option
    change(m, z, a, 1)
    groups_changed(m, z, a, 1)


@compiled
def take(m: I64, z: I64, a: int) -> None:
    """Take a placed activity away."""
    groups_changed(m, z, a, -1)
    change(m, z, a, -1)
    z[z[START] + a] = -1
    groups_changed(m, z, a, 0)


@compiled
def load(m: I64, z: I64, start: I64, option: I64) -> None:
    """Place everything from an empty state; -1 leaves an activity out."""
    for a in range(len(start)):
        if start[a] >= 0:
            put(m, z, a, start[a], option[a])
