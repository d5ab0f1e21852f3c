"""Keeps the estimates up to date with the stream of records; they can be replayed from it."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from tongke.core.jobs import task
from tongke.core.profile import current
from tongke.engines.learning import mastery
from tongke.engines.learning.models import LearningRecord, Mastery, Overruling
from tongke.engines.learning.profile import LearningProfile
from tongke.engines.learning.services import advice

_Pair = tuple[int, int]


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
    """Estimate every key point the pupils have answers on, and keep the result."""
    pupils = set(pupil_ids)
    answers = _answers(pupils)
    pins = _pins(pupils)
    found = mastery.estimate_many(answers, params(), at, pins=pins)
    rows = [
        Mastery(
            pupil_id=pupil, key_point_id=point, mean=one.mean, low=one.low, high=one.high,
            evidence=one.items, state=str(one.state), version=mastery.VERSION, as_of=at,
        )
        for (pupil, point), one in found.items()
    ]  # fmt: skip
    Mastery.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["pupil", "key_point"],
        update_fields=["mean", "low", "high", "evidence", "state", "version", "as_of"],
        batch_size=500,
    )
    return rows


def _answers(pupils: set[int]) -> dict[_Pair, list[mastery.Observation]]:
    rows = (
        LearningRecord.objects.filter(person__in=pupils, verb="answered", voided_by=None)
        .exclude(key_point=None)
        .exclude(share=None)
        .values_list(
            "person_id", "key_point_id", "object_type", "object_id", "detail", "share", "at",
            "item_kind", "difficulty",
        )
    )  # fmt: skip
    answers: dict[_Pair, list[mastery.Observation]] = defaultdict(list)
    for person, point, kind, pk, detail, share, at, item_kind, level in rows:
        answers[person, point].append(
            mastery.Observation(
                item=f"{kind}:{detail.get('item', pk)}",
                score=share,
                at=at,
                kind=item_kind,
                difficulty=mastery.level_difficulty(round(level)) if level else 0.0,
            )
        )
    return answers


def _pins(pupils: set[int]) -> dict[_Pair, mastery.Pin]:
    rows = Overruling.objects.filter(pupil__in=pupils, withdrawn_at=None).order_by("at")
    return {
        (row.pupil_id, row.key_point_id): mastery.Pin(
            mastery.State(row.state), row.reason, row.at
        )
        for row in rows
    }


@task("learning.refresh")
def refresh(pupil_id: int, key_point_ids: list[int], source_key: str) -> None:
    """Estimate one pupil anew and recommend for what was just answered. Safe to run twice."""
    now = timezone.now()
    refresh_pupils([pupil_id], at=now)
    weak = Mastery.objects.filter(
        pupil=pupil_id,
        key_point__in=key_point_ids,
        mean__lt=current(LearningProfile).weak_share,
    )
    advice.recommend(list(weak.select_related("key_point")), source_key=source_key, at=now)
