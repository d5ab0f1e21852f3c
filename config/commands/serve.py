"""`tongke serve`: pages and websockets, jobs, and the media engine, kept running together."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

ROOT = Path(__file__).resolve().parent.parent.parent
_PAUSE_MOST = 30.0


@dataclass
class Child:
    """One process under care, and when it may be started again."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    failures: int = 0
    not_before: float = 0.0
    started: float = field(default=0.0)


def web_command(host: str, port: int) -> list[str]:
    """The web process: one granian worker, which the room hub needs."""
    return [
        sys.executable, "-m", "granian", "--interface", "asgi", "--host", host,
        "--port", str(port), "--workers", "1", "--loop", "uvloop", "--ws", "--no-access-log",
        "--log-level", "warning", "--backlog", "1024", "config.asgi:application",
    ]  # fmt: skip


def media_command(port: int) -> list[str]:
    """The media engine, told to end with its parent."""
    told = [word for each in settings.TONGKE_MEDIA_ADVERTISE for word in ("--advertise", each)]
    return [
        sys.executable, "-m", "tongke.teaching.classroom.media.server", "--host", "127.0.0.1",
        "--port", str(port), "--parent-pid", str(os.getpid()),
        "--ice-servers", settings.TONGKE_MEDIA_ICE, *told,
    ]  # fmt: skip


def worker_command(which: str) -> list[str]:
    """A job worker: --quick for what people wait for, --slow for what computes for minutes."""
    return [sys.executable, "-m", "config.cli", "worker", which, "--parent-pid", str(os.getpid())]


def environment() -> dict[str, str]:
    """The children's environment: they find the code whatever the current folder is."""
    from django.conf import settings

    paths = [str(ROOT), str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(path for path in paths if path),
        "TONGKE_MEDIA_SECRET": settings.TONGKE_MEDIA_SECRET,
    }


def serve(host: str, port: int, media_port: int) -> int:
    """Keep the four processes running until a signal; returns the exit status."""
    for address, wanted in ((host, "--port"), ("127.0.0.1", "TONGKE_MEDIA_PORT")):
        number = port if wanted == "--port" else media_port
        if not _free(address, number):
            sys.stderr.write(f"端口 {number} 已被占用，请停掉占用它的程序，或用 {wanted} 换一个\n")
            return 1
    children = [
        Child("web", web_command(host, port)),
        Child("worker", worker_command("--quick")),
        Child("computing worker", worker_command("--slow")),
        Child("media", media_command(media_port)),
    ]
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    env = environment()
    try:
        while not stop.wait(0.25):
            for child in children:
                _keep(child, env)
    finally:
        _end(children)
    return 0


def _free(host: str, port: int) -> bool:
    """Whether this process may listen there; a name that means nothing here is not our matter."""
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError:
        return True
    with socket.socket(family, kind, proto) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(address)
        except OSError:
            return False
    return True


def _keep(child: Child, env: dict[str, str]) -> None:
    now = time.monotonic()
    if child.process is not None and child.process.poll() is None:
        if now - child.started > 60:
            child.failures = 0
        return
    if child.process is not None:
        child.failures += 1
        pause = min(_PAUSE_MOST, 0.25 * 2**child.failures)
        sys.stderr.write(f"{child.name} ended ({child.process.returncode}); again in {pause:g} s\n")
        child.process, child.not_before = None, now + pause
    if now >= child.not_before:
        child.process = subprocess.Popen(child.command, env=env, cwd=ROOT)  # noqa: S603
        child.started = now


def _end(children: list[Child]) -> None:
    running = [child.process for child in children if child.process and not child.process.poll()]
    for process in running:
        process.terminate()
    for process in running:
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
