"""Compiled: rules over rows of days, recounted when a day of a row changes."""

# mypy: disable-error-code="no-any-return"

from tongke.teaching.timetable.planner.arrays import (
    AT_LEAST,
    AT_MOST,
    CELLS,
    COUNT,
    DAYS,
    EACH,
    FAIR,
    FAIR_OF,
    FAIR_PTR,
    FAIR_ROWS,
    FAIR_SPREAD,
    FAIR_TIMES,
    FAIR_UNITS,
    FAIR_VALUE,
    FAIR_WEIGHT,
    GAPS,
    HARD,
    I64,
    INST_AUX,
    INST_KIND,
    INST_MOST,
    INST_PTR,
    INST_SUM,
    INST_TABLE,
    INST_WEIGHT,
    INST_WITHIN,
    LATE,
    LENGTH,
    LONE,
    MANY_COUNT,
    MANY_MOST,
    MANY_WEIGHT,
    MAPS,
    MASK,
    MAX_DAY,
    MIN_DAY,
    PERIODS,
    RUN,
    SOFT,
    SPAN,
    START,
    TABLE_SIZE,
    TABLES,
    TOTAL,
    UNITS,
    USED,
    VALUE,
)
from tongke.teaching.timetable.planner.compiled import compiled


@compiled
def day_value(  # noqa: C901 - one branch for each kind
    kind: int, most: int, aux: int, mask: int, periods: int
) -> int:
    """The value a day rule gives to a day's mask of taken periods.

    `aux` is the mask of periods followed by another in a row (RUN, LONE), or of periods that
    count for nothing (GAPS, EARLY).
    """
    if mask == 0:
        return 0
    if kind == USED:
        return 1
    low, high, taken, free = -1, 0, 0, 0
    for period in range(periods):
        if (mask >> period) & 1:
            taken += 1
            high = period
            if low < 0:
                low = period
        elif (aux >> period) & 1:
            free += 1
    if kind == MAX_DAY:
        return max(0, taken - most)
    if kind == MIN_DAY:
        return max(0, most - taken)
    if kind == SPAN:
        return max(0, high - low + 1 - most)
    if kind == RUN:
        over, run = 0, 0
        for period in range(low, high + 1):
            run = run + 1 if (mask >> period) & 1 else 0
            if run > most:
                over += 1
            if not (aux >> period) & 1:
                run = 0
        return over
    if kind == LONE:
        lone = 0
        for period in range(low, high + 1):
            if (mask >> period) & 1:
                before = period > 0 and (mask >> (period - 1)) & 1 and (aux >> (period - 1)) & 1
                after = (mask >> (period + 1)) & 1 and (aux >> period) & 1
                if not before and not after:
                    lone += 1
        return lone
    if kind == GAPS:
        gaps = 0
        for period in range(low + 1, high):
            if not (mask >> period) & 1 and not (aux >> period) & 1:
                gaps += 1
        return max(0, gaps - most)
    first = 0
    for period in range(low):
        if not (aux >> period) & 1:
            first += 1
    if first == 0:
        return 0
    return 1 if first == 1 else LATE


@compiled
def sum_units(how: int, most: int, total: int) -> int:
    """Units of a rule from the sum of its day values."""
    if how == EACH:
        return total
    if how == AT_MOST:
        return max(0, total - most)
    if how == AT_LEAST:
        return max(0, most - total)
    return total // LATE + max(0, total % LATE - most)


@compiled
def charge(z: I64, weight: int, units: int) -> None:
    """Add units of a rule to the energy; a negative weight is a hard rule."""
    if weight < 0:
        z[HARD] += units
    else:
        z[SOFT] += weight * units


@compiled
def fair_changed(m: I64, z: I64, row: int, slot: int) -> None:
    """Recount one bearer of a fairness rule, and the rule's spread."""
    value = 0
    for day in range(m[DAYS]):
        mask = z[z[MASK] + row * m[DAYS] + day] & m[m[FAIR_TIMES] + slot * m[DAYS] + day]
        while mask:
            mask &= mask - 1
            value += 1
    if value == z[z[FAIR_VALUE] + slot]:
        return
    z[z[FAIR_VALUE] + slot] = value
    rule = m[m[FAIR_OF] + slot]
    low, high = z[z[FAIR_VALUE] + m[m[FAIR_ROWS] + rule]], 0
    for at in range(m[m[FAIR_ROWS] + rule], m[m[FAIR_ROWS] + rule + 1]):
        low = min(low, z[z[FAIR_VALUE] + at])
        high = max(high, z[z[FAIR_VALUE] + at])
    units = max(0, high - low - m[m[FAIR_SPREAD] + rule])
    charge(z, m[m[FAIR_WEIGHT] + rule], units - z[z[FAIR_UNITS] + rule])
    z[z[FAIR_UNITS] + rule] = units


@compiled
def row_changed(m: I64, z: I64, row: int, day: int) -> None:
    """Recount the rules of a row whose mask of a day has changed."""
    for inst in range(m[m[INST_PTR] + row], m[m[INST_PTR] + row + 1]):
        mask = z[z[MASK] + row * m[DAYS] + day] & m[m[INST_WITHIN] + inst * m[DAYS] + day]
        table = m[m[INST_TABLE] + inst * m[DAYS] + day]
        if table >= 0:
            value = int(m[m[TABLES] + table * m[TABLE_SIZE] + mask])
        else:
            most = m[m[INST_MOST] + inst] if m[m[INST_SUM] + inst] == EACH else 0
            value = day_value(
                m[m[INST_KIND] + inst],
                most,
                m[m[INST_AUX] + inst * m[DAYS] + day],
                mask,
                m[PERIODS],
            )
        if value == z[z[VALUE] + inst * m[DAYS] + day]:
            continue
        z[z[TOTAL] + inst] += value - z[z[VALUE] + inst * m[DAYS] + day]
        z[z[VALUE] + inst * m[DAYS] + day] = value
        units = sum_units(m[m[INST_SUM] + inst], m[m[INST_MOST] + inst], z[z[TOTAL] + inst])
        if units != z[z[UNITS] + inst]:
            charge(z, m[m[INST_WEIGHT] + inst], units - z[z[UNITS] + inst])
            z[z[UNITS] + inst] = units
    for at in range(m[m[FAIR_PTR] + row], m[m[FAIR_PTR] + row + 1]):
        fair_changed(m, z, row, m[m[FAIR] + at])


@compiled
def add_to_row(m: I64, z: I64, row: int, mapping: int, a: int, step: int) -> None:
    """Count an activity's periods in a row, or out of it with `step` -1."""
    start = z[z[START] + a]
    changed = -1
    for cell in range(start, start + m[m[LENGTH] + a]):
        slot = m[m[MAPS] + mapping * m[CELLS] + cell]
        day = slot // m[PERIODS]
        before = z[z[COUNT] + row * m[CELLS] + slot]
        z[z[COUNT] + row * m[CELLS] + slot] = before + step
        if before == 0 or before + step == 0:
            bit = 1 << (slot % m[PERIODS])
            if step > 0:
                z[z[MASK] + row * m[DAYS] + day] |= bit
            else:
                z[z[MASK] + row * m[DAYS] + day] &= ~bit
            changed = day
    if changed >= 0:
        row_changed(m, z, row, changed)


@compiled
def add_to_many(m: I64, z: I64, rule: int, mapping: int, a: int, step: int) -> None:
    """Count an activity's periods in a rule on how many may be at once."""
    start = z[z[START] + a]
    for cell in range(start, start + m[m[LENGTH] + a]):
        slot = m[m[MAPS] + mapping * m[CELLS] + cell]
        before = z[z[MANY_COUNT] + rule * m[CELLS] + slot]
        z[z[MANY_COUNT] + rule * m[CELLS] + slot] = before + step
        if max(before, before + step) > m[m[MANY_MOST] + rule]:
            charge(z, m[m[MANY_WEIGHT] + rule], step)
