"""The walk of a centre school's timetabler: from an .xlsx of last term to next term's timetable.

By hand in the browser, with one attempt that cannot work, explained and relaxed on the way.
Screenshots of every step: TONGKE_E2E_SHOTS=folder.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, sync_playwright

from tests.e2e.people import Someone, launch, no_complaints
from tests.e2e.site import Site

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.enable_socket]

TERM = "下一学期"
PLANS = "/timetable/school-plans/"
_PATIENCE_MS = 120_000


@pytest.fixture
def browser() -> Iterator[Browser]:
    """The browser in which both have a window."""
    with sync_playwright() as playwright, launch(playwright) as opened:
        yield opened


def test_from_last_terms_file_to_next_terms_timetable(
    demo: Site, browser: Browser, tmp_path: Path
) -> None:
    Someone.checked.clear()
    walk(browser, demo.url, tmp_path)


def walk(browser: Browser, url: str, folder: Path) -> None:
    """Everything, on a region that is served at `url`."""
    officer, han = Someone(browser, url, "ouyang"), Someone(browser, url, "han")
    officer.sign_in()
    han.sign_in()
    open_term(officer, timezone.localdate())
    file = last_terms_file(han, folder)
    bring_in(han, file)
    wish_too_much(han)
    compute(han)
    refused(han)
    relax(han)
    adjust(han)
    publish(han)
    no_complaints([officer, han])


def open_term(one: Someone, today: date) -> None:
    """The officer opens the next term, well after the running one."""
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=30)
    one.open("/timetable/terms/new/")
    for label, value in (
        ("代码", "NEXT"), ("名称", TERM), ("第一周周一", monday.isoformat()), ("教学周数", "20"),
    ):  # fmt: skip
        one.page.get_by_label(label).first.fill(value)
    one.go(one.page.locator("main form button[type=submit]").first)
    one.sees(TERM)


def last_terms_file(one: Someone, folder: Path) -> Path:
    """What the school has: the whole school's timetable as a workbook."""
    one.open(PLANS)
    one.look("plan-list")
    one.go(one.item("已发布").get_by_role("link").first)
    one.look("plan-published")
    with one.page.expect_download() as download:
        one.press("导出")
    path = folder / "上学期课表.xlsx"
    download.value.save_as(path)
    return path


def bring_in(one: Someone, file: Path) -> None:
    """The file becomes tasks and a draft of the next term; the teachers' sheet is left out."""
    one.open(PLANS)
    with one.page.expect_navigation():
        one.page.get_by_label("学期").select_option(label=TERM)
    one.sees("先要有教学任务")
    one.follow("导入课表")
    one.look("plan-import")
    one.page.get_by_label("课表文件").set_input_files(str(file))
    one.follow("读取")
    one.look("plan-import-match")
    one.sees("“教师课表”不导入")
    one.page.get_by_label("方案名称").fill("按上学期排")
    one.follow("生成方案")
    one.sees("已生成 v1")
    one.look("plan-draft")


def wish_too_much(one: Someone) -> None:
    """韩致和 asks to teach on Mondays only, and it is written down as a must."""
    one.follow("全校排课")
    one.follow("教学任务", inside=one.page.locator("main .tabs"))
    one.look("plan-tasks")
    one.follow("排课规则", inside=one.page.locator("main .tabs"))
    one.look("plan-rules")
    one.follow("韩致和", inside=one.page.locator("main"))
    for day in ("周二", "周三", "周四", "周五"):
        for seq in range(1, 8):
            one.page.locator("label", has_text=f"{day}第 {seq} 节").click()
    one.look("plan-times")
    one.follow("保存")
    one.sees("韩致和周二全天、周三全天、周四全天、周五全天不排课")


def _last_version(one: Someone) -> None:
    """Open the newest version of the next term."""
    one.follow("课表方案", inside=one.page.locator("main .tabs"))
    one.go(one.page.locator("main tbody th a").first)


def _until_done(one: Someone) -> None:
    """The page comes back by itself when the worker is done; its first search compiles first."""
    one.page.locator("#plan-work").wait_for(state="detached", timeout=_PATIENCE_MS)
    one.page.wait_for_load_state()


def compute(one: Someone) -> None:
    """The first search; its progress is on the page."""
    _last_version(one)
    one.page.locator("input[name=seconds]").fill("4")
    one.follow("继续优化")
    one.look("plan-computing")
    _until_done(one)
    one.look("plan-computed")


def refused(one: Someone) -> None:
    """It cannot be published; the page says why, and which rules cannot hold together."""
    one.agree("发布")
    one.sees("不能发布")
    one.follow("全部问题与放宽办法")
    one.follow("分析哪些规则合不到一起")
    one.sees("能排的只有")
    one.look("plan-explained")


def relax(one: Someone) -> None:
    """One click tries it in a new version, which is computed at once."""
    one.follow("放宽这条试试")
    one.sees("这一版放宽了 1 条规则")
    one.sees(re.compile("^硬冲突 0$"))
    one.follow("停在当前最好")
    _until_done(one)
    one.look("plan-relaxed")


def adjust(one: Someone) -> None:
    """A lesson is picked up by keys and dropped on the best free place; then taken back."""
    page = one.page
    with page.expect_navigation():
        page.get_by_label("看谁的课表").select_option(label="六年级（1）班")
    card = page.locator(".plan-week .plan-card").first
    name = card.get_attribute("data-name") or ""
    card.focus()
    page.keyboard.press("Space")
    page.locator(".plan-target").first.wait_for()
    assert page.locator("[data-say]").text_content()
    one.look("plan-picked")
    page.keyboard.press("Escape")
    assert page.locator(".plan-target").count() == 0
    assert card.get_attribute("data-name") == name
    one.go(card)
    one.sees("可以放在哪里")
    one.look("plan-move")
    one.follow("锁定")
    one.sees("已锁定")
    one.follow("撤销")
    one.sees("已撤销：锁定")


def publish(one: Someone) -> None:
    """The relaxed version becomes the next term's timetable."""
    one.agree("发布")
    one.sees("已发布")
    one.look("plan-done")
    one.follow("比较")
    one.look("plan-diff")
