"""The teaching point's own plan: one task, a rule, a version, a computation, an upload."""

import io

from django.utils import timezone
from openpyxl import Workbook

from tests.access.story import Story
from tongke.teaching.timetable.models import (
    CalendarFeed,
    GridImport,
    PlanRule,
    SchoolPlan,
    TeachingTask,
)
from tongke.teaching.timetable.services.plans import (
    computing,
    feeds,
    grid_imports,
    rules,
    tasks,
    versions,
)
from tongke.teaching.timetable.services.plans.rules import RuleData
from tongke.teaching.timetable.services.plans.tasks import TaskData
from tongke.teaching.timetable.tests.make import CHINESE, subject


def task(story: Story) -> TeachingTask:
    """Chinese for the point's class, twice a week; written when it is first asked for."""
    known = TeachingTask.objects.first()
    if known is not None:
        return known
    data = TaskData(
        subject=subject(CHINESE), classes=[story.world.deer_class], periods=2,
        teachers=[story.world.deer_assistant.person],
    )  # fmt: skip
    scene = story.scene
    return tasks.add_task(
        story.world.deer_bay, scene.term, data, by=scene.deer_timetabler, at=timezone.now()
    )


def rule(story: Story) -> PlanRule:
    """A rule of the school's own."""
    known = PlanRule.objects.first()
    if known is not None:
        return known
    data = RuleData(kind="teacher_day", most=4)
    return rules.save_rule(
        story.world.deer_bay, story.scene.term, data, by=story.scene.deer_timetabler,
        at=timezone.now(),
    )  # fmt: skip


def plan(story: Story) -> SchoolPlan:
    """A draft with both lessons waiting, and an analysis asked for."""
    known = SchoolPlan.objects.first()
    if known is not None:
        return known
    task(story)
    by, now = story.scene.deer_timetabler, timezone.now()
    made = versions.begin_plan(story.world.deer_bay, story.scene.term, name="初稿", by=by, at=now)
    computing.explain(made, by=by, at=now)
    return made


def upload(story: Story) -> GridImport:
    """A class's week, read and not matched yet."""
    known = GridImport.objects.first()
    if known is not None:
        return known
    book = Workbook()
    book.active.title = story.world.deer_class.name
    for row in (
        ["节次", "周一", "周二", "周三", "周四", "周五"],
        ["第1节", "语文"],
        ["第2节", "数学"],
    ):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return grid_imports.upload(
        story.world.deer_bay, story.scene.term, out.getvalue(), "课表.xlsx",
        by=story.scene.deer_timetabler, at=timezone.now(),
    )  # fmt: skip


def feed(story: Story) -> CalendarFeed:
    """The delivering teacher's link."""
    known = CalendarFeed.objects.filter(revoked_at=None).first()
    return known or feeds.open_feed(by=story.world.teacher, at=timezone.now())
