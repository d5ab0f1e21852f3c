"""The compiled search: a first placing, then annealing over shifts, exchanges and rooms."""

# mypy: disable-error-code="no-any-return"

import math

from tongke.teaching.timetable.planner.arrays import (
    CLASH,
    DOM,
    DOM_PTR,
    HARD,
    I64,
    LENGTH,
    MOVABLE,
    OPTION,
    SOFT,
    START,
    TRAIL,
    USABLE,
)
from tongke.teaching.timetable.planner.compiled import compiled
from tongke.teaching.timetable.planner.kernel import hard_at, put, take
from tongke.teaching.timetable.planner.moves import (
    change_room,
    choose_room,
    draw,
    in_conflict,
    kempe,
    shift_all,
    undo,
)

LONGEST = (2, 4, 8, 16, 60)
"""Chains are given up when more activities would move; drawn for each, short ones are quick."""

HOT_EVERY = 400
"""Steps after which the list of activities in conflict is made anew."""


@compiled
def price(z: I64, wall: float, taste: float) -> float:
    """What the search pays: hard units times `wall`, points times `taste`."""
    return wall * (z[CLASH] + z[HARD]) + taste * z[SOFT]


@compiled
def place_all(m: I64, z: I64, order: I64) -> None:
    """Place what is not placed where it breaks least, in this order, tied activities together."""
    for a in order:
        if z[z[START] + a] >= 0 or m[m[DOM_PTR] + a] == m[m[DOM_PTR] + a + 1]:
            continue
        best, least, ties = -1, 0.0, 0
        for at in range(m[m[DOM_PTR] + a], m[m[DOM_PTR] + a + 1]):
            if not shift_all(m, z, a, m[m[DOM] + at]):
                undo(m, z)
                continue
            cost = price(z, 10000.0, 1.0)
            undo(m, z)
            ties = ties + 1 if best >= 0 and cost == least else 1
            if best < 0 or cost < least or (cost == least and draw(z, ties) == 0):
                best, least = m[m[DOM] + at], cost
        if best >= 0 and shift_all(m, z, a, best):
            z[TRAIL] = 0
            continue
        undo(m, z)
        start = m[m[DOM] + m[m[DOM_PTR] + a]]
        put(m, z, a, start, choose_room(m, z, a, start))


@compiled
def step(m: I64, z: I64, a: int, chains: float) -> bool:
    """Try one random move of an activity; False when it came to nothing.

    With `chains` 1 whoever is in the way is always moved too, so that nobody ever meets.
    """
    if m[m[USABLE] + a] > 1 and draw(z, 4) == 0:
        return change_room(m, z, a)
    many = m[m[DOM_PTR] + a + 1] - m[m[DOM_PTR] + a]
    if many < 2:
        return change_room(m, z, a)
    start = m[m[DOM] + m[m[DOM_PTR] + a] + draw(z, many)]
    if start == z[z[START] + a]:
        return False
    if draw(z, 1000) < chains * 1000:
        return kempe(m, z, a, start, LONGEST[draw(z, len(LONGEST))])
    return shift_all(m, z, a, start)


@compiled
def list_hot(m: I64, z: I64, movers: I64, hot: I64) -> int:
    """Fill `hot` with the movable activities in conflict; how many there are."""
    many = 0
    for a in movers:
        if in_conflict(m, z, a):
            hot[many] = a
            many += 1
    return many


@compiled
def better(z: I64, best: I64) -> bool:
    """Whether the state is better than the best: hard units first, then points."""
    hard = z[CLASH] + z[HARD]
    return hard < best[0] or (hard == best[0] and z[SOFT] < best[1])


@compiled
def keep_best(z: I64, best: I64, start: I64, option: I64) -> None:
    """Copy the state as the best."""
    best[0] = z[CLASH] + z[HARD]
    best[1] = z[SOFT]
    for a in range(len(start)):
        start[a] = z[z[START] + a]
        option[a] = z[z[OPTION] + a]


@compiled
def anneal(
    m: I64,
    z: I64,
    movers: I64,
    hot: I64,
    best: I64,
    best_start: I64,
    best_option: I64,
    steps: int,
    heat: float,
    wall: float,
    taste: float,
    chains: float,
    goal: int,
) -> int:
    """Walk `steps` moves at one temperature; stops early when at most `goal` hard units are left.

    Worse states are accepted with probability exp(-worse / heat). Returns the steps made.
    """
    now, hots = price(z, wall, taste), 0
    for count in range(steps):
        if count % HOT_EVERY == 0:
            hard = z[CLASH] + z[HARD]
            hots = list_hot(m, z, movers, hot) if hard > 0 else 0
        focused = hots > 0 and draw(z, 2) == 0
        a = hot[draw(z, hots)] if focused else movers[draw(z, len(movers))]
        if z[z[START] + a] < 0:
            continue
        if not step(m, z, a, chains):
            undo(m, z)
            continue
        then = price(z, wall, taste)
        worse = then - now
        if worse <= 0 or draw(z, 1000000) < 1000000.0 * math.exp(-worse / heat):
            now = then
            z[TRAIL] = 0
            if worse < 0 and better(z, best):
                keep_best(z, best, best_start, best_option)
                if best[0] <= goal:
                    return count + 1
        else:
            undo(m, z)
    return steps


@compiled
def relief(m: I64, z: I64, a: int) -> float:
    """What taking a placed activity away mends, for each of its periods.

    Clashes and places that are wrong by themselves count a thousand times: they must go even when
    a rule about the whole suffers.
    """
    before, clash = z[CLASH] + z[HARD], z[CLASH]
    start, option = z[z[START] + a], z[z[OPTION] + a]
    wrong = hard_at(m, a, start, option)
    take(m, z, a)
    mended = before - z[CLASH] - z[HARD] + 1000.0 * (clash - z[CLASH] + wrong)
    put(m, z, a, start, option)
    return mended / m[m[LENGTH] + a]


@compiled
def prune(m: I64, z: I64, movers: I64, hot: I64) -> None:
    """Take activities away until no clash or broken rule is left that taking away can mend."""
    while z[CLASH] + z[HARD] > 0:
        many = list_hot(m, z, movers, hot)
        best, gain = -1, 0.0
        for at in range(many):
            a = hot[at]
            if z[z[START] + a] >= 0:
                worth = relief(m, z, a)
                if worth > gain:
                    best, gain = a, worth
        if best < 0:
            return
        take(m, z, best)


@compiled
def refill(m: I64, z: I64, order: I64) -> None:
    """Put back what can stand somewhere without breaking anything hard."""
    for a in order:
        if z[z[START] + a] >= 0 or not z[z[MOVABLE] + a]:
            continue
        before, clash = z[CLASH] + z[HARD], z[CLASH]
        best, room, least = -1, -1, 0
        for at in range(m[m[DOM_PTR] + a], m[m[DOM_PTR] + a + 1]):
            start = m[m[DOM] + at]
            option = choose_room(m, z, a, start)
            put(m, z, a, start, option)
            well = z[CLASH] + z[HARD] <= before and z[CLASH] <= clash
            if well and not hard_at(m, a, start, option) and (best < 0 or z[SOFT] < least):
                best, room, least = start, option, z[SOFT]
            take(m, z, a)
        if best >= 0:
            put(m, z, a, best, room)
