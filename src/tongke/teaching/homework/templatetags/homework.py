"""Filters the homework pages need."""

from django import template

from tongke.teaching.assessment.models import Item

register = template.Library()


@register.filter
def lettered(item: Item) -> list[tuple[str, str]]:
    """The options with their letters: [("A", …), ("B", …)]."""
    return [(chr(ord("A") + index), text) for index, text in enumerate(item.options)]
