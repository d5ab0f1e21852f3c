"""Filters the monitor's pages need."""

from collections.abc import Sequence

from django import template

register = template.Library()


@register.filter
def at(values: Sequence[object], place: int) -> object:
    """The value at a place."""
    return values[place]
