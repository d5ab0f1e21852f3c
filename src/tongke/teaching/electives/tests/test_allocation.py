"""The allocation keeps what docs/algorithms/allocation.md promises."""

from dataclasses import replace
from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from tongke.teaching.electives.allocation import (
    Course,
    Outcome,
    Problem,
    Pupil,
    Span,
    Standing,
    allocate,
    meets,
    number_of,
    promote,
    seed_of,
)
from tongke.teaching.electives.allocation.words import sentence

KEYS = ("a", "b", "c", "d")
MORNING, LATER = Span(1, 480, 520), Span(1, 500, 560)


@st.composite
def problems(draw: st.DrawFn, most: int | None = None) -> Problem:
    """Few seats, two schools, times that meet, groups, priorities: all that can go wrong."""
    courses = []
    for key in KEYS[: draw(st.integers(1, 4))]:
        seats = draw(st.integers(0, 3))
        courses.append(
            Course(
                key, seats, draw(st.integers(0, seats)), draw(st.sampled_from(["x", "y"])),
                draw(st.sampled_from(["", "art"])), draw(st.sampled_from([(), ("g",)])),
                draw(st.sampled_from([(), (MORNING,), (LATER,)])),
            )
        )  # fmt: skip
    keys = [one.key for one in courses]
    pupils = tuple(
        Pupil(
            f"p{n}", tuple(draw(st.permutations(keys))[: draw(st.integers(0, len(keys)))]),
            draw(st.sampled_from(["x", "y", "z"])), draw(st.integers(0, 1)),
            draw(st.sampled_from([(), (), (MORNING,)])),
        )
        for n in range(draw(st.integers(0, 6)))
    )  # fmt: skip
    return Problem(
        tuple(courses), pupils, draw(st.sampled_from(["s", "t", "u"])),
        most or draw(st.integers(1, 3)), {"g": 1},
    )  # fmt: skip


def check(problem: Problem, seats: Outcome | Standing) -> None:
    """No seat too many, no clash, no group rule broken, nothing that was not wanted."""
    rolls = Outcome(seats.seats, {}, {}).rolls()
    for key, roll in rolls.items():
        one = problem.course[key]
        assert len(roll) <= one.seats
        if not problem.soft:
            others = [each for each in roll if not problem.own(each, key)]
            assert len(others) <= one.seats - one.reserved
    for pupil, held in seats.seats.items():
        assert len(set(held)) == len(held) <= problem.most
        assert set(held) <= set(problem.pupil[pupil].ranked)
        for place, key in enumerate(held):
            assert problem.obstacle(pupil, key, held[:place]) is None


def open_to(problem: Problem, pupil: str, course: str, roll: set[str]) -> bool:
    """Whether a seat stands free that this pupil may take."""
    one = problem.course[course]
    if len(roll) >= one.seats:
        return False
    if problem.soft or problem.own(pupil, course):
        return True
    own = sum(problem.own(each, course) for each in roll)
    return len(roll) - own + max(0, own - one.reserved) < one.seats - one.reserved


def prefers(problem: Problem, pupil: str, course: str, held: tuple[str, ...]) -> bool:
    """Whether the pupil would take this course, leaving only what they rank lower."""
    line = problem.pupil[pupil].ranked
    if course in held or course not in line:
        return False
    better = tuple(each for each in held if line.index(each) < line.index(course))
    return problem.obstacle(pupil, course, better) is None


@settings(max_examples=150, deadline=None)
@given(problems())
def test_seats_are_given_by_the_rule(problem: Problem) -> None:
    outcome = allocate(problem)
    check(problem, outcome)
    rolls = outcome.rolls()
    for pupil in problem.order:
        for course in problem.course:
            if not prefers(problem, pupil, course, outcome.seats[pupil]):
                assert pupil not in outcome.waiting[course]
                continue
            roll = rolls.get(course, set())
            # Nobody prefers a seat that stands free, and whoever would like one is on the list.
            assert not open_to(problem, pupil, course, roll)
            assert pupil in outcome.waiting[course]
            # Nobody who comes later has a seat in an earlier one's stead, but for reserved seats.
            later = {each for each in roll if problem.turn[each] > problem.turn[pupil]}
            if problem.own(pupil, course):
                assert not {each for each in later if not problem.own(each, course)}
            assert len(later) <= problem.course[course].reserved
    # The same whatever the order it was written down in.
    mixed = replace(problem, courses=problem.courses[::-1], pupils=problem.pupils[::-1])
    assert dict(allocate(mixed).seats) == dict(outcome.seats)


@settings(max_examples=80, deadline=None)
@given(problems())
def test_the_waiting_list_moves_up_by_the_same_rule(problem: Problem) -> None:
    outcome = allocate(problem)
    held = {pupil: seats for pupil, seats in outcome.seats.items() if seats}
    if not held:
        return
    gone = min(held)
    left = {**outcome.seats, gone: ()}
    waiting = {key: tuple(p for p in line if p != gone) for key, line in outcome.waiting.items()}
    now, moves = promote(problem, Standing(left, waiting), held[gone])
    check(problem, now)
    rolls = Outcome(now.seats, {}, {}).rolls()
    for course, line in now.waiting.items():
        for pupil in line:
            if prefers(problem, pupil, course, now.seats[pupil]):
                assert not open_to(problem, pupil, course, rolls.get(course, set()))
    for move in moves:
        rank = problem.pupil[move.pupil].ranked.index
        assert all(rank(move.course) < rank(each) for each in move.left)


def test_nobody_gains_by_a_false_list() -> None:
    """Every list that a pupil could hand in, against the true one, in all small problems."""

    def places(pupil: Pupil, seats: tuple[str, ...]) -> list[int]:
        return [*sorted(pupil.ranked.index(each) for each in seats), 99]

    courses = (
        Course("a", 1, 1, "x"), Course("b", 1, 0, "", times=(MORNING,)),
        Course("c", 1, 0, "", groups=("g",), times=(LATER,)),
    )  # fmt: skip
    lists = [each for size in (1, 2, 3) for each in permutations("abc", size)]
    tried = 0
    for most, reserved in ((1, 1), (2, 0), (2, 1)):
        sections = (replace(courses[0], reserved=reserved), *courses[1:])
        for seed in ("1", "2"):
            for second in lists[::3]:
                for third in lists[1::5]:
                    others = (Pupil("q", second, "x"), Pupil("r", third, "y"))
                    for true in permutations("abc"):
                        me = Pupil("p", true, "y")
                        honest = allocate(Problem(sections, (me, *others), seed, most)).seats["p"]
                        for other in lists:
                            lied = replace(me, ranked=other)
                            got = allocate(Problem(sections, (lied, *others), seed, most))
                            assert places(me, got.seats["p"]) >= places(me, honest)
                            tried += 1
    assert tried > 5_000


def test_lots_are_public_and_reasons_are_said() -> None:
    seed = seed_of("R-7", " 63581 ")
    assert seed == seed_of("R-7", "63581") != seed_of("R-7", "63582")
    assert number_of(seed, "1") != number_of(seed, "2")
    robots = Course("robots", 1, 1, "x", times=(MORNING,))
    choir = Course("choir", 2, times=(LATER,))
    pupils = (
        Pupil("1", ("robots", "choir"), "x"), Pupil("2", ("robots", "choir"), "x"),
        Pupil("3", ("robots", "choir"), "y", busy=(Span(1, 550, 600),)),
    )  # fmt: skip
    outcome = allocate(Problem((robots, choir), pupils, seed, most=2))
    names = {"robots": "机器人", "choir": "合唱"}

    def told(pupil: str, course: Course, rank: int) -> str:
        return sentence(rank, outcome.reasons[pupil, course.key], course, names)

    first = next(key for key in ("1", "2") if outcome.seats[key] == ("robots",))
    second = "2" if first == "1" else "1"
    assert told(first, choir, 2) == "第 2 志愿与已录取的“机器人”时间冲突。"
    assert told(second, robots, 1).startswith("第 1 志愿满员：名额 1（其中本校预留 1），3 人选报")
    assert outcome.seats[second] == ("choir",)
    assert told("3", choir, 2) == "第 2 志愿与本班课表时间冲突。"
    assert outcome.waiting["robots"] in {(second, "3"), ("3", second)}


def test_times_meet_on_the_clock_and_on_the_road() -> None:
    here, there = Span(2, 480, 520, "a"), Span(2, 530, 570, "b")
    assert not meets(here, there)
    assert meets(here, there, travel=11)
    assert not meets(here, replace(there, place=""), travel=30)
    assert not meets(here, replace(there, weekday=3), travel=30)
