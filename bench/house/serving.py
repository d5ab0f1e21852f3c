"""What the benchmarks of the house share: an installation of their own, really served.

A temporary folder, a free port, SQLite and (where it is installed) a PostgreSQL cluster of its own
on a socket. Only processes started here are ended here.
"""

import os
import platform
import pwd
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Installation:
    """A database of one kind and the environment in which its processes run."""

    kind: str
    env: dict[str, str]

    def run(self, *command: str) -> str:
        """A Python process to its end; returns what it printed."""
        done = subprocess.run(
            [sys.executable, *command], env=self.env, cwd=ROOT, text=True, check=True,
            stdout=subprocess.PIPE,
        )  # fmt: skip
        return done.stdout

    @contextmanager
    def served(self) -> Iterator[int]:
        """The product's own web process on a free port; yields the port."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        code = (
            "import django; django.setup()\n"
            "from config.commands.serve import web_command\n"
            f"import os; c = web_command('127.0.0.1', {port}); os.execv(c[0], c)"
        )
        process = subprocess.Popen(
            [sys.executable, "-c", code], env=self.env, cwd=ROOT, process_group=0
        )
        try:
            _wait(port, process)
            yield port
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                # Its worker is another process: both stand in a group of their own.
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server does not answer")


@contextmanager
def installations() -> Iterator[Iterator[Installation]]:
    """One installation for each kind of database, one after the other."""
    # Ended by a signal, it still ends the processes it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    folder = Path(tempfile.mkdtemp(prefix="tongke-bench-"))
    try:
        yield _each(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _each(folder: Path) -> Iterator[Installation]:
    base = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "TONGKE_LOG": "ERROR",
            "PYTHONPATH": f"{ROOT}/src:{ROOT}"}  # fmt: skip
    base.pop("TONGKE_DATABASE", None)
    for name in ("sqlite", "postgres"):
        (folder / name / "static").mkdir(parents=True)
    yield Installation("SQLite", base | {"TONGKE_VAR": str(folder / "sqlite")})
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        print("PostgreSQL is not installed: not measured")
        return
    with _cluster(found[-1].parent) as url:
        var = str(folder / "postgres")
        yield Installation("PostgreSQL", base | {"TONGKE_VAR": var, "TONGKE_DATABASE": url})


@contextmanager
def _cluster(tools: Path) -> Iterator[str]:
    """A PostgreSQL with its usual, safe settings, on a socket in a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="tongke-pg-"))
    who: dict[str, object] = {}
    if os.getuid() == 0:
        # PostgreSQL refuses to run as root.
        entry = pwd.getpwnam("postgres")
        os.chown(folder, entry.pw_uid, entry.pw_gid)
        who = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    # The options are a mapping, which the stubs of subprocess cannot match with its overloads.
    data, quiet = folder / "data", {"stdout": subprocess.DEVNULL, "cwd": "/", "check": True, **who}
    init = [str(tools / "initdb"), "-D", str(data), "-U", "tongke", "-A", "trust", "-E", "UTF8"]
    subprocess.run(init, **quiet)  # type: ignore[call-overload]
    control = [str(tools / "pg_ctl"), "-D", str(data), "-w"]
    options = f"-c listen_addresses='' -c unix_socket_directories={folder}"
    subprocess.run(  # type: ignore[call-overload]
        [*control, "-l", str(folder / "log"), "-o", options, "start"], **quiet
    )
    try:
        make = [str(tools / "createdb"), "-h", str(folder), "-U", "tongke", "tongke"]
        subprocess.run(make, **quiet)  # type: ignore[call-overload]
        yield f"postgresql://tongke@/tongke?host={folder}"
    finally:
        subprocess.run([*control, "-m", "fast", "stop"], **quiet)  # type: ignore[call-overload]
        shutil.rmtree(folder, ignore_errors=True)


def figures(seconds: Sequence[float]) -> str:
    """p50 and p95 of some durations, in milliseconds."""
    if len(seconds) < 2:
        return "too few answers for figures"
    cuts = statistics.quantiles(seconds, n=20, method="inclusive")
    return f"p50 {statistics.median(seconds) * 1000:.0f} ms, p95 {cuts[18] * 1000:.0f} ms"


def machine() -> str:
    """What the figures were measured on, and how much else ran there."""
    model = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
         if line.startswith("model name")),
        platform.machine(),
    )  # fmt: skip
    return (
        f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"load before {os.getloadavg()[0]:.1f}"
    )


def session_of(account: object, appointment: int) -> str:
    """A signed-in session of an account acting in an appointment; returns its cookie."""
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from tongke.foundation.people.middleware import ACTOR_KEY

    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(account.pk)
    store[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    store[HASH_SESSION_KEY] = account.get_session_auth_hash()
    store[ACTOR_KEY] = appointment
    store.save()
    return f"{settings.SESSION_COOKIE_NAME}={store.session_key}"
