"""A window of QtWebEngine that obeys JSON lines; shared by qt83.py and qt108.py (see README.md).

Runs in a virtual environment of its own, so it imports nothing but Qt and the standard library.
"""

import json
import os
import sys
import threading
import time
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

POLL_MS = 20
RESEND_S = 2.0

START = """(function () {
  var box = (window.__driver = window.__driver || {});
  if (box[%(id)d] !== undefined) return;
  box[%(id)d] = null;
  Promise.resolve().then(function () { return (%(js)s); }).then(
    function (value) { box[%(id)d] = { ok: true, value: value === undefined ? null : value }; },
    function (error) { box[%(id)d] = { ok: false, error: String(error && error.stack || error) }; });
})()"""
COLLECT = "JSON.stringify((window.__driver || {})[%d] || null)"
FILL = """(function (found, value) {
  if (!found) throw new Error('no such element');
  found.focus();
  found.value = value;
  found.dispatchEvent(new Event('input', { bubbles: true }));
  found.dispatchEvent(new Event('change', { bubbles: true }));
  return true;
})(document.querySelector(%s), %s)"""
CLICK = """(function (found) {
  if (!found) throw new Error('no such element');
  found.scrollIntoView();
  setTimeout(function () { found.click(); }, 0);
  return true;
})(document.querySelector(%s))"""
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
    """Carries out one command after another."""

    def __init__(self, qt: Any, app: Any, view: Any, page: Any) -> None:
        self.qt, self.app, self.view, self.page = qt, app, view, page
        self.loads = 0
        self.evaluations = 0
        self.busy = False
        self.waiting: list[str] = []
        page.loadFinished.connect(self.loaded)
        page.renderProcessTerminated.connect(self.crashed)

    def loaded(self, _ok: bool) -> None:
        self.loads += 1

    def crashed(self, status: Any, code: int) -> None:
        """Stop at once: a page without its process answers nothing any more."""
        say({"ok": False, "error": f"the page's process has ended: {status}, {code}"})
        os._exit(1)

    def obey(self, line: str) -> None:
        """Carry a command out, or queue it behind the one that waits for the page."""
        self.waiting.append(line)
        if self.busy:
            return
        self.busy = True
        while self.waiting:
            command = json.loads(self.waiting.pop(0))
            try:
                value = getattr(self, "do_" + command.pop("do"))(**command)
                say({"ok": True, "value": value})
            except Exception as failure:
                say({"ok": False, "error": f"{type(failure).__name__}: {failure}"})
        self.busy = False

    def do_goto(self, url: str, timeout: float = 30) -> str:
        """Open an address and wait until it has loaded; the address it led to."""
        before = self.loads
        self.page.load(self.qt.QUrl(url))
        self.until(lambda: self.loads > before, timeout, f"loading {url}")
        return str(self.page.url().toString())

    def do_eval(self, js: str, timeout: float = 30) -> Any:
        """The value of an expression; a promise is awaited. Values are as JSON knows them."""
        self.evaluations += 1
        number = self.evaluations
        self.run_js(START % {"js": js, "id": number}, timeout)
        answer = None

        def arrived() -> bool:
            nonlocal answer
            answer = json.loads(self.run_js(COLLECT % number, timeout) or "null")
            return answer is not None

        self.until(arrived, timeout, f"evaluating {js[:80]}")
        assert answer is not None
        if not answer["ok"]:
            raise Failure(answer["error"])
        return answer["value"]

    def do_wait(self, js: str, timeout: float = 10) -> Any:
        """The first true value of an expression, asked again and again, over navigations too."""
        value = None

        def true() -> bool:
            nonlocal value
            text = self.run_js(f"JSON.stringify({js}) || 'null'", timeout)
            value = json.loads(text or "null")
            return bool(value)

        self.until(true, timeout, js[:120])
        return value

    def do_fill(self, selector: str, value: str) -> Any:
        """Type into a field."""
        return self.do_eval(FILL % (json.dumps(selector), json.dumps(value)))

    def do_click(self, selector: str) -> Any:
        """Click an element; `wait` for what follows."""
        return self.do_eval(CLICK % json.dumps(selector))

    def do_size(self, width: int, height: int) -> None:
        """Give the window another size, in pixels."""
        self.view.resize(width, height)

    def do_screenshot(self, path: str) -> str:
        """Save what the window shows as a PNG."""
        self.pump(0.3)  # let the last frame be painted
        if not self.view.grab().save(path, "PNG"):
            raise Failure(f"cannot write {path}")
        return path

    def do_console(self, clear: bool = False) -> list[dict[str, Any]]:
        """The console's messages so far."""
        messages = list(self.page.messages)
        if clear:
            self.page.messages.clear()
        return messages

    def do_cookie(self, url: str, name: str, value: str, path: str = "/") -> None:
        """Set a cookie for an address, for instance a session."""
        cookie = self.qt.Cookie(name.encode(), value.encode())
        cookie.setPath(path)
        self.page.profile().cookieStore().setCookie(cookie, self.qt.QUrl(url))
        self.pump(0.1)

    def do_quit(self) -> None:
        """Close the window."""
        self.app.quit()

    def run_js(self, js: str, timeout: float) -> Any:
        """The immediate value of a script, which may run more than once."""
        results: list[Any] = []
        sent_at = -RESEND_S

        def answered() -> bool:
            # Chromium may change a page's process while it loads; such a script is never answered.
            nonlocal sent_at
            if not results and time.monotonic() - sent_at > RESEND_S:
                sent_at = time.monotonic()
                self.qt.run_js(self.page, js, results.append)
            return bool(results)

        self.until(answered, timeout, js[:120])
        return results[0]

    def until(self, condition: Any, timeout: float, what: str) -> None:
        """Serve the window until the condition holds."""
        deadline = time.monotonic() + timeout
        while not condition():
            if time.monotonic() > deadline:
                raise Failure(f"not within {timeout} s: {what}")
            self.pump(POLL_MS / 1000)

    def pump(self, seconds: float) -> None:
        """Serve the window for a moment."""
        deadline = time.monotonic() + seconds
        while True:
            self.app.processEvents()
            if time.monotonic() >= deadline:
                return
            time.sleep(0.002)
