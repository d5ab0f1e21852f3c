"""From a gap to a weekly time: the acts of the timetablers of both schools, on their pages."""

import re

from playwright.sync_api import expect

from tests.e2e.people import Someone

SUBJECT = "音乐"


def ask(yin: Someone) -> None:
    """The timetabler of the teaching point finds what a class lacks and asks for it."""
    yin.menu("开课核验")
    gap = yin.item("二年级", SUBJECT, "未开")
    yin.look("gap-school")
    yin.follow("提出需求", gap)
    yin.sees(f"已提出二年级（1）班{SUBJECT}的需求")
    yin.item("二年级", SUBJECT, "待承接").wait_for()
    yin.look("gap-asked")


def take(han: Someone) -> str:
    """The centre school takes the demand, names who delivers it and where; the course's address."""
    han.menu("缺课需求")
    group = han.item(f"二年级{SUBJECT}")
    han.look("demands")
    group.locator("summary").click()
    group.get_by_role("checkbox").check()
    han.look("demand-drawer")
    han.follow("开成一门课", group)
    han.sees("已承接")
    course = han.page.url
    han.look("course-draft")
    han.follow("配置主讲端")
    han.look("course-form")
    han.choose("主讲教师", "沈知夏")
    han.choose("主讲教室")
    han.follow("保存")
    han.sees("沈知夏")
    return course


def staff(yin: Someone, course: str) -> None:
    """The teaching point names its teacher and its room."""
    yin.open(course)
    yin.follow("配置", yin.item("石笋坪", "二年级"))
    yin.look("listener-form")
    yin.choose("听讲教师", "罗青禾")
    yin.choose("听讲教室")
    yin.follow("保存")


def plan(han: Someone, course: str) -> list[str]:
    """The solver looks for weekly times; they are published. When the lessons begin each week."""
    han.open(course)
    han.look("course-ready")
    han.follow("排课", han.page.locator("main"))
    han.page.get_by_role("button", name="确认开课").wait_for()
    han.look("plan")
    han.agree("确认开课")
    han.sees("已开课 1 门")
    han.look("course-published")
    rows = han.page.locator(".card", has_text="每周上课时间").locator("strong")
    times = [text.split("–")[0] for text in rows.all_text_contents()]
    assert len(times) == 2
    return times


def in_timetable(one: Someone, times: list[str]) -> None:
    """The lessons stand in the teacher's own timetable of next week, at these times."""
    one.menu("课表")
    one.follow("下一周")
    one.look("timetable")
    lessons = one.page.locator("table.week a", has_text=re.compile(f"二年级.*{SUBJECT}"))
    expect(lessons).to_have_count(len(times))
    one.go(lessons.first)
    one.sees(re.compile("|".join(times)))
