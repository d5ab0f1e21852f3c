"""Consent of guardians: answers are kept, never edited; a withdrawal travels to every copy."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.core.jobs import task
from tongke.core.profile import current
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Consent, Person
from tongke.foundation.people.profile import PeopleProfile

Withdrawn = Callable[[int, str], None]
_handlers: dict[str, Withdrawn] = {}


def on_withdrawal(name: str, handler: Withdrawn) -> None:
    """Have `handler(child_id, purpose)` called, at least once, after a consent is withdrawn.

    Packages that keep copies register in `AppConfig.ready`. Handlers must be safe to run twice.
    """
    _handlers[name] = handler


@task("people.withdraw_consent", retries=8, atomic=True)
def carry_withdrawal(*, handler: str, child: int, purpose: str) -> None:
    """Tell one holder of copies that a consent is withdrawn. Safe to run twice."""
    _handlers[handler](child, purpose)


@transaction.atomic
def answer(
    child: Person, guardian: Person, purpose: str, *, given: bool, by: Actor | None, at: datetime
) -> Consent:
    """Keep a guardian's answer to the current text of one purpose; a “no” withdraws a former “yes”.

    Raises:
        Refused: the region does not ask for this purpose.
    """
    asked = {one.code: one for one in current(PeopleProfile).consent_purposes}
    if purpose not in asked:
        raise Refused("没有这一项授权。")
    before = standing(child, purpose)
    if before is not None and before.given == given and before.version == asked[purpose].version:
        return before
    new = Consent.objects.create(
        child=child, guardian=guardian, purpose=purpose, version=asked[purpose].version,
        given=given, at=at,
    )  # fmt: skip
    detail = {"purpose": purpose, "given": given, "version": new.version}
    record("people.consent.answered", new, actor=by, at=at, detail=detail)
    if before is not None and before.given and not given:
        _withdraw(before, by=by, at=at)
    return new


@transaction.atomic
def withdraw(child: Person, purpose: str, *, by: Actor | None, at: datetime) -> None:
    """Take back a standing consent.

    Raises:
        Refused: there is none.
    """
    held = standing(child, purpose)
    if held is None or not held.given:
        raise Refused("这一项没有同意过，不需要撤回。")
    _withdraw(held, by=by, at=at)


def standing(child: Person, purpose: str) -> Consent | None:
    """The newest answer for a purpose, unless it was withdrawn."""
    newest = Consent.objects.filter(child=child, purpose=purpose).order_by("-at", "-id").first()
    return newest if newest is not None and newest.withdrawn_at is None else None


def _withdraw(held: Consent, *, by: Actor | None, at: datetime) -> None:
    if not Consent.objects.filter(pk=held.pk, withdrawn_at=None).update(withdrawn_at=at):
        raise Refused("已经撤回。")
    held.withdrawn_at = at
    detail = {"purpose": held.purpose}
    record("people.consent.withdrawn", held, actor=by, at=at, detail=detail)
    for name in sorted(_handlers):
        carry_withdrawal.enqueue(
            key=f"{held.pk}:{name}", handler=name, child=held.child_id, purpose=held.purpose
        )
