"""Who sees and does what; and remote pupils for their course and its dates only."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.http import Http404

from tongke.foundation.people.models import Enrolment
from tongke.foundation.people.roles import Role
from tongke.foundation.people.services.classes import leave
from tongke.foundation.people.tests.make import MUSIC, acting, make_actor, make_guardian, make_pupil
from tongke.teaching.timetable import policy
from tongke.teaching.timetable.models import Lesson
from tongke.teaching.timetable.policy import Perm
from tongke.teaching.timetable.services import planning
from tongke.teaching.timetable.services.publishing import withdraw_course
from tongke.teaching.timetable.tests.make import (
    BEFORE,
    STARTS_ON,
    Scene,
    ask,
    first_lesson,
    published,
    put,
    ready,
    take,
)

pytestmark = pytest.mark.django_db


def test_a_lesson_is_seen_by_those_who_take_part_or_answer_for_it(scene: Scene) -> None:
    cast = scene.cast
    lesson = first_lesson(published(scene))
    centre_pupil = acting(cast.centre_pupils[0], Role.PUPIL)
    stone_pupil = acting(cast.stone_pupils[0], Role.PUPIL)
    cast_of_lesson = {**cast.actors, "centre_pupil": centre_pupil, "stone_pupil": stone_pupil}

    seen = {
        key
        for key, actor in cast_of_lesson.items()
        if policy.lessons(actor, Perm.LESSON_READ).filter(pk=lesson.pk).exists()
    }

    assert seen == {
        "teacher", "deer_assistant", "pupil", "guardian", "centre_pupil", "head", "timetabler",
        "deer_head", "researcher", "officer", "director", "sysadmin",
    }  # fmt: skip
    assert policy.lesson_or_404(cast.teacher, lesson.pk, Perm.LESSON_TEACH) == lesson
    with pytest.raises(Http404):
        policy.lesson_or_404(cast.deer_assistant, lesson.pk, Perm.LESSON_TEACH)
    correctors = {
        key
        for key, actor in cast.actors.items()
        if policy.lessons(actor, Perm.LESSON_CORRECT).exists()
    }
    assert correctors == {"head", "officer"}


def test_a_researcher_of_another_subject_sees_no_lesson_and_one_without_sees_all(
    scene: Scene,
) -> None:
    published(scene)
    office = scene.cast.region.research_office
    maths = make_actor(Role.RESEARCHER, office, subject_code="SB0201", name="数研")
    any_subject = make_actor(Role.RESEARCHER, office, name="总研")

    assert not policy.lessons(maths, Perm.LESSON_READ).exists()
    assert not policy.courses(maths, Perm.COURSE_READ).exists()
    assert policy.lessons(any_subject, Perm.LESSON_READ).count() == 20
    assert policy.courses(any_subject, Perm.COURSE_READ).count() == 1


def test_a_pupil_sees_the_lessons_of_the_days_on_the_roll_only(scene: Scene) -> None:
    course = published(scene)
    late = make_pupil(scene.cast.deer_class, "晚到生", since=STARTS_ON + timedelta(weeks=10))
    guardian = acting(make_guardian(late, "晚到父"), Role.GUARDIAN)
    pupil = acting(late, Role.PUPIL)

    weeks = set(policy.lessons(pupil, Perm.LESSON_READ).values_list("week", flat=True))

    assert min(weeks) in {11, 12}
    assert set(policy.lessons(guardian, Perm.LESSON_READ)) == set(
        policy.lessons(pupil, Perm.LESSON_READ)
    )
    assert course.lessons.count() == 20


def test_the_host_knows_remote_pupils_for_the_course_and_its_dates_only(scene: Scene) -> None:
    cast = scene.cast
    teacher = cast.teacher
    course = published(scene, ask(scene))
    other = ready(scene, ask(scene, cast.stone_class))
    days = list(Lesson.objects.filter(course=course).order_by("day").values_list("day", flat=True))
    everyone = {*cast.deer_pupils, *cast.centre_pupils}

    assert set(policy.course_pupils(teacher, course, days[0])) == everyone
    assert set(policy.course_pupils(teacher, course, days[-1])) == everyone
    assert not policy.course_pupils(teacher, course, days[0] - timedelta(days=1)).exists()
    assert not policy.course_pupils(teacher, course, days[-1] + timedelta(days=1)).exists()
    assert not policy.course_pupils(teacher, other, days[0]).exists(), "not published yet"

    here = replace(teacher, today=days[3])
    assert set(policy.remote_pupils(here)) == set(cast.deer_pupils)
    assert not policy.remote_pupils(replace(teacher, today=STARTS_ON - timedelta(days=30))).exists()
    assert not policy.remote_pupils(replace(here, role=Role.HEAD)).exists()


def test_a_pupil_who_left_the_remote_class_is_not_known_any_more(scene: Scene) -> None:
    course = published(scene)
    gone = scene.cast.deer_pupils[1]
    days = list(course.lessons.order_by("day").values_list("day", flat=True))
    leave(Enrolment.objects.get(pupil=gone), days[4], by=None, at=BEFORE)

    assert gone in policy.course_pupils(scene.cast.teacher, course, days[4])
    assert gone not in policy.course_pupils(scene.cast.teacher, course, days[5])


def test_a_withdrawn_course_gives_no_right_to_pupils(scene: Scene) -> None:
    course = published(scene)
    day = course.lessons.order_by("day")[2].day
    assert policy.course_pupils(scene.cast.teacher, course, day).exists()

    withdraw_course(course, reason="停开", by=None, at=BEFORE)

    course.refresh_from_db()
    assert not policy.course_pupils(scene.cast.teacher, course, day).exists()


def test_everybody_else_knows_the_pupils_they_answer_for(scene: Scene) -> None:
    cast = scene.cast
    course = published(scene, ask(scene), ask(scene, cast.stone_class), with_class=False)
    day = course.lessons.order_by("day")[2].day

    def known(key: str) -> set[object]:
        return set(policy.course_pupils(cast.actors[key], course, day))

    both = {*cast.deer_pupils, *cast.stone_pupils}
    assert known("teacher") == both
    assert known("deer_assistant") == set(cast.deer_pupils)
    assert known("deer_head") == set(cast.deer_pupils)
    assert known("head") == both, "the points hang under the centre"
    assert known("officer") == known("sysadmin") == known("researcher") == both
    for key in ("director", "pupil", "guardian", "outsider", "stranger"):
        assert known(key) == set(), key
    maths = make_actor(Role.RESEARCHER, cast.region.research_office, subject_code="SB0201")
    assert not policy.course_pupils(maths, course, day).exists()


def test_the_centre_never_staffs_the_listening_side(scene: Scene) -> None:
    cast = scene.cast
    course = take(scene)
    listener = course.listeners.get()

    assert policy.listener_or_404(scene.deer_timetabler, listener.pk, Perm.LISTENER_STAFF)
    assert policy.listener_or_404(cast.deer_head, listener.pk, Perm.LISTENER_STAFF)
    for actor in (cast.timetabler, cast.head, cast.officer, scene.stone_timetabler, cast.teacher):
        with pytest.raises(Http404):
            policy.listener_or_404(actor, listener.pk, Perm.LISTENER_STAFF)
    assert policy.listeners(cast.timetabler, Perm.LISTENER_DROP).exists()
    assert not policy.listeners(cast.officer, Perm.LISTENER_DROP).exists()
    assert policy.course_or_404(cast.timetabler, course.pk, Perm.COURSE_STAFF)
    for actor in (scene.deer_timetabler, cast.officer, cast.outsider):
        with pytest.raises(Http404):
            policy.course_or_404(actor, course.pk, Perm.COURSE_STAFF)


def test_demands_are_taken_by_centres_and_not_by_those_who_ask(scene: Scene) -> None:
    cast = scene.cast
    demand, far = ask(scene), ask(scene, cast.far_class)
    far_head = make_actor(Role.HEAD, cast.far_school, name="松校长")

    assert set(policy.demands(cast.timetabler, Perm.DEMAND_TAKE)) == {demand, far}
    for actor in (scene.deer_timetabler, far_head, cast.officer, cast.teacher):
        assert not policy.demands(actor, Perm.DEMAND_TAKE).exists()
    assert set(policy.demands(scene.deer_timetabler, Perm.DEMAND_READ)) == {demand}
    assert set(policy.demands(cast.officer, Perm.DEMAND_READ)) == {demand, far}
    assert not policy.demands(cast.stranger, Perm.DEMAND_READ).exists()
    assert not policy.demands(cast.teacher, Perm.DEMAND_READ).exists()
    assert set(policy.demands(cast.timetabler, Perm.DEMAND_OPEN)) == {demand}
    take(scene, far)
    assert far in policy.demands(cast.timetabler, Perm.DEMAND_READ)


def test_courses_are_planned_and_withdrawn_by_the_host_and_the_officer(scene: Scene) -> None:
    cast = scene.cast
    course = ready(scene)
    actors = {**cast.actors, "deer_timetabler": scene.deer_timetabler}

    for perm in (Perm.COURSE_PLAN, Perm.COURSE_WITHDRAW):
        able = {key for key, actor in actors.items() if policy.courses(actor, perm).exists()}
        assert able == {"head", "timetabler", "officer"}, perm
    readers = {
        key for key, actor in actors.items() if policy.courses(actor, Perm.COURSE_READ).exists()
    }
    assert readers == {
        "teacher", "deer_assistant", "head", "timetabler", "deer_head", "deer_timetabler",
        "researcher", "officer", "director", "sysadmin",
    }  # fmt: skip
    run = planning.plan_slots([course], organisation=cast.centre, by=None, at=BEFORE)
    deciders = {key for key, actor in actors.items() if run in policy.plan_runs(actor)}
    assert deciders == {"head", "timetabler", "officer"}


def test_timetables_are_read_by_the_school_and_edited_by_its_managers(scene: Scene) -> None:
    cast = scene.cast
    put(scene, cast.far_class, (1, 1), teacher=cast.teacher)

    def read(key: str) -> set[object]:
        return set(policy.classes(cast.actors[key], Perm.GRID_READ))

    assert read("teacher") == {
        cast.centre_class, cast.deer_class, cast.stone_class, cast.far_class,
    }  # fmt: skip
    assert read("deer_assistant") == {cast.deer_class}
    assert read("pupil") == read("guardian") == {cast.deer_class}
    assert cast.far_class in read("officer")
    assert read("stranger") == set()
    editors = {
        key for key, actor in cast.actors.items() if policy.classes(actor, Perm.GRID_EDIT).exists()
    }
    assert editors == {"head", "timetabler", "deer_head"}
    assert not policy.classes(cast.officer, Perm.LESSON_READ).exists()
    assert not policy.schools(cast.pupil, Perm.GRID_READ).exists()
    assert not policy.schools(cast.teacher, Perm.GAP_READ).exists()
    assert not policy.terms(cast.pupil, Perm.TERM_READ).exists()
    assert not policy.terms(cast.officer, Perm.GRID_READ).exists()
    assert set(policy.terms(cast.officer, Perm.TERM_EDIT)) == {scene.term}
    hosted = published(scene)
    assert cast.deer_class in policy.taught_classes(cast.teacher)
    assert hosted.subject_id == MUSIC
