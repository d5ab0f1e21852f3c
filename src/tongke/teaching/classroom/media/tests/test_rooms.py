"""Who is inside, who sees whom, and who is told."""

from typing import Any

import pytest

from tongke.teaching.classroom.media.limits import Policy
from tongke.teaching.classroom.media.port import Role
from tongke.teaching.classroom.media.rooms import AWAY_S, MAX_PUBLISHERS, BadOffer, Room, RoomFull
from tongke.teaching.classroom.media.sfu import Sfu
from tongke.teaching.classroom.media.tests.test_frames import Clock
from tongke.teaching.classroom.media.tokens import BadToken, Grant, mint

SECRET = b"s" * 32
NOON = 1_800_000_000.0


class Link:
    """A browser's end that remembers what it was told."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.ended: str | None = None

    def send(self, message: dict[str, Any]) -> None:
        self.messages.append(message)

    def end(self, reason: str) -> None:
        self.ended = reason

    def last(self, kind: str) -> dict[str, Any]:
        """The newest message of a type."""
        return [message for message in self.messages if message["type"] == kind][-1]


def grant(participant: str, role: Role = "room", issued: float = NOON) -> Grant:
    """A permission to join the lesson."""
    return Grant("lesson", participant, role, f"{participant}班", "auto", issued, issued + 60)


def make_room() -> tuple[Room, Clock]:
    """An empty room with a clock of ours."""
    clock = Clock()
    return Room("lesson", "auto", Policy(), clock), clock


def enter(room: Room, participant: str, role: Role = "room") -> Link:
    """Someone joins."""
    link = Link()
    room.join(grant(participant, role), link)
    room.seat_everyone()
    return link


def seen(link: Link) -> dict[str, int | None]:
    """Whom a browser shows, in which slot."""
    return {one["id"]: one["slot"] for one in link.last("tracks")["participants"]}


def test_everybody_sees_the_others_but_not_the_observers() -> None:
    room, _ = make_room()
    host = enter(room, "teacher", "host")
    hill = enter(room, "hill")
    inspector = enter(room, "inspector", "observer")

    assert seen(host) == {"hill": 0}
    assert seen(hill) == {"teacher": 0}
    assert seen(inspector) == {"teacher": 0, "hill": 1}


def test_someone_who_comes_back_finds_the_old_slot() -> None:
    room, _ = make_room()
    host = enter(room, "teacher", "host")
    enter(room, "hill")
    enter(room, "lake")
    room.leave(room.members["hill"])
    assert seen(host) == {"lake": 1}

    enter(room, "hill")

    assert seen(host) == {"hill": 0, "lake": 1}


def test_a_newcomer_takes_the_seat_of_one_who_left_when_all_are_taken() -> None:
    room, _ = make_room()
    host = enter(room, "teacher", "host")
    for name in "abcd":
        enter(room, name)
    room.leave(room.members["b"])

    enter(room, "new")

    assert seen(host) == {"a": 0, "new": 1, "c": 2, "d": 3}


def test_a_room_holds_five_who_are_seen() -> None:
    room, _ = make_room()
    for number in range(MAX_PUBLISHERS):
        enter(room, f"room{number}")

    with pytest.raises(RoomFull):
        enter(room, "late")
    enter(room, "inspector", "observer")
    enter(room, "room2")  # not a newcomer


def test_a_second_join_replaces_the_first() -> None:
    room, _ = make_room()
    host = enter(room, "teacher", "host")
    old = enter(room, "hill")

    new = enter(room, "hill")

    assert old.ended == "replaced"
    assert new.ended is None
    assert list(room.members) == ["teacher", "hill"]
    assert seen(host) == {"hill": 0}


def test_a_lost_page_keeps_its_place_for_a_while() -> None:
    room, clock = make_room()
    host = enter(room, "teacher", "host")
    hill = enter(room, "hill")

    room.away(room.members["hill"], hill)
    assert host.last("tracks")["participants"][0]["away"]
    clock.now += AWAY_S - 1
    room.tick()
    assert seen(host) == {"hill": 0}
    clock.now += 2
    room.tick()

    assert seen(host) == {}


def test_the_old_page_of_a_returned_participant_can_do_no_harm() -> None:
    room, _ = make_room()
    old = enter(room, "hill")
    member = room.members["hill"]
    enter(room, "hill")

    room.away(member, old)

    assert room.members["hill"].away_since is None


def test_muting_is_shown_and_hosts_get_figures() -> None:
    room, clock = make_room()
    host = enter(room, "teacher", "host")
    hill = enter(room, "hill")

    room.mute(room.members["hill"], audio=True, video=False)
    clock.now += 2
    room.tick()

    shown = host.last("tracks")["participants"][0]
    assert (shown["audio"], shown["video"], shown["name"]) == (False, True, "hill班")
    assert [one["id"] for one in host.last("stats")["participants"]] == ["teacher", "hill"]
    assert not [message for message in hill.messages if message["type"] == "stats"]


@pytest.mark.usefixtures("forwarding")
async def test_an_unfit_offer_is_refused_and_leaves_no_connection() -> None:
    room, _ = make_room()
    enter(room, "hill")
    member = room.members["hill"]

    with pytest.raises(BadOffer):
        await room.offer(member, "v=0\r\nm=audio 9 X 111\r\n")

    assert member.peer is None
    await room.settled()


def make_sfu(now: float = NOON + 1) -> Sfu:
    """An engine whose clock stands."""
    return Sfu(SECRET, Policy(), ice_servers=[{"urls": "stun:stun.example"}], now=lambda: now)


def test_the_first_token_opens_the_room_and_everybody_is_welcomed() -> None:
    sfu = make_sfu()
    link = Link()

    sfu.join("lesson", mint(grant("hill"), SECRET), link)

    welcome = link.last("welcome")
    assert (welcome["publish"], welcome["slots"], welcome["resumed"]) == (True, 4, False)
    assert welcome["ice_servers"] == [{"urls": "stun:stun.example"}]
    assert sfu.stats()[0]["room"] == "lesson"


def test_who_was_put_out_needs_a_token_minted_later() -> None:
    sfu = make_sfu()
    old = mint(grant("hill"), SECRET)
    link = Link()
    sfu.join("lesson", old, link)

    assert sfu.kick("lesson", "hill")
    assert link.ended == "kicked"
    assert not sfu.kick("lesson", "hill")
    with pytest.raises(BadToken, match="refused"):
        sfu.join("lesson", old, Link())
    sfu.join("lesson", mint(grant("hill", issued=NOON + 2), SECRET), Link())


def test_a_closed_room_stays_closed_until_it_is_opened() -> None:
    sfu = make_sfu()
    token = mint(grant("hill"), SECRET)
    link = Link()
    sfu.join("lesson", token, link)

    assert sfu.close_room("lesson")
    assert link.ended == "closed"
    with pytest.raises(BadToken, match="refused"):
        sfu.join("lesson", token, Link())
    sfu.open_room("lesson", "VP8")
    sfu.join("lesson", token, link)

    assert link.last("welcome")["codec"] == "VP8"


def test_empty_rooms_are_forgotten() -> None:
    sfu = make_sfu()
    room, member = sfu.join("lesson", mint(grant("hill"), SECRET), Link())
    room.leave(member)

    sfu.tick()

    assert sfu.rooms == {}
