"""Global search over what the person may see."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tongke.foundation.people.web import AuthedRequest
from tongke.gateway.portal import queries


@require_GET
def search(request: AuthedRequest) -> HttpResponse:
    """Groups of hits, each under the rule of its own list page."""
    words = request.GET.get("q", "").strip()[:40]
    context = {"words": words, "groups": queries.search(request.actor, words)}
    return render(request, "portal/search.html", context)
