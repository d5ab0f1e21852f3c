"""Filters of the live pages."""

from django import template

register = template.Library()


@register.filter
def icon_names(words: str) -> list[str]:
    """Names separated by spaces as a list."""
    return words.split()


@register.filter
def letter(place: int) -> str:
    """The letter of an option: A for 0."""
    return chr(ord("A") + place)
