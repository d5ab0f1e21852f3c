"""A room with an old browser takes part in a lesson with a present one, in both directions."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.oldbrowsers.driver import OldBrowser, Version
from tongke.teaching.classroom.media.tests.conftest import launch
from tongke.teaching.classroom.media.tests.harness import Engine, Site, token, wait_until

pytestmark = [pytest.mark.oldbrowser, pytest.mark.slow, pytest.mark.enable_socket]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """An engine, and a site in front of it."""
    engine = Engine()
    process = Site(engine.port, tmp_path)
    yield process
    process.stop()
    engine.stop()


@pytest.fixture
def host(site: Site) -> Iterator[Page]:
    """A teacher who is already in the room, in H.264."""
    with sync_playwright() as playwright, launch(playwright) as browser:
        page = browser.new_page()
        page.goto(site.url)
        page.wait_for_function("window.ready")
        page.evaluate("t => enter('lesson', t, true, t)", token("lesson", "teacher", "host"))
        page.wait_for_function("room.state === 'joined'")
        yield page


@pytest.mark.parametrize("version", [83, 108])
def test_an_old_browser_listens_and_is_seen(version: Version, site: Site, host: Page) -> None:
    with OldBrowser(version) as old:
        old.goto(site.url)
        old.wait("window.ready")
        old.eval(f"enter('lesson', '{token('lesson', 'hill', 'room')}', true)")
        old.wait("room.state === 'joined'", timeout=20)

        wait_until(lambda: old.eval("decoded()").get("teacher", 0) > 30, 20, "the teacher is seen")
        wait_until(lambda: host.evaluate("decoded()").get("hill", 0) > 30, 20, "the room is seen")
        assert old.eval("seen.devices") == []
