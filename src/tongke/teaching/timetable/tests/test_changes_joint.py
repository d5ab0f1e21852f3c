"""Joint lessons and absent teachers, and suspended days of schools and of the region."""

from datetime import date, timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from tongke.core.errors import Refused
from tongke.core.jobs import run_pending
from tongke.core.models import Message
from tongke.engines.credits.models import Entry
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.roles import Role
from tongke.foundation.people.tests.make import MUSIC, make_actor
from tongke.teaching.timetable import policy
from tongke.teaching.timetable.models import Absence, DayChange, Lesson
from tongke.teaching.timetable.queries.changes_away import broken_by
from tongke.teaching.timetable.queries.changes_day import day_plan
from tongke.teaching.timetable.queries.changes_list import change_rows
from tongke.teaching.timetable.queries.changes_offers import Desk
from tongke.teaching.timetable.queries.changes_suspended import Plan, effect_of, make_up_choices
from tongke.teaching.timetable.queries.gaps_trend import Tally, trend
from tongke.teaching.timetable.queries.grids import teacher_week
from tongke.teaching.timetable.services import lessons
from tongke.teaching.timetable.services.changes import arranging, steps, suspending
from tongke.teaching.timetable.services.changes.absences import NewAbsence, enter
from tongke.teaching.timetable.tests.changing import double_booked, shape, week
from tongke.teaching.timetable.tests.make import (
    BEFORE,
    CHINESE,
    Scene,
    ask,
    first_lesson,
    published,
    put,
)

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def lesson(scene: Scene) -> Lesson:
    """The first lesson of a course with two listening classes; 林 delivers."""
    course = published(scene, ask(scene), ask(scene, scene.cast.stone_class))
    return first_lesson(course)


def away(scene: Scene, who: Actor, lesson: Lesson, **over: Any) -> Absence:
    """An approved absence on the lesson's day."""
    new = NewAbsence(
        teacher=who.person, school=who.organisation, kind="duty", since=lesson.day,
        until=lesson.day, **over,
    )  # fmt: skip
    return enter(scene.term, new, approved=True, by=scene.cast.timetabler, at=BEFORE)


def test_another_teacher_of_the_subject_delivers_and_is_credited(
    scene: Scene, lesson: Lesson
) -> None:
    cast = scene.cast
    other = make_actor(Role.TEACHER, cast.centre, subject_code=MUSIC, name="汪乐")
    absence = away(scene, cast.teacher, lesson)
    one = Desk(absence, BEFORE).lessons[0]
    assert (one.key, one.part) == (f"h{lesson.pk}", "host")
    offers = Desk(absence, BEFORE).offers(one)
    assert [each.teacher for each in offers.substitutes] == [other.person]

    rows = arranging.arrange_all(absence, by=cast.timetabler, at=BEFORE)
    again = arranging.arrange(
        absence, {one.key: f"sub:{other.person.pk}"}, by=cast.timetabler, at=BEFORE
    )

    lesson.refresh_from_db()
    assert (lesson.teacher, rows[0].part, again) == (other.person, "host", [])
    assert Message.objects.filter(account=scene.deer_timetabler.account, title="联合课有变动")
    # Who stands in knows everybody's pupils in this lesson, and on no other day.
    everyone = {*cast.deer_pupils, *cast.stone_pupils, *cast.centre_pupils}
    later = lesson.course.lessons.exclude(day=lesson.day).order_by("day")[0]
    assert set(policy.course_pupils(other, lesson.course, lesson.day)) == everyone
    assert not policy.course_pupils(other, lesson.course, later.day).exists()
    lessons.start(lesson, by=other, at=lesson.starts_at)
    with pytest.raises(Refused, match="已经开始"):
        steps.undo(rows[0].step, by=cast.timetabler, at=lesson.starts_at)
    lessons.finish(lesson, by=other, at=lesson.ends_at)
    run_pending()
    assert Entry.objects.get(rule="host/delivered").person == other.person
    assert not Entry.objects.filter(rule="host/substitute").exists()


def test_an_assistant_is_replaced_by_a_colleague_of_the_point(scene: Scene, lesson: Lesson) -> None:
    cast = scene.cast
    absence = away(scene, cast.deer_assistant, lesson)
    one = Desk(absence, BEFORE).lessons[0]
    offers = Desk(absence, BEFORE).offers(one)
    names = [each.teacher.name for each in offers.substitutes if each.teacher]
    assert set(names[:2]) == {"鹿教务", "鹿鸣"}
    assert offers.swaps == ()
    with pytest.raises(Refused, match="主讲校办理"):
        arranging.arrange(absence, {one.key: "off"}, by=cast.deer_head, at=BEFORE)

    rows = arranging.arrange(
        absence, {one.key: f"sub:{cast.deer_head.person.pk}"}, by=cast.deer_head, at=BEFORE
    )

    side = lesson.classes.get(school_class=cast.deer_class)
    assert (side.assistant, rows[0].state) == (cast.deer_head.person, "accepted")
    assert arranging.arrange(
        absence, {one.key: f"sub:{cast.deer_head.person.pk}"}, by=None, at=BEFORE
    ) == []  # fmt: skip
    steps.undo(rows[0].step, by=cast.deer_head, at=BEFORE)
    side.refresh_from_db()
    assert side.assistant == cast.deer_assistant.person


def test_an_assistant_for_a_day_knows_that_class_on_that_day(scene: Scene, lesson: Lesson) -> None:
    cast = scene.cast
    other = make_actor(Role.TEACHER, cast.deer_bay, name="代听")
    absence = away(scene, cast.deer_assistant, lesson)
    key = f"a{lesson.pk}-{cast.deer_class.pk}"
    arranging.arrange(absence, {key: f"sub:{other.person.pk}"}, by=cast.deer_head, at=BEFORE)

    later = lesson.course.lessons.exclude(day=lesson.day).order_by("day")[0]
    known = policy.course_pupils(other, lesson.course, lesson.day)
    assert set(known) == set(cast.deer_pupils)
    assert not policy.course_pupils(other, lesson.course, later.day).exists()


def test_the_week_of_a_studio_teacher_shows_who_stands_in(scene: Scene) -> None:
    cast = scene.cast
    course = published(scene, ask(scene), ask(scene, cast.stone_class), with_class=False)
    lesson = first_lesson(course)
    make_actor(Role.TEACHER, cast.centre, subject_code=MUSIC, name="汪乐")
    arranging.arrange_all(away(scene, cast.teacher, lesson), by=cast.timetabler, at=BEFORE)

    grid = teacher_week(
        scene.term, cast.teacher.person, [cast.centre.pk], week=lesson.week, now=BEFORE
    )
    told = [cell.sub for row in grid.rows for cell in row.cells if cell is not None]
    assert told.count("由汪乐上") == 1


def test_a_joint_lesson_is_made_up_when_all_sides_are_free(scene: Scene, lesson: Lesson) -> None:
    cast = scene.cast
    # Everything but the last period of the next school day is taken at one of the schools.
    later = lesson.day + timedelta(days=3 if lesson.day.isoweekday() == 5 else 1)
    put(scene, cast.stone_class, *[(later.isoweekday(), seq) for seq in range(1, 7)], code=CHINESE,
        teacher=cast.stone_assistant)  # fmt: skip
    absence = away(scene, cast.teacher, lesson)
    before = shape(scene, week(lesson.day, 20))
    offers = Desk(absence, BEFORE).offers(Desk(absence, BEFORE).lessons[0])
    assert not offers.substitutes
    first = offers.make_ups[0]
    assert first.token == f"move:{later}:7"

    rows = arranging.arrange(
        absence, {f"h{lesson.pk}": first.token}, reason="外出", by=cast.timetabler, at=BEFORE
    )

    lesson.refresh_from_db()
    made = rows[1].lesson
    assert made is not None
    assert (lesson.state, made.day, made.classes.count()) == ("not_held", later, 3)
    assert not double_booked(scene, week(lesson.day, 20))
    heard = day_plan(scene.term, later, classes=[cast.deer_class.pk])
    assert [(one.seq, one.part) for one in heard] == [(7, "assistant")]
    steps.undo(rows[0].step, by=cast.timetabler, at=BEFORE)
    lesson.refresh_from_db()
    assert lesson.state == "planned"
    assert shape(scene, week(lesson.day, 20)) == before

    # Taken back, the same day is free for it again.
    arranging.arrange(absence, {f"h{lesson.pk}": first.token}, by=cast.timetabler, at=BEFORE)
    made.refresh_from_db()
    assert (made.state, made.reason, made.classes.count()) == ("planned", "", 3)
    assert not double_booked(scene, week(lesson.day, 20))


def test_a_joint_lesson_may_be_called_off_beforehand(
    scene: Scene, lesson: Lesson, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    absence = away(scene, scene.cast.teacher, lesson)

    rows = arranging.arrange(
        absence, {f"h{lesson.pk}": "off"}, reason="停电", by=scene.cast.timetabler, at=BEFORE
    )

    lesson.refresh_from_db()
    assert (lesson.state, lesson.reason, rows[0].part) == ("not_held", "停电", "whole")
    assert not broken_by(absence)
    with django_assert_num_queries(1):
        names = [
            str(row.lesson.course) for row in change_rows(DayChange.objects.all()) if row.lesson
        ]
    assert names == [str(lesson.course)]
    with pytest.raises(Refused, match="时间已过"):
        steps.undo(rows[0].step, by=None, at=lesson.starts_at + timedelta(minutes=1))


def saturday(lesson: Lesson) -> date:
    return lesson.day + timedelta(days=6 - lesson.day.isoweekday())


def test_a_suspended_region_makes_its_joint_lessons_up(scene: Scene, lesson: Lesson) -> None:
    cast, term = scene.cast, scene.term
    put(scene, cast.deer_class, (lesson.day.isoweekday(), 6), teacher=cast.deer_assistant)
    plan = Plan(cast.region.region, lesson.day, make_up_on=saturday(lesson))
    before = shape(scene, week(lesson.day, 10))
    effect = effect_of(term, plan)
    assert (effect.count, len(effect.joint), effect.partly) == (4, 1, ())
    assert saturday(lesson).isoformat() in dict(
        make_up_choices(term, cast.region.region, lesson.day)
    )

    row = suspending.suspend(term, plan, reason="大雪", by=cast.officer, at=BEFORE)

    lesson.refresh_from_db()
    made = Lesson.objects.get(slot=lesson.slot, day=saturday(lesson))
    assert (lesson.state, lesson.reason, made.teacher) == (
        "not_held", "停课日：大雪", cast.teacher.person,
    )  # fmt: skip
    assert not [one for one in day_plan(term, lesson.day, classes=[cast.deer_class.pk]) if one.held]
    made_up = day_plan(term, saturday(lesson), classes=[cast.deer_class.pk])
    assert {one.subject.pk for one in made_up} == {CHINESE, MUSIC}
    assert Message.objects.filter(account=cast.deer_head.account, title__contains="停课").exists()
    with pytest.raises(Refused, match="已经登记停课"):
        suspending.suspend(
            term, Plan(cast.centre, lesson.day), reason="雪", by=cast.timetabler, at=BEFORE
        )
    suspending.resume(row, by=cast.officer, at=BEFORE)
    with pytest.raises(Refused, match="已经撤销"):
        suspending.resume(row, by=cast.officer, at=BEFORE)
    assert shape(scene, week(lesson.day, 10)) == before
    suspending.suspend(term, plan, reason="大雪", by=cast.officer, at=BEFORE)
    made.refresh_from_db()
    assert (made.state, made.classes.count()) == ("planned", 3)


def test_a_joint_lesson_goes_on_without_a_suspended_listener(scene: Scene, lesson: Lesson) -> None:
    cast, term = scene.cast, scene.term
    plan = Plan(cast.deer_bay, lesson.day)
    effect = effect_of(term, plan)
    assert (effect.count, effect.joint, [one.pk for one in effect.partly]) == (1, (), [lesson.pk])

    suspending.suspend(term, plan, reason="停电", by=scene.deer_timetabler, at=BEFORE)

    lesson.refresh_from_db()
    assert lesson.state == "planned"
    sides = {
        one.class_id: one.held
        for one in day_plan(term, lesson.day, classes=[cast.deer_class.pk, cast.stone_class.pk])
    }
    assert sides == {cast.deer_class.pk: False, cast.stone_class.pk: True}

    # Whoever had no class there has no work counted.
    lessons.start(lesson, by=cast.teacher, at=lesson.starts_at)
    lessons.finish(lesson, by=cast.teacher, at=lesson.ends_at)
    run_pending()
    credited = set(Entry.objects.values_list("person", flat=True))
    absent, present = lesson.classes.filter(side="listening").order_by("school_class__school")
    by_class = {one.school_class_id: one.assistant_id for one in (absent, present)}
    assert by_class[cast.deer_class.pk] not in credited
    assert {cast.teacher.person.pk, by_class[cast.stone_class.pk]} <= credited
    found = trend(term, [cast.deer_class, cast.stone_class], lesson.day + timedelta(days=1))
    assert dict(found.classes) == {cast.deer_class: Tally(1, 1), cast.stone_class: Tally(1)}


def test_a_day_that_cannot_be_suspended_is_refused(scene: Scene, lesson: Lesson) -> None:
    cast, term = scene.cast, scene.term
    by = {"by": cast.timetabler, "at": BEFORE}
    day, free = lesson.day, saturday(lesson)
    for plan, words in (
        (Plan(cast.centre, free), "没有要停的课"),
        (Plan(cast.centre, term.ends_on + timedelta(days=1)), "不在本学期"),
        (Plan(cast.centre, day, from_seq=5, until_seq=2), "结束节次"),
        (Plan(cast.centre, day, make_up_on=day + timedelta(weeks=1)), "本来就有课"),
        (Plan(cast.centre, day, make_up_on=day - timedelta(days=1)), "之后"),
        (Plan(cast.centre, day, from_seq=1, make_up_on=free), "逐节安排"),
        (Plan(cast.centre, day, make_up_on=term.ends_on + timedelta(days=7)), "不在本学期"),
    ):
        with pytest.raises(Refused, match=words):
            suspending.suspend(term, plan, reason="雪", **by)
    with pytest.raises(Refused, match="写明"):
        suspending.suspend(term, Plan(cast.centre, day), reason=" ", **by)
    with pytest.raises(Refused, match="已经开始"):
        suspending.suspend(term, Plan(cast.centre, day), reason="雪", by=None, at=lesson.starts_at)
    with pytest.raises(Refused, match="过去"):
        suspending.suspend(
            term, Plan(cast.centre, day), reason="雪", by=None,
            at=lesson.starts_at + timedelta(days=1),
        )  # fmt: skip
    suspending.suspend(term, Plan(cast.centre, day, make_up_on=free), reason="雪", **by)
    other = Plan(cast.centre, day - timedelta(days=1), make_up_on=free)
    put(scene, cast.centre_class, (other.day.isoweekday(), 1))
    with pytest.raises(Refused, match="已经用来补"):
        suspending.suspend(term, other, reason="雪", **by)
    assert not DayChange.objects.exclude(part="whole").exists()
