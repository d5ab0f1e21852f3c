"""A real server of the real application on a database file, for tests that need processes."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[5]
SETTINGS = os.environ.get("DJANGO_SETTINGS_MODULE", "config.settings").replace("_test", "")


def free_port() -> int:
    """A port nobody listens on."""
    with closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@dataclass
class Server:
    """The web process of an installation in a folder of its own; may be killed and come back."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @classmethod
    def copy_of(cls, folder: Path, into: Path) -> "Server":
        """An installation of its own that begins like the one in `folder`."""
        shutil.copytree(folder, into)
        return cls(into)

    @property
    def env(self) -> dict[str, str]:
        """The installation's environment: nothing is shared with the tests' own database."""
        paths = [str(ROOT), str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]
        mine = {
            "TONGKE_VAR": str(self.folder), "TONGKE_DATABASE": str(self.folder / "t.sqlite3"),
            "DJANGO_SETTINGS_MODULE": SETTINGS, "TONGKE_HOSTS": "127.0.0.1,localhost",
            "PYTHONPATH": os.pathsep.join(path for path in paths if path),
        }  # fmt: skip
        return {**os.environ, **mine}

    @property
    def host(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.port}"

    @property
    def origin(self) -> str:
        """The address of the site."""
        return f"http://{self.host}"

    def run(self, *arguments: str) -> str:
        """Run a Python module in the installation; returns what it printed."""
        done = subprocess.run(
            [sys.executable, "-W", "error::DeprecationWarning", *arguments], env=self.env,
            cwd=ROOT, check=False, capture_output=True, text=True, timeout=300,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    def seed(self, **counts: int) -> "Seeded":
        """Make the tables and one lesson that is on right now; see seed.py."""
        words = [f"{name}={number}" for name, number in counts.items()]
        printed = self.run("-m", "tongke.teaching.classroom.tests.seed", *words)
        return Seeded(**json.loads(printed.splitlines()[-1]))

    def start(self) -> None:
        """Serve, and wait until an answer comes."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "granian", "--interface", "asgi", "--host", "127.0.0.1",
             "--port", str(self.port), "--workers", "1", "--ws", "--log-level", "warning",
             "config.asgi:application"],
            env=self.env, cwd=ROOT, start_new_session=True,
        )  # fmt: skip
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            assert self.process.poll() is None, "the server ended at once"
            try:
                urllib.request.urlopen(f"{self.origin}/live/nothing", timeout=2)  # noqa: S310 - ours
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.05)
        raise TimeoutError("the server does not answer")

    def kill(self) -> None:
        """End it without any farewell, workers included."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Look into the database with our own eyes."""
        import sqlite3

        with closing(sqlite3.connect(self.folder / "t.sqlite3")) as connection:
            return connection.execute(sql, values).fetchall()


@dataclass(frozen=True)
class Seeded:
    """What seed.py made: ids, and session cookies by who."""

    lesson: int
    question: int
    deer: int
    pupils: list[int]
    teacher: str
    assistant: str
    officer: str
    outsider: str
    cookies: list[str]
