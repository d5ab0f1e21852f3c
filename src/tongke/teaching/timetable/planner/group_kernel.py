"""Compiled: rules over groups of activities, pair by pair or as a whole."""

# mypy: disable-error-code="no-any-return"

from tongke.teaching.timetable.planner.arrays import (
    APART,
    BELL_END,
    BELL_START,
    CELLS,
    DAYS,
    ENDS,
    FAR,
    GRID,
    GROUPED,
    GRP,
    GRP_A,
    GRP_B,
    GRP_KIND,
    GRP_PTR,
    GRP_ROOMS,
    GRP_UNITS,
    GRP_WEIGHT,
    I64,
    JOINED,
    LENGTH,
    MAPS,
    MASK,
    MEMBER,
    MEMBER_PTR,
    NEAR,
    OPT_ROOM,
    OPTION,
    PAIRS,
    PERIODS,
    ROOMS,
    SPACED,
    START,
    WEEKS,
)
from tongke.teaching.timetable.planner.compiled import compiled
from tongke.teaching.timetable.planner.day_kernel import charge


@compiled
def touching(m: I64, a: int, b: int, one: int, two: int) -> bool:
    """Whether two activities follow each other in a row."""
    if one > two:
        one, two, a = two, one, b
    end = one + m[m[LENGTH] + a]
    return end == two and m[m[JOINED] + (m[m[GRID] + a]) * m[CELLS] + end - 1] == 1


@compiled
def meets(m: I64, a: int, b: int, one: int, two: int) -> bool:
    """Whether two activities overlap on the clock."""
    if one // m[PERIODS] != two // m[PERIODS]:
        return False
    return (
        m[m[BELL_START] + (m[m[GRID] + a]) * m[CELLS] + one]
        < m[m[BELL_END] + (m[m[GRID] + b]) * m[CELLS] + two + m[m[LENGTH] + b] - 1]
        and m[m[BELL_START] + (m[m[GRID] + b]) * m[CELLS] + two]
        < m[m[BELL_END] + (m[m[GRID] + a]) * m[CELLS] + one + m[m[LENGTH] + a] - 1]
    )


@compiled
def pair_units(  # noqa: C901 - one branch for each kind
    m: I64, z: I64, group: int, a: int, b: int
) -> int:
    """Units a pair of placed activities adds to a group rule."""
    kind = m[m[GRP_KIND] + group]
    one, two = z[z[START] + a], z[z[START] + b]
    day, other = one // m[PERIODS], two // m[PERIODS]
    if kind == FAR:
        apart = abs(day - other)
        if apart >= m[m[GRP_A] + group]:
            return 0
        if apart == 0 and m[m[GRP_B] + group]:
            return 0 if touching(m, a, b, one, two) else 1
        return 1
    if kind == NEAR:
        return 1 if abs(day - other) > m[m[GRP_A] + group] else 0
    if kind == APART:
        return 1 if m[m[WEEKS] + a] & m[m[WEEKS] + b] and meets(m, a, b, one, two) else 0
    if kind == GROUPED:
        return 0 if touching(m, a, b, one, two) else 1
    if kind == SPACED:
        if day != other:
            return 0
        if one > two:
            one, two, a = two, one, b
        return 1 if two - (one + m[m[LENGTH] + a]) < m[m[GRP_A] + group] else 0
    if m[m[MEMBER] + m[m[MEMBER_PTR] + group]] != a:
        one, two, day, other, a = two, one, other, day, b
    if m[m[GRP_A] + group]:
        near = (
            one + m[m[LENGTH] + a] == two and m[m[JOINED] + (m[m[GRID] + a]) * m[CELLS] + two - 1]
        )
        return 0 if near and day == other else 1
    return 0 if two >= one + m[m[LENGTH] + a] else 1


@compiled
def alike(m: I64, z: I64, by: int, a: int, b: int) -> bool:
    """Whether two placed activities agree in time (0), day (1) or period (2)."""
    one, two = z[z[START] + a], z[z[START] + b]
    same_day = one // m[PERIODS] == two // m[PERIODS]
    if by == 1:
        return same_day
    if by == 2:
        return one % m[PERIODS] == two % m[PERIODS]
    bell = (
        m[m[BELL_START] + (m[m[GRID] + a]) * m[CELLS] + one]
        == m[m[BELL_START] + (m[m[GRID] + b]) * m[CELLS] + two]
    )
    return same_day and bell


@compiled
def not_last(m: I64, z: I64, group: int) -> int:
    """How many members of a group on "last of the day" have something after them."""
    begin, many, units = m[m[MEMBER_PTR] + group], m[m[GRP_B] + group], 0
    for at in range(begin, begin + many):
        a = m[m[MEMBER] + at]
        if z[z[START] + a] < 0:
            continue
        last = z[z[START] + a] + m[m[LENGTH] + a] - 1
        slot = m[m[MAPS] + m[m[MEMBER] + at + many] * m[CELLS] + last]
        later = z[z[MASK] + m[m[GRP_A] + group] * m[DAYS] + slot // m[PERIODS]]
        if later >> (slot % m[PERIODS] + 1):
            units += 1
    return units


@compiled
def unlike(m: I64, z: I64, group: int) -> int:
    """How many members of a group on "together" differ from its first."""
    first, units = -1, 0
    for at in range(m[m[MEMBER_PTR] + group], m[m[MEMBER_PTR] + group + 1]):
        a = m[m[MEMBER] + at]
        if z[z[START] + a] < 0:
            continue
        if first < 0:
            first = a
        elif not alike(m, z, m[m[GRP_A] + group], first, a):
            units += 1
    return units


@compiled
def rooms_more(m: I64, z: I64, group: int, a: int, step: int) -> int:
    """Units more when an activity comes into (1) or leaves (-1) the rooms of its group."""
    room = m[m[OPT_ROOM] + z[z[OPTION] + a]]
    if room < 0:
        return 0
    for at in range(m[m[MEMBER_PTR] + group], m[m[MEMBER_PTR] + group + 1]):
        b = m[m[MEMBER] + at]
        if b != a and z[z[START] + b] >= 0 and m[m[OPT_ROOM] + z[z[OPTION] + b]] == room:
            return 0
    z[z[GRP_ROOMS] + group] += step
    rooms = z[z[GRP_ROOMS] + group]
    return int(max(0, rooms - m[m[GRP_A] + group]) - z[z[GRP_UNITS] + group])


@compiled
def pairs_of(m: I64, z: I64, group: int, a: int) -> int:
    """Units of a pair rule between an activity and the others of its group."""
    units = 0
    for at in range(m[m[MEMBER_PTR] + group], m[m[MEMBER_PTR] + group + 1]):
        b = m[m[MEMBER] + at]
        if b != a and z[z[START] + b] >= 0:
            units += pair_units(m, z, group, a, b)
    return units


@compiled
def groups_changed(m: I64, z: I64, a: int, step: int) -> None:
    """Recount group rules: 1 after an activity came, -1 before it goes, 0 after it went."""
    for at in range(m[m[GRP_PTR] + a], m[m[GRP_PTR] + a + 1]):
        group = m[m[GRP] + at]
        kind, units = m[m[GRP_KIND] + group], 0
        if kind < PAIRS:
            if step:
                units = step * pairs_of(m, z, group, a)
        elif kind == ROOMS:
            if step:
                units = rooms_more(m, z, group, a, step)
        elif step >= 0:
            whole = not_last(m, z, group) if kind == ENDS else unlike(m, z, group)
            units = whole - z[z[GRP_UNITS] + group]
        if units:
            z[z[GRP_UNITS] + group] += units
            charge(z, m[m[GRP_WEIGHT] + group], units)
