"""The homework section on the page of a lesson."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from tongke.foundation.people.actors import Actor
from tongke.teaching.homework import policy, queries
from tongke.teaching.homework.policy import Perm
from tongke.teaching.timetable import policy as timetable
from tongke.teaching.timetable.models import Lesson


def homework_of(request: HttpRequest, lesson: Lesson) -> SafeString | None:
    """The homework of a lesson with the button to set more, for those who may see it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    rows = policy.homework(actor, Perm.HOMEWORK_READ).filter(lesson=lesson)
    taught = timetable.lessons(actor, timetable.Perm.LESSON_TEACH).filter(pk=lesson.pk)
    may_set = lesson.state not in {"not_held", "cancelled"} and taught.exists()
    listed = list(queries.listed(rows))
    if not listed and not may_set:
        return None
    context = {"rows": listed, "lesson": lesson, "may_set": may_set}
    return render_to_string("homework/panel.html", context, request=request)
