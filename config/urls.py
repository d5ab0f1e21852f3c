"""Every address of the platform, package by package."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, include, path, re_path

from tongke.core.styleguide import context as samples
from tongke.foundation.people.middleware import public

# The sign-in library has more pages (self-registration, e-mail, reset by e-mail, codes). It needs
# their names, we do not offer them: whatever is not named here looks like any missing page.
_OFFERED = r"(?:login|logout|inactive|reauthenticate|password/change)/?$|2fa(?:/|$)"


@public
def not_offered(request: HttpRequest) -> HttpResponse:
    """The answer of an address that does not exist.

    Raises:
        Http404: always.
    """
    raise Http404


@public
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every piece of the interface in every state, for developers."""
    return render(request, "core/styleguide.html", samples())


urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("tongke.gateway.portal.urls")),
    re_path(rf"^accounts/(?!{_OFFERED})", not_offered, name="not-offered"),
    path("accounts/", include("allauth.urls")),
    path("people/", include("tongke.foundation.people.urls")),
    path("campus/", include("tongke.foundation.campus.urls")),
    path("curriculum/", include("tongke.foundation.curriculum.urls")),
    path("communities/", include("tongke.engines.communities.urls")),
    path("credits/", include("tongke.engines.credits.urls")),
    path("learning/", include("tongke.engines.learning.urls")),
    path("library/", include("tongke.engines.library.urls")),
    path("timetable/", include("tongke.teaching.timetable.urls")),
    path("classroom/", include("tongke.teaching.classroom.urls")),
    path("items/", include("tongke.teaching.assessment.urls")),
    path("homework/", include("tongke.teaching.homework.urls")),
    path("electives/", include("tongke.teaching.electives.urls")),
    path("continuity/", include("tongke.teaching.continuity.urls")),
    path("monitor/", include("tongke.governance.monitor.urls")),
    path("interop/", include("tongke.gateway.interop.urls")),
]
if settings.DEBUG:
    urlpatterns.append(path("styleguide/", styleguide, name="styleguide"))
