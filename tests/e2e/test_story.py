"""One lesson, from the gap to the figure: docs/story.md, lived in real browsers on the demo."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, sync_playwright

from tests.e2e import after, counted, live, opening
from tests.e2e.people import DESK, PHONE, WALL, Someone, launch, no_complaints
from tests.e2e.site import Site

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.enable_socket]

COURSE, PUPIL = "五年级音乐", "苏小禾"
REASON = "核对录像，这节课没有上完"


@pytest.fixture
def browser() -> Iterator[Browser]:
    """The browser in which everybody has a window."""
    with sync_playwright() as playwright, launch(playwright) as opened:
        yield opened


def test_one_lesson_from_gap_to_figure(demo: Site, browser: Browser, tmp_path: Path) -> None:
    Someone.checked.clear()
    cast = Cast(browser, demo.url)
    today = timezone.localdate()
    open_course(cast)
    hold_lesson(cast, today, tmp_path / "板书.png")
    no_complaints(cast.everybody)
    follow_up(cast, today)
    count(cast, today)
    no_complaints(cast.everybody)


class Cast:
    """Everybody of the story, each signed in at a browser of their own."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.everybody: list[Someone] = []

        def come(login: str, size: tuple[int, int] = DESK) -> Someone:
            one = Someone(browser, url, login, size)
            one.sign_in()
            self.everybody.append(one)
            return one

        self.yin, self.han = come("yin"), come("han")
        self.shen, self.xiaohe = come("shen"), come("xiaohe", PHONE)
        self.luo, self.tian = come("luo", WALL), come("tian", WALL)
        self.ouyang, self.yuan = come("ouyang"), come("yuan")


def open_course(cast: Cast) -> None:
    """A gap becomes a course with weekly times in both teachers' timetables."""
    opening.ask(cast.yin)
    course = opening.take(cast.han)
    opening.staff(cast.yin, course)
    times = opening.plan(cast.han, course)
    for one in (cast.shen, cast.luo):
        opening.in_timetable(one, times)


def hold_lesson(cast: Cast, today: date, picture: Path) -> None:
    """The lesson of today, with two listening rooms and a pupil's phone."""
    shen, luo, tian, xiaohe = cast.shen, cast.luo, cast.tian, cast.xiaohe
    rooms, others = [luo, tian], [luo, tian, xiaohe]
    for one, place in ((shen, "host"), (luo, "room"), (tian, "room"), (xiaohe, "pupil")):
        live.find_lesson(one, today, COURSE)
        live.enter(one, place)
    live.begin(shen, rooms, xiaohe)
    live.watch(shen, pictures=2)
    for one in rooms:
        live.watch(one, pictures=1)
    live.turn(shen, others)
    live.call_roll(shen, luo, tian)
    live.ask(shen, others)
    live.answer(xiaohe)
    live.enter_answers(luo, "BC")
    live.count_cards(tian, {"A": 2, "B": 7})
    live.tally(shen, "石笋坪", "3 / ")
    live.tally(shen, "鹿回湾", "9 / 9")
    live.drop_and_come_back(luo, shen)
    live.watch(luo, pictures=1)
    live.reveal(shen, rooms, xiaohe)
    live.end(shen, rooms)
    picture.write_bytes(shen.page.screenshot())
    live.tick(shen, "三个班的活动都照教学设计做完了。", picture)
    luo.follow("离开")
    live.tick(luo, "巡视时帮两名学生改了指法。", picture)
    xiaohe.follow("离开")


def follow_up(cast: Cast, today: date) -> None:
    """Homework on a phone, marked at once; what is weak leads to a short explanation."""
    shen, xiaohe = cast.shen, cast.xiaohe
    known = after.advised(xiaohe)
    after.study(xiaohe)
    live.find_lesson(shen, today, COURSE)
    point, items = after.give(shen, known)
    after.take(xiaohe)
    after.result(xiaohe, items)
    after.advice(xiaohe, point)
    after.results_of(shen, PUPIL)
    for one in (shen, cast.luo):
        after.seen_by_teacher(one, "石笋坪", point, PUPIL)


def count(cast: Cast, today: date) -> None:
    """Ledger and indicators; then the lesson is taken back, and both follow."""
    teachers = (cast.shen, cast.luo)
    for one in teachers:
        counted.credited(one, today, COURSE)
    counted.compute(cast.ouyang)
    held, due = counted.figures(cast.yuan)
    counted.drill(cast.yuan, "石笋坪", today, "已上课")
    counted.reverse(cast.ouyang, today, COURSE, REASON)
    for one in teachers:
        counted.taken_back(one, today, COURSE, REASON)
    counted.compute(cast.ouyang)
    # Four classes had the lesson; for all of them it still counts as due.
    assert counted.figures(cast.yuan) == (held - 4, due)
    counted.drill(cast.yuan, "石笋坪", today, "未上课")
