"""A window of QtWebEngine that obeys JSON lines; shared by qt83.py and qt108.py (see README.md).

Runs in a virtual environment of its own, so it imports nothing but Qt and the standard library.
"""

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Generator
from typing import Any

# Without a screen, a graphics card or a sandbox of its own (containers run as root). The devices
# are fake, and a peer connection may use loopback, as in the tests of the present Chromium.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_QUICK_BACKEND", "software")
os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")
os.environ.setdefault(
    "QTWEBENGINE_CHROMIUM_FLAGS",
    "--disable-gpu --use-fake-device-for-media-stream --use-fake-ui-for-media-stream"
    " --autoplay-policy=no-user-gesture-required --allow-loopback-in-peer-connection"
    " --disable-background-timer-throttling --disable-renderer-backgrounding",
)

TICK_MS = 10
RESEND_S = 2.0
ACT_S = 10.0
PAINT_S = 0.2

Steps = Generator[None, None, Any]

START = """(function () {
  var box = (window.__driver = window.__driver || {});
  if (box[%(id)d] !== undefined) return;
  box[%(id)d] = null;
  Promise.resolve().then(function () { return (%(js)s); }).then(
    function (value) { box[%(id)d] = { ok: true, value: value === undefined ? null : value }; },
    function (error) {
      box[%(id)d] = { ok: false, error: String(error && error.stack || error) };
    });
})()"""
COLLECT = "JSON.stringify((window.__driver || {})[%d] || null)"
FILL = """(function (found, value) {
  if (!found) return 'no such element';
  found.focus();
  found.value = value;
  found.dispatchEvent(new Event('input', { bubbles: true }));
  found.dispatchEvent(new Event('change', { bubbles: true }));
  return 'done';
})(document.querySelector(%s), %s)"""
CLICK = """(function (found) {
  if (!found) return 'no such element';
  found.scrollIntoView();
  setTimeout(function () { found.click(); }, 0);
  return 'done';
})(document.querySelector(%s))"""
TRUE = "JSON.stringify(%s) || 'null'"
PAINTED = """new Promise(function (done) {
  requestAnimationFrame(function () { requestAnimationFrame(function () { done(true); }); });
})"""
LEVELS = ["info", "warning", "error"]


class Failure(Exception):
    """A command that could not be carried out; the text goes to the test."""


def run(qt: Any) -> None:
    """Show a page and obey commands until stdin ends; `qt` names the classes of the binding."""
    app = qt.QApplication(["oldbrowser"])

    class Page(qt.Page):  # type: ignore[misc]
        """Keeps console messages, allows devices, trusts any certificate of the test."""

        messages: list[dict[str, Any]] = []

        def javaScriptConsoleMessage(self, level: Any, text: str, line: int, source: str) -> None:
            number = getattr(level, "value", level)
            entry = {"level": LEVELS[int(number)], "text": text, "source": source, "line": line}
            self.messages.append(entry)

    class Lines(qt.QObject):  # type: ignore[misc]
        """Carries lines from the reading thread to the thread of the window."""

        came = qt.Signal(str)

    view = qt.View()
    page = Page(qt.Profile(view), view)
    page.featurePermissionRequested.connect(
        lambda origin, feature: page.setFeaturePermission(origin, feature, qt.granted)
    )
    settings = page.settings()
    for attribute in qt.enabled:
        settings.setAttribute(attribute, True)
    view.setPage(page)
    view.resize(1280, 800)
    view.show()
    window = Window(qt, app, view, page)
    lines = Lines()
    lines.came.connect(window.obey)

    def read() -> None:
        for line in sys.stdin:
            lines.came.emit(line)
        lines.came.emit('{"do": "quit"}')

    threading.Thread(target=read, daemon=True).start()
    say({"ready": True})
    app.exec_() if hasattr(app, "exec_") else app.exec()
    # Qt wants pages gone before profiles and warns or crashes otherwise; nothing is left to save.
    os._exit(0)


def say(answer: dict[str, Any]) -> None:
    """One JSON line to the test."""
    sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
    sys.stdout.flush()


class Window:
    """Carries out one command after another, a step at each tick of a timer.

    Commands are generators that yield while they wait. Waiting in a nested event loop instead
    looks simpler, but QtWebEngine then loses answers of pages now and then.
    """

    def __init__(self, qt: Any, app: Any, view: Any, page: Any) -> None:
        self.qt, self.app, self.view, self.page = qt, app, view, page
        self.loads = 0
        self.cookies = 0
        self.evaluations = 0
        self.waiting: list[str] = []
        self.current: Steps | None = None
        page.loadFinished.connect(self.loaded)
        page.renderProcessTerminated.connect(self.crashed)
        page.profile().cookieStore().cookieAdded.connect(self.cookie_added)
        self.timer = qt.Timer()
        self.timer.timeout.connect(self.tick)
        self.timer.start(TICK_MS)

    def loaded(self, _ok: bool) -> None:
        """Count the loads; a failed one counts too, its page says why."""
        self.loads += 1

    def cookie_added(self, _cookie: Any) -> None:
        """Count the cookies that have been stored."""
        self.cookies += 1

    def crashed(self, status: Any, code: int) -> None:
        """Stop at once: a page without its process answers nothing any more."""
        say({"ok": False, "error": f"the page's process has ended: {status}, {code}"})
        os._exit(1)

    def obey(self, line: str) -> None:
        """Queue a command."""
        self.waiting.append(line)

    def tick(self) -> None:
        """Take one step of the current command, or begin the next."""
        try:
            if self.current is None:
                if not self.waiting:
                    return
                command = json.loads(self.waiting.pop(0))
                self.current = getattr(self, "do_" + command.pop("do"))(**command)
            next(self.current)
        except StopIteration as done:
            self.current = None
            say({"ok": True, "value": done.value})
        except Exception as failure:
            self.current = None
            say({"ok": False, "error": f"{type(failure).__name__}: {failure}"})

    def do_goto(self, url: str, timeout: float = 30) -> Steps:
        """Open an address and wait until it has loaded; the address it led to."""
        before = self.loads
        self.page.load(self.qt.QUrl(url))
        yield from until(lambda: self.loads > before, timeout, f"loading {url}")
        return str(self.page.url().toString())

    def do_eval(self, js: str, timeout: float = 30) -> Steps:
        """The value of an expression; a promise is awaited. Values are as JSON knows them."""
        self.evaluations += 1
        number = self.evaluations
        yield from self.run_js(START % {"js": js, "id": number}, timeout)
        deadline = time.monotonic() + timeout
        answer = None
        while answer is None:
            if time.monotonic() > deadline:
                raise Failure(f"not within {timeout} s: {js[:120]}")
            answer = json.loads((yield from self.run_js(COLLECT % number, timeout)) or "null")
        if not answer["ok"]:
            raise Failure(answer["error"])
        return answer["value"]

    def do_wait(self, js: str, timeout: float = 10) -> Steps:
        """The first true value of an expression, asked again and again, over navigations too."""
        deadline = time.monotonic() + timeout
        while True:
            value = json.loads((yield from self.run_js(TRUE % js, timeout)) or "null")
            if value:
                return value
            if time.monotonic() > deadline:
                raise Failure(f"not within {timeout} s: {js[:120]}")

    def do_fill(self, selector: str, value: str) -> Steps:
        """Type into a field."""
        yield from self.act(FILL % (json.dumps(selector), json.dumps(value)), selector)

    def do_click(self, selector: str) -> Steps:
        """Click an element; `wait` for what follows."""
        yield from self.act(CLICK % json.dumps(selector), selector)

    def act(self, js: str, selector: str) -> Steps:
        """Do something to an element, once."""
        done = yield from self.run_js(js, ACT_S, again=False)
        if done != "done":
            raise Failure(f"{done}: {selector}")

    def do_size(self, width: int, height: int) -> Steps:
        """Give the window another size, in pixels."""
        self.view.resize(width, height)
        yield from self.do_eval(PAINTED)

    def do_screenshot(self, path: str) -> Steps:
        """Save what the window shows as a PNG."""
        yield from self.do_eval(PAINTED)
        yield from rest(PAINT_S)  # from the page's process to the window's
        if not self.view.grab().save(path, "PNG"):
            raise Failure(f"cannot write {path}")
        return path

    def do_console(self, clear: bool = False) -> Steps:
        """The console's messages so far."""
        messages = list(self.page.messages)
        if clear:
            self.page.messages.clear()
        return messages
        yield

    def do_cookie(self, url: str, name: str, value: str, path: str = "/") -> Steps:
        """Set a cookie for an address, for instance a session."""
        cookie = self.qt.Cookie(name.encode(), value.encode())
        cookie.setPath(path)
        before = self.cookies
        self.page.profile().cookieStore().setCookie(cookie, self.qt.QUrl(url))
        yield from until(lambda: self.cookies > before, 5, f"cookie {name}")

    def do_quit(self) -> Steps:
        """Close the window."""
        self.app.quit()
        yield

    def run_js(self, js: str, timeout: float, *, again: bool = True) -> Steps:
        """The immediate value of a script, which may run more than once when `again`."""
        results: list[Any] = []
        deadline = time.monotonic() + timeout
        while not results:
            # Chromium may change a page's process while it loads; then no answer comes.
            self.qt.run_js(self.page, js, results.append)
            resend = time.monotonic() + (RESEND_S if again else timeout)
            while not results and time.monotonic() < resend:
                yield
            if not results and time.monotonic() > deadline:
                raise Failure(f"no answer within {timeout} s: {js[:120]}")
        return results[0]


def until(condition: Callable[[], bool], timeout: float, what: str) -> Steps:
    """Wait for a condition."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            raise Failure(f"not within {timeout} s: {what}")
        yield


def rest(seconds: float) -> Steps:
    """Let the window work for a moment."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield
