"""How the lines of rooms hold at which hour of the day, from what live lessons noted."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from tongke.core.profile import current
from tongke.foundation.campus.models import LineReading
from tongke.foundation.campus.profile import CampusProfile


@dataclass(frozen=True)
class LineHour:
    """One hour of the day of one room.

    Args:
        hour: 0 to 23, local time.
        lessons: live lessons that were on in this hour in the weeks looked at.
        percent: how much of their time the line failed, 0 to 100.
        weak: whether that is too much by the region's settings, with lessons enough to say so.
    """

    room: int
    hour: int
    lessons: int
    percent: int
    weak: bool


def line_hours(rooms: Collection[int], *, at: datetime) -> list[LineHour]:
    """What is known of these rooms' lines, by room and hour; one query."""
    profile = current(CampusProfile)
    rows = LineReading.objects.filter(
        room__in=rooms, starts_at__gte=at - timedelta(weeks=profile.line_weeks), starts_at__lte=at
    )
    return _by_hour(rows, profile)


def _by_hour(rows: Iterable[LineReading], profile: CampusProfile) -> list[LineHour]:
    sums: dict[tuple[int, int], list[tuple[int, float]]] = defaultdict(list)
    for row in rows:
        if row.minutes:
            for hour, minutes in _hours(row):
                share = row.weak_minutes / row.minutes
                sums[row.room_id, hour].append((minutes, share * minutes))
    found = []
    for (room, hour), parts in sorted(sums.items()):
        percent = round(100 * sum(weak for _, weak in parts) / sum(all_ for all_, _ in parts))
        known = len(parts) >= profile.line_least_lessons
        weak = known and percent >= profile.line_weak_percent
        found.append(LineHour(room, hour, len(parts), percent, weak))
    return found


def _hours(row: LineReading) -> Iterable[tuple[int, int]]:
    """The hours a lesson lay in, each with its minutes: 10:35 to 11:15 is (10, 25), (11, 15)."""
    start = timezone.localtime(row.starts_at)
    begin = start.hour * 60 + start.minute
    end = min(24 * 60, begin + row.minutes)
    for hour in range(begin // 60, (end - 1) // 60 + 1):
        yield hour, min(end, 60 * hour + 60) - max(begin, 60 * hour)
