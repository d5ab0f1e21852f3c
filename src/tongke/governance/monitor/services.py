"""Computes the indicators from the extracts of one moment."""

import shutil
import time
import uuid
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from tongke.core.jobs import task
from tongke.foundation.people.models import Organisation
from tongke.governance.monitor import lake
from tongke.governance.monitor.models import IndicatorValue, Snapshot
from tongke.governance.monitor.registry import Indicator, indicators

_KEEP = 12
_Sums = dict[tuple[int, str], tuple[float, float]]


def compute(*, at: datetime) -> Snapshot:
    """Write the extracts, compute every indicator for every organisation, keep the result.

    Files and analytics run outside the transaction; the snapshot becomes visible whole.
    """
    started = time.perf_counter()
    name = f"{at:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:6]}"
    folder = lake.root() / name
    folder.mkdir(parents=True)
    try:
        rows = sum(lake.write(extract, folder) for extract in lake.EXTRACTS)
        ancestors = _ancestors()
        with lake.tables(folder) as tables:
            values = {
                one.code: _rolled_up(_by_school(one, tables), ancestors) for one in indicators()
            }
        return _keep(name, values, rows, time.perf_counter() - started, at)
    except BaseException:
        # Nothing names the folder yet, so nobody would ever remove it.
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _by_school(
    one: Indicator, tables: Mapping[str, object]
) -> list[tuple[int, str, int, float, float]]:
    rows = one.rows(tables)
    sums = rows.group_by(["school_id", "term", "week"]).agg(
        numerator=rows.numerator.sum(), denominator=rows.denominator.sum()
    )
    return [
        (row["school_id"], row["term"], row["week"], row["numerator"], row["denominator"])
        for row in sums.to_pyarrow().to_pylist()
    ]


def _ancestors() -> dict[int, list[int]]:
    """Every organisation with itself and all above it, from the paths."""
    return {
        pk: [int(step) for step in path.rstrip(".").split(".")]
        for pk, path in Organisation.objects.values_list("pk", "path")
    }


def _rolled_up(
    rows: list[tuple[int, str, int, float, float]], ancestors: Mapping[int, list[int]]
) -> _Sums:
    """Sums for each organisation in each term, and in each week of it (``2026-1/07``).

    A share of an organisation is the ratio of its sums, never the mean of its schools' shares.
    """
    sums: dict[tuple[int, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for school, term, week, numerator, denominator in rows:
        periods = [term, f"{term}/{week:02d}"] if week else [term]
        for organisation in ancestors.get(school, []):
            for period in periods:
                cell = sums[organisation, period]
                cell[0] += numerator
                cell[1] += denominator
    return {key: (cell[0], cell[1]) for key, cell in sums.items()}


@transaction.atomic
def _keep(
    name: str, values: Mapping[str, _Sums], rows: int, seconds: float, at: datetime
) -> Snapshot:
    snapshot = Snapshot.objects.create(as_of=at, folder=name, seconds=seconds, rows=rows)
    IndicatorValue.objects.bulk_create(
        (
            IndicatorValue(
                snapshot=snapshot, indicator=code, organisation_id=organisation, period=period,
                numerator=numerator, denominator=denominator,
            )
            for code, sums in values.items()
            for (organisation, period), (numerator, denominator) in sums.items()
        ),
        batch_size=1000,
    )  # fmt: skip
    return snapshot


def forget_old() -> int:
    """Drop all but the newest snapshots and their folders; returns how many were dropped."""
    old = list(Snapshot.objects.order_by("-as_of", "-pk")[_KEEP:])
    Snapshot.objects.filter(pk__in=[one.pk for one in old]).delete()
    kept = set(Snapshot.objects.values_list("folder", flat=True))
    for one in old:
        path: Path = lake.root() / one.folder
        if one.folder and one.folder not in kept:
            shutil.rmtree(path, ignore_errors=True)
    return len(old)


@task("monitor.compute", every_minutes=15, atomic=False, lease_seconds=600)
def recompute() -> None:
    """Compute all indicators anew and drop old snapshots. Safe to run twice."""
    compute(at=timezone.now())
    forget_old()
