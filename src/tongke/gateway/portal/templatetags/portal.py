"""Filters the portal's pages need."""

from collections.abc import Mapping

from django import template

register = template.Library()


@register.filter
def lookup(table: Mapping[str, object], key: str) -> object:
    """The value of a key, or the key itself when there is none."""
    return table.get(key, key)
