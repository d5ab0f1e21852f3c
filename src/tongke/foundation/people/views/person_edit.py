"""Pages that change a person: add, edit, give a role, end a role."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from tongke.core.errors import Refused
from tongke.foundation.people import policy
from tongke.foundation.people.forms import AppointmentForm, EndForm, PersonForm
from tongke.foundation.people.models import Appointment, Person
from tongke.foundation.people.policy import Perm
from tongke.foundation.people.roles import Role
from tongke.foundation.people.services import accounts, appointments, persons
from tongke.foundation.people.web import AuthedRequest, for_roles


def _new_appointment(person: Person, form: Form) -> appointments.NewAppointment:
    data = form.cleaned_data
    return appointments.NewAppointment(
        person=person, organisation=data["organisation"], role=Role(data["role"]),
        subject_code=data["subject_code"], since=data["since"], until=data["until"],
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@for_roles(Role.SYSADMIN, Role.HEAD, Role.TIMETABLER)
def person_add(request: AuthedRequest) -> HttpResponse:
    """Add a member of staff: the person, the first role and the account at once."""
    actor = request.actor
    data = request.POST or None
    form, role_form = PersonForm(data), AppointmentForm(data, actor=actor, prefix="role")
    if request.method == "POST" and form.is_valid() and role_form.is_valid():
        at = timezone.now()
        try:
            with transaction.atomic():
                new = persons.NewPerson(**form.changes())
                person = persons.add_person(new, by=actor, at=at)
                appointments.appoint(_new_appointment(person, role_form), by=actor, at=at)
                accounts.open_account(person, by=actor, at=at)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"已添加{person.name}。请到“账号”中发放初始密码。")
            return redirect("people:person-detail", person.pk)
    context = {"form": form, "role_form": role_form, "person": None}
    return render(request, "people/person_form.html", context, status=_status(form, role_form))


@require_http_methods(["GET", "POST"])
def person_edit(request: AuthedRequest, pk: int) -> HttpResponse:
    """Correct a person's record."""
    actor = request.actor
    person = policy.person_or_404(actor, pk, Perm.PERSON_EDIT)
    initial = {key: getattr(person, key) for key in ("name", "number", "sex", "birth_date")}
    form = PersonForm(request.POST or None, editing=True, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            persons.change_person(person, form.changes(), by=actor, at=timezone.now())
        except Refused as refused:
            form.add_error("number", str(refused))
        else:
            messages.success(request, "已保存。")
            return redirect("people:person-detail", pk)
    context = {"form": form, "person": person}
    return render(request, "people/person_form.html", context, status=_status(form))


@require_http_methods(["GET", "POST"])
def appointment_add(request: AuthedRequest, pk: int) -> HttpResponse:
    """Give a person another role."""
    actor = request.actor
    person = policy.person_or_404(actor, pk, Perm.APPOINT)
    form = AppointmentForm(request.POST or None, actor=actor)
    if request.method == "POST" and form.is_valid():
        try:
            new = _new_appointment(person, form)
            appointments.appoint(new, by=actor, at=timezone.now())
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "已增加角色。")
            return redirect("people:person-detail", pk)
    context = {"form": form, "person": person}
    return render(request, "people/appointment_form.html", context, status=_status(form))


@require_POST
def appointment_end(request: AuthedRequest, pk: int) -> HttpResponse:
    """End a role with a day."""
    actor = request.actor
    appointment: Appointment = policy.appointment_or_404(actor, pk, Perm.APPOINT)
    form = EndForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请填写最后一天的日期。")
    elif appointment.pk == actor.appointment_id:
        messages.error(request, "不能结束自己正在使用的角色，请由上级办理。")
    else:
        try:
            until = form.cleaned_data["until"]
            appointments.end_appointment(appointment, until, by=actor, at=timezone.now())
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, "已结束任职。")
    if policy.people(actor, Perm.PERSON_READ).filter(pk=appointment.person_id).exists():
        return redirect("people:person-detail", appointment.person_id)
    return redirect("people:person-list")


def _status(*forms: Any) -> int:
    return 422 if any(form.errors for form in forms) else 200
