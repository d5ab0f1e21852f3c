"""One thing to do, as the list of today's work shows it, and the order of urgency."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from tongke.gateway.portal.homes import words


@dataclass(frozen=True)
class Task:
    """One thing to do.

    Attributes:
        due_at: until when; None for what has no date and comes last.
    """

    title: str
    note: str
    href: str
    icon: str
    badge: str
    tint: str
    due_at: datetime | None = None


def dated(
    title: str, note: str, href: str, icon: str, *, due_at: datetime, now: datetime, today: date
) -> Task:
    """A task with a date: overdue is red, today orange, later blue or grey."""
    badge, tint = due_badge(due_at, now, today)
    return Task(title, note, href, icon, badge, tint, due_at)


def due_badge(due_at: datetime, now: datetime, today: date) -> tuple[str, str]:
    """The words and colour of a deadline."""
    local = timezone.localtime(due_at)
    if due_at < now:
        days = (today - local.date()).days
        return (f"已过 {days} 天" if days else f"{local:%H:%M} 已过"), "danger"
    if local.date() == today:
        return f"今天 {local:%H:%M}", "warn"
    return words.moment_word(due_at, today), "info" if (local.date() - today).days == 1 else "muted"


def by_urgency(found: Iterable[Task]) -> tuple[Task, ...]:
    """Dated tasks first, soonest first; then the others in the order given."""
    listed = list(found)
    listed.sort(
        key=lambda each: (each.due_at is None, each.due_at.timestamp() if each.due_at else 0)
    )
    return tuple(listed)
