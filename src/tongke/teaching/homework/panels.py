"""The homework section on the page of a lesson."""

from django.http import HttpRequest
from django.template.loader import render_to_string

from tongke.foundation.people.actors import Actor
from tongke.teaching.homework import policy, queries
from tongke.teaching.homework.policy import Perm
from tongke.teaching.timetable import policy as timetable
from tongke.teaching.timetable.models import Lesson


def homework_of(request: HttpRequest, lesson: Lesson) -> str | None:
    """The homework of a lesson with the button to set more, for those who may see it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    rows = policy.homework(actor, Perm.HOMEWORK_READ).filter(lesson=lesson)
    may_set = timetable.lessons(actor, timetable.Perm.LESSON_TEACH).filter(pk=lesson.pk).exists()
    listed = list(queries.listed(rows))
    if not listed and not may_set:
        return None
    context = {"rows": listed, "lesson": lesson, "may_set": may_set}
    return render_to_string("homework/panel.html", context, request=request)
