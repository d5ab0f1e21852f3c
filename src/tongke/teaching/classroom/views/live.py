"""The live pages: host, listening room, pupil, observer, device check; and the acts behind them."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.foundation.people.web import AuthedRequest
from tongke.teaching.classroom import policy
from tongke.teaching.classroom.engine import engine, room_name
from tongke.teaching.classroom.forms import AnswerForm, EndForm
from tongke.teaching.classroom.hub.acts import moment_of
from tongke.teaching.classroom.media.port import Codec, Participant, Role
from tongke.teaching.classroom.models import Session
from tongke.teaching.classroom.policy import Perm
from tongke.teaching.classroom.queries import live
from tongke.teaching.classroom.seats import Seat, SeatKind
from tongke.teaching.classroom.services import answers, sessions
from tongke.teaching.classroom.views.page import page_data
from tongke.teaching.timetable.models import Lesson

_PAGES = {
    SeatKind.HOST: "classroom:lesson-host",
    SeatKind.ROOM: "classroom:lesson-room",
    SeatKind.PUPIL: "classroom:lesson-pupil",
    SeatKind.OBSERVER: "classroom:lesson-watch",
}
# A token is used at once; the page asks for a fresh one whenever it comes back.
_TOKEN_SECONDS = 120


@require_GET
def lesson_enter(request: AuthedRequest, lesson_id: int) -> HttpResponse:
    """The one address of a live lesson: leads each person to the page of their seat."""
    lesson = policy.entered_or_404(request.actor, lesson_id)
    seat = policy.seat_or_404(request.actor, lesson)
    return redirect(_PAGES[seat.kind], lesson.pk)


def _live_page(
    request: AuthedRequest, lesson: Lesson, template: str, **more: object
) -> HttpResponse:
    seat = policy.seat_or_404(request.actor, lesson)
    refusal = ""
    if seat.teaches:
        try:
            sessions.open_room(lesson, by=request.actor, at=timezone.now())
        except Refused as too_early:
            refusal = str(too_early)
    data = page_data(lesson, seat)
    context = {
        "lesson": lesson, "seat": seat, "live": data, "parts": data["parts"], "refusal": refusal,
        **more,
    }  # fmt: skip
    return render(request, template, context)


@require_GET
def lesson_host(request: AuthedRequest, lesson_id: int) -> HttpResponse:
    """The delivering teacher's live room."""
    lesson = policy.lesson_or_404(request.actor, lesson_id, Perm.SESSION_HOST)
    return _live_page(request, lesson, "classroom/host.html", end_form=EndForm())


@require_GET
def lesson_room(request: AuthedRequest, lesson_id: int) -> HttpResponse:
    """The big screen of a listening room."""
    lesson = policy.lesson_or_404(request.actor, lesson_id, Perm.SESSION_ROOM)
    return _live_page(request, lesson, "classroom/room.html")


@require_GET
def lesson_pupil(request: AuthedRequest, lesson_id: int) -> HttpResponse:
    """A pupil's own device."""
    lesson = policy.lesson_or_404(request.actor, lesson_id, Perm.SESSION_JOIN)
    return _live_page(request, lesson, "classroom/pupil.html", answer_id=uuid4())


@require_GET
def lesson_watch(request: AuthedRequest, lesson_id: int) -> HttpResponse:
    """A silent look into a lesson, by those who answer for it; entering is audited."""
    lesson = policy.lesson_or_404(request.actor, lesson_id, Perm.SESSION_WATCH)
    record("classroom.session.watched", lesson, actor=request.actor, at=timezone.now())
    return _live_page(request, lesson, "classroom/watch.html")


@require_GET
def lesson_check(request: AuthedRequest, lesson_id: int) -> HttpResponse:
    """Camera, microphone, speaker and network before the lesson."""
    lesson = policy.entered_or_404(request.actor, lesson_id)
    seat = policy.seat_or_404(request.actor, lesson)
    context = {"lesson": lesson, "seat": seat, "back": reverse(_PAGES[seat.kind], args=[lesson.pk])}
    return render(request, "classroom/check.html", context)


@require_POST
def lesson_start(request: AuthedRequest, lesson_id: int) -> HttpResponse:
    """上课 without the live connection."""
    lesson = policy.lesson_or_404(request.actor, lesson_id, Perm.SESSION_HOST)
    try:
        now = timezone.now()
        session = sessions.open_room(lesson, by=request.actor, at=now)
        sessions.start(session, by=request.actor, at=now)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("classroom:lesson-host", lesson.pk)


@require_POST
def lesson_end(request: AuthedRequest, lesson_id: int) -> HttpResponse:
    """下课 without the live connection."""
    lesson = policy.lesson_or_404(request.actor, lesson_id, Perm.SESSION_HOST)
    form = EndForm(request.POST)
    session = live.session_of(lesson.pk)
    if not form.is_valid() or session is None:
        messages.error(request, "课还没有开始，或填写不完整。")
        return redirect("classroom:lesson-host", lesson.pk)
    try:
        sessions.end(session, by=request.actor, at=timezone.now(), **form.cleaned_data)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("classroom:lesson-host", lesson.pk)
    return redirect("classroom:lesson-summary", lesson.pk)


@require_POST
def answer_send(request: AuthedRequest, lesson_id: int) -> HttpResponse:
    """A pupil's answer without the live connection: a form, or a page that asks for JSON."""
    lesson = policy.lesson_or_404(request.actor, lesson_id, Perm.SESSION_JOIN)
    seat = policy.seat_or_404(request.actor, lesson)
    form = AnswerForm(request.POST)
    if form.is_valid():
        given = _given(lesson, seat, form.cleaned_data)
        refusal = answers.store([given])[0].refusal
    else:
        refusal = "请选一个选项。"
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"refusal": refusal}, status=409 if refusal else 200)
    if refusal:
        messages.error(request, refusal)
    return redirect("classroom:lesson-pupil", lesson.pk)


def _given(lesson: Lesson, seat: Seat, form: dict[str, Any]) -> answers.Given:
    received = timezone.now()
    assert seat.class_id is not None, "a pupil sits in a class"
    client_id: UUID = form["id"]
    return answers.Given(
        client_id=client_id, lesson_id=lesson.pk, question_id=form["question"],
        class_id=seat.class_id, pupil_id=seat.person_id, choice=form["choice"],
        answered_at=moment_of(form["at"], received), received_at=received,
    )  # fmt: skip


_MEDIA_ROLES: dict[SeatKind, Role] = {
    SeatKind.HOST: "host",
    SeatKind.ROOM: "room",
    SeatKind.OBSERVER: "observer",
}


@require_POST
def media_token(request: AuthedRequest, lesson_id: int) -> HttpResponse:
    """A short permission to join sound and picture of a lesson that is on. Pupils get none."""
    lesson = policy.entered_or_404(request.actor, lesson_id)
    seat = policy.seat_or_404(request.actor, lesson)
    session = live.session_of(lesson.pk)
    on = session is not None and session.state in {Session.State.OPEN, Session.State.LIVE}
    if seat.kind not in _MEDIA_ROLES or session is None or not on:
        return JsonResponse({"refusal": "课堂没有开放，暂时不能连接音视频。"}, status=409)
    codec: Codec = "H264" if session.codec == "H264" else "VP8"
    name = room_name(lesson.pk)
    token = engine().token(
        name,
        Participant(seat.key, seat.person_name),
        _MEDIA_ROLES[seat.kind],
        _TOKEN_SECONDS,
        codec,
    )
    return JsonResponse({"url": f"/rtc/{name}", "token": token, "codec": codec})
