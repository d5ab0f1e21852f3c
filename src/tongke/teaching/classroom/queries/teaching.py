"""Rows that acts of the lesson need: questions, key points."""

from django.db.models import QuerySet

from tongke.foundation.curriculum.models import KeyPoint
from tongke.teaching.classroom.models import Question, Session
from tongke.teaching.timetable.models import Lesson


def question_of(session: Session, question_id: int) -> Question | None:
    """A question of this very session; None for any other."""
    rows = Question.objects.select_related("session__lesson")
    return rows.filter(session=session, pk=question_id).first()


def question_by_id(question_id: int) -> Question | None:
    """A question with its session."""
    return Question.objects.select_related("session__lesson").filter(pk=question_id).first()


def key_points(lesson: Lesson) -> QuerySet[KeyPoint]:
    """Key points a question of this lesson may be about: the unit's, else the whole textbook's."""
    rows = KeyPoint.objects.select_related("unit").order_by("unit__seq", "seq")
    if lesson.unit_id is not None:
        return rows.filter(unit=lesson.unit_id)
    if lesson.course.textbook_id is not None:
        return rows.filter(unit__textbook=lesson.course.textbook_id)
    return rows.none()
