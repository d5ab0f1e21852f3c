"""Reads of learning: the class heat map, weak points, one cell's evidence, groups side by side."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import NormalDist, stdev

from django.db.models import Count, Max, Q, QuerySet

from tongke.core.profile import current
from tongke.engines.learning.models import LearningRecord, Mastery, Overruling, Recommendation
from tongke.engines.learning.profile import LearningProfile
from tongke.engines.learning.scopes import ClassScope
from tongke.foundation.curriculum.models import KeyPoint, Subject
from tongke.foundation.people.actors import now
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
    """A class on one key point: how many have an estimate, its mean, how many are weak.

    Mean and number of the weak are None when so few have an estimate that one could be recognised.
    """

    point: KeyPoint
    estimated: int
    pupils: int
    mean: float | None
    weak: int | None
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


def roll(class_ids: Iterable[int], today: date) -> QuerySet[Enrolment]:
    """Who is in the classes on a day."""
    return Enrolment.objects.filter(now(today), school_class__in=class_ids)


def pupil_ids(class_id: int, today: date) -> list[int]:
    """The pupils of a class on a day."""
    return list(roll([class_id], today).values_list("pupil", flat=True))


def points_with_evidence(class_id: int, subject_code: str, today: date) -> list[KeyPoint]:
    """The subject's key points on which the class has any estimate, in teaching order."""
    rows = Mastery.objects.filter(
        pupil__in=roll([class_id], today).values("pupil"),
        key_point__unit__textbook__subject=subject_code,
    )
    return list(
        KeyPoint.objects.filter(pk__in=rows.values("key_point"))
        .select_related("unit")
        .order_by("unit__textbook", "unit__seq", "seq")
    )


def estimates(pupil_ids: Iterable[int], points: Sequence[KeyPoint]) -> list[Mastery]:
    """Estimates of pupils on points."""
    return list(Mastery.objects.filter(pupil__in=list(pupil_ids), key_point__in=points))


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
    """The class on each point; under the region's least number of pupils nothing is told of it."""
    profile = current(LearningProfile)
    by_point: dict[int, list[float]] = defaultdict(list)
    for row in estimates(pupil_ids, points):
        if row.mean is not None:
            by_point[row.key_point_id].append(row.mean)
    found = []
    for point in points:
        means = by_point[point.pk]
        enough = len(means) >= profile.class_minimum_pupils
        weak = sum(mean < profile.weak_share for mean in means)
        found.append(
            PointSummary(
                point,
                len(means),
                len(pupil_ids),
                sum(means) / len(means) if enough else None,
                weak if enough else None,
                enough and weak / len(means) >= profile.class_weak_share,
            )
        )
    return found


def scope_rows(scopes: Sequence[ClassScope], today: date) -> list[ScopeRow]:
    """The list of classes with their numbers; the queries do not grow with the rows."""
    ids = {one.class_id for one in scopes}
    classes = SchoolClass.objects.select_related("school").in_bulk(ids)
    subjects = Subject.objects.in_bulk({one.subject_code for one in scopes})
    sizes = Counter(roll(ids, today).values_list("school_class", flat=True))
    weak = _weak_points(ids, today)
    rows = [
        ScopeRow(
            classes[one.class_id], subjects[one.subject_code], one, sizes[one.class_id],
            weak[one.class_id, one.subject_code],
        )
        for one in scopes
        if one.class_id in classes and one.subject_code in subjects
    ]  # fmt: skip
    return sorted(rows, key=_place)


def _place(row: ScopeRow) -> tuple[object, ...]:
    """Joint courses first, each with its delivering class before the others; then by school."""
    scope, one = row.scope, row.school_class
    return (
        not scope.group, scope.group, scope.side != "host", one.school.path, one.grade_code,
        one.number, row.subject.position,
    )  # fmt: skip


def _weak_points(class_ids: set[int], today: date) -> Counter[tuple[int, str]]:
    """How many points are weak in a class as a whole, by class and subject; one query."""
    profile = current(LearningProfile)
    class_of, subject_of = "pupil__enrolments__school_class", "key_point__unit__textbook__subject"
    here = {f"{class_of}__in": class_ids, "pupil__enrolments__since__lte": today}
    still = Q(pupil__enrolments__until=None) | Q(pupil__enrolments__until__gte=today)
    rows = (
        # One filter() call: all conditions speak of the same enrolment.
        Mastery.objects.filter(still, mean__isnull=False, **here)
        .order_by()
        .values_list(class_of, subject_of, "key_point")
        .annotate(number=Count("pk"), low=Count("pk", filter=Q(mean__lt=profile.weak_share)))
    )
    return Counter(
        (class_id, subject)
        for class_id, subject, _, number, low in rows
        if number >= profile.class_minimum_pupils and low / number >= profile.class_weak_share
    )


def sides(
    scopes: Sequence[ClassScope], points: Sequence[KeyPoint], today: date
) -> dict[int, list[Side]]:
    """Delivering and listening classes on each point, with the interval of each class's mean.

    Groups under the region's least number of pupils are left out. The queries do not grow with
    the points or the classes.
    """
    profile = current(LearningProfile)
    classes = SchoolClass.objects.select_related("school").in_bulk({one.class_id for one in scopes})
    class_of = dict(roll(classes, today).values_list("pupil", "school_class"))
    means: dict[tuple[int, int], list[float]] = defaultdict(list)
    for row in estimates(class_of, points):
        if row.mean is not None:
            means[row.key_point_id, class_of[row.pupil_id]].append(row.mean)
    reach = NormalDist().inv_cdf((1 + profile.interval_level) / 2)
    return {
        point.pk: [
            _side(classes[one.class_id], one.side, here, reach)
            for one in scopes
            if one.class_id in classes
            and len(here := means[point.pk, one.class_id]) >= profile.class_minimum_pupils
        ]
        for point in points
    }


def _side(one: SchoolClass, side: str, means: list[float], reach: float) -> Side:
    mean = sum(means) / len(means)
    spread = stdev(means) / len(means) ** 0.5 * reach
    label = f"{one.school.short_name} {one.name}"
    return Side(label, side, len(means), mean, max(0.0, mean - spread), min(1.0, mean + spread))


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


def class_of(pupil_id: int, today: date) -> int | None:
    """The number of the class a pupil is in on a day; None out of school."""
    rows = Enrolment.objects.filter(now(today), pupil=pupil_id, standing=True)
    return rows.values_list("school_class", flat=True).first()
