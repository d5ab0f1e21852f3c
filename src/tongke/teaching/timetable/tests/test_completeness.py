"""开齐、开足、开好: values worked by hand (docs/algorithms/completeness.md) and properties."""

from decimal import Decimal

import pytest
from hypothesis import given as cases
from hypothesis import settings
from hypothesis import strategies as st

from tongke.teaching.timetable.completeness import Completeness, Requirement, Short, fold, gaps

# Grade 3 of the worked example: 30 periods, each subject's minimum and maximum.
PLAN = {
    "语文": Requirement(7, 8),
    "数学": Requirement(4, 5),
    "外语": Requirement(2, 3),
    "科学": Requirement(2, 3),
    "艺术": Requirement(4),
    "体育与健康": Requirement(4),
    "信息科技": Requirement(1),
    "地方课程": Requirement(0, 2),
}


def test_worked_example() -> None:
    given = {"语文": 9, "数学": 5, "科学": 1, "艺术": 2, "体育与健康": 4, "地方课程": 3, "晨会": 1}

    found = gaps(PLAN, given, qualified={"语文", "数学", "体育与健康"})

    assert found == Completeness(
        missing=("外语", "信息科技"),
        short=(Short("科学", 2, 1), Short("艺术", 4, 2)),
        over=("语文", "地方课程"),
        unqualified=("科学", "艺术", "地方课程"),
        offered=5,
        required=7,
        periods_counted=18,
        periods_required=24,
    )
    assert found.share_offered == pytest.approx(5 / 7)
    assert found.share_periods == pytest.approx(18 / 24)
    assert found.periods_lacking == 6
    assert not found.complete
    assert found.lines() == [
        "外语没有开课。",
        "信息科技没有开课。",
        "科学每周1节，比规定的2节少1节。",
        "艺术每周2节，比规定的4节少2节。",
        "科学没有合格的教师任教。",
        "艺术没有合格的教师任教。",
        "地方课程没有合格的教师任教。",
    ]


def test_a_class_that_meets_the_plan_has_no_gap() -> None:
    given = {subject: rule.weekly_min for subject, rule in PLAN.items()}

    found = gaps(PLAN, given, qualified=set(PLAN))

    assert (found.share_offered, found.share_periods) == (1.0, 1.0)
    assert (found.complete, found.lines(), found.periods_lacking) == (True, [], 0)


def test_a_surplus_in_one_subject_makes_up_for_no_other() -> None:
    plan = {"语文": Requirement(6), "音乐": Requirement(2)}

    found = gaps(plan, {"语文": 8}, qualified={"语文"})

    assert found.share_periods == pytest.approx(6 / 8)
    assert found.missing == ("音乐",)


def test_a_lesson_every_other_week_is_half_a_period() -> None:
    found = gaps({"书法": Requirement(1)}, {"书法": Decimal("0.5")}, qualified={"书法"})

    assert found.short[0].lacking == Decimal("0.5")
    assert found.share_periods == 0.5


def test_nothing_required_is_no_share_and_not_a_full_one() -> None:
    found = gaps({"地方课程": Requirement(0)}, {}, qualified=set())

    assert (found.share_offered, found.share_periods) == (None, None)
    assert found.complete


def test_parts_of_a_subject_are_added_and_all_need_a_qualified_teacher() -> None:
    into = {"音乐": "艺术", "美术": "艺术"}

    periods, qualified = fold({"音乐": 2, "美术": 2, "语文": 7}, {"音乐", "语文"}, into)
    alone, with_music = fold({"音乐": 2, "美术": 0}, {"音乐"}, into)

    assert (periods, qualified) == ({"艺术": 4, "语文": 7}, {"语文"})
    assert (alone, with_music) == ({"艺术": 2}, {"艺术"})


def test_numbers_that_cannot_be_true_are_refused() -> None:
    with pytest.raises(ValueError, match="zero or more"):
        Requirement(-1)
    with pytest.raises(ValueError, match="below the minimum"):
        Requirement(2, 1)
    with pytest.raises(ValueError, match="zero or more"):
        gaps({}, {"音乐": -1}, qualified=set())


SUBJECTS = ["语文", "数学", "音乐", "美术"]
PLANS = st.dictionaries(st.sampled_from(SUBJECTS), st.builds(Requirement, st.integers(0, 8)))
GIVEN = st.dictionaries(st.sampled_from(SUBJECTS), st.integers(0, 9))


@settings(deadline=None)
@cases(PLANS, GIVEN, st.sets(st.sampled_from(SUBJECTS)))
def test_shares_are_bounded_and_one_exactly_without_gaps(
    plan: dict[str, Requirement], given: dict[str, int], qualified: set[str]
) -> None:
    found = gaps(plan, given, qualified)

    for share in (found.share_offered, found.share_periods):
        assert share is None or 0 <= share <= 1
    if found.required:
        assert (found.share_offered == 1) == (not found.missing)
        assert (found.share_periods == 1) == (not found.missing and not found.short)
    assert found.periods_lacking == sum(one.lacking for one in found.short) + sum(
        plan[subject].weekly_min for subject in found.missing
    )


@settings(deadline=None)
@cases(PLANS, GIVEN, st.sampled_from(SUBJECTS))
def test_one_more_period_never_lowers_a_share(
    plan: dict[str, Requirement], given: dict[str, int], subject: str
) -> None:
    more = given | {subject: given.get(subject, 0) + 1}

    before, after = gaps(plan, given, set()), gaps(plan, more, set())

    assert (after.share_offered or 0) >= (before.share_offered or 0)
    assert (after.share_periods or 0) >= (before.share_periods or 0)
