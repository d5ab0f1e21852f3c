"""Pages of classes: list, one class with its roll, what a school changes about it."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.core.spreadsheets import export_xlsx
from tongke.core.web import excel_response, page_of
from tongke.foundation.people import exports, policy
from tongke.foundation.people.forms import ClassForm, LeaveForm, PupilForm
from tongke.foundation.people.models import SchoolClass
from tongke.foundation.people.policy import Perm
from tongke.foundation.people.queries import classes as queries
from tongke.foundation.people.queries import organisations as organisation_queries
from tongke.foundation.people.queries.vocabulary import grades
from tongke.foundation.people.roles import FAMILY, STAFF
from tongke.foundation.people.services import accounts, pupils
from tongke.foundation.people.services import classes as services
from tongke.foundation.people.views.consents import CONSENT_READERS
from tongke.foundation.people.web import AuthedRequest, for_roles, number_in, words_in


def _filter(request: HttpRequest) -> queries.ClassFilter:
    return queries.ClassFilter(
        words=words_in(request), school=number_in(request, "school"),
        grade=request.GET.get("grade", ""),
    )  # fmt: skip


@require_GET
@for_roles(*STAFF)
def class_list(request: AuthedRequest) -> HttpResponse:
    """The classes the actor may see."""
    actor = request.actor
    rows = _filter(request).apply(policy.classes(actor, Perm.CLASS_READ))
    schools = policy.organisations(actor, Perm.ORGANISATION_READ)
    context = {
        "page": page_of(request, queries.with_rolls(rows, actor.today)),
        "schools": organisation_queries.schools(schools),
        "grades": grades(),
        "can_consents": actor.role in CONSENT_READERS,
    }
    return render(request, "people/class_list.html", context)


@require_GET
@for_roles(*STAFF)
def class_export(request: AuthedRequest) -> HttpResponse:
    """The list as a workbook, with the same filter."""
    rows = _filter(request).apply(policy.classes(request.actor, Perm.CLASS_READ))
    listed = queries.with_rolls(rows, request.actor.today)
    body = export_xlsx(exports.CLASSES, exports.class_rows(listed))
    record("people.class.exported", None, actor=request.actor, at=timezone.now())
    return excel_response(body, "班级一览")


@require_GET
def class_detail(request: AuthedRequest, pk: int) -> HttpResponse:
    """One class: its homeroom teacher and those on its roll whom the actor may see."""
    actor = request.actor
    school_class = policy.class_or_404(actor, pk, Perm.CLASS_READ)
    lines = queries.roll(school_class, policy.people(actor, Perm.PERSON_READ), actor.today)
    if lines and actor.role not in FAMILY:
        # One entry for the page, not one for each child: the log says whose roll was read.
        record("record.read", school_class, actor=actor, at=timezone.now(),
               detail={"why": "班级名册", "count": len(lines)})  # fmt: skip
    context = {
        "school_class": school_class,
        "lines": lines,
        "size": queries.roll_size(school_class, actor.today),
        "can_edit": policy.classes(actor, Perm.CLASS_EDIT).filter(pk=pk).exists(),
        "can_consents": policy.classes(actor, Perm.CONSENT_READ).filter(pk=pk).exists(),
        "leave_form": LeaveForm(initial={"until": actor.today}),
    }
    return render(request, "people/class_detail.html", context)


@require_GET
@for_roles(*STAFF)
def class_roll_export(request: AuthedRequest, pk: int) -> HttpResponse:
    """The roll as a workbook, phones masked."""
    actor = request.actor
    school_class = policy.class_or_404(actor, pk, Perm.CLASS_READ)
    lines = queries.roll(school_class, policy.people(actor, Perm.PERSON_READ), actor.today)
    title = f"{school_class.school.short_name}{school_class.name}名册"
    body = export_xlsx(exports.ROLL, exports.roll_rows(lines), title=title)
    detail = {"count": len(lines)}
    record("people.class.exported", school_class, actor=actor, at=timezone.now(), detail=detail)
    return excel_response(body, title)


@require_http_methods(["GET", "POST"])
def class_edit(request: AuthedRequest, pk: int) -> HttpResponse:
    """Change the name and the homeroom teacher."""
    actor = request.actor
    school_class = policy.class_or_404(actor, pk, Perm.CLASS_EDIT)
    initial = {
        "name": school_class.name, "grade_code": school_class.grade_code,
        "homeroom_teacher": school_class.homeroom_teacher_id,
    }  # fmt: skip
    form = ClassForm(
        request.POST or None, school_class=school_class, today=actor.today, initial=initial
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_class(school_class, form.cleaned_data, by=actor, at=timezone.now())
        except Refused as refused:
            form.add_error("grade_code", str(refused))
        else:
            messages.success(request, "已保存。")
            return redirect("people:class-detail", pk)
    context = {"form": form, "school_class": school_class}
    return render(request, "people/class_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def class_enrol(request: AuthedRequest, pk: int) -> HttpResponse:
    """Put a new pupil on the roll, with one guardian; many at once come by import."""
    actor = request.actor
    school_class = policy.class_or_404(actor, pk, Perm.CLASS_EDIT)
    form = PupilForm(request.POST or None, initial={"since": actor.today})
    if request.method == "POST" and form.is_valid():
        try:
            new = pupils.NewPupil.of_form(form.cleaned_data, school_class)
            pupil = pupils.admit(new, by=actor, at=timezone.now())
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"{pupil.name}已编入{school_class.name}。")
            return redirect("people:class-detail", pk)
    context = {"form": form, "school_class": school_class}
    return render(request, "people/pupil_form.html", context, status=422 if form.errors else 200)


@require_POST
def enrolment_leave(request: AuthedRequest, pk: int, pupil_pk: int) -> HttpResponse:
    """Take a pupil off the roll."""
    actor = request.actor
    school_class = policy.class_or_404(actor, pk, Perm.CLASS_EDIT)
    enrolment = get_object_or_404(
        school_class.enrolments.select_related("pupil"), pupil=pupil_pk, until=None
    )
    form = LeaveForm(request.POST)
    if form.is_valid():
        until = form.cleaned_data["until"]
        services.leave(enrolment, until, by=actor, at=timezone.now())
        messages.success(request, f"{enrolment.pupil.name}已离班。")
    else:
        messages.error(request, "请填写最后一天的日期。")
    return redirect("people:class-detail", pk)


@never_cache
@require_POST
def class_passwords(request: AuthedRequest, pk: int) -> HttpResponse:
    """Initial passwords for those of a class who have never signed in, shown once for printing."""
    actor = request.actor
    school_class: SchoolClass = policy.class_or_404(actor, pk, Perm.CLASS_EDIT)
    lines = queries.roll(school_class, policy.people(actor, Perm.ACCOUNT_EDIT), actor.today)
    people = [line.pupil.pk for line in lines]
    if request.POST.get("who") == "guardians":
        people = [each.guardian_id for line in lines for each in line.guardians]
    rows = policy.accounts(actor, Perm.ACCOUNT_EDIT).filter(person__in=people, last_login=None)
    with transaction.atomic():
        issued = [
            (each, accounts.reset_password(each, by=actor, at=timezone.now()))
            for each in rows.select_related("person").order_by("person__number")
        ]
    context = {"school_class": school_class, "issued": issued}
    return render(request, "people/class_passwords.html", context)
