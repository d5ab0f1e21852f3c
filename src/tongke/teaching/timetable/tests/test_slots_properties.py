"""Joint slots at the size of a region, and in any small region whatever."""

from time import process_time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tongke.teaching.timetable.slots import (
    Bell,
    Busy,
    Course,
    Listener,
    Problem,
    Resource,
    clashes,
    options,
    solve,
)
from tongke.teaching.timetable.tests.slot_cases import (
    CENTRE,
    FAR,
    FIVE,
    HALL,
    HUT,
    LIU,
    OTHER,
    POINT,
    SCHOOLS,
    SIX,
    STUDIO,
    WANG,
    grid,
)

# The first plan of a process loads ortools, which takes over a second.
pytestmark = pytest.mark.slow


def region(consortia: int, courses: int, *, shared: int = 0) -> Problem:
    """Consortia of a centre and three points; `shared` courses borrow a neighbour's teacher."""
    bells: list[Bell] = []
    made: list[Course] = []
    busy: list[Busy] = []
    for number in range(consortia):
        schools = [f"c{number}", *(f"p{number}.{point}" for point in range(3))]
        for index, school in enumerate(schools):
            bells += grid(school, 505 + 5 * ((number + index) % 2), count=6)
        for index in range(courses):
            who = number if index < courses - shared else (number + 1) % consortia
            teacher = Resource("teacher", f"t{who}.{index % 3}")
            listeners = tuple(
                Listener(
                    Resource("class", f"{school}.{index}"),
                    school,
                    (Resource("room", f"{school}.a"), Resource("room", f"{school}.b")),
                    Resource("teacher", f"{school}.{index % 2}"),
                )
                for school in schools[1:]
            )
            rooms = tuple(Resource("room", f"{schools[0]}.{name}") for name in "ab")
            made.append(
                Course(
                    f"{number}.{index}",
                    f"课{number}.{index}",
                    schools[0],
                    teacher,
                    rooms,
                    listeners,
                    periods_per_week=2,
                )
            )
            for listener in listeners:
                for weekday in range(1, 6):
                    start = 505 + 50 * ((index + weekday) % 5)
                    busy.append(Busy(listener.classroom, weekday, start, start + 40, "语文"))
    return Problem(tuple(bells), tuple(made), tuple(busy))


def test_a_region_of_twelve_consortia_is_planned_in_seconds_and_the_same_twice() -> None:
    case = region(12, 4)
    began = process_time()

    plan = solve(case)

    assert process_time() - began < 10
    assert (len(plan.slots), plan.proved) == (96, True)
    assert clashes(case, plan.slots) == []
    assert solve(case) == plan


def test_consortia_that_share_teachers_are_planned_together_and_the_same_twice() -> None:
    case = region(4, 4, shared=1)

    plan = solve(case, effort=0.1)

    assert len(plan.slots) == 32
    assert clashes(case, plan.slots) == []
    assert solve(case, effort=0.1) == plan


SCHOOL_KEYS = st.sampled_from([CENTRE, POINT, OTHER])
TIMES = st.integers(480, 700)


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Small regions in which everything is shared: few teachers, classes and rooms, odd bells."""
    bells = [
        bell
        for school in SCHOOLS
        for bell in grid(
            school,
            480 + draw(st.integers(0, 25)),
            lesson=draw(st.integers(30, 45)),
            pause=draw(st.integers(0, 15)),
            count=draw(st.integers(1, 3)),
        )
    ]
    teachers = st.sampled_from([WANG, LIU, Resource("teacher", "chen", "陈老师")])
    rooms = st.lists(st.sampled_from([STUDIO, HALL, HUT]), max_size=2, unique=True).map(tuple)
    classes = st.sampled_from([FIVE, SIX, FAR])
    listeners = st.builds(Listener, classes, SCHOOL_KEYS, rooms, st.none() | teachers)
    courses = [
        Course(
            f"c{index}",
            f"课{index}",
            draw(SCHOOL_KEYS),
            draw(teachers),
            draw(rooms),
            tuple(draw(st.lists(listeners, min_size=1, max_size=2))),
            draw(st.none() | classes),
            draw(st.integers(1, 3)),
            draw(st.integers(10, 40)),
            draw(st.integers(0, 20)),
            tuple(draw(st.lists(st.integers(1, 2), max_size=1))),
        )
        for index in range(draw(st.integers(1, 3)))
    ]
    resources = st.sampled_from([WANG, LIU, FIVE, SIX, STUDIO, HALL])
    busy = st.builds(
        lambda who, weekday, start, length: Busy(who, weekday, start, start + length, "课"),
        resources,
        st.integers(1, 2),
        TIMES,
        st.integers(1, 90),
    )
    taken = tuple(draw(st.lists(busy, max_size=5)))
    return Problem(
        tuple(bells),
        tuple(courses),
        taken,
        SCHOOLS,
        weekdays=(1, 2),
        room_gap_minutes=draw(st.integers(0, 20)),
        max_delivered_per_day=draw(st.none() | st.integers(1, 2)),
    )


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(problems())
def test_no_plan_ever_clashes_and_no_missing_lesson_had_a_free_period(case: Problem) -> None:
    plan = solve(case)

    assert clashes(case, plan.slots) == []
    for one in case.courses:
        placed = sum(slot.course == one.key for slot in plan.slots)
        short = [unplaced for unplaced in plan.unplaced if unplaced.course == one.key]
        assert [unplaced.missing for unplaced in short] == (
            [one.periods_per_week - placed] if placed < one.periods_per_week else []
        )
        for unplaced in short:
            assert unplaced.reasons or unplaced.blocked
            if not unplaced.reasons:
                assert not any(option.slot for option in options(case, one, plan.slots))
