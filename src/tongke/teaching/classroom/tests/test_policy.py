"""Who sits where in a live lesson, and who may do what around it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.http import Http404

from tongke.foundation.people.roles import Role
from tongke.foundation.people.tests.make import acting, make_pupil
from tongke.teaching.classroom import policy
from tongke.teaching.classroom.models import ProtocolItem
from tongke.teaching.classroom.policy import Perm
from tongke.teaching.classroom.services import protocol, sessions, slides
from tongke.teaching.classroom.tests.make import Live, make_live

pytestmark = pytest.mark.django_db


@pytest.fixture
def live() -> Live:
    return make_live()


def test_every_role_takes_its_own_seat_or_none(live: Live) -> None:
    cast = live.cast
    seats = {
        name: seat.key if (seat := policy.seat_in(actor, live.lesson.pk)) else None
        for name, actor in cast.actors.items()
    }

    assert seats == {
        "teacher": "host",
        "deer_assistant": f"room:{cast.deer_class.pk}",
        "stone_assistant": f"room:{cast.stone_class.pk}",
        "pupil": f"pupil:{cast.pupil.person.pk}",
        "guardian": None,
        "head": f"observer:{cast.head.person.pk}",
        "deer_head": f"observer:{cast.deer_head.person.pk}",
        "timetabler": None,
        "researcher": f"observer:{cast.researcher.person.pk}",
        "officer": f"observer:{cast.officer.person.pk}",
        "director": f"observer:{cast.director.person.pk}",
        "sysadmin": None,
        "outsider": None,
        "stranger": None,
    }


def test_the_host_answers_for_the_delivering_class(live: Live) -> None:
    seat = policy.session_seat(live.teacher, live.lesson)
    assert seat is not None
    assert seat.class_id == live.cast.centre_class.pk

    live.lesson.classes.filter(side="host").delete()

    seat = policy.session_seat(live.teacher, live.lesson)
    assert seat is not None
    assert seat.class_id is None


def test_a_pupil_of_another_class_or_who_has_left_has_no_seat(live: Live) -> None:
    far = acting(live.cast.far_pupil, Role.PUPIL)
    later = make_pupil(live.cast.deer_class, "新来的", since=live.lesson.day + timedelta(days=5))
    newcomer = replace(acting(live.cast.pupil.person, Role.PUPIL), person=later)

    assert policy.seat_in(far, live.lesson.pk) is None
    assert policy.seat_in(newcomer, live.lesson.pk) is None
    assert policy.seat_in(live.teacher, 10_000) is None


def test_a_teacher_in_another_role_has_no_host_seat(live: Live) -> None:
    as_head = replace(live.teacher, role=Role.TIMETABLER)

    assert policy.session_seat(as_head, live.lesson) is None
    with pytest.raises(Http404):
        policy.seat_or_404(as_head, live.lesson)
    with pytest.raises(Http404):
        policy.entered_or_404(as_head, live.lesson.pk)


@pytest.mark.parametrize(
    ("perm", "who"),
    [
        (Perm.SESSION_HOST, {"teacher"}),
        (Perm.DECK_EDIT, {"teacher"}),
        (Perm.SESSION_ROOM, {"deer_assistant", "stone_assistant"}),
        (Perm.SESSION_JOIN, {"pupil"}),
        (Perm.SESSION_WATCH, {"head", "deer_head", "researcher", "officer", "director"}),
        (
            Perm.SESSION_READ,
            {"teacher", "deer_assistant", "stone_assistant", "head", "deer_head", "timetabler",
             "researcher", "officer", "director"},
        ),
        (
            Perm.DECK_READ,
            {"teacher", "deer_assistant", "stone_assistant", "pupil", "head", "deer_head",
             "researcher", "officer", "director"},
        ),
    ],
)  # fmt: skip
def test_permissions_by_role(live: Live, perm: Perm, who: set[str]) -> None:
    holders = {
        name for name, actor in live.cast.actors.items() if policy.lessons(actor, perm).exists()
    }

    assert holders == who


def test_each_side_ticks_its_own_duties_only(live: Live) -> None:
    protocol.instantiate(live.lesson)
    cast = live.cast

    def sides(name: str) -> set[tuple[str, int | None]]:
        rows = policy.protocol_items(cast.actors[name], Perm.PROTOCOL_TICK)
        return set(rows.values_list("side", "school_class"))

    assert sides("teacher") == {("host", None)}
    assert sides("deer_assistant") == {("listening", cast.deer_class.pk)}
    assert sides("head") == set()
    seen = policy.protocol_items(cast.head, Perm.PROTOCOL_READ)
    assert seen.count() == ProtocolItem.objects.count() == 26
    item = ProtocolItem.objects.filter(side="host")[0]
    with pytest.raises(Http404):
        policy.item_or_404(cast.deer_assistant, item.pk, Perm.PROTOCOL_TICK)


def test_sessions_and_slides_follow_their_lesson(live: Live) -> None:
    session = sessions.prepare(live.lesson, at=live.at(-30))
    slide = slides.add_text(live.lesson, "茉莉花", [], by=live.teacher, at=live.at(-30))

    assert list(policy.sessions(live.cast.head, Perm.SESSION_READ)) == [session]
    assert not policy.sessions(live.cast.outsider, Perm.SESSION_READ).exists()
    assert policy.slide_or_404(live.cast.pupil, slide.pk, Perm.DECK_READ) == slide
    with pytest.raises(Http404):
        policy.slide_or_404(live.cast.pupil, slide.pk, Perm.DECK_EDIT)
    with pytest.raises(Http404):
        policy.slide_or_404(live.cast.guardian, slide.pk, Perm.DECK_READ)
