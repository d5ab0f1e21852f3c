"""Terms, weeks, holidays, make-up days, bells."""

from datetime import date, time, timedelta

import pytest

from tongke.core.errors import Refused
from tongke.foundation.people.tests.make import make_school
from tongke.teaching.timetable.models import BellGrid, Holiday, Lesson, Term
from tongke.teaching.timetable.queries.calendar import (
    Period,
    advice,
    bells_on,
    calendar_of,
    current_term,
    lesson_days,
    planning_day,
    week_of,
    week_starts,
)
from tongke.teaching.timetable.services import calendar
from tongke.teaching.timetable.tests.make import (
    BEFORE,
    EARLY,
    MUSIC,
    STARTS_ON,
    Scene,
    bell_times,
    make_term,
    published,
    put,
    ring,
)

pytestmark = pytest.mark.django_db
BY = {"by": None, "at": BEFORE}


def test_weeks_count_from_the_first_monday() -> None:
    term = Term(starts_on=STARTS_ON, weeks=20)

    assert [week_of(term, STARTS_ON + timedelta(days=n)) for n in (-1, 0, 6, 7, 139, 140)] == [
        None, 1, 1, 2, 20, None,
    ]  # fmt: skip
    assert week_starts(term, 2) == STARTS_ON + timedelta(days=7)
    assert term.ends_on == STARTS_ON + timedelta(days=139)
    assert planning_day(term, date(2026, 8, 1)) == STARTS_ON
    assert planning_day(term, date(2027, 8, 1)) == term.ends_on


def test_lesson_days_leave_out_holidays_and_take_in_make_up_days(scene: Scene) -> None:
    thursday, saturday = date(2026, 10, 1), date(2026, 10, 10)
    calendar.set_holiday(scene.term, day=thursday, name="国庆节", follows_weekday=None, **BY)
    calendar.set_holiday(scene.term, day=saturday, name="补课", follows_weekday=4, **BY)

    days = lesson_days(scene.term, 4)

    assert thursday not in days
    assert saturday in days
    assert len(days) == 20
    assert calendar_of(scene.term).plan_of(date(2026, 10, 11)) is None
    assert calendar_of(scene.term).plan_of(date(2030, 10, 7)) is None
    holiday = Holiday.objects.get(day=saturday)
    calendar.remove_holiday(holiday, **BY)
    assert saturday not in lesson_days(scene.term, 4)


def test_the_current_term_is_the_running_or_next_or_last_one_of_the_region(scene: Scene) -> None:
    region = scene.cast.region.region
    spring = make_term(region, date(2027, 2, 22), "2026-2")

    assert current_term(scene.cast.deer_bay, date(2026, 10, 8)) == scene.term
    assert current_term(region, date(2027, 2, 1)) == spring
    assert current_term(region, date(2028, 2, 1)) == spring
    assert current_term(scene.cast.elsewhere, date(2026, 10, 8)) is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"starts_on": date(2027, 2, 23)}, "周一"),
        ({"weeks": 0}, "周数"),
        ({"code": "2026-1"}, "代码"),
        ({"starts_on": date(2026, 9, 14)}, "重叠"),
    ],
)
def test_a_term_must_fit(scene: Scene, change: dict[str, object], said: str) -> None:
    facts = {
        "region": scene.cast.region.region, "code": "2026-2", "name": "第二学期",
        "starts_on": date(2027, 2, 22), "weeks": 20,
    } | change  # fmt: skip

    with pytest.raises(Refused, match=said):
        calendar.open_term(**facts, **BY)  # type: ignore[arg-type]

    assert Term.objects.count() == 1


def test_a_term_with_lessons_keeps_its_dates(scene: Scene) -> None:
    calendar.edit_term(scene.term, name="第一学期", starts_on=STARTS_ON, weeks=21, **BY)
    published(scene)

    with pytest.raises(Refused, match="已经排出课次"):
        calendar.edit_term(scene.term, name="第一学期", starts_on=STARTS_ON, weeks=18, **BY)
    calendar.edit_term(scene.term, name="秋季学期", starts_on=STARTS_ON, weeks=21, **BY)

    scene.term.refresh_from_db()
    assert (scene.term.name, scene.term.weeks) == ("秋季学期", 21)


def test_a_holiday_needs_its_day_free_of_joint_lessons(scene: Scene) -> None:
    course = published(scene)
    day = Lesson.objects.filter(course=course)[3].day

    with pytest.raises(Refused, match="已经排有 1 节"):
        calendar.set_holiday(scene.term, day=day, name="运动会", follows_weekday=None, **BY)
    with pytest.raises(Refused, match="不在本学期"):
        calendar.set_holiday(scene.term, day=EARLY, name="甲", follows_weekday=None, **BY)
    with pytest.raises(Refused, match="周一到周五"):
        calendar.set_holiday(scene.term, day=date(2026, 10, 10), name="甲", follows_weekday=6, **BY)

    assert not Holiday.objects.exists()


def test_a_make_up_day_with_lessons_stays(scene: Scene) -> None:
    saturday = date(2026, 10, 10)
    for weekday in range(1, 6):
        Holiday.objects.filter(day=saturday).delete()
        calendar.set_holiday(scene.term, day=saturday, name="补课", follows_weekday=weekday, **BY)
    course = published(scene)
    lesson = Lesson.objects.filter(course=course).exclude(day=saturday).first()
    assert lesson is not None
    if lesson.day.isoweekday() != 5:
        Holiday.objects.filter(day=saturday).update(follows_weekday=lesson.day.isoweekday())
        Lesson.objects.filter(pk=lesson.pk).update(day=saturday)

    with pytest.raises(Refused, match="补课"):
        calendar.remove_holiday(Holiday.objects.get(day=saturday), **BY)


def test_bells_ring_by_season_and_the_older_grid_ends_the_day_before(scene: Scene) -> None:
    school = scene.cast.far_school
    winter = date(2026, 11, 2)

    calendar.save_bells(school, name="冬季作息", times=bell_times(time(8, 50)), since=winter, **BY)

    before, after = (bells_on([school.pk], day)[school.pk] for day in (date(2026, 11, 1), winter))
    assert (before[1].clock, after[1].clock) == ("08:30–09:10", "08:50–09:30")
    assert before[1].label == "第 1 节"
    assert BellGrid.objects.get(school=school, until=None).name == "冬季作息"
    calendar.save_bells(school, name="冬季", times=bell_times(time(9, 0)), since=winter, **BY)
    assert bells_on([school.pk], winter)[school.pk][1].clock == "09:00–09:40"
    assert BellGrid.objects.filter(school=school).count() == 2
    with pytest.raises(Refused, match="更晚"):
        calendar.save_bells(school, name="甲", times=bell_times(), since=date(2026, 10, 1), **BY)


@pytest.mark.parametrize(
    ("times", "said"),
    [
        ([], "至少"),
        ([(time(9), time(8))], "晚于"),
        ([(time(8), time(9)), (time(8, 50), time(9, 30))], "重叠"),
    ],
)
def test_bells_must_be_in_order(scene: Scene, times: list[tuple[time, time]], said: str) -> None:

    with pytest.raises(Refused, match=said):
        calendar.save_bells(scene.cast.centre, name="甲", times=times, since=EARLY, **BY)


def test_only_schools_have_bells(scene: Scene) -> None:

    with pytest.raises(Refused, match="没有作息表"):
        calendar.save_bells(
            scene.cast.region.bureau, name="甲", times=bell_times(), since=EARLY, **BY
        )


def test_new_bells_move_coming_joint_lessons_to_the_new_common_time(scene: Scene) -> None:
    course = published(scene)
    winter = date(2026, 11, 2)
    times = [(one, two) for one, two in bell_times(time(8, 33))]

    calendar.save_bells(scene.cast.deer_bay, name="冬季", times=times, since=winter, **BY)

    lessons = Lesson.objects.filter(course=course)
    early, late = (lessons.filter(**{f"day__{side}": winter}) for side in ("lt", "gte"))
    seq = late[0].classes.get(school_class=scene.cast.deer_class).bell_seq
    assert seq is not None
    assert {lesson.starts_at.astimezone(BEFORE.tzinfo).time() for lesson in late} == {
        times[seq - 1][0]
    }
    assert early[0].starts_at.minute != late[0].starts_at.minute


def test_new_bells_that_break_a_joint_lesson_are_refused(scene: Scene) -> None:
    published(scene)
    lessons = list(Lesson.objects.values_list("starts_at", flat=True))

    with pytest.raises(Refused, match="不足 35 分钟"):
        calendar.save_bells(
            scene.cast.deer_bay, name="冬季", times=bell_times(time(8, 55)),
            since=date(2026, 11, 2), **BY,
        )  # fmt: skip

    assert list(Lesson.objects.values_list("starts_at", flat=True)) == lessons
    assert BellGrid.objects.get(school=scene.cast.deer_bay).until is None


def test_new_bells_may_not_put_a_travelling_teacher_in_two_places(scene: Scene) -> None:
    walker = scene.cast.teacher
    put(scene, scene.cast.centre_class, (1, 1), teacher=walker, code=MUSIC)
    put(scene, scene.cast.far_class, (1, 2), teacher=walker, code=MUSIC)

    with pytest.raises(Refused, match="撞在一起"):
        ring(scene.cast.far_school, time(7, 50))
    far = make_school("远岭小学", parent=scene.cast.region.region)
    ring(far, time(7, 50))


def test_bells_are_advised_where_they_differ_from_the_regions_rules(scene: Scene) -> None:
    school = scene.cast.centre
    early = [Period(1, time(8, 0), time(8, 40)), Period(2, time(8, 45), time(9, 15))]
    fine = [Period(1, time(8, 30), time(9, 10)), Period(2, time(9, 25), time(10, 5))]

    assert advice(school, early) == [
        "第 1 节 08:00 上课，规定不早于 08:20。",
        "有 1 节课不是 40 分钟（从第 2 节起）。",
        "有 1 个课间不足 15 分钟（第 2 节前起）。",
    ]
    assert advice(school, fine) == advice(school, []) == []
