"""The hub over real websockets, SSE and POST, against a real server process on a database file."""

import asyncio
import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tongke.teaching.classroom.tests.client import HubClient
from tongke.teaching.classroom.tests.server import Seeded, Server

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(
    seeded_folder: tuple[Path, Seeded], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Server, Seeded]]:
    folder, seeded = seeded_folder
    one = Server.copy_of(folder, tmp_path_factory.mktemp("hub") / "var")
    one.start()
    yield one, seeded
    one.kill()


def client(server: tuple[Server, Seeded], cookie: str, **more: str) -> HubClient:
    return HubClient(server[0].host, server[1].lesson, cookie, **more)


def post(server: tuple[Server, Seeded], cookie: str, body: Any, **headers: str) -> tuple[int, Any]:
    """POST to the hub; returns the status and the body."""
    one, seeded = server
    connection = http.client.HTTPConnection(one.host, timeout=10)
    given = {"Content-Type": "application/json", "Cookie": cookie, "Origin": one.origin, **headers}
    try:
        connection.request("POST", f"/live/send/{seeded.lesson}", json.dumps(body), given)
        response = connection.getresponse()
        raw = response.read()
    finally:
        connection.close()
    return response.status, json.loads(raw) if response.status == 200 else raw.decode()


def get(server: tuple[Server, Seeded], cookie: str, query: str) -> tuple[int, Any]:
    one, seeded = server
    connection = http.client.HTTPConnection(one.host, timeout=10)
    try:
        path = f"/live/events/{seeded.lesson}?{query}"
        connection.request("GET", path, headers={"Cookie": cookie})
        response = connection.getresponse()
        raw = response.read()
    finally:
        connection.close()
    return response.status, json.loads(raw) if response.status == 200 else raw.decode()


async def test_only_those_with_a_seat_come_in_and_only_from_our_pages(
    server: tuple[Server, Seeded],
) -> None:
    seeded = server[1]
    for cookie, origin, code in (
        (seeded.outsider, "", 4404),
        ("tongke_session=nonsense", "", 4404),
        ("", "", 4404),
        (seeded.teacher, "http://elsewhere.example", 4403),
    ):
        async with client(server, cookie, origin=origin) as one:
            assert await one.closed() == code
    async with client(server, seeded.teacher) as one:
        await one.until(lambda me: me.parts)
        assert one.hello["seat"] == "host"


async def test_everybody_gets_what_their_seat_may_see(server: tuple[Server, Seeded]) -> None:
    seeded = server[1]
    async with (
        client(server, seeded.teacher) as host,
        client(server, seeded.assistant) as room,
        client(server, seeded.cookies[0]) as pupil,
    ):
        for one in (host, room, pupil):
            await one.until(lambda me: me.parts.get("question"))

        assert host.parts["question"]["answer"] == "B"
        assert room.parts["question"]["answer"] == pupil.parts["question"]["answer"] == ""
        assert len(room.parts["roster"]) == 50
        assert pupil.parts["slide"]["heading"] == "茉莉花"
        await host.until(
            lambda me: any(each["online"] and not each["host"] for each in me.parts["rooms"])
        )
        await room.until(lambda me: me.parts["hostOnline"])


async def test_fifty_pupils_answer_none_is_lost_and_copies_do_no_harm(
    server: tuple[Server, Seeded],
) -> None:
    one, seeded = server

    async def answer(number: int, cookie: str) -> None:
        act_id, letter = str(uuid4()), "ABC"[number % 3]
        async with client(server, cookie) as pupil:
            await pupil.until(lambda me: me.parts.get("question"))
            fields = {"question": seeded.question, "choice": letter}
            first = await pupil.act("answer", act_id, **fields)
            pupil.settled.clear()
            second = await pupil.act("answer", act_id, **fields)
            await pupil.until(lambda me: me.parts["mine"]["choice"] == letter)
        assert (first["t"], second["t"], second["again"]) == ("ack", "ack", True)

    async with client(server, seeded.teacher) as host:
        await asyncio.gather(*(answer(n, cookie) for n, cookie in enumerate(seeded.cookies)))
        tally = await host.until(
            lambda me: me.parts["tally"] if me.parts["tally"]["answered"] == 50 else None
        )

    assert {letter: one["total"] for letter, one in tally["choices"].items()} == {
        "A": 17, "B": 17, "C": 16,
    }  # fmt: skip
    stored = one.rows(
        "select count(*), count(distinct pupil_id) from classroom_answer where question_id = ?",
        seeded.question,
    )
    assert stored == [(50, 50)]


async def test_a_burst_of_news_becomes_few_messages(server: tuple[Server, Seeded]) -> None:
    seeded = server[1]
    async with client(server, seeded.teacher) as host:
        await host.until(lambda me: me.parts)
        before = host.states
        for number in range(20):
            await host.send({"t": "say", "id": str(uuid4()), "text": f"第 {number} 句"})
        await host.until(lambda me: any(c["text"] == "第 19 句" for c in me.parts["chat"]))

        assert host.states - before < 15


async def test_acts_of_other_seats_are_refused_and_the_own_are_done_once(
    server: tuple[Server, Seeded],
) -> None:
    seeded = server[1]
    async with (
        client(server, seeded.cookies[1]) as pupil,
        client(server, seeded.assistant) as room,
        client(server, seeded.teacher) as host,
    ):
        await pupil.until(lambda me: me.parts)
        await room.until(lambda me: me.parts)
        refused = await pupil.act("reveal", question=seeded.question)
        assert (refused["t"], refused["text"]) == ("refused", "这个操作不属于你的席位。")
        nameless = await room.act("answer", question=seeded.question, choice="A")
        assert "先选学生" in nameless["text"]
        unknown = await host.act("slide", no=7)
        assert unknown["text"] == "没有这一页。"
        await host.send({"t": "dance", "id": "x"})
        await host.until(lambda me: me.settled.get("x"))

        act_id = str(uuid4())
        await pupil.act("hand", act_id, up=True)
        pupil.settled.clear()
        again = await pupil.act("hand", act_id, up=True)
        await pupil.until(lambda me: me.parts["mine"]["hand"])
        assert again["again"] is True
        await host.until(lambda me: me.parts["hands"])
        assert (await host.act("invite", **{"class": seeded.deer}))["t"] == "ack"
        await pupil.until(lambda me: not me.parts["mine"]["hand"])
        await room.until(lambda me: me.parts["cue"]["floor"] == seeded.deer)


async def test_the_room_calls_the_roll_and_enters_answers(server: tuple[Server, Seeded]) -> None:
    seeded = server[1]
    async with (
        client(server, seeded.assistant) as room,
        client(server, seeded.teacher) as host,
    ):
        await room.until(lambda me: me.parts.get("roster"))
        await host.until(lambda me: me.parts)
        absent = str(seeded.pupils[3])
        assert (await room.act("roll", statuses={absent: "absent"}))["t"] == "ack"
        entered = await room.act(
            "answer", question=seeded.question, choice="B", pupil=seeded.pupils[4]
        )
        assert entered["t"] == "ack"
        await host.until(
            lambda me: any(
                each["roll"] and each["roll"]["absent"] == 1 for each in me.parts["rooms"]
            )
        )
        cards = await room.act("cards", question=seeded.question, counts={"A": 2, "B": 40})
        assert cards["t"] == "ack"
        await host.until(lambda me: me.parts["tally"]["rooms"][str(seeded.deer)]["way"] == "cards")
        await room.act("cards", question=seeded.question, counts={})


async def test_time_is_told_and_a_network_report_reaches_the_host(
    server: tuple[Server, Seeded],
) -> None:
    seeded = server[1]
    async with (
        client(server, seeded.assistant) as room,
        client(server, seeded.teacher) as host,
    ):
        await room.until(lambda me: me.parts)
        await host.until(lambda me: me.parts)
        await room.send({"t": "ping", "c": 5})
        pong = await room.until(lambda me: me.settled.get("pong"))
        assert (pong["c"], pong["s"] > 1.7e12) == (5, True)
        await room.send({"t": "signal", "mode": "audio", "kbps": 400, "loss": 0.1, "rtt": 50})
        await host.until(lambda me: any(each["net"] for each in me.parts["rooms"]))


async def test_presence_is_written_and_ends_with_the_connection(
    server: tuple[Server, Seeded],
) -> None:
    one, seeded = server
    seat = f"pupil:{seeded.pupils[7]}"
    sql = "select left_at is null from classroom_attendance where seat = ?"
    before = len(one.rows(sql, seat))
    async with client(server, seeded.teacher) as host:
        await host.until(lambda me: me.parts)
        async with client(server, seeded.cookies[7]) as pupil:
            await pupil.until(lambda me: me.parts)
            await _soon(lambda: len(one.rows(sql, seat)) == before + 1)
        await _soon(lambda: all(left == 0 for (left,) in one.rows(sql, seat)))


async def _soon(wanted: Any) -> None:
    async with asyncio.timeout(10):
        while not wanted():
            await asyncio.sleep(0.05)


async def test_server_sent_events_with_post_do_the_same(server: tuple[Server, Seeded]) -> None:
    one, seeded = server
    reader, writer = await asyncio.open_connection("127.0.0.1", one.port)
    cookie = seeded.cookies[10]
    writer.write(
        f"GET /live/events/{seeded.lesson} HTTP/1.1\r\nHost: {one.host}\r\n"
        f"Cookie: {cookie}\r\n\r\n".encode()
    )

    async def event() -> dict[str, Any]:
        async with asyncio.timeout(10):
            while True:
                line = (await reader.readline()).decode()
                if line.startswith("data: "):
                    found: dict[str, Any] = json.loads(line[6:])
                    return found

    hello = await event()
    assert (hello["t"], hello["seat"]) == ("hello", f"pupil:{seeded.pupils[10]}")
    full = await event()
    assert full["parts"]["question"]["id"] == seeded.question
    act = {
        "t": "answer", "id": str(uuid4()), "question": seeded.question, "choice": "C",
    }  # fmt: skip
    body = {"link": hello["link"], "messages": [act, {"t": "ping", "c": 1}, {"t": "nonsense"}]}
    status, answer = await asyncio.to_thread(post, server, cookie, body)
    assert status == 200
    assert answer["linked"] is True
    assert [reply["t"] for reply in answer["replies"]] == ["ack", "pong", "refused"]
    while (await event())["parts"].get("mine", {}).get("choice") != "C":
        continue
    writer.close()
    sql = "select count(*) from classroom_attendance where left_at is null and seat = ?"
    await _soon(lambda: one.rows(sql, f"pupil:{seeded.pupils[10]}") == [(0,)])


def test_polling_gives_what_waits_under_a_name(server: tuple[Server, Seeded]) -> None:
    cookie = server[1].cookies[11]

    status, first = get(server, cookie, "poll=abc")
    assert status == 200
    assert [message["t"] for message in first["messages"]][:2] == ["hello", "state"]
    status, second = get(server, cookie, "poll=abc")
    assert status == 200
    assert all(message["t"] == "state" for message in second["messages"])
    # Another person's name is another link.
    _, other = get(server, server[1].cookies[12], "poll=abc")
    assert other["messages"][0]["t"] == "hello"


def test_post_wants_our_origin_json_and_a_seat(server: tuple[Server, Seeded]) -> None:
    seeded = server[1]
    body: dict[str, Any] = {"link": "", "messages": []}

    assert post(server, seeded.teacher, body)[0] == 200
    assert post(server, seeded.teacher, body, Origin="http://elsewhere.example")[0] == 403
    assert post(server, seeded.teacher, body, **{"Content-Type": "text/plain"})[0] == 403
    assert post(server, seeded.outsider, body)[0] == 404
    assert post(server, seeded.teacher, [])[0] == 400
    assert post(server, seeded.teacher, {"messages": ["x"] * 3})[1]["replies"][0]["t"] == "refused"
    assert get(server, seeded.outsider, "")[0] == 404


def test_other_addresses_do_not_exist(server: tuple[Server, Seeded]) -> None:
    connection = http.client.HTTPConnection(server[0].host, timeout=10)
    for path in ("/live/hub/1", "/live/nothing/1", "/live/events/x"):
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
        assert response.status == 404
    connection.close()


async def test_the_lesson_ends_for_everybody(
    seeded_folder: tuple[Path, Seeded], tmp_path: Path
) -> None:
    one, seeded = Server.copy_of(seeded_folder[0], tmp_path / "var"), seeded_folder[1]
    one.start()
    try:
        async with (
            client((one, seeded), seeded.teacher) as host,
            client((one, seeded), seeded.cookies[0]) as pupil,
        ):
            await host.until(lambda me: me.parts)
            await pupil.until(lambda me: me.parts)
            short = await host.act("end", held=None, reason="")
            assert (short["t"], "两端同时在线" in short["text"]) == ("refused", True)

            assert (await host.act("end", held=True, reason="照常上完"))["t"] == "ack"

            await pupil.until(lambda me: me.parts["session"]["state"] == "ended")
            assert pupil.parts["question"]["state"] == "closed"
            late = await pupil.act("hand", up=True)
            assert "没有开放" in late["text"]
        held = one.rows("select state from timetable_lesson where id = ?", seeded.lesson)
        assert held == [("held",)]
    finally:
        one.kill()
