"""Reads of the item bank."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from tongke.foundation.curriculum.models import KeyPoint
from tongke.teaching.assessment.models import Item
from tongke.teaching.timetable.models import Lesson


@dataclass(frozen=True)
class Group:
    """The ready items of one key point."""

    key_point: KeyPoint
    items: list[Item]


@dataclass(frozen=True)
class Choice:
    """What may be set after a lesson: the queryset for the form, the groups for the page."""

    items: QuerySet[Item]
    groups: list[Group]


def for_lesson(lesson: Lesson) -> Choice:
    """Ready items of the lesson's unit; of the course's whole volume when it has no unit yet."""
    rows = Item.objects.filter(state=Item.State.READY)
    if lesson.unit_id:
        rows = rows.filter(key_point__unit=lesson.unit_id)
    elif lesson.course.textbook_id:
        rows = rows.filter(key_point__unit__textbook=lesson.course.textbook_id)
    else:
        course = lesson.course
        rows = rows.filter(
            key_point__unit__textbook__subject=course.subject_id,
            key_point__unit__textbook__grade=course.grade_id,
        )
    groups: dict[int, Group] = {}
    for item in rows.select_related("key_point__unit").order_by(
        "key_point__unit__seq", "key_point__seq", "code"
    ):
        groups.setdefault(item.key_point_id, Group(item.key_point, [])).items.append(item)
    return Choice(rows, list(groups.values()))


def search(rows: QuerySet[Item], **wanted: str) -> QuerySet[Item]:
    """Items narrowed by words, subject, grade, kind and state."""
    if words := wanted.get("q", "").strip():
        rows = rows.filter(Q(stem__icontains=words) | Q(key_point__title__icontains=words))
    columns = {
        "subject": "key_point__unit__textbook__subject",
        "grade": "key_point__unit__textbook__grade",
        "kind": "kind",
        "state": "state",
    }
    for name, column in columns.items():
        if wanted.get(name):
            rows = rows.filter(**{column: wanted[name]})
    return rows.select_related("key_point__unit__textbook__subject", "author").order_by(
        "key_point__unit__textbook", "key_point__unit__seq", "key_point__seq", "code"
    )
