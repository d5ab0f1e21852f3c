"""Messages to accounts: in-app, once per key, with an off switch per kind."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from tongke.core.models import Message, MessagePreference

_KINDS: dict[str, str] = {}
_BATCH = 500


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
    return bool(notify_many(kind, [(account, title)], key=key, body=body, url=url))


def notify_many(
    kind: str, titles: Iterable[tuple[Any, str]], *, key: str, body: str = "", url: str = ""
) -> int:
    """`notify` for many accounts on one occasion, at the price of one; returns how many got it.

    Args:
        titles: each account with the title it reads; of an account named twice the first counts.
    """
    assert kind in _KINDS, f"unknown kind of message {kind}"
    wanted: dict[int, str] = {}
    for account, title in titles:
        wanted.setdefault(account.pk, title)
    listed, count = list(wanted), 0
    for start in range(0, len(listed), _BATCH):
        part = listed[start : start + _BATCH]
        off = MessagePreference.objects.filter(account__in=part, kind=kind, wanted=False)
        sent = Message.objects.filter(account__in=part, key=key)
        left_out = {*off.values_list("account", flat=True), *sent.values_list("account", flat=True)}
        now = timezone.now()
        fresh = [
            Message(
                account_id=pk, kind=kind, title=wanted[pk][:120], body=body, url=url, key=key,
                created_at=now,
            )
            for pk in part
            if pk not in left_out
        ]  # fmt: skip
        Message.objects.bulk_create(fresh, ignore_conflicts=True)
        count += len(fresh)
    return count


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
