"""How the lines of the rooms held is kept after the lesson, and seen where it matters."""

import pytest
from django.test import Client

from tongke.core.jobs import run_pending
from tongke.foundation.campus.models import LineReading
from tongke.foundation.campus.queries import line_hours
from tongke.foundation.campus.tests.make import make_room
from tongke.foundation.people.tests.pages import client_of
from tongke.teaching.classroom.seats import Seat, SeatKind
from tongke.teaching.classroom.services import attendance, events, sessions
from tongke.teaching.classroom.services.lines import note_lines
from tongke.teaching.classroom.tests.make import Live, make_live

pytestmark = pytest.mark.django_db


def _taught(live: Live) -> tuple[int, int]:
    """A lesson of 40 minutes: one room falls to sound for 8 and is away for 2; returns rooms."""
    cast = live.cast
    deer = make_room(cast.deer_bay, "听讲室", can_listen=True)
    stone = make_room(cast.deer_bay, "另一间", can_listen=True)
    rows = list(live.lesson.classes.filter(side="listening").order_by("pk"))
    for row, room in zip(rows, (deer, stone), strict=False):
        row.room = room
        row.save(update_fields=["room"])
    session = sessions.open_room(live.lesson, by=live.teacher, at=live.at(-5))
    sessions.start(session, by=live.teacher, at=live.at(0))
    first = rows[0].school_class_id
    seat = Seat(SeatKind.ROOM, cast.deer_assistant.person.pk, "助教", first)
    person = cast.deer_assistant.person.pk
    came = attendance.join([(session.pk, f"room:{first}", person, live.at(-3))])
    events.note_network(session, seat, "audio", by=cast.deer_assistant, at=live.at(10))
    events.note_network(session, seat, "video", by=cast.deer_assistant, at=live.at(18))
    attendance.leave(came, at=live.at(30))
    attendance.join(
        [
            (session.pk, f"room:{first}", person, live.at(32)),
            (session.pk, "host", live.teacher.person.pk, live.at(-4)),
        ]
    )
    sessions.end(session, by=live.teacher, at=live.at(40))
    return deer.pk, stone.pk


def test_minutes_without_a_picture_or_without_a_line_are_weak() -> None:
    live = make_live()
    deer, stone = _taught(live)
    run_pending()
    session = live.lesson.session

    reading = LineReading.objects.get(room=deer)
    assert (reading.minutes, reading.weak_minutes) == (40, 10)
    assert reading.starts_at == live.at(0)
    assert not LineReading.objects.filter(room=stone).exists()  # nobody came in there
    assert note_lines(session) == 1
    assert LineReading.objects.count() == 1


def test_hours_count_only_with_lessons_enough_and_lately() -> None:
    live = make_live()
    room = make_room(live.cast.deer_bay, "听讲室", can_listen=True)
    for number in range(3):
        LineReading.objects.create(
            room=room, key=f"trial:{number}", starts_at=live.at(-60 * 24 * (number + 1)),
            minutes=40, weak_minutes=(0, 10, 20)[number],
        )  # fmt: skip
    LineReading.objects.create(
        room=room, key="old", starts_at=live.at(-60 * 24 * 7 * 20), minutes=40, weak_minutes=40
    )

    # 9:50 to 10:30 lies in two hours; a quarter of the time failed in both.
    hours = line_hours([room.pk], at=live.at(0))
    assert [(one.hour, one.lessons, one.percent, one.weak) for one in hours] == [
        (9, 3, 25, True), (10, 3, 25, True),
    ]  # fmt: skip
    LineReading.objects.get(key="trial:0").delete()
    assert not any(one.weak for one in line_hours([room.pk], at=live.at(0)))

    client: Client = client_of(live.cast.head)
    page = client.get(f"/campus/rooms/{room.pk}/").content.decode()
    assert "各时段线路" in page
