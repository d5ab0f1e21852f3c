"""Accounts: open, set an initial password, disable. A raw password is shown once, never kept."""

import secrets
from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Account, Person

# No look-alikes (0 o, 1 l i): an initial password is copied from paper.
_LETTERS = "abcdefghjkmnpqrstuvwxyz"
_DIGITS = "23456789"


def initial_password() -> str:
    """A password for the first sign-in, 49 bits strong and easy to copy: ``kwtm-4827-hqzs``."""
    parts = (_LETTERS, _DIGITS, _LETTERS)
    return "-".join("".join(secrets.choice(each) for _ in range(4)) for each in parts)


@transaction.atomic
def open_account(
    person: Person,
    *,
    login: str = "",
    password: str | None = None,
    must_change: bool = True,
    by: Actor | None,
    at: datetime,
) -> Account:
    """Open the account of one person; the login is the person's number unless another is given.

    Without a password nobody can sign in until `reset_password` has given one.

    Raises:
        Refused: the person has an account, or the login is taken.
    """
    name = (login or person.number).lower()
    if Account.objects.filter(person=person).exists():
        raise Refused(f"{person.name}已经有账号。")
    if Account.objects.filter(login=name).exists():
        raise Refused(f"账号“{name}”已经有人使用。")
    account = Account.objects.create_account(name, person, password, must_change=must_change)
    record("people.account.opened", account, actor=by, at=at)
    return account


@transaction.atomic
def open_accounts(
    people: Iterable[Person],
    *,
    password_hash: str = "",
    must_change: bool = True,
    by: Actor | None,
    at: datetime,
) -> list[Account]:
    """Open accounts for many persons at once, each with the person's number as login.

    Args:
        password_hash: one ready-made hash for all (only a demo wants that); by default nobody can
            sign in until an initial password has been given out. Hashing thousands of passwords
            would take many minutes, and most would never be used.

    Raises:
        Refused: a login is taken.
    """
    listed = list(people)
    _refuse_taken([person.number.lower() for person in listed])
    unusable = make_password(None)
    fresh = Account.objects.bulk_create(
        (
            Account(
                login=person.number.lower(), person=person, must_change_password=must_change,
                password=password_hash or unusable,
            )
            for person in listed
        ),
        batch_size=500,
    )  # fmt: skip
    record("people.account.opened", None, actor=by, at=at, detail={"count": len(fresh)})
    return fresh


def _refuse_taken(logins: list[str]) -> None:
    seen: set[str] = set()
    for start in range(0, len(logins), 500):
        part = logins[start : start + 500]
        taken = Account.objects.filter(login__in=part).values_list("login", flat=True).first()
        for login in part:
            if login == taken or login in seen:
                raise Refused(f"账号“{login}”已经有人使用。")
            seen.add(login)


@transaction.atomic
def reset_password(account: Account, *, by: Actor | None, at: datetime) -> str:
    """Give a new initial password, to be changed at the first sign-in; returned only here."""
    raw = initial_password()
    account.set_password(raw)
    account.must_change_password = True
    account.save(update_fields=["password", "must_change_password"])
    record("people.account.reset", account, actor=by, at=at)
    return raw


@transaction.atomic
def disable_account(account: Account, *, by: Actor | None, at: datetime) -> None:
    """Nobody signs in with it any more; running sessions end with their next request.

    Raises:
        Refused: it is disabled already, or is one's own.
    """
    if by is not None and by.account.pk == account.pk:
        raise Refused("不能停用自己的账号。")
    if not Account.objects.filter(pk=account.pk, is_active=True).update(is_active=False):
        raise Refused("账号已经停用。")
    account.is_active = False
    record("people.account.disabled", account, actor=by, at=at)


@transaction.atomic
def enable_account(account: Account, *, by: Actor | None, at: datetime) -> None:
    """Let a disabled account sign in again, with its old password.

    Raises:
        Refused: it is not disabled.
    """
    if not Account.objects.filter(pk=account.pk, is_active=False).update(is_active=True):
        raise Refused("账号没有停用。")
    account.is_active = True
    record("people.account.enabled", account, actor=by, at=at)


def set_theme(account: Account, theme: str) -> None:
    """Keep the look a person chose: ``light``, ``dark`` or ``auto``. A taste needs no audit."""
    assert theme in {"light", "dark", "auto"}
    Account.objects.filter(pk=account.pk).update(theme=theme)
    account.theme = theme
