"""Pages of the item bank."""

from string import ascii_uppercase

from django.contrib import messages as notices
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongke.core.errors import Refused
from tongke.core.spreadsheets import export_xlsx
from tongke.core.web import excel_response, page_of
from tongke.foundation.curriculum import queries as curriculum
from tongke.foundation.people.web import AuthedRequest, for_roles, words_in
from tongke.teaching.assessment import policy, queries, services
from tongke.teaching.assessment.forms import ItemForm
from tongke.teaching.assessment.imports import ITEM_SHEET, as_line
from tongke.teaching.assessment.models import Item
from tongke.teaching.assessment.policy import Perm

_FILTERS = ("subject", "grade", "kind", "state")


def _wanted(request: AuthedRequest) -> dict[str, str]:
    wanted = {name: request.GET.get(name, "") for name in _FILTERS} | {"q": words_in(request)}
    if "subject" not in request.GET:
        wanted["subject"] = request.actor.subject_code
    return wanted


@require_GET
@for_roles(*policy.WRITERS)
def item_list(request: AuthedRequest) -> HttpResponse:
    """Items by subject, grade, kind, state and words."""
    wanted = _wanted(request)
    rows = queries.search(policy.items(request.actor, Perm.ITEM_READ), **wanted)
    context = {
        "page": page_of(request, rows), "wanted": wanted, "kinds": Item.Kind.choices,
        "states": Item.State.choices, "subjects": curriculum.subject_choices(),
        "grades": curriculum.grade_choices(), "may_write": policy.may_write(request.actor),
    }  # fmt: skip
    return render(request, "assessment/items.html", context)


@require_GET
@for_roles(*policy.WRITERS)
def item_export(request: AuthedRequest) -> HttpResponse:
    """The same items as a workbook that can be imported elsewhere."""
    rows = queries.search(policy.items(request.actor, Perm.ITEM_READ), **_wanted(request))
    lines = (as_line(item) for item in rows.iterator(chunk_size=1000))
    return excel_response(export_xlsx(ITEM_SHEET, lines), "试题")


@require_GET
def item_detail(request: AuthedRequest, item_id: int) -> HttpResponse:
    """One item with answer and explanation."""
    item = policy.item_or_404(request.actor, item_id, Perm.ITEM_READ)
    may_edit = policy.items(request.actor, Perm.ITEM_EDIT).filter(pk=item.pk).exists()
    options = list(zip(ascii_uppercase, item.options, strict=False))
    context = {"item": item, "options": options, "may_edit": may_edit}
    return render(request, "assessment/item.html", context)


@require_http_methods(["GET", "POST"])
@for_roles(*policy.WRITERS)
def item_new(request: AuthedRequest) -> HttpResponse:
    """Write an item."""
    return _edit(request, None)


@require_http_methods(["GET", "POST"])
def item_edit(request: AuthedRequest, item_id: int) -> HttpResponse:
    """Change an item."""
    return _edit(request, policy.item_or_404(request.actor, item_id, Perm.ITEM_EDIT))


def _edit(request: AuthedRequest, item: Item | None) -> HttpResponse:
    points = curriculum.points_for(request.actor.subject_code)
    form = ItemForm(request.POST or None, points=points, item=item)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        try:
            if item is None:
                kept = services.add_item(form.content(), by=request.actor, at=now)
            else:
                kept = services.revise_item(item, form.content(), by=request.actor, at=now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("assessment:item-detail", kept.pk)
    status = 422 if form.errors else 200
    return render(request, "assessment/edit.html", {"form": form, "item": item}, status=status)


@require_POST
def item_retire(request: AuthedRequest, item_id: int) -> HttpResponse:
    """Take an item out of use."""
    item = policy.item_or_404(request.actor, item_id, Perm.ITEM_EDIT)
    try:
        services.retire(item, by=request.actor, at=timezone.now())
    except Refused as refusal:
        notices.error(request, str(refusal))
    else:
        notices.success(request, "已停用，已经布置的作业不受影响。")
    return redirect("assessment:item-detail", item.pk)
