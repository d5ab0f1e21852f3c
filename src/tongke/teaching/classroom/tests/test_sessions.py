"""Opening, beginning and ending the live room."""

from datetime import timedelta

import pytest

from tongke.core.errors import Refused
from tongke.core.jobs import run_pending
from tongke.core.models import AuditEntry
from tongke.teaching.classroom.models import ProtocolItem, Session
from tongke.teaching.classroom.queries import presence
from tongke.teaching.classroom.seats import Seat, SeatKind
from tongke.teaching.classroom.services import attendance, events, sessions, slides
from tongke.teaching.classroom.tasks import end_one
from tongke.teaching.classroom.tests.make import (
    Live,
    act_id,
    ask,
    make_live,
    open_session,
    start_session,
)
from tongke.teaching.timetable.models import Lesson

pytestmark = pytest.mark.django_db


@pytest.fixture
def live() -> Live:
    return make_live()


def together(live: Live, session: Session, minutes: float) -> None:
    """Host and deer bay connected from the bell on, for some minutes."""
    host, deer = live.teacher.person, live.cast.deer_assistant.person
    seats = [("host", host), (f"room:{live.cast.deer_class.pk}", deer)]
    ids = attendance.join([(session.pk, seat, person.pk, live.at(0)) for seat, person in seats])
    attendance.leave(ids, at=live.at(minutes))


def test_the_room_opens_ten_minutes_before_the_bell_and_brings_the_duties(live: Live) -> None:
    with pytest.raises(Refused, match="09:40 开放"):
        sessions.open_room(live.lesson, by=live.teacher, at=live.at(-11))
    assert not Session.objects.exists()

    session = sessions.open_room(live.lesson, by=live.teacher, at=live.at(-10))
    again = sessions.open_room(live.lesson, by=live.cast.deer_assistant, at=live.at(-9))

    assert (session.state, session.opened_at, again) == ("open", live.at(-10), session)
    assert live.lesson.protocol.filter(side="host").count() == 10
    assert live.lesson.protocol.filter(school_class=live.cast.deer_class).count() == 8
    assert AuditEntry.objects.filter(action="classroom.session.opened").count() == 1


def test_a_lesson_whose_day_is_over_or_that_was_called_off_does_not_open(live: Live) -> None:
    with pytest.raises(Refused, match="日期已过"):
        sessions.open_room(live.lesson, by=live.teacher, at=live.at(24 * 60))

    Lesson.objects.filter(pk=live.lesson.pk).update(state="cancelled", reason="停电")
    live.lesson.refresh_from_db()

    with pytest.raises(Refused, match="没有上"):
        sessions.open_room(live.lesson, by=live.teacher, at=live.at(-5))


def test_starting_makes_the_lesson_live_everywhere_and_only_once(live: Live) -> None:
    session = start_session(live)

    live.lesson.refresh_from_db()
    assert (session.state, live.lesson.state) == ("live", "live")
    assert ProtocolItem.objects.get(code="teach-host-1").done_at == live.at(0)
    with pytest.raises(Refused, match="已经开始"):
        sessions.start(session, by=live.teacher, at=live.at(1))


def test_a_lesson_of_full_length_counts_as_held_and_closes_what_is_open(live: Live) -> None:
    session = start_session(live)
    together(live, session, 38)
    left_open = ask(session, live, 38)

    assert sessions.end(session, by=live.teacher, at=live.at(40)) is True

    live.lesson.refresh_from_db()
    left_open.refresh_from_db()
    assert (session.state, live.lesson.state, left_open.state) == ("ended", "held", "closed")
    assert not session.attendance.filter(left_at=None).exists()
    with pytest.raises(Refused, match="已经下课"):
        sessions.end(session, by=live.teacher, at=live.at(41))


def test_too_short_a_time_together_needs_a_decision_with_a_reason(live: Live) -> None:
    session = start_session(live)
    together(live, session, 12)

    with pytest.raises(Refused, match="12 分钟，不到计划时间的 60%"):
        sessions.end(session, by=live.teacher, at=live.at(40))
    with pytest.raises(Refused, match="原因"):
        sessions.end(session, by=live.teacher, at=live.at(40), held=True)
    assert session.state == "live"

    assert sessions.end(
        session, by=live.teacher, at=live.at(40), held=True, reason="断网时按课件上完了"
    )
    live.lesson.refresh_from_db()
    assert live.lesson.state == "held"


def test_a_lesson_decided_as_not_held_is_corrected_in_the_timetable(live: Live) -> None:
    session = start_session(live)

    counts = sessions.end(session, by=live.teacher, at=live.at(20), held=False, reason="全县停电")

    live.lesson.refresh_from_db()
    assert not counts
    assert (live.lesson.state, live.lesson.reason) == ("not_held", "全县停电")


def test_time_together_counts_overlaps_once() -> None:
    live = make_live()
    session = start_session(live)
    host, deer, stone = "host", "room:1", "room:2"
    person = live.teacher.person.pk
    spans = [(host, -5, 20), (host, 25, 40), (deer, 0, 10), (stone, 5, 15), (deer, 30, 60)]
    for seat, begin, end in spans:
        ids = attendance.join([(session.pk, seat, person, live.at(begin))])
        attendance.leave(ids, at=live.at(end))

    # Together from 0 to 15 and from 30 to 40.
    assert presence.together(session, live.at(40)) == timedelta(minutes=25)
    assert presence.together_percent(session, live.at(40)) == 62


def test_connections_of_a_dead_server_end_when_they_were_last_seen(live: Live) -> None:
    session = open_session(live)
    ids = attendance.join([(session.pk, "host", live.teacher.person.pk, live.at(0))])
    attendance.seen(ids, at=live.at(3))

    assert attendance.close_dangling(session) == 1

    assert session.attendance.get().left_at == live.at(3)


def test_slides_turn_for_everybody_within_the_deck(live: Live) -> None:
    session = start_session(live)
    slides.add_text(live.lesson, "茉莉花", ["江苏民歌"], by=live.teacher, at=live.at(-60))
    slides.add_text(live.lesson, "想一想", ["几处一字多音？"], by=live.teacher, at=live.at(-60))
    session.refresh_from_db()

    sessions.turn_slide(session, 2, by=live.teacher, at=live.at(2), client_id=act_id("turn"))

    session.refresh_from_db()
    assert session.slide_no == 2
    assert events.known(act_id("turn"))
    with pytest.raises(Refused, match="没有这一页"):
        sessions.turn_slide(session, 3, by=live.teacher, at=live.at(3))


def test_a_forgotten_lesson_ends_when_its_host_left(live: Live) -> None:
    session = start_session(live)
    together(live, session, 35)

    assert end_one(session, live.at(90)) is True
    assert session.ended_at == live.at(35)


def test_a_forgotten_lesson_that_hardly_took_place_is_not_held(live: Live) -> None:
    session = start_session(live)

    assert end_one(session, live.at(90)) is False

    live.lesson.refresh_from_db()
    assert live.lesson.state == "not_held"
    assert "系统自动结束" in live.lesson.reason


def test_words_between_teachers_and_calls_for_help(live: Live) -> None:
    session = start_session(live)
    cast = live.cast
    seat = Seat(SeatKind.ROOM, cast.deer_assistant.person.pk, "周青禾", cast.deer_class.pk)

    events.say(session, seat, "这边跟不上", by=cast.deer_assistant, at=live.at(5))
    events.call_help(session, seat, "没有声音", by=cast.deer_assistant, at=live.at(6))
    events.note_network(session, seat, "audio", by=cast.deer_assistant, at=live.at(7))

    kinds = list(session.events.order_by("at").values_list("kind", flat=True))
    assert kinds[-3:] == ["chat", "help", "net"]
    told = cast.officer.account.messages.get()
    assert told.title.startswith("鹿回湾教学点课堂求助")
    with pytest.raises(Refused, match="先写内容"):
        events.say(session, seat, "  ", by=cast.deer_assistant, at=live.at(8))


def test_the_jobs_of_a_lesson_run_to_their_end(live: Live) -> None:
    session = start_session(live)
    together(live, session, 40)
    sessions.end(session, by=live.teacher, at=live.at(40))

    assert run_pending() > 0
