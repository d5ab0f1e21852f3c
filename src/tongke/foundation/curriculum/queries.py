"""Reads of the curriculum: choices for forms, textbooks, the graph of a unit, the required plan."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet
from django.urls import reverse

from tongke.core.profile import current
from tongke.foundation.curriculum.models import (
    Grade,
    KeyPoint,
    Prerequisite,
    Subject,
    Textbook,
    Unit,
)
from tongke.foundation.curriculum.profile import CurriculumProfile


@dataclass(frozen=True)
class PlanCell:
    """What one grade must have of one subject each week."""

    least: int
    most: int
    confirmed: bool


def subject_choices() -> list[tuple[str, str]]:
    """(code, name) of every subject, in the order of lists."""
    return list(Subject.objects.values_list("code", "name"))


def grade_choices() -> list[tuple[str, str]]:
    """(code, name) of every grade."""
    return list(Grade.objects.values_list("code", "name"))


def points_for(subject_code: str) -> QuerySet[KeyPoint]:
    """Key points of a subject (all subjects without one), in teaching order."""
    rows = KeyPoint.objects.select_related("unit__textbook__subject", "unit__textbook__grade")
    if subject_code:
        rows = rows.filter(unit__textbook__subject=subject_code)
    return rows.order_by("unit__textbook__grade__position", "unit__textbook", "unit__seq", "seq")


def textbooks(subject: str = "", grade: str = "") -> QuerySet[Textbook]:
    """Textbooks with the numbers of their units and points."""
    rows = Textbook.objects.select_related("subject", "grade").annotate(
        unit_count=Count("units", distinct=True),
        point_count=Count("units__key_points", distinct=True),
    )
    if subject:
        rows = rows.filter(subject=subject)
    if grade:
        rows = rows.filter(grade=grade)
    return rows.order_by("subject__position", "grade__position", "volume")


def units_of(textbook: Textbook) -> QuerySet[Unit]:
    """The units of a volume with their points."""
    return textbook.units.prefetch_related("key_points").order_by("seq")


def graph(unit: Unit) -> dict[str, Any]:
    """The unit's points and what leads into them, for the graph island and its list."""
    inside = list(unit.key_points.order_by("seq"))
    edges = list(
        Prerequisite.objects.filter(later__in=inside).select_related("earlier__unit", "later")
    )
    outside = {edge.earlier_id: edge.earlier for edge in edges if edge.earlier.unit_id != unit.pk}
    nodes: list[dict[str, Any]] = [
        {"id": str(point.pk), "label": point.title, "note": point.code, "state": "primary"}
        for point in inside
    ]
    nodes += [
        {
            "id": str(point.pk), "label": point.title, "note": point.unit.title, "state": "muted",
            "href": reverse("curriculum:unit-detail", args=[point.unit_id]),
        }
        for point in outside.values()
    ]  # fmt: skip
    lines = [{"from": str(edge.earlier_id), "to": str(edge.later_id)} for edge in edges]
    return {"nodes": nodes, "edges": lines}


def required_plan() -> tuple[list[Grade], list[tuple[Subject, list[PlanCell | None]]]]:
    """The region's required weekly periods: grades across, subjects down."""
    profile = current(CurriculumProfile)
    cells = {
        (line.subject, line.grade): PlanCell(line.weekly_min, line.weekly_max, line.confirmed)
        for line in profile.plan
    }
    grades = list(Grade.objects.filter(code__in={line.grade for line in profile.plan}))
    subjects = Subject.objects.filter(code__in={line.subject for line in profile.plan})
    table = [
        (subject, [cells.get((subject.code, grade.code)) for grade in grades])
        for subject in subjects
    ]
    return grades, table


class Names:
    """Names of subjects and grades for the vocabulary of people."""

    def subjects(self) -> list[tuple[str, str]]:
        """(code, name) of every subject of the region."""
        profile = current(CurriculumProfile)
        return [(one.code, one.name) for one in (*profile.subjects, *profile.local_subjects)]

    def grades(self) -> list[tuple[str, str]]:
        """(code, name) of every grade of the region."""
        return [(one.code, one.name) for one in current(CurriculumProfile).grades]
