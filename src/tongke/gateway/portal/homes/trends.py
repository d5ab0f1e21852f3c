"""A child compared with itself: the last days against twice as many before, in words."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from tongke.core.profile import current
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Person
from tongke.foundation.people.profile import PeopleProfile
from tongke.foundation.people.queries import has_consent
from tongke.gateway.portal.homes.advice import Level, level_of
from tongke.gateway.portal.profile import PortalProfile

PURPOSE = "diagnosis"


@dataclass(frozen=True)
class Trend:
    """One subject: where the child stands now, and how it moved; thin evidence says so."""

    subject: str
    level: Level
    word: str
    icon: str
    tint: str
    thin: bool


@dataclass(frozen=True)
class Progress:
    """The subjects with any answer lately; `asked` says that consent is missing."""

    trends: tuple[Trend, ...] = ()
    asked: bool = False

    @property
    def thin(self) -> tuple[str, ...]:
        """Subjects about which little can be said."""
        return tuple(each.subject for each in self.trends if each.thin)


def progress_of(child: Person, actor: Actor, now: datetime) -> Progress:
    """The progress of a child whose record the reader may see; two queries.

    Without a standing consent to the analysis of learning nothing is compared.
    """
    asked_for = {each.code for each in current(PeopleProfile).consent_purposes}
    if PURPOSE in asked_for and not has_consent(child, PURPOSE, now):
        return Progress(asked=True)
    span = timedelta(days=current(PortalProfile).trend_days)
    answered = child.records.filter(
        verb="answered", voided_by=None, share__isnull=False, at__gte=now - 3 * span, at__lte=now
    )
    recent: dict[str, list[float]] = defaultdict(list)
    before: dict[str, list[float]] = defaultdict(list)
    for subject, share, at in answered.order_by("at").values_list(
        "key_point__unit__textbook__subject__name", "share", "at"
    ):
        if subject and share is not None:
            (recent if at >= now - span else before)[subject].append(share)
    return Progress(tuple(_trend(each, recent[each], before[each]) for each in sorted(recent)))


def _trend(subject: str, recent: list[float], before: list[float]) -> Trend:
    profile = current(PortalProfile)
    least, step = profile.trend_least_answers, profile.trend_step
    now = sum(recent) / len(recent)
    if len(recent) < least:
        return Trend(subject, level_of(None), "题还少", "minus", "muted", thin=True)
    if len(before) < least:
        return Trend(subject, level_of(now), "刚开始记录", "minus", "info", thin=True)
    moved = now - sum(before) / len(before)
    if moved >= step:
        return Trend(subject, level_of(now), "进步", "arrow-up", "ok", thin=False)
    if moved <= -step:
        return Trend(subject, level_of(now), "要帮一把", "arrow-down", "warn", thin=False)
    return Trend(subject, level_of(now), "平稳", "arrow-right", "info", thin=False)
