"""Every page needs a sign-in unless its view is marked public; then it knows its actor."""

import time
from collections.abc import Callable
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from tongke.core.profile import current
from tongke.foundation.people.actors import actor_for
from tongke.foundation.people.profile import PeopleProfile

ACTOR_KEY = "appointment"
_SEEN_KEY = "seen"
# Sign-in pages decide for themselves; these stay reachable while something is still to be done.
_OPEN_NAMES = frozenset({"account_login", "account_logout", "mfa_authenticate"})
_DURING_PASSWORD = _OPEN_NAMES | {"account_change_password"}
_DURING_FACTOR = _DURING_PASSWORD | {
    "mfa_activate_totp", "mfa_index", "mfa_generate_recovery_codes", "mfa_view_recovery_codes",
    "mfa_download_recovery_codes", "mfa_reauthenticate", "account_reauthenticate",
}  # fmt: skip


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
            now, limit = time.time(), current(PeopleProfile).idle_minutes * 60
            if now - request.session.get(_SEEN_KEY, now) > limit:
                logout(request)
            else:
                # Written at most once a minute: a session row is a write.
                if now - request.session.get(_SEEN_KEY, 0) > 60:
                    request.session[_SEEN_KEY] = int(now)
                chosen = request.session.get(ACTOR_KEY)
                request.actor = actor_for(  # type: ignore[attr-defined]
                    request.user, timezone.localdate(), chosen
                )
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Decide whether the view may run for this visitor."""
        name = request.resolver_match.view_name if request.resolver_match else ""
        if getattr(view, "public", False) or name in _OPEN_NAMES:
            return None
        account = request.user
        if not account.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if account.must_change_password and name not in _DURING_PASSWORD:
            return redirect("account_change_password")
        actor = request.actor  # type: ignore[attr-defined]
        if actor is None and name not in _DURING_FACTOR:
            return redirect("people:no-role")
        if self._factor_missing(request) and name not in _DURING_FACTOR:
            return redirect("mfa_activate_totp")
        return None

    @staticmethod
    def _factor_missing(request: HttpRequest) -> bool:
        actor = request.actor  # type: ignore[attr-defined]
        needed = current(PeopleProfile).second_factor_roles
        return actor is not None and actor.role in needed and not is_mfa_enabled(request.user)
