"""A person at a browser: a window of their own, and everything it complains of."""

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Locator,
    Page,
    Playwright,
    Request,
    Response,
    expect,
)

from demo.cast import PASSWORD

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = "/usr/bin/chromium"
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = [
    "--no-sandbox", "--disable-background-networking", "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream", "--autoplay-policy=no-user-gesture-required",
    "--allow-loopback-in-peer-connection", "--disable-renderer-backgrounding",
    "--disable-background-timer-throttling", "--disable-backgrounding-occluded-windows",
    "--lang=zh-CN",
]  # fmt: skip
DESK, WALL, PHONE = (1440, 900), (1920, 1080), (390, 844)
# The picture of a step goes here when the folder is named; nobody needs it for the test itself.
SHOTS = os.environ.get("TONGKE_E2E_SHOTS", "")
_PATIENCE_MS = 30_000
# Keeps the page's connections, so that a test can ask what was really decoded.
_REMEMBER = """window.connections = []; window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...given) { super(...given); window.connections.push(this); } };"""
expect.set_options(timeout=_PATIENCE_MS)
_SERVED = """async ([words, there]) => {
  const answer = await fetch(location.href);
  return answer.ok && (await answer.text()).includes(words) === there; }"""
_OVER = """() => { const root = document.documentElement;
  return root.scrollWidth > root.clientWidth + 1 ? root.scrollWidth - root.clientWidth : 0; }"""
_AXE = """() => axe.run(document, { resultTypes: ["violations"] }).then((found) =>
  found.violations.map((each) => each.id + ": " + each.nodes.map((node) =>
    node.target.join(" ") + " " + node.failureSummary.slice(0, 200)).slice(0, 3).join(" | ")))"""


def launch(playwright: Playwright) -> Browser:
    """A browser with a fake camera that shows a moving picture."""
    return playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)


class Someone:
    """A person with a browser window; whatever goes wrong in it is kept in `complaints`."""

    checked: set[tuple[str, bool]] = set()
    """Kinds of pages that axe has seen, and whether on a phone; the same for everybody."""

    def __init__(
        self, browser: Browser, url: str, login: str, size: tuple[int, int] = DESK
    ) -> None:
        """Open a window; a narrow one is a phone with a touch screen."""
        self.login, self.url, self.phone = login, url, size == PHONE
        self.context = browser.new_context(
            base_url=url, locale="zh-CN", timezone_id="Asia/Shanghai",
            viewport={"width": size[0], "height": size[1]},
            has_touch=self.phone, is_mobile=self.phone,
            device_scale_factor=2 if self.phone else 1,
            permissions=["camera", "microphone"], reduced_motion="reduce",
        )  # fmt: skip
        self.context.set_default_timeout(_PATIENCE_MS)
        self.context.add_init_script(_REMEMBER)
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.unplugged = False
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self._complain(f"error {error}"))
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._answered)

    def _note(self, text: str) -> None:
        self.complaints.append(f"{self.login} at {self.page.url}: {text}")

    def _complain(self, text: str) -> None:
        if not self.unplugged:
            self._note(text)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self._complain(f"{message.type} {message.text}")

    def _failed(self, request: Request) -> None:
        # A page that is left gives up what it was still asking for.
        if request.failure != "net::ERR_ABORTED":
            self._complain(f"{request.failure} {request.url}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self._complain(f"{response.status} {response.request.method} {response.url}")

    def sign_in(self) -> None:
        """Sign in on the sign-in page with the password that a demo prints there."""
        self.page.goto("/accounts/login/")
        self.page.get_by_label("账号", exact=True).fill(self.login)
        self.page.get_by_label("密码", exact=True).fill(PASSWORD)
        self.look("sign-in")
        self.follow("登录")

    def open(self, path: str) -> None:
        """Go to an address of the site."""
        self.page.goto(path)

    def menu(self, label: str) -> None:
        """Follow an entry of the navigation, at the left or, on a phone, at the lower edge."""
        place = ".bottom" if self.phone else ".side"
        links = self.page.locator(place).get_by_role("link", name=re.compile(f"^{label}"))
        self.go(links.first)

    def press(self, name: str, inside: Locator | None = None) -> None:
        """Press what has this name and stay on the page."""
        self._tap(self._named(name, inside))

    def follow(self, name: str, inside: Locator | None = None) -> None:
        """Press the button or follow the link of this name to another page."""
        self.go(self._named(name, inside))

    def go(self, what: Locator) -> None:
        """Press something that leads to another page, and wait until that is loaded."""
        with self.page.expect_navigation():
            self._tap(what)

    def _named(self, name: str, inside: Locator | None) -> Locator:
        place = inside or self.page.locator("body")
        either = place.get_by_role("button", name=name).or_(place.get_by_role("link", name=name))
        return either.first

    def _tap(self, what: Locator) -> None:
        if self.phone:
            what.tap()
        else:
            what.click()

    def agree(self, name: str) -> None:
        """Press a button that asks first, and say yes to its question."""
        self.press(name)
        self.go(self.page.locator("dialog.question button[value=yes]"))

    def choose(self, label: str, words: str = "") -> str:
        """Choose the option of a field that has these words, else its first real one."""
        field = self.page.get_by_label(re.compile(f"^{label}"))
        options = field.locator("option:not([value=''])").filter(has_text=words or None)
        chosen = options.first.text_content() or ""
        field.select_option(label=chosen.strip())
        return chosen.strip()

    def sees(self, text: str | re.Pattern[str], inside: str = "body") -> Locator:
        """Wait until a text stands somewhere on the page, and return where."""
        found = self.page.locator(inside).get_by_text(text).locator("visible=true").first
        found.wait_for()
        return found

    def item(self, *texts: str) -> Locator:
        """The entry of a list, or the row of a table, that has all of these texts."""
        rows = self.page.locator("li:visible, tbody tr:visible")
        for text in texts:
            rows = rows.filter(has_text=text)
        return rows.first

    def wait_for_worker(self, words: str, *, gone: bool = False) -> None:
        """Wait until the server would answer this page with (or without) these words; load it."""
        self.page.wait_for_function(
            _SERVED, arg=[words, not gone], polling=500, timeout=2 * _PATIENCE_MS
        )
        self.page.reload()

    def look(self, kind: str) -> None:
        """Look at the page with a program's eyes (axe) and at its width, once for each kind.

        Pages with a shell are looked at as wide as a phone, too; live pages have a phone of their
        own in the story.
        """
        self._picture(kind, PHONE if self.phone else DESK)
        if (kind, self.phone) in self.checked:
            return
        self.checked.add((kind, self.phone))
        self._measure(kind)
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        for violation in self.page.evaluate(_AXE):
            self._note(f"axe on {kind}: {violation}")
        if not self.phone and not self.page.locator("[data-live]").count():
            before = self.page.viewport_size or {"width": DESK[0], "height": DESK[1]}
            self.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
            self._measure(kind)
            self._picture(kind, PHONE)
            self.page.set_viewport_size(before)

    def _measure(self, kind: str) -> None:
        over = self.page.evaluate(_OVER)
        if over:
            self._note(f"{kind} is {over} px wider than the window")

    def _picture(self, kind: str, size: tuple[int, int]) -> None:
        if SHOTS:
            Path(SHOTS).mkdir(parents=True, exist_ok=True)
            path = Path(SHOTS) / f"{kind}-{size[0]}-{self.login}.png"
            self.page.screenshot(path=str(path), full_page=True)

    @contextmanager
    def without_network(self) -> Iterator[None]:
        """No network for a while; what this does to requests is nobody's fault."""
        self.unplugged = True
        self.context.set_offline(True)
        yield
        self.context.set_offline(False)

    def part(self, name: str) -> Locator:
        """A part of a live page."""
        return self.page.locator(f'[data-part="{name}"]')

    def tile(self, room: str) -> Locator:
        """The tile of a listening room on the host's screen."""
        return self.page.locator(".live-tile", has_text=room)


def no_complaints(people: list[Someone]) -> None:
    """Fail with everything that anybody's browser complained of."""
    told = [text for one in people for text in one.complaints]
    assert not told, json.dumps(told, ensure_ascii=False, indent=1)
