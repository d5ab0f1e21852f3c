"""How long the server works on a page, seen from outside and on a busy machine too.

The budget is about the server, not about what else the machine does meanwhile. The kernel accounts
for each thread how long it ran and how long it stood ready while another program had the core; the
time to the answer less that standing is what the answer takes on a machine of its own. Waiting of
the server's own making (a lock, a sleep, another service, the disk) stays in.
"""

import gzip
import http.cookiejar
import os
import re
import time
import urllib.parse
import urllib.request
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from demo.cast import PASSWORD
from tests.e2e.site import Site

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_MENU = re.compile(r'<aside class="side".*?</aside>', re.DOTALL)
_ENTRY = re.compile(r'<a class="nav-item" href="(/[^"]*)"')
# Linux: the clock of all threads of another process, as clock_getcpuclockid(3) makes it.
_PROCESS_CLOCK = 2


class Reader:
    """Somebody signed in who asks for pages one after the other, without a browser."""

    def __init__(self, site: Site, login: str) -> None:
        """Sign in."""
        self.url = site.url
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(jar)
        found = _TOKEN.search(self.read("/accounts/login/"))
        assert found is not None
        form = {"csrfmiddlewaretoken": found[1], "login": login, "password": PASSWORD}
        self.read("/accounts/login/", urllib.parse.urlencode(form).encode())

    def read(self, path: str, body: bytes | None = None) -> str:
        """The page of a path as browsers get it; raises for every answer but a good one."""
        headers = {"Referer": self.url + path, "Accept-Encoding": "gzip"}
        request = urllib.request.Request(self.url + path, body, headers)
        with self.opener.open(request, timeout=120) as answer:
            body = answer.read()
            packed = answer.headers["Content-Encoding"] == "gzip"
        return (gzip.decompress(body) if packed else body).decode()

    def menu(self) -> list[str]:
        """The paths of the side navigation, home first."""
        found = _MENU.search(self.read("/"))
        assert found is not None
        return list(dict.fromkeys(["/", *_ENTRY.findall(found[0])]))


@dataclass(frozen=True)
class Cost:
    """One request, in milliseconds: processor time of the web process, own time, whole time."""

    processor: float
    own: float
    wall: float


class WebProcess:
    """The process that answers pages, as the kernel accounts for all its threads."""

    def __init__(self, site: Site) -> None:
        """Find it, and what it started, among the children of `tongke serve`."""
        below = _descendants(site.process.pid)
        self.pids = [p for p in below if b"granian" in Path(f"/proc/{p}/cmdline").read_bytes()]
        assert self.pids, "no web process"

    def cost(self, reader: Reader, path: str) -> Cost:
        """Ask for a page and account for it."""
        ran, stood, began = self._ran_ms(), self._stood_ms(), time.perf_counter()
        reader.read(path)
        wall = (time.perf_counter() - began) * 1000
        ran, stood = self._ran_ms() - ran, max(0.0, self._stood_ms() - stood)
        # Threads that stood at once would be taken off twice: it was never less than it ran.
        return Cost(ran, max(ran, wall - stood), wall)

    def _ran_ms(self) -> float:
        clocks = [(~pid << 3) | _PROCESS_CLOCK for pid in self.pids]
        return sum(time.clock_gettime_ns(each) for each in clocks) / 1e6

    def _stood_ms(self) -> float:
        return sum(_run_delay_ms(pid) for pid in [*self.pids, os.getpid()])


def _run_delay_ms(pid: int) -> float:
    """How long the threads of a process have been ready to run and were not let."""
    total = 0
    for each in Path(f"/proc/{pid}/task").iterdir():
        with suppress(FileNotFoundError):  # a thread that has just ended
            total += int((each / "schedstat").read_text().split()[1])
    return total / 1e6


def _descendants(pid: int) -> list[int]:
    threads = Path(f"/proc/{pid}/task").iterdir()
    found = [int(one) for each in threads for one in (each / "children").read_text().split()]
    return found + [below for each in found for below in _descendants(each)]
