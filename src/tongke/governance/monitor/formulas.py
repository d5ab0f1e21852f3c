"""Arithmetic of indicators: shares that may be missing, small groups hidden, trends and targets.

Pure: numbers in, numbers out. A missing number is None and stays None; it never becomes zero.
Definitions and worked examples: docs/algorithms/indicators.md.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)


class Status(StrEnum):
    """How a value stands to its target; the value is the text on the screen."""

    MET = "达标"
    NEAR = "接近"
    MISSED = "未达标"
    UNKNOWN = "无数据"


class Direction(StrEnum):
    """Where a series of values goes."""

    UP = "上升"
    DOWN = "下降"
    LEVEL = "持平"
    UNKNOWN = "数据不足"


@dataclass(frozen=True, slots=True)
class Trend:
    """A straight line through a series.

    Args:
        direction: up or down when the whole series moved by more than the margin.
        slope: change per step by least squares; None with fewer than two values.
        change: the last value less the one before it that is known; None as above.
    """

    direction: Direction
    slope: float | None
    change: float | None


def share(numerator: float, denominator: float) -> float | None:
    """A part in its whole, in [0, 1]; None when the whole is zero.

    Raises:
        ValueError: a number is negative or not finite, or the part is larger than the whole
            (then it is no part: count again, or use `ratio`).
    """
    found = ratio(numerator, denominator)
    if numerator > denominator:
        raise ValueError("a part is larger than its whole")
    return found


def ratio(numerator: float, denominator: float) -> float | None:
    """One count for each of another, zero or more; None when there is none of the other.

    Raises:
        ValueError: a number is negative or not finite.
    """
    if not (isfinite(numerator) and isfinite(denominator)) or min(numerator, denominator) < 0:
        raise ValueError("counts are finite and zero or more")
    return numerator / denominator if denominator else None


def suppress(cells: Mapping[Key, int], minimum: int) -> dict[Key, int | None]:
    """Hide the groups so small that a person could be recognised in them.

    A group of 1 to `minimum` - 1 people is hidden. If the hidden ones could still be worked out
    from the total of all cells (one hidden, or together fewer than `minimum`), the smallest
    visible groups are hidden as well. Empty groups stay: nobody is in them.

    Args:
        cells: number of people in each group of one table whose total is published.
        minimum: the smallest group that may be shown; one or less hides nothing.

    Returns:
        The same groups in the same order, None where hidden. Hide whatever is computed of a
        hidden group, such as its mean, too.

    Raises:
        ValueError: a count is negative.
    """
    if any(count < 0 for count in cells.values()):
        raise ValueError("a group has zero or more people")
    hidden = [key for key, count in cells.items() if 0 < count < minimum]
    if hidden:
        visible = sorted(
            (key for key, count in cells.items() if count >= minimum),
            key=lambda key: cells[key],
        )
        together = sum(cells[key] for key in hidden)
        for key in visible:
            if len(hidden) > 1 and together >= minimum:
                break
            hidden.append(key)
            together += cells[key]
    gone = set(hidden)
    return {key: None if key in gone else count for key, count in cells.items()}


def trend(values: Sequence[float | None], *, margin: float = 0.0) -> Trend:
    """Where equally spaced values go.

    Args:
        values: oldest first; None where there is no value.
        margin: how much the fitted line must move from the first to the last known value before
            it counts as up or down, in the values' own unit.
    """
    known = [(step, value) for step, value in enumerate(values) if value is not None]
    if len(known) < 2:
        return Trend(Direction.UNKNOWN, None, None)
    middle = sum(step for step, _ in known) / len(known)
    mean = sum(value for _, value in known) / len(known)
    slope = sum((step - middle) * (value - mean) for step, value in known) / sum(
        (step - middle) ** 2 for step, _ in known
    )
    moved = slope * (known[-1][0] - known[0][0])
    direction = Direction.LEVEL
    if abs(moved) > margin:
        direction = Direction.UP if moved > 0 else Direction.DOWN
    return Trend(direction, slope, known[-1][1] - known[-2][1])


def status(
    value: float | None, target: float | None, near: float, *, higher_is_better: bool = True
) -> Status:
    """How a value stands to its target.

    Args:
        value: the indicator's value; None when there is none.
        target: what it should reach; None when no target is set, which also is 无数据.
        near: a value that misses the target by no more than this is 接近; zero or more.
        higher_is_better: False for values that should stay at or below the target.

    Raises:
        ValueError: `near` is negative.
    """
    if near < 0:
        raise ValueError("the margin is zero or more")
    if value is None or target is None:
        return Status.UNKNOWN
    short = target - value if higher_is_better else value - target
    # Sums of shares end a hair below what they should be: 0.85 must meet 0.85.
    hair = 1e-9 * max(1.0, abs(target))
    if short <= hair:
        return Status.MET
    return Status.NEAR if short <= near + hair else Status.MISSED
