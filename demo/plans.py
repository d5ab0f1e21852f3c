"""The whole-school plan of the leading centre: tasks, the running version, and a next draft."""

from datetime import timedelta

from demo.world import World, at
from tongke.foundation.people.models import Organisation
from tongke.teaching.timetable.models import SchoolPlan
from tongke.teaching.timetable.queries.calendar import SCHOOL_DAYS
from tongke.teaching.timetable.queries.plans.times import week_of_school
from tongke.teaching.timetable.services.plans import edits, publishing, rules, tasks, versions
from tongke.teaching.timetable.services.plans.rules import RuleData

_SPORT, _TALK = "SB0702", "TK-BH"
_WAITING = 3


def plan_centre(world: World) -> None:
    """What the timetabler of the leading centre did before the term, and is doing now."""
    school = world.deep[0]
    day = world.clock.starts_on - timedelta(days=3)
    by, before = world.planning(school, day), at(day, "10:00")
    tasks.derive_tasks(school.organisation, world.running, source=world.running, by=by, at=before)
    _wishes(world, school.organisation)
    plan = versions.begin_plan(
        school.organisation, world.running, name="本学期课表", source=world.running, by=by,
        at=before,
    )  # fmt: skip
    publishing.publish(plan, revision=plan.revision, by=by, at=before)
    _next(world, plan)


def _wishes(world: World, school: Organisation) -> None:
    """Rules of the school's own and of a teacher."""
    day = world.clock.starts_on - timedelta(days=3)
    by, when = world.planning(world.deep[0], day), at(day, "10:20")
    week = week_of_school(school, world.running.starts_on)
    # The timetabler teaches as well, and plans on Friday afternoon.
    rules.set_teacher_times(
        school, world.running, world.cast["han"],
        [(SCHOOL_DAYS[-1], seq) for seq in week.afternoon], hard=False, by=by, at=when,
    )  # fmt: skip
    for data in (
        RuleData(kind="at_once", subjects=(_SPORT,), most=3, weight=6),
        RuleData(kind="ends_day", subjects=(_TALK,), weight=1),
    ):
        rules.save_rule(school, world.running, data, by=by, at=when)


def _next(world: World, plan: SchoolPlan) -> None:
    """A draft of today: some lessons wait for a better place, one is locked."""
    day = world.clock.today - timedelta(days=1)
    by, when = world.planning(world.deep[0], day), at(day, "16:30")
    draft = versions.copy_plan(plan, name="下午少排主科", by=by, at=when)
    placed = draft.entries.filter(weekday__gt=0).order_by("task__subject__position", "task", "part")
    first = [each.pk for each in placed[: _WAITING + 1]]
    draft = edits.lock(draft, first[:1], locked=True, revision=draft.revision, by=by, at=when)
    edits.take_off(draft, first[1:], revision=draft.revision, by=by, at=when)
