"""Classes on key points, as wholes: means over enough pupils, never a single child."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Avg, Count, Q
from django.urls import reverse

from tongke.core.profile import current
from tongke.engines.learning.models import Mastery
from tongke.engines.learning.profile import LearningProfile
from tongke.engines.learning.scopes import ClassScope


@dataclass(frozen=True)
class PointMean:
    """The mean of some pupils' estimates on one key point, in [0, 1]."""

    point: str
    note: str
    mean: float
    pupils: int
    tint: str
    href: str


def in_scopes(scopes: Iterable[ClassScope]) -> Q:
    """The condition "an estimate of today's pupils of these classes in these subjects"."""
    by_subject: dict[str, set[int]] = defaultdict(set)
    for one in scopes:
        by_subject[one.subject_code].add(one.class_id)
    found = Q(pk__in=())
    for subject, classes in by_subject.items():
        found |= Q(
            key_point__unit__textbook__subject=subject,
            pupil__enrolments__school_class__in=classes,
            pupil__enrolments__until=None,
        )
    return found


def weakest_by_class(scopes: Iterable[ClassScope], most: int = 4) -> tuple[PointMean, ...]:
    """The weakest (class, key point) pairs; one query."""
    rows = _means(
        scopes, "key_point__title", "pupil__enrolments__school_class",
        "pupil__enrolments__school_class__name",
        "pupil__enrolments__school_class__school__short_name",
        "key_point__unit__textbook__subject",
    )  # fmt: skip
    return tuple(
        PointMean(point, f"{school} {name}", mean, pupils, tint_of(mean),
                  reverse("learning:class-detail", args=[class_id, subject]))
        for point, class_id, name, school, subject, mean, pupils in rows[:most]
    )  # fmt: skip


def weakest_over_classes(scopes: Iterable[ClassScope], most: int = 6) -> tuple[PointMean, ...]:
    """The weakest key points over all classes together; one query."""
    rows = _means(scopes, "key_point__title", "key_point__unit__title")
    return tuple(
        PointMean(point, f"{unit} · {pupils} 名学生有估计", mean, pupils, tint_of(mean),
                  reverse("learning:class-list"))
        for point, unit, mean, pupils in rows[:most]
    )  # fmt: skip


def _means(scopes: Iterable[ClassScope], *group: str) -> list[Any]:
    """Groups with their mean and number of pupils, weakest first; small groups are left out."""
    rows = Mastery.objects.filter(in_scopes(scopes), mean__isnull=False).order_by()
    counted = rows.values(*group, "key_point").annotate(
        average=Avg("mean"), pupils=Count("pupil", distinct=True)
    )
    least = current(LearningProfile).class_minimum_pupils
    enough = counted.filter(pupils__gte=least).order_by("average", "key_point")
    return list(enough.values_list(*group, "average", "pupils"))


def tint_of(mean: float) -> str:
    """ok, warn or danger by the region's thresholds."""
    profile = current(LearningProfile)
    if mean >= profile.mastered_share:
        return "ok"
    return "warn" if mean >= profile.weak_share else "danger"
