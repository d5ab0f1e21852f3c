"""What each seat sees, and above all what it does not."""

import json
from datetime import timedelta

import pytest

from tongke.teaching.classroom.facts import DutyInfo, PastQuestion
from tongke.teaching.classroom.hub.parts import audience, hands, mine, parts_for
from tongke.teaching.classroom.hub.scene import Net, Presence, ms
from tongke.teaching.classroom.seats import Seat, SeatKind
from tongke.teaching.classroom.tests.facts_make import (
    BELL,
    DEER,
    HOST,
    STONE,
    make_event,
    make_picture,
    make_question,
)

LEAST = 0.6


def see(who: str, picture, presence: Presence | None = None) -> dict:
    return parts_for(who, picture, presence or Presence(), LEAST)


@pytest.mark.parametrize("who", [f"room:{DEER}", "pupil"])
@pytest.mark.parametrize("state", ["open", "closed"])
def test_rooms_and_pupils_never_see_choices_or_the_answer_before_the_reveal(
    who: str, state: str
) -> None:
    picture = make_picture(
        question=make_question((DEER, 1, "B"), (STONE, 1, "C"), state=state),
        past=(PastQuestion(1, "几处？", 5, 0.4),),
    )

    parts = see(who, picture)

    assert parts["question"]["answer"] == ""
    assert parts["question"]["keyPoint"] == ""
    assert "past" not in parts
    assert "hint" not in parts
    if who != "pupil":
        assert parts["tally"]["choices"] is None
        assert parts["tally"]["rooms"][DEER] == {"answered": 1, "enrolled": 3}
        assert parts["roster"][0]["done"] is True
    assert '"B"' not in json.dumps(parts["question"])


def test_after_the_reveal_everybody_sees_the_answer_and_the_sum_of_all_rooms() -> None:
    picture = make_picture(
        question=make_question((DEER, 1, "B"), (STONE, 1, "C"), state="revealed")
    )

    room = see(f"room:{DEER}", picture)

    assert room["question"]["answer"] == "B"
    assert room["tally"]["choices"] == {"A": 0, "B": 1, "C": 1, "D": 0}
    assert see("pupil", picture)["question"]["answer"] == "B"


def test_the_host_sees_everything_about_the_question() -> None:
    picture = make_picture(question=make_question((DEER, 1, "B"), (STONE, 1, "C")))

    parts = see("host", picture)

    assert parts["question"]["answer"] == "B"
    assert parts["tally"]["choices"]["B"] == {"total": 1, "rooms": {DEER: 1}}
    assert parts["tally"]["rooms"][DEER]["right"] == 1.0


def test_words_between_teachers_stay_between_teachers() -> None:
    picture = make_picture(events=(make_event("chat", 3, DEER, person=2000, text="再唱一遍"),))

    assert see("host", picture)["chat"][0]["text"] == "再唱一遍"
    assert see(f"room:{STONE}", picture)["chat"][0]["text"] == "再唱一遍"
    for who in ("pupil", "observer"):
        assert "再唱一遍" not in json.dumps(see(who, picture), ensure_ascii=False)


def test_a_roll_reaches_its_own_room_only() -> None:
    picture = make_picture(roll={DEER: {201: "absent", 202: "present", 203: "late"}})

    deer = see(f"room:{DEER}", picture)
    stone = see(f"room:{STONE}", picture)

    assert [pupil["status"] for pupil in deer["roster"]] == ["absent", "present", "late"]
    assert {pupil["id"] for pupil in stone["roster"]} == {301, 302}
    counts = {room["id"]: room["roll"] for room in stone["rooms"]}
    assert counts[DEER] == {"present": 1, "absent": 1, "leave": 0, "late": 1}
    assert counts[STONE] is None
    assert "roster" not in see("observer", picture)
    assert "roster" not in see("pupil", picture)


def test_hands_go_up_down_and_are_taken_by_the_floor() -> None:
    up = [
        make_event("hand_up", 1, DEER, person=2000),
        make_event("hand_up", 2, DEER, person=201, text="小禾"),
        make_event("hand_up", 3, STONE, person=301, text="阿木"),
        make_event("hand_down", 4, STONE, person=301, text="阿木"),
    ]
    picture = make_picture(events=tuple(up))
    assert [(hand["class"], hand["name"]) for hand in hands(picture)] == [
        (DEER, ""), (DEER, "小禾"),
    ]  # fmt: skip
    assert mine(picture) == {201: {"choice": "", "hand": True}}

    picture.events = (*up, make_event("spoke", 5, DEER))
    assert hands(picture) == []
    assert see("host", picture)["cue"] == {"floor": DEER, "muted": False}
    spoke = {room["id"]: room["spoke"] for room in see("host", picture)["rooms"]}
    assert spoke == {HOST: False, DEER: True, STONE: False}


def test_names_of_raised_hands_reach_teachers_but_no_observer_and_no_other_room() -> None:
    picture = make_picture(events=(make_event("hand_up", 2, DEER, person=201, text="小禾"),))

    assert see("host", picture)["hands"][0]["name"] == "小禾"
    assert see(f"room:{DEER}", picture)["hands"][0]["name"] == "小禾"
    for who in (f"room:{STONE}", "observer", "pupil"):
        assert "小禾" not in json.dumps(see(who, picture), ensure_ascii=False)


def test_the_floor_given_back_and_microphones() -> None:
    events = (
        make_event("spoke", 1, DEER), make_event("muted", 2, text="on"), make_event("spoke", 3),
    )  # fmt: skip

    assert see("pupil", make_picture(events=events))["cue"] == {"floor": None, "muted": True}


def test_a_weak_question_brings_advice_for_the_host_only() -> None:
    few = make_question((DEER, 1, "A"), (STONE, 1, "B"), state="closed")
    most = make_question(
        (HOST, 1, "B"), (HOST, 2, "B"), (HOST, 3, "B"), (STONE, 1, "A"), state="closed"
    )

    assert see("host", make_picture(question=few))["hint"] == {
        "text": "答对 50%，建议再讲一遍。", "rooms": ["鹿回湾"],
    }  # fmt: skip
    assert see("host", make_picture(question=most))["hint"]["text"].startswith("石桥答对的较少")
    good = make_question((DEER, 1, "B"), state="closed")
    assert see("host", make_picture(question=good))["hint"] is None


def test_presence_and_network_show_in_the_rooms() -> None:
    since = BELL + timedelta(minutes=1)
    presence = Presence(
        host=BELL, rooms={DEER: since}, gone={STONE: BELL}, pupils={DEER: {201, 202}},
        nets={DEER: Net("audio", 400, 0.02, 46)},
    )  # fmt: skip

    rooms = {room["id"]: room for room in see("observer", make_picture(), presence)["rooms"]}

    assert rooms[HOST]["online"] == ms(BELL)
    assert (rooms[DEER]["online"], rooms[DEER]["devices"]) == (ms(since), 2)
    assert rooms[DEER]["net"] == {"mode": "audio", "kbps": 400, "loss": 0.02, "rtt": 46}
    assert (rooms[STONE]["online"], rooms[STONE]["gone"]) == (None, ms(BELL))


def test_duties_go_to_the_side_that_has_them() -> None:
    duty = DutyInfo(1, "teach-host-1", "课堂教学", "host", None, "确认每间教室", True, BELL, None)
    theirs = DutyInfo(
        2, "teach-listening-1", "课堂教学", "listening", DEER, "点名", True, BELL, BELL
    )
    picture = make_picture(duties=(duty, theirs))

    assert [one["id"] for one in see("host", picture)["duties"]] == [1]
    assert [one["id"] for one in see(f"room:{DEER}", picture)["duties"]] == [2]
    assert see(f"room:{STONE}", picture)["duties"] == []


def test_a_pupil_gets_the_slide_of_the_moment_and_a_screen_the_whole_deck() -> None:
    picture = make_picture()

    assert see("pupil", picture)["slide"]["image"].startswith("/classroom/slides/2")
    assert [slide["no"] for slide in see(f"room:{DEER}", picture)["deck"]] == [1, 2]
    picture.slides = ()
    assert see("pupil", picture)["slide"] is None


def test_before_anybody_came_the_lesson_is_planned() -> None:
    parts = see("host", make_picture(session=None))

    assert (parts["session"]["state"], parts["session"]["slide"]) == ("planned", 1)
    assert parts["tally"] is None


def test_seats_have_keys_and_audiences() -> None:
    seats = [Seat(kind, 4, "某人", 2) for kind in SeatKind]

    assert [seat.key for seat in seats] == ["host", "room:2", "pupil:4", "observer:4"]
    assert [audience(seat) for seat in seats] == ["host", "room:2", "pupil", "observer"]
    assert [seat.teaches for seat in seats] == [True, True, False, False]
