"""Why a course has no slot, what to try, and that trying it works."""

from dataclasses import replace

import pytest

from tongke.teaching.timetable.slots import Busy, Listener, Resource, options, solve
from tongke.teaching.timetable.tests.slot_cases import (
    CENTRE,
    FAR,
    FIVE,
    HALL,
    HALL_2,
    HUT,
    LIU,
    OTHER,
    POINT,
    SIX,
    WANG,
    course,
    day,
    grid,
    problem,
)

# The first plan of a process loads ortools, which takes over a second.
pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("over", "reason"),
    [
        ({"rooms": ()}, "青溪中心小学没有可用的主讲教室。"),
        ({"listeners": (Listener(FIVE, POINT, ()),)}, "石笋坪教学点没有可用的听讲教室。"),
        ({"listeners": (Listener(FIVE, "new", (HALL,)),)}, "new还没有作息时间表。"),
        ({"listeners": (Listener(FIVE, POINT, (HALL,), WANG),)}, "王老师在同一节课里被安排了2处。"),
    ],
)
def test_what_rules_out_every_period_is_said_once(over: dict[str, object], reason: str) -> None:
    plan = solve(problem(course(**over)))

    assert plan.slots == ()
    assert plan.unplaced[0].reasons == (reason,)
    assert plan.explanation == ("1门课每周共1节，排出0节。", "五年级音乐还差1节。", reason)


def test_blockers_are_counted_by_who_is_in_the_way() -> None:
    busy = [*(day(WANG, weekday, "本校的课") for weekday in range(1, 6)), day(FIVE, 1, "秋游")]

    (short,) = solve(problem(course(), busy=busy)).unplaced

    assert [(tally.who, tally.slots, tally.alone) for tally in short.tallies] == [
        ("王老师", 20, 16),
        ("石笋坪教学点五年级", 4, 0),
    ]
    assert short.tallies[0].text == "王老师挡住20个时段，其中16个只差它。"
    assert [one.kind for one in short.relaxations[:1]] == ["replace"]
    assert short.relaxations[0].resource == WANG


def test_each_proposed_change_really_opens_a_period() -> None:
    busy = [
        *(day(WANG, weekday) for weekday in (1, 2, 4)),
        Busy(FIVE, 3, 515, 705, "劳动"),
        day(HALL, 5, "体检"),
    ]
    case = problem(course(), busy=busy)

    (short,) = solve(case).unplaced

    kinds = {one.kind for one in short.relaxations}
    assert {"move", "replace", "room"} <= kinds
    for one in short.relaxations:
        if one.kind == "move":
            changed = replace(case, busy=tuple(set(case.busy) - set(one.busy)))
        elif one.kind == "replace":
            changed = problem(course(teacher=Resource("teacher", "new")), busy=busy)
        else:
            seats = (Listener(FIVE, POINT, (HALL, HALL_2), LIU),)
            changed = problem(course(listeners=seats), busy=busy)
        (slot,) = solve(changed).slots
        assert (slot.weekday, slot.host.seq) in one.opens


def test_when_no_single_change_helps_the_smallest_pair_is_proposed() -> None:
    week = [day(who, weekday, "秋游") for who in (WANG, FIVE) for weekday in range(1, 6)]

    (short,) = solve(problem(course(), busy=week)).unplaced

    assert {one.size for one in short.relaxations} == {2}
    first = short.relaxations[0]
    assert (
        first.text
        == "把王老师的秋游、石笋坪教学点五年级的秋游调到别的时间，周一第1节等4个时段就能上课。"
    )


def test_too_little_time_in_common_proposes_the_limit_that_would_do() -> None:
    bells = (*grid(CENTRE, 510), *grid(POINT, 518))

    (short,) = solve(problem(course(), bells=bells)).unplaced

    assert short.blocked[0].text == "周一第1节：各校共同时间最多32分钟，不足35分钟"
    assert short.relaxations[0].text == "把最短共同时间从35分钟降到32分钟，多出20个时段。"
    loosened = course(min_overlap_minutes=short.relaxations[0].minutes)
    assert len(solve(problem(loosened, bells=bells)).slots) == 1


def test_listeners_that_meet_the_host_but_not_each_other_have_no_common_time() -> None:
    both = (Listener(FIVE, POINT, (HALL,)), Listener(FAR, OTHER, (HUT,)))
    bells = (*grid(CENTRE, 510, count=1), *grid(POINT, 485, count=1), *grid(OTHER, 530, count=1))

    (short,) = solve(problem(course(listeners=both), bells=bells)).unplaced

    assert short.blocked[0].text == "周一第1节：各校这节课没有共同时间"
    assert short.relaxations == ()


def test_two_busy_rooms_are_named_together_and_an_unplanned_course_is_told_of_no_room() -> None:
    seats = (Listener(FIVE, POINT, (HALL, HALL_2), LIU),)
    busy = [day(HALL, 1, "体检"), day(HALL_2, 1), day(LIU, 1, "培训")]
    homeless = course("new", listeners=(Listener(FIVE, POINT, (), LIU),))
    case = problem(course(listeners=seats), busy=busy, weekdays=(1,))

    (short,) = solve(case).unplaced

    first = "周一第1节：刘老师要上培训；石笋坪教学点的听讲教室2间都被占用（体检）"
    assert short.blocked[0].text == first
    assert options(case, homeless)[0].text.endswith("石笋坪教学点的听讲教室一间也没有")


def test_a_search_cut_off_at_once_says_so() -> None:
    case = problem(*(course(f"c{index}", name=f"课{index}") for index in range(4)))

    plan = solve(case, effort=0.0)

    assert not plan.proved
    assert "计算在限定时间内结束，可能还有更好的排法。" in plan.explanation


def test_a_slot_being_moved_sees_the_others_but_not_itself() -> None:
    other = course("art", name="六年级美术", listeners=(Listener(SIX, POINT, (HALL_2,)),))
    case = problem(course(), other)
    plan = solve(case)
    moving, staying = plan.slots

    found = options(case, course(), [staying])

    free = {(option.weekday, option.host.seq) for option in found if option.slot}
    assert (moving.weekday, moving.host.seq) in free
    assert (staying.weekday, staying.host.seq) not in free
    taken = next(
        one for one in found if (one.weekday, one.host.seq) == (staying.weekday, staying.host.seq)
    )
    assert "王老师要上六年级美术（联合课程）" in taken.text
