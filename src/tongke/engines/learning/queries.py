"""Reads of learning: the class heat map, weak points, one cell's evidence, groups side by side."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Q

from tongke.core.profile import current
from tongke.engines.learning.models import LearningRecord, Mastery, Overruling, Recommendation
from tongke.engines.learning.profile import LearningProfile
from tongke.engines.learning.scopes import ClassScope
from tongke.foundation.curriculum.models import KeyPoint, Subject
from tongke.foundation.people.models import Enrolment, Person, SchoolClass


@dataclass(frozen=True)
class ScopeRow:
    """One line of the list of classes."""

    school_class: SchoolClass
    subject: Subject
    scope: ClassScope
    pupils: int
    weak_points: int


@dataclass(frozen=True)
class PointSummary:
    """A class on one key point: how many pupils have an estimate, its mean, how many are weak."""

    point: KeyPoint
    estimated: int
    pupils: int
    mean: float | None
    weak: int
    is_weak: bool


@dataclass(frozen=True)
class HeatRow:
    """One pupil's estimates in the order of the points; None where there is no evidence."""

    pupil: Person
    cells: tuple[Mastery | None, ...]


@dataclass(frozen=True)
class Side:
    """A class of a joint course on one point: mean and interval of its pupils' estimates."""

    label: str
    side: str
    pupils: int
    mean: float
    low: float
    high: float


def points_with_evidence(class_id: int, subject_code: str) -> list[KeyPoint]:
    """The subject's key points on which the class has any estimate, in teaching order."""
    rows = Mastery.objects.filter(
        pupil__enrolments__school_class=class_id,
        pupil__enrolments__until=None,
        key_point__unit__textbook__subject=subject_code,
    )
    return list(
        KeyPoint.objects.filter(pk__in=rows.values("key_point"))
        .select_related("unit")
        .order_by("unit__textbook", "unit__seq", "seq")
    )


def estimates(pupil_ids: Iterable[int], points: Sequence[KeyPoint]) -> list[Mastery]:
    """Estimates of pupils on points."""
    rows = Mastery.objects.filter(pupil__in=list(pupil_ids), key_point__in=points)
    return list(rows.select_related("pupil"))


def heat(pupils: Sequence[Person], points: Sequence[KeyPoint]) -> list[HeatRow]:
    """The heat map, in the order of the pupils."""
    table: dict[tuple[int, int], Mastery] = {
        (row.pupil_id, row.key_point_id): row
        for row in estimates([one.pk for one in pupils], points)
    }
    return [
        HeatRow(one, tuple(table.get((one.pk, point.pk)) for point in points)) for one in pupils
    ]


def summaries(pupil_ids: Sequence[int], points: Sequence[KeyPoint]) -> list[PointSummary]:
    """The class on each point; under the region's least number of pupils no mean is given."""
    profile = current(LearningProfile)
    by_point: dict[int, list[float]] = defaultdict(list)
    for row in estimates(pupil_ids, points):
        if row.mean is not None:
            by_point[row.key_point_id].append(row.mean)
    found = []
    for point in points:
        means = by_point[point.pk]
        weak = sum(mean < profile.weak_share for mean in means)
        enough = len(means) >= profile.class_minimum_pupils
        found.append(
            PointSummary(
                point,
                len(means),
                len(pupil_ids),
                sum(means) / len(means) if enough else None,
                weak,
                enough and weak / len(means) >= profile.class_weak_share,
            )
        )
    return found


def pupil_ids(class_id: int) -> list[int]:
    """Today's pupils of a class."""
    rows = Enrolment.objects.filter(school_class=class_id, until=None)
    return list(rows.values_list("pupil", flat=True))


def scope_rows(scopes: Sequence[ClassScope]) -> list[ScopeRow]:
    """The list of classes with their numbers; the queries do not grow with the rows."""
    classes = {
        row.pk: row
        for row in SchoolClass.objects.filter(
            pk__in={one.class_id for one in scopes}
        ).select_related("school")
    }
    subjects = Subject.objects.in_bulk({one.subject_code for one in scopes})
    sizes: dict[int, int] = defaultdict(int)
    for pk in Enrolment.objects.filter(school_class__in=classes, until=None).values_list(
        "school_class", flat=True
    ):
        sizes[pk] += 1
    weak = _weak_points(set(classes))
    return [
        ScopeRow(
            classes[one.class_id], subjects[one.subject_code], one, sizes[one.class_id],
            weak[one.class_id, one.subject_code],
        )
        for one in sorted(scopes, key=lambda one: (one.group, one.side != "host", one.class_id))
        if one.class_id in classes and one.subject_code in subjects
    ]  # fmt: skip


def _weak_points(class_ids: set[int]) -> dict[tuple[int, str], int]:
    profile = current(LearningProfile)
    numbers: dict[tuple[int, str, int], list[float]] = defaultdict(list)
    rows = Mastery.objects.filter(
        Q(pupil__enrolments__school_class__in=class_ids, pupil__enrolments__until=None)
    ).exclude(mean=None)
    for class_id, subject, point, mean in rows.values_list(
        "pupil__enrolments__school_class", "key_point__unit__textbook__subject", "key_point",
        "mean",
    ):  # fmt: skip
        numbers[class_id, subject, point].append(mean)
    found: dict[tuple[int, str], int] = defaultdict(int)
    for (class_id, subject, _), means in numbers.items():
        weak = sum(mean < profile.weak_share for mean in means)
        if (
            len(means) >= profile.class_minimum_pupils
            and weak / len(means) >= profile.class_weak_share
        ):
            found[class_id, subject] += 1
    return found


def sides(scopes: Sequence[ClassScope], point: KeyPoint) -> list[Side]:
    """Delivering and listening classes on one point, each with an 80 % interval of its mean.

    Groups under the region's least number of pupils are left out.
    """
    least = current(LearningProfile).class_minimum_pupils
    names = {
        row.pk: f"{row.school.short_name} {row.name}"
        for row in SchoolClass.objects.filter(
            pk__in={one.class_id for one in scopes}
        ).select_related("school")
    }
    found = []
    for one in scopes:
        means = [
            row.mean
            for row in estimates(pupil_ids(one.class_id), [point])
            if row.mean is not None
        ]
        if len(means) < least:
            continue
        mean = sum(means) / len(means)
        spread = (sum((each - mean) ** 2 for each in means) / (len(means) - 1)) ** 0.5
        reach = 1.2816 * spread / len(means) ** 0.5
        found.append(
            Side(names[one.class_id], one.side, len(means), mean,
                 max(0.0, mean - reach), min(1.0, mean + reach))
        )  # fmt: skip
    return found


def evidence(pupil: Person, point: KeyPoint) -> list[LearningRecord]:
    """What the estimate rests on, newest first."""
    rows = LearningRecord.objects.filter(
        person=pupil, key_point=point, voided_by=None, verb="answered"
    )
    return list(rows.order_by("-at")[:50])


def overrulings(pupil: Person, point: KeyPoint) -> list[Overruling]:
    """Every overruling of a cell, newest first."""
    rows = Overruling.objects.filter(pupil=pupil, key_point=point)
    return list(rows.select_related("by").order_by("-at"))


def asked(pupils: Sequence[int], subject_code: str) -> list[Recommendation]:
    """Questions of the pupils that wait for a teacher."""
    rows = Recommendation.objects.filter(
        pupil__in=pupils, state="asked", key_point__unit__textbook__subject=subject_code
    )
    return list(rows.select_related("pupil", "key_point").order_by("-changed_at")[:20])


def as_of(points: Sequence[KeyPoint], pupils: Sequence[int]) -> datetime | None:
    """The time of the newest estimate shown."""
    rows = Mastery.objects.filter(key_point__in=points, pupil__in=pupils)
    newest: datetime | None = rows.aggregate(at=Max("as_of"))["at"]
    return newest


def class_named(class_id: int) -> SchoolClass:
    """A class with its school, for headings; the right to it was checked before."""
    return SchoolClass.objects.select_related("school").get(pk=class_id)
