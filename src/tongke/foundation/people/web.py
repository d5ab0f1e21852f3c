"""Typed requests: who is signed in and as what; and small readers of an address."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse

from tongke.foundation.people.actors import Actor
from tongke.foundation.people.lockout import cool_off, failure_limit
from tongke.foundation.people.models import Account
from tongke.foundation.people.roles import Role

__all__ = ["cool_off", "failure_limit"]


class AuthedRequest(HttpRequest):
    """A request behind the sign-in: the middleware has set the account and the actor."""

    user: Account
    actor: Actor


View = Callable[..., HttpResponse]


def for_roles(*roles: Role) -> Callable[[View], View]:
    """Let a page exist only for those who act in one of these roles; for others it is a 404.

    This says for whom a page is made. Which rows it shows is the policy's business.
    """

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: AuthedRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.actor is None or request.actor.role not in roles:
                raise Http404
            return view(request, *args, **kwargs)

        return guarded

    return wrap


def number_in(request: HttpRequest, name: str) -> int | None:
    """A whole number of the address's query; None when it is absent or nonsense."""
    raw = request.GET.get(name, "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 18 else None


def words_in(request: HttpRequest, name: str = "q") -> str:
    """A text of the address's query, trimmed and cut to what a search needs."""
    return request.GET.get(name, "").replace("\x00", "").strip()[:60]


@dataclass(frozen=True)
class DemoLogin:
    """A sign-in name that the sign-in page of a demo region offers."""

    login: str
    who: str
    note: str = ""


@dataclass(frozen=True)
class DemoHint:
    """What the sign-in page of a demo region says: names and the one password."""

    logins: tuple[DemoLogin, ...] = ()
    password: str = ""


_demo: list[DemoHint] = []


def offer_demo_logins(hint: DemoHint) -> None:
    """Name the sign-in names of a demo; shown only where the setting TONGKE_DEMO is on."""
    _demo[:] = [hint]


def demo_hint() -> DemoHint:
    """What the sign-in page may say; nothing outside a demo."""
    shown = getattr(settings, "TONGKE_DEMO", False) and _demo
    return _demo[0] if shown else DemoHint()
