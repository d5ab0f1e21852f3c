"""The live room's section on a lesson's page."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from tongke.teaching.classroom import policy
from tongke.teaching.classroom.policy import Perm
from tongke.teaching.classroom.queries import decks, live
from tongke.teaching.classroom.queries import protocol as duties
from tongke.teaching.classroom.services.sessions import opening
from tongke.teaching.timetable.models import Lesson
from tongke.teaching.timetable.web import register_panel

FIRST = 10


def live_room(request: HttpRequest, lesson: Lesson) -> SafeString | None:
    """The way into the room, the deck, the protocol, the summary: what this reader may use."""
    actor = request.actor  # type: ignore[attr-defined]

    def may(perm: Perm) -> bool:
        return policy.lessons(actor, perm).filter(pk=lesson.pk).exists()

    seat, reads = policy.session_seat(actor, lesson), may(Perm.SESSION_READ)
    if seat is None and not reads:
        return None
    context = {
        "lesson": lesson,
        "session": live.session_of(lesson.pk),
        "opens_at": opening(lesson.starts_at),
        "seat": seat,
        "may_deck": may(Perm.DECK_EDIT),
        "may_read": reads,
        "slides": len(decks.slides_of(lesson)),
        "columns": duties.columns(lesson) if reads else [],
    }
    return render_to_string("classroom/panel.html", context, request)


def register() -> None:
    """Give every lesson's page this section, before those of the other packages."""
    register_panel(live_room, order=FIRST)
