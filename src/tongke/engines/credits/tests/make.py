"""Makers for tests: entries of the ledger for acts that need no lesson behind them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from django.db import transaction

from tongke.engines.credits import services
from tongke.engines.credits.models import Entry
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import SchoolClass
from tongke.foundation.people.tests.make import NOON, TODAY


def source(number: int = 1) -> SchoolClass:
    """Something an entry can come from; only its kind and number are kept."""
    return SchoolClass(pk=number)


def post(
    who: Actor,
    *,
    role: str = "host",
    form: str = "delivered",
    number: int = 1,
    revision: int = 0,
    day: date = TODAY,
    label: str = "2026-11-23 五年级音乐",
) -> Entry:
    """One entry of a person at their own school."""
    return services.post(
        book="workload", person=who.person, organisation=who.organisation, rule=role,
        facts={"form": form, "form_name": "专递课堂"}, source=source(number), source_label=label,
        key=f"lesson:{number}:{revision}:{role}:{who.person.pk}", occurred_on=day, at=NOON,
    )  # fmt: skip


@contextmanager
def rolled_back() -> Iterator[None]:
    """Whatever is written inside is gone afterwards: one example of a property test."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
