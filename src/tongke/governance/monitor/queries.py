"""Reads of the figures: cards, trends, schools, and the rows behind a number."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from tongke.core.profile import current
from tongke.foundation.people.models import Organisation, SchoolClass
from tongke.governance.monitor import lake
from tongke.governance.monitor.models import IndicatorValue, Snapshot
from tongke.governance.monitor.profile import MonitorProfile
from tongke.governance.monitor.registry import Indicator, indicators

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


def terms(snapshot: Snapshot | None) -> list[str]:
    """The terms that have values, newest first."""
    if snapshot is None:
        return []
    rows = snapshot.values.exclude(period__contains="/")
    return sorted(set(rows.values_list("period", flat=True)), reverse=True)


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
class Drill:
    """The rows behind a number: headings, cells, and how many there are in all."""

    headings: list[str]
    rows: list[list[Any]]
    total: int


def drill(
    snapshot: Snapshot, one: Indicator, schools: list[int], term: str, *, first: int, most: int
) -> Drill:
    """The source rows of one indicator for some schools, out of the snapshot's own files.

    Raises:
        FileNotFoundError: the files of the snapshot are gone, after a restore without the lake.
    """
    order = [each for each in ("day", "lesson_id", "class_id", "subject") if each in one.shown]
    with lake.tables(lake.root() / snapshot.folder) as tables:
        rows = one.rows(tables)
        mine = rows.filter(rows.school_id.isin(schools) & (rows.term == term))
        total = int(mine.count().to_pyarrow().as_py())
        page = mine.order_by([*order, mine.school_id]).limit(most, offset=first)
        listed = page.to_pyarrow().to_pylist()
    names = _names(schools)
    classes = _class_names([row["class_id"] for row in listed if "class_id" in row])
    headings = ["学校", *one.shown.values(), "分子", "分母"]
    return Drill(headings, [_cells(one, row, names, classes) for row in listed], total)


def _cells(
    one: Indicator, row: dict[str, Any], schools: dict[int, str], classes: dict[int, str]
) -> list[Any]:
    shown = []
    for column in one.shown:
        value = row[column]
        if column == "class_id":
            value = classes.get(value, value)
        shown.append(_STATES.get(value, value) if isinstance(value, str) else value)
    return [schools.get(row["school_id"], ""), *shown, row["numerator"], row["denominator"]]


def _names(schools: list[int]) -> dict[int, str]:
    return dict(Organisation.objects.filter(pk__in=schools).values_list("pk", "short_name"))


def _class_names(ids: list[int]) -> dict[int, str]:
    return dict(SchoolClass.objects.filter(pk__in=set(ids)).values_list("pk", "name"))
