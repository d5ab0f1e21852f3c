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

_LEADING = 2
Asked = dict[tuple[int, str], Demand]
"""Open demands by class and subject."""


def ask_all(world: World, plans: list[CoursePlan]) -> Asked:
    """The points ask for what their upper grades lack, before the centre takes it up."""
    before = world.clock.starts_on - timedelta(days=4)
    asked: Asked = {}
    for number, group in enumerate(world.groups):
        mine = [plan for plan in plans if plan.group == number]
        # In the leading consortia before the term, in the others when their turn comes.
        day = before if number < _LEADING else world.clock.monday(mine[0].week)
        grades = {plan.grade for plan in mine}
        for turn, spec in enumerate(group.points):
            moment = at(day, f"{9 + (number + turn) % 8:02d}:20")
            asked |= _ask(world, world.schools[spec.key], grades, moment)
    return asked


def ask_lately(world: World) -> None:
    """Last week two points asked for their third grades; the lowest grades nobody asked for yet."""
    day = world.clock.today - timedelta(days=4)
    for turn, spec in enumerate(world.groups[0].points[:2]):
        _ask(world, world.schools[spec.key], {"13"}, at(day, f"16:{15 + 20 * turn}"))


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
