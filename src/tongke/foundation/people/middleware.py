"""Every page needs a sign-in unless its view is marked public; then it knows its actor."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from tongke.core.profile import current
from tongke.foundation.people.actors import Actor, actor_for
from tongke.foundation.people.forms_account import REMEMBERED_KEY
from tongke.foundation.people.profile import PeopleProfile
from tongke.foundation.people.roles import Role

ACTOR_KEY = "appointment"
_SEEN_KEY = "seen"
_DAY_SECONDS = 24 * 60 * 60
# Sign-in pages decide for themselves; the rest stays reachable while something is to be done.
_OPEN_NAMES = frozenset({"account_login", "account_logout", "account_inactive", "mfa_authenticate"})
_DURING_PASSWORD = _OPEN_NAMES | {"account_change_password"}
_DURING_FACTOR = _DURING_PASSWORD | {
    "mfa_activate_totp", "mfa_deactivate_totp", "mfa_index", "mfa_generate_recovery_codes",
    "mfa_view_recovery_codes", "mfa_download_recovery_codes", "mfa_reauthenticate",
    "account_reauthenticate",
}  # fmt: skip
_WITHOUT_ROLE = _DURING_FACTOR | {"people:no-role"}
# The sign-in library has more addresses (e-mail, self-registration …): for us they do not exist.
_LIBRARY_PREFIXES = ("account_", "mfa_", "socialaccount_")
SIGN_IN_NAMES = _DURING_FACTOR


def public(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Mark a view as open to everybody."""
    view.public = True  # type: ignore[attr-defined]
    return view


class ActorMiddleware:
    """Sets `request.actor`; asks for sign-in, a new password or a second factor where due."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the next handler."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Attach the actor, or end a session that was idle too long."""
        request.actor = None  # type: ignore[attr-defined]
        if request.user.is_authenticated:
            chosen = request.session.get(ACTOR_KEY)
            actor = actor_for(request.user, timezone.localdate(), chosen)
            if _idle_too_long(request, actor):
                logout(request)
            else:
                request.actor = actor  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Decide whether the view may run for this visitor."""
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name.startswith(_LIBRARY_PREFIXES) and name not in SIGN_IN_NAMES:
            raise Http404
        if getattr(view, "public", False) or name in _OPEN_NAMES:
            return None
        if not request.user.is_authenticated:
            return _ask_to_sign_in(request)
        return due_first(request, name)


def due_first(request: HttpRequest, name: str) -> HttpResponse | None:
    """What a signed-in person must do before the page called `name`; None when nothing is due.

    A new password, a role to act in, a second factor, in this order. Public views that also have
    a signed-in face call it themselves.
    """
    if request.user.must_change_password and name not in _DURING_PASSWORD:  # type: ignore[union-attr]
        return redirect("account_change_password")
    actor = request.actor  # type: ignore[attr-defined]
    if actor is None and name not in _WITHOUT_ROLE:
        return redirect("people:no-role")
    if _factor_missing(request) and name not in _DURING_FACTOR:
        return redirect("mfa_activate_totp")
    return None


def _factor_missing(request: HttpRequest) -> bool:
    actor = request.actor  # type: ignore[attr-defined]
    needed = current(PeopleProfile).second_factor_roles
    return actor is not None and actor.role in needed and not is_mfa_enabled(request.user)


def _ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page and back again; a partial request moves the whole page there."""
    back = request.get_full_path() if request.method in {"GET", "HEAD"} else "/"
    if request.headers.get("HX-Request") == "true":
        response = HttpResponse(status=204)
        response["HX-Redirect"] = str(redirect_to_login(_page_of(request)).url)
        return response
    return redirect_to_login(back)


def _page_of(request: HttpRequest) -> str:
    shown = urlsplit(request.headers.get("HX-Current-URL", ""))
    return f"{shown.path}?{shown.query}" if shown.query else shown.path or "/"


def _idle_too_long(request: HttpRequest, actor: Actor | None) -> bool:
    """Whether the session was idle longer than its role may be; notes that it is in use if not."""
    now = time.time()
    if now - request.session.get(_SEEN_KEY, now) > _idle_seconds(request, actor):
        return True
    # Written at most once a minute: a session row is a write.
    if now - request.session.get(_SEEN_KEY, 0) > 60:
        request.session[_SEEN_KEY] = int(now)
    return False


def _idle_seconds(request: HttpRequest, actor: Actor | None) -> float:
    profile = current(PeopleProfile)
    if actor is not None and actor.role == Role.SYSADMIN:
        return profile.admin_idle_minutes * 60
    # Who administers data of others is never remembered, whatever was ticked.
    remembered = request.session.get(REMEMBERED_KEY, 0)
    if remembered and (actor is None or actor.role not in profile.second_factor_roles):
        return float(remembered * _DAY_SECONDS)
    return profile.idle_minutes * 60
