"""The check against the plan, and the life of a demand."""

import pytest

from tongke.core.errors import Refused
from tongke.core.models import AuditEntry, Message
from tongke.core.profile import override
from tongke.foundation.people.services.posts import add_qualifications
from tongke.foundation.people.tests.make import MUSIC, make_class
from tongke.teaching.timetable.models import Course, Demand, Placement
from tongke.teaching.timetable.profile import TimetableProfile
from tongke.teaching.timetable.queries.gaps import by_school, check_completeness, rates
from tongke.teaching.timetable.services import courses, demands
from tongke.teaching.timetable.services.publishing import withdraw_course
from tongke.teaching.timetable.tests.make import (
    BEFORE,
    CHINESE,
    EARLY,
    STARTS_ON,
    Scene,
    ask,
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


def music(scene: Scene) -> tuple[str, int] | None:
    """Kind and periods of the deer class's gap in music."""
    (check,) = check_completeness(scene.term, [scene.cast.deer_class], STARTS_ON)
    found = [gap for gap in check.gaps if gap.subject.pk == MUSIC]
    return (found[0].kind, found[0].periods) if found else None


def test_a_subject_is_missing_then_short_then_unqualified_then_good(scene: Scene) -> None:
    deer, teacher = scene.cast.deer_class, scene.cast.deer_assistant

    assert music(scene) == ("missing", 2)
    put(scene, deer, (1, 1), code=MUSIC, teacher=teacher)
    assert music(scene) == ("short", 1)
    put(scene, deer, (2, 1), code=MUSIC, teacher=teacher)
    assert music(scene) == ("unqualified", 2)
    add_qualifications([(teacher.person, MUSIC, "2")], **BY)  # the wrong stage
    assert music(scene) == ("unqualified", 2)
    add_qualifications([(teacher.person, MUSIC, "1")], **BY)
    assert music(scene) is None


def test_labour_and_school_courses_need_no_certificate(scene: Scene) -> None:
    put(scene, scene.cast.deer_class, (1, 1), code="SB0505", teacher=scene.cast.deer_assistant)
    put(scene, scene.cast.deer_class, (1, 2), code="TK-DF", teacher=scene.cast.deer_assistant)

    (check,) = check_completeness(scene.term, [scene.cast.deer_class], STARTS_ON)

    assert check.completeness.unqualified == ()


def test_rates_add_up_over_classes_and_schools(scene: Scene) -> None:
    cast = scene.cast
    put(scene, cast.deer_class, *((day, 1) for day in range(1, 6)), teacher=cast.deer_assistant)
    classes = [cast.deer_class, cast.stone_class]

    checks = check_completeness(scene.term, classes, STARTS_ON)
    total = rates(checks)

    # Grade five requires 11 subjects; 语文 is given 5 of 6 periods in one of the two classes.
    required = checks[0].completeness.required
    assert (total.offered, total.required, total.periods_counted) == (1, 2 * required, 5.0)
    assert total.share_offered == pytest.approx(1 / (2 * required))
    assert total.gaps == 2 * required
    assert [(line.school, line.rates.offered) for line in by_school(checks)] == [
        (cast.deer_bay, 1), (cast.stone_bridge, 0),
    ]  # fmt: skip
    assert rates([]).share_offered is rates([]).share_periods is None


def test_calligraphy_counts_as_chinese_where_the_plan_has_no_line_for_it(scene: Scene) -> None:
    put(scene, scene.cast.deer_class, (1, 1), code="TK-SF", teacher=scene.cast.deer_assistant)

    (check,) = check_completeness(scene.term, [scene.cast.deer_class], STARTS_ON)

    chinese = next(line for line in check.lines if line.subject.pk == CHINESE)
    assert chinese.given == 1


def test_a_class_of_a_grade_without_a_plan_is_left_out(scene: Scene) -> None:
    senior = make_class(scene.cast.centre, "31")

    assert check_completeness(scene.term, [senior], STARTS_ON) == []


def test_a_demand_says_what_lacks_and_is_asked_for_once(scene: Scene) -> None:

    demand = ask(scene)

    assert (demand.kind, demand.periods, demand.state) == ("missing", 2, "open")
    assert AuditEntry.objects.filter(action="timetable.demand.opened").count() == 1
    told = Message.objects.filter(kind="timetable.demand")
    assert {each.account.person for each in told} == {
        scene.cast.head.person, scene.cast.timetabler.person,
    }  # fmt: skip
    with pytest.raises(Refused, match="已经提过"):
        ask(scene)
    with pytest.raises(Refused, match="不宜远程"):
        ask(scene, code="SB0505")


def test_nothing_is_asked_for_where_nothing_lacks(scene: Scene) -> None:
    put(scene, scene.cast.centre_class, (1, 1), (2, 1), code=MUSIC, teacher=scene.cast.teacher)

    with pytest.raises(Refused, match="已经开足"):
        ask(scene, scene.cast.centre_class)


def test_all_gaps_are_asked_for_at_once_and_only_once(scene: Scene) -> None:
    classes = [scene.cast.deer_class, scene.cast.stone_class]

    made = demands.open_all_demands(scene.term, classes, by=scene.deer_timetabler, at=BEFORE)
    again = demands.open_all_demands(scene.term, classes, by=scene.deer_timetabler, at=BEFORE)

    assert again == []
    assert {each.school_class for each in made} == set(classes)
    assert "SB0505" not in {each.subject_id for each in made}
    with override(TimetableProfile, demand_least_periods=5):
        far = demands.open_all_demands(scene.term, [scene.cast.far_class], **BY)
    assert {each.subject.name for each in far} == {"语文"}


def test_a_demand_is_withdrawn_with_a_reason_while_nobody_has_taken_it(scene: Scene) -> None:
    demand = ask(scene)

    with pytest.raises(Refused, match="写明"):
        demands.close_demand(demand, reason=" ", **BY)
    demands.close_demand(demand, reason="调来了音乐教师", **BY)
    with pytest.raises(Refused, match="不能撤回"):
        demands.close_demand(demand, reason="再来一次", **BY)

    assert (demand.state, demand.note) == ("closed", "调来了音乐教师")
    assert ask(scene).state == "open"


def test_demands_that_do_not_fit_together_make_no_course(scene: Scene) -> None:
    cast = scene.cast
    one, other = ask(scene), ask(scene, code="SB0603")
    own = ask(scene, cast.centre_class)
    by = {"host_school": cast.centre, **BY}

    with pytest.raises(Refused, match="先选择"):
        courses.take_demands([], **by)
    with pytest.raises(Refused, match="同一学科"):
        courses.take_demands([one, other], **by)
    with pytest.raises(Refused, match="是本校的班"):
        courses.take_demands([own], **by)
    with pytest.raises(Refused, match="没有这种"):
        courses.take_demands([one], form="nothing", **by)
    with override(TimetableProfile, max_listeners=1), pytest.raises(Refused, match="最多带 1 个"):
        courses.take_demands([one, ask(scene, cast.stone_class)], **by)

    assert not Course.objects.exists()


def test_of_two_centres_that_take_a_demand_one_wins(scene: Scene) -> None:
    demand = ask(scene)

    course = take(scene, demand)
    with pytest.raises(Refused, match="刚刚被"):
        courses.take_demands([demand], host_school=scene.cast.far_school, **BY)

    demand.refresh_from_db()
    assert (demand.state, demand.course) == ("taken", course)
    assert (course.community, course.form, course.periods_per_week) == (
        scene.group, "delivered", 2,
    )  # fmt: skip
    assert course.textbook == scene.textbook
    assert Course.objects.count() == 1


def test_a_published_course_fills_its_demand_and_leaves_one_for_the_rest(scene: Scene) -> None:
    demand = ask(scene)

    published(scene, demand, periods=1)

    demand.refresh_from_db()
    assert (demand.state, demand.closed_at) == ("filled", BEFORE)
    rest = Demand.objects.get(state="open")
    assert (rest.periods, rest.kind) == (1, "short")
    assert music(scene) == ("short", 1)
    put(scene, scene.cast.deer_class, (4, 2), code=MUSIC, teacher=scene.cast.deer_assistant)
    assert music(scene) == ("unqualified", 2)  # its own lesson is the doubtful one


def test_a_withdrawn_course_opens_its_demands_again_as_one(scene: Scene) -> None:
    demand = ask(scene)
    course = published(scene, demand, periods=1)

    withdraw_course(course, reason="教师调离", **BY)

    demand.refresh_from_db()
    assert (demand.state, demand.course, demand.periods) == ("open", None, 2)
    assert Demand.objects.filter(state="open").count() == 1
    assert music(scene) == ("missing", 2)


def test_the_rest_that_another_course_has_taken_stays_with_it(scene: Scene) -> None:
    demand = ask(scene)
    course = published(scene, demand, periods=1)
    rest = Demand.objects.get(state="open")
    other = courses.take_demands([rest], host_school=scene.cast.far_school, **BY)

    withdraw_course(course, reason="教师调离", **BY)

    demand.refresh_from_db()
    rest.refresh_from_db()
    assert (demand.state, rest.state, rest.course) == ("closed", "taken", other)


def test_a_class_dropped_from_a_course_asks_again(scene: Scene) -> None:
    both = ask(scene), ask(scene, scene.cast.stone_class)
    course = take(scene, *both)
    deer, stone = course.listeners.order_by("school_class__school__path")

    with pytest.raises(Refused, match="写明"):
        courses.drop_listener(deer, reason="", **BY)
    courses.drop_listener(deer, reason="本校能开", **BY)
    with pytest.raises(Refused, match="最后一个"):
        courses.drop_listener(stone, reason="本校能开", **BY)

    assert [Demand.objects.get(pk=each.pk).state for each in both] == ["open", "taken"]


def test_a_joint_course_takes_the_place_of_an_unqualified_teachers_lessons(scene: Scene) -> None:
    deer, helper = scene.cast.deer_class, scene.cast.deer_assistant
    put(scene, deer, (1, 1), (2, 1), code=MUSIC, teacher=helper)
    put(scene, scene.cast.centre_class, (3, 2), code=MUSIC, teacher=scene.cast.teacher)
    demand = ask(scene)
    assert demand.kind == "unqualified"

    course = publish(scene, ready(scene, demand, periods=2))

    own = Placement.objects.filter(school_class=deer, subject=MUSIC)
    assert own.filter(slot=None).count() == 0
    assert own.count() == 2
    assert music(scene) is None
    assert Placement.objects.filter(school_class=scene.cast.centre_class).count() == 2
    withdraw_course(course, reason="停开", **BY)
    assert sorted(own.values_list("weekday", "seq", "teacher")) == [
        (1, 1, helper.person.pk), (2, 1, helper.person.pk),
    ]  # fmt: skip
    assert Placement.objects.get(school_class=scene.cast.centre_class).weekday == 3


def test_a_lesson_given_up_does_not_come_back_where_its_teacher_now_teaches(scene: Scene) -> None:
    deer, helper = scene.cast.deer_class, scene.cast.deer_assistant
    put(scene, deer, (1, 1), (2, 1), code=MUSIC, teacher=helper)
    course = publish(scene, ready(scene, ask(scene), periods=2))
    other = make_class(scene.cast.deer_bay, "16")
    free = not Placement.objects.filter(teacher=helper.person, weekday=1, seq=1).exists()
    assert free, "the solver avoids first periods"
    put(scene, other, (1, 1), teacher=helper)

    withdraw_course(course, reason="停开", **BY)

    back = Placement.objects.filter(school_class=deer, subject=MUSIC)
    assert list(back.values_list("weekday", "seq")) == [(2, 1)]


def test_listing_a_region_costs_the_same_queries_as_one_class(
    scene: Scene, django_assert_max_num_queries: object
) -> None:
    cast = scene.cast
    classes = [cast.deer_class, cast.stone_class, cast.centre_class, cast.far_class]

    with django_assert_max_num_queries(6):  # type: ignore[operator]
        check_completeness(scene.term, classes, EARLY)


def test_staffing_refuses_what_the_rules_forbid(scene: Scene) -> None:
    cast = scene.cast
    course = take(scene)
    good = {
        "host_teacher": cast.teacher.person, "host_class": cast.centre_class,
        "host_room": scene.studio, "textbook": scene.textbook, "form": "delivered",
        "periods_per_week": 1,
    }  # fmt: skip
    cases: list[tuple[dict[str, object], str]] = [
        ({"host_teacher": cast.deer_assistant.person}, "没有音乐任教资格"),
        ({"host_class": cast.deer_class}, "主讲班"),
        ({"host_room": scene.deer_room}, "不能作主讲教室"),
        ({"form": "nothing"}, "形态"),
        ({"periods_per_week": 6}, "1 到 5"),
    ]
    for change, said in cases:
        with pytest.raises(Refused, match=said):
            courses.staff_course(course, **(good | change), **BY)  # type: ignore[arg-type]
    scene.textbook.grade_id = "16"
    scene.textbook.save(update_fields=["grade"])
    with pytest.raises(Refused, match="教材"):
        courses.staff_course(course, **good, **BY)  # type: ignore[arg-type]
    more = good | {"textbook": None, "periods_per_week": 2}
    few = override(TimetableProfile, max_delivered_periods=1)
    with few, pytest.raises(Refused, match="最多 1 节"):
        courses.staff_course(course, **more, **BY)  # type: ignore[arg-type]

    course.refresh_from_db()
    assert course.host_teacher is None


def test_a_teacher_with_a_full_week_delivers_no_more(scene: Scene) -> None:
    cast = scene.cast
    put(scene, cast.centre_class, *((d, s) for d in range(1, 6) for s in range(1, 5)),
        teacher=cast.teacher)  # fmt: skip
    course = take(scene)

    with pytest.raises(Refused, match="每周已有 20 节课，最多 18 节"):
        staff(scene, course)


def test_a_listening_side_names_only_its_own_people_and_rooms(scene: Scene) -> None:
    cast = scene.cast
    course = take(scene, ask(scene), ask(scene, cast.stone_class))
    deer, stone = course.listeners.order_by("school_class__school__path")
    helper = cast.deer_assistant.person

    with pytest.raises(Refused, match="不是鹿回湾教学点的教师"):
        courses.staff_listener(deer, assistant=cast.teacher.person, room=scene.deer_room, **BY)
    with pytest.raises(Refused, match="不能作听讲教室"):
        courses.staff_listener(deer, assistant=helper, room=scene.stone_room, **BY)
    courses.staff_listener(deer, assistant=helper, room=scene.deer_room, **BY)

    course.refresh_from_db()
    assert course.state == "draft"
    staff(scene, course)
    assert course.state == "ready"
    courses.staff_listener(stone, assistant=None, room=None, **BY)
    course.refresh_from_db()
    assert course.state == "draft"


def test_two_classes_share_a_room_exactly_when_they_share_the_teacher(scene: Scene) -> None:
    cast = scene.cast
    second = make_class(cast.deer_bay, number=2)
    course = take(scene, ask(scene), ask(scene, second))
    one, two = course.listeners.order_by("pk")
    helper = cast.deer_assistant.person

    courses.staff_listener(one, assistant=helper, room=scene.deer_room, **BY)
    with pytest.raises(Refused, match="合班听讲"):
        courses.staff_listener(two, assistant=cast.deer_head.person, room=scene.deer_room, **BY)
    courses.staff_listener(two, assistant=helper, room=scene.deer_room, **BY)

    assert two.room == one.room


def test_a_published_course_is_not_staffed_again(scene: Scene) -> None:
    course = published(scene)

    with pytest.raises(Refused, match="已经开课"):
        staff(scene, course)
    assert subject().name == "音乐"
