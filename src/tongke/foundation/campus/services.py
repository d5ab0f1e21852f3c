"""Every write to rooms."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.foundation.campus.models import LineReading, Room
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Organisation

_EDITABLE = frozenset(
    {"name", "kind", "can_deliver", "can_listen", "seats", "line_mbps", "screen", "retired_on"}
)


@dataclass(frozen=True, kw_only=True)
class NewRoom:
    """A room to add; `line_mbps` is the upload rate in Mbit/s."""

    school: Organisation
    name: str
    kind: str = "classroom"
    can_deliver: bool = False
    can_listen: bool = False
    seats: int = 40
    line_mbps: Decimal = Decimal(0)
    screen: str = ""


@transaction.atomic
def add_room(new: NewRoom, *, by: Actor | None, at: datetime) -> Room:
    """Add one room.

    Raises:
        Refused: the school has a room of that name, or is not a school.
    """
    return add_rooms([new], by=by, at=at)[0]


@transaction.atomic
def add_rooms(rows: Iterable[NewRoom], *, by: Actor | None, at: datetime) -> list[Room]:
    """Add many rooms, in the order given; the audit log gets one entry with their count.

    Raises:
        Refused: see `add_room`.
    """
    listed = list(rows)
    taken = set(
        Room.objects.filter(school__in={row.school.pk for row in listed}).values_list(
            "school", "name"
        )
    )
    for row in listed:
        if not row.school.is_school or row.school.closed_on:
            raise Refused(f"“{row.school.name}”不是在办的学校或教学点，不能登记教室。")
        if (row.school.pk, row.name) in taken:
            raise Refused(f"{row.school.name}已有教室“{row.name}”。")
        taken.add((row.school.pk, row.name))
    fresh = Room.objects.bulk_create(
        (
            Room(
                school=row.school, name=row.name, kind=row.kind, can_deliver=row.can_deliver,
                can_listen=row.can_listen, seats=row.seats, line_mbps=row.line_mbps,
                screen=row.screen,
            )
            for row in listed
        ),
        batch_size=500,
    )  # fmt: skip
    one = fresh[0] if len(fresh) == 1 else None
    record("campus.room.added", one, actor=by, at=at, detail={"count": len(fresh)})
    return fresh


@transaction.atomic
def change_room(room: Room, changes: Mapping[str, Any], *, by: Actor | None, at: datetime) -> bool:
    """Change what is said about a room; returns whether anything changed.

    Raises:
        Refused: the school has another room of that name.
    """
    assert changes.keys() <= _EDITABLE, sorted(changes)
    changed = [key for key, value in changes.items() if getattr(room, key) != value]
    if not changed:
        return False
    if "name" in changed:
        same = Room.objects.filter(school=room.school_id, name=changes["name"])
        if same.exclude(pk=room.pk).exists():
            raise Refused(f"本校已有教室“{changes['name']}”。")
    for key in changed:
        setattr(room, key, changes[key])
    room.save(update_fields=changed)
    record("campus.room.changed", room, actor=by, at=at, detail={"fields": changed})
    return True


def retire_room(room: Room, on: date, *, by: Actor | None, at: datetime) -> None:
    """Take a room out of use; what happened in it stays.

    Raises:
        Refused: it is out of use already.
    """
    if room.retired_on is not None:
        raise Refused("这间教室已经停用。")
    change_room(room, {"retired_on": on}, by=by, at=at)


def restore_room(room: Room, *, by: Actor | None, at: datetime) -> None:
    """Use a retired room again.

    Raises:
        Refused: it is in use.
    """
    if room.retired_on is None:
        raise Refused("这间教室正在使用。")
    change_room(room, {"retired_on": None}, by=by, at=at)


@dataclass(frozen=True, kw_only=True)
class NewReading:
    """How a room's line held during one live lesson.

    Args:
        key: names the lesson and the room for ever.
        minutes: how long the room was to be connected.
        weak_minutes: how long it was disconnected or had sound without a picture.
    """

    room: Room
    key: str
    starts_at: datetime
    minutes: int
    weak_minutes: int


def note_lines(found: Iterable[NewReading]) -> int:
    """Keep readings of lines; a key that is known is replaced. Returns how many there are."""
    rows = [
        LineReading(
            room=one.room, key=one.key, starts_at=one.starts_at, minutes=one.minutes,
            weak_minutes=min(one.weak_minutes, one.minutes),
        )
        for one in found
    ]  # fmt: skip
    LineReading.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["key"],
        update_fields=["room", "starts_at", "minutes", "weak_minutes"],
    )  # fmt: skip
    return len(rows)
