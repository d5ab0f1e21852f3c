"""What holds for every problem: costs are the definitions', and nothing hard slips by."""

import random

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tongke.teaching.timetable import planner
from tongke.teaching.timetable.planner.arrays import CLASH, HARD, SOFT
from tongke.teaching.timetable.planner.compiling import Compiled
from tongke.teaching.timetable.planner.kernel import put, take
from tongke.teaching.timetable.planner.model import Activity, Problem, Timetable
from tongke.teaching.timetable.planner.state import empty, standing
from tongke.teaching.timetable.tests.planner_cases import random_problem, random_timetable

pytestmark = pytest.mark.slow

seeds = st.integers(0, 10**6)


def examples(many: int):
    """So many examples, however slow the machine."""
    return settings(max_examples=many, deadline=None, suppress_health_check=list(HealthCheck))


def judged(problem: Problem, timetable: Timetable) -> tuple[bool, int, int]:
    """(somebody is in two places, units of other hard rules, points), by the checker."""
    found = planner.check(problem, timetable)
    meetings = [one for one in found if not one.rule and len(one.activities) > 1]
    others = sum(one.units for one in found if one.hard and one not in meetings)
    return bool(meetings), others, sum(one.cost for one in found)


def costed(energy) -> tuple[bool, int, int]:
    """The same by the search."""
    return bool(energy[CLASH] > 0), int(energy[HARD]), int(energy[SOFT])


@examples(250)
@given(seeds)
def test_the_search_counts_what_the_definitions_say(seed: int) -> None:
    problem = random_problem(seed)
    timetable = random_timetable(problem, seed + 1)
    compiled = Compiled(problem, timetable)
    assert costed(standing(compiled, timetable).energy) == judged(problem, timetable)
    assert compiled.timetable(*compiled.stands(timetable)) == timetable


@examples(60)
@given(seeds)
def test_costs_stay_exact_over_any_sequence_of_moves(seed: int) -> None:
    problem = random_problem(seed)
    rnd = random.Random(seed)  # noqa: S311 - repeatable, no secret
    compiled = Compiled(problem)
    model, state = compiled.model, empty(compiled.model)
    nothing = state.data.copy()
    for _ in range(40):
        a = rnd.randrange(len(problem.activities))
        fits = compiled.clock.starts(int(compiled.grids[a]), problem.activities[a].length)
        if state.start[a] >= 0:
            take(model.data, state.data, a)
        if fits.any() and rnd.random() < 0.8:
            start = rnd.choice(fits.nonzero()[0].tolist())
            option = int(model.opt_ptr[a]) + rnd.randrange(len(compiled.options[a]))
            put(model.data, state.data, a, start, option)
    timetable = compiled.timetable(state.start, state.option)
    assert costed(state.energy) == judged(problem, timetable)
    for a in range(len(problem.activities)):
        if state.start[a] >= 0:
            take(model.data, state.data, a)
    state.option[:] = empty(model).option
    assert (state.data == nothing).all()


@examples(40)
@given(seeds)
def test_what_is_solved_breaks_nothing_it_can_avoid(seed: int) -> None:
    problem = random_problem(seed)
    outcome = planner.solve(problem, iterations=1500, seed=seed)
    meetings, hard, soft = judged(problem, outcome.timetable)
    assert not meetings
    assert (outcome.hard, outcome.soft) == (hard, soft)
    assert {one.activity for one in outcome.unplaced} | set(outcome.timetable) == {
        one.key for one in problem.activities
    }
    again = planner.solve(problem, iterations=1500, seed=seed)
    assert again.timetable == outcome.timetable


@examples(40)
@given(seeds)
def test_what_is_fixed_or_kept_stays(seed: int) -> None:
    problem = random_problem(seed)
    start = random_timetable(problem, seed + 1)
    rnd = random.Random(seed)  # noqa: S311 - repeatable, no secret
    keep = frozenset(key for key in start if rnd.random() < 0.4)
    outcome = planner.solve(problem, start=start, keep=keep, iterations=500)
    assert all(outcome.timetable.get(key) == start[key] for key in keep)
    assert all(stands_as_fixed(one, outcome.timetable, keep) for one in problem.activities)
    repaired = planner.repair(
        problem, start, loose=frozenset(start) - keep, iterations=2000, seed=seed
    )
    assert all(repaired.timetable.get(key) == start[key] for key in keep)
    assert all(stands_as_fixed(one, repaired.timetable, keep) for one in problem.activities)
    assert set(repaired.moved) == {
        one.key
        for one in problem.activities
        if repaired.timetable.get(one.key) != start.get(one.key)
    }


def stands_as_fixed(activity: Activity, timetable: Timetable, keep: frozenset[str]) -> bool:
    """Whether a fixed activity stands at its time, or nowhere, or was told to stay elsewhere."""
    place = timetable.get(activity.key)
    return (
        activity.fixed is None
        or place is None
        or activity.key in keep
        or place.time == activity.fixed.time
    )


@examples(40)
@given(seeds)
@example(11964)
def test_an_option_keeps_its_word(seed: int) -> None:
    problem = random_problem(seed)
    timetable = random_timetable(problem, seed + 1)
    rnd = random.Random(seed)  # noqa: S311 - repeatable, no secret
    key = rnd.choice([one.key for one in problem.activities])
    without = {other: place for other, place in timetable.items() if other != key}
    _, base_hard, _ = judged(problem, without)
    soft = planner.score(problem, timetable)[1]
    clashes = clash_pairs(problem, without)
    for option in planner.options(problem, timetable, key):
        dropped = {**without, key: option.place}
        _, hard, points = judged(problem, dropped)
        worse = hard > base_hard or clash_pairs(problem, dropped) > clashes
        assert option.legal == (not worse), option
        assert option.delta == points - soft
        assert option.legal or option.reasons


def clash_pairs(problem: Problem, timetable: Timetable) -> int:
    """How many pairs meet."""
    found = planner.check(problem, timetable)
    return sum(1 for one in found if not one.rule and len(one.activities) > 1)
