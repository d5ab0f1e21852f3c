"""The media engine's process: `python -m tongke.teaching.classroom.media.server --port 7880`.

It serves, on one loopback TCP port, the browsers' websockets (/rtc/ROOM, through the web server's
`proxy.py`) and the web server's own requests (/health, /rooms). The media is UDP, straight between
browser and engine: `--udp-ports` and `--advertise` say where.
"""

import argparse
import asyncio
import contextlib
import json
import logging
import os
import re
import resource
import signal
import sys
from pathlib import Path
from typing import get_args
from urllib.parse import parse_qs, unquote, urlsplit

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from tongke.teaching.classroom.media import passthrough
from tongke.teaching.classroom.media.connection import Connection
from tongke.teaching.classroom.media.limits import Policy
from tongke.teaching.classroom.media.network import (
    Network,
    PortRangeLoop,
    parse_addresses,
    parse_ports,
)
from tongke.teaching.classroom.media.port import Codec
from tongke.teaching.classroom.media.sfu import Sfu
from tongke.teaching.classroom.media.tokens import admin_key
from tongke.teaching.classroom.media.wire import MAX_MESSAGE_BYTES

log = logging.getLogger(__name__)

SECRET_VARIABLE = "TONGKE_MEDIA_SECRET"  # noqa: S105 - a name, not a secret
ROOM_PATH = re.compile(r"/rtc/([\w.:~-]{1,100})")


class App:
    """Routes of the TCP port."""

    def __init__(self, sfu: Sfu, network: Network, secret: bytes) -> None:
        self._sfu = sfu
        self._network = network
        self._bearer = f"Bearer {admin_key(secret)}"

    def route(self, _socket: ServerConnection, request: Request) -> Response | None:
        """Answer an administration request, or let a websocket through (None)."""
        url = urlsplit(request.path)
        if ROOM_PATH.fullmatch(url.path):
            return None
        if (request.method, url.path) == ("GET", "/health"):
            return _json(200, {"ok": True, "rooms": len(self._sfu.rooms), **_usage()})
        if request.headers.get("Authorization") != self._bearer:
            return _json(403, {"error": "key"})
        return self._administer(request.method, url.path, parse_qs(url.query))

    def _administer(self, method: str, path: str, query: dict[str, list[str]]) -> Response:
        if (method, path) == ("GET", "/rooms"):
            return _json(200, {"rooms": self._sfu.stats()})
        match = re.fullmatch(r"/rooms/([\w.:~-]{1,100})/(open|close|kick)", path)
        if method != "POST" or match is None:
            return _json(404, {"error": "path"})
        room, verb = match.groups()
        if verb == "open":
            named = query.get("codec", ["auto"])[0]
            codec = next((codec for codec in get_args(Codec) if codec == named), None)
            if codec is not None:
                self._sfu.open_room(room, codec)
            return _json(200 if codec else 400, {"done": codec is not None})
        if verb == "close":
            return _json(200, {"done": self._sfu.close_room(room)})
        return _json(200, {"done": self._sfu.kick(room, query.get("participant", [""])[0])})

    async def serve_socket(self, socket: ServerConnection) -> None:
        """A browser's websocket, from hello to bye."""
        assert socket.request is not None
        match = ROOM_PATH.fullmatch(urlsplit(unquote(socket.request.path)).path)
        assert match is not None
        await Connection(socket, self._sfu, self._network).run(match[1])


def _json(status: int, content: dict[str, object]) -> Response:
    body = json.dumps(content, ensure_ascii=False).encode()
    headers = Headers(
        {
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            "Connection": "close",
        }
    )
    return Response(status, "", headers, body)


def _usage() -> dict[str, float]:
    used = resource.getrusage(resource.RUSAGE_SELF)
    tasks = len(asyncio.all_tasks())
    return {
        "tasks": tasks,
        "cpu_s": round(used.ru_utime + used.ru_stime, 2),
        "rss_mb": used.ru_maxrss // 1024,
    }


def read_secret(path: Path | None) -> bytes:
    """The shared secret, from the file or else the environment.

    Raises:
        SystemExit: there is none.
    """
    text = path.read_text().strip() if path else os.environ.get(SECRET_VARIABLE, "")
    if not text:
        raise SystemExit(f"set {SECRET_VARIABLE} or give --secret-file")
    return text.encode()


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="tongke-media", description=__doc__)
    parser.add_argument(
        "--host", default="127.0.0.1", help="TCP address of websockets and requests"
    )
    parser.add_argument("--port", type=int, default=7880, help="TCP port; 0 chooses a free one")
    parser.add_argument("--secret-file", type=Path, help=f"else the variable {SECRET_VARIABLE}")
    parser.add_argument(
        "--advertise",
        action="append",
        default=[],
        metavar="LOCAL[=PUBLIC]",
        help="address for the media, and what browsers are told when a router maps it; repeatable",
    )
    parser.add_argument(
        "--udp-ports", type=parse_ports, metavar="FIRST-LAST", help="one per participant is used"
    )
    parser.add_argument(
        "--ice-servers", default="[]", help="JSON list of RTCIceServer, for browsers"
    )
    parser.add_argument(
        "--host-kbps", type=int, default=Policy.host_ceiling, help="best host picture"
    )
    parser.add_argument(
        "--room-kbps", type=int, default=Policy.room_ceiling, help="best room picture"
    )
    parser.add_argument("--parent-pid", type=int, help="exit when this process is gone")
    return parser.parse_args(arguments)


async def serve_until_stopped(options: argparse.Namespace, secret: bytes) -> None:
    """Serve until SIGTERM, SIGINT or the parent's death; then say goodbye to everybody."""
    network = Network(
        parse_addresses(options.advertise),
        options.udp_ports,
        tuple(json.loads(options.ice_servers)),
    )
    network.apply()
    policy = Policy(host_ceiling=options.host_kbps, room_ceiling=options.room_kbps)
    sfu = Sfu(secret, policy, ice_servers=network.ice_servers)
    app = App(sfu, network, secret)
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    async with serve(
        app.serve_socket,
        options.host,
        options.port,
        process_request=app.route,
        compression=None,
        max_size=MAX_MESSAGE_BYTES,
        server_header=None,
    ) as server:
        _say_ready(server)
        tasks = [asyncio.create_task(sfu.run())]
        if options.parent_pid:
            tasks.append(asyncio.create_task(_watch_parent(options.parent_pid, stopped)))
        await stopped.wait()
        for task in tasks:
            task.cancel()
        await sfu.stop()


def _say_ready(server: Server) -> None:
    port = next(iter(server.sockets)).getsockname()[1]
    sys.stdout.write(json.dumps({"ready": True, "port": port}) + "\n")
    sys.stdout.flush()


async def _watch_parent(pid: int, stopped: asyncio.Event) -> None:
    while True:
        await asyncio.sleep(1)
        with contextlib.suppress(PermissionError):  # alive, but another user's
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                log.warning("parent %s is gone", pid)
                stopped.set()
                return


def main(arguments: list[str] | None = None) -> None:
    """Run the engine; returns after a clean stop."""
    options = parse_arguments(arguments)
    secret = read_secret(options.secret_file)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    passthrough.install()
    loop = PortRangeLoop()
    loop.ports = options.udp_ports
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(serve_until_stopped(options, secret))


if __name__ == "__main__":
    main()
