"""Indicator arithmetic: values worked by hand (docs/algorithms/indicators.md), and properties."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongke.governance.monitor.formulas import (
    Direction,
    Status,
    Trend,
    ratio,
    share,
    status,
    suppress,
    trend,
)


def test_a_share_of_nothing_is_no_share() -> None:
    assert share(17, 20) == 0.85
    assert share(0, 20) == 0.0
    assert share(0, 0) is None
    assert ratio(30, 20) == 1.5
    assert ratio(3, 0) is None


@pytest.mark.parametrize("pair", [(-1, 2), (1, -2), (float("nan"), 1), (1, float("inf"))])
def test_counts_that_cannot_be_are_refused(pair: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="finite"):
        share(*pair)


def test_a_part_larger_than_its_whole_is_refused() -> None:
    with pytest.raises(ValueError, match="larger"):
        share(3, 2)


@pytest.mark.parametrize(
    ("cells", "hidden"),
    [
        ({"会了": 20, "快会了": 9, "刚开始": 6}, ""),
        ({"会了": 20, "快会了": 3, "刚开始": 2}, "快会了 刚开始"),
        # One hidden group follows from the total, so the next smallest goes with it.
        ({"会了": 20, "快会了": 9, "刚开始": 2}, "快会了 刚开始"),
        # Two hidden groups of one child each would still be known to be two children.
        ({"会了": 20, "快会了": 1, "刚开始": 1}, "会了 快会了 刚开始"),
        ({"会了": 20, "快会了": 0, "刚开始": 2}, "会了 刚开始"),
        ({"会了": 3, "快会了": 0}, "会了"),
        ({"会了": 0, "快会了": 0}, ""),
        ({}, ""),
    ],
)
def test_small_groups_are_hidden_so_that_they_cannot_be_worked_out(
    cells: dict[str, int], hidden: str
) -> None:
    found = suppress(cells, 5)

    assert list(found) == list(cells)
    assert {key for key, count in found.items() if count is None} == set(hidden.split())
    assert all(count in (None, cells[key]) for key, count in found.items())


def test_no_minimum_hides_nothing_and_a_negative_group_is_refused() -> None:
    assert suppress({"a": 1, "b": 2}, 1) == {"a": 1, "b": 2}
    with pytest.raises(ValueError, match="zero or more"):
        suppress({"a": -1}, 5)


@pytest.mark.parametrize(
    ("values", "margin", "found"),
    [
        ([0.5, 0.6, 0.7], 0.0, Trend(Direction.UP, 0.1, 0.1)),
        ([0.5, None, 0.7], 0.0, Trend(Direction.UP, 0.1, 0.2)),
        ([0.7, 0.6, 0.65], 0.02, Trend(Direction.DOWN, -0.025, 0.05)),
        ([0.7, 0.6, 0.65], 0.10, Trend(Direction.LEVEL, -0.025, 0.05)),
        ([0.5, 0.5], 0.0, Trend(Direction.LEVEL, 0.0, 0.0)),
        ([0.5, None], 0.0, Trend(Direction.UNKNOWN, None, None)),
        ([], 0.0, Trend(Direction.UNKNOWN, None, None)),
    ],
)
def test_trends(values: list[float | None], margin: float, found: Trend) -> None:
    made = trend(values, margin=margin)

    assert made.direction == found.direction
    assert made.slope == (None if found.slope is None else pytest.approx(found.slope))
    assert made.change == (None if found.change is None else pytest.approx(found.change))


@pytest.mark.parametrize(
    ("value", "target", "found"),
    [
        (0.85, 0.85, Status.MET),
        (0.1 + 0.75, 0.85, Status.MET),
        (0.80, 0.85, Status.NEAR),
        (0.79, 0.85, Status.MISSED),
        (None, 0.85, Status.UNKNOWN),
        (0.85, None, Status.UNKNOWN),
        (0.0, 0.0, Status.MET),
    ],
)
def test_status(value: float | None, target: float | None, found: Status) -> None:
    assert status(value, target, 0.05) == found


def test_where_less_is_better_the_sides_change() -> None:
    assert status(3, 5, 1, higher_is_better=False) == Status.MET
    assert status(6, 5, 1, higher_is_better=False) == Status.NEAR
    assert status(7, 5, 1, higher_is_better=False) == Status.MISSED
    with pytest.raises(ValueError, match="margin"):
        status(1, 1, -0.1)


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=2), st.integers(0, 30), max_size=8), st.integers(0, 12))
def test_what_is_hidden_never_follows_from_the_total(cells: dict[str, int], minimum: int) -> None:
    found = suppress(cells, minimum)
    hidden = [cells[key] for key, count in found.items() if count is None]
    visible = [count for count in found.values() if count is not None]

    assert all(count == 0 or count >= minimum for count in visible)
    if hidden and any(count > 0 for count in visible):
        assert len(hidden) >= 2
        assert sum(hidden) >= minimum


VALUES = st.floats(0, 1)


@settings(deadline=None)
@given(VALUES, VALUES, VALUES, st.floats(0, 0.2))
def test_a_higher_value_never_has_a_worse_status(
    one: float, other: float, target: float, near: float
) -> None:
    low, high = sorted((one, other))
    order = [Status.MISSED, Status.NEAR, Status.MET]

    assert order.index(status(low, target, near)) <= order.index(status(high, target, near))


@settings(deadline=None)
@given(st.lists(VALUES, min_size=2, max_size=10), VALUES)
def test_a_trend_does_not_depend_on_the_level_and_turns_with_time(
    values: list[float], level: float
) -> None:
    slope = trend(values).slope

    assert slope == pytest.approx(trend([value + level for value in values]).slope, abs=1e-9)
    assert slope == pytest.approx(-(trend(values[::-1]).slope or 0), abs=1e-9)
