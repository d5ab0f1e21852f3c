"""The server dies while pupils answer: what was acknowledged is there, nothing is there twice."""

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest
from websockets.exceptions import InvalidHandshake

from tongke.teaching.classroom.tests.client import HubClient
from tongke.teaching.classroom.tests.server import Seeded, Server

pytestmark = pytest.mark.slow

PUPILS = 30
ROUNDS = 12
_LOST = (ConnectionError, OSError, TimeoutError, InvalidHandshake)


@pytest.fixture
def server(seeded_folder: tuple[Path, Seeded], tmp_path: Path) -> Iterator[Server]:
    one = Server.copy_of(seeded_folder[0], tmp_path / "var")
    yield one
    one.kill()


@pytest.fixture
def seeded(seeded_folder: tuple[Path, Seeded]) -> Seeded:
    return seeded_folder[1]


@dataclass
class Child:
    """A pupil's device: keeps every answer until it is acknowledged, like the page does."""

    number: int
    cookie: str
    queue: list[tuple[str, str]] = field(default_factory=list)
    acked: list[tuple[str, str]] = field(default_factory=list)
    cuts: int = 0

    async def live(self, server: Server, seeded: Seeded) -> None:
        """Answer again and again, come back after every cut, until all is acknowledged."""
        self.queue = [(str(uuid4()), "ABC"[(self.number + n) % 3]) for n in range(ROUNDS)]
        while self.queue:
            with contextlib.suppress(*_LOST):
                async with HubClient(server.host, seeded.lesson, self.cookie) as link:
                    await link.until(lambda me: me.parts.get("question"))
                    await self._send(link, seeded.question)
                    continue
            self.cuts += 1
            await asyncio.sleep(0.1)

    async def _send(self, link: HubClient, question: int) -> None:
        while self.queue:
            act_id, letter = self.queue[0]
            reply = await link.act("answer", act_id, question=question, choice=letter)
            assert reply["t"] == "ack", reply
            self.acked.append(self.queue.pop(0))


def stored(server: Server) -> dict[int, tuple[str, str]]:
    """Pupil → letter and client id of the one stored answer."""
    rows = server.rows("select pupil_id, choice, client_id from classroom_answer")
    assert len(rows) == len({pupil for pupil, _, _ in rows}), "an answer is there twice"
    return {pupil: (choice, client_id) for pupil, choice, client_id in rows}


async def test_no_acknowledged_answer_is_lost_when_the_server_is_killed(
    server: Server, seeded: Seeded
) -> None:
    server.start()
    children = [Child(number, cookie) for number, cookie in enumerate(seeded.cookies[:PUPILS])]
    working = [asyncio.create_task(child.live(server, seeded)) for child in children]

    for kill in (1, 2):
        # In the middle of it: some have been acknowledged, others are on their way.
        while sum(len(child.acked) for child in children) < kill * PUPILS * ROUNDS // 4:
            await asyncio.sleep(0.01)
        await asyncio.to_thread(server.kill)
        at_the_cut = {child.number: list(child.acked) for child in children}
        rows = stored(server)
        for child in children:
            if at_the_cut[child.number]:
                assert seeded.pupils[child.number] in rows
        await asyncio.to_thread(server.start)

    async with asyncio.timeout(120):
        await asyncio.gather(*working)

    assert sum(child.cuts for child in children) >= PUPILS
    rows = stored(server)
    assert len(rows) == PUPILS
    for child in children:
        # The last answer was given last, so it is the one that counts.
        last_id, last_letter = child.acked[-1]
        letter, client_id = rows[seeded.pupils[child.number]]
        assert (letter, client_id.replace("-", "")) == (last_letter, last_id.replace("-", ""))


async def test_a_killed_server_leaves_no_connection_open_in_the_log(
    server: Server, seeded: Seeded
) -> None:
    server.start()
    async with HubClient(server.host, seeded.lesson, seeded.cookies[0]) as one:
        await one.until(lambda me: me.parts)
        while not server.rows("select 1 from classroom_attendance"):
            await asyncio.sleep(0.02)
        await asyncio.to_thread(server.kill)
    assert server.rows("select count(*) from classroom_attendance where left_at is null") == [(1,)]

    await asyncio.to_thread(server.start)
    async with HubClient(server.host, seeded.lesson, seeded.teacher) as host:
        await host.until(lambda me: me.parts)

    open_rows = server.rows(
        "select seat from classroom_attendance where left_at is null and seat <> 'host'"
    )
    assert open_rows == []
