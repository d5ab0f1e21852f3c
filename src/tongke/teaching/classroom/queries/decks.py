"""The slides of a lesson for the deck page."""

from tongke.teaching.classroom.models import Slide
from tongke.teaching.timetable.models import Lesson


def slides_of(lesson: Lesson) -> list[Slide]:
    """The slides in order; empty before the first."""
    rows = Slide.objects.filter(deck__lesson=lesson)
    return list(rows.select_related("image").order_by("seq"))
