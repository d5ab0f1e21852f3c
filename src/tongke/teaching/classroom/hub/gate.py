"""Who knocks, and on which seat they sit: the same sign-in and the same policy as the pages.

The session cookie goes through the very middleware that serves pages, so an idle time-out, a
forced password change or a missing second factor close this door, too. Runs in a thread.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.cookie import parse_cookie
from django.http.request import validate_host

from tongke.foundation.people.actors import Actor
from tongke.foundation.people.middleware import ActorMiddleware
from tongke.teaching.classroom import policy
from tongke.teaching.classroom.seats import Seat

Headers = Iterable[tuple[bytes, bytes]]


@dataclass(frozen=True)
class Admission:
    """A seat in a lesson and who acts on it."""

    seat: Seat
    actor: Actor


def header(headers: Headers, name: bytes) -> str:
    """The value of a header, empty when absent."""
    return next((value.decode("latin-1") for key, value in headers if key.lower() == name), "")


def same_origin(headers: Headers) -> bool:
    """Whether a page of this site speaks: a websocket and a JSON POST know no CSRF token."""
    host, origin = header(headers, b"host"), header(headers, b"origin")
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    if not validate_host(name.lower(), settings.ALLOWED_HOSTS):
        return False
    return urlsplit(origin).netloc == host or origin in settings.CSRF_TRUSTED_ORIGINS


def session_key(headers: Headers) -> str:
    """The bearer's session, empty without one."""
    return parse_cookie(header(headers, b"cookie")).get(settings.SESSION_COOKIE_NAME, "")


def admit(headers: Headers, lesson_id: int) -> Admission | None:
    """The seat that the bearer of these cookies has in a lesson; None when they have none."""
    actor = _actor(headers)
    if actor is None:
        return None
    seat = policy.seat_in(actor, lesson_id)
    return Admission(seat, actor) if seat else None


def _actor(headers: Headers) -> Actor | None:
    request = HttpRequest()
    request.method = "GET"
    request.COOKIES = parse_cookie(header(headers, b"cookie"))
    found: list[Actor] = []

    def inside(request: HttpRequest) -> HttpResponse:
        # None says that the page would be shown; anything else leads to another page.
        if middleware.process_view(request, None, (), {}) is None:
            found.append(request.actor)  # type: ignore[attr-defined]
        return HttpResponse()

    middleware = ActorMiddleware(inside)
    SessionMiddleware(AuthenticationMiddleware(middleware))(request)
    return found[0] if found else None
