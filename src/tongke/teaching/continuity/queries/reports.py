"""Emergencies as lists and reports show them: coverage, who opened the day, after how long."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from django.db.models import Count, Q, QuerySet

from tongke.core.profile import current
from tongke.foundation.people.models import Organisation, SchoolClass
from tongke.teaching.continuity.models import Emergency, Opening, SchoolSwitch, StandIn, Study
from tongke.teaching.continuity.profile import ContinuityProfile
from tongke.teaching.timetable.queries.calendar import bells_on, moment


@dataclass(frozen=True)
class SchoolLine:
    """One school in an emergency: what was prepared, who opened it, after how many minutes.

    Attributes:
        classes_opened: classes in which a pupil's family opened the day.
        middle, longest: minutes from the moment it held until families opened it: of the middle
            one, and of the last one; None while nobody opened.
        in_time: pupils whose families opened it within the region's target.
    """

    school: Organisation
    switch: SchoolSwitch
    classes_opened: int
    teachers_opened: int
    pupils_opened: int
    middle: float | None
    longest: float | None
    in_time: int


@dataclass(frozen=True)
class Totals:
    """An emergency as a whole, over the schools that the reader may see."""

    schools: int
    ready: int
    classes: int
    classes_opened: int
    teachers: int
    teachers_opened: int
    pupils: int
    pupils_opened: int
    periods: int
    matched: int
    in_time: int
    told: int
    switched_seconds: float | None

    @property
    def unmatched(self) -> int:
        """Lessons for which a teacher has still to choose."""
        return self.periods - self.matched

    @property
    def preparing(self) -> bool:
        """Whether schools are still being prepared."""
        return self.ready < self.schools


def listed(rows: QuerySet[Emergency], *, text: str = "", kind: str = "") -> QuerySet[Emergency]:
    """Emergencies as the list shows them."""
    if text:
        rows = rows.filter(Q(title__icontains=text) | Q(reason__icontains=text))
    if kind in {"drill", "real"}:
        rows = rows.filter(drill=kind == "drill")
    return rows.select_related("organisation", "declared_by").prefetch_related(
        "scopes__organisation"
    )


SORTS = {"starts": "starts_on", "ends": "ends_on", "declared": "declared_at", "title": "title"}


def sorted_by(rows: QuerySet[Emergency], sort: str) -> QuerySet[Emergency]:
    """In the order the address asks for; newest first by default."""
    name = SORTS.get(sort.removeprefix("-"), "")
    if not name:
        return rows.order_by("-declared_at", "-pk")
    return rows.order_by(f"-{name}" if sort.startswith("-") else name, "-pk")


def begins_at(emergency: Emergency, schools: Iterable[int]) -> dict[int, datetime]:
    """From when the minutes of each school count: its first bell, or a later declaration."""
    bells = bells_on(schools, emergency.starts_on)
    found = {}
    for school in schools:
        period = bells.get(school, {}).get(emergency.first_seq)
        first = moment(emergency.starts_on, period.starts) if period else emergency.declared_at
        found[school] = max(emergency.declared_at, first)
    return found


def school_lines(emergency: Emergency, schools: QuerySet[Organisation]) -> list[SchoolLine]:
    """Each school of the emergency that the reader may see, in the order of the tree."""
    switches = list(
        emergency.schools.filter(school__in=schools)
        .select_related("school")
        .order_by("school__path")
    )
    starts = begins_at(emergency, [each.school_id for each in switches])
    classes: dict[int, set[int]] = defaultdict(set)
    pupils: dict[int, dict[int, datetime]] = defaultdict(dict)
    teachers: dict[int, set[int]] = defaultdict(set)
    rows = Opening.objects.filter(emergency=emergency, school_class__school__in=schools)
    for klass, school, person, teacher, at in rows.order_by("at").values_list(
        "school_class", "school_class__school", "person", "teacher", "at"
    ):
        if teacher:
            teachers[school].add(person)
        else:
            classes[school].add(klass)
            pupils[school].setdefault(person, at)
    limit = target_minutes()
    lines = []
    for each in switches:
        key, start = each.school_id, starts[each.school_id]
        took = [max(0.0, (at - start).total_seconds() / 60) for at in pupils[key].values()]
        lines.append(
            SchoolLine(
                each.school, each, len(classes[key]), len(teachers[key]), len(took),
                median(took) if took else None, max(took) if took else None,
                sum(one <= limit for one in took),
            )
        )  # fmt: skip
    return lines


def totals(emergency: Emergency, lines: Iterable[SchoolLine]) -> Totals:
    """The sums over some schools."""
    rows = list(lines)
    ready = [each.switch.ready_at for each in rows if each.switch.ready_at]
    last = max(ready) if rows and len(ready) == len(rows) else None
    return Totals(
        schools=len(rows), ready=len(ready), classes=sum(each.switch.classes for each in rows),
        classes_opened=sum(each.classes_opened for each in rows),
        teachers=sum(each.switch.teachers for each in rows),
        teachers_opened=sum(each.teachers_opened for each in rows),
        pupils=sum(each.switch.pupils for each in rows),
        pupils_opened=sum(each.pupils_opened for each in rows),
        periods=sum(each.switch.periods for each in rows),
        matched=sum(each.switch.matched for each in rows),
        in_time=sum(each.in_time for each in rows),
        told=sum(each.switch.told for each in rows),
        switched_seconds=(last - emergency.declared_at).total_seconds() if last else None,
    )  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """Counts of one stand-in: pupils who opened it, and who finished."""

    opened: int
    done: int


def seen(stand_ins: Iterable[StandIn]) -> dict[int, Seen]:
    """How many pupils opened and finished, by stand-in."""
    rows = (
        Study.objects.filter(stand_in__in=[each.pk for each in stand_ins if each.pk])
        .values("stand_in")
        .annotate(opened=Count("pk"), done=Count("done_at"))
    )
    return {row["stand_in"]: Seen(row["opened"], row["done"]) for row in rows}


def target_minutes() -> int:
    """Within how many minutes a class should have opened its online day."""
    return current(ContinuityProfile).switch_target_minutes


def grades_of(schools: QuerySet[Organisation]) -> set[str]:
    """The grades that have a class at these schools."""
    standing = SchoolClass.objects.filter(kind=SchoolClass.Kind.STANDING, closed_on=None)
    rows = standing.filter(school__in=schools).order_by()
    return set(rows.values_list("grade_code", flat=True).distinct())
