"""The roll by seat map, hands, and who has the floor."""

import pytest

from tongke.core.errors import Refused
from tongke.teaching.classroom.models import ProtocolItem, Session
from tongke.teaching.classroom.seats import Seat, SeatKind
from tongke.teaching.classroom.services import floor, roll
from tongke.teaching.classroom.tests.make import Live, make_live, open_session, start_session

pytestmark = pytest.mark.django_db


@pytest.fixture
def live() -> Live:
    return make_live()


@pytest.fixture
def session(live: Live) -> Session:
    return open_session(live)


def statuses(session: Session) -> dict[str, str]:
    return dict(session.roll.values_list("pupil__name", "status"))


def test_calling_the_roll_needs_only_the_absent(live: Live, session: Session) -> None:
    cast = live.cast

    counts = roll.call(
        session, cast.deer_class.pk, {cast.deer_pupils[1].pk: "absent"},
        by=cast.deer_assistant, at=live.at(-2),
    )  # fmt: skip

    assert counts == {"present": 2, "absent": 1, "leave": 0, "late": 0}
    assert statuses(session) == {"安小满": "present", "白露": "absent", "陈星河": "present"}
    done = ProtocolItem.objects.filter(code="teach-listening-1").exclude(done_at=None)
    assert [item.school_class for item in done] == [cast.deer_class]


def test_who_was_absent_and_comes_after_the_bell_is_late_and_stays_so(
    live: Live, session: Session
) -> None:
    cast, class_id = live.cast, live.cast.deer_class.pk
    absent = cast.deer_pupils[1]
    roll.call(session, class_id, {absent.pk: "absent"}, by=cast.deer_assistant, at=live.at(-2))

    roll.call(session, class_id, {}, by=cast.deer_assistant, at=live.at(4))
    assert statuses(session)["白露"] == "present"
    roll.call(session, class_id, {absent.pk: "absent"}, by=cast.deer_assistant, at=live.at(4))
    roll.call(session, class_id, {}, by=cast.deer_assistant, at=live.at(6))
    assert statuses(session)["白露"] == "late"
    roll.call(session, class_id, {}, by=cast.deer_assistant, at=live.at(8))
    assert statuses(session)["白露"] == "late"
    assert session.roll_calls.count() == 1


def test_the_roll_refuses_strangers_and_closed_rooms(live: Live, session: Session) -> None:
    cast, class_id = live.cast, live.cast.deer_class.pk
    by, at = cast.deer_assistant, live.at(0)

    with pytest.raises(Refused, match="不是本班"):
        roll.call(session, class_id, {cast.far_pupil.pk: "absent"}, by=by, at=at)
    with pytest.raises(Refused, match="不在本节课"):
        roll.call(session, cast.far_class.pk, {}, by=by, at=at)
    with pytest.raises(Refused, match="状态不对"):
        roll.call(session, class_id, {cast.deer_pupils[0].pk: "asleep"}, by=by, at=at)
    session.state = Session.State.PLANNED
    with pytest.raises(Refused, match="还没有开放"):
        roll.call(session, class_id, {}, by=by, at=at)
    assert not session.roll.exists()


def test_every_room_has_spoken_when_each_had_the_floor(live: Live) -> None:
    session, cast = start_session(live), live.cast
    seat = Seat(SeatKind.ROOM, cast.deer_assistant.person.pk, "周青禾", cast.deer_class.pk)

    floor.raise_hand(session, seat, up=True, by=cast.deer_assistant, at=live.at(5))
    floor.invite(session, cast.deer_class.pk, by=live.teacher, at=live.at(6))
    assert not floor.all_spoke(session)
    floor.invite(session, cast.stone_class.pk, by=live.teacher, at=live.at(7))

    assert floor.all_spoke(session)
    assert ProtocolItem.objects.get(code="teach-host-2").done_at == live.at(7)
    with pytest.raises(Refused, match="不在本节课"):
        floor.invite(session, cast.far_class.pk, by=live.teacher, at=live.at(8))
    floor.invite(session, None, by=live.teacher, at=live.at(9))
    floor.mute_all(session, muted=True, by=live.teacher, at=live.at(9))
    last = session.events.order_by("-at", "-id")[0]
    assert (last.kind, last.text) == ("muted", "on")


def test_hands_stay_down_while_the_lesson_is_not_on(live: Live, session: Session) -> None:
    seat = Seat(SeatKind.PUPIL, live.cast.pupil.person.pk, "安小满", live.cast.deer_class.pk)
    session.state = Session.State.ENDED

    with pytest.raises(Refused, match="没有开放"):
        floor.raise_hand(session, seat, up=True, by=live.cast.pupil, at=live.at(50))
