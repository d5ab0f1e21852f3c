"""Which ways of settling a lesson a page offers beside the recommended one."""

from django import template

from tongke.teaching.timetable.queries.changes_offers import Offer, Offers

register = template.Library()
_MOST = {"substitutes": 8, "swaps": 6, "make_ups": 4}


@register.filter
def others_than(offers: Offers, best: Offer | None) -> list[Offer]:
    """The best of each kind first, then the next ones of each."""
    parts = [list(getattr(offers, kind)[:most]) for kind, most in _MOST.items()]
    tops = [part[0] for part in parts if part]
    rest = [each for part in parts for each in part[1:]]
    return [each for each in [*tops, *rest] if each != best]
