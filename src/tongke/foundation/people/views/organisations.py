"""Pages of organisations: list, export, one organisation, add, edit, close."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.core.spreadsheets import export_xlsx
from tongke.core.web import excel_response, page_of
from tongke.foundation.people import exports, policy
from tongke.foundation.people.forms import OrganisationForm
from tongke.foundation.people.models import Organisation
from tongke.foundation.people.policy import Perm
from tongke.foundation.people.queries import classes as class_queries
from tongke.foundation.people.queries import organisations as queries
from tongke.foundation.people.roles import BUREAU_STAFF, Role
from tongke.foundation.people.services import organisations as services
from tongke.foundation.people.web import AuthedRequest, for_roles, words_in


def _filter(request: HttpRequest) -> queries.OrganisationFilter:
    return queries.OrganisationFilter(
        words=words_in(request), kind=request.GET.get("kind", ""), area=request.GET.get("area", "")
    )


@require_GET
@for_roles(*BUREAU_STAFF, Role.HEAD, Role.TIMETABLER)
def organisation_list(request: AuthedRequest) -> HttpResponse:
    """The tree as a list, each node indented under its parent, with what hangs on it."""
    chosen = _filter(request)
    rows = chosen.apply(policy.organisations(request.actor, Perm.ORGANISATION_READ))
    page = page_of(request, queries.with_counts(rows, request.actor.today))
    top = queries.depth(policy.scope_root(request.actor))
    for one in page.object_list:
        one.indent = 0 if chosen.words else min(4, max(0, queries.depth(one) - top))
    context = {
        "page": page,
        "kinds": Organisation.Kind.choices,
        "areas": queries.AREAS,
        "can_edit": policy.organisations(request.actor, Perm.ORGANISATION_EDIT).exists(),
    }
    return render(request, "people/organisation_list.html", context)


@require_GET
@for_roles(*BUREAU_STAFF, Role.HEAD, Role.TIMETABLER)
def organisation_export(request: AuthedRequest) -> HttpResponse:
    """The list as a workbook, with the same filter."""
    rows = _filter(request).apply(policy.organisations(request.actor, Perm.ORGANISATION_READ))
    listed = queries.with_counts(rows, request.actor.today)
    body = export_xlsx(exports.ORGANISATIONS, exports.organisation_rows(listed))
    at = timezone.now()
    record("people.organisation.exported", None, actor=request.actor, at=at)
    return excel_response(body, "机构一览")


@require_GET
def organisation_detail(request: AuthedRequest, pk: int) -> HttpResponse:
    """One organisation: what it is, what hangs below, its classes, its staff."""
    actor = request.actor
    organisation = policy.organisation_or_404(actor, pk, Perm.ORGANISATION_READ)
    below = policy.organisations(actor, Perm.ORGANISATION_READ).filter(parent=organisation)
    classes = policy.classes(actor, Perm.CLASS_READ).filter(school=organisation)
    readable = policy.people(actor, Perm.PERSON_READ)
    staff = list(queries.staff_of(organisation, actor.today))
    shown = set(
        readable.filter(pk__in=[one.person_id for one in staff]).values_list("pk", flat=True)
    )
    editable = policy.organisations(actor, Perm.ORGANISATION_EDIT).filter(pk=pk).exists()
    context = {
        "organisation": organisation,
        "above": organisation.parent,
        "below": queries.with_counts(below, actor.today),
        "classes": class_queries.with_rolls(classes, actor.today),
        "staff": [(one, one.person_id in shown) for one in staff],
        "can_edit": editable,
        "can_close": editable and organisation.closed_on is None,
    }
    return render(request, "people/organisation_detail.html", context)


@require_http_methods(["GET", "POST"])
def organisation_add(request: AuthedRequest) -> HttpResponse:
    """Found an organisation."""
    actor = request.actor
    top = policy.organisation_or_404(actor, policy.scope_root(actor).pk, Perm.ORGANISATION_EDIT)
    form = OrganisationForm(
        request.POST or None, actor=actor,
        initial={"parent": top.pk, "kind": "school", "level": "school"},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            made = services.add_organisation(**form.cleaned_data, by=actor, at=timezone.now())
        except Refused as refused:
            form.add_error("code", str(refused))
        else:
            messages.success(request, f"已新建“{made.name}”。")
            return redirect("people:organisation-detail", made.pk)
    context = {"form": form, "organisation": None}
    return render(request, "people/organisation_form.html", context, status=_status(form))


@require_http_methods(["GET", "POST"])
def organisation_edit(request: AuthedRequest, pk: int) -> HttpResponse:
    """Change what is said about an organisation."""
    actor = request.actor
    organisation = policy.organisation_or_404(actor, pk, Perm.ORGANISATION_EDIT)
    initial = {
        "name": organisation.name, "short_name": organisation.short_name,
        "kind": organisation.kind, "level": organisation.level, "area": organisation.area,
        "stages": organisation.stages.split(",") if organisation.stages else [],
    }  # fmt: skip
    form = OrganisationForm(request.POST or None, actor=actor, editing=True, initial=initial)
    if request.method == "POST" and form.is_valid():
        services.edit_organisation(organisation, form.cleaned_data, by=actor, at=timezone.now())
        messages.success(request, "已保存。")
        return redirect("people:organisation-detail", pk)
    context = {"form": form, "organisation": organisation}
    return render(request, "people/organisation_form.html", context, status=_status(form))


def _status(form: OrganisationForm) -> int:
    return 422 if form.errors else 200


@require_POST
def organisation_close(request: AuthedRequest, pk: int) -> HttpResponse:
    """Close an organisation that nobody works or learns at any more."""
    actor = request.actor
    organisation = policy.organisation_or_404(actor, pk, Perm.ORGANISATION_EDIT)
    try:
        services.close_organisation(organisation, actor.today, by=actor, at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"“{organisation.name}”已撤销。")
    return redirect("people:organisation-detail", pk)
