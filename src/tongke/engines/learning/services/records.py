"""The one stream of learning records: producers push, nobody re-collects."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import models, transaction

from tongke.engines.learning.models import LearningRecord
from tongke.foundation.people.models import Person, SchoolClass


def record(
    *,
    key: str,
    person: Person,
    verb: str,
    object_type: str,
    object_id: int,
    at: datetime,
    school_class: SchoolClass | None = None,
    lesson_id: int | None = None,
    key_point: models.Model | None = None,
    item_kind: str = "",
    difficulty: float | None = None,
    share: float | None = None,
    detail: dict[str, Any] | None = None,
) -> bool:
    """Push one record in the caller's transaction; False when the key was pushed before.

    Args:
        verb: ``attended``, ``answered``, ``submitted``, ``viewed`` …
        share: share of the points reached, in [0, 1]; None when the act has no score.
    """
    return bool(
        record_many(
            [
                {
                    "key": key, "person_id": person.pk, "verb": verb, "object_type": object_type,
                    "object_id": object_id, "at": at, "lesson_id": lesson_id,
                    "school_class_id": school_class.pk if school_class else None,
                    "key_point_id": key_point.pk if key_point else None, "item_kind": item_kind,
                    "difficulty": difficulty, "share": share, "detail": detail or {},
                }
            ]
        )
    )  # fmt: skip


@transaction.atomic
def record_many(rows: Iterable[dict[str, Any]]) -> int:
    """Push many records (columns of `LearningRecord`); returns how many keys were new."""
    fresh = {row["key"]: LearningRecord(**row) for row in rows}
    keys = list(fresh)
    for start in range(0, len(keys), 500):
        part = keys[start : start + 500]
        for known in LearningRecord.objects.filter(key__in=part).values_list("key", flat=True):
            fresh.pop(known)
    LearningRecord.objects.bulk_create(fresh.values(), ignore_conflicts=True, batch_size=500)
    return len(fresh)


@transaction.atomic
def void(key: str, *, reason: str, at: datetime) -> bool:
    """Take a record back with a voiding record; False when it is unknown or void already."""
    old = LearningRecord.objects.filter(key=key, voided_by=None).first()
    if old is None:
        return False
    against = LearningRecord.objects.create(
        key=f"void:{old.key}"[:160], person_id=old.person_id, school_class_id=old.school_class_id,
        verb="voided", object_type=old.object_type, object_id=old.object_id,
        lesson_id=old.lesson_id, key_point_id=old.key_point_id, detail={"reason": reason}, at=at,
    )  # fmt: skip
    return bool(LearningRecord.objects.filter(pk=old.pk, voided_by=None).update(voided_by=against))


def turns(key_prefix: str) -> int:
    """How many records were pushed under keys that begin so, voiding ones not counted."""
    return LearningRecord.objects.filter(key__startswith=key_prefix).count()
