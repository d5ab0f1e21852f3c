"""Guardianship: who cares for a child, since when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Guardianship, Person
from tongke.foundation.people.services.families import settle_guardians


@dataclass(frozen=True, kw_only=True)
class NewGuardianship:
    """A guardian of a child from `since` on; `relation` in words (母亲, 祖父 …)."""

    guardian: Person
    child: Person
    relation: str
    since: date


@transaction.atomic
def link_guardian(new: NewGuardianship, *, by: Actor | None, at: datetime) -> Guardianship:
    """Name one guardian of one child.

    Raises:
        Refused: the two are linked already, or are one person.
    """
    return link_guardians([new], by=by, at=at)[0]


@transaction.atomic
def link_guardians(
    rows: Iterable[NewGuardianship], *, by: Actor | None, at: datetime
) -> list[Guardianship]:
    """Name many guardians; they get the role 家长 at the schools of their wards.

    Raises:
        Refused: see `link_guardian`.
    """
    listed = list(rows)
    for row in listed:
        if row.guardian.pk == row.child.pk:
            raise Refused("不能把本人登记为自己的监护人。")
    for start in range(0, len(listed), 400):
        _refuse_linked(listed[start : start + 400])
    fresh = Guardianship.objects.bulk_create(
        (
            Guardianship(
                guardian=row.guardian, child=row.child, relation=row.relation, since=row.since
            )
            for row in listed
        ),
        batch_size=500,
    )
    by_day: dict[date, list[int]] = {}
    for row in listed:
        by_day.setdefault(row.since, []).append(row.guardian.pk)
    for day, guardians in by_day.items():
        settle_guardians(guardians, day)
    one = fresh[0] if len(fresh) == 1 else None
    record("people.guardianship.added", one, actor=by, at=at, detail={"count": len(fresh)})
    return fresh


def _refuse_linked(rows: list[NewGuardianship]) -> None:
    wanted = {(row.guardian.pk, row.child.pk) for row in rows}
    held = Guardianship.objects.filter(child__in={child for _, child in wanted}, until=None)
    for one in held.select_related("guardian", "child"):
        if (one.guardian_id, one.child_id) in wanted:
            raise Refused(f"{one.guardian.name}已经是{one.child.name}的监护人。")


@transaction.atomic
def end_guardianship(
    guardianship: Guardianship, until: date, *, by: Actor | None, at: datetime
) -> None:
    """End a guardianship with the day `until`, its last.

    Raises:
        Refused: it has ended already.
    """
    if guardianship.until is not None:
        raise Refused("监护关系已经结束。")
    guardianship.until = max(until, guardianship.since)
    guardianship.save(update_fields=["until"])
    settle_guardians([guardianship.guardian_id], guardianship.until + timedelta(days=1))
    detail = {"until": str(guardianship.until)}
    record("people.guardianship.ended", guardianship, actor=by, at=at, detail=detail)
