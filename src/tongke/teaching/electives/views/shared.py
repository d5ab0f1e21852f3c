"""What several pages of course choice share."""

from collections.abc import Callable, Mapping

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from tongke.core.errors import Refused
from tongke.foundation.people.web import AuthedRequest, words_in
from tongke.teaching.electives.forms import ReasonForm
from tongke.teaching.timetable.models import Term
from tongke.teaching.timetable.queries.calendar import current_term


def asked(request: AuthedRequest) -> Mapping[str, str]:
    """What a list is asked for, with words fit for a search."""
    return {**request.GET.dict(), "q": words_in(request)}


def term_of(request: AuthedRequest) -> Term | None:
    """The term that runs in the actor's region."""
    return current_term(request.actor.organisation, request.actor.today)


def form_page(
    request: AuthedRequest, form: forms.Form, *, title: str, back: str, hint: str = "",
    button: str = "保存", status: int | None = None,
) -> HttpResponse:  # fmt: skip
    """A page of one form; 422 when what was sent is wrong, unless another status is named."""
    if status is None:
        status = 422 if form.is_bound and form.errors else 200
    context = {"form": form, "title": title, "hint": hint, "back": back, "button": button}
    return render(request, "electives/form.html", context, status=status)


def acted(
    request: AuthedRequest, act: Callable[..., object], done: str, to: str, *args: object
) -> HttpResponse:
    """Do one act (a service but for by= and at=) and go to a page that tells of it.

    A refusal is told there, too.
    """
    try:
        act(by=request.actor, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect(to, *args)


def reasoned(
    request: AuthedRequest, act: Callable[..., object], *, title: str, hint: str, back: str
) -> HttpResponse:
    """A page that asks for a reason, does one act (a service but for reason=), and goes back."""
    form = ReasonForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                act(reason=form.cleaned_data["reason"], by=request.actor, at=timezone.now())
            except Refused as refusal:
                form.add_error(None, str(refusal))
                status = 409
            else:
                messages.success(request, f"{title}：已完成。")
                return redirect(back)
    return form_page(request, form, title=title, hint=hint, back=back, button=title, status=status)
