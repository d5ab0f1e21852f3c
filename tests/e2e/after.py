"""After the lesson: homework on a phone, marked at once, and what both sides learn from it."""

import re
from collections.abc import Sequence

from playwright.sync_api import Locator, expect

from tests.e2e.people import Someone
from tongke.foundation.curriculum import data

TITLE = "今天的课后练习"
_ITEMS = 5
_OTHER = {"对": "错", "错": "对"}


def advised(pupil: Someone) -> list[str]:
    """What the pupil is already advised to look at."""
    pupil.menu("再练一练")
    pupil.sees("再练一练", "h1")
    pupil.look("advice")
    return pupil.page.locator(".card h2").all_text_contents()


def study(pupil: Someone) -> None:
    """The pupil looks at one of them to the end."""
    pupil.follow("看《")
    pupil.sees("看完了吗？")
    pupil.look("page-resource")
    pupil.follow("学完了")
    pupil.sees("看过的")


def give(shen: Someone, known: Sequence[str]) -> tuple[str, int]:
    """Set homework on one key point that the pupil is not yet advised on; the point, how many."""
    shen.follow("布置作业")
    shen.page.get_by_label("标题").fill(TITLE)
    shen.page.get_by_label("预计用时").fill("8")
    shen.look("homework-new")
    point = next(
        name
        for name in shen.page.locator(".card h2").all_text_contents()
        if not any(name in one for one in known)
    )
    boxes = shen.page.locator(".card", has=shen.page.locator("h2", has_text=point)).locator(
        "input[name=items]"
    )
    chosen = boxes.all()[:_ITEMS]
    for box in chosen:
        box.check()
    shen.follow("保存草稿")
    shen.sees("将布置给")
    shen.look("homework-draft")
    shen.follow("布置给各班")
    shen.sees("各班完成情况")
    shen.look("homework-given")
    return point, len(chosen)


def _row(legend: str) -> data.ItemRow:
    return next(row for row in data.items() if row.stem in legend)


def _wrong(row: data.ItemRow) -> tuple[str, ...]:
    """An answer that is not the right one."""
    if row.kind in ("single", "multiple"):
        return (next(each for each in "ABCD" if each not in row.answer),)
    return (_OTHER.get(row.answer[0], "不知道"),)


def _fill(question: Locator, given: str) -> None:
    """Choose a letter, 对 or 错; or write it."""
    field = question.locator(f'input[value="{given}"]')
    if field.count():
        question.locator(".option", has=question.page.locator(f'input[value="{given}"]')).tap()
        expect(field).to_be_checked()
    else:
        question.locator("input[type=text]").fill(given)


def take(pupil: Someone) -> None:
    """The pupil does it on the phone: the first item right, the others wrong."""
    pupil.menu("作业")
    pupil.look("homework-mine")
    pupil.go(pupil.item(TITLE).get_by_role("link").first)
    questions = pupil.page.locator("fieldset")
    pupil.look("homework-take")
    for place, question in enumerate(questions.all()):
        row = _row(question.locator("legend").inner_text())
        for part in row.answer if place == 0 else _wrong(row):
            _fill(question, part)
    pupil.sees("已保存")
    # Every answer is saved by itself; the last of these is over, too.
    expect(pupil.page.locator(".htmx-request")).to_have_count(0)
    pupil.look("homework-filled")
    pupil.agree("提交作业")


def result(pupil: Someone, items: int) -> None:
    """It is marked at once, item by item, each with its reason."""
    pupil.sees(re.compile(r"得了 .* 分"))
    assert pupil.page.get_by_text("正确", exact=False).locator("visible=true").count() >= 1
    assert pupil.page.locator(".card h2", has_text=re.compile(r"第 \d+ 题")).count() == items
    pupil.look("homework-result")


def advice(pupil: Someone, point: str) -> None:
    """The weak point leads to a short explanation, with the reason and where the pupil stands."""
    pupil.follow("去再练一练")
    pupil.wait_for_worker(f"分钟：{point}")
    card = pupil.page.locator(".card", has_text=f"：{point}").first
    expect(card).to_contain_text("还不太稳")
    pupil.look("advice-new")
    pupil.menu("今天")
    expect(pupil.page.locator(".advice", has_text=point)).to_contain_text("刚开始")
    pupil.look("home-after")


def seen_by_teacher(one: Someone, school: str, point: str, pupil: str) -> None:
    """A teacher sees the class, the pupil's estimate with its interval, and what it rests on."""
    one.menu("学情分析")
    one.look("classes")
    one.go(one.item(school, "五年级", "音乐").get_by_role("link").first)
    one.sees("学生 × 知识点")
    one.look("class-mastery")
    table = one.page.locator("table.heat-map")
    place = [each.strip() for each in table.locator("thead th").all_text_contents()].index(point)
    row = table.locator("tr", has_text=pupil).locator("th, td")
    one.go(row.nth(place).get_by_role("link"))
    one.sees(f"{pupil} · {point}", "h1")
    one.sees(re.compile(r"80% 区间 \d+%–\d+%"))
    one.look("mastery-cell")


def results_of(one: Someone, pupil: str) -> None:
    """The marks of the pupil in the homework's list."""
    one.menu("作业")
    one.go(one.item(TITLE).get_by_role("link").first)
    expect(one.item(pupil)).to_contain_text("已批改")
    one.look("homework-results")
