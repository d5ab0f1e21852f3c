"""Pages of the library: list, read, edit, publish."""

from typing import BinaryIO, cast

from django.contrib import messages as notices
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongke.core.errors import Refused
from tongke.core.files import store
from tongke.core.models import StoredFile
from tongke.core.web import page_of, serve_file
from tongke.engines.learning import policy as learning
from tongke.engines.learning import services as learning_services
from tongke.engines.learning.models import Recommendation
from tongke.engines.library import policy, queries, services
from tongke.engines.library.forms import ResourceForm
from tongke.engines.library.models import Resource
from tongke.engines.library.policy import Perm
from tongke.foundation.curriculum import queries as curriculum
from tongke.foundation.people.web import AuthedRequest, number_in, words_in

_FILTERS = ("kind", "subject", "grade", "mine")


@require_GET
def resource_list(request: AuthedRequest) -> HttpResponse:
    """Resources by subject, grade, kind and words."""
    wanted = {name: request.GET.get(name, "") for name in _FILTERS} | {"q": words_in(request)}
    rows = policy.resources(request.actor, Perm.RESOURCE_READ)
    if wanted["mine"]:
        rows = rows.filter(author=request.actor.person)
    context = {
        "page": page_of(request, queries.listed(queries.search(rows, **wanted)), per=24),
        "wanted": wanted, "kinds": Resource.Kind.choices,
        "subjects": curriculum.subject_choices(), "grades": curriculum.grade_choices(),
        "may_add": policy.may_add(request.actor),
    }  # fmt: skip
    return render(request, "library/list.html", context)


@require_GET
def resource_detail(request: AuthedRequest, resource_id: int) -> HttpResponse:
    """One resource; opening it is noted, and begins the recommendation that led here."""
    resource = policy.resource_or_404(request.actor, resource_id, Perm.RESOURCE_READ)
    now = timezone.now()
    services.visit(resource, by=request.actor, at=now)
    advice = _advice(request, resource)
    if advice is not None and advice.state == "open":
        learning_services.respond(advice, "started", by=request.actor, at=now)
    may_edit = policy.resources(request.actor, Perm.RESOURCE_EDIT).filter(pk=resource.pk)
    context = {
        "resource": resource, "points": queries.points_of(resource),
        "may_edit": may_edit.exists(), "advice": advice,
    }  # fmt: skip
    return render(request, "library/detail.html", context)


def _advice(request: AuthedRequest, resource: Resource) -> Recommendation | None:
    """The reader's own recommendation of this resource that the address names and that waits."""
    number = number_in(request, "advice")
    if number is None:
        return None
    mine = learning.advice(request.actor, learning.Perm.ADVICE_ANSWER)
    waiting = mine.filter(pk=number, resource_id=resource.pk, state__in=["open", "started"])
    return waiting.select_related("key_point").first()


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
    body = cast(BinaryIO, upload.file)
    return store(body, upload.name or "", by=request.user, kinds=kinds)


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
