"""Pages of the library: list, read, edit, publish."""

from django.contrib import messages as notices
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongke.core.errors import Refused
from tongke.core.files import store
from tongke.core.models import StoredFile
from tongke.core.web import page_of, serve_file
from tongke.engines.library import policy, services
from tongke.engines.library.forms import ResourceForm
from tongke.engines.library.models import Resource
from tongke.engines.library.policy import Perm
from tongke.foundation.curriculum import queries as curriculum
from tongke.foundation.people.web import AuthedRequest


@require_GET
def resource_list(request: AuthedRequest) -> HttpResponse:
    """Resources by subject, grade, kind and words."""
    rows = policy.resources(request.actor, Perm.RESOURCE_READ)
    words = request.GET.get("q", "").strip()
    kind, subject = request.GET.get("kind", ""), request.GET.get("subject", "")
    grade, mine = request.GET.get("grade", ""), request.GET.get("mine", "")
    if words:
        rows = rows.filter(Q(title__icontains=words) | Q(key_points__title__icontains=words))
    if kind:
        rows = rows.filter(kind=kind)
    if subject:
        rows = rows.filter(key_points__unit__textbook__subject=subject)
    if grade:
        rows = rows.filter(key_points__unit__textbook__grade=grade)
    if mine:
        rows = rows.filter(author=request.actor.person)
    rows = rows.distinct().select_related("author", "organisation").prefetch_related("key_points")
    context = {
        "page": page_of(request, rows.order_by("-published_at", "-id"), per=24),
        "words": words, "kind": kind, "subject": subject, "grade": grade, "mine": mine,
        "kinds": Resource.Kind.choices, "subjects": curriculum.subject_choices(),
        "grades": curriculum.grade_choices(), "may_add": policy.may_add(request.actor),
    }  # fmt: skip
    return render(request, "library/list.html", context)


@require_GET
def resource_detail(request: AuthedRequest, resource_id: int) -> HttpResponse:
    """One resource; opening it is noted as learning."""
    resource = policy.resource_or_404(request.actor, resource_id, Perm.RESOURCE_READ)
    services.visit(resource, by=request.actor, at=timezone.now())
    context = {
        "resource": resource,
        "points": resource.key_points.select_related("unit__textbook__subject"),
        "may_edit": policy.resources(request.actor, Perm.RESOURCE_EDIT)
        .filter(pk=resource.pk)
        .exists(),
        "advice": _number(request.GET.get("advice", "")),
    }
    return render(request, "library/detail.html", context)


@require_GET
def resource_file(request: AuthedRequest, resource_id: int) -> HttpResponseBase:
    """The bytes of a resource's file."""
    resource = policy.resource_or_404(request.actor, resource_id, Perm.RESOURCE_READ)
    if resource.file is None:
        raise Http404
    return serve_file(request, resource.file, download="download" in request.GET)


@require_http_methods(["GET", "POST"])
def resource_new(request: AuthedRequest) -> HttpResponse:
    """Add a resource."""
    if not policy.may_add(request.actor):
        raise Http404
    return _edit(request, None)


@require_http_methods(["GET", "POST"])
def resource_edit(request: AuthedRequest, resource_id: int) -> HttpResponse:
    """Change a resource."""
    return _edit(request, policy.resource_or_404(request.actor, resource_id, Perm.RESOURCE_EDIT))


def _edit(request: AuthedRequest, resource: Resource | None) -> HttpResponse:
    points = curriculum.points_for(request.actor.subject_code)
    form = ResourceForm(
        request.POST or None, request.FILES or None, points=points, resource=resource
    )
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        try:
            content = form.content(_upload(request))
            if resource is None:
                resource = services.add(content, by=request.actor, at=now)
            else:
                services.edit(resource, content, by=request.actor, at=now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("library:resource-detail", resource.pk)
    status = 422 if form.errors else 200
    return render(request, "library/edit.html", {"form": form, "resource": resource}, status=status)


def _upload(request: AuthedRequest) -> StoredFile | None:
    upload = request.FILES.get("upload")
    if upload is None:
        return None
    kinds = ("video", "pdf", "image")
    return store(upload.file, upload.name or "", by=request.user, kinds=kinds)


@require_POST
def resource_publish(request: AuthedRequest, resource_id: int) -> HttpResponse:
    """Publish, or take off the shelves with `withdraw`."""
    resource = policy.resource_or_404(request.actor, resource_id, Perm.RESOURCE_EDIT)
    act = services.withdraw if "withdraw" in request.POST else services.publish
    try:
        act(resource, by=request.actor, at=timezone.now())
    except Refused as refusal:
        notices.error(request, str(refusal))
    return redirect("library:resource-detail", resource.pk)


def _number(text: str) -> int | None:
    return int(text) if text.isdigit() and len(text) < 12 else None
