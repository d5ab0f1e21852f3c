"""Private links to one's own lessons: opened, renewed, revoked."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.core.sealing import blind
from tongke.foundation.people.actors import Actor
from tongke.teaching.timetable.models import CalendarFeed

_READ_EVERY = timedelta(hours=1)


@transaction.atomic
def open_feed(*, by: Actor, at: datetime) -> CalendarFeed:
    """A new link to the acting person's lessons; the one before stops working."""
    CalendarFeed.objects.filter(person=by.person, revoked_at=None).update(revoked_at=at)
    token = secrets.token_hex(20)
    feed = CalendarFeed.objects.create(
        person=by.person, token=token, token_blind=blind(token), created_at=at
    )
    record("timetable.feed.opened", feed, actor=by, at=at)
    return feed


@transaction.atomic
def revoke_feed(*, by: Actor, at: datetime) -> None:
    """Let the acting person's link answer nothing from now on.

    Raises:
        Refused: there is none.
    """
    feed = CalendarFeed.objects.filter(person=by.person, revoked_at=None).first()
    if feed is None:
        raise Refused("没有正在使用的订阅链接。")
    CalendarFeed.objects.filter(pk=feed.pk).update(revoked_at=at)
    record("timetable.feed.revoked", feed, actor=by, at=at)


def note_read(feed: CalendarFeed, *, at: datetime) -> None:
    """Remember that a link was read, once an hour at most."""
    if feed.read_at is None or at - feed.read_at > _READ_EVERY:
        CalendarFeed.objects.filter(pk=feed.pk).update(read_at=at)
