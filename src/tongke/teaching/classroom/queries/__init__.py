"""Reads of the classroom: roster, live picture, presence, protocol, summary."""

from datetime import timedelta

from django.utils import timezone

from tongke.foundation.people.actors import Actor
from tongke.teaching.classroom.queries.protocol import todo

__all__ = ["duties_due"]

# What falls due within two days is work of today.
_SOON = timedelta(days=2)


def duties_due(actor: Actor) -> int:
    """How many duties of the protocol this person still has to do, overdue or due soon."""
    return todo(actor.person, timezone.now() + _SOON).count()
