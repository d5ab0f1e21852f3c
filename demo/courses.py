"""From the points' gaps to joint courses: asked for, taken, staffed from all sides, published."""

from datetime import date, datetime, timedelta

from demo.joint import CoursePlan, Meeting, Reserved, assistant
from demo.world import School, World, at
from tongke.foundation.curriculum.models import Textbook
from tongke.foundation.people.models import SchoolClass
from tongke.teaching.timetable import slots as pure
from tongke.teaching.timetable.models import Course, Demand, Listener
from tongke.teaching.timetable.queries import planning
from tongke.teaching.timetable.services import courses as staffing
from tongke.teaching.timetable.services import demands
from tongke.teaching.timetable.services.publishing import publish_courses

Asked = dict[tuple[int, str], Demand]
"""Open demands by class and subject."""


def ask_all(world: World, plans: list[CoursePlan]) -> Asked:
    """The points ask, before the term, for what their upper grades lack, and lately for more.

    What the lowest grades lack nobody has asked for yet: a gap that waits to be found.
    """
    before = world.clock.starts_on - timedelta(days=4)
    lately = world.clock.today - timedelta(days=4)
    wanted = {key: {plan.grade} for plan in plans for key in plan.points}
    for number in (0, 1):
        for spec in world.groups[number].points:
            wanted[spec.key] = {"14", "15"}
    asked: Asked = {}
    for number, (key, grades) in enumerate(sorted(wanted.items())):
        asked |= _ask(world, world.schools[key], grades, at(before, f"{9 + number % 8:02d}:20"))
    for spec in world.groups[0].points[:2]:
        _ask(world, world.schools[spec.key], {"13"}, at(lately, "16:45"))
    return asked


def _ask(world: World, school: School, grades: set[str], moment: datetime) -> Asked:
    classes = [one for klass, one in school.classes.items() if klass[0] in grades]
    made = demands.open_all_demands(
        world.running, classes, by=world.planning(school, moment.date()), at=moment
    )
    return {(each.school_class_id, each.subject_id): each for each in made}


def take_all(world: World, plans: list[CoursePlan], asked: Asked) -> dict[str, Course]:
    """The centres take demands and make courses of them; all sides name people and rooms."""
    made: dict[str, Course] = {}
    for number, plan in enumerate(plans):
        day = _decided(world, plan) - timedelta(days=2)
        wanted = [asked[one.pk, plan.subject] for one in _classes(world, plan)]
        centre = world.schools[world.groups[plan.group].centre.key]
        course = staffing.take_demands(
            wanted, host_school=centre.organisation, periods_per_week=plan.periods,
            by=world.planning(centre, day), at=at(day, f"{10 + number % 6:02d}:05"),
        )  # fmt: skip
        _staff(world, plan, course, day)
        made[plan.key] = course
    return made


def _decided(world: World, plan: CoursePlan) -> date:
    """The Friday on which a course was published; courses not yet published are of this week."""
    if plan.state == "published":
        return world.clock.monday(plan.week) + timedelta(days=4)
    return world.clock.today - timedelta(days=1)


def _classes(world: World, plan: CoursePlan) -> list[SchoolClass]:
    return [world.schools[key].classes[plan.grade, 1] for key in plan.points]


def _staff(world: World, plan: CoursePlan, course: Course, day: date) -> None:
    centre = world.schools[world.groups[plan.group].centre.key]
    staffing.staff_course(
        course, host_teacher=centre.teacher(plan.klass, plan.subject),
        host_class=centre.classes[plan.klass], host_room=centre.joint_room,
        textbook=_textbook(course), form=course.form, periods_per_week=plan.periods,
        by=world.planning(centre, day), at=at(day, "15:40"),
    )  # fmt: skip
    waiting = plan.state == "draft"
    for listener in course.listeners.select_related("school_class__school", "course"):
        key = next(
            each for each in plan.points
            if world.schools[each].organisation.pk == listener.school_class.school_id
        )  # fmt: skip
        if waiting and key == plan.points[0]:
            continue
        _assist(world, plan, world.schools[key], listener, day)


def _assist(world: World, plan: CoursePlan, school: School, listener: Listener, day: date) -> None:
    staffing.staff_listener(
        listener, assistant=school.teachers[assistant(school.staffing, plan)],
        room=school.joint_room, by=world.planning(school, day), at=at(day, "16:30"),
    )  # fmt: skip


def _textbook(course: Course) -> Textbook | None:
    """The first volume, for which the demo edition has items and pages, at any time of the year."""
    volumes = Textbook.objects.filter(subject=course.subject_id, grade=course.grade_id)
    return volumes.order_by("volume").first()


def publish_all(
    world: World, plans: list[CoursePlan], reserved: Reserved, made: dict[str, Course]
) -> list[Course]:
    """Publish week by week, consortium by consortium, in the periods that were agreed."""
    done: list[Course] = []
    published = [plan for plan in plans if plan.state == "published"]
    turns = sorted({(plan.week, plan.group) for plan in published})
    for week, group in turns:
        now = [plan for plan in published if (plan.week, plan.group) == (week, group)]
        day = _decided(world, now[0])
        courses = planning.ready_courses([made[plan.key].pk for plan in now])
        problem = planning.problem_of(courses, day)
        slots: list[pure.Slot] = []
        for plan in now:
            course = problem.course(str(made[plan.key].pk))
            for meeting in reserved.of(plan):
                slots.append(_slot(problem, course, meeting, slots))
        centre = world.schools[world.groups[group].centre.key]
        found = {
            made[plan.key].pk: [slot for slot in slots if slot.course == str(made[plan.key].pk)]
            for plan in now
        }
        done += publish_courses(found, by=world.planning(centre, day), at=at(day, "17:10"))
    return done


def _slot(
    problem: pure.Problem, course: pure.Course, meeting: Meeting, before: list[pure.Slot]
) -> pure.Slot:
    """The agreed period as the planner offers it."""
    for option in pure.options(problem, course, before):
        if (option.weekday, option.host.seq) == (meeting.weekday, meeting.seq):
            assert option.slot is not None, option.text
            return option.slot
    raise AssertionError("no such period")
