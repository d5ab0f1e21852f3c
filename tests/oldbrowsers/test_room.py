"""A listening room on an old browser takes part in today's lesson, on the real pages.

The teacher is on a present-day Chromium, the assistant of a teaching point on an old one; both
have a fake camera. Pictures are counted where they are decoded.
"""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, sync_playwright

from demo.cast import PASSWORD
from tests.demo_fixture import put_demo
from tests.e2e.site import Site, start
from tests.oldbrowsers.driver import Version
from tests.oldbrowsers.visitor import PATIENCE_S, Visitor
from tongke.teaching.classroom.media.tests.conftest import launch
from tongke.teaching.classroom.media.tests.harness import wait_until

pytestmark = [pytest.mark.oldbrowser, pytest.mark.slow, pytest.mark.enable_socket]

TEACHER, ASSISTANT = "shen", "luo"
_MS = PATIENCE_S * 1000
PICTURES = 30
_COUNTED = "(document.querySelector({!r}) || {{}}).webkitDecodedFrameCount > {}"
_FROM_HOST = _COUNTED.format("[data-part=host-video]", PICTURES)
_FROM_ROOM = _COUNTED.format("video[data-seat^='room:']", PICTURES)


@pytest.fixture
def lesson(tmp_path: Path) -> Iterator[tuple[Site, int]]:
    """The demo with the teacher's lesson of today, which begins now whatever the hour is."""
    put_demo(tmp_path)
    number = begin_now(tmp_path / "tongke.sqlite3")
    site = start(tmp_path)
    yield site, number
    site.stop()


def begin_now(database: Path) -> int:
    """Move the bell of today's lesson to this minute; the lesson's number."""
    now = datetime.now(UTC)
    today = now.astimezone(ZoneInfo("Asia/Shanghai")).date()
    find = """SELECT id FROM timetable_lesson WHERE day = ? AND teacher_id =
              (SELECT person_id FROM people_account WHERE login = ?)"""
    move = "UPDATE timetable_lesson SET starts_at = ?, ends_at = ? WHERE id = ?"
    bells = [f"{at:%Y-%m-%d %H:%M:%S}" for at in (now, now + timedelta(minutes=40))]
    connection = sqlite3.connect(database)
    with connection:
        (number,) = connection.execute(find, (today.isoformat(), TEACHER)).fetchone()
        connection.execute(move, (*bells, number))
    connection.close()
    return int(number)


@pytest.fixture
def host(lesson: tuple[Site, int]) -> Iterator[Page]:
    """The teacher, who has begun the lesson."""
    site, number = lesson
    with sync_playwright() as playwright, launch(playwright) as browser:
        page = browser.new_page(base_url=site.url, viewport={"width": 1440, "height": 900})
        page.set_default_timeout(_MS)
        page.goto("/accounts/login/")
        page.fill("input[name=login]", TEACHER)
        page.fill("input[name=password]", PASSWORD)
        page.click("form button[type=submit].btn-primary")
        page.wait_for_url(f"{site.url}/")
        page.goto(f"/classroom/lessons/{number}/host/")
        page.click("[data-act=start]")
        page.wait_for_selector("[data-part=media][data-state=ok]")
        yield page


@pytest.mark.parametrize("version", [83, 108])
def test_a_listening_room_takes_part(
    version: Version, lesson: tuple[Site, int], host: Page
) -> None:
    site, number = lesson
    with Visitor(version, site, ASSISTANT) as room:
        room.widen(1366, 768)
        assert room.open(f"/classroom/lessons/{number}/") == f"/classroom/lessons/{number}/room/"

        room.wait(_FROM_HOST)
        wait_until(lambda: host.evaluate(_FROM_ROOM), PATIENCE_S, "the teacher sees the room")
        assert room.unstyled() == []
        assert room.overflow() == 0
        assert room.sees("document.querySelector('[data-part=host-video]')")

        first = room.text("[data-part=slide] h2")
        host.click("[data-act=next]")
        room.wait(f"document.querySelector('[data-part=slide] h2').textContent !== '{first}'")
        assert room.text("[data-part=slide]") == host.text_content("[data-part=slide]")
        assert room.sees("document.querySelector('[data-part=slide] h2')")

        ask(host, "这一句是几拍子？", ["二拍子", "三拍子"])
        room.wait("document.querySelector('[data-part=now]').textContent === '这一句是几拍子？'")
        assert "三拍子" in room.text("[data-part=how]")
        room.click(".live-seat:not([disabled])")
        room.click("[data-act=letter][data-letter=B]:not([disabled])")
        room.wait("document.querySelectorAll('.live-seat-done').length === 1")
        host.wait_for_selector(".live-option:nth-of-type(2) .num:text-is('1 人')")
        assert room.errors() == []


def ask(host: Page, stem: str, options: list[str]) -> None:
    """The teacher asks every room a question of one choice."""
    host.click("[data-act=ask]")
    host.fill("[name=stem]", stem)
    host.fill("[name=options]", "\n".join(options))
    host.click("[data-part=ask-form] button[type=submit]")
