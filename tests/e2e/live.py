"""The live lesson: its host, its listening rooms and a pupil, each on the screen of their own."""

import re
from datetime import date
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.people import Someone

_DECODED = """async () => { let frames = 0;
  for (const one of window.connections) {
    for (const each of (await one.getStats()).values()) {
      if (each.type === "inbound-rtp" && each.kind === "video") frames += each.framesDecoded || 0;
    } }
  return frames; }"""
_SHOWN = """(least) => { const on = Array.from(document.querySelectorAll("video"))
    .filter((video) => video.videoWidth > 0 && !video.muted);
  return on.length >= least[0] &&
    on.every((video) => video.getVideoPlaybackQuality().totalVideoFrames >= least[1]); }"""
_FRAMES = 30


def day_text(day: date) -> str:
    """A day as lists show it."""
    return f"{day.month}月{day.day}日"


def find_lesson(one: Someone, day: date, course: str) -> None:
    """Open the page of the lesson of a day: a pupil by the day's strip, others by the list."""
    strip = one.page.locator(".day-slot-joint a", has_text=course[-2:])
    if one.phone and strip.count():
        one.go(strip.first)
    else:
        # At the weekend a demo still has its lesson, but a pupil's day has no strip.
        one.open("/timetable/lessons/") if one.phone else one.menu("课次")
        one.look("lessons")
        one.go(one.item(day_text(day), course).get_by_role("link").first)
    one.sees("直播课堂")


def enter(one: Someone, place: str) -> None:
    """From the page of the lesson into the live room."""
    one.look("lesson-planned")
    one.follow("进课堂")
    one.page.locator(f'[data-live="{place}"]').wait_for()
    expect(one.part("link")).to_contain_text("已连接")


def begin(shen: Someone, rooms: list[Someone], pupil: Someone) -> None:
    """The host starts; everybody's screen says so."""
    for room in rooms:
        expect(room.part("now")).to_have_text("等老师上课")
    shen.press("上课", shen.page.locator("[data-part=start]"))
    expect(shen.part("start")).to_be_hidden()
    for room in rooms:
        expect(room.part("now")).to_have_text("看屏幕，跟老师一起学")
    expect(pupil.part("stem")).to_have_text("看大屏幕，听老师讲")


def watch(one: Someone, pictures: int) -> int:
    """Wait until the pictures of the others really play here; how many frames were decoded."""
    one.page.wait_for_function(_SHOWN, arg=[pictures, _FRAMES], timeout=60_000)
    before = int(one.page.evaluate(_DECODED))
    assert before >= pictures * _FRAMES
    one.page.wait_for_function(f"async () => await ({_DECODED})() > {before + _FRAMES}")
    return before


def turn(shen: Someone, others: list[Someone]) -> None:
    """The next page comes up on every screen."""
    shen.press("下一页")
    expect(shen.part("page")).to_contain_text("第 2 /")
    heading = shen.part("slide").locator("h2").text_content() or ""
    assert heading
    for one in others:
        expect(one.part("slide").locator("h2")).to_have_text(heading)


def call_roll(shen: Someone, luo: Someone, tian: Someone) -> None:
    """Each room by its own teacher; in one of them a pupil is missing."""
    luo.part("seats").locator("button", has_not_text="小禾").first.click()
    luo.look("room-roll")
    for room in (luo, tian):
        room.press("提交点名")
        room.sees("点名已记录")
    shen.press("本班点名")
    shen.look("host-roll")
    shen.press("提交点名")
    expect(shen.tile("石笋坪")).to_contain_text("到课 11 / 12")
    expect(shen.tile("鹿回湾")).to_contain_text("到课 9 / 9")


def ask(shen: Someone, others: list[Someone]) -> None:
    """A quick question goes to every screen."""
    shen.press("发起随堂问")
    form = shen.part("ask-form")
    form.get_by_label("问题").fill("这段旋律像什么？")
    form.get_by_label(re.compile("^选项")).fill("小溪流水\n骏马奔跑\n春雨落下")
    form.get_by_label(re.compile("^答案字母")).fill("B")
    form.get_by_label("作答秒数").fill("600")
    form.get_by_label("知识点").select_option(index=1)
    shen.look("host-ask")
    shen.press("发给所有教室")
    for one in others:
        one.sees("这段旋律像什么？")


def answer(pupil: Someone) -> None:
    """A pupil answers on a phone, and hears that the teacher has it."""
    pupil.look("pupil-question")
    pupil.page.get_by_role("button", name="B 骏马奔跑").tap()
    expect(pupil.part("sent")).to_contain_text("已交 B，老师收到了")
    pupil.look("pupil-sent")


def enter_answers(luo: Someone, letters: str) -> None:
    """Answers of pupils without a phone, entered seat by seat; the next seat comes by itself."""
    seats = luo.part("seats")
    if not seats.locator("[aria-pressed=true]").count():
        seats.locator("button:not([disabled]):not(.live-seat-done)").first.click()
    for letter in letters:
        luo.page.locator(f'.live-letter[data-letter="{letter}"]:not([disabled])').click()


def count_cards(tian: Someone, counts: dict[str, int]) -> None:
    """Answer cards held up, counted by letter."""
    tian.press("只数人数")
    for letter, number in counts.items():
        for _ in range(number):
            tian.page.get_by_role("button", name=f"{letter} 加一人").click()
    tian.look("room-counts")
    tian.press("提交人数")
    tian.sees("人数已记录")


def tally(one: Someone, room: str, answered: str) -> None:
    """The tally of the question shows this number for a room."""
    row = one.part("question").locator("tbody tr", has_text=room)
    expect(row).to_contain_text(answered)


def drop_and_come_back(luo: Someone, shen: Someone) -> None:
    """A room loses its network while answers are entered; it comes back and none is lost."""
    with luo.without_network():
        expect(luo.part("strip")).to_contain_text("网络中断")
        enter_answers(luo, "BA")
        expect(luo.part("entry-count")).to_contain_text("2 项待上传")
        expect(shen.tile("石笋坪")).to_contain_text("掉线", timeout=60_000)
        luo.look("room-offline")
        tally(shen, "石笋坪", "3 / ")
    expect(luo.part("link")).to_contain_text("已连接")
    expect(luo.part("entry-count")).to_contain_text("5 / 11 已录，已上传")
    tally(shen, "石笋坪", "5 / ")
    expect(shen.tile("石笋坪")).not_to_contain_text("掉线")
    luo.unplugged = False


def reveal(shen: Someone, rooms: list[Someone], pupil: Someone) -> None:
    """The answer is shown everywhere."""
    shen.look("host-tally")
    shen.press("公布并讲评")
    expect(pupil.part("sent")).to_have_text("答对了！")
    for room in rooms:
        expect(room.part("how")).to_contain_text("答案：B")
        room.look("room-revealed")


def end(shen: Someone, rooms: list[Someone]) -> None:
    """The host ends the lesson; it was short, so the host says that it counts, and why."""
    shen.press("下课", shen.page.locator("footer"))
    dialog = shen.part("end-dialog")
    dialog.get_by_label("这节课").select_option("yes")
    dialog.get_by_label("原因").fill("两端一起上完了全部内容")
    shen.look("host-end")
    shen.press("下课", dialog)
    shen.page.wait_for_url("**/summary/")
    shen.sees("课堂记录")
    shen.look("summary")
    for room in rooms:
        expect(room.part("now")).to_have_text("下课了")


def tick(one: Someone, words: str, evidence: Path) -> None:
    """Do a duty of the lesson: say what was done and add a picture of it."""
    one.follow("操作规程")
    one.look("protocol")
    form = one.page.locator("details.duty-form", has_text="完成这一项").first
    row = form.locator("xpath=ancestor::li")
    name = row.locator(".duty-text").inner_text()
    form.locator("summary").click()
    form.get_by_label("说明").fill(words)
    form.get_by_label("附件").set_input_files(evidence)
    one.look("protocol-form")
    one.follow("标记完成", form)
    done = one.page.locator("li.duty-done", has_text=name).filter(has_text=words)
    expect(done).to_contain_text("已完成")
    expect(done.get_by_role("link")).to_be_visible()
