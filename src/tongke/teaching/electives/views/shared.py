"""What several pages of course choice share."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from tongke.core.errors import Refused
from tongke.foundation.people.web import AuthedRequest
from tongke.teaching.electives.forms import ReasonForm
from tongke.teaching.timetable.models import Term
from tongke.teaching.timetable.queries.calendar import current_term


def whole(text: str | None) -> int | None:
    """A positive number of an address or a form; None for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 12 else None


def term_of(request: AuthedRequest) -> Term | None:
    """The term that runs in the actor's region."""
    return current_term(request.actor.organisation, request.actor.today)


def acted(
    request: AuthedRequest, act: Callable[[], object], done: str, to: str, *args: object
) -> HttpResponse:
    """Do one act and go to a page that tells of it, or of why it was refused."""
    try:
        act()
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect(to, *args)


def reasoned(
    request: AuthedRequest, act: Callable[[str], object], *, title: str, hint: str, back: str
) -> HttpResponse:
    """A page that asks for a reason and does one act with it, then goes back."""
    form = ReasonForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                act(form.cleaned_data["reason"])
            except Refused as refusal:
                form.add_error(None, str(refusal))
                status = 409
            else:
                messages.success(request, f"{title}：已完成。")
                return redirect(back)
    context = {"form": form, "title": title, "hint": hint, "back": back, "button": title}
    return render(request, "electives/form.html", context, status=status)
