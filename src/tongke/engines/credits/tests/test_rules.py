"""Workload by rule: sums worked by hand (docs/algorithms/workload.md), and properties."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongke.engines.credits.rules import ANY, Amount, Facts, Rate, Rule, apply, parse

NAMES = {"host": "主讲", "assistant": "辅导", "delivered": "专递课"}
RULE = Rule(
    "workload",
    "2026-1",
    "节",
    (
        Rate("host", "delivered", Decimal("1.5"), per_minutes=45, note="主讲一节专递课"),
        Rate("assistant", ANY, Decimal("0.8"), least_minutes=20),
        Rate(ANY, "meeting", Decimal(1), per_minutes=60, most_units=Decimal(3)),
    ),
)


def done(role: str, form: str, minutes: int = 40, times: int = 1) -> Amount:
    """The amount for a task."""
    return apply(RULE, Facts(role, form, minutes, times, NAMES))


def test_worked_example_by_minutes() -> None:
    assert done("host", "delivered", 40, 2) == Amount(
        Decimal("2.67"),
        "节",
        "主讲一节专递课：40分钟 ÷ 45分钟 × 1.5 × 2次 = 2.67节",
        "workload",
        "2026-1",
        matched=True,
    )


@pytest.mark.parametrize(
    ("task", "amount", "formula"),
    [
        (("assistant", "delivered", 40), "0.80", "辅导 专递课：0.8 × 1次 = 0.8节"),
        (("assistant", "delivered", 19), "0.00", "辅导 专递课：19分钟，不足20分钟，不计"),
        (("host", "meeting", 90), "1.50", "主讲 meeting：90分钟 ÷ 60分钟 × 1 × 1次 = 1.5节"),
        (
            ("host", "meeting", 600, 2),
            "6.00",
            "主讲 meeting：600分钟 ÷ 60分钟 × 1 × 2次 = 6节，一次最多计3节",
        ),
        (("host", "picnic"), "0.00", "主讲 picnic：规则里没有这一项，不计"),
    ],
)
def test_each_way_a_row_counts(task: tuple[str, str, int], amount: str, formula: str) -> None:
    found = done(*task)

    assert (found.amount, found.formula_text) == (Decimal(amount), formula)
    assert found.matched == (task[1] != "picnic")


def test_a_task_that_no_row_covers_may_count_something() -> None:
    rule = Rule("workload", "1", "节", (), unlisted=Decimal("0.5"))

    found = apply(rule, Facts("host", "picnic", times=3))

    assert (found.amount, found.matched) == (Decimal("1.50"), False)
    assert found.formula_text == "host picnic：规则里没有列出，按0.5 × 3次 = 1.5节"


def test_the_more_exact_row_goes_first() -> None:
    rates = [Rate(*pair, Decimal(worth)) for worth, pair in enumerate(
        [(ANY, ANY), (ANY, "x"), ("host", ANY), ("host", "x")], 1
    )]  # fmt: skip
    rule = Rule("r", "1", "节", tuple(rates))

    tasks = [("host", "x"), ("host", "y"), ("observer", "x"), ("observer", "y")]

    assert [apply(rule, Facts(*task)).amount for task in tasks] == [4, 3, 2, 1]


def test_halves_are_rounded_up() -> None:
    rule = Rule("r", "1", "节", (Rate(ANY, ANY, Decimal("0.125")),), places=2)

    assert apply(rule, Facts("host", "x")).amount == Decimal("0.13")


def test_rows_of_a_profile_become_a_rule() -> None:
    rows = [
        {"role": "host", "form": "delivered", "units": 1.5, "per_minutes": 45},
        {"role": "*", "form": "meeting", "units": "1", "most_units": 3, "least_minutes": 20},
    ]

    rule = parse("workload", "1", "节", rows)

    assert rule.rates == (
        Rate("host", "delivered", Decimal("1.5"), per_minutes=45),
        Rate(ANY, "meeting", Decimal(1), least_minutes=20, most_units=Decimal(3)),
    )


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"role": "host", "form": "x", "units": 1, "formula": "exec"}, "unknown key formula"),
        ({"role": "host", "units": 1}, "role and form"),
        ({"role": "host", "form": "x", "units": "__import__('os')"}, "not a number"),
        ({"role": "host", "form": "x"}, "not a number"),
        ({"role": "host", "form": "x", "units": "NaN"}, "zero or more units"),
        ({"role": "host", "form": "x", "units": -1}, "zero or more units"),
        ({"role": "host", "form": "x", "units": 1, "per_minutes": 0}, "one minute"),
        ({"role": "host", "form": "x", "units": 1, "per_minutes": 4.5}, "whole number"),
        ({"role": "host", "form": "x", "units": 1, "least_minutes": -1}, "zero or more"),
    ],
)
def test_rows_that_mean_nothing_are_refused(row: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse("workload", "1", "节", [row])


def test_a_rule_and_facts_must_make_sense() -> None:
    with pytest.raises(ValueError, match="two rates"):
        Rule("r", "1", "节", (Rate("a", "b", Decimal(1)), Rate("a", "b", Decimal(2))))
    with pytest.raises(ValueError, match="places"):
        Rule("r", "1", "节", (), places=9)
    with pytest.raises(ValueError, match="times"):
        Facts("host", "x", times=0)


MINUTES = st.integers(0, 600)


@settings(deadline=None)
@given(MINUTES, MINUTES, st.integers(1, 50))
def test_longer_and_more_often_is_never_worth_less(one: int, other: int, times: int) -> None:
    short, long = sorted((one, other))
    for role, form in (("host", "delivered"), ("assistant", "x"), ("host", "meeting")):
        less = done(role, form, short, times).amount

        assert 0 <= less <= done(role, form, long, times).amount
        assert less <= done(role, form, short, times + 1).amount
