"""Makers for tests: a joint music lesson of three classes, homework set for it, work handed in."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone

from tongke.engines.learning.tests.make import make_studied
from tongke.foundation.curriculum.models import KeyPoint
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Person
from tongke.foundation.people.tests.make import NOON, TODAY, ZONE, World
from tongke.teaching.assessment.models import Item
from tongke.teaching.assessment.tests.make import make_items
from tongke.teaching.homework.models import Homework, Submission
from tongke.teaching.homework.services import assignments, submissions
from tongke.teaching.homework.services.assignments import Plan
from tongke.teaching.timetable.models import CourseSlot, Lesson, LessonClass

DUE = NOON + timedelta(days=1)
RIGHT = {1: ["B"], 2: ["A", "C"], 3: ["对"], 4: ["2"], 5: ["拖腔"]}
HALF = {1: ["A"], 2: ["A"], 3: ["对"]}
FULL_POINTS = 12


def make_lesson(cast: World) -> Lesson:
    """A held music lesson of the centre's class with the two points listening."""
    studied = make_studied(cast)
    slot = CourseSlot.objects.create(
        course=studied.course, weekday=TODAY.isoweekday(), starts=time(9, 50), ends=time(10, 30)
    )
    bell = datetime.combine(TODAY, time(9, 50), tzinfo=ZONE)
    lesson = Lesson.objects.create(
        course=studied.course, slot=slot, week=13, day=TODAY, starts_at=bell,
        ends_at=bell + timedelta(minutes=40), teacher=cast.teacher.person, title="《茉莉花》",
        unit=studied.point.unit, state=Lesson.State.HELD,
    )  # fmt: skip
    sides = LessonClass.Side
    for klass, side, assistant in (
        (cast.centre_class, sides.HOST, None),
        (cast.deer_class, sides.LISTENING, cast.deer_assistant.person),
        (cast.stone_class, sides.LISTENING, cast.stone_assistant.person),
    ):
        LessonClass.objects.create(
            lesson=lesson, school_class=klass, side=side, assistant=assistant
        )
    return lesson


def bank_of(lesson: Lesson, by: Actor) -> list[Item]:
    """One item of every kind for the lesson's unit."""
    return make_items(KeyPoint.objects.get(unit=lesson.unit_id), by)


def plan(items: Sequence[Item], **over: Any) -> Plan:
    """Fifteen minutes, due tomorrow at noon."""
    fields: dict[str, Any] = {
        "title": "《茉莉花》课后练习", "minutes": 15, "due_at": DUE, "items": items,
    }  # fmt: skip
    return Plan(**(fields | over))


def make_draft(
    lesson: Lesson, items: Sequence[Item] | None = None, *, by: Actor, **over: Any
) -> Homework:
    """A draft with the items, or one of every kind."""
    chosen = items if items is not None else bank_of(lesson, by)
    return assignments.draft(lesson, plan(chosen, **over), by=by, at=NOON)


def give(
    lesson: Lesson, items: Sequence[Item] | None = None, *, by: Actor, **over: Any
) -> Homework:
    """Homework given out at noon."""
    homework = make_draft(lesson, items, by=by, **over)
    assignments.give_out(homework, by=by, at=NOON)
    return homework


def give_now(lesson: Lesson, *, by: Actor) -> Homework:
    """Homework that is open on the real clock, for the tests of pages."""
    now = timezone.now()
    homework = make_draft(lesson, by=by, due_at=max(now, NOON) + timedelta(days=1))
    assignments.give_out(homework, by=by, at=now)
    return homework


def hand_in(
    homework: Homework,
    pupil: Person,
    answers: Mapping[int, list[str]] = RIGHT,
    *,
    at: datetime = NOON,
) -> Submission:
    """A pupil's work, handed in and marked."""
    submission = submissions.begin(homework, pupil, at=at)
    return submissions.hand_in(submission, answers, at=at)


def form_of(answers: Mapping[int, list[str]], questions: int = 5) -> dict[str, Any]:
    """What a browser posts for these answers."""
    return {f"a{seq}": values for seq, values in answers.items()} | {
        "q": [str(seq) for seq in range(1, questions + 1)]
    }
