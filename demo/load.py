"""Loads the demo region into an empty installation, in one transaction."""

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

from django.db import transaction
from django.utils import timezone

from demo import (
    changes,
    continuity,
    county,
    courses,
    electives,
    families,
    joint,
    morning,
    people,
    rollout,
    study,
    timetable,
)
from demo.homework import Setter
from demo.lessons import History
from demo.plans import plan_centre
from demo.region import CLASS_TALK, LOCAL, Size
from demo.staffing import Periods
from demo.world import Clock, World
from tongke.core import jobs
from tongke.core.errors import Refused
from tongke.core.profile import current
from tongke.foundation.curriculum.profile import CurriculumProfile
from tongke.foundation.people.models import Organisation, Person
from tongke.governance.monitor import services as monitor

Progress = Callable[[str], None]


def load(
    progress: Progress = lambda _: None, today: date | None = None, *, scale: float = 1.0
) -> str:
    """Build the county with its history up to yesterday evening; returns a sentence on it.

    All or nothing: a load that fails leaves the installation as empty as it was.

    Args:
        progress: told what is being done.
        today: the day of the demo; the present day unless a test wants another. It always lies
            in the 13th week of the running term.
        scale: how much of the county, in (0, 1]; tests load a part.

    Raises:
        Refused: there are organisations already.
    """
    if Organisation.objects.exists():
        raise Refused("数据库里已经有机构，演示数据只能装进空的平台。")
    started = time.perf_counter()
    with _unswept():
        with transaction.atomic():
            world = build(Clock(today or timezone.localdate()), Size.of(scale), progress)
        progress("指标计算 …")
        monitor.compute(at=timezone.now())
    pupils = sum(sum(school.spec.sizes.values()) for school in world.schools.values())
    return (
        f"{world.region.name}：{len(world.schools)} 所学校和教学点，"
        f"{Person.objects.filter(appointments__role='teacher').distinct().count()} 名教师，"
        f"{pupils} 名学生，用时 {time.perf_counter() - started:.0f} 秒。"
    )


@contextmanager
def _unswept() -> Iterator[None]:
    """Without the search for garbage: half a million rows live to the end, a sixth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def build(clock: Clock, size: Size, progress: Progress) -> World:
    """Everything in the order in which it happened."""
    progress("机构、人员、班级 …")
    world = county.found(clock, size, weekly_periods())
    study.keep_catalogue(world)
    people.engage(world)
    families.open_all_classes(world)
    county.add_rooms(world)
    families.admit_all(world)
    families.open_all_accounts(world)
    county.join_schools(world)
    study.keep_items(world)
    study.keep_pages(world)
    study.report_titles(world)
    progress("作息、课表、联合课程 …")
    timetable.ring(world)
    timetable.open_term(world)
    plans = joint.courses(world.groups, size.first_week)
    families.ask_consent(world, plans)
    staffing = {key: school.staffing for key, school in world.schools.items()}
    reserved = joint.reserve(plans, world.groups, staffing, clock.plan_weekday)
    timetable.place_all(world, plans, reserved)
    made = courses.take_all(world, plans, courses.ask_all(world, plans))
    courses.publish_all(world, plans, reserved, made)
    plan_centre(world)
    progress("十二周的课、作业和学情 …")
    history = History(world, plans, made)
    held = [lesson for lesson in history.past() if history.live(lesson)]
    setter = Setter(world, history)
    setter.tell(setter.due_after(held))
    changes.lately(world)
    jobs.run_pending()
    morning.read_messages(world)
    courses.ask_lately(world)
    morning.prepare_lessons(world, plans, made)
    morning.answer_advice(world)
    changes.this_morning(world)
    continuity.go_on(world)
    rollout.report_all(world)
    electives.offer_and_choose(world)
    jobs.run_pending()
    return world


def weekly_periods() -> Periods:
    """The weekly periods of each primary grade: the required least, and the school's own."""
    plan: dict[str, dict[str, int]] = {}
    for line in current(CurriculumProfile).plan:
        if line.weekly_min and line.grade.startswith("1"):
            plan.setdefault(line.grade, {})[line.subject] = line.weekly_min
    for grade, subjects in plan.items():
        subjects[CLASS_TALK] = 1
        if grade >= "13":
            subjects[LOCAL] = 1
    return plan
