"""The audit log: who did what, and who read a protected record.

Entries are inserted unsealed inside the caller's transaction, so that writers do not queue for
one chain head; `seal_tail` (each few seconds in the worker, and before every verification) gives
them consecutive numbers and links each to its predecessor with SM3. See ADR 4.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import models, transaction

from tongke.core.models import AuditEntry
from tongke.core.sealing import sm3


def record(
    action: str,
    obj: models.Model | None,
    *,
    actor: Any,
    at: datetime,
    detail: dict[str, Any] | None = None,
) -> None:
    """Note that `actor` did `action` to `obj`, in the caller's own transaction.

    Args:
        action: dotted name, such as ``timetable.course.opened``.
        actor: whoever has `audit_id` and `audit_name` (an acting person), or None for the system.
        detail: small JSON, without secrets.
    """
    _entry(action, obj, actor, at, detail).save(force_insert=True)


def record_many(
    action: str,
    found: Iterable[tuple[models.Model, dict[str, Any]]],
    *,
    actor: Any,
    at: datetime,
) -> None:
    """Note one action on many objects, each with its detail, at the price of one: see `record`."""
    AuditEntry.objects.bulk_create(
        [_entry(action, obj, actor, at, detail) for obj, detail in found], batch_size=500
    )


def _entry(
    action: str, obj: models.Model | None, actor: Any, at: datetime, detail: dict[str, Any] | None
) -> AuditEntry:
    return AuditEntry(
        at=at,
        action=action,
        actor_id=getattr(actor, "audit_id", None),
        actor_name=getattr(actor, "audit_name", "") if actor else "系统",
        object_type=obj._meta.label_lower if obj is not None else "",
        object_id=str(obj.pk) if obj is not None else "",
        detail=detail or {},
    )


def record_read(obj: models.Model, *, actor: Any, at: datetime, why: str) -> None:
    """Note that a protected record was read; `why` names the page."""
    record("record.read", obj, actor=actor, at=at, detail={"why": why})


def _digest(entry: AuditEntry, previous: str) -> str:
    body = [
        entry.seq,
        entry.at.astimezone(UTC).isoformat(),
        entry.action,
        entry.actor_id,
        entry.actor_name,
        entry.object_type,
        entry.object_id,
        entry.detail,
        previous,
    ]
    return sm3(json.dumps(body, ensure_ascii=False, sort_keys=True).encode())


@transaction.atomic
def seal_tail(limit: int = 5000) -> int:
    """Number and chain up to `limit` unsealed entries; returns how many. Safe to run twice."""
    head = AuditEntry.objects.select_for_update().exclude(seq=None).order_by("-seq").first()
    number, previous = (head.seq or 0, head.digest) if head else (0, "")
    fresh = list(AuditEntry.objects.select_for_update().filter(seq=None).order_by("id")[:limit])
    for entry in fresh:
        number += 1
        entry.seq, entry.previous = number, previous
        entry.digest = previous = _digest(entry, previous)
    AuditEntry.objects.bulk_update(fresh, ["seq", "previous", "digest"], batch_size=500)
    return len(fresh)


@dataclass(frozen=True)
class Break:
    """Where the chain does not hold."""

    seq: int
    reason: str


def verify() -> tuple[int, list[Break]]:
    """Walk the whole chain; returns the number of entries and the places where it is broken."""
    while seal_tail():
        continue
    breaks: list[Break] = []
    number, previous = 0, ""
    for entry in _sealed():
        number += 1
        if entry.seq != number:
            breaks.append(Break(number, f"缺少第 {number} 条到第 {(entry.seq or 0) - 1} 条"))
            number = entry.seq or number
        elif entry.previous != previous:
            breaks.append(Break(number, "与前一条的摘要不相接"))
        if entry.digest != _digest(entry, entry.previous):
            breaks.append(Break(number, "内容与摘要不符"))
        previous = entry.digest
    return number, breaks


def _sealed() -> Iterator[AuditEntry]:
    return AuditEntry.objects.exclude(seq=None).order_by("seq").iterator(chunk_size=2000)
