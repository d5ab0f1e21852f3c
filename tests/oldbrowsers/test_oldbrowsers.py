"""The old engines are the ones we say, and can do what the tests of pages need."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.oldbrowsers.driver import BrowserFailure, OldBrowser, Version

pytestmark = [pytest.mark.oldbrowser, pytest.mark.slow, pytest.mark.enable_socket]

PAGE = """<!doctype html><meta charset="utf-8"><title>课堂</title><link rel="icon" href="data:,">
<form><input name="name"><button>提交</button></form><script>console.warn("读到了")</script>"""


class Handler(BaseHTTPRequestHandler):
    """Serves the page and remembers the cookies of each request."""

    cookies: list[str | None] = []

    def do_GET(self) -> None:
        self.cookies.append(self.headers["Cookie"])
        body = PAGE.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Keep the test's output clean."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A page on a server of ours."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(("version", "agent"), [(83, "Chrome/83.0"), (108, "Chrome/108.0")])
def test_an_old_engine_can_be_driven(
    version: Version, agent: str, url: str, tmp_path: Path
) -> None:
    with OldBrowser(version) as browser:
        browser.cookie(url, "session", "abc")
        assert browser.goto(url) == url
        assert agent in browser.eval("navigator.userAgent")
        assert "session=abc" in (Handler.cookies[-1] or "")
        assert browser.eval("new Promise(done => setTimeout(() => done([1, document.title])))") == [
            1,
            "课堂",
        ]

        browser.fill("input", "林老师")
        browser.click("button")
        browser.wait("new URLSearchParams(location.search).get('name') === '林老师'")

        said = [(one["level"], one["text"]) for one in browser.console()]
        assert said == [("warning", "读到了")] * 2
        browser.size(390, 844)
        browser.screenshot(tmp_path / "phone.png")
        assert (tmp_path / "phone.png").read_bytes().startswith(b"\x89PNG")
        for wrong in ("null.x", "Promise.reject(new Error('nein'))"):
            with pytest.raises(BrowserFailure, match=r"null|nein"):
                browser.eval(wrong)
        with pytest.raises(BrowserFailure, match="no such element"):
            browser.click("#absent")
