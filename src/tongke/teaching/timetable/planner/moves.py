"""Moves of the search, all made of `take` and `put` with a trail to undo them."""

# mypy: disable-error-code="no-any-return"

from tongke.teaching.timetable.planner.arrays import (
    ALLOWED,
    AT_PTR,
    AT_TRACK,
    CELLS,
    CLASH,
    CLU,
    CLU_PTR,
    CLU_SHIFT,
    FOREIGN,
    GRP,
    GRP_KIND,
    GRP_PTR,
    GRP_UNITS,
    GRP_WEIGHT,
    HARD,
    I64,
    IDS,
    INST_PTR,
    INST_WEIGHT,
    LAYERS,
    LENGTH,
    MANY,
    MANY_COUNT,
    MANY_MAP,
    MANY_MOST,
    MANY_PTR,
    MANY_WEIGHT,
    MAPS,
    MOVABLE,
    OPT_PTR,
    OPT_ROOM,
    OPT_TRACK,
    OPTION,
    OWN,
    PAIRS,
    RNG,
    ROW,
    ROW_PTR,
    START,
    TRAIL,
    TRAIL_LIST,
    UNITS,
    USABLE,
    WEEKS,
)
from tongke.teaching.timetable.planner.compiled import compiled
from tongke.teaching.timetable.planner.group_kernel import pairs_of
from tongke.teaching.timetable.planner.kernel import hard_at, put, soft_at, take

MAX_TRAIL = 200
"""Steps after which a chain is given up."""


@compiled
def draw(z: I64, below: int) -> int:
    """A random number from 0 to below - 1 (L'Ecuyer's combined generator, 31 bits)."""
    z[RNG + 0] = (40014 * z[RNG + 0]) % 2147483563
    z[RNG + 1] = (40692 * z[RNG + 1]) % 2147483399
    return int((z[RNG + 0] - z[RNG + 1]) % 2147483562) % below


@compiled
def free(m: I64, z: I64, track: int, a: int, start: int) -> bool:
    """Whether a line of cells is free for an activity."""
    for layer in range(m[LAYERS]):
        if (m[m[WEEKS] + a] >> layer) & 1:
            line = track * m[LAYERS] + layer
            for cell in range(start, start + m[m[LENGTH] + a]):
                if z[z[OWN] + line * m[CELLS] + cell] or z[z[FOREIGN] + line * m[CELLS] + cell]:
                    return False
    return True


@compiled
def choose_room(m: I64, z: I64, a: int, start: int) -> int:
    """A room for an activity that is not placed: free and cheap, or any when none is free."""
    first, many = m[m[OPT_PTR] + a], m[m[USABLE] + a]
    if many == 1:
        return first
    now = z[z[OPTION] + a]
    if now < first + many and draw(z, 4) > 0:
        dear = hard_at(m, a, start, now) > 0
        if not dear and free(m, z, m[m[OPT_TRACK] + now], a, start):
            return now
    best, price = -1, 0
    offset = draw(z, many)
    for step in range(many):
        option = first + (offset + step) % many
        cost = hard_at(m, a, start, option) * 100000 + soft_at(m, a, start, option)
        if best >= 0 and cost >= price:
            continue
        if free(m, z, m[m[OPT_TRACK] + option], a, start):
            best, price = option, cost
            if cost == 0:
                break
    return best if best >= 0 else first + offset


@compiled
def shift(m: I64, z: I64, a: int, start: int, option: int) -> None:
    """Move one activity and remember where it was; option -1 chooses a room, start -1 removes."""
    at = z[TRAIL]
    z[z[TRAIL_LIST] + 3 * at], z[z[TRAIL_LIST] + 3 * at + 1] = a, z[z[START] + a]
    z[z[TRAIL_LIST] + 3 * at + 2] = z[z[OPTION] + a]
    z[TRAIL] = at + 1
    if z[z[START] + a] >= 0:
        take(m, z, a)
    if start >= 0:
        if option < 0:
            option = choose_room(m, z, a, start)
        put(m, z, a, start, option)


@compiled
def undo(m: I64, z: I64) -> None:
    """Take back everything on the trail, last first."""
    while z[TRAIL] > 0:
        z[TRAIL] -= 1
        at = z[TRAIL]
        a = z[z[TRAIL_LIST] + 3 * at]
        if z[z[START] + a] >= 0:
            take(m, z, a)
        z[z[OPTION] + a] = z[z[TRAIL_LIST] + 3 * at + 2]
        if z[z[TRAIL_LIST] + 3 * at + 1] >= 0:
            put(m, z, a, z[z[TRAIL_LIST] + 3 * at + 1], z[z[TRAIL_LIST] + 3 * at + 2])


@compiled
def moved(z: I64, a: int) -> bool:
    """Whether an activity is on the trail."""
    for at in range(z[TRAIL]):  # noqa: SIM110 - numba has no any()
        if z[z[TRAIL_LIST] + 3 * at] == a:
            return True
    return False


@compiled
def shift_all(m: I64, z: I64, a: int, start: int) -> bool:
    """Move an activity with everything tied to it; False when somebody may not stand there."""
    if not m[m[ALLOWED] + a * m[CELLS] + start] or not z[z[MOVABLE] + a]:
        return False
    for at in range(m[m[CLU_PTR] + a], m[m[CLU_PTR] + a + 1]):
        there = start + m[m[CLU_SHIFT] + at]
        if there < 0 or there >= m[CELLS]:
            return False
        if (
            not m[m[ALLOWED] + (m[m[CLU] + at]) * m[CELLS] + there]
            or not z[z[MOVABLE] + m[m[CLU] + at]]
        ):
            return False
    shift(m, z, a, start, -1)
    for at in range(m[m[CLU_PTR] + a], m[m[CLU_PTR] + a + 1]):
        shift(m, z, m[m[CLU] + at], start + m[m[CLU_SHIFT] + at], -1)
    return True


@compiled
def displaced(m: I64, z: I64, track: int, b: int, by: int) -> bool:
    """Move whom `b` meets on a line out of its way by `by` cells; False when that cannot be."""
    start = z[z[START] + b]
    for layer in range(m[LAYERS]):
        if not (m[m[WEEKS] + b] >> layer) & 1:
            continue
        line = track * m[LAYERS] + layer
        for cell in range(start, start + m[m[LENGTH] + b]):
            if z[z[OWN] + line * m[CELLS] + cell] <= 1:
                continue
            if z[z[OWN] + line * m[CELLS] + cell] > 2:
                return False
            other = z[z[IDS] + line * m[CELLS] + cell] - b
            there = z[z[START] + other] + by
            if moved(z, other) or there < 0 or there >= m[CELLS]:
                return False
            if not shift_all(m, z, other, there):
                return False
    return True


@compiled
def kempe(m: I64, z: I64, a: int, start: int, most: int) -> bool:
    """Exchange what stands at two times, as far as `a` makes it necessary.

    `a` goes to `start`; whoever it meets goes the opposite way, whoever these meet comes back,
    until nobody meets. False (with a trail to undo) when somebody cannot go, or when more than
    `most` have moved.
    """
    by = z[z[START] + a] - start
    if by == 0 or not shift_all(m, z, a, start):
        return False
    done = 0
    while done < z[TRAIL]:
        b = z[z[TRAIL_LIST] + 3 * done]
        way = z[z[TRAIL_LIST] + 3 * done + 1] - z[z[START] + b]
        if z[TRAIL] > most:
            return False
        for at in range(m[m[AT_PTR] + b], m[m[AT_PTR] + b + 1]):
            if not displaced(m, z, m[m[AT_TRACK] + at], b, way):
                return False
        room = m[m[OPT_TRACK] + z[z[OPTION] + b]]
        if room >= 0 and not displaced(m, z, room, b, way):
            return False
        done += 1
    return True


@compiled
def change_room(m: I64, z: I64, a: int) -> bool:
    """Give an activity another room; its user, when there is one, gets the room left."""
    many = m[m[USABLE] + a]
    if many < 2 or z[z[START] + a] < 0 or not z[z[MOVABLE] + a]:
        return False
    start, old = z[z[START] + a], z[z[OPTION] + a]
    option = m[m[OPT_PTR] + a] + draw(z, many)
    if option == old:
        return False
    track, line = m[m[OPT_TRACK] + option], 0
    while not (m[m[WEEKS] + a] >> line) & 1:
        line += 1
    line += track * m[LAYERS]
    other = z[z[IDS] + line * m[CELLS] + start] if z[z[OWN] + line * m[CELLS] + start] == 1 else -1
    shift(m, z, a, start, option)
    if other >= 0 and z[z[MOVABLE] + other] and other != a:
        for choice in range(m[m[OPT_PTR] + other], m[m[OPT_PTR] + other] + m[m[USABLE] + other]):
            if m[m[OPT_ROOM] + choice] == m[m[OPT_ROOM] + old]:
                shift(m, z, other, z[z[START] + other], choice)
                return True
        shift(m, z, other, z[z[START] + other], -1)
    return True


@compiled
def crowded(m: I64, z: I64, track: int, a: int) -> bool:
    """Whether an activity meets another on a line."""
    for layer in range(m[LAYERS]):
        if (m[m[WEEKS] + a] >> layer) & 1:
            line = track * m[LAYERS] + layer
            for cell in range(z[z[START] + a], z[z[START] + a] + m[m[LENGTH] + a]):
                if z[z[OWN] + line * m[CELLS] + cell] > 1 or z[z[FOREIGN] + line * m[CELLS] + cell]:
                    return True
    return False


@compiled
def breaks_rule(m: I64, z: I64, a: int) -> bool:
    """Whether a hard rule on rows, groups or counters that speaks of an activity is broken."""
    for at in range(m[m[ROW_PTR] + a], m[m[ROW_PTR] + a + 1]):
        for inst in range(m[m[INST_PTR] + m[m[ROW] + at]], m[m[INST_PTR] + m[m[ROW] + at] + 1]):
            if m[m[INST_WEIGHT] + inst] < 0 and z[z[UNITS] + inst] > 0:
                return True
    for at in range(m[m[GRP_PTR] + a], m[m[GRP_PTR] + a + 1]):
        group = m[m[GRP] + at]
        broken_now = m[m[GRP_WEIGHT] + group] < 0 and z[z[GRP_UNITS] + group] > 0
        whole = m[m[GRP_KIND] + group] >= PAIRS
        if broken_now and (whole or pairs_of(m, z, group, a) > 0):
            return True
    for at in range(m[m[MANY_PTR] + a], m[m[MANY_PTR] + a + 1]):
        rule = m[m[MANY] + at]
        if m[m[MANY_WEIGHT] + rule] < 0:
            for cell in range(z[z[START] + a], z[z[START] + a] + m[m[LENGTH] + a]):
                slot = m[m[MAPS] + (m[m[MANY_MAP] + at]) * m[CELLS] + cell]
                if z[z[MANY_COUNT] + rule * m[CELLS] + slot] > m[m[MANY_MOST] + rule]:
                    return True
    return False


@compiled
def in_conflict(m: I64, z: I64, a: int) -> bool:
    """Whether something hard is broken in which an activity takes part."""
    if z[z[START] + a] < 0:
        return True
    option, start = z[z[OPTION] + a], z[z[START] + a]
    if hard_at(m, a, start, option) > 0:
        return True
    for at in range(m[m[AT_PTR] + a], m[m[AT_PTR] + a + 1]):
        if crowded(m, z, m[m[AT_TRACK] + at], a):
            return True
    if m[m[OPT_TRACK] + option] >= 0 and crowded(m, z, m[m[OPT_TRACK] + option], a):
        return True
    return breaks_rule(m, z, a)


@compiled
def broken(z: I64) -> int:
    """Units of everything hard."""
    return z[CLASH] + z[HARD]
