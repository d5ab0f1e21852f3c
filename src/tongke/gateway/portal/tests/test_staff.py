"""What teachers, schools and the bureau are told to do."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse

from tongke.core import jobs
from tongke.core.models import Job
from tongke.engines.learning import services as learning
from tongke.engines.learning.models import Mastery
from tongke.engines.learning.scopes import ClassScope
from tongke.foundation.people.tests.make import NOON, TODAY, make_pupil
from tongke.gateway.portal.homes import (
    director,
    officer,
    researcher,
    school,
    sysadmin,
    teacher,
)
from tongke.gateway.portal.homes.mastery import weakest_by_class
from tongke.gateway.portal.homes.tasks import Task, by_urgency, dated, due_badge
from tongke.gateway.portal.tests.make import (
    Town,
    add_slides,
    do_homework,
    give_homework,
    hold,
    page,
    recommend,
)
from tongke.gateway.portal.tests.test_homes import text
from tongke.governance.monitor import services as monitor
from tongke.teaching.timetable.models import Lesson
from tongke.teaching.timetable.services import lessons as lesson_services
from tongke.teaching.timetable.tests import make as timetable


def facts(town: Town, name: str) -> dict[str, str]:
    """The pre-flight of somebody's next lesson: words by colour, joined."""
    found = teacher.build(town.actor(name), town.now).next
    assert found is not None
    told: dict[str, str] = {}
    for each in found.facts:
        told[each.tint] = f"{told.get(each.tint, '')}{each.text}；"
    return told


def test_preflight_tells_what_is_wrong_in_words(town: Town) -> None:
    scene = town.scene
    for room, mbps in ((scene.studio, 20), (scene.deer_room, 1.5), (scene.stone_room, 8)):
        room.line_mbps = mbps
        room.save(update_fields=["line_mbps"])

    before = facts(town, "teacher")
    add_slides(town)
    after = facts(town, "teacher")

    assert "还没有课件" in before["warn"]
    assert "鹿回湾教学点上行 1.5 Mbit/s，低于 2" in before["warn"]
    assert "课前规程还差 3 项" in before["warn"]
    assert "课件 3 页已就绪；2 间教室线路达标" in after["ok"]


def test_an_assistants_preflight_is_about_their_own_room(town: Town) -> None:
    found = teacher.build(town.actor("deer_assistant"), town.now).next

    assert found is not None
    assert not found.hosting
    assert found.deck == ""
    assert "石桥" not in "".join(each.text for each in found.facts)
    assert reverse("classroom:lesson-enter", args=[town.lesson.pk]) in page(
        town.actor("deer_assistant"), town.now
    )


def test_a_lesson_of_another_day_leads_to_its_page_not_into_the_room(town: Town) -> None:
    actor = replace(town.actor("teacher"), today=town.lesson.day - timedelta(days=1))

    shown = page(actor, town.now - timedelta(days=1))

    enter = reverse("classroom:lesson-enter", args=[town.lesson.pk])
    assert f'href="{enter}"' not in shown
    assert f'href="{reverse("timetable:lesson-detail", args=[town.lesson.pk])}"' in shown
    assert "明天" in text(shown)


def test_the_week_fades_what_is_over(town: Town) -> None:
    home = teacher.build(town.actor("teacher"), town.lesson.ends_at + timedelta(minutes=1))

    assert home.week is not None
    # Two maths lessons on each of five days and music on the last morning or noon.
    assert home.week.total == 11
    assert home.week.done == 2 * (town.lesson.day.isoweekday() - 1) + 1
    assert [each.entry.past for each in home.week.periods] == [True, False, False]


def test_at_the_weekend_the_next_week_is_shown(town: Town) -> None:
    days = 6 - town.lesson.day.isoweekday()
    actor = replace(town.actor("teacher"), today=town.lesson.day + timedelta(days=days))

    home = teacher.build(actor, town.now + timedelta(days=days))

    assert home.shown_week == town.lesson.week + 1
    assert "今天没有课" in home.line
    assert home.week is not None
    assert home.week.done == 0


def test_tasks_come_by_urgency_and_group_the_protocol(town: Town) -> None:
    held = hold(town, town.lesson.week - 1)
    recommend(town, town.scene.cast.deer_pupils[0], state="asked")

    tasks = teacher.build(town.actor("teacher"), town.now).tasks

    assert [each.title for each in tasks] == [
        "备课、课堂教学、课后作业：还差 7 项规程", f"布置作业：{held.title}",
        "安小满 想问：一字多音",
    ]  # fmt: skip
    assert tasks[1].href == reverse("homework:homework-new", args=[held.pk])
    assert [each.tint for each in tasks] == ["danger", "danger", "info"]


def test_late_things_come_newest_first_and_after_what_is_due_today() -> None:
    now = NOON
    due = {"old": -72, "late": -30, "tonight": 6, "next": 40}
    found = [
        dated(name, "", "/", "check", due_at=now + timedelta(hours=hours), now=now, today=TODAY)
        for name, hours in due.items()
    ]
    undated = Task("asked", "", "/", "check", "", "info")

    order = [each.title for each in by_urgency([undated, *found])]

    assert order == ["tonight", "late", "old", "next", "asked"]


def test_homework_that_is_set_is_no_task_any_more(town: Town) -> None:
    held = hold(town, town.lesson.week - 1)
    give_homework(replace(town, lesson=held), hours=24)

    tasks = teacher.build(town.actor("teacher"), town.now).tasks

    assert not any(each.title.startswith("布置作业") for each in tasks)


def test_an_assistant_counts_only_the_own_class(town: Town) -> None:
    homework = give_homework(town)
    for pupil in (*town.scene.cast.deer_pupils[:2], *town.scene.cast.centre_pupils[:1]):
        do_homework(homework, pupil, town.now)

    host = teacher.build(town.actor("teacher"), town.now).handed
    helper = teacher.build(town.actor("deer_assistant"), town.now).handed

    assert (host.sets, host.handed, host.expected, host.waiting) == (1, 3, 9, 6)
    assert (helper.sets, helper.handed, helper.expected) == (1, 2, 3)


def test_small_classes_have_no_mean(town: Town) -> None:
    klass, point = town.scene.cast.deer_class, town.points[0]
    scope = [ClassScope(klass.pk, timetable.MUSIC, pupils=True)]

    def estimate(pupil: object) -> None:
        Mastery.objects.create(
            pupil=pupil, key_point=point, mean=0.5, low=0.3, high=0.7, evidence=4,
            state="刚开始", version="1", as_of=town.now,
        )  # fmt: skip

    for pupil in town.scene.cast.deer_pupils:
        estimate(pupil)
    three = weakest_by_class(scope)
    for number in range(2):
        estimate(make_pupil(klass, f"新生{number}"))
    five = weakest_by_class(scope)

    assert three == ()
    assert [(each.point, each.pupils, each.mean, each.tint) for each in five] == [
        ("一字多音", 5, 0.5, "danger")
    ]


def test_deadlines_in_words(town: Town) -> None:
    now, today = town.now, town.lesson.day
    told = [
        due_badge(now + timedelta(hours=hours), now, today) for hours in (-30, -1, 2, 24, 24 * 10)
    ]

    assert [tint for _, tint in told] == ["danger", "danger", "warn", "info", "muted"]
    assert told[2][0].startswith("今天")
    assert told[3][0].startswith("明天")


def test_a_school_sees_what_waits_for_it_and_only_for_it(town: Town) -> None:
    demand = timetable.ask(town.scene, town.scene.cast.deer_class, code=timetable.ENGLISH)
    timetable.take(town.scene, demand)

    centre = school.build(town.actor("timetabler"), town.now)
    point = school.build(town.actor("deer_head"), town.now)

    assert [each.title for each in centre.waiting] == ["五年级英语：还没有指定主讲教师、主讲教室"]
    assert len(point.waiting) == 1
    assert "听讲教师和听讲教室" in point.waiting[0].title
    assert {gap.school_class.split()[0] for gap in point.gaps} == {"鹿回湾教学点"}


def test_lessons_nobody_explained_are_unresolved_until_somebody_does(town: Town) -> None:
    past = Lesson.objects.select_related("course").get(
        course=town.course, week=town.lesson.week - 1
    )
    head = town.actor("head")

    silent = school.build(head, town.now)
    lesson_services.mark_not_held(
        past, reason=lesson_services.MISSED, by=None, at=town.now - timedelta(days=1)
    )
    missed = school.build(head, town.now)
    Lesson.objects.filter(pk=past.pk).update(reason="学校停电")
    explained = school.build(head, town.now)

    assert past.pk in {each.pk for each in silent.unresolved}
    assert past.pk in {each.pk for each in missed.unresolved}
    assert past.pk not in {each.pk for each in explained.unresolved}


def test_a_researcher_sees_the_subject_by_classes(town: Town) -> None:
    for pupil in (*town.scene.cast.deer_pupils, *town.scene.cast.centre_pupils):
        Mastery.objects.create(
            pupil=pupil, key_point=town.points[1], mean=0.4, low=0.2, high=0.6, evidence=4,
            state="刚开始", version="1", as_of=town.now,
        )  # fmt: skip

    home = researcher.build(town.actor("researcher"), town.now)

    assert home.subject == "音乐"
    assert town.lesson.pk in {each.pk for each in home.lessons}
    assert [(each.point, each.pupils) for each in home.points] == [("切分节奏", 7)]
    assert (home.items.count, home.items.covered, home.items.points) == (4, 2, 2)


def test_an_officer_counts_the_day_and_the_late_demands(town: Town) -> None:
    timetable.ask(town.scene, town.scene.cast.far_class, code=timetable.ENGLISH)
    lesson_services.start(town.lesson, by=town.actor("teacher"), at=town.lesson.starts_at)

    home = officer.build(town.actor("officer"), town.lesson.starts_at)

    assert (home.counts.all, home.counts.live) == (1, 1)
    assert home.lessons[0].label == "正在上课"
    assert home.demands_late >= 1
    assert any("松岭小学" in each.title for each in home.demands)


@pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")
def test_a_director_sees_three_indicators_and_what_needs_a_decision(town: Town) -> None:
    for week in range(5, town.lesson.week):
        hold(town, week)
    monitor.compute(at=town.now)

    home = director.build(town.actor("director"), town.now)

    assert [each.code for each in home.indicators] == ["held", "offered", "participation"]
    held = home.indicators[0]
    assert (held.share, held.target, held.state) == (1.0, 95.0, "ok")
    assert held.rows.startswith(reverse("monitor:indicator-rows", args=["held"]))
    assert home.indicators[1].state == "danger"
    assert any(each.title.startswith("开齐率") for each in home.decisions)
    assert [(each.due, each.held, each.share) for each in home.consortia] == [
        (town.lesson.week - 5, town.lesson.week - 5, 1.0)
    ]


def test_an_administrator_hears_of_dead_jobs_and_of_a_worker_that_stands_still(town: Town) -> None:
    quiet = sysadmin.build(town.actor("sysadmin"), town.now)
    Job.objects.create(
        name="x", key="dead", state=Job.State.DEAD, run_at=town.now, created_at=town.now
    )
    Job.objects.create(
        name="x", key="late", run_at=town.now - timedelta(minutes=10), created_at=town.now
    )
    loud = sysadmin.build(town.actor("sysadmin"), town.now)

    assert not any("多次失败" in each.title for each in quiet.tasks)
    assert [each.title for each in loud.tasks][:2] == ["后台任务没有人执行", "1 个任务多次失败"]
    assert loud.jobs.dead == 1
    assert loud.accounts.all > 10
    assert dict(loud.versions)["区域配置"]
    assert jobs.tasks()


def test_estimates_are_not_needed_to_show_a_home(town: Town) -> None:
    learning.refresh_pupils([town.scene.cast.deer_pupils[0].pk], at=town.now)

    assert teacher.build(town.actor("teacher"), town.now).points == ()
