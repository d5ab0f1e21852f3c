"""Repeated jobs of the timetable: tidying up what nobody closed. All safe to repeat."""

from django.utils import timezone

from tongke.core.jobs import task
from tongke.teaching.timetable.models import Course
from tongke.teaching.timetable.services import lessons
from tongke.teaching.timetable.services.changes import ledger, telling  # noqa: F401 - register


@task("timetable.mark_missed", every_minutes=30, atomic=False)
def mark_missed() -> None:
    """Close lessons that nobody closed. Safe to run twice."""
    lessons.mark_missed(timezone.now())


@task("timetable.end_courses", every_minutes=24 * 60)
def end_courses() -> None:
    """Close the courses of terms that are over. Safe to run twice."""
    running = Course.objects.filter(state=Course.State.PUBLISHED).select_related("term")
    today = timezone.localdate()
    over = {each.term_id for each in running if each.term.ends_on < today}
    running.filter(term__in=over).update(state=Course.State.ENDED)
