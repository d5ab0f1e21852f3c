"""What several pages share: the day an address names, refusals as notices, exports."""

from collections.abc import Callable
from datetime import date

from django.contrib import messages as notices
from django.http import Http404

from tongke.core.errors import Refused
from tongke.foundation.people.web import AuthedRequest


def day_or_404(text: str) -> date:
    """The day of an address; 404 for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError as fault:
        raise Http404 from fault


def asked_day(request: AuthedRequest) -> date:
    """The day behind ?day=, else today."""
    try:
        return date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return request.actor.today


def attempt(request: AuthedRequest, act: Callable[[], object], done: str = "") -> bool:
    """Do what may be refused, and say which of both happened."""
    try:
        act()
    except Refused as refusal:
        notices.error(request, str(refusal))
        return False
    if done:
        notices.success(request, done)
    return True
