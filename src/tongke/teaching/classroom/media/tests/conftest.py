"""Fixtures of the browser tests: an engine and a site per module, a browser per person."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import aioice.ice
import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from tongke.teaching.classroom.media import passthrough
from tongke.teaching.classroom.media.tests.harness import Engine, Site


class OpenPage(Protocol):
    """What the `open_page` fixture gives."""

    def __call__(self, *, alone: bool = False) -> Page:
        """A page that has loaded."""


PATIENCE_MS = 90_000
FLAGS = [
    "--no-sandbox",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--allow-loopback-in-peer-connection",
    "--disable-renderer-backgrounding",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
]


@pytest.fixture
def forwarding(monkeypatch: pytest.MonkeyPatch) -> None:
    """aiortc forwards in this test's process, on loopback, and is itself again afterwards."""
    for module, name, _ in passthrough.REPLACEMENTS:
        monkeypatch.setattr(module, name, getattr(module, name))
    passthrough.install()
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1"])


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """A running engine."""
    process = Engine()
    yield process
    process.stop()


@pytest.fixture(scope="module")
def site(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site in front of the engine."""
    process = Site(engine.port, Path(tmp_path_factory.mktemp("scripts")))
    yield process
    process.stop()


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """The driver of the browsers."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """The browser in which most participants have a context of their own."""
    with launch(playwright) as browser:
        yield browser


@pytest.fixture
def open_page(chromium: Browser, playwright: Playwright, site: Site) -> Iterator[OpenPage]:
    """Opens the test page for one more participant, in a process to be killed if `alone`."""
    with ExitStack() as opened:

        def open_one(*, alone: bool = False) -> Page:
            browser = opened.enter_context(launch(playwright)) if alone else chromium
            context = opened.enter_context(browser.new_context())
            context.set_default_timeout(PATIENCE_MS)
            page = context.new_page()
            page.goto(site.url)
            page.wait_for_function("window.ready")
            return page

        yield open_one


def launch(playwright: Playwright) -> Browser:
    """The machine's own Chromium, under any of its names, with a fake camera."""
    found = filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome")))
    return playwright.chromium.launch(executable_path=next(found), headless=True, args=FLAGS)
