"""Messages to accounts: in-app, once per key, with an off switch per kind."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from tongke.core.models import Message, MessagePreference

_KINDS: dict[str, str] = {}


def register_kind(code: str, label: str) -> str:
    """Declare a kind of message, so that people can switch it off; returns the code."""
    _KINDS[code] = label
    return code


def kinds() -> dict[str, str]:
    """Every declared kind: code → Chinese label."""
    return dict(sorted(_KINDS.items()))


def notify(account: Any, kind: str, title: str, *, key: str, body: str = "", url: str = "") -> bool:
    """Put a message before one account; False when it was sent before or is not wanted.

    Runs in the caller's transaction: the message exists when the fact exists.
    """
    assert kind in _KINDS, f"unknown kind of message {kind}"
    if MessagePreference.objects.filter(account=account, kind=kind, wanted=False).exists():
        return False
    if Message.objects.filter(account=account, key=key).exists():
        return False
    Message.objects.bulk_create(
        [
            Message(
                account=account,
                kind=kind,
                title=title[:120],
                body=body,
                url=url,
                key=key,
                created_at=timezone.now(),
            )
        ],
        ignore_conflicts=True,
    )
    return True


def inbox(account: Any) -> QuerySet[Message]:
    """The messages of one account, newest first."""
    return Message.objects.filter(account=account).order_by("-created_at", "-id")


def unread_count(account: Any) -> int:
    """How many messages wait to be read."""
    return Message.objects.filter(account=account, read_at=None).count()


def mark_read(account: Any, ids: list[int] | None, *, at: datetime) -> int:
    """Mark messages read, all of them when `ids` is None; returns how many changed."""
    rows = Message.objects.filter(account=account, read_at=None)
    if ids is not None:
        rows = rows.filter(pk__in=ids)
    return rows.update(read_at=at)


def set_wanted(account: Any, kind: str, *, wanted: bool) -> None:
    """Switch a kind of message on or off for one account."""
    assert kind in _KINDS
    MessagePreference.objects.update_or_create(
        account=account, kind=kind, defaults={"wanted": wanted}
    )


def unwanted(account: Any) -> set[str]:
    """The kinds that an account has switched off."""
    rows = MessagePreference.objects.filter(account=account, wanted=False)
    return set(rows.values_list("kind", flat=True))
