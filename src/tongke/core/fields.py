"""Model fields that core adds: text that is sealed in the database."""

from typing import TYPE_CHECKING, Any

from django.db import models

from tongke.core.sealing import blind, seal, unseal

__all__ = ["EncryptedTextField", "blind", "mask", "seal", "unseal"]


if TYPE_CHECKING:
    _Text = models.TextField[str, str]
else:
    _Text = models.TextField


class EncryptedTextField(_Text):
    """Text that only ever lies sealed in the database; it cannot be searched.

    For look-ups keep a blind index (`blind(text)`) in a column beside it.
    """

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        """Unseal on the way out."""
        return None if value is None else unseal(value)

    def get_prep_value(self, value: Any) -> str | None:
        """Seal on the way in."""
        return None if value is None else seal(str(value))


def mask(text: str, *, head: int = 3, tail: int = 2) -> str:
    """The text with its middle hidden: ``138******12``. Short texts are hidden whole."""
    if len(text) <= head + tail:
        return "*" * len(text)
    return f"{text[:head]}{'*' * (len(text) - head - tail)}{text[-tail:]}"
