"""From slots to lessons, and back; races; nobody in two places on the clock."""

import copy
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tongke.core.errors import Refused
from tongke.core.jobs import run_pending
from tongke.core.models import AuditEntry, Job, Message
from tongke.core.profile import override
from tongke.foundation.people.tests.make import MUSIC, ZONE, make_class
from tongke.teaching.timetable import slots as pure
from tongke.teaching.timetable.models import (
    Course,
    CourseSlot,
    Lesson,
    LessonClass,
    Placement,
    PlanRun,
)
from tongke.teaching.timetable.profile import TimetableProfile
from tongke.teaching.timetable.queries.calendar import bells_on, calendar_of
from tongke.teaching.timetable.queries.clock import holds, studio_holds, studio_slots, term_clashes
from tongke.teaching.timetable.services import calendar, courses, placements, planning
from tongke.teaching.timetable.services.placements import Cell
from tongke.teaching.timetable.services.publishing import publish_course, withdraw_course
from tongke.teaching.timetable.services.topics import spread
from tongke.teaching.timetable.tests.make import (
    BEFORE,
    CHINESE,
    MATHS,
    STARTS_ON,
    Scene,
    ask,
    bell_times,
    make_room,
    make_term,
    publish,
    published,
    put,
    ready,
    staff,
    subject,
    take,
)

pytestmark = pytest.mark.django_db
BY = {"by": None, "at": BEFORE}


def slots_of(course: Course) -> list[pure.Slot]:
    """The solver's slots for one course."""
    plan = planning.propose([course], BEFORE.date())
    return list(plan.slots)


def test_publishing_makes_the_lessons_of_the_term_and_tells_everybody(scene: Scene) -> None:
    cast = scene.cast
    course = ready(scene, ask(scene), ask(scene, cast.stone_class))

    publish(scene, course)

    course.refresh_from_db()
    assert (course.state, course.published_at) == ("published", BEFORE)
    slot = CourseSlot.objects.get(course=course)
    lessons = list(Lesson.objects.filter(course=course))
    assert len(lessons) == 20
    assert [lesson.week for lesson in lessons] == list(range(1, 21))
    assert {lesson.day.isoweekday() for lesson in lessons} == {slot.weekday}
    assert lessons[0].title.startswith("第1单元（1）")
    sides = LessonClass.objects.filter(lesson=lessons[0]).order_by("side", "school_class__school")
    assert [(side.school_class, side.assistant) for side in sides] == [
        (cast.centre_class, None),
        (cast.deer_class, cast.deer_assistant.person),
        (cast.stone_class, cast.stone_assistant.person),
    ]
    assert Placement.objects.filter(slot=slot).count() == 3
    told = {each.account.person for each in Message.objects.filter(title__contains="已开课")}
    assert told >= {
        cast.teacher.person, cast.deer_assistant.person, cast.head.person, cast.deer_head.person,
    }  # fmt: skip
    assert AuditEntry.objects.filter(action="timetable.course.published").count() == 1


def test_a_course_is_published_once(scene: Scene) -> None:
    course = ready(scene)
    slots = slots_of(course)

    publish_course(course, slots, **BY)
    with pytest.raises(Refused, match="已经开课"):
        publish_course(course, slots, **BY)

    assert Lesson.objects.filter(course=course).count() == 20
    assert Placement.objects.filter(slot__course=course).count() == 2


def test_holidays_have_no_lesson_and_make_up_days_have_one(scene: Scene) -> None:
    course = ready(scene)
    slots = slots_of(course)
    weekday = slots[0].weekday
    gone = next(day for day in calendar_of(scene.term).days_of(weekday) if day.month == 10)
    saturday = date(2026, 10, 10)
    calendar.set_holiday(scene.term, day=gone, name="国庆节", follows_weekday=None, **BY)
    calendar.set_holiday(scene.term, day=saturday, name="补课", follows_weekday=weekday, **BY)

    publish_course(course, slots, **BY)

    days = set(Lesson.objects.filter(course=course).values_list("day", flat=True))
    assert gone not in days
    assert saturday in days
    assert len(days) == 20


def test_a_course_that_begins_in_mid_term_has_the_remaining_lessons(scene: Scene) -> None:
    course = ready(scene)
    at = datetime.combine(STARTS_ON + timedelta(weeks=15, days=1), time(23, 0), ZONE)

    publish(scene, course, at)

    lessons = Lesson.objects.filter(course=course)
    assert min(lesson.starts_at for lesson in lessons) > at
    assert lessons.count() in {4, 5}


def test_a_teacher_in_the_studio_is_taken_there(scene: Scene) -> None:
    cast = scene.cast
    course = published(scene, with_class=False)
    slot = CourseSlot.objects.get(course=course)

    with pytest.raises(Refused, match="已有五年级音乐（主讲）"):
        put(scene, cast.centre_class, (slot.weekday, slot.seq or 0), teacher=cast.teacher)

    assert Placement.objects.filter(teacher=cast.teacher.person).count() == 0
    assert Lesson.objects.filter(course=course)[0].classes.count() == 1


def test_what_was_placed_since_the_plan_makes_it_void(scene: Scene) -> None:
    course = ready(scene)
    slots = slots_of(course)
    bell = slots[0].listeners[0]
    put(scene, scene.cast.deer_class, (slots[0].weekday, bell.seq), code=CHINESE)

    with pytest.raises(Refused, match="课表已有变动"):
        publish_course(course, slots, **BY)

    course.refresh_from_db()
    assert (course.state, Lesson.objects.count()) == ("ready", 0)


def test_too_few_slots_are_refused(scene: Scene) -> None:
    course = ready(scene, periods=2)
    slots = slots_of(course)

    with pytest.raises(Refused, match="方案里有 1 节"):
        publish_course(course, slots[:1], **BY)
    with pytest.raises(Refused, match="没有可以开课"):
        planning.publish_courses({}, **BY)


def test_a_teacher_delivers_no_more_a_day_than_the_region_allows(scene: Scene) -> None:
    published(scene)
    slot = CourseSlot.objects.get()
    course = ready(scene, ask(scene, scene.cast.stone_class))
    problem = planning.planning.problem_of(planning.planning.ready_courses([course.pk]), STARTS_ON)
    same_day = [
        option.slot
        for option in pure.options(problem, problem.courses[0])
        if option.slot and option.weekday == slot.weekday
    ]

    one = override(TimetableProfile, max_delivered_per_day=1)
    with one, pytest.raises(Refused, match="每天 1 节"):
        publish_course(course, same_day[:1], **BY)


def test_a_season_that_leaves_too_little_time_stops_the_course(scene: Scene) -> None:
    course = ready(scene)
    winter = date(2026, 11, 2)
    calendar.save_bells(
        scene.cast.deer_bay, name="冬季", times=bell_times(time(9, 0)), since=winter, **BY
    )

    with pytest.raises(Refused, match="换作息"):
        publish(scene, course)


def test_withdrawing_cancels_what_is_to_come_and_keeps_what_was(scene: Scene) -> None:
    course = published(scene)
    held = Lesson.objects.filter(course=course).order_by("day")[0]
    Lesson.objects.filter(pk=held.pk).update(state="held")
    stale = Course.objects.get(pk=course.pk)

    with pytest.raises(Refused, match="写明"):
        withdraw_course(course, reason=" ", **BY)
    withdraw_course(course, reason="教师调离", **BY)
    with pytest.raises(Refused, match="已经结束或撤销"):
        withdraw_course(stale, reason="再来一次", **BY)

    lessons = Lesson.objects.filter(course=course)
    assert lessons.filter(state="cancelled", reason="课程撤销：教师调离").count() == 19
    assert lessons.get(state="held") == held
    assert not Placement.objects.filter(slot__course=course).exists()
    again = ready(scene, *course.demands.model.objects.filter(state="open"))
    assert publish(scene, again).state == "published"


def test_a_draft_is_withdrawn_too(scene: Scene) -> None:
    demand = ask(scene)
    course = take(scene, demand)

    withdraw_course(course, reason="没有教师", **BY)

    demand.refresh_from_db()
    assert demand.state == "open"


def test_a_plan_is_solved_by_the_worker_looked_at_and_accepted(scene: Scene) -> None:
    course = ready(scene, periods=2)
    by = {"by": scene.cast.timetabler, "at": BEFORE}

    run = planning.plan_slots([course], organisation=scene.cast.centre, **by)
    assert (run.state, Job.objects.filter(name="timetable.solve_plan").count()) == ("queued", 1)
    run_pending()
    run.refresh_from_db()
    assert (run.state, len(run.proposal["slots"])) == ("ready", 2)
    planning.solve_plan.handler(run=run.pk)  # delivered twice
    found = planning.open_proposal(run, BEFORE.date())
    assert found.faults == []
    planning.accept_plan(run, **by)
    with pytest.raises(Refused, match="已经确认"):
        planning.accept_plan(run, **by)
    with pytest.raises(Refused, match="已经确认"):
        planning.discard_plan(run, **by)

    course.refresh_from_db()
    assert course.state == "published"
    assert Lesson.objects.filter(course=course).count() == 40


def test_a_lesson_of_a_plan_moves_to_a_free_period_only(scene: Scene) -> None:
    course = ready(scene)
    put(scene, scene.cast.deer_class, (2, 3), code=CHINESE)
    by = {"by": scene.cast.timetabler, "at": BEFORE}
    run = planning.plan_slots([course], organisation=scene.cast.centre, **by)
    run_pending()
    run.refresh_from_db()
    slot = planning.open_proposal(run, BEFORE.date()).slots[0]
    was = (slot.weekday, slot.host.seq)

    with pytest.raises(Refused, match="已经排满"):
        planning.move_slot(run, course, taken_from=None, weekday=3, seq=2, **by)
    with pytest.raises(Refused, match=r"不能放在这里.*语文"):
        planning.move_slot(run, course, taken_from=was, weekday=2, seq=3, **by)
    with pytest.raises(Refused, match="不能放在这里"):
        planning.move_slot(run, course, taken_from=was, weekday=2, seq=9, **by)
    planning.move_slot(run, course, taken_from=was, weekday=3, seq=2, **by)

    run.refresh_from_db()
    moved = planning.open_proposal(run, BEFORE.date()).slots[0]
    assert (moved.weekday, moved.host.seq) == (3, 2)
    planning.discard_plan(run, **by)
    with pytest.raises(Refused, match="不能再改"):
        planning.move_slot(run, course, taken_from=(3, 2), weekday=1, seq=2, **by)
    with pytest.raises(Refused, match="已经确认或放弃"):
        planning.accept_plan(run, **by)


def test_what_cannot_be_placed_says_who_is_in_the_way(scene: Scene) -> None:
    cast = scene.cast
    every = [(day, seq) for day in range(1, 6) for seq in range(1, 8)]
    put(scene, cast.deer_class, *every, code=CHINESE)
    course = ready(scene)
    by = {"by": cast.timetabler, "at": BEFORE}
    run = planning.plan_slots([course], organisation=cast.centre, **by)
    run_pending()

    run.refresh_from_db()
    (lacking,) = run.proposal["unplaced"]
    assert lacking["missing"] == 1
    assert any("鹿回湾教学点" in text for text in lacking["tallies"])
    assert lacking["relaxations"]
    with pytest.raises(Refused, match="没有排满"):
        planning.accept_plan(run, **by)
    run.refresh_from_db()
    assert run.state == "ready"
    placements.clear(Placement.objects.get(weekday=3, seq=3), **BY)
    planning.move_slot(run, course, taken_from=None, weekday=3, seq=3, **by)
    run.refresh_from_db()
    assert run.proposal["unplaced"] == []
    assert planning.accept_plan(run, **by)


def test_planning_asks_for_ready_courses_of_one_term(scene: Scene) -> None:
    draft = take(scene)
    by = {"organisation": scene.cast.centre, **BY}

    with pytest.raises(Refused, match="先选择"):
        planning.plan_slots([], **by)
    with pytest.raises(Refused, match="还不能排课"):
        planning.plan_slots([draft], **by)
    with pytest.raises(Refused, match="还缺"):
        planning.propose([draft], BEFORE.date())
    one = staff(scene, draft)
    spring = make_term(scene.cast.region.region, date(2027, 2, 22), "2026-2")
    other = ready(scene, ask(scene, scene.cast.stone_class))
    Course.objects.filter(pk=other.pk).update(term=spring)
    with pytest.raises(Refused, match="同一学期"):
        planning.plan_slots([one, other], **by)
    with pytest.raises(Refused, match="同一学期"):
        planning.propose([one, other], BEFORE.date())


def test_a_run_whose_course_lost_its_teacher_says_so(scene: Scene) -> None:
    course = ready(scene)
    run = planning.plan_slots([course], organisation=scene.cast.centre, **BY)
    listener = course.listeners.select_related("course", "school_class__school").get()
    courses.staff_listener(listener, assistant=None, room=None, **BY)

    run_pending()

    run.refresh_from_db()
    assert run.state == PlanRun.State.FAILED
    assert "听讲教师" in run.proposal["refusal"]


def test_a_proposal_whose_bells_are_gone_must_be_made_again(scene: Scene) -> None:
    course = ready(scene)
    run = planning.plan_slots([course], organisation=scene.cast.centre, **BY)
    run_pending()
    run.refresh_from_db()
    slot = planning.open_proposal(run, BEFORE.date()).slots[0]
    packed = dict(run.proposal["slots"][0])
    problem = planning.planning.problem_of(planning.planning.ready_courses([course.pk]), STARTS_ON)

    with pytest.raises(Refused, match="重新排课"):
        planning.planning.unpack(packed | {"seq": 12}, problem)
    with pytest.raises(Refused, match="听讲班有变动"):
        planning.planning.unpack(packed | {"listeners": []}, problem)
    assert planning.planning.unpack(packed, problem) == slot


@pytest.mark.parametrize(
    ("units", "lessons", "counts"),
    [([4, 4, 4], 20, [7, 7, 6]), ([6, 2], 8, [6, 2]), ([4, 4, 4], 2, [1, 1, 0]), ([], 3, [])],
)
def test_units_are_laid_over_the_lessons_in_proportion(
    units: list[int], lessons: int, counts: list[int]
) -> None:
    order = spread(list(enumerate(units)), lessons)

    assert [order.count(key) for key in range(len(units))] == counts
    assert order == sorted(order)


@given(st.lists(st.integers(0, 12), max_size=8), st.integers(0, 60))
def test_units_keep_their_order_and_use_every_lesson(weights: list[int], lessons: int) -> None:
    order = spread(list(enumerate(weights)), lessons)

    assert order == sorted(order)
    assert len(order) == (lessons if weights else 0)
    if lessons >= len(weights):
        assert set(order) == set(range(len(weights)))


def _busy_weeks() -> st.SearchStrategy[list[tuple[int, int, int]]]:
    cell = st.tuples(st.integers(0, 3), st.integers(1, 5), st.integers(1, 7))
    return st.lists(cell, max_size=60, unique=True)


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(busy=_busy_weeks(), first=st.sampled_from([25, 30, 35, 40]), periods=st.integers(1, 2))
def test_after_publishing_nobody_and_no_room_is_in_two_places(
    scene: Scene, busy: Sequence[tuple[int, int, int]], first: int, periods: int
) -> None:
    with transaction.atomic():
        _check_free(copy.deepcopy(scene), busy, first, periods)
        transaction.set_rollback(True)


def _check_free(
    scene: Scene, busy: Sequence[tuple[int, int, int]], first: int, periods: int
) -> None:
    cast = scene.cast
    calendar.save_bells(
        cast.deer_bay, name="作息", times=bell_times(time(8, first)), since=BEFORE.date(), **BY
    )
    classes = [cast.centre_class, cast.deer_class, cast.stone_class, cast.far_class]
    teachers = [cast.teacher, cast.deer_assistant, cast.stone_assistant, cast.teacher]
    for number, weekday, seq in busy:
        cell = Cell(
            school_class=classes[number], weekday=weekday, seq=seq,
            subject=subject(MATHS if number else MUSIC), teacher=teachers[number].person,
        )  # fmt: skip
        try:
            placements.place_many(scene.term, [cell], **BY)
        except Refused:
            continue
    with override(TimetableProfile, max_teaching_periods=30):
        course = ready(scene, ask(scene), ask(scene, cast.stone_class), periods=periods)
        slots = slots_of(course)
        if len(slots) == periods:
            publish_course(course, slots, **BY)

    assert term_clashes(scene.term, STARTS_ON) == []
    rows = list(Placement.objects.select_related("school_class", "subject"))
    bells = bells_on({row.school_class.school_id for row in rows}, STARTS_ON)
    held = [*holds(rows, bells), *studio_holds(studio_slots(scene.term), bells)]
    by_key: dict[tuple[str, int, int], list[tuple[int, int, int | None]]] = {}
    for each in held:
        by_key.setdefault((each.kind, each.key, each.weekday), []).append(
            (each.start, each.end, each.joint)
        )
    for line in by_key.values():
        for one in line:
            for other in line:
                if one is not other and (one[2] is None or one[2] != other[2]):
                    assert one[1] <= other[0] or other[1] <= one[0]


def test_a_second_room_teacher_may_not_be_double_booked_by_hand(scene: Scene) -> None:
    cast = scene.cast
    second = make_class(cast.deer_bay, number=2)
    hall = make_room(cast.deer_bay, "礼堂")
    cell = {"weekday": 1, "subject": subject(CHINESE), **BY}
    helper = cast.deer_assistant.person
    placements.place(
        scene.term, school_class=cast.deer_class, seq=1, teacher=helper, room=hall, **cell
    )

    with pytest.raises(Refused, match="周青禾在周一 08:35 已有五年级（1）班语文"):
        placements.place(scene.term, school_class=second, seq=1, teacher=helper, **cell)
    with pytest.raises(Refused, match="礼堂在周一"):
        placements.place(scene.term, school_class=second, seq=1, teacher=None, room=hall, **cell)
    with pytest.raises(Refused, match="没有第 9 节"):
        placements.place(scene.term, school_class=second, seq=9, teacher=None, **cell)
    with pytest.raises(Refused, match="周一到周五"):
        placements.place(
            scene.term, school_class=second, seq=1, teacher=None, **(cell | {"weekday": 6})
        )
    twice = Cell(school_class=second, weekday=1, seq=2, subject=subject(CHINESE))
    with pytest.raises(Refused, match="排了两次"):
        placements.place_many(scene.term, [twice, twice], **BY)
    again = placements.place(
        scene.term, school_class=cast.deer_class, seq=1, teacher=helper,
        **(cell | {"subject": subject(MATHS)}),
    )  # fmt: skip
    assert Placement.objects.get(school_class=cast.deer_class, weekday=1, seq=1) == again
    assert placements.clear_class(scene.term, cast.deer_class, **BY) == 1


def test_joint_lessons_are_not_changed_by_hand(scene: Scene) -> None:
    course = published(scene)
    row = Placement.objects.filter(slot__course=course)[0]

    with pytest.raises(Refused, match="是联合课程"):
        placements.clear(row, **BY)
    with pytest.raises(Refused, match="是联合课程"):
        placements.place(
            scene.term, school_class=row.school_class, weekday=row.weekday, seq=row.seq,
            subject=subject(CHINESE), teacher=None, **BY,
        )  # fmt: skip


def test_a_school_without_bells_is_told_to_fill_them_in(scene: Scene) -> None:
    scene.cast.far_school.bell_grids.all().delete()

    with pytest.raises(Refused, match="还没有作息表"):
        put(scene, scene.cast.far_class, (1, 1))
