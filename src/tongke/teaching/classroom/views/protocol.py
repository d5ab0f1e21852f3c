"""The two-sided protocol of a lesson: two columns, ticks, evidence."""

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from tongke.core.errors import Refused
from tongke.core.files import Limit, store
from tongke.core.web import page_of, serve_file
from tongke.foundation.people.roles import Role
from tongke.foundation.people.web import AuthedRequest, for_roles
from tongke.teaching.classroom import policy
from tongke.teaching.classroom.forms import DutyForm
from tongke.teaching.classroom.models import ProtocolItem
from tongke.teaching.classroom.policy import Perm
from tongke.teaching.classroom.queries import protocol as pages
from tongke.teaching.classroom.services import protocol

_MOST = Limit(20 * 1024 * 1024)
# The last duties of a lesson fall due a week after it.
_AHEAD = timedelta(days=14)


def _page(
    request: AuthedRequest, lesson_id: int, *, form: DutyForm | None = None, at: int | None = None,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    lesson = policy.lesson_or_404(request.actor, lesson_id, Perm.PROTOCOL_READ)
    protocol.instantiate(lesson)
    mine = policy.protocol_items(request.actor, Perm.PROTOCOL_TICK).filter(lesson=lesson)
    context = {
        "lesson": lesson,
        "links": pages.links(lesson, set(mine.values_list("pk", flat=True)), timezone.now()),
        "columns": pages.columns(lesson),
        "form": form or DutyForm(auto_id=False),
        "failed": at,
    }
    return render(request, "classroom/protocol.html", context, status=status)


@require_GET
def protocol_page(request: AuthedRequest, lesson_id: int) -> HttpResponse:
    """Both sides' duties in the five links with how far they are."""
    return _page(request, lesson_id)


@require_GET
@for_roles(Role.TEACHER)
def protocol_list(request: AuthedRequest) -> HttpResponse:
    """What this teacher has to do in the protocol, soonest first; or has done, latest first."""
    view = "done" if request.GET.get("view") == "done" else "open"
    mine = policy.protocol_items(request.actor, Perm.PROTOCOL_TICK)
    now = timezone.now()
    rows = pages.done(mine) if view == "done" else pages.open_ones(mine, now + _AHEAD)
    context = {"page": page_of(request, rows), "now": now, "view": view}
    return render(request, "classroom/protocol_list.html", context)


@require_POST
def duty_tick(request: AuthedRequest, item_id: int) -> HttpResponse:
    """Mark a duty as done, with a word or a file."""
    item = policy.item_or_404(request.actor, item_id, Perm.PROTOCOL_TICK)
    form = DutyForm(request.POST, request.FILES, auto_id=False)
    if not form.is_valid():
        return _page(request, item.lesson_id, form=form, at=item.pk, status=422)
    file = form.cleaned_data["file"]
    try:
        stored = None
        if file:
            kinds = ("image", "pdf", "office")
            stored = store(file, file.name, by=request.user, kinds=kinds, limit=_MOST)
        protocol.tick(
            item, by=request.actor, at=timezone.now(), text=form.cleaned_data["text"],
            evidence=stored,
        )  # fmt: skip
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _page(request, item.lesson_id, form=form, at=item.pk, status=409)
    return redirect("classroom:protocol", item.lesson_id)


@require_POST
def duty_untick(request: AuthedRequest, item_id: int) -> HttpResponse:
    """Take a mark back."""
    item = policy.item_or_404(request.actor, item_id, Perm.PROTOCOL_TICK)
    try:
        protocol.untick(item, by=request.actor, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("classroom:protocol", item.lesson_id)


@require_GET
def duty_evidence(request: AuthedRequest, item_id: int) -> HttpResponseBase:
    """The file behind a duty."""
    item: ProtocolItem = policy.item_or_404(request.actor, item_id, Perm.PROTOCOL_READ)
    if item.evidence_file is None:
        raise Http404
    return serve_file(request, item.evidence_file)
