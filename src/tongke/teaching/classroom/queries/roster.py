"""Which classes and pupils a lesson has."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet

from tongke.foundation.people.models import Enrolment
from tongke.teaching.classroom.facts import Pupil, RoomInfo
from tongke.teaching.timetable.models import Lesson, LessonClass


def enrolled(day: date) -> Q:
    """The condition "on the roll on that day" of an enrolment."""
    return Q(since__lte=day) & (Q(until=None) | Q(until__gte=day))


def pupils_by_class(class_ids: Iterable[int], day: date) -> dict[int, tuple[Pupil, ...]]:
    """The roll of each class on a day, in the order of seats, then names."""
    rows = (
        Enrolment.objects.filter(enrolled(day), school_class__in=list(class_ids))
        .order_by("school_class", "seat", "pupil__name", "pupil")
        .values_list("school_class", "pupil", "pupil__name", "seat")
    )
    found: dict[int, list[Pupil]] = {}
    for class_id, pupil_id, name, seat in rows:
        found.setdefault(class_id, []).append(Pupil(pupil_id, name, seat))
    return {class_id: tuple(pupils) for class_id, pupils in found.items()}


def lesson_classes(lesson: Lesson) -> QuerySet[LessonClass]:
    """The classes of a lesson with school and assistant, the delivering one first."""
    return lesson.classes.select_related("school_class__school", "assistant").order_by(
        "side", "school_class__school__path", "school_class"
    )


def rooms(lesson: Lesson) -> tuple[RoomInfo, ...]:
    """The rooms of a lesson with their pupils, the delivering one first."""
    rows = list(lesson_classes(lesson))
    rolls = pupils_by_class([row.school_class_id for row in rows], lesson.day)
    schools = [row.school_class.school_id for row in rows]
    return tuple(
        RoomInfo(
            class_id=row.school_class_id,
            name=_name(row, alone=schools.count(row.school_class.school_id) == 1),
            class_name=row.school_class.name,
            school_id=row.school_class.school_id,
            school_name=row.school_class.school.name,
            is_host=row.side == LessonClass.Side.HOST,
            assistant_id=row.assistant_id,
            assistant=row.assistant.name if row.assistant else "",
            pupils=rolls.get(row.school_class_id, ()),
        )
        for row in rows
    )


def _name(row: LessonClass, *, alone: bool) -> str:
    if row.side == LessonClass.Side.HOST:
        return "本班"
    school = row.school_class.school.short_name
    return school if alone else f"{school} {row.school_class.name}"
