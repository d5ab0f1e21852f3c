"""What pupils and guardians see: rounds, the menu, the list, the result."""

from functools import partial

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongke.core.errors import Refused
from tongke.core.profile import current
from tongke.core.web import page_of
from tongke.foundation.people.models import Enrolment, Person
from tongke.foundation.people.roles import Role
from tongke.foundation.people.web import AuthedRequest, number_in, words_in
from tongke.teaching.electives import policy
from tongke.teaching.electives.models import Round
from tongke.teaching.electives.policy import Perm
from tongke.teaching.electives.profile import ElectivesProfile
from tongke.teaching.electives.queries import family as queries
from tongke.teaching.electives.queries import menu as menus
from tongke.teaching.electives.queries import rounds as round_queries
from tongke.teaching.electives.services import ballots, drawing
from tongke.teaching.electives.views.shared import acted


@require_GET
def mine(request: AuthedRequest) -> HttpResponse:
    """The rounds, seats and waiting places of the pupil, or of one child (?child=)."""
    actor = request.actor
    policy.require(actor, Perm.ROUND_CHOOSE)
    pupil = policy.chooser_or_404(actor, number_in(request, "child"))
    now = timezone.now()
    context = {
        "pupil": pupil, "children": queries.children(actor),
        "rounds": queries.round_cards(policy.rounds(actor, Perm.ROUND_CHOOSE), pupil, now),
        "seats": queries.seat_lines(policy.seats(actor, Perm.SEAT_READ), pupil, actor.today),
        "chooses": actor.role is Role.PUPIL, "now": now,
    }  # fmt: skip
    return render(request, "electives/mine.html", context)


def _round_for(request: AuthedRequest, pk: int) -> tuple[Round, Enrolment]:
    """A round and the class of the pupil who may choose in it; 404 when they do not fit."""
    round_ = policy.round_or_404(request.actor, pk, Perm.ROUND_CHOOSE)
    pupil = policy.chooser_or_404(request.actor, number_in(request, "child"))
    home = round_queries.home_in(round_, pupil, request.actor.today)
    if home is None:
        raise Http404
    return round_, home


def _other(request: AuthedRequest, name: str, pk: int) -> HttpResponse:
    """Where a round of the other kind is chosen in, for the same child."""
    child = number_in(request, "child")
    return redirect(reverse(name, args=[pk]) + (f"?child={child}" if child else ""))


@require_GET
def menu(request: AuthedRequest, pk: int) -> HttpResponse:
    """The courses of a round that are for this pupil, with filters."""
    round_, home = _round_for(request, pk)
    pupil = home.pupil
    if round_.by_subjects:
        return _other(request, "electives:subjects-edit", pk)
    lines = menus.menu(round_, pupil, home, request.actor.today)
    asked = menus.MenuFilter(
        words=words_in(request), subject=request.GET.get("subject", ""),
        school=request.GET.get("school", ""), form=request.GET.get("form", ""),
        weekday=request.GET.get("weekday", ""), fits=request.GET.get("fits") == "1",
    )  # fmt: skip
    ballot = menus.ballot_of(round_, pupil)
    context = {
        "round": round_, "pupil": pupil, "options": menus.filter_options(lines),
        "page": page_of(request, asked.apply(lines), per=30), "asked": asked,
        "chosen": ballot.choices.count() if ballot else 0,
        "most": current(ElectivesProfile).list_length, "open": round_.open_at(timezone.now()),
        "chooses": request.actor.role is Role.PUPIL,
    }  # fmt: skip
    return render(request, "electives/menu.html", context)


@require_http_methods(["GET", "POST"])
def list_edit(request: AuthedRequest, pk: int) -> HttpResponse:
    """The pupil's list; every tap (act=up:7) saves the whole list."""
    round_, home = _round_for(request, pk)
    pupil = home.pupil
    if round_.by_subjects:
        return _other(request, "electives:subjects-edit", pk)
    if request.method == "POST":
        if request.actor.role is not Role.PUPIL:
            raise Http404
        return _list_changed(request, round_, pupil)
    ballot = menus.ballot_of(round_, pupil)
    now = timezone.now()
    context = {
        "round": round_, "pupil": pupil, "ballot": ballot, "lines": menus.list_lines(ballot),
        "most": current(ElectivesProfile).list_length, "open": round_.open_at(now),
        "agrees": current(ElectivesProfile).guardian_agrees,
        "chooses": request.actor.role is Role.PUPIL,
        "phase": round_queries.phase(round_, now),
    }  # fmt: skip
    return render(request, "electives/list.html", context)


def _list_changed(request: AuthedRequest, round_: Round, pupil: Person) -> HttpResponse:
    ballot = menus.ballot_of(round_, pupil)
    rows = ballot.choices.values_list("section", flat=True) if ballot else ()
    wanted = queries.changed([pk for pk in rows if pk], request.POST.get("act", ""))
    try:
        ballots.save_list(round_, pupil, wanted, by=request.actor, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"已保存，共 {len(wanted)} 个志愿。")
    back = request.POST.get("back")
    where = "electives:menu" if back == "menu" else "electives:list-edit"
    return redirect(where, round_.pk)


@require_http_methods(["GET", "POST"])
def subjects_edit(request: AuthedRequest, pk: int) -> HttpResponse:
    """The subjects of a scheme such as 3+1+2, group by group."""
    round_, home = _round_for(request, pk)
    pupil = home.pupil
    if not round_.by_subjects:
        return _other(request, "electives:menu", pk)
    if request.method == "POST":
        if request.actor.role is not Role.PUPIL:
            raise Http404
        codes = request.POST.getlist("subject")
        return acted(
            request,
            partial(ballots.save_subjects, round_, pupil, codes),
            "选科已保存，截止前可以改。", "electives:subjects-edit", pk,
        )  # fmt: skip
    ballot = menus.ballot_of(round_, pupil)
    context = {
        "round": round_, "pupil": pupil, "ballot": ballot,
        "groups": queries.scheme_groups(round_, pupil, ballot),
        "open": round_.open_at(timezone.now()), "chooses": request.actor.role is Role.PUPIL,
        "agrees": current(ElectivesProfile).guardian_agrees,
    }  # fmt: skip
    return render(request, "electives/subjects.html", context)


@require_POST
def ballot_agree(request: AuthedRequest, pk: int) -> HttpResponse:
    """A guardian agrees to a child's list."""
    ballot = policy.ballot_or_404(request.actor, pk, Perm.BALLOT_AGREE)
    try:
        ballots.agree(ballot, by=request.actor, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"已同意{ballot.pupil.name}的选课单。")
    return redirect(f"{reverse('electives:mine')}?child={ballot.pupil_id}")


@require_POST
def seat_leave(request: AuthedRequest, pk: int) -> HttpResponse:
    """A pupil, or the home school, gives a seat or a waiting place back."""
    seat = policy.seat_or_404(request.actor, pk, Perm.SEAT_LEAVE)
    pupil = request.actor.role is Role.PUPIL
    return acted(
        request, partial(drawing.leave_seat, seat),
        f"已退出“{seat.section.offer.title}”，名额给了候补的同学。",
        "electives:mine" if pupil else "electives:return-list",
    )  # fmt: skip
