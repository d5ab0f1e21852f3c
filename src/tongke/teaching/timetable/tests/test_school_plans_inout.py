"""Plans going out and timetables coming in: print, workbook, calendar links, schools' own files."""

import io
import zipfile

import pytest
from django.test import Client
from openpyxl import Workbook, load_workbook

from tongke.core.errors import Refused
from tongke.foundation.people.tests.pages import client_of
from tongke.teaching.timetable import gridsheets
from tongke.teaching.timetable.gridsheets import Layout, Page
from tongke.teaching.timetable.models import CalendarFeed, GridImport, SchoolPlan, TeachingTask
from tongke.teaching.timetable.queries.plans import feeds, imports
from tongke.teaching.timetable.services import calendar
from tongke.teaching.timetable.services.plans import grid_imports, publishing
from tongke.teaching.timetable.tests.browsing import page, url
from tongke.teaching.timetable.tests.make import BEFORE, EARLY, Scene, make_term, published
from tongke.teaching.timetable.tests.make_plans import Small, by_hand, make_small

pytestmark = pytest.mark.slow

DAYS = ["周一", "周二", "周三", "周四", "周五"]


@pytest.fixture
def small(scene: Scene) -> Small:
    return make_small(scene)


@pytest.fixture
def browser(small: Small) -> Client:
    return client_of(small.by)


def book_of(*sheets: tuple[str, list[list[object]]], merges: tuple[str, ...] = ()) -> bytes:
    """A workbook with these sheets; the merged ranges are of the first one."""
    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    for one in merges:
        book.worksheets[0].merge_cells(one)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_cells_heads_and_shapes_as_people_write_them() -> None:
    assert [gridsheets.split_cell(text) for text in (
        "数学/张老师", "数学\n张老师", "数学（张老师）", "数学(张老师)", "数学 张老师", "体育", "",
        "音乐（合班）/沈老师",
    )] == [("数学", "张老师")] * 5 + [("体育", ""), ("", ""), ("音乐", "沈老师")]  # fmt: skip
    assert [gridsheets.seq_of(text) for text in ("3", "第 3 节", "第三节", "三", "午休")] == [
        3, 3, 3, 3, None,
    ]  # fmt: skip
    assert [gridsheets.day_of(text) for text in ("周三", "星期三", "三", "周六")] == [3, 3, 3, None]

    blocks = Page("全校", [
        ["一年级1班课程表"], ["", "节次", *DAYS], ["上午", "1", "语文/甲"], ["", "2", "数学/乙"],
        ["午休"], ["下午", "3", "自习", "体育"],
        [], ["二年级1班"], ["", "节次", *DAYS], ["上午", "1", "", "音乐/丙"],
    ])  # fmt: skip
    found = gridsheets.read([blocks])
    assert [(one.school_class, one.weekday, one.seq, one.subject, one.teacher)
            for one in found.cells] == [
        ("一年级1班", 1, 1, "语文", "甲"), ("一年级1班", 1, 2, "数学", "乙"),
        ("一年级1班", 2, 3, "体育", ""), ("二年级1班", 2, 1, "音乐", "丙"),
    ]  # fmt: skip
    # One class a sheet: the sheet's name is the class. A double lesson is one merged cell.
    one = Page("五（1）班", [["", *DAYS], ["第1节", "语文"], ["第2节", ""]], ((1, 1, 2, 1),))
    assert [(each.school_class, each.seq) for each in gridsheets.read([one]).cells] == [
        ("五（1）班", 1), ("五（1）班", 2),
    ]  # fmt: skip
    odd = Page("怪", [["x"], ["班", "1", "2"], ["", *DAYS[:2]], ["一1班", "语文", "数学"]])
    assert not gridsheets.read([odd]).cells
    assert "没有认出课表" in gridsheets.read([odd]).problems[0]
    told = gridsheets.read([odd], {"怪": Layout("across", 2, 1, 0)})
    assert [(each.weekday, each.seq) for each in told.cells] == [(1, 1), (2, 2)]
    for beyond in (Layout("across", 2, 99, 0), Layout("across", 2, 1, 99)):
        assert "没有认出课表" in gridsheets.read([odd], {"怪": beyond}).problems[0]
    # A hostile file's ranges lie upon each other: they cost no more than the sheet has cells.
    upon = Page("叠", [["x"], ["y", "", ""]], [(0, 0, 0, 2), (1, 0, 1, 9), (0, 0, 99, 99)])
    assert upon.filled() == [["x"] * 3, ["y"] * 3]


def test_what_goes_out_comes_back_the_same(small: Small, browser: Client) -> None:
    published(small.scene)
    plan = by_hand(small)
    response = browser.get(url("school-plan-export", plan.pk))
    book = load_workbook(io.BytesIO(response.content))
    assert book.sheetnames == ["全校课表", "教师课表"]
    sheet = book["全校课表"]
    assert sheet["B2"].value == "星期一"
    assert {str(one) for one in sheet.merged_cells.ranges} >= {"A2:A3", "B2:H2"}
    assert sheet["A4"].value == small.classes[0].name
    assert sheet["B4"].value == "美术/美老师"

    day = EARLY.replace(year=2027, month=3, day=1)
    term = make_term(small.scene.cast.region.region, day, "2026-2")
    sent = io.BytesIO(response.content)
    sent.name = "上学期课表.xlsx"
    address = f"{url('grid-import', small.school.pk)}?term={term.pk}"
    done = browser.post(address, {"file": sent}, follow=True)
    row = GridImport.objects.get()
    text = done.content.decode()
    assert "核对导入的课表" in text
    # The sheet of the teachers has people where classes should be; it is left out by itself.
    assert "“教师课表”不导入" in text
    skipped = {"skip": "教师课表", "name": "上学期的"}
    browser.post(url("grid-import-match", row.pk), {**skipped, "make": "1"})
    fresh = SchoolPlan.objects.get(term=term)
    shown = ("task__subject", "task__classes", "task__teachers", "weekday", "seq")
    old = plan.entries.exclude(task__doubles__gt=0).values_list(*shown)
    assert set(old) <= set(fresh.entries.values_list(*shown))
    assert fresh.entries.count() == 26  # a double comes back as two periods, joint ones do not
    assert TeachingTask.objects.filter(term=term).count() == 8
    with pytest.raises(Refused, match="已经完成"):
        grid_imports.make_plan(row, name="再来", by=small.by, at=BEFORE)


def test_unknown_names_are_listed_and_chosen(small: Small, browser: Client) -> None:
    name = small.classes[0].name
    body = book_of((name, [["节次", *DAYS], ["1", "国语/语一"], ["2", "数学/张三"], ["9", "美术"]]))
    row = grid_imports.upload(
        small.school, small.scene.term, body, "课表.xlsx", by=small.by, at=BEFORE
    )
    found = imports.matched(row, EARLY)
    assert {one.name for one in found.unknown} == {"国语", "张三"}
    assert found.outside == 1
    text = page(browser, "grid-import-match", row.pk)
    assert text.count("没对上</span>") == 2
    refused = browser.post(url("grid-import-match", row.pk), {"make": "1"}, follow=True)
    assert "还有 2 个名字没有对上" in refused.content.decode()
    assert SchoolPlan.objects.count() == 0
    sent = {
        "subject-name": ["国语", "数学", "美术"], "subject-key": ["SB0101", "SB0201", ""],
        "teacher-name": ["张三"], "teacher-key": [""], "name": "导入", "make": "1",
    }  # fmt: skip
    for odd in ("x", "999999"):
        asked = browser.post(
            url("grid-import-match", row.pk), sent | {"teacher-key": [odd]}, follow=True
        )
        assert "还有 1 个名字没有对上" in asked.content.decode()
    browser.post(url("grid-import-match", row.pk), sent)
    plan = SchoolPlan.objects.get()
    assert set(plan.entries.filter(weekday=1).values_list("task__subject", "seq")) == {
        ("SB0101", 1), ("SB0201", 2),
    }  # fmt: skip
    other = grid_imports.upload(
        small.school, small.scene.term, body, "课表.xlsx", by=small.by, at=BEFORE
    )
    browser.post(url("grid-import-drop", other.pk))
    assert "已放弃" in page(browser, "grid-import", small.school.pk)


def test_bad_files_are_refused_and_nothing_is_kept(small: Small, browser: Client) -> None:
    address = url("grid-import", small.school.pk)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.txt", "x")
    huge = book_of(("大", [["无"] * 100] * 20), merges=("A1:CV20",))
    for body, words in (
        (b"", "请选择"), (b"not a book", "xlsx"), (packed.getvalue(), "压缩包"),
        (huge[:-200], "损坏"), (huge, "没有认出课表"),
        (b"x" * (10 * 1024 * 1024 + 1), "超过 10 MB"),
    ):  # fmt: skip
        file = io.BytesIO(body)
        file.name = "课表.xlsx"
        response = browser.post(address, {"file": file} if body else {})
        assert response.status_code == 422, words
        assert words in response.content.decode()
    assert GridImport.objects.count() == 0


def test_a_calendar_link_is_private_dated_and_revocable(small: Small) -> None:
    scene = small.scene
    course = published(scene)
    plan = by_hand(small)
    publishing.publish(plan, revision=plan.revision, by=small.by, at=BEFORE)
    monday = scene.term.starts_on
    calendar.set_holiday(
        scene.term, day=monday.replace(day=14), name="校庆", follows_weekday=None, by=None,
        at=BEFORE,
    )  # fmt: skip
    calendar.set_holiday(
        scene.term, day=monday.replace(day=19), name="补课", follows_weekday=1, by=None, at=BEFORE
    )
    events = feeds.events_of(small.teachers["语一"], scene.term)
    assert len(events) == 5 * scene.term.weeks
    mondays = [one.starts.date() for one in events if one.uid.startswith(events[0].uid[:4])]
    assert monday.replace(day=14) not in {one.starts.date() for one in events}
    assert monday.replace(day=19) in {one.starts.date() for one in events}
    assert mondays
    host = course.host_teacher
    joint = [one for one in feeds.events_of(host, scene.term) if one.title.startswith("联合课")]
    assert len(joint) == course.lessons.count()

    browser = client_of(scene.cast.teacher)
    assert "还没有订阅链接" in page(browser, "feed-mine")
    browser.post(url("feed-open"))
    feed = CalendarFeed.objects.get()
    assert feed.token in page(browser, "feed-mine")
    text = Client().get(url("feed", feed.token))
    lines = text.content.decode().split("\r\n")
    assert (lines[0], lines[-2]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    assert all(len(line.encode()) <= 75 for line in lines)
    assert text["Content-Type"].startswith("text/calendar")
    assert text["Cache-Control"] == "no-store"
    browser.post(url("feed-open"))
    assert Client().get(url("feed", feed.token)).status_code == 404
    browser.post(url("feed-revoke"))
    assert not CalendarFeed.objects.filter(revoked_at=None).exists()


def test_paper_has_a_page_for_everybody(small: Small, browser: Client) -> None:
    plan = by_hand(small)
    text = page(browser, "school-plan-print", plan.pk, by="teacher", key="all")
    assert text.count("print-sheet") == 5
    one = page(browser, "school-plan-print", plan.pk, by="class", key=small.classes[1].pk)
    assert one.count("print-sheet") == 1
    assert f"{small.classes[1].name}课表" in one
