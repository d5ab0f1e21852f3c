"""Mastery: the worked example of docs/algorithms/mastery.md, the teacher's word, and properties."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tongke.engines.learning.mastery import (
    Evidence,
    Observation,
    Params,
    Pin,
    Prior,
    Regrade,
    State,
    corrected,
    difficulty,
    estimate,
    estimate_many,
    lean_on,
    level_difficulty,
    pupil_prior,
)

NOON = datetime(2026, 11, 23, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
PARAMS = Params(half_life_days=None)
PRIOR = Prior(0.7, 1.2)


def answers(scores: Sequence[float], **over: object) -> list[Observation]:
    """One answer per item, a minute apart, the last one a minute before noon."""
    start = NOON - timedelta(minutes=len(scores))
    facts = [
        {"item": f"i{index}", "score": score, "at": start + timedelta(minutes=index), **over}
        for index, score in enumerate(scores)
    ]
    return [Observation(**fact) for fact in facts]  # type: ignore[arg-type]


def shown(scores: Sequence[float], params: Params = PARAMS, **over: object) -> float:
    """The mean after these answers."""
    mean = estimate(answers(scores, **over), PRIOR, params, NOON).mean
    assert mean is not None
    return mean


def test_worked_example_is_the_integral_by_brute_force() -> None:
    """Three right and one wrong on reference items, integrated here on 4,001 nodes."""
    theta = np.linspace(-9, 9, 4001)
    know = 1 / (1 + np.exp(-theta))
    right = (1 - PARAMS.slip) * know
    density = np.exp(-0.5 * ((theta - 0.7) / 1.2) ** 2) * right**3 * (1 - right)
    density /= density.sum()
    filled = density.cumsum()

    found = estimate(answers([1, 1, 0, 1]), PRIOR, PARAMS, NOON)

    assert found.mean == pytest.approx(float(density @ know), abs=1e-4)
    assert found.low == pytest.approx(float(know[(filled >= 0.1).argmax()]), abs=2e-3)
    assert found.high == pytest.approx(float(know[(filled >= 0.9).argmax()]), abs=2e-3)
    assert (round(found.mean or 0, 2), round(found.low or 0, 2), round(found.high or 0, 2)) == (
        0.72,
        0.49,
        0.9,
    )
    assert (found.state, found.items, found.effective_n) == (State.NEARLY, 4, 4.0)
    assert found.text == (
        "根据4道题估计，遇到一道中等难度的题，答对的可能约72%，把握范围49%到90%。"
    )


@pytest.mark.parametrize(
    ("scores", "state"),
    [
        ([], State.FEW),
        ([1], State.FEW),
        ([0, 0], State.STARTING),
        ([1, 1], State.NEARLY),
        ([1, 0, 1, 1], State.NEARLY),
        ([1] * 8, State.MASTERED),
    ],
)
def test_states(scores: list[float], state: State) -> None:
    found = estimate(answers(scores), PRIOR, PARAMS, NOON)

    assert found.state == state
    assert (found.mean is None) == (found.low is None) == (state == State.FEW)


def test_a_high_mean_with_a_wide_interval_is_not_yet_mastered() -> None:
    unsure = Params(half_life_days=None, nearly=0.75, mastered=0.76)

    assert shown([1, 1]) > 0.76
    assert estimate(answers([1, 1]), PRIOR, unsure, NOON).state == State.NEARLY


def test_two_answers_to_one_item_are_one_item() -> None:
    twice = [replace(one, item="same") for one in answers([1, 1, 1])]

    found = estimate(twice, PRIOR, PARAMS, NOON)

    assert (found.items, found.mean, found.state) == (1, None, State.FEW)
    assert found.text == "只做过1道题，还不能估计。"


def test_a_hard_item_solved_says_more_and_a_guessable_one_less() -> None:
    assert shown([1, 1], difficulty=1.5) > shown([1, 1]) > shown([1, 1], difficulty=-1.5)
    assert shown([0, 0], difficulty=1.5) > shown([0, 0]) > shown([0, 0], difficulty=-1.5)
    assert shown([1, 1]) > shown([1, 1], kind="single") > shown([1, 1], kind="true_false")
    guessed = estimate(answers([1, 1], kind="true_false"), PRIOR, PARAMS, NOON)
    assert guessed.effective_n == pytest.approx(1.0)


def test_old_answers_fade_back_to_the_prior() -> None:
    fading = Params(half_life_days=30)
    old = [replace(one, at=one.at - timedelta(days=60)) for one in answers([0, 0, 0])]

    fresh = estimate(answers([0, 0, 0]), PRIOR, fading, NOON)
    faded = estimate(old, PRIOR, fading, NOON)
    unfading = estimate(old, PRIOR, PARAMS, NOON)

    assert faded.effective_n == pytest.approx(3 / 4, rel=1e-3)
    assert fresh.effective_n == pytest.approx(3, rel=1e-3)
    assert (faded.mean or 0) > (fresh.mean or 0) == pytest.approx(unfading.mean or 0, abs=1e-3)


def test_what_was_not_yet_known_is_left_out() -> None:
    later = answers([1, 1, 0, 0])

    then = estimate(later, PRIOR, PARAMS, later[1].at)

    assert then == estimate(later[:2], PRIOR, PARAMS, later[1].at)


def test_the_teacher_corrects_a_mark_and_leaves_an_item_out() -> None:
    given_answers = answers([1, 0, 0])
    regrades = [
        Regrade("i1", 1.0, "答案写在图上", NOON - timedelta(hours=1)),
        Regrade("i2", 0.5, "先给一半", NOON - timedelta(hours=2)),
        Regrade("i2", None, "题目有误", NOON - timedelta(hours=1)),
    ]

    now = corrected(given_answers, regrades, NOON)
    before = corrected(given_answers, regrades, NOON - timedelta(hours=3))

    assert [(one.item, one.score) for one in now] == [("i0", 1), ("i1", 1.0)]
    assert before == given_answers


def test_the_teachers_judgement_stands_with_its_reason_beside_the_estimate() -> None:
    pin = Pin(State.MASTERED, "课堂上能讲给同学听", NOON)

    now = estimate(answers([0, 0]), PRIOR, PARAMS, NOON, pin=pin)
    before = estimate(answers([0, 0]), PRIOR, PARAMS, NOON - timedelta(seconds=1), pin=pin)

    assert (now.state, now.pinned, now.reason) == (State.MASTERED, True, "课堂上能讲给同学听")
    assert now.mean == before.mean
    assert now.text == "教师判定为“会了”，理由：课堂上能讲给同学听"
    assert (before.state, before.pinned) == (State.STARTING, False)


def test_a_new_point_starts_from_the_pupils_other_points_and_from_no_others() -> None:
    weak = Evidence.none(NOON).add(answers([0] * 12), PARAMS)
    strong = Evidence.none(NOON).add(answers([1] * 12), PARAMS)
    nobody = pupil_prior([], PARAMS, NOON)

    assert nobody.mean == pytest.approx(PARAMS.population().mean, abs=0.01)
    assert nobody.sd == pytest.approx(PARAMS.population().sd, abs=0.01)
    assert pupil_prior([weak], PARAMS, NOON).mean < nobody.mean
    assert pupil_prior([strong], PARAMS, NOON).mean > nobody.mean
    assert pupil_prior([strong, strong], PARAMS, NOON).sd < nobody.sd
    mixed = pupil_prior([weak, strong], PARAMS, NOON)
    assert mixed.mean == pytest.approx(nobody.mean, abs=0.4)


def test_a_class_at_once_is_each_pupil_and_point_by_itself() -> None:
    table = {
        ("an", "分数"): answers([1, 1, 0]),
        ("an", "小数"): answers([0, 0, 1, 0], kind="single"),
        ("an", "周长"): [],
        ("bo", "分数"): answers([1], difficulty=1.0),
    }
    pins = {("bo", "分数"): Pin(State.NEARLY, "当面问过", NOON)}

    many = estimate_many(table, PARAMS, NOON, pins=pins)

    assert estimate_many({}, PARAMS, NOON) == {}
    assert many["an", "周长"].state == State.FEW
    assert many["bo", "分数"].pinned
    for (pupil, point), one in many.items():
        others = [
            Evidence.none(NOON).add(value, PARAMS)
            for (who, where), value in table.items()
            if who == pupil and where != point
        ]
        prior = pupil_prior(others, PARAMS, NOON)
        alone = estimate(table[pupil, point], prior, PARAMS, NOON, pin=pins.get((pupil, point)))
        assert one.state == alone.state
        assert one.posterior.mean == pytest.approx(alone.posterior.mean)
        assert one.mean == (None if alone.mean is None else pytest.approx(alone.mean))


def test_prerequisites_pull_a_prior_towards_them() -> None:
    known = Prior(2.0, 0.3)

    near, far = lean_on(PRIOR, [known], 0.5), lean_on(PRIOR, [known], 5.0)

    assert PRIOR.mean < far.mean < near.mean < known.mean
    assert near.sd < PRIOR.sd
    assert lean_on(PRIOR, [], 1.0).mean == pytest.approx(PRIOR.mean)


def test_item_difficulty_from_shares_of_right_answers() -> None:
    plenty = {"right": 500, "answered": 1000}

    assert difficulty(0, 0, PARAMS) == pytest.approx(0, abs=1e-9)
    assert difficulty(**plenty, params=PARAMS) > 0 > difficulty(900, 1000, PARAMS)
    assert difficulty(**plenty, params=PARAMS, kind="true_false") > difficulty(
        **plenty, params=PARAMS
    )
    assert 0 < difficulty(1, 2, PARAMS) < difficulty(**plenty, params=PARAMS)
    assert [level_difficulty(level) for level in (0, 1, 3, 5, 9)] == [-1.6, -1.6, 0.0, 1.6, 1.6]
    with pytest.raises(ValueError, match="part of all"):
        difficulty(3, 2, PARAMS)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Observation("i", 1.1, NOON), "shares"),
        (lambda: Observation("i", 1, NOON, difficulty=99), "logit"),
        (lambda: Prior(0, 0), "deviation"),
        (lambda: Params(nearly=0.9, mastered=0.8), "nearly"),
        (lambda: Params(point_sd=0), "deviation"),
        (lambda: Params(half_life_days=0), "half life"),
        (lambda: Params(slip=0.6), "room"),
        (lambda: Regrade("i", 1, " ", NOON), "reason"),
        (lambda: Pin(State.FEW, "", NOON), "reason"),
    ],
)
def test_values_that_mean_nothing_are_refused(make: object, message: str) -> None:
    assert callable(make)
    with pytest.raises(ValueError, match=message):
        make()


KINDS = st.sampled_from(["single", "multiple", "true_false", "number", "blank", "essay"])
OBSERVATIONS = st.builds(
    Observation,
    item=st.text("abcdef", min_size=1, max_size=1),
    score=st.sampled_from([0.0, 0.5, 1.0]),
    at=st.integers(0, 400).map(lambda days: NOON - timedelta(days=days)),
    kind=KINDS,
    difficulty=st.floats(-4, 4),
    weight=st.sampled_from([0.25, 0.5, 1.0]),
)
MANY = st.lists(OBSERVATIONS, max_size=12)
PRIORS = st.builds(Prior, st.floats(-4, 4), st.floats(0.3, 2))
FADING = Params(half_life_days=60, min_items=0)


@settings(deadline=None)
@given(MANY, PRIORS)
def test_the_estimate_is_bounded_and_lies_in_its_interval(
    observations: list[Observation], prior: Prior
) -> None:
    found = estimate(observations, prior, FADING, NOON)

    assert found.mean is not None
    assert found.low is not None
    assert found.high is not None
    assert 0 < found.low < found.high < 1
    assert 0 < found.mean < 1
    assert found.effective_n >= 0
    assert found.posterior.sd > 0


@settings(deadline=None)
@given(MANY, OBSERVATIONS, PRIORS)
def test_a_better_answer_never_lowers_the_estimate(
    observations: list[Observation], last: Observation, prior: Prior
) -> None:
    worse = [*observations, replace(last, score=0.0)]
    better = [*observations, replace(last, score=1.0)]

    low = estimate(worse, prior, FADING, NOON)
    middle = estimate(observations, prior, FADING, NOON)
    high = estimate(better, prior, FADING, NOON)

    assert low.mean is not None
    assert middle.mean is not None
    assert high.mean is not None
    assert low.mean <= middle.mean + 1e-9
    assert middle.mean <= high.mean + 1e-9
    assert (low.low or 0) <= (high.low or 0) + 1e-9


@settings(deadline=None)
@given(MANY, PRIORS, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter_and_online_is_the_same_as_replay(
    observations: list[Observation], prior: Prior, random: object
) -> None:
    shuffled = observations[:]
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    online = Evidence.none(NOON - timedelta(days=500))
    for one in shuffled:
        online = online.add([one], FADING)
    batch = Evidence.none(NOON).add(observations, FADING)

    assert online.aged(NOON, FADING).log_likelihood == pytest.approx(
        batch.log_likelihood, rel=1e-6, abs=1e-6
    )
    assert online.items == batch.items
    first, second = (estimate(o, prior, FADING, NOON) for o in (observations, shuffled))
    assert first.mean == pytest.approx(second.mean)
    assert first.effective_n == pytest.approx(second.effective_n)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 6), st.integers(1, 6), st.integers(2, 5), st.floats(-1, 1))
def test_more_of_the_same_evidence_narrows_the_interval(
    right: int, wrong: int, times: int, hard: float
) -> None:
    assume(right + wrong >= 3)
    scores = [1.0] * right + [0.0] * wrong

    once = estimate(answers(scores, difficulty=hard), PRIOR, PARAMS, NOON)
    often = estimate(answers(scores * times, difficulty=hard), PRIOR, PARAMS, NOON)

    assert often.effective_n == pytest.approx(times * once.effective_n)
    assert often.posterior.sd < once.posterior.sd < PRIOR.sd
