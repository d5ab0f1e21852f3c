"""Organisations: found, edit, move, close. Their `path` is kept here and nowhere else."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Appointment, Organisation, SchoolClass

_EDITABLE = frozenset({"name", "short_name", "area", "stages", "level", "kind", "source_id"})


@dataclass(frozen=True, kw_only=True)
class NewOrganisation:
    """An organisation to found; `parent` is the code of a stored one or one of the same list."""

    code: str
    name: str
    kind: str
    level: str
    parent: str = ""
    short_name: str = ""
    area: str = ""
    stages: str = ""
    source_id: str = ""


def path_step(pk: int) -> str:
    """What one organisation adds to a path: its id with four digits at least, and a dot."""
    return f"{pk:04d}."


@transaction.atomic
def add_organisation(
    *,
    parent: Organisation | None,
    kind: str,
    level: str,
    code: str,
    name: str,
    short_name: str = "",
    area: str = "",
    stages: str = "",
    source_id: str = "",
    by: Actor | None,
    at: datetime,
) -> Organisation:
    """Found one organisation under `parent`; None founds a root.

    Raises:
        Refused: the code is taken, or the parent is closed.
    """
    new = NewOrganisation(
        code=code, name=name, kind=kind, level=level, parent=parent.code if parent else "",
        short_name=short_name, area=area, stages=stages, source_id=source_id,
    )  # fmt: skip
    return add_organisations([new], by=by, at=at)[code]


@transaction.atomic
def add_organisations(
    rows: Iterable[NewOrganisation], *, by: Actor | None, at: datetime
) -> dict[str, Organisation]:
    """Found many organisations, parents before children whatever their order; by code.

    Raises:
        Refused: a code is taken or stands twice, or a parent is unknown or closed.
    """
    waiting = list(rows)
    _refuse_taken([row.code for row in waiting])
    parents = _open_by_code({row.parent for row in waiting if row.parent})
    founded: dict[str, Organisation] = {}
    while waiting:
        ready = [row for row in waiting if not row.parent or row.parent in parents]
        if not ready:
            raise Refused(f"找不到上级机构“{waiting[0].parent}”，或它已经撤销。")
        fresh = _found(ready, parents)
        founded |= fresh
        parents |= fresh
        waiting = [row for row in waiting if row.code not in founded]
    one = next(iter(founded.values())) if len(founded) == 1 else None
    record("people.organisation.added", one, actor=by, at=at, detail={"count": len(founded)})
    return founded


def _refuse_taken(codes: Sequence[str]) -> None:
    twice = sorted({code for code in codes if codes.count(code) > 1}) if len(codes) > 1 else []
    taken = Organisation.objects.filter(code__in=codes).values_list("code", flat=True)
    wrong = twice or sorted(taken)
    if wrong:
        raise Refused(f"机构代码“{wrong[0]}”已经有了，代码不能重复。")


def _open_by_code(codes: set[str]) -> dict[str, Organisation]:
    rows = Organisation.objects.filter(code__in=codes, closed_on=None)
    return {row.code: row for row in rows}


def _found(
    rows: Sequence[NewOrganisation], parents: Mapping[str, Organisation]
) -> dict[str, Organisation]:
    fresh = Organisation.objects.bulk_create(
        Organisation(
            parent=parents[row.parent] if row.parent else None,
            kind=row.kind, level=row.level, code=row.code, name=row.name,
            short_name=row.short_name or row.name[:20], area=row.area, stages=row.stages,
            source_id=row.source_id,
        )
        for row in rows
    )  # fmt: skip
    for each in fresh:
        above = each.parent.path if each.parent else ""
        each.path = above + path_step(each.pk)
    Organisation.objects.bulk_update(fresh, ["path"], batch_size=200)
    return {each.code: each for each in fresh}


@transaction.atomic
def edit_organisation(
    organisation: Organisation, changes: Mapping[str, Any], *, by: Actor | None, at: datetime
) -> bool:
    """Change names, kind or place of an organisation; returns whether anything changed."""
    assert changes.keys() <= _EDITABLE, sorted(changes)
    changed = {key: value for key, value in changes.items() if getattr(organisation, key) != value}
    if not changed:
        return False
    for key, value in changed.items():
        setattr(organisation, key, value)
    organisation.save(update_fields=list(changed))
    record("people.organisation.edited", organisation, actor=by, at=at, detail=changed)
    return True


@transaction.atomic
def move_organisation(
    organisation: Organisation, parent: Organisation, *, by: Actor | None, at: datetime
) -> None:
    """Hang an organisation with all below it under another parent.

    Raises:
        Refused: the new parent lies inside what is moved, or is closed.
    """
    parent.refresh_from_db()
    organisation.refresh_from_db()
    if parent.path.startswith(organisation.path):
        raise Refused("不能把机构移到它自己的下级里。")
    if parent.closed_on:
        raise Refused("上级机构已经撤销。")
    old, new = organisation.path, parent.path + path_step(organisation.pk)
    organisation.parent = parent
    organisation.save(update_fields=["parent"])
    rows = list(Organisation.objects.select_for_update().filter(path__startswith=old))
    for row in rows:
        row.path = new + row.path.removeprefix(old)
    Organisation.objects.bulk_update(rows, ["path"], batch_size=200)
    organisation.path = new
    detail = {"from": old, "to": new, "count": len(rows)}
    record("people.organisation.moved", organisation, actor=by, at=at, detail=detail)


@transaction.atomic
def close_organisation(
    organisation: Organisation, on: date, *, by: Actor | None, at: datetime
) -> None:
    """Close an organisation that nobody works or learns at any more.

    Raises:
        Refused: it still has open organisations below, open classes or current roles.
    """
    below = Organisation.objects.filter(path__startswith=organisation.path, closed_on=None)
    if below.exclude(pk=organisation.pk).exists():
        raise Refused("还有未撤销的下级机构，请先处理下级机构。")
    if SchoolClass.objects.filter(school=organisation, closed_on=None).exists():
        raise Refused("还有未结束的班级，请先结束班级。")
    if Appointment.objects.filter(organisation=organisation, until=None).exists():
        raise Refused("还有在任人员，请先结束他们的任职。")
    open_rows = Organisation.objects.filter(pk=organisation.pk, closed_on=None)
    if not open_rows.update(closed_on=on):
        raise Refused("机构已经撤销。")
    organisation.closed_on = on
    record("people.organisation.closed", organisation, actor=by, at=at, detail={"on": str(on)})
