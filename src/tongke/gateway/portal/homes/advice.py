"""再练几分钟: what a pupil is recommended, with three steps instead of a percentage."""

from dataclasses import dataclass

from django.urls import reverse

from tongke.core.profile import current
from tongke.core.templatetags.ui import tint
from tongke.engines.learning import policy
from tongke.engines.learning.models import Mastery
from tongke.engines.learning.profile import LearningProfile
from tongke.foundation.people.actors import Actor
from tongke.gateway.portal.homes import words

_MOST = 3
_STEP_TINTS = ("warn", "warn", "primary", "ok")


@dataclass(frozen=True)
class Level:
    """Where a child stands on a point: step 0 (too little known) to 3, in words."""

    step: int
    text: str
    tint: str


@dataclass(frozen=True)
class Advice:
    """One recommended resource."""

    pk: int
    point: str
    title: str
    reason: str
    minutes: int
    tint: str
    icon: str
    level: Level
    href: str


def level_of(mean: float | None) -> Level:
    """The step of an estimate in [0, 1]; None means too little evidence."""
    profile = current(LearningProfile)
    if mean is None:
        return Level(0, profile.too_few_label, _STEP_TINTS[0])
    step = 1 + (mean >= profile.weak_share) + (mean >= profile.mastered_share)
    return Level(step, profile.labels[step - 1], _STEP_TINTS[step])


def open_advice(actor: Actor) -> tuple[Advice, ...]:
    """The pupil's newest open recommendations; two queries."""
    rows = list(
        policy.open_advice(actor)
        .select_related("key_point__unit__textbook__subject")
        .order_by("-at", "-pk")[:_MOST]
    )
    own = policy.mastery(actor, policy.Perm.PUPIL_READ)
    known = {
        each.key_point_id: each for each in own.filter(key_point__in=[r.key_point_id for r in rows])
    }
    return tuple(
        Advice(
            pk=row.pk, point=row.key_point.title, title=row.title, reason=row.reason,
            minutes=row.minutes, tint=tint(row.key_point.title),
            icon=words.subject_icon(row.key_point.unit.textbook.subject.name),
            level=_level(known.get(row.key_point_id)),
            href=f"{reverse('library:resource-detail', args=[row.resource_id])}?advice={row.pk}",
        )
        for row in rows
    )  # fmt: skip


def _level(row: Mastery | None) -> Level:
    """The teacher's word counts as a step by its own name; else the estimate decides."""
    if row is None:
        return level_of(None)
    labels = current(LearningProfile).labels
    if row.state in labels:
        step = labels.index(row.state) + 1
        return Level(step, row.state, _STEP_TINTS[step])
    return level_of(row.mean)
