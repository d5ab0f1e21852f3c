"""What the lesson counts for: the ledger, the indicators, and the correction of a mistake."""

import re
from datetime import date

from tests.e2e.live import day_text
from tests.e2e.people import Someone

INDICATORS = ("联合课开出率", "开齐率", "随堂问参与率")


def credited(one: Someone, day: date, course: str) -> None:
    """The lesson stands in the person's ledger with its source, its rule and its sum."""
    one.menu("工作量")
    one.wait_for_worker(f"{day} {course}")
    one.item(f"{day} {course}", "规则", "节", "有效").wait_for()
    one.look("ledger")


def taken_back(one: Someone, day: date, course: str, reason: str) -> None:
    """The entry stays, and a counter-entry with the reason takes it back."""
    one.menu("工作量")
    one.wait_for_worker(reason)
    one.item(f"{day} {course}", "已被冲销").wait_for()
    one.item(f"{day} {course}", reason).wait_for()
    one.look("ledger-reversed")


def compute(officer: Someone) -> None:
    """The officer asks for a fresh computation; the page soon shows a later moment."""
    officer.menu("指标")
    moment = re.search(r"截至 (.+)", officer.page.locator(".page-head-text p").inner_text())
    assert moment
    officer.follow("重新计算")
    officer.sees("已安排重新计算")
    officer.wait_for_worker(moment.group(1), gone=True)


def figures(director: Someone) -> tuple[int, int]:
    """The three indicators on the director's page; the sums behind the first one."""
    director.menu("指标")
    for name in INDICATORS:
        director.sees(name)
    director.look("dashboard")
    director.follow(INDICATORS[0])
    director.sees("定义")
    director.look("indicator")
    text = director.page.locator("body").inner_text()
    found = re.search(r"之和）[:：] ?(\d+)", text)
    held = re.search(r"已上课的班次[:：] ?(\d+)", text)
    assert held
    assert found
    return int(held.group(1)), int(found.group(1))


def drill(director: Someone, school: str, day: date, state: str) -> None:
    """From the number to the rows of one school, and to the lesson of the day itself."""
    director.follow(school, director.page.locator("table"))
    director.sees("明细", "h1")
    director.look("indicator-rows")
    row = director.item(f"{day.year}年{day.month}月{day.day}日", "音乐", state)
    director.go(row.get_by_role("link"))
    director.sees(f"{day_text(day)}", ".page-head")
    director.sees(state)


def reverse(officer: Someone, day: date, words: str, reason: str) -> None:
    """The officer corrects the lesson that was wrongly counted."""
    officer.menu("课次")
    officer.go(officer.item(day_text(day), words).get_by_role("link").first)
    officer.follow("更正为未上课")
    officer.look("reverse-form")
    officer.page.get_by_label("原因").fill(reason)
    officer.go(officer.page.locator("main button[type=submit]").last)
    officer.sees(reason)
    officer.look("lesson-reversed")
