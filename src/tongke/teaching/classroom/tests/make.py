"""Makers for tests of the classroom: one joint lesson with a host class and two listening ones."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid5

from django.utils import timezone

from tongke.foundation.curriculum.models import KeyPoint
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Person, SchoolClass
from tongke.foundation.people.tests.make import GRADE_5, MUSIC, ZONE, World, world
from tongke.teaching.classroom.models import Question, Session
from tongke.teaching.classroom.services import answers, questions, sessions
from tongke.teaching.timetable.models import (
    Course,
    CourseSlot,
    Lesson,
    LessonClass,
    Listener,
    Term,
)
from tongke.teaching.timetable.tests.make import make_subjects, make_textbook

BELL = datetime(2026, 11, 23, 9, 50, tzinfo=ZONE)
LENGTH = timedelta(minutes=40)
_SPACE = UUID("5f0c3c5e-7f1d-4a6e-9a35-1d5f0a7f2b11")


@dataclass(frozen=True)
class Live:
    """A lesson with its people; the session is not open yet."""

    cast: World
    lesson: Lesson
    point: KeyPoint

    @property
    def teacher(self) -> Actor:
        """The delivering teacher."""
        return self.cast.teacher

    def at(self, minutes: float) -> datetime:
        """So many minutes after the bell."""
        return self.lesson.starts_at + timedelta(minutes=minutes)


def make_live(bell: datetime = BELL) -> Live:
    """The fifth grade's music lesson of three classes, at a bell."""
    cast = world()
    make_subjects()
    book = make_textbook()
    unit = book.units.get(seq=1)
    point = KeyPoint.objects.create(unit=unit, code="MUS-5-1", seq=1, title="一字多音")
    day = timezone.localdate(bell)
    monday = day - timedelta(days=day.weekday())
    term = Term.objects.create(
        region=cast.region.region, code="2026-1", name="第一学期",
        starts_on=monday - timedelta(weeks=12), weeks=20,
    )  # fmt: skip
    course = Course.objects.create(
        term=term, form="delivered", subject_id=MUSIC, grade_id=GRADE_5, textbook=book,
        host_school=cast.centre, host_class=cast.centre_class, host_teacher=cast.teacher.person,
        state=Course.State.PUBLISHED, created_at=bell,
    )  # fmt: skip
    for school_class, assistant in (
        (cast.deer_class, cast.deer_assistant), (cast.stone_class, cast.stone_assistant),
    ):  # fmt: skip
        Listener.objects.create(
            course=course, school_class=school_class, assistant=assistant.person
        )
    slot = CourseSlot.objects.create(
        course=course, weekday=day.isoweekday(), starts=time(9, 50), ends=time(10, 30)
    )
    lesson = _lesson(course, slot, bell, cast)
    lesson.unit = unit
    lesson.save(update_fields=["unit"])
    return Live(cast, lesson, point)


def _lesson(course: Course, slot: CourseSlot, bell: datetime, cast: World) -> Lesson:
    lesson = Lesson.objects.create(
        course=course, slot=slot, week=13, day=timezone.localdate(bell), starts_at=bell,
        ends_at=bell + LENGTH, teacher=cast.teacher.person, title="《茉莉花》一字多音",
    )  # fmt: skip
    sides = LessonClass.Side
    for school_class, side, assistant in (
        (cast.centre_class, sides.HOST, None),
        (cast.deer_class, sides.LISTENING, cast.deer_assistant.person),
        (cast.stone_class, sides.LISTENING, cast.stone_assistant.person),
    ):
        LessonClass.objects.create(
            lesson=lesson, school_class=school_class, side=side, assistant=assistant, bell_seq=3
        )
    return lesson


def another_day(live: Live, day: date) -> Lesson:
    """A further lesson of the same course."""
    bell = datetime.combine(day, live.lesson.starts_at.timetz())
    return _lesson(live.lesson.course, live.lesson.slot, bell, live.cast)


def open_session(live: Live) -> Session:
    """The room, opened five minutes before the bell."""
    return sessions.open_room(live.lesson, by=live.teacher, at=live.at(-5))


def start_session(live: Live) -> Session:
    """The lesson, begun at the bell."""
    session = open_session(live)
    sessions.start(session, by=live.teacher, at=live.at(0))
    return session


def ask(session: Session, live: Live, minutes: float = 10, **over: object) -> Question:
    """A question with the right answer B, open for a minute from some minute on."""
    fields: dict[str, object] = {
        "kind": "single", "stem": "“好一朵美丽的茉莉花”里有几处一字多音？",
        "options": ("1 处", "2 处", "3 处", "没有"), "answer": "B", "key_point": live.point,
    }  # fmt: skip
    new = questions.NewQuestion(**(fields | over))  # type: ignore[arg-type]
    return questions.ask(session, new, by=live.teacher, at=live.at(minutes))


def act_id(name: str) -> UUID:
    """A fixed client id for a name."""
    return uuid5(_SPACE, name)


def given(
    question: Question,
    pupil: Person,
    school_class: SchoolClass,
    choice: str,
    at: datetime,
    *,
    received: datetime | None = None,
    name: str = "",
    entered_by: Actor | None = None,
    lesson_id: int | None = None,
) -> answers.Given:
    """A pupil's answer on its way to the service."""
    return answers.Given(
        client_id=act_id(name or f"{question.pk}:{pupil.pk}:{choice}:{at}"),
        lesson_id=lesson_id or question.session.lesson_id, question_id=question.pk,
        class_id=school_class.pk, pupil_id=pupil.pk, choice=choice, answered_at=at,
        received_at=received or at, entered_by=entered_by,
    )  # fmt: skip
