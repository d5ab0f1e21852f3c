"""What the timetable publishes for analytics: lessons, who attends them, completeness."""

from collections.abc import Iterator

from django.utils import timezone

from tongke.core.extracts import Column, Extract
from tongke.foundation.people.models import SchoolClass
from tongke.teaching.timetable.models import Lesson, LessonClass, Term
from tongke.teaching.timetable.queries.gaps import check_completeness


def _lessons() -> Iterator[tuple[object, ...]]:
    rows = Lesson.objects.exclude(state=Lesson.State.CANCELLED).order_by("pk")
    columns = (
        "pk", "course", "course__term__code", "week", "day", "state", "course__host_school",
        "course__subject__name", "course__form", "teacher",
    )  # fmt: skip
    for row in rows.values_list(*columns).iterator(chunk_size=2000):
        yield (*row, int(row[5] == Lesson.State.HELD), 1)


def _lesson_classes() -> Iterator[tuple[object, ...]]:
    rows = LessonClass.objects.exclude(lesson__state=Lesson.State.CANCELLED).order_by("pk")
    columns = ("lesson", "school_class", "school_class__school", "side")
    yield from rows.values_list(*columns).iterator(chunk_size=2000)


def _completeness() -> Iterator[tuple[object, ...]]:
    today = timezone.localdate()
    for term in Term.objects.filter(starts_on__lte=today).order_by("-starts_on")[:1]:
        classes = SchoolClass.objects.filter(
            kind=SchoolClass.Kind.STANDING,
            closed_on=None,
            school__path__startswith=term.region.path,
        ).select_related("school")
        for check in check_completeness(term, list(classes), today):
            place = (term.code, check.school_class.pk, check.school_class.school_id)
            for line in check.lines:
                if line.required:
                    yield (*place, line.subject.name, line.required, line.given, line.offered,
                           line.qualified)  # fmt: skip


EXTRACTS = [
    Extract(
        "lessons",
        "Joint lessons that were not cancelled.",
        (
            Column("lesson_id", "int", "the lesson"),
            Column("course_id", "int", "its joint course"),
            Column("term", "text", "code of the term"),
            Column("week", "int", "teaching week, from 1"),
            Column("day", "date", "day of the lesson"),
            Column("state", "text", "planned, live, held or not_held"),
            Column("host_school_id", "int", "the delivering school"),
            Column("subject", "text", "name of the subject"),
            Column("form", "text", "profile code of the lesson form"),
            Column("teacher_id", "int", "the delivering teacher"),
            Column("held", "int", "1 when it was held"),
            Column("planned", "int", "always 1"),
        ),
        _lessons,
    ),
    Extract(
        "lesson_classes",
        "Which class took part in which joint lesson, on which side.",
        (
            Column("lesson_id", "int", "the lesson"),
            Column("class_id", "int", "the class"),
            Column("school_id", "int", "the class's school"),
            Column("side", "text", "host or listening"),
        ),
        _lesson_classes,
    ),
    Extract(
        "completeness",
        "Each required subject of each class in the running term.",
        (
            Column("term", "text", "code of the term"),
            Column("class_id", "int", "the class"),
            Column("school_id", "int", "its school"),
            Column("subject", "text", "name of the subject"),
            Column("required", "int", "weekly periods the plan asks for"),
            Column("given", "int", "weekly periods in the timetable"),
            Column("offered", "bool", "whether it is taught at all"),
            Column("qualified", "bool", "whether its teachers are qualified"),
        ),
        _completeness,
    ),
]
