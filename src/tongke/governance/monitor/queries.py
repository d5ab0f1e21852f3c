"""Reads of the figures: cards, trends, schools, and the rows behind a number."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from tongke.core.profile import current
from tongke.foundation.people.models import Organisation, SchoolClass
from tongke.governance.monitor import lake
from tongke.governance.monitor.models import IndicatorValue, Snapshot
from tongke.governance.monitor.profile import MonitorProfile
from tongke.governance.monitor.registry import Indicator, indicators
from tongke.teaching.timetable.models import Lesson, Term

_STATES = {"held": "已上课", "not_held": "未上课", "host": "主讲", "listening": "听讲"}
ROWS_MOST = 200_000


@dataclass(frozen=True)
class Figure:
    """One indicator of one organisation in one period."""

    indicator: Indicator
    organisation: Organisation
    numerator: float
    denominator: float
    target: float | None

    @property
    def share(self) -> float | None:
        """Numerator over denominator; None when there is nothing, or too little, to divide by."""
        least = current(MonitorProfile).small_cell_rows if self.indicator.small_cells else 1
        return self.numerator / self.denominator if self.denominator >= max(1, least) else None

    @property
    def state(self) -> str:
        """ok, warn or danger against the target; muted without a value or a target."""
        if self.share is None or self.target is None:
            return "muted"
        points = self.share * 100
        if points >= self.target:
            return "ok"
        margin = current(MonitorProfile).warn_margin_points
        return "warn" if points >= self.target - margin else "danger"

    @property
    def state_words(self) -> str:
        """The state in words."""
        if self.state == "muted" and self.share is not None:
            return "未设目标"
        return {"ok": "达标", "warn": "接近目标", "danger": "未达标", "muted": "样本少"}[self.state]


def newest() -> Snapshot | None:
    """The newest snapshot."""
    return Snapshot.objects.order_by("-as_of", "-pk").first()


def target_of(one: Indicator, on: date) -> float | None:
    """The region's target in percent on a day."""
    profile = current(MonitorProfile)
    if one.code == "held":
        return float(profile.held_target_percent)
    found = profile.target(one.row, on) if one.code == "offered" else None
    return found.value if found else None


def terms(snapshot: Snapshot | None) -> dict[str, str]:
    """The terms that have values, newest first: names by code."""
    if snapshot is None:
        return {}
    rows = snapshot.values.exclude(period__contains="/")
    codes = sorted(set(rows.values_list("period", flat=True)), reverse=True)
    names = dict(Term.objects.filter(code__in=codes).values_list("code", "name"))
    return {code: names.get(code, code) for code in codes}


def figures(
    snapshot: Snapshot | None, organisation: Organisation, term: str, on: date
) -> list[Figure]:
    """Every indicator of one organisation in a term."""
    values = _values(snapshot, [organisation.pk], term)
    return [
        Figure(one, organisation, *values.get((one.code, organisation.pk), (0.0, 0.0)),
               target_of(one, on))
        for one in indicators()
    ]  # fmt: skip


def _values(
    snapshot: Snapshot | None, organisations: list[int], period: str
) -> dict[tuple[str, int], tuple[float, float]]:
    rows = IndicatorValue.objects.filter(
        snapshot=snapshot, organisation__in=organisations, period=period
    )
    return {(row.indicator, row.organisation_id): (row.numerator, row.denominator) for row in rows}


def below(
    snapshot: Snapshot | None,
    one: Indicator,
    organisations: QuerySet[Organisation],
    term: str,
    on: date,
) -> list[Figure]:
    """One indicator of every school among the organisations that has any value, by path."""
    schools = list(organisations.filter(kind__in=["school", "point"]).order_by("path"))
    values = _values(snapshot, [school.pk for school in schools], term)
    return [
        Figure(one, school, *values[one.code, school.pk], target_of(one, on))
        for school in schools
        if (one.code, school.pk) in values
    ]


def trend(
    snapshot: Snapshot | None, one: Indicator, organisation: Organisation, term: str
) -> list[tuple[int, float | None]]:
    """(week, share) of one indicator over a term; weeks with too little are None."""
    rows = IndicatorValue.objects.filter(
        snapshot=snapshot, indicator=one.code, organisation=organisation,
        period__startswith=f"{term}/",
    ).order_by("period")  # fmt: skip
    return [
        (int(row.period.split("/")[1]),
         Figure(one, organisation, row.numerator, row.denominator, None).share)
        for row in rows
    ]  # fmt: skip


@dataclass(frozen=True)
class Link:
    """A cell that leads to what it names."""

    text: str
    href: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Drill:
    """The rows behind a number: headings, cells, and how many there are in all."""

    headings: list[str]
    rows: list[list[Any]]
    total: int


def drill(
    snapshot: Snapshot, one: Indicator, schools: list[int], term: str, *, first: int, most: int
) -> Drill:
    """The source rows of one indicator for some schools, the newest first, from its snapshot.

    Raises:
        FileNotFoundError: the files of the snapshot are gone, after a restore without the lake.
    """
    order = [each for each in ("lesson_id", "class_id", "subject") if each in one.shown]
    with lake.tables(lake.root() / snapshot.folder) as tables:
        rows = one.rows(tables)
        mine = rows.filter(rows.school_id.isin(schools) & (rows.term == term))
        total = int(mine.count().to_pyarrow().as_py())
        newest = [mine.day.desc()] if "day" in one.shown else []
        page = mine.order_by([*newest, *order, mine.school_id]).limit(most, offset=first)
        listed = page.to_pyarrow().to_pylist()
    names = _names(schools)
    known: dict[str, dict[int, Any]] = {
        "class_id": _class_names([row["class_id"] for row in listed if "class_id" in row]),
        "lesson_id": _lessons([row["lesson_id"] for row in listed if "lesson_id" in row]),
    }
    headings = ["学校", *one.shown.values(), "分子", "分母"]
    return Drill(headings, [_cells(one, row, names, known) for row in listed], total)


def _cells(
    one: Indicator,
    row: dict[str, Any],
    schools: dict[int, str],
    known: Mapping[str, dict[int, Any]],
) -> list[Any]:
    shown = []
    for column in one.shown:
        value = known[column].get(row[column], row[column]) if column in known else row[column]
        shown.append(_STATES.get(value, value) if isinstance(value, str) else value)
    sums = (_plain(row["numerator"]), _plain(row["denominator"]))
    return [schools.get(row["school_id"], ""), *shown, *sums]


def _plain(number: float) -> float:
    """Counts are whole; 1 and not 1.0 is what people read."""
    return int(number) if float(number).is_integer() else number


def _names(schools: list[int]) -> dict[int, str]:
    return dict(Organisation.objects.filter(pk__in=schools).values_list("pk", "short_name"))


def _class_names(ids: list[int]) -> dict[int, str]:
    return dict(SchoolClass.objects.filter(pk__in=set(ids)).values_list("pk", "name"))


def _lessons(ids: list[int]) -> dict[int, Link]:
    """Lessons by what they are about; `in_bulk` asks in parts, an export names very many."""
    rows = Lesson.objects.select_related("course__grade", "course__subject").in_bulk(set(ids))
    return {
        pk: Link(row.title or str(row.course), reverse("timetable:lesson-detail", args=[pk]))
        for pk, row in rows.items()
    }
