"""Lessons: lists, search, and the shares of planned lessons that were held."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Prefetch, Q, QuerySet

from tongke.foundation.curriculum.models import Unit
from tongke.foundation.people.models import Person
from tongke.teaching.timetable.models import Lesson, LessonClass, Term


def lesson_rows(rows: QuerySet[Lesson]) -> QuerySet[Lesson]:
    """Lessons with all that lists show: course, host, classes with assistants; two queries."""
    return rows.select_related(
        "course__subject", "course__grade", "course__host_school", "course__community",
        "teacher", "room", "unit",
    ).prefetch_related(Prefetch("classes", queryset=sides()))  # fmt: skip


def sides() -> QuerySet[LessonClass]:
    """The classes of lessons with school, assistant and room; the delivering class first."""
    return LessonClass.objects.select_related("school_class__school", "assistant", "room").order_by(
        "side", "school_class__school__path", "pk"
    )


def search(
    rows: QuerySet[Lesson],
    *,
    term: Term | None,
    text: str = "",
    state: str = "",
    week: int | None = None,
    course: int | None = None,
) -> QuerySet[Lesson]:
    """The lessons of a term that match; by topic, school, teacher or subject."""
    if term is not None:
        rows = rows.filter(course__term=term)
    if text:
        sides_named = LessonClass.objects.filter(school_class__school__name__contains=text)
        rows = rows.filter(
            Q(title__contains=text)
            | Q(teacher__name__contains=text)
            | Q(course__subject__name__contains=text)
            | Q(course__host_school__name__contains=text)
            | Q(pk__in=sides_named.values("lesson"))
        )
    if state in Lesson.State.values:
        rows = rows.filter(state=state)
    if week:
        rows = rows.filter(week=week)
    if course:
        rows = rows.filter(course=course)
    return rows.order_by("starts_at", "pk")


@dataclass(frozen=True)
class Held:
    """How many lessons were to take place by now, and how many did."""

    planned: int
    held: int
    not_held: int

    @property
    def share(self) -> float | None:
        """Held against planned, in [0, 1]; None before the first lesson."""
        return self.held / self.planned if self.planned else None


def held(rows: QuerySet[Lesson], at: datetime) -> Held:
    """Planned against held over the lessons that have ended; cancelled ones do not count."""
    due = rows.filter(ends_at__lte=at).exclude(state=Lesson.State.CANCELLED)
    counts = Counter(dict(due.order_by().values_list("state").annotate(Count("pk"))))
    return Held(sum(counts.values()), counts["held"], counts["not_held"])


def next_lessons(rows: QuerySet[Lesson], at: datetime, *, most: int = 5) -> list[Lesson]:
    """The lessons that run or come next, for home pages."""
    coming = rows.filter(
        ends_at__gt=at, state__in=[Lesson.State.PLANNED, Lesson.State.LIVE]
    ).order_by("starts_at", "pk")
    return list(lesson_rows(coming)[:most])


def taught_or_assisted(person: Person) -> QuerySet[Lesson]:
    """Lessons in which a person stands before a class, on either side."""
    helped = LessonClass.objects.filter(assistant=person)
    return Lesson.objects.filter(Q(teacher=person) | Q(pk__in=helped.values("lesson")))


def units_of(lesson: Lesson) -> QuerySet[Unit]:
    """The units of the course's textbook, in teaching order."""
    return Unit.objects.filter(textbook=lesson.course.textbook_id).order_by("seq")
