"""How many wrong passwords are allowed, how long the wait is, and the page that says so."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tongke.core.profile import current
from tongke.foundation.people.profile import PeopleProfile


def failure_limit(request: HttpRequest | None = None, credentials: Any = None) -> int:
    """Wrong tries before the wait."""
    return current(PeopleProfile).lockout_attempts


def cool_off(request: HttpRequest | None = None) -> timedelta:
    """How long the wait is."""
    return timedelta(minutes=current(PeopleProfile).lockout_minutes)


def locked_out(request: HttpRequest, credentials: Any = None, *args: Any) -> HttpResponse:
    """The page of a locked account: when to try again and whom to ask."""
    minutes = current(PeopleProfile).lockout_minutes
    return render(request, "account/locked.html", {"minutes": minutes}, status=429)
