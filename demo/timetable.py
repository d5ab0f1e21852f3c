"""The term of the county: bells, calendar, and the week of every class."""

from collections import defaultdict
from datetime import date, timedelta

from demo.joint import CoursePlan, Reserved, closures
from demo.region import GRID_NAMES, bells
from demo.weeks import Lesson, Node, Period, Week
from demo.world import WEEKS, School, World, at
from tongke.foundation.curriculum.models import Subject
from tongke.teaching.timetable.services import calendar, placements
from tongke.teaching.timetable.services.placements import Cell

_ORDER = (1, 2, 3, 4, 5, 6, 7)
_HOLIDAY_WEEK = 6


def ring(world: World) -> None:
    """Every school's own bells."""
    since = world.clock.starts_on - timedelta(days=7)
    for school in world.schools.values():
        grid = school.spec.grid
        calendar.save_bells(
            school.organisation, name=GRID_NAMES[grid], times=bells(grid), since=since,
            by=world.planning(school, since), at=at(since, "09:00"),
        )  # fmt: skip


def open_term(world: World) -> None:
    """The running term with its autumn week off, and a make-up day where today is a weekend."""
    day, start = world.clock.before, world.clock.starts_on
    by = world.admin(day.date())
    year, half = world.clock.school_year, 1 if world.clock.autumn else 2
    term = calendar.open_term(
        region=world.region, code=f"{year}-{half}", starts_on=start, weeks=WEEKS,
        name=f"{year}—{year + 1} 学年第{'一' if half == 1 else '二'}学期", by=by, at=day,
    )  # fmt: skip
    world.term = term
    monday = world.clock.monday(_HOLIDAY_WEEK)
    days: list[tuple[date, str, int | None]] = [
        (monday + timedelta(days=offset), "农忙假", None) for offset in range(5)
    ]
    days.append((monday - timedelta(days=2), "补周五的课", 5))
    if world.clock.today.isoweekday() > 5:
        days.append((world.clock.today, "补课日", world.clock.plan_weekday))
    for when, name, follows in days:
        calendar.set_holiday(term, day=when, name=name, follows_weekday=follows, by=by, at=day)


def place_all(world: World, plans: list[CoursePlan], reserved: Reserved) -> int:
    """The week of every class at every school; returns how many lessons were placed."""
    subjects = {each.code: each for each in Subject.objects.all()}
    day = world.clock.starts_on - timedelta(days=5)
    count = 0
    for school in world.schools.values():
        cells = [
            Cell(
                school_class=school.classes[lesson.klass], weekday=lesson.period[0],
                seq=lesson.period[1], subject=subjects[lesson.subject],
                teacher=school.teachers[lesson.teacher], room=school.rooms[lesson.klass],
            )
            for lesson in week_of(world, school, plans, reserved)
            if lesson.period is not None
        ]  # fmt: skip
        placements.place_many(
            world.running, cells, by=world.planning(school, day), at=at(day, "15:00")
        )
        count += len(cells)
    return count


def week_of(
    world: World, school: School, plans: list[CoursePlan], reserved: Reserved
) -> list[Lesson]:
    """A school's week, with the joint courses' periods kept free or given to their subject."""
    key = school.spec.key
    delivered = [plan for plan in plans if world.groups[plan.group].centre.key == key]
    lessons = [
        Lesson(task.klass, task.post, task.subject)
        for task in school.staffing.tasks
        for _ in range(task.periods)
    ]
    closed: dict[Node, set[Period]] = defaultdict(set)
    for node, period in closures(plans, reserved, key, school.staffing):
        closed[node].add(period)
    fixed: list[tuple[Lesson, Period]] = []
    for plan in delivered:
        own = [one for one in lessons if (one.klass, one.subject) == (plan.klass, plan.subject)]
        periods = [(each.weekday, each.seq) for each in reserved.of(plan)]
        if len(own) == len(periods):
            fixed.extend(zip(own, periods, strict=True))
        else:
            # Which of its own lessons the class gives up is for the planner to say.
            closed["class", plan.klass].update(periods)
            closed["teacher", own[0].teacher].update(periods)
    week = Week(
        [(weekday, seq) for seq in _ORDER for weekday in range(1, 6)],
        {node: frozenset(periods) for node, periods in closed.items()},
    )
    for lesson, period in fixed:
        week.put(lesson, period, fixed=True)
    lost = week.fill(lessons)
    assert not lost, (key, lost)
    return lessons
