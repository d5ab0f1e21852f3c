"""Pages of persons: list, export, one record, a secret shown once."""

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from tongke.core.audit import record, record_read
from tongke.core.spreadsheets import export_xlsx
from tongke.core.web import excel_response, page_of_keys, render_part
from tongke.foundation.people import exports, policy
from tongke.foundation.people.forms import EndForm, RevealForm
from tongke.foundation.people.models import Person
from tongke.foundation.people.policy import Perm
from tongke.foundation.people.queries import organisations as organisation_queries
from tongke.foundation.people.queries import persons as queries
from tongke.foundation.people.roles import STAFF, Role
from tongke.foundation.people.web import AuthedRequest, for_roles, number_in, words_in


def _filter(request: HttpRequest) -> queries.PersonFilter:
    return queries.PersonFilter(
        words=words_in(request),
        role=request.GET.get("role", ""),
        school=number_in(request, "school"),
        school_class=number_in(request, "class"),
    )


@require_GET
@for_roles(*STAFF)
def person_list(request: AuthedRequest) -> HttpResponse:
    """The persons whose record the actor may read."""
    actor = request.actor
    chosen = _filter(request)
    rows = chosen.apply(policy.people(actor, Perm.PERSON_READ), actor.today)
    page = page_of_keys(
        request, queries.in_order(rows), partial(queries.listed, today=actor.today),
        count=rows.count(),
    )  # fmt: skip
    schools = policy.organisations(actor, Perm.ORGANISATION_READ)
    classes = policy.classes(actor, Perm.CLASS_READ).filter(school=chosen.school)
    context = {
        "page": page,
        "roles": [(role.value, exports.role_label(role)) for role in Role],
        "schools": organisation_queries.schools(schools),
        "classes": list(classes.values_list("pk", "name")) if chosen.school else [],
        "can_posts": actor.role != Role.TEACHER,
        "can_add": bool(policy.grantable_roles(actor)),
    }
    return render(request, "people/person_list.html", context)


@require_GET
@for_roles(*STAFF)
def person_export(request: AuthedRequest) -> HttpResponse:
    """The list as a workbook, with the same filter; phones masked."""
    actor = request.actor
    rows = _filter(request).apply(policy.people(actor, Perm.PERSON_READ), actor.today)
    listed = queries.with_classes(queries.with_roles(rows, actor.today), actor.today)
    ordered = list(listed.order_by("name", "pk"))
    body = export_xlsx(exports.PEOPLE, exports.person_rows(ordered))
    detail = {"count": len(ordered), "filter": request.GET.dict()}
    record("people.person.exported", None, actor=actor, at=timezone.now(), detail=detail)
    return excel_response(body, "人员一览")


@require_GET
def person_detail(request: AuthedRequest, pk: int) -> HttpResponse:
    """One person's record; reading a child's is audited."""
    actor = request.actor
    person = policy.person_or_404(actor, pk, Perm.PERSON_READ)
    if person.pk != actor.person.pk and queries.is_pupil(person):
        record_read(person, actor=actor, at=timezone.now(), why="人员档案")
    return render(request, "people/person_detail.html", _record_context(request, person))


def _record_context(request: AuthedRequest, person: Person) -> dict[str, object]:
    actor = request.actor
    endable = policy.appointments(actor, Perm.APPOINT).filter(person=person)
    readable = policy.people(actor, Perm.PERSON_READ)
    whole = queries.record_of(person)
    related = [each.guardian_id for each in whole.guardians] + [
        each.child_id for each in whole.wards
    ]
    may = policy.people(actor, Perm.SECRET_READ).filter(pk=person.pk)
    return {
        "person": person,
        "record": whole,
        "today": actor.today,
        "endable": set(endable.filter(until=None).values_list("pk", flat=True)),
        "readable": set(readable.filter(pk__in=related).values_list("pk", flat=True)),
        "can_reveal": person.pk == actor.person.pk or may.exists(),
        "can_edit": policy.people(actor, Perm.PERSON_EDIT).filter(pk=person.pk).exists(),
        "can_appoint": policy.people(actor, Perm.APPOINT).filter(pk=person.pk).exists(),
        "end_form": EndForm(initial={"until": actor.today}),
        "reveal_form": RevealForm(),
    }


@never_cache
@require_POST
def person_reveal(request: AuthedRequest, pk: int) -> HttpResponse:
    """Show a phone or identity number once; who, whose, which and why go to the audit log."""
    actor = request.actor
    person = policy.person_or_404(actor, pk, Perm.SECRET_READ)
    form = RevealForm(request.POST)
    context: dict[str, object] = {"person": person, "reveal_form": form, "can_reveal": True}
    if form.is_valid():
        key = form.cleaned_data["field"]
        detail = {"field": key, "reason": form.cleaned_data["reason"]}
        record("people.person.revealed", person, actor=actor, at=timezone.now(), detail=detail)
        context |= {"revealed": key, "secret": getattr(person, key) or "没有登记"}
    if request.headers.get("HX-Request") != "true":
        context = _record_context(request, person) | context
    status = 422 if form.errors else 200
    return render_part(request, "people/person_detail.html", "secrets", context, status=status)
