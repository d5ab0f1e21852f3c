"""Reads of rooms for pages and for the timetable."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Min, Q, QuerySet

from tongke.core.profile import current
from tongke.foundation.campus.lines import LineHour, line_hours
from tongke.foundation.campus.models import Room
from tongke.foundation.campus.profile import CampusProfile
from tongke.foundation.people.models import Organisation

__all__ = [
    "KINDS", "USES", "LineHour", "RoomFilter", "is_slow", "line_hours", "rooms_for_delivering",
    "rooms_for_listening", "too_slow",
]  # fmt: skip
KINDS: list[tuple[str, str]] = [
    (str(value), str(label)) for value, label in Room._meta.get_field("kind").choices or ()
]
USES = [("deliver", "可主讲"), ("listen", "可听讲"), ("slow", "带宽不足"), ("retired", "已停用")]


def rooms_for_delivering(school: Organisation) -> QuerySet[Room]:
    """Rooms of a school from which a joint lesson can be taught, fastest line first."""
    rows = Room.objects.filter(school=school, can_deliver=True, retired_on=None)
    return rows.order_by("-line_mbps", "name")


def rooms_for_listening(school: Organisation) -> QuerySet[Room]:
    """Rooms of a school in which a class can follow a joint lesson, fastest line first."""
    rows = Room.objects.filter(school=school, can_listen=True, retired_on=None)
    return rows.order_by("-line_mbps", "name")


def too_slow() -> Q:
    """Rooms whose line is slower than the region asks for what the room is to do."""
    profile = current(CampusProfile)
    return Q(can_deliver=True, line_mbps__lt=profile.deliver_mbps) | Q(
        can_listen=True, line_mbps__lt=profile.listen_mbps
    )


@dataclass(frozen=True)
class RoomFilter:
    """What a list of rooms is narrowed by."""

    words: str = ""
    school: int | None = None
    kind: str = ""
    use: str = ""

    def apply(self, rows: QuerySet[Room]) -> QuerySet[Room]:
        """The rows that fit; retired rooms only when asked for."""
        rows = rows.filter(retired_on__isnull=self.use != "retired")
        if self.words:
            rows = rows.filter(
                Q(name__icontains=self.words) | Q(school__name__icontains=self.words)
            )
        if self.school:
            rows = rows.filter(school=self.school)
        if self.kind:
            rows = rows.filter(kind=self.kind)
        match self.use:
            case "deliver":
                return rows.filter(can_deliver=True)
            case "listen":
                return rows.filter(can_listen=True)
            case "slow":
                return rows.filter(too_slow())
        return rows


@dataclass(frozen=True)
class SchoolRooms:
    """What the rooms of one school can do."""

    school: Organisation
    rooms: int
    deliver: int
    listen: int
    slow: int
    least_mbps: float | None

    @property
    def state(self) -> str:
        """The colour of the badge: can the school take part at all, and well?"""
        if not self.deliver and not self.listen:
            return "danger"
        return "warn" if self.slow else "ok"


def by_school(schools: QuerySet[Organisation], rooms: QuerySet[Room]) -> list[SchoolRooms]:
    """One line for each school, whether it has rooms or not; two queries."""
    equipped = Q(can_deliver=True) | Q(can_listen=True)
    counted = {
        row["school"]: row
        for row in rooms.filter(retired_on=None)
        .order_by()
        .values("school")
        .annotate(
            rooms=Count("pk"),
            deliver=Count("pk", filter=Q(can_deliver=True)),
            listen=Count("pk", filter=Q(can_listen=True)),
            slow=Count("pk", filter=too_slow()),
            least=Min("line_mbps", filter=equipped),
        )
    }
    lines = []
    for school in schools:
        row: Mapping[str, Any] = counted.get(school.pk) or {}
        least = row.get("least")
        lines.append(
            SchoolRooms(
                school, row.get("rooms", 0), row.get("deliver", 0), row.get("listen", 0),
                row.get("slow", 0), float(least) if least is not None else None,
            )
        )  # fmt: skip
    return lines


def is_slow(room: Room) -> bool:
    """Whether the line is slower than the region asks for what the room is to do."""
    profile = current(CampusProfile)
    least = max(
        profile.deliver_mbps if room.can_deliver else 0.0,
        profile.listen_mbps if room.can_listen else 0.0,
    )
    return float(room.line_mbps) < least
