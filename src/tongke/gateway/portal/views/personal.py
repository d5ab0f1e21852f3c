"""What a person sets for themselves: role, theme, messages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongke.core import messages
from tongke.core.web import page_of
from tongke.foundation.people import services as people_services
from tongke.foundation.people.actors import appointments_of
from tongke.foundation.people.middleware import ACTOR_KEY, public
from tongke.foundation.people.web import AuthedRequest
from tongke.gateway.portal.context import THEME_COOKIE

_YEAR = 365 * 24 * 60 * 60


def _back(request: HttpRequest, default: str) -> HttpResponse:
    target = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()):
        return redirect(target)
    return redirect(default)


@require_POST
def switch(request: AuthedRequest) -> HttpResponse:
    """Act in another of one's own roles; the page after it is its home."""
    held = appointments_of(request.actor.person, request.actor.today)
    chosen = request.POST.get("choice", "")
    one = get_object_or_404(held, pk=int(chosen) if chosen.isdigit() else 0)
    request.session[ACTOR_KEY] = one.pk
    return redirect("portal:home")


@public
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keep the chosen look with the account; a guest's in their browser."""
    asked = request.POST.get("theme", "")
    wanted = asked if asked in {"light", "dark"} else "auto"
    answer = _back(request, "portal:home")
    if request.user.is_authenticated:
        people_services.set_theme(request.user, wanted)
    else:
        answer.set_cookie(
            THEME_COOKIE, wanted, max_age=_YEAR, samesite="Lax", httponly=True,
            secure=request.is_secure(),
        )  # fmt: skip
    return answer


@require_GET
def message_list(request: AuthedRequest) -> HttpResponse:
    """The message centre."""
    rows = messages.inbox(request.user)
    kind = request.GET.get("kind", "")
    if kind:
        rows = rows.filter(kind=kind)
    if request.GET.get("unread"):
        rows = rows.filter(read_at=None)
    context = {
        "page": page_of(request, rows),
        "kinds": list(messages.kinds().items()),
        "kind": kind,
        "labels": messages.kinds(),
    }
    return render(request, "portal/messages.html", context)


@require_POST
def message_open(request: AuthedRequest, message_id: int) -> HttpResponse:
    """Mark a message read and go where it leads."""
    one = get_object_or_404(messages.inbox(request.user), pk=message_id)
    messages.mark_read(request.user, [one.pk], at=timezone.now())
    if one.url.startswith("/") and not one.url.startswith("//"):
        return redirect(one.url)
    return redirect("portal:messages")


@require_POST
def message_read_all(request: AuthedRequest) -> HttpResponse:
    """Mark everything read."""
    messages.mark_read(request.user, None, at=timezone.now())
    return redirect("portal:messages")


@require_http_methods(["GET", "POST"])
def message_settings(request: AuthedRequest) -> HttpResponse:
    """Which kinds of messages the person wants."""
    if request.method == "POST":
        wanted = set(request.POST.getlist("kind"))
        for code in messages.kinds():
            messages.set_wanted(request.user, code, wanted=code in wanted)
        return redirect("portal:message-settings")
    off = messages.unwanted(request.user)
    rows = [(code, label, code not in off) for code, label in messages.kinds().items()]
    return render(request, "portal/message_settings.html", {"rows": rows})
