"""Makers for tests of the timetable: a county with a term, bells, rooms, and one demand away
from its first joint course."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from tongke.engines.communities.models import Community
from tongke.engines.communities.tests.make import make_consortium
from tongke.foundation.campus.models import Room
from tongke.foundation.curriculum import data
from tongke.foundation.curriculum.models import Grade, Subject, Textbook, Unit
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Organisation, SchoolClass
from tongke.foundation.people.roles import Role
from tongke.foundation.people.tests.make import GRADE_5, MUSIC, ZONE, World, make_actor, world
from tongke.teaching.timetable.models import Course, Demand, Lesson, Term
from tongke.teaching.timetable.services import calendar, courses, demands, placements, planning
from tongke.teaching.timetable.services.placements import Cell
from tongke.teaching.timetable.services.publishing import publish_course

STARTS_ON = date(2026, 9, 7)  # a Monday
WEEKS = 20
BEFORE = datetime(2026, 9, 4, 10, 0, tzinfo=ZONE)
EARLY = BEFORE.date()
CHINESE, MATHS, ENGLISH = "SB0101", "SB0201", "SB0102"


@dataclass(frozen=True)
class Scene:
    """The cast of people with what a timetable needs; nothing is placed yet."""

    cast: World
    term: Term
    group: Community
    studio: Room
    deer_room: Room
    stone_room: Room
    textbook: Textbook
    deer_timetabler: Actor
    stone_timetabler: Actor


def make_subjects() -> None:
    """Subjects and grades with their national codes."""
    Subject.objects.bulk_create(
        Subject(code=row.code, name=row.name, short=row.short, position=row.position)
        for row in data.subjects()
    )
    stages = {row.code: row.name for row in data.stages()}
    Grade.objects.bulk_create(
        Grade(
            code=row.code, name=row.name, stage_code=row.stage, stage_name=stages[row.stage],
            position=row.position,
        )
        for row in data.grades()
    )  # fmt: skip


def make_textbook(subject: str = MUSIC, grade: str = GRADE_5, units: int = 3) -> Textbook:
    """A first volume with units of four periods each."""
    book = Textbook.objects.create(
        code=f"{subject}-{grade}-1", subject_id=subject, grade_id=grade, volume="上册",
        edition="示范版",
    )  # fmt: skip
    Unit.objects.bulk_create(
        Unit(textbook=book, code=f"{book.code}-{n}", seq=n, title=f"第{n}单元", periods=4)
        for n in range(1, units + 1)
    )
    return book


def make_term(region: Organisation, starts_on: date = STARTS_ON, code: str = "2026-1") -> Term:
    """The autumn term."""
    return calendar.open_term(
        region=region, code=code, name="2026—2027 学年第一学期", starts_on=starts_on, weeks=WEEKS,
        by=None, at=BEFORE,
    )  # fmt: skip


def bell_times(
    first: time = time(8, 30), lesson: int = 40, pause: int = 10, count: int = 7
) -> list[tuple[time, time]]:
    """Periods of equal length from the first bell on, with an hour and a half at noon."""
    times: list[tuple[time, time]] = []
    at = datetime.combine(EARLY, first)
    for number in range(1, count + 1):
        times.append((at.time(), (at + timedelta(minutes=lesson)).time()))
        at += timedelta(minutes=lesson + (120 if number == 4 else pause))
    return times


def ring(school: Organisation, first: time = time(8, 30), since: date = EARLY) -> None:
    """Give a school its bells."""
    calendar.save_bells(
        school, name="秋季作息", times=bell_times(first), since=since, by=None, at=BEFORE
    )


def make_room(school: Organisation, name: str = "听讲教室", *, deliver: bool = False) -> Room:
    """A room that can listen, or deliver."""
    return Room.objects.create(
        school=school, name=name, kind="studio" if deliver else "listening",
        can_deliver=deliver, can_listen=not deliver,
    )  # fmt: skip


def make_scene() -> Scene:
    """Four schools with bells some minutes apart, three rooms, one consortium, a term."""
    cast = world()
    make_subjects()
    ring(cast.centre)
    ring(cast.deer_bay, time(8, 35))
    ring(cast.stone_bridge, time(8, 32))
    ring(cast.far_school, time(8, 30))
    return Scene(
        cast=cast, term=make_term(cast.region.region), group=make_consortium(cast),
        studio=make_room(cast.centre, "录播教室", deliver=True),
        deer_room=make_room(cast.deer_bay), stone_room=make_room(cast.stone_bridge),
        textbook=make_textbook(),
        deer_timetabler=make_actor(Role.TIMETABLER, cast.deer_bay, name="鹿教务"),
        stone_timetabler=make_actor(Role.TIMETABLER, cast.stone_bridge, name="石教务"),
    )  # fmt: skip


def subject(code: str = MUSIC) -> Subject:
    """A subject by its code."""
    return Subject.objects.get(pk=code)


def put(
    scene: Scene,
    school_class: SchoolClass,
    *periods: tuple[int, int],
    code: str = CHINESE,
    teacher: Actor | None = None,
) -> None:
    """Place ordinary lessons at (weekday, seq)."""
    cells = [
        Cell(
            school_class=school_class, weekday=weekday, seq=seq, subject=subject(code),
            teacher=teacher.person if teacher else None,
        )
        for weekday, seq in periods
    ]  # fmt: skip
    placements.place_many(scene.term, cells, by=None, at=BEFORE)


def ask(scene: Scene, school_class: SchoolClass | None = None, code: str = MUSIC) -> Demand:
    """The deer bay's demand for music, or another."""
    return demands.open_demand(
        scene.term, school_class or scene.cast.deer_class, subject(code),
        by=scene.deer_timetabler, at=BEFORE,
    )  # fmt: skip


def take(scene: Scene, *asked: Demand, periods: int | None = None) -> Course:
    """The centre takes the demands; nothing is staffed."""
    return courses.take_demands(
        asked or [ask(scene)], host_school=scene.cast.centre, periods_per_week=periods,
        by=scene.cast.timetabler, at=BEFORE,
    )  # fmt: skip


def staff(scene: Scene, course: Course, *, with_class: bool = True) -> Course:
    """All sides name their people and rooms; the course is ready."""
    cast = scene.cast
    courses.staff_course(
        course, host_teacher=cast.teacher.person,
        host_class=cast.centre_class if with_class else None, host_room=scene.studio,
        textbook=scene.textbook, form="delivered", periods_per_week=course.periods_per_week,
        by=cast.timetabler, at=BEFORE,
    )  # fmt: skip
    sides = {
        cast.deer_bay.pk: (cast.deer_assistant.person, scene.deer_room, scene.deer_timetabler),
        cast.stone_bridge.pk: (
            cast.stone_assistant.person, scene.stone_room, scene.stone_timetabler,
        ),
    }  # fmt: skip
    for listener in course.listeners.select_related("school_class__school", "course"):
        assistant, room, by = sides[listener.school_class.school_id]
        courses.staff_listener(listener, assistant=assistant, room=room, by=by, at=BEFORE)
    course.refresh_from_db()
    return course


def ready(scene: Scene, *asked: Demand, periods: int = 1, with_class: bool = True) -> Course:
    """A course that can be planned."""
    return staff(scene, take(scene, *asked, periods=periods), with_class=with_class)


def publish(scene: Scene, course: Course, at: datetime = BEFORE) -> Course:
    """Find slots and publish."""
    plan = planning.propose([course], at.date())
    slots = [slot for slot in plan.slots if slot.course == str(course.pk)]
    return publish_course(course, slots, by=scene.cast.timetabler, at=at)


def published(scene: Scene, *asked: Demand, periods: int = 1, with_class: bool = True) -> Course:
    """A running course of the deer bay's music demand, or of others."""
    return publish(scene, ready(scene, *asked, periods=periods, with_class=with_class))


def first_lesson(course: Course) -> Lesson:
    """The first lesson of the term."""
    return Lesson.objects.filter(course=course).select_related("course").order_by("starts_at")[0]
