"""Messages of the hub: what is taken, what is not, how state is written."""

import json
from uuid import UUID

import pytest

from tongke.teaching.classroom.hub.wire import (
    ACTS,
    MOST_BYTES,
    Act,
    BadMessage,
    Ping,
    Signal,
    from_object,
    read,
    state,
    write,
)

ID = "0b5f4f0e-8d0c-4a47-9a3e-0c5d9d1f2a11"


def test_an_answer_is_read_with_its_moment() -> None:
    message = read(
        json.dumps({"t": "answer", "id": ID, "at": 1.7e12, "question": 3, "choice": "B"})
    )

    assert message == Act("answer", UUID(ID), 1.7e12, {"question": 3, "choice": "B", "pupil": None})


def test_a_ping_and_a_signal_need_no_id() -> None:
    assert read('{"t":"ping","c":12.5}') == Ping(12.5)
    signal = read('{"t":"signal","mode":"video","kbps":420,"loss":7,"rtt":46}')
    assert signal == Signal("video", 420, 1.0, 46)


def test_maps_of_pupils_become_numbers() -> None:
    message = from_object({"t": "roll", "id": ID, "statuses": {"12": "absent"}})

    assert isinstance(message, Act)
    assert message.body == {"statuses": {12: "absent"}, "class": None}


@pytest.mark.parametrize(
    "raw",
    [
        "", "[]", "null", "{", "\xff", '{"t":"dance"}', '{"t":["ping"]}', '{"t":"ping","c":"1"}',
        '{"t":"ping","c":true}', '{"t":"ping","c":1e300}',
        '{"t":"answer","id":"1","question":1,"choice":"A"}',
        f'{{"t":"answer","id":"{ID}","question":true,"choice":"A"}}',
        f'{{"t":"answer","id":"{ID}","question":-1,"choice":"A"}}',
        f'{{"t":"answer","id":"{ID}","question":1}}',
        f'{{"t":"roll","id":"{ID}","statuses":{{"x":"absent"}}}}',
        f'{{"t":"roll","id":"{ID}","statuses":[]}}',
        f'{{"t":"cards","id":"{ID}","question":1,"counts":{{"A":900}}}}',
        f'{{"t":"ask","id":"{ID}","kind":"single","stem":"x","options":"AB","answer":"A"}}',
        f'{{"t":"hand","id":"{ID}","up":1}}',
        "[" * 5000,
        '{"t":"say","text":"' + "x" * MOST_BYTES + '"}',
    ],
)  # fmt: skip
def test_everything_else_is_refused_without_an_effect(raw: str) -> None:
    with pytest.raises(BadMessage):
        read(raw)


def test_the_refusal_names_the_act_when_it_can_be_read() -> None:
    with pytest.raises(BadMessage) as bad:
        read(f'{{"t":"hand","id":"{ID}","up":"yes"}}')
    assert bad.value.id == ID


def test_every_act_is_described() -> None:
    assert set(ACTS) == {
        "answer", "cards", "roll", "hand", "say", "help", "net", "start", "end", "slide", "ask",
        "close", "reveal", "invite", "mute", "duty",
    }  # fmt: skip


def test_state_is_json_made_of_parts_that_are_json_already() -> None:
    text = state({"session": write({"state": "live"}), "hands": "[]"}, full=True)

    assert json.loads(text) == {
        "t": "state", "full": True, "parts": {"session": {"state": "live"}, "hands": []},
    }  # fmt: skip
