"""A teacher's word against an estimate; both are kept, the teacher's stands."""

from datetime import datetime

from django.db import transaction

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.engines.learning import mastery
from tongke.engines.learning.models import Overruling, Recommendation
from tongke.engines.learning.services.estimates import refresh_pupils
from tongke.foundation.curriculum.models import KeyPoint
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Person

STATES = (mastery.State.STARTING, mastery.State.NEARLY, mastery.State.MASTERED)


@transaction.atomic
def overrule(
    pupil: Person, point: KeyPoint, state: str, reason: str, *, by: Actor, at: datetime
) -> Overruling:
    """Say what the pupil's state on a point really is, and why.

    Raises:
        Refused: no reason, or a state that is none of the three; nothing is written.
    """
    if not reason.strip():
        raise Refused("改判请写一句理由。")
    if state not in STATES:
        raise Refused("请选择一个掌握状态。")
    made = Overruling.objects.create(
        pupil=pupil, key_point=point, state=state, reason=reason.strip()[:200],
        by=by.person, at=at,
    )  # fmt: skip
    refresh_pupils([pupil.pk], at=at)
    if state == mastery.State.MASTERED:
        _withdraw_advice(pupil, point, at)
    record("learning.mastery.overruled", made, actor=by, at=at, detail={"state": state})
    return made


def _withdraw_advice(pupil: Person, point: KeyPoint, at: datetime) -> None:
    """Who knows a point by the teacher's word is not asked to practise it any more."""
    state = Recommendation.State
    waiting = Recommendation.objects.filter(
        pupil=pupil, key_point=point, state__in=[state.OPEN, state.STARTED]
    )
    waiting.update(state=state.WITHDRAWN, changed_at=at)


@transaction.atomic
def withdraw(overruling: Overruling, *, by: Actor, at: datetime) -> None:
    """Take an overruling back; the estimate stands again.

    Raises:
        Refused: it was taken back before.
    """
    rows = Overruling.objects.filter(pk=overruling.pk, withdrawn_at=None)
    if not rows.update(withdrawn_at=at):
        raise Refused("这条改判已经撤回。")
    refresh_pupils([overruling.pupil_id], at=at)
    record("learning.mastery.overruling-withdrawn", overruling, actor=by, at=at)
