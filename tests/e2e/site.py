"""The whole product as a person meets it: `tongke serve` on a region of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 60


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@dataclass
class Site:
    """A running installation."""

    url: str
    var: Path
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """End it and everything it started."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait(5)

    def log(self) -> str:
        """What the processes printed."""
        return (self.var / "serve.log").read_text(errors="replace")


def start(var: Path) -> Site:
    """Serve a folder that holds a region (see `put_demo`); returns when pages answer."""
    port, media = free_port(), free_port()
    env = {
        **os.environ,
        "TONGKE_VAR": str(var),
        "TONGKE_DEMO": "1",
        "TONGKE_HOSTS": "127.0.0.1,localhost",
        "TONGKE_MEDIA_PORT": str(media),
        "TONGKE_MEDIA_ADVERTISE": "127.0.0.1",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    prepare = [sys.executable, "config/cli.py", "migrate"]
    subprocess.run(prepare, cwd=ROOT, env=env, check=True, timeout=120)
    with (var / "serve.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "config/cli.py", "serve", "--port", str(port)],
            cwd=ROOT, env=env, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    site = Site(f"http://127.0.0.1:{port}", var, process)
    _wait(site)
    return site


def _wait(site: Site) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if site.process.poll() is not None:
            raise RuntimeError(f"serve ended:\n{site.log()}")
        try:
            with urllib.request.urlopen(f"{site.url}/health/", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            # The next try follows the socket's own time-out; there is nothing else to wait for.
            time.sleep(0.1)
    raise RuntimeError(f"no answer in {START_SECONDS} s:\n{site.log()}")
