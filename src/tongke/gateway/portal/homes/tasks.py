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
        ahead: whether something that still lies ahead waits for it.
    """

    title: str
    note: str
    href: str
    icon: str
    badge: str
    tint: str
    due_at: datetime | None = None
    ahead: bool = False


def dated(
    title: str,
    note: str,
    href: str,
    icon: str,
    *,
    due_at: datetime,
    now: datetime,
    today: date,
    ahead: bool = False,
) -> Task:
    """A task with a date: overdue is red, today orange, later blue or grey."""
    badge, tint = due_badge(due_at, now, today)
    return Task(title, note, href, icon, badge, tint, due_at, ahead)


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
    """What a lesson still waits for, what is due today, what is late, what comes, the undated.

    Late things come newest first: what was missed yesterday can be mended sooner than last week's.
    """
    return tuple(sorted(found, key=_rank))


def _rank(task: Task) -> tuple[int, float]:
    if task.due_at is None:
        return 4, 0
    at = task.due_at.timestamp()
    if task.ahead:
        return 0, at
    if task.tint == "danger":
        return 2, -at
    return (1 if task.tint == "warn" else 3), at
