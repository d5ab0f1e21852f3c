"""How many wrong passwords are allowed, how long the wait is, and the page that says so."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from tongke.core.profile import current
from tongke.foundation.people.profile import PeopleProfile


def failure_limit(request: HttpRequest | None = None, credentials: Any = None) -> int:
    """Wrong tries before the wait."""
    return current(PeopleProfile).lockout_attempts


def cool_off(request: HttpRequest | None = None) -> timedelta:
    """How long the wait is."""
    return timedelta(minutes=current(PeopleProfile).lockout_minutes)


def username_of(request: HttpRequest | None, credentials: Any = None) -> str | None:
    """The sign-in name under which wrong tries are counted; its case makes no difference.

    Django's signal carries it as `username`, axes' own backend as the form's field `login`.
    """
    given = credentials or {}
    name = given.get("username") or given.get("login")
    if not name and request is not None:
        name = request.POST.get("login")
    return str(name).strip().lower() if name else None


def locked_out(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """The page of a locked account: when to try again and whom to ask."""
    minutes = current(PeopleProfile).lockout_minutes
    until = timezone.localtime() + timedelta(minutes=minutes)
    context = {"minutes": minutes, "until": until}
    return render(request, "account/locked.html", context, status=429)
