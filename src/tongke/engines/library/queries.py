"""Reads of the library: lists with their key points."""

from django.db.models import F, Q, QuerySet

from tongke.engines.library.models import Resource
from tongke.foundation.curriculum.models import KeyPoint


def search(rows: QuerySet[Resource], **wanted: str) -> QuerySet[Resource]:
    """Resources narrowed by words, kind, and subject and grade of one of their key points."""
    if words := wanted.get("q", "").strip():
        named = _explaining(KeyPoint.objects.filter(title__icontains=words))
        rows = rows.filter(Q(title__icontains=words) | named)
    if wanted.get("kind"):
        rows = rows.filter(kind=wanted["kind"])
    columns = {"subject": "unit__textbook__subject", "grade": "unit__textbook__grade"}
    asked = {column: wanted[name] for name, column in columns.items() if wanted.get(name)}
    if asked:
        rows = rows.filter(_explaining(KeyPoint.objects.filter(**asked)))
    return rows


def _explaining(points: QuerySet[KeyPoint]) -> Q:
    through = Resource.key_points.through.objects.filter(keypoint__in=points)
    return Q(pk__in=through.values("resource"))


def listed(rows: QuerySet[Resource]) -> QuerySet[Resource]:
    """Resources as lists show them: drafts first, then the newest."""
    return (
        rows.select_related("author")
        .prefetch_related("key_points")
        .order_by(F("published_at").desc(nulls_first=True), "-id")
    )


def points_of(resource: Resource) -> list[KeyPoint]:
    """The key points a resource explains, with their subjects."""
    return list(resource.key_points.select_related("unit__textbook__subject"))
