"""Helpers for tests of pages: a signed-in client, and a check that queries do not grow."""

from collections.abc import Callable

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tongke.foundation.people.actors import Actor
from tongke.foundation.people.middleware import ACTOR_KEY


def client_of(actor: Actor) -> Client:
    """A browser in which this person acts in this role."""
    client = Client()
    client.force_login(actor.account, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    session[ACTOR_KEY] = actor.appointment_id
    session.save()
    return client


def assert_queries_flat(act: Callable[[], object], grow: Callable[[], object]) -> None:
    """The number of queries of `act` stays the same while `grow` adds rows."""
    act()
    before = _count(act)
    for _ in range(3):
        grow()
    after = _count(act)
    assert after == before, f"{before} queries grew to {after}"


def _count(act: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as context:
        act()
    return len(context.captured_queries)
