"""500 pupils answer one live question within 3 s: from the answer to the host's tally.

The real server process (granian, one worker) on a fresh SQLite file, every answer written to the
database before it is acknowledged; the pupils are websockets of this process, on the same machine.

Latency to the tally: the nth answer sent is taken as counted when the host's screen first shows n
answers. Run it with ``PYTHONPATH=src:. python bench/classroom/quiz.py [pupils] [seconds]``.
"""

import asyncio
import os
import platform
import random
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import quantiles
from typing import Any
from uuid import uuid4

# The throw-away installation need not hash passwords slowly; nothing else differs.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from tongke.teaching.classroom.tests.client import HubClient
from tongke.teaching.classroom.tests.server import Seeded, Server

PUPILS, SECONDS = 500, 3.0


def percentiles(values: list[float]) -> str:
    """p50, p95 and the largest, in milliseconds."""
    cuts = quantiles(values, n=20)
    p50, p95, most = (1000 * value for value in (cuts[9], cuts[18], max(values)))
    return f"p50 {p50:.0f} ms, p95 {p95:.0f} ms, max {most:.0f} ms"


class Board:
    """The host's screen: when it first showed how many answers."""

    def __init__(self) -> None:
        """Nothing is shown yet."""
        self.shown: list[tuple[float, int]] = []

    def hear(self, message: dict[str, Any]) -> None:
        """A state message of the host's link."""
        tally = message["parts"].get("tally")
        if tally:
            self.shown.append((time.monotonic(), tally["answered"]))

    def moment_of(self, count: int) -> float:
        """When at least `count` answers were shown first."""
        return next(moment for moment, shown in self.shown if shown >= count)


async def answer(pupil: HubClient, question: int, wait: float) -> tuple[float, float]:
    """Answer after `wait` seconds; returns when it was sent and when it was acknowledged."""
    await asyncio.sleep(wait)
    sent = time.monotonic()
    reply = await pupil.act(
        "answer",
        str(uuid4()),
        question=question,
        choice=random.choice("ABC"),
        at=time.time() * 1000,
    )
    assert reply["t"] == "ack", reply
    return sent, time.monotonic()


async def measure(server: Server, seeded: Seeded, seconds: float) -> None:
    """Connect everybody, let them answer, print the figures."""
    count, board = len(seeded.cookies), Board()
    async with AsyncExitStack() as stack:
        host = HubClient(server.host, seeded.lesson, seeded.teacher)
        host.on_state = board.hear
        await stack.enter_async_context(host)
        began = time.monotonic()
        pupils = []
        for start in range(0, count, 50):
            some = [
                HubClient(server.host, seeded.lesson, cookie)
                for cookie in seeded.cookies[start : start + 50]
            ]
            await asyncio.gather(*(stack.enter_async_context(one) for one in some))
            await asyncio.gather(
                *(one.until(lambda me: me.parts.get("question"), 60) for one in some)
            )
            pupils += some
        print(f"{count} pupils connected in {time.monotonic() - began:.1f} s")
        waits = [random.uniform(0, seconds) for _ in pupils]
        times = await asyncio.gather(
            *(
                answer(pupil, seeded.question, wait)
                for pupil, wait in zip(pupils, waits, strict=True)
            )
        )
        await host.until(lambda me: me.parts["tally"]["answered"] >= count, 30)
    sent = sorted(sent for sent, _ in times)
    tallied = [board.moment_of(number) - moment for number, moment in enumerate(sent, 1)]
    [(stored,)] = server.rows(
        "select count(distinct pupil_id) from classroom_answer where question_id = ?",
        seeded.question,
    )
    print(f"answer to host's tally: {percentiles(tallied)}")
    print(f"answer to acknowledgement: {percentiles([acked - sent for sent, acked in times])}")
    print(f"acknowledged {len(times)}, stored {stored}, lost {len(times) - stored}")
    print(f"messages to the host while answering: {len(board.shown)}")


def main() -> None:
    """Run once and say where."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else PUPILS
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else SECONDS
    random.seed(2026)
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        seeded = server.seed(pupils=count)
        server.start()
        try:
            asyncio.run(measure(server, seeded, seconds))
        finally:
            server.kill()


if __name__ == "__main__":
    main()
