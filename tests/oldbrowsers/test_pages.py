"""Everybody's home page and a pupil's homework on Chromium 83, the oldest engine we promise."""

import json

import pytest

from tests.e2e.site import Site
from tests.oldbrowsers.visitor import Visitor

pytestmark = [pytest.mark.oldbrowser, pytest.mark.slow, pytest.mark.enable_socket]

PHONE, SCREEN = (390, 844), (1366, 768)
# A login for each kind of home page: words of its heading, of a card, and where its menu leads.
HOMES = {
    "shen": ("沈老师", "今天要做", "/timetable/"),
    "luo": ("罗老师", "今天要做", "/timetable/"),
    "xiaohe": ("小禾", "今天的作业", "/homework/mine/"),
    "su": ("我的孩子", "这两周的进步", "/people/consents/"),
    "gu": ("顾校长", "课程缺口", "/people/persons/"),
    "han": ("韩老师", "课程缺口", "/timetable/demands/"),
    "qin": ("秦念真", "薄弱知识点", "/curriculum/"),
    "ouyang": ("欧阳鸣谦", "没人承接的需求", "/people/organisations/"),
    "yuan": ("袁景明", "每周走势", "/monitor/"),
    "guan": ("管守正", "审计链", "/system/audit/"),
}
_OPEN = """(function (menu) {
  return menu.getBoundingClientRect().left >= 0 && getComputedStyle(menu).visibility === 'visible';
})(document.querySelector('#menu'))"""

_FIELDS = """Array.from(document.querySelectorAll('.option input, fieldset input.input')).map(
  function (one) { return [one.name, one.type]; })"""


def card(words: str) -> str:
    """The expression of a card's heading."""
    return (
        "Array.from(document.querySelectorAll('main h2')).filter(function (one) {"
        f" return one.textContent.indexOf({json.dumps(words)}) >= 0; }})[0]"
    )


def looks_right(browser: Visitor) -> None:
    """The styles of the shell are there, for the width of the window; nothing sticks out."""
    phone = browser.eval("innerWidth") == PHONE[0]
    assert browser.unstyled() == []
    assert browser.style("body", "background-color") == "rgb(244, 246, 250)"
    assert browser.style("main .card", "background-color") == "rgb(255, 255, 255)"
    assert browser.style("main .card", "border-top-left-radius") != "0px"
    assert browser.style(".shell", "display") == ("block" if phone else "grid")
    assert browser.style(".bottom", "position" if phone else "display") == (
        "fixed" if phone else "none"
    )
    assert browser.overflow() == 0
    assert browser.sees("document.querySelector('main h1')")


@pytest.mark.parametrize("login", HOMES)
def test_a_home_page_works_and_looks_right(demo: Site, login: str) -> None:
    title, words, elsewhere = HOMES[login]
    with Visitor(83, demo, login) as browser:
        assert title in browser.text("main h1")
        for size in (SCREEN, PHONE):
            browser.widen(*size)
            looks_right(browser)
            assert browser.sees(card(words)), size

        assert not browser.eval(_OPEN)
        browser.click("[data-menu]")
        browser.wait(_OPEN)
        assert browser.sees("document.querySelector('#menu .nav-item')")
        browser.click(".side-close a")
        browser.wait(f"!{_OPEN}")

        browser.widen(*SCREEN)
        browser.click(f"#menu a[href='{elsewhere}']")
        browser.arrives(elsewhere)
        current = "document.querySelector('#menu [aria-current=page]')"
        assert browser.eval(f"{current}.getAttribute('href')") == elsewhere
        assert browser.sees(current)
        looks_right(browser)
        assert browser.errors() == []


def test_a_pupil_does_a_homework(demo: Site) -> None:
    with Visitor(83, demo, "xiaohe") as browser:
        browser.widen(*PHONE)
        browser.open("/homework/mine/")
        path = str(browser.eval("document.querySelector('main .item a').getAttribute('href')"))
        browser.click("main .item a")
        browser.arrives(path)
        looks_right(browser)

        fields = dict(browser.eval(_FIELDS))
        assert len(fields) == browser.eval("document.querySelectorAll('fieldset').length") > 0
        for name, kind in fields.items():
            if kind == "text":
                browser.fill(f"input[name={name}]", "4")
            else:
                browser.click(f"input[name={name}]")
                browser.wait(f"document.querySelector('input[name={name}]').checked")
        browser.wait("document.querySelector('#saved').textContent.indexOf('已保存') === 0")

        browser.click("main form button[type=submit]")
        browser.wait("!!document.querySelector('dialog.question[open]')")
        assert browser.sees("document.querySelector('dialog.question button[value=yes]')")
        browser.click("dialog.question button[value=yes]")
        browser.wait("/^得了/.test((document.querySelector('main .lead') || {}).textContent)")
        results = f"{card('第 ')}.closest('.stack').querySelectorAll('h2').length"
        assert browser.eval(results) == len(fields)
        assert browser.sees(card(f"第 {len(fields)} 题"))
        looks_right(browser)

        browser.open("/homework/mine/")
        assert browser.eval(f"!!document.querySelector('main .item a[href=\"{path}\"]')")
        assert browser.sees(card("做完的"))
        assert browser.errors() == []
