"""The one address `/`: the region's front page for guests, the home of one's role for others."""

from datetime import datetime

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tongke.core.web import render_part
from tongke.foundation.people.middleware import due_first, public
from tongke.foundation.people.roles import Role
from tongke.foundation.people.web import AuthedRequest, number_in
from tongke.gateway.portal.homes import (
    director,
    front,
    guardian,
    officer,
    pupil,
    researcher,
    school,
    sysadmin,
    teacher,
)

# Homes whose next lesson asks for itself again, minute by minute, near its bell.
_POLLED = frozenset({"pupil", "teacher"})


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Guests see the region, signed-in people what they have to do today."""
    now = timezone.now()
    if not request.user.is_authenticated:
        return render(request, "portal/front.html", {"front": front.shown(now)})
    return due_first(request, "portal:home") or page(request, now)  # type: ignore[arg-type]


def page(request: AuthedRequest, now: datetime) -> HttpResponse:
    """The home of the acting role at a moment; the next lesson can be asked for alone."""
    actor = request.actor
    shown: object
    match actor.role:
        case Role.PUPIL:
            name, shown = "pupil", pupil.build(actor, now)
        case Role.GUARDIAN:
            name, shown = "guardian", guardian.build(actor, now, child=number_in(request, "child"))
        case Role.TEACHER:
            name, shown = "teacher", teacher.build(actor, now)
        case Role.HEAD | Role.TIMETABLER:
            name, shown = "school", school.build(actor, now)
        case Role.RESEARCHER:
            name, shown = "researcher", researcher.build(actor, now)
        case Role.OFFICER:
            name, shown = "officer", officer.build(actor, now)
        case Role.DIRECTOR:
            name, shown = "director", director.build(actor, now)
        case Role.SYSADMIN:
            name, shown = "sysadmin", sysadmin.build(actor, now)
    template, context = f"portal/home/{name}.html", {"home": shown, "now": now}
    if name in _POLLED:
        return render_part(request, template, "next", context)
    return render(request, template, context)


@public
@never_cache
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Whether the platform answers and reaches its database; 503 when it does not."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"ok": False, "database": "failed"}, status=503)
    return JsonResponse({"ok": True, "database": "ok"})
