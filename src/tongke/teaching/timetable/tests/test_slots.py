"""Joint slots: the rules, and the worked example of docs/algorithms/joint-slots.md."""

from dataclasses import replace

import pytest

from tongke.teaching.timetable.slots import (
    Bell,
    Busy,
    Listener,
    Resource,
    Slot,
    WeakLine,
    Weights,
    clashes,
    clock,
    options,
    solve,
)
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
    STUDIO,
    WANG,
    course,
    day,
    grid,
    problem,
)

# The first plan of a process loads ortools, which takes over a second.
pytestmark = pytest.mark.slow


def test_worked_example_finds_the_only_period_left_and_names_the_rest() -> None:
    busy = [
        *(day(WANG, weekday) for weekday in (1, 2, 4, 5)),
        Busy(WANG, 3, 510, 550),  # 周三第1节
        Busy(WANG, 3, 560, 600),  # 周三第2节
        Busy(FIVE, 3, 565, 605, "体育"),  # 周三第2节 by the point's own bell
        Busy(FIVE, 3, 665, 705, "数学"),  # 周三第4节
    ]
    case = problem(course(), busy=busy)

    plan = solve(case)

    (slot,) = plan.slots
    assert (slot.weekday, slot.host.seq, slot.listeners[0].seq) == (3, 3, 3)
    assert (clock(slot.start_minute), clock(slot.end_minute)) == ("10:15", "10:50")
    assert (slot.host_room, slot.listener_rooms) == (STUDIO, (HALL,))
    assert (plan.score, plan.proved, plan.unplaced) == (5, True, ())
    wednesday = [option.text for option in options(case, course()) if option.weekday == 3]
    assert wednesday == [
        "周三第1节：王老师在本校有课",
        "周三第2节：王老师在本校有课；石笋坪教学点五年级有体育",
        "周三第3节：可以排，各校共同时间35分钟",
        "周三第4节：石笋坪教学点五年级有数学",
    ]


def test_time_in_common_is_counted_over_all_rooms_together() -> None:
    both = (Listener(FIVE, POINT, (HALL,)), Listener(FAR, OTHER, (HUT,)))

    assert solve(problem(course(listeners=both))).slots == ()
    (slot,) = solve(problem(course(listeners=both, min_overlap_minutes=30))).slots
    assert slot.overlap_minutes == 30
    assert [bell.start_minute - slot.host.start_minute for bell in slot.listeners] == [5, 10]


def test_a_bell_too_far_from_the_hosts_is_refused_even_with_enough_overlap() -> None:
    long = (*grid(CENTRE, 510, lesson=60), *grid(POINT, 530, lesson=60))

    plan = solve(problem(course(), bells=long))

    assert plan.slots == ()
    assert plan.unplaced[0].tallies[0].kind == "shift"
    assert plan.unplaced[0].relaxations[0].minutes == 20
    assert len(solve(problem(course(max_start_shift_minutes=20), bells=long)).slots) == 1


def test_a_day_with_its_own_bells_uses_only_those() -> None:
    friday = (Bell(CENTRE, 1, 600, 640, weekday=5), Bell(POINT, 1, 600, 640, weekday=5))
    bells = (*grid(CENTRE, 510), *grid(POINT, 550), *friday)

    (slot,) = solve(problem(course(), bells=bells)).slots

    assert (slot.weekday, slot.overlap_minutes) == (5, 40)


def test_wishes_decide_between_free_periods() -> None:
    whole_week = solve(problem(course(periods_per_week=2))).slots
    wished = solve(problem(course(preferred_weekdays=(4,)))).slots
    careless = Weights(first_period=0, adjacent_days=0)
    unwished = solve(problem(course(periods_per_week=2), weights=careless)).slots

    first, second = whole_week
    assert second.weekday - first.weekday > 1
    assert all(bell.seq > 1 for slot in whole_week for bell in (slot.host, *slot.listeners))
    assert wished[0].weekday == 4
    assert len(unwished) == 2


def test_hours_at_which_a_line_fails_are_kept_clear_of_or_named() -> None:
    free = solve(problem(course())).slots[0]
    shaky = WeakLine(HALL, free.start_minute, free.end_minute, 40)

    moved = solve(replace(problem(course()), weak_lines=(shaky,)))
    assert moved.slots[0].start_minute != free.start_minute
    assert not any("线路" in line for line in moved.explanation)

    always = WeakLine(HALL, 0, 24 * 60, 40)
    plan = solve(replace(problem(course()), weak_lines=(always,)))
    assert len(plan.slots) == 1
    assert plan.score == solve(problem(course())).score + 3 * 4
    (told,) = [line for line in plan.explanation if "线路" in line]
    assert "40%" in told
    assert HALL.label in told


def test_not_twice_on_one_day_and_more_than_the_week_holds_is_said() -> None:
    plan = solve(problem(course(periods_per_week=3), weekdays=(1, 2)))

    assert [slot.weekday for slot in plan.slots] == [1, 2]
    (short,) = plan.unplaced
    assert short.missing == 1
    assert short.reasons == ("每周要排3节，一天一节，只有2个上课日。",)


def test_listeners_with_one_assistant_sit_together_and_others_apart() -> None:
    rooms = (HALL, HALL_2)
    together = (Listener(FIVE, POINT, rooms, LIU), Listener(SIX, POINT, rooms, LIU))
    apart = (Listener(FIVE, POINT, rooms, LIU), Listener(SIX, POINT, rooms))
    cramped = (Listener(FIVE, POINT, (HALL,), LIU), Listener(SIX, POINT, (HALL,)))

    assert solve(problem(course(listeners=together))).slots[0].listener_rooms == (HALL, HALL)
    assert set(solve(problem(course(listeners=apart))).slots[0].listener_rooms) == set(rooms)
    plan = solve(problem(course(listeners=cramped)))
    assert plan.slots == ()
    assert plan.unplaced[0].tallies[0].who == "教室"


def test_one_studio_is_shared_in_turn_and_the_better_room_is_taken_first() -> None:
    courses = [
        course("music", rooms=(STUDIO,)),
        course(
            "art",
            name="六年级美术",
            teacher=Resource("teacher", "chen", "陈老师"),
            rooms=(STUDIO, Resource("room", "studio-2", "二号录播室")),
            listeners=(Listener(SIX, POINT, (HALL_2,)),),
        ),
    ]
    case = problem(*courses)

    plan = solve(case)

    assert clashes(case, plan.slots) == []
    assert {slot.host_room for slot in plan.slots} == {STUDIO}
    assert len({(slot.weekday, slot.host.seq) for slot in plan.slots}) == 2


def test_a_room_rests_between_two_lessons_and_a_teacher_delivers_so_many_a_day() -> None:
    art = course("art", name="六年级美术", listeners=(Listener(SIX, POINT, (HALL_2,)),))
    one_day = problem(course(), art, weekdays=(1,))
    limited = replace(one_day, max_delivered_per_day=1)

    rested = solve(replace(one_day, room_gap_minutes=15)).slots
    plan = solve(limited)

    assert abs(rested[0].host.seq - rested[1].host.seq) > 1
    assert "同时有" in "".join(
        clashes(replace(one_day, room_gap_minutes=500), solve(one_day).slots)
    )
    assert len(plan.slots) == 1
    assert plan.unplaced[0].tallies[0].text == "王老师挡住4个时段，其中3个只差它。"
    assert {one.kind for one in plan.unplaced[0].relaxations} == {"replace"}
    assert "最多1节" in "".join(clashes(limited, solve(one_day).slots))


def test_every_course_gets_a_first_lesson_before_another_gets_its_second() -> None:
    courses = [
        course("music", periods_per_week=2),
        course("art", name="六年级美术", listeners=(Listener(SIX, POINT, (HALL_2,)),)),
    ]
    one_a_day = (Bell(CENTRE, 1, 510, 550), Bell(POINT, 1, 515, 555))
    case = problem(*courses, bells=one_a_day, weekdays=(1, 2))

    plan = solve(case)

    assert {slot.course for slot in plan.slots} == {"music", "art"}
    assert [(short.course, short.missing) for short in plan.unplaced] == [("music", 1)]


def test_the_checker_sees_each_kind_of_fault() -> None:
    two = course(periods_per_week=2)
    case = problem(two, busy=[Busy(FIVE, 1, 565, 605, "体育")])
    (good, more) = solve(case).slots
    centre, point = case.grid(CENTRE, 1), case.grid(POINT, 1)
    moved = replace(good, weekday=1, host=centre[1], listeners=(point[1],))
    moved = replace(moved, start_minute=565, end_minute=600)

    def told(*slots: Slot) -> str:
        return "".join(clashes(case, slots))

    assert told(good, more) == ""
    assert "周一09:25同时有五年级音乐和体育" in told(moved)
    assert "同一天排了两节" in told(good, replace(good))
    assert "排了3节" in told(good, more, moved)
    assert "不是" in told(replace(good, host_room=HUT))
    assert "没有这一节" in told(replace(good, host=Bell(CENTRE, 9, 900, 940)))
    pair = (Listener(FIVE, POINT, (HALL,)), Listener(FIVE, POINT, (HALL,)))
    double = problem(course(listeners=pair))
    shared = replace(good, listeners=good.listeners * 2, listener_rooms=(HALL, HALL))
    assert "在同一节课里出现两次" in "".join(clashes(double, [shared]))
    assert "人员安排冲突" in "".join(clashes(double, [shared]))
    assert "共同时间应为" in told(replace(good, end_minute=good.end_minute + 1))


def test_input_that_cannot_be_true_is_refused() -> None:
    with pytest.raises(ValueError, match="share a key"):
        problem(course(), course())
    with pytest.raises(ValueError, match="periods overlap"):
        problem(course(), bells=(Bell(CENTRE, 1, 510, 550), Bell(CENTRE, 2, 549, 590)))
    with pytest.raises(ValueError, match="not a time"):
        Bell(CENTRE, 1, 550, 550)
    with pytest.raises(ValueError, match="weekday"):
        problem(course(), weekdays=(0,))
    with pytest.raises(ValueError, match="listener"):
        course(listeners=())
    with pytest.raises(ValueError, match="period"):
        course(periods_per_week=0)
    with pytest.raises(ValueError, match="gap"):
        problem(course(), room_gap_minutes=-1)
    with pytest.raises(ValueError, match="penalty"):
        Weights(first_period=-1)
