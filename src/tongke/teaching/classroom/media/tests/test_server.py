"""The engine's process: who may ask it what, how it greets, refuses and ends."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from socket import SHUT_RDWR
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tongke.teaching.classroom.media.client import EmbeddedEngine
from tongke.teaching.classroom.media.port import MediaEngine, MediaUnavailable
from tongke.teaching.classroom.media.server import read_secret
from tongke.teaching.classroom.media.tests.harness import ROOT, SECRET, Engine, token, wait_until
from tongke.teaching.classroom.media.tokens import admin_key

pytestmark = pytest.mark.enable_socket


def open_socket(engine: Engine, room: str = "lesson") -> ClientConnection:
    """A websocket that has not yet said hello."""
    return connect(f"ws://127.0.0.1:{engine.port}/rtc/{room}", compression=None, proxy=None)


def tell(socket: ClientConnection, **message: Any) -> None:
    """Send a message."""
    socket.send(json.dumps(message))


def hear(socket: ClientConnection, kind: str) -> dict[str, Any]:
    """The next message of a type; others are skipped."""
    while True:
        message: dict[str, Any] = json.loads(socket.recv(timeout=5))
        if message["type"] == kind:
            return message


def ask(engine: Engine, method: str, path: str, key: str = "") -> tuple[int, dict[str, Any]]:
    """An administration request with a key of the test's choice."""
    connection = http.client.HTTPConnection("127.0.0.1", engine.port, timeout=5)
    connection.request(method, path, headers={"Authorization": f"Bearer {key}"})
    response = connection.getresponse()
    content = response.status, json.loads(response.read())
    connection.close()
    return content


def test_health_is_open_and_the_rest_needs_the_key(engine: Engine) -> None:
    key = admin_key(SECRET)

    assert ask(engine, "GET", "/health")[1]["ok"]
    assert ask(engine, "GET", "/rooms")[0] == 403
    assert ask(engine, "POST", "/rooms/x/close", "wrong")[0] == 403
    assert ask(engine, "GET", "/rooms", key)[0] == 200
    assert ask(engine, "POST", "/rooms/x/open?codec=VP8", key) == (200, {"done": True})
    assert ask(engine, "POST", "/rooms/x/open?codec=AV1", key)[0] == 400
    assert ask(engine, "GET", "/rooms/x/close", key)[0] == 404
    assert ask(engine, "POST", "/nowhere", key)[0] == 404


def test_a_participant_is_welcomed_shown_and_gone(engine: Engine) -> None:
    with open_socket(engine, "greet") as host, open_socket(engine, "greet") as hill:
        tell(host, type="hello", token=token("greet", "teacher", "host"))
        assert hear(host, "welcome")["slots"] == 4
        assert hear(host, "tracks")["participants"] == []

        tell(hill, type="hello", token=token("greet", "hill", "room"))
        assert [one["name"] for one in hear(host, "tracks")["participants"]] == ["hill的教室"]
        tell(hill, type="ping", n=3)
        assert hear(hill, "pong") == {"type": "pong", "n": 3}
        tell(hill, type="report", seen={"teacher": 14.96, "x": "y"})
        tell(hill, type="mute", audio=True, video=True)
        assert not hear(host, "tracks")["participants"][0]["audio"]
        figures = {one["id"]: one for one in hear(host, "stats")["participants"]}
        assert figures["hill"]["seen"] == {"teacher": 15.0}

        tell(hill, type="bye")
        assert hear(host, "tracks")["participants"] == []


def test_a_closed_page_is_gone_at_once_and_a_broken_one_is_awaited(engine: Engine) -> None:
    with open_socket(engine, "gone") as host:
        tell(host, type="hello", token=token("gone", "teacher", "host"))
        with open_socket(engine, "gone") as hill:
            tell(hill, type="hello", token=token("gone", "hill", "room"))
            hear(host, "tracks")
            assert hear(host, "tracks")["participants"][0]["id"] == "hill"
            hill.socket.shutdown(SHUT_RDWR)
        assert hear(host, "tracks")["participants"][0]["away"]

        with open_socket(engine, "gone") as again:
            tell(again, type="hello", token=token("gone", "hill", "room"))
            assert not hear(host, "tracks")["participants"][0]["away"]
        assert hear(host, "tracks")["participants"] == []


@pytest.mark.parametrize(
    ("first", "reason"),
    [
        ({"type": "hello", "token": "forged"}, "token"),
        ({"type": "hello", "token": token("another", "hill", "room")}, "token"),
        ({"type": "hello", "token": token("lesson", "hill", "room", ttl=-1)}, "token"),
        ({"type": "ping", "n": 1}, "protocol"),
        ({"type": "dance"}, "protocol"),
    ],
)
def test_strangers_are_sent_away(engine: Engine, first: dict[str, Any], reason: str) -> None:
    with open_socket(engine) as socket:
        tell(socket, **first)

        assert hear(socket, "bye")["reason"] == reason
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=5)


def test_an_unfit_offer_ends_the_visit(engine: Engine) -> None:
    with open_socket(engine) as socket:
        tell(socket, type="hello", token=token("lesson", "odd", "room"))
        tell(socket, type="offer", sdp="v=0\r\n")

        assert hear(socket, "bye")["reason"] == "offer"


def test_kicked_and_closed_out_and_the_sixth_publisher(engine: Engine) -> None:
    client: MediaEngine = engine.client
    with ExitStack() as stack:
        sockets = [stack.enter_context(open_socket(engine, "full")) for _ in range(6)]
        for number, socket in enumerate(sockets):
            tell(socket, type="hello", token=token("full", f"room{number}", "room"))
            hear(socket, "bye" if number == 5 else "welcome")

        assert client.kick("full", "room1")
        assert not client.kick("full", "room1")
        assert hear(sockets[1], "bye")["reason"] == "kicked"
        stats = client.stats("full")
        assert stats is not None
        assert [one["id"] for one in stats.participants] == ["room0", "room2", "room3", "room4"]

        client.close_room("full")
        assert hear(sockets[0], "bye")["reason"] == "closed"
        assert client.stats("full") is None


def test_an_engine_that_is_not_there_is_unavailable() -> None:
    with pytest.raises(MediaUnavailable):
        EmbeddedEngine("127.0.0.1:9", SECRET).open_room("lesson")


def test_a_wrong_secret_is_unavailable_not_silent(engine: Engine) -> None:
    with pytest.raises(MediaUnavailable, match="403"):
        EmbeddedEngine(f"127.0.0.1:{engine.port}", b"x" * 32).open_room("lesson")


def test_it_says_goodbye_and_ends_cleanly() -> None:
    engine = Engine()
    with open_socket(engine) as socket:
        tell(socket, type="hello", token=token("lesson", "hill", "room"))
        hear(socket, "welcome")

        engine.child.send_signal(signal.SIGTERM)

        assert hear(socket, "bye")["reason"] == "shutdown"
    assert engine.child.wait(timeout=5) == 0
    assert engine.child.stdout is not None
    engine.child.stdout.close()


def test_it_ends_with_its_parent() -> None:
    script = (
        "import subprocess, sys, os, time\n"
        "child = subprocess.Popen([sys.executable, '-m',"
        " 'tongke.teaching.classroom.media.server', '--port', '0',"
        " '--parent-pid', str(os.getpid())], stdout=subprocess.PIPE, text=True)\n"
        "child.stdout.readline()\n"
        "print(child.pid, flush=True)\n"
        "os._exit(0)\n"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "TONGKE_MEDIA_SECRET": SECRET.decode()}
    pid = int(subprocess.check_output([sys.executable, "-c", script], env=env, text=True))

    wait_until(lambda: not alive(pid), 5, "the engine has ended")


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended but was not reaped does not."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def test_the_secret_comes_from_a_file_or_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "secret"
    path.write_text("from the file\n")
    monkeypatch.setenv("TONGKE_MEDIA_SECRET", "from the environment")

    assert read_secret(path) == b"from the file"
    assert read_secret(None) == b"from the environment"
    monkeypatch.delenv("TONGKE_MEDIA_SECRET")
    with pytest.raises(SystemExit, match="TONGKE_MEDIA_SECRET"):
        read_secret(None)


def test_tokens_are_minted_without_asking_the_engine() -> None:
    started = time.monotonic()

    assert token("lesson", "hill", "room").count(".") == 1
    assert time.monotonic() - started < 0.1
