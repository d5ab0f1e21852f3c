"""Lists of lists as a pointer array and a flat array, the form compiled loops read."""

from collections.abc import Sequence

import numpy as np

from tongke.teaching.timetable.planner.arrays import I64


def flat(lists: Sequence[Sequence[int]]) -> tuple[I64, I64]:
    """Pointers and values: list `i` is `values[pointers[i]:pointers[i + 1]]`."""
    pointers = np.zeros(len(lists) + 1, np.int64)
    np.cumsum([len(one) for one in lists], out=pointers[1:])
    return pointers, ints([value for one in lists for value in one])


def ints(values: Sequence[int]) -> I64:
    """An array of whole numbers; never of another type when it is empty."""
    return np.array(values, np.int64).reshape(len(values))


def pairs(lists: Sequence[Sequence[tuple[int, int]]]) -> tuple[I64, I64, I64]:
    """Like `flat` for lists of pairs: pointers, first values, second values."""
    pointers, first = flat([[pair[0] for pair in one] for one in lists])
    return pointers, first, ints([pair[1] for one in lists for pair in one])
