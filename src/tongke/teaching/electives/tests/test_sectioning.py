"""Sections of 走班: few, even, without a clash, and explained where there are none."""

from collections import Counter
from dataclasses import replace
from itertools import combinations, product
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongke.teaching.electives.allocation.sectioning import Plan, Wish, arrange

ALL = [
    frozenset({first, *rest})
    for first, rest in product(("物理", "历史"), combinations(("政治", "地理", "化学", "生物"), 2))
]


def pupils(*numbers: int) -> dict[str, frozenset[str]]:
    """So many pupils of each combination, in order."""
    keys = [one for one, number in zip(ALL, numbers, strict=False) for _ in range(number)]
    return {f"{place:04d}": one for place, one in enumerate(keys)}


def check(wish: Wish, plan: Plan) -> None:
    """Everybody has each subject once, in different bands; limits are kept."""
    seen: Counter[tuple[str, str]] = Counter()
    bands: Counter[tuple[str, int]] = Counter()
    sections: Counter[tuple[str, int]] = Counter()
    for one in plan.sections:
        assert wish.least <= len(one.pupils) <= wish.most
        sections[one.subject, one.band] += 1
        for pupil in one.pupils:
            seen[pupil, one.subject] += 1
            bands[pupil, one.band] += 1
    assert set(seen.values()) <= {1}
    assert set(bands.values()) <= {1}
    assert {key for key, _ in seen} == set(wish.pupils)
    assert len(seen) == sum(len(one) for one in wish.pupils.values())
    for (subject, _), number in sections.items():
        assert number <= wish.teachers.get(subject, 99)
    if wish.rooms is not None:
        for band in range(wish.bands):
            assert sum(n for (_, at), n in sections.items() if at == band) <= wish.rooms


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.integers(0, 30), min_size=3, max_size=8), st.integers(3, 4),
    st.integers(1, 12), st.integers(20, 40), st.sampled_from([None, 4, 6]),
)  # fmt: skip
def test_plans_keep_every_limit_or_say_why(
    numbers: list[int], bands: int, least: int, most: int, rooms: int | None
) -> None:
    wish = Wish(pupils(*numbers), bands, least, most, {"物理": 2}, rooms)
    plan = arrange(wish, seconds=0.6)
    if plan.found:
        check(wish, plan)
        assert not plan.reasons
        assert plan.least >= max(1, -(-sum(wish.demand.values()) // most))
    else:
        assert plan.reasons


def test_a_thousand_pupils_in_few_even_sections() -> None:
    numbers = [190, 140, 170, 60, 50, 90, 40, 30, 20, 110, 70, 30]
    wish = Wish(pupils(*numbers), 3, 15, 50)
    started = perf_counter()
    plan = arrange(wish, seconds=10)
    assert perf_counter() - started < 10
    check(wish, plan)
    assert (plan.least, plan.proved) == (62, True)
    assert plan.largest - plan.smallest <= 15
    again = arrange(replace(wish, pupils=dict(reversed(wish.pupils.items()))), seconds=10)
    assert again.sections == plan.sections


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"least": 41}, "不足最少 41 人"),
        ({"teachers": {"物理": 0}}, "物理有 40 人选"),
        ({"bands": 2}, "时段不够"),
        ({"rooms": 0}, "放不下"),
        ({"pupils": {}}, "没有学生"),
    ],
)
def test_what_cannot_be_is_said(change: dict[str, object], words: str) -> None:
    plan = arrange(replace(Wish(pupils(40), 3, 15, 50), **change), seconds=3)
    assert not plan.found
    assert words in "".join(plan.reasons)


def test_limits_that_clash_name_one_to_loosen() -> None:
    # Four subjects want four sections; three bands of one room hold three.
    plan = arrange(Wish(pupils(16, 16), 3, 15, 32, rooms=1), seconds=5)
    assert plan.reasons[0] == "这些条件合在一起编不出教学班。"
    assert "可以试试：把每个时段的教室从 1 间加到 3 间。" in plan.reasons
    stopped = arrange(Wish(pupils(60, 50, 40), 3, 10, 30), seconds=5, watch=lambda _: False)
    check(Wish(pupils(60, 50, 40), 3, 10, 30), stopped)
