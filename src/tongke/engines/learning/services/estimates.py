"""Keeps the estimates up to date with the stream of records; they can be replayed from it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from tongke.core.jobs import task
from tongke.core.profile import current
from tongke.engines.learning import mastery
from tongke.engines.learning.models import LearningRecord, Mastery, Overruling
from tongke.engines.learning.profile import LearningProfile
from tongke.engines.learning.services import advice
from tongke.foundation.curriculum.models import KeyPoint

_Pair = tuple[int, int]
_Answers = dict[_Pair, list[mastery.Observation]]
_SUBJECT = "key_point__unit__textbook__subject"


def params() -> mastery.Params:
    """The region's settings as the algorithm takes them."""
    profile = current(LearningProfile)
    return mastery.Params(
        nearly=profile.weak_share,
        mastered=profile.mastered_share,
        min_items=profile.minimum_items,
        coverage=profile.interval_level,
    )


@transaction.atomic
def refresh_pupils(pupil_ids: Iterable[int], *, at: datetime) -> list[Mastery]:
    """Estimate every key point the pupils have answers on or a teacher's word for, and keep it.

    An estimate whose answers were all taken back, and that no teacher's word holds, goes.
    """
    pupils = set(pupil_ids)
    pins, subjects = _pins(pupils)
    found: dict[_Pair, mastery.Estimate] = {}
    # One subject at a time: what a pupil can do in music says nothing of their mathematics.
    for answers in _answers(pupils, subjects).values():
        found |= mastery.estimate_many(answers, params(), at, pins=pins)
    rows = [
        Mastery(
            pupil_id=pupil, key_point_id=point, mean=one.mean, low=one.low, high=one.high,
            evidence=one.items, state=str(one.state), version=mastery.VERSION, as_of=at,
        )
        for (pupil, point), one in sorted(found.items())
    ]  # fmt: skip
    _drop_others(pupils, found)
    Mastery.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["pupil", "key_point"],
        update_fields=["mean", "low", "high", "evidence", "state", "version", "as_of"],
        batch_size=500,
    )
    return rows


def _drop_others(pupils: set[int], kept: Iterable[_Pair]) -> None:
    pairs = set(kept)
    rows = Mastery.objects.filter(pupil__in=pupils).values_list("pk", "pupil", "key_point")
    gone = [pk for pk, pupil, point in rows if (pupil, point) not in pairs]
    if gone:
        Mastery.objects.filter(pk__in=gone).delete()


def _answers(pupils: set[int], pinned: dict[_Pair, str]) -> dict[str, _Answers]:
    """The standing answers of each subject; a pair with a teacher's word only has none."""
    rows = (
        LearningRecord.objects.filter(person__in=pupils, verb="answered", voided_by=None)
        .exclude(key_point=None)
        .exclude(share=None)
        .values_list(
            "person_id", "key_point_id", _SUBJECT, "object_type", "object_id", "detail", "share",
            "at", "item_kind", "difficulty",
        )
    )  # fmt: skip
    answers: dict[str, _Answers] = defaultdict(lambda: defaultdict(list))
    for pair, subject in pinned.items():
        answers[subject][pair] = []
    for person, point, subject, kind, pk, detail, share, at, item_kind, level in rows:
        answers[subject][person, point].append(
            mastery.Observation(
                item=f"{kind}:{detail.get('item', pk)}",
                score=share,
                at=at,
                kind=item_kind,
                difficulty=mastery.level_difficulty(round(level)) if level else 0.0,
            )
        )
    return answers


def _pins(pupils: set[int]) -> tuple[dict[_Pair, mastery.Pin], dict[_Pair, str]]:
    """The teachers' newest standing words, and the subject each is about."""
    rows = Overruling.objects.filter(pupil__in=pupils, withdrawn_at=None).order_by("at", "pk")
    pins, subjects = {}, {}
    for row in rows.select_related("key_point__unit__textbook"):
        pair = row.pupil_id, row.key_point_id
        pins[pair] = mastery.Pin(mastery.State(row.state), row.reason, row.at)
        subjects[pair] = row.key_point.unit.textbook.subject_id
    return pins, subjects


@task("learning.refresh", together=20)
def refresh(jobs: Sequence[Mapping[str, Any]]) -> None:
    """Estimate pupils anew and recommend for what each just answered. Safe to run twice.

    Args:
        jobs: each with ``pupil_id``, ``key_point_ids`` and ``source_key``. A class that hands in
            together is estimated together: it takes little longer than one pupil.
    """
    now = timezone.now()
    pupils = {job["pupil_id"] for job in jobs}
    newest = LearningRecord.objects.filter(person__in=pupils).aggregate(at=Max("at"))["at"]
    # A classroom's clock may run ahead of ours; its answers count all the same.
    rows = refresh_pupils(pupils, at=max(now, newest or now))
    low = [row for row in rows if row.state == mastery.State.STARTING]
    points = KeyPoint.objects.in_bulk({row.key_point_id for row in low})
    weak: dict[_Pair, Mastery] = {}
    for row in low:
        row.key_point = points[row.key_point_id]
        weak[row.pupil_id, row.key_point_id] = row
    for job in jobs:
        mine = [
            weak[job["pupil_id"], point]
            for point in job["key_point_ids"]
            if (job["pupil_id"], point) in weak
        ]
        advice.recommend(mine, source_key=job["source_key"], at=now)
