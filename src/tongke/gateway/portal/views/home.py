"""The first page of everybody, and the health check."""

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tongke.foundation.people.middleware import public


@public
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The region's front page for guests, the home of their role for everybody else."""
    return render(request, "core/page.html", {})


@public
@require_GET
def health(request: HttpRequest) -> HttpResponse:
    """Whether pages and the database answer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"ok": True, "database": "ok"})
