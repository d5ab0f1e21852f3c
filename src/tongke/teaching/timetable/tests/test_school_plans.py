"""Whole-school plans by their services: tasks, search, edits, publishing, and the way back."""

import pytest

from tongke.core.errors import Refused
from tongke.core.jobs import run_pending
from tongke.core.models import AuditEntry, Message
from tongke.teaching.timetable import planner
from tongke.teaching.timetable.models import Placement, PlanRule, SchoolPlan, TeachingTask
from tongke.teaching.timetable.queries.clock import term_clashes
from tongke.teaching.timetable.queries.plans import diffs, pages, targets
from tongke.teaching.timetable.queries.plans.problem import setting_of
from tongke.teaching.timetable.queries.plans.rules import specs_of
from tongke.teaching.timetable.queries.plans.times import week_of_school
from tongke.teaching.timetable.services import placements
from tongke.teaching.timetable.services.plans import (
    computing,
    edits,
    publishing,
    rules,
    tasks,
    versions,
)
from tongke.teaching.timetable.services.plans.edits import Target
from tongke.teaching.timetable.services.plans.rules import RuleData, save_rule, set_teacher_times
from tongke.teaching.timetable.tests.make import (
    BEFORE,
    CHINESE,
    EARLY,
    MUSIC,
    Scene,
    make_room,
    make_term,
    published,
    put,
    subject,
)
from tongke.teaching.timetable.tests.make_plans import SPORT, Small, by_hand, entry, make_small

pytestmark = pytest.mark.slow

State = SchoolPlan.State
PERIODS = 26


@pytest.fixture
def small(scene: Scene) -> Small:
    return make_small(scene)


def solved(small: Small, plan: SchoolPlan | None = None) -> SchoolPlan:
    """A version that the worker has computed."""
    plan = plan or small.begin()
    computing.start(plan, seconds=1, by=small.by, at=BEFORE)
    run_pending()
    plan.refresh_from_db()
    return plan


def publish(small: Small, plan: SchoolPlan) -> int:
    plan.refresh_from_db()
    return publishing.publish(plan, revision=plan.revision, by=small.by, at=BEFORE)


@pytest.mark.slow
def test_a_search_places_everything_and_it_can_be_published_and_taken_back(small: Small) -> None:
    put(small.scene, small.classes[0], (1, 1), (2, 1), teacher=small.scene.cast.teacher)
    plan = solved(small)

    assert plan.state == State.READY
    assert not plan.entries.filter(weekday=None).exists()
    work = plan.computations.get()
    assert work.state == "done"
    assert work.result["unplaced"] == []
    step = edits.undo(plan, revision=plan.revision, by=small.by, at=BEFORE)
    assert step.label.startswith("自动排课")
    plan.refresh_from_db()
    assert not plan.entries.exclude(weekday=None).exists()
    edits.redo(plan, revision=plan.revision, by=small.by, at=BEFORE)

    told = publish(small, plan)

    plan.refresh_from_db()
    assert plan.state == State.PUBLISHED
    assert Placement.objects.filter(school_class__in=small.classes).count() == PERIODS
    assert term_clashes(small.scene.term, EARLY) == []
    assert told == 6  # the five teachers, and the one who had taught the class before
    assert Message.objects.filter(kind="timetable.plan").count() == 6
    with pytest.raises(Refused, match="已经发布或停用"):
        edits.undo(plan, revision=plan.revision, by=small.by, at=BEFORE)

    copy = publishing.withdraw(plan, by=small.by, at=BEFORE)

    assert sorted(
        Placement.objects.filter(school_class__in=small.classes).values_list("weekday", "seq")
    ) == [(1, 1), (2, 1)]
    assert copy.parent == plan
    assert copy.state == State.READY
    actions = AuditEntry.objects.values_list("action", flat=True)
    assert {"timetable.school_plan.published", "timetable.school_plan.withdrawn"} <= set(actions)


def test_joint_lessons_stay_and_nobody_is_in_two_places(small: Small) -> None:
    scene = small.scene
    published(scene)
    joint = Placement.objects.get(school_class=small.classes[0], slot__isnull=False)
    # The sport teacher also teaches at the far school, at the clock time of our first period.
    far = scene.cast.far_class
    placements.place(
        scene.term, school_class=far, weekday=3, seq=1, subject=subject(SPORT),
        teacher=small.teachers["体老师"], by=None, at=BEFORE,
    )  # fmt: skip
    plan = by_hand(small)
    setting = setting_of(plan, EARLY)

    fixed = [each for each in setting.problem.activities if each.fixed]
    assert [one.name for one in fixed] == [f"{small.classes[0].name}音乐（联合课）"]
    assert any(one.resource.label == "体老师" for one in setting.problem.busy)

    sport = next(each for each in small.tasks if each.subject_id == SPORT)
    chinese = entry(plan, small.tasks[0])
    for row, cell, words in (
        (chinese, (joint.weekday, joint.seq), "音乐"),
        (entry(plan, sport), (3, 1), "体老师"),
    ):
        plan.refresh_from_db()
        with pytest.raises(Refused, match=words):
            edits.move(plan, row.pk, Target(*cell), revision=plan.revision, reason="一定要",
                       by=small.by, at=BEFORE)  # fmt: skip
    found = targets.targets_of(setting, list(plan.entries.all()), chinese)
    blocked = {(one.weekday, one.seq): one.reasons for one in found if not one.legal}
    assert any("音乐" in why for why in blocked[joint.weekday, joint.seq])


def test_the_second_editor_is_told_and_loses_nothing(small: Small) -> None:
    plan = by_hand(small)
    row = entry(plan, small.tasks[0])
    seen = plan.revision
    edits.lock(plan, [row.pk], locked=True, revision=seen, by=small.by, at=BEFORE)

    other = entry(plan, small.tasks[1])
    before = (other.weekday, other.seq)
    with pytest.raises(Refused, match=f"刚刚被{small.by.person.name}改过"):
        edits.take_off(plan, [other.pk], revision=seen, by=small.by, at=BEFORE)
    other.refresh_from_db()
    assert (other.weekday, other.seq) == before

    plan.refresh_from_db()
    with pytest.raises(Refused, match="已经锁定"):
        edits.move(plan, row.pk, Target(5, 7), revision=plan.revision, by=small.by, at=BEFORE)
    edits.lock(plan, [row.pk], locked=False, revision=plan.revision, by=small.by, at=BEFORE)
    plan.refresh_from_db()
    edits.move(plan, row.pk, Target(5, 7), revision=plan.revision, by=small.by, at=BEFORE)
    row.refresh_from_db()
    assert (row.weekday, row.seq) == (5, 7)
    plan.refresh_from_db()
    assert edits.undo(plan, revision=plan.revision, by=small.by, at=BEFORE).label.endswith("7 节")
    row.refresh_from_db()
    assert (row.weekday, row.seq) != (5, 7)
    plan.refresh_from_db()
    with pytest.raises(Refused, match="作息表里没有"):
        edits.move(plan, row.pk, Target(5, 9), revision=plan.revision, by=small.by, at=BEFORE)


def test_a_hard_rule_is_broken_with_a_reason_only_and_a_clash_never(small: Small) -> None:
    plan = by_hand(small)
    chinese, maths = small.tasks[0], small.tasks[1]
    set_teacher_times(
        small.school, small.scene.term, small.teachers["语一"], [(5, 7)], hard=True,
        by=small.by, at=BEFORE,
    )  # fmt: skip
    row = entry(plan, chinese)
    nowhere = Target(5, 6, room=10**6)
    with pytest.raises(Refused, match="不能用这间教室"):
        edits.move(plan, row.pk, nowhere, revision=0, by=small.by, at=BEFORE)
    with pytest.raises(Refused, match="写明理由"):
        edits.move(plan, row.pk, Target(5, 7), revision=0, by=small.by, at=BEFORE)
    edits.move(plan, row.pk, Target(5, 7), revision=0, reason="本人同意", by=small.by, at=BEFORE)
    row.refresh_from_db()
    assert row.reason == "本人同意"
    setting, entries = setting_of(plan, EARLY), list(plan.entries.all())
    issue = next(one for one in pages.issues_of(setting, entries) if one.hard)
    assert (issue.accepted, issue.entry) == ("本人同意", row.pk)
    publish(small, plan)

    # Another version in which two lessons of a class meet is refused whatever is written on them.
    second = versions.copy_plan(plan, name="二稿", by=small.by, at=BEFORE)
    one, two = entry(second, chinese, 1), entry(second, maths)
    second.entries.filter(pk=one.pk).update(weekday=two.weekday, seq=two.seq, reason="试试")
    with pytest.raises(Refused, match="不能发布"):
        publish(small, second)
    second.entries.filter(pk=one.pk).update(weekday=None, seq=None)
    with pytest.raises(Refused, match="还有 1 节课没有排"):
        publish(small, second)


def test_swapping_and_comparing(small: Small) -> None:
    plan = by_hand(small)
    copy = versions.copy_plan(plan, name="对调", by=small.by, at=BEFORE)
    one, two = entry(copy, small.tasks[0]), entry(copy, small.tasks[1])
    places = (one.weekday, one.seq), (two.weekday, two.seq)
    edits.swap(copy, one.pk, two.pk, revision=copy.revision, by=small.by, at=BEFORE)
    one.refresh_from_db()
    two.refresh_from_db()
    assert ((two.weekday, two.seq), (one.weekday, one.seq)) == places
    lines = diffs.compared(plan, copy)
    assert [each.lesson[-2:] for each in lines] == ["语文", "数学"]
    assert diffs.teachers(lines) == ["数老师", "语一"]
    assert diffs.compared(plan, copy, "数老师") == lines[1:]
    copy.refresh_from_db()
    double = entry(copy, next(each for each in small.tasks if each.doubles))
    with pytest.raises(Refused, match="连堂课不能和单节课对调"):
        edits.swap(copy, one.pk, double.pk, revision=copy.revision, by=small.by, at=BEFORE)


def test_several_classes_and_teachers_share_a_lesson_and_weeks_take_turns(small: Small) -> None:
    hall = make_room(small.school, "合唱教室")
    both = small.add(MUSIC, "语一、语二", *small.classes, periods=1, room=hall)
    odd = small.add("SB0404", "数老师", small.classes[0], weeks="odd")
    even = small.add("SB0506", "体老师", small.classes[0], weeks="even")
    plan = by_hand(small, places={both: (4, 1), odd: (5, 1), even: (5, 1)})
    publish(small, plan)

    rows = Placement.objects.filter(task=both)
    assert rows.count() == 2
    assert {row.room for row in rows} == {hall}
    helper = rows[0].helpers.get()
    assert {rows[0].teacher, helper} == {small.teachers["语一"], small.teachers["语二"]}
    assert term_clashes(small.scene.term, EARLY) == []
    assert set(Placement.objects.filter(weekday=5, seq=1).values_list("subject", "weeks")) == {
        ("SB0404", "odd"),
        ("SB0506", "even"),
    }
    # Neither of the two can be given to somebody else at that time.
    with pytest.raises(Refused, match=helper.name):
        placements.place(
            small.scene.term, school_class=small.scene.cast.far_class, weekday=4, seq=1,
            subject=subject(SPORT), teacher=helper, by=None, at=BEFORE,
        )  # fmt: skip


def test_tasks_come_from_a_timetable_or_another_term(small: Small) -> None:
    plan = by_hand(small)
    publish(small, plan)
    scene, day = small.scene, EARLY.replace(year=2027, month=3, day=1)
    term = make_term(scene.cast.region.region, day, "2026-2")
    with pytest.raises(Refused, match="还没有教学任务"):
        versions.begin_plan(small.school, term, name="下学期", by=small.by, at=BEFORE)
    save_rule(
        small.school, scene.term, RuleData(kind="at_once", subjects=(SPORT,), most=1),
        by=small.by, at=BEFORE,
    )  # fmt: skip
    copied = tasks.copy_tasks(small.school, term, source=scene.term, by=small.by, at=BEFORE)
    assert copied == 8
    assert PlanRule.objects.filter(term=term, kind="at_once").count() == 1
    with pytest.raises(Refused, match="已经有教学任务"):
        tasks.copy_tasks(small.school, term, source=scene.term, by=small.by, at=BEFORE)
    fresh = versions.begin_plan(
        small.school, term, name="下学期", source=scene.term, by=small.by, at=BEFORE
    )
    assert fresh.state == State.READY
    shown = ("task__subject", "task__classes", "weekday", "seq")
    assert sorted(fresh.entries.values_list(*shown)) == sorted(plan.entries.values_list(*shown))
    TeachingTask.objects.filter(term=term).delete()
    assert tasks.derive_tasks(small.school, term, source=scene.term, by=small.by, at=BEFORE) == 8
    assert tasks.derive_tasks(small.school, term, source=scene.term, by=small.by, at=BEFORE) == 0
    with pytest.raises(Refused, match="发布过的课表"):
        tasks.remove_tasks(small.tasks[:1], by=small.by, at=BEFORE)


def test_what_can_never_be_planned_is_said_and_changes_nothing(small: Small) -> None:
    too_many = small.add("SB0404", "数老师", small.classes[0], periods=36)
    with pytest.raises(Refused, match=r"共 49 节，超过每周 35 节"):
        small.begin()
    tasks.remove_tasks([too_many], by=small.by, at=BEFORE)
    for more, words in (
        ({"periods": 0}, "每周节数应在"),
        ({"periods": 3, "doubles": 2}, "最多 1 次连堂"),
        ({"room": make_room(small.scene.cast.far_school)}, "不是栖云中心小学的教室"),
    ):
        with pytest.raises(Refused, match=words):
            small.add("SB0404", "数老师", small.classes[0], **more)
    with pytest.raises(Refused, match="不都是"):
        small.add("SB0404", "数老师", small.scene.cast.far_class)
    special = small.add("SB0404", "数老师", small.classes[0], room_kind="special")
    with pytest.raises(Refused, match="没有登记专用教室"):
        small.begin()
    tasks.remove_tasks([special], by=small.by, at=BEFORE)
    with pytest.raises(Refused, match="还没有作息表"):
        week_of_school(small.scene.cast.elsewhere, EARLY)
    assert SchoolPlan.objects.count() == 0


def test_rules_are_the_regions_as_the_school_sets_them_and_its_own(small: Small) -> None:
    term, week = small.scene.term, week_of_school(small.school, EARLY)
    found = {one.key: one for one in specs_of(small.school, term, week)}
    assert found["main_morning"].sentence == "语文、数学、英语排在每天上午"
    assert found["sport_not_first"].sentence == "体育与健康不排在每天第 1 节"
    assert found["research.SB0101"].sentence == "语文不排在周三下午"
    rules.set_rule(
        small.school, term, found["main_morning"], active=False, hard=False, weight=2,
        by=small.by, at=BEFORE,
    )  # fmt: skip
    with pytest.raises(Refused, match="权重应在"):
        rules.set_rule(
            small.school, term, found["spread"], active=True, hard=False, weight=0,
            by=small.by, at=BEFORE,
        )  # fmt: skip
    row = set_teacher_times(
        small.school, term, small.teachers["体老师"], [(5, 5), (5, 6), (5, 7)], hard=True,
        by=small.by, at=BEFORE,
    )  # fmt: skip
    found = {one.key: one for one in specs_of(small.school, term, week)}
    assert not found["main_morning"].active
    assert found[f"r{row.pk}"].sentence == "体老师周五下午不排课"
    plan = by_hand(small)
    keys = {rule.key for rule in setting_of(plan, EARLY).problem.rules}
    assert not any(key.startswith("main_morning") for key in keys)
    assert f"r{row.pk}" in keys
    rules.remove_rule(found["main_morning"].row, by=small.by, at=BEFORE)
    assert specs_of(small.school, term, week)[0].active
    assert set_teacher_times(
        small.school, term, small.teachers["体老师"], [], hard=True, by=small.by, at=BEFORE
    ) is None  # fmt: skip
    for data, words in (
        (RuleData(kind="nothing"), "没有这种规则"), (RuleData(kind="never"), "至少选一门学科"),
        (RuleData(kind="unavailable"), "请选择教师"),
        (RuleData(kind="only", subjects=(CHINESE,)), "至少选一节"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=words):
            save_rule(small.school, term, data, by=small.by, at=BEFORE)


@pytest.mark.slow
def test_an_impossible_wish_is_explained_and_relaxed_in_a_new_version(small: Small) -> None:
    cells = [(day, seq) for day in range(1, 6) for seq in range(1, 8) if (day, seq) > (1, 3)]
    row = set_teacher_times(
        small.school, small.scene.term, small.teachers["语一"], cells, hard=True, by=small.by,
        at=BEFORE,
    )  # fmt: skip
    plan = solved(small)
    assert plan.entries.filter(weekday=None).count() + plan.hard > 0
    work = computing.explain(plan, by=small.by, at=BEFORE)
    run_pending()
    work.refresh_from_db()
    found = work.result["explanation"]
    assert found["feasible"] is False
    assert f"r{row.pk}" in {one["key"] for each in found["conflicts"] for one in each["rules"]}

    fresh = computing.relax(
        plan, [f"r{row.pk}"], sentence="语一可以在别的时间上课", by=small.by, at=BEFORE
    )
    assert pages.relaxed_of(fresh, setting_of(fresh, EARLY)) == [
        "语一周一第 4、5、6、7 节、周二全天、周三全天、周四全天、周五全天不排课"
    ]
    fresh = solved(small, fresh)
    assert fresh.state == State.READY
    publish(small, fresh)
    plan.refresh_from_db()
    versions.retire_plan(plan, by=small.by, at=BEFORE)
    with pytest.raises(Refused, match="不能放弃"):
        versions.retire_plan(fresh, by=small.by, at=BEFORE)
    assert planner.legal(
        setting_of(fresh, EARLY).problem,
        setting_of(fresh, EARLY).timetable(fresh.entries.all()),
    )
