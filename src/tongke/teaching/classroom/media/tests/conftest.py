"""Fixtures of the browser tests: an engine and a site per module, a browser per person."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import aioice.ice
import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from tongke.teaching.classroom.media import passthrough
from tongke.teaching.classroom.media.tests.harness import Engine, Site

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


@pytest.fixture
def open_page(playwright: Playwright, site: Site) -> Iterator[Callable[[], Page]]:
    """Opens the test page in a Chromium of its own, as every classroom has one."""
    with ExitStack() as browsers:

        def opened() -> Page:
            browser: Browser = playwright.chromium.launch(
                executable_path="/usr/bin/chromium", headless=True, args=FLAGS
            )
            browsers.callback(browser.close)
            page = browser.new_page()
            page.goto(site.url)
            page.wait_for_function("window.ready")
            return page

        yield opened
