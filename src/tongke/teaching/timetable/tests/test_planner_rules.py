"""Worked examples, by hand: what each rule counts, and what the planner says."""

import ast
import sys
from pathlib import Path
from typing import Any

import pytest

from tongke.teaching.timetable import planner
from tongke.teaching.timetable.planner import rules
from tongke.teaching.timetable.planner.model import (
    Activity,
    Busy,
    Place,
    Problem,
    Resource,
    Rule,
    Time,
)
from tongke.teaching.timetable.planner.rules import Of
from tongke.teaching.timetable.tests.planner_cases import grid

pytestmark = pytest.mark.slow

CLASS = Resource("class", "c", "五(1)班")
SHEN = Resource("teacher", "shen", "沈老师")
WANG = Resource("teacher", "wang", "王老师")
ME = ("teacher", "shen")
ROOMS = (Resource("room", "r0", "音乐室"), Resource("room", "r1", "礼堂"))


def lesson(key: str, *, teacher: Resource = SHEN, **more: Any) -> Activity:
    """A lesson of one class; `more` overrides."""
    fields: dict[str, Any] = {"classes": (CLASS,), "teachers": (teacher,), "grid": "a"} | more
    return Activity(key, f"音乐{key}", "music", "音乐", **fields)


def judge(ask: object, stands: dict[str, tuple[int, int]], **more: Any) -> int:
    """Units of one rule for single lessons of 沈老师 at (day, period), five periods a day."""
    activities = tuple(lesson(key, **more) for key in stands)
    problem = Problem({"a": grid(days=5)}, activities, (Rule("r", ask, 1, "规则"),))
    return planner.score(problem, {key: Place(Time(*at)) for key, at in stands.items()})[1]


MONDAY = {"x": (0, 0), "y": (0, 1), "z": (0, 4)}


@pytest.mark.parametrize(
    ("ask", "units"),
    [
        (rules.MaxPerDay(ME, 2), 1),
        (rules.MinPerDay(ME, 5), 2),
        (rules.MaxGaps(ME, 1), 1),
        (rules.MaxGaps(ME, 0, ignore=frozenset([Time(0, 2)])), 1),
        (rules.MaxRun(ME, 1), 1),
        (rules.MaxSpan(ME, 3), 2),
        (rules.Compact(ME), 1),
        (rules.MaxDays(ME, 0), 1),
        (rules.MaxDays(ME, 0, frozenset([Time(1, 0)])), 0),
        (rules.MinDays(Of(), 3), 2),
        (rules.StartsEarly(ME), 0),
        (rules.StartsEarly(ME, ignore=frozenset([Time(0, 0)])), 0),
        (rules.DaysApart(Of()), 3),
        (rules.DaysApart(Of(), 1, glued=True), 2),
        (rules.Grouped(Of()), 2),
        (rules.Spaced(Of(), 3), 2),
        (rules.Unavailable(ME, "a", frozenset([Time(0, 4), Time(1, 4)])), 1),
        (rules.Only(Of(), "a", frozenset([Time(0, 0)])), 2),
        (rules.Never(Of(), "a", frozenset([Time(0, 0)])), 1),
        (rules.Follows("x", "y", directly=True), 0),
        (rules.Follows("y", "x"), 1),
        (rules.Together(Of(), "day"), 0),
        (rules.Together(Of()), 2),
        (rules.MaxAtOnce(Of(), 0), 3),
        (rules.EndsDay(Of(keys=frozenset(["y"]))), 1),
        (rules.Fair((ME, ("teacher", "nobody")), frozenset([Time(0, 0), Time(0, 1)]), 1), 1),
    ],
)
def test_units_of_a_monday(ask: object, units: int) -> None:
    """沈老师 teaches the first, second and fifth period; a long pause follows the third."""
    assert judge(ask, MONDAY) == units


WEEK = {"x": (0, 0), "y": (2, 1), "z": (4, 4)}


@pytest.mark.parametrize(
    ("ask", "units"),
    [
        (rules.DaysNear(Of(), 2), 1),
        (rules.DaysApart(Of(), 3), 2),
        (rules.MaxDays(ME, 2), 1),
        (rules.MinDays(Of(), 5), 2),
        (rules.StartsEarly(ME), 2),
        (rules.StartsEarly(ME, 1), 1),
        (rules.Together(Of(), "period"), 2),
        (rules.Together(Of(), "day"), 2),
        (rules.MaxGaps(ME, 0), 0),
        (rules.Follows("x", "z"), 0),
        (rules.Compact(ME), 3),
        (rules.Apart(Of()), 0),
    ],
)
def test_units_of_a_week(ask: object, units: int) -> None:
    """沈老师 teaches once on Monday, Wednesday and Friday, later each time."""
    assert judge(ask, WEEK) == units


def test_gaps_of_a_day_and_of_a_week() -> None:
    """Two free periods between lessons on Monday, one on Tuesday."""
    stands = {"a": (0, 0), "b": (0, 3), "c": (1, 0), "d": (1, 2)}
    assert judge(rules.MaxGaps(ME, 1, "day"), stands) == 1
    assert judge(rules.MaxGaps(ME, 1, "week"), stands) == 2


def test_one_period_and_two_rooms() -> None:
    stands = {"x": Place(Time(0, 0), "r0"), "y": Place(Time(0, 0), "r1")}
    activities = tuple(lesson(key, rooms=ROOMS) for key in stands)
    for ask, units in (
        (rules.Apart(Of()), 1),
        (rules.SameRoom(Of()), 1),
        (rules.SameRoom(Of(), 2), 0),
    ):
        problem = Problem({"a": grid()}, activities, (Rule("r", ask, 1, "规则"),))
        assert planner.score(problem, stands)[1] == units


def test_a_run_ends_at_a_long_pause() -> None:
    """Periods 3 and 4 lie on either side of noon: two runs of two, not one of four."""
    day = {key: (0, at) for at, key in enumerate("abcd", 1)}
    assert judge(rules.MaxRun(ME, 2), day) == 0
    assert judge(rules.MaxRun(ME, 1), day) == 2


def test_a_double_lesson_never_spans_noon() -> None:
    problem = Problem({"a": grid(days=1)}, (lesson("x", length=2),))
    legal = [one.place.time.period for one in planner.options(problem, {}, "x")]
    assert legal == [0, 1, 3]
    found = planner.check(problem, {"x": Place(Time(0, 2))})
    assert [one.hard for one in found] == [True]


def test_two_schools_meet_on_the_clock_and_on_the_way() -> None:
    """b rings five minutes after a; the road takes twenty minutes, so one break is not enough."""
    bells = {"a": grid("a", 1), "b": grid("b", 1, begin=485)}
    both = (lesson("x"), lesson("y", grid="b", classes=()))
    apart = {"x": Place(Time(0, 0)), "y": Place(Time(0, 1))}
    near = Problem(bells, both)
    assert planner.legal(near, apart)
    far = Problem(bells, both, travel={("a", "b"): 20})
    assert "赶路" in planner.check(far, apart)[0].sentence
    assert planner.legal(far, {**apart, "y": Place(Time(0, 2))})
    assert not planner.legal(near, {**apart, "y": Place(Time(0, 0))})


def test_odd_and_even_weeks_share_a_period() -> None:
    problem = Problem({"a": grid(days=1, periods=1)}, (lesson("x", weeks=1), lesson("y", weeks=2)))
    outcome = planner.solve(problem, iterations=200)
    assert not outcome.unplaced
    assert outcome.hard == 0


def test_rooms_seats_and_what_is_busy() -> None:
    """The first room is too small and the second taken at eight."""
    busy = (Busy(ROOMS[1], 0, 480, 520, "家长会"),)
    seats = (Rule("seats", rules.Seats(), None, "坐得下"),)
    activity = lesson("x", rooms=ROOMS, size=40)
    bells = {"a": grid(days=1, periods=2)}
    problem = Problem(bells, (activity,), seats, busy, capacity={"r0": 30})
    first, second = planner.options(problem, {}, "x")
    assert not first.legal
    assert second == planner.Option(
        Place(Time(0, 1), "r1"), legal=True, delta=0, hard_delta=0, reasons=()
    )
    assert planner.solve(problem, iterations=100).timetable == {"x": second.place}


def test_what_cannot_be_placed_names_who_is_in_the_way() -> None:
    activities = (lesson("x"), lesson("y", teacher=WANG), lesson("z", teacher=WANG))
    outcome = planner.solve(Problem({"a": grid(days=1, periods=2)}, activities), iterations=500)
    (left,) = outcome.unplaced
    assert outcome.hard == 0
    assert left.blockers[0].key == "c"
    assert left.blockers[0].times == 2
    assert "五(1)班" in left.sentence


def test_too_many_lessons_are_explained_by_counting() -> None:
    away = rules.Unavailable(ME, "a", frozenset(Time(0, at) for at in range(3)))
    late = rules.Unavailable(ME, "a", frozenset([Time(1, 0)]))
    asked = (Rule("away", away, None, "周一上午教研"), Rule("late", late, 1, "周二第一节"))
    activities = tuple(lesson(f"x{at}") for at in range(8))
    problem = Problem({"a": grid(days=2)}, activities, asked)
    answer = planner.explain(problem, seconds=5)
    assert answer.feasible is False
    assert [one.rules for one in answer.conflicts] == [("away",)]
    assert "8 节课要上" in answer.conflicts[0].sentence
    assert [one.rules for one in answer.relaxations] == [("away",)]


def test_rules_that_cannot_hold_together_are_named_and_any_one_may_go() -> None:
    """One lesson a day, three lessons, never on Wednesday, of three days."""
    asked = (
        Rule("apart", rules.DaysApart(Of()), None, "每天最多一节"),
        Rule("wednesday", rules.Never(Of(), "a", _day(2)), None, "周三不排"),
        Rule("pe", rules.Never(Of(), "a", frozenset([Time(0, 0)])), None, "不排第一节"),
    )
    activities = tuple(lesson(f"x{at}") for at in range(3))
    problem = Problem({"a": grid(days=3)}, activities, asked)
    answer = planner.explain(problem, seconds=8)
    assert answer.feasible is False
    assert [set(one.rules) for one in answer.conflicts] == [{"apart", "wednesday"}]
    assert {one.rules for one in answer.relaxations} == {("apart",), ("wednesday",)}
    for relaxation in answer.relaxations:
        rest = tuple(rule for rule in asked if rule.key not in relaxation.rules)
        eased = Problem(problem.grids, activities, rest)
        assert planner.explain(eased, seconds=8).feasible is True


def _day(day: int) -> frozenset[Time]:
    return frozenset(Time(day, at) for at in range(5))


def test_an_absence_moves_only_what_it_must() -> None:
    activities = tuple(lesson(f"x{at}", teacher=SHEN if at % 2 else WANG) for at in range(8))
    problem = Problem({"a": grid(days=3)}, activities)
    stands = {one.key: Place(Time(at % 3, at // 3)) for at, one in enumerate(activities)}
    gone = Rule(
        "gone", rules.Unavailable(("teacher", "shen"), "a", _day(1)), None, "沈老师周二请假"
    )
    changed = Problem(problem.grids, activities, (gone,))
    repair = planner.repair(changed, stands, iterations=20_000)
    hit = {key for key, place in stands.items() if place.time.day == 1 and int(key[1]) % 2}
    assert set(repair.moved) == hit
    assert not repair.unplaced
    assert planner.legal(changed, repair.timetable)


def test_progress_can_stop_a_search() -> None:
    problem = Problem({"a": grid()}, tuple(lesson(f"x{at}") for at in range(10)))
    seen: list[planner.Progress] = []

    def stop(progress: planner.Progress) -> bool:
        seen.append(progress)
        return False

    outcome = planner.solve(problem, seconds=60, on_progress=stop)
    assert len(outcome.timetable) == 10
    assert len(seen) <= 2


def test_the_checker_shares_no_code_with_the_search() -> None:
    """It would repeat the search's mistakes: it may know the nouns, the rules and itself."""
    folder = Path(planner.__file__).parent
    known = {"model", "rules", "week", "check_rules", "check_days", "check_groups", "planner"}
    for path in (*folder.glob("check*.py"), folder / "week.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module and "tongke" in node.module:
                assert node.module.endswith(("planner", "slots.model")) or (
                    node.module.rsplit(".", 1)[1] in known
                ), (path.name, node.module)
                if node.module.endswith("planner"):
                    assert {one.name for one in node.names} <= known
            assert not isinstance(node, ast.Import) or node.names[0].name in sys.stdlib_module_names
