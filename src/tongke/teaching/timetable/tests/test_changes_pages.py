"""The pages of absences, day changes, the day board and suspended days."""

import io
from datetime import date, timedelta

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from tongke.core.models import Message
from tongke.foundation.people.roles import Role
from tongke.foundation.people.tests.make import make_actor
from tongke.foundation.people.tests.pages import assert_queries_flat, client_of
from tongke.teaching.timetable.models import Absence, DayChange, Suspension, Term
from tongke.teaching.timetable.services import calendar
from tongke.teaching.timetable.services.changes import arranging
from tongke.teaching.timetable.tests.browsing import cells, page, url
from tongke.teaching.timetable.tests.changing import Staffed, staffed
from tongke.teaching.timetable.tests.make import BEFORE, Scene, put
from tongke.teaching.timetable.views import changes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_second_factor"), pytest.mark.slow]


@pytest.fixture
def school(scene: Scene) -> Staffed:
    """The staffed school, in a term that is on today."""
    today = timezone.localdate()
    begins = today - timedelta(days=today.weekday()) - timedelta(weeks=3)
    Term.objects.filter(pk=scene.term.pk).update(starts_on=begins)
    scene.term.refresh_from_db()
    return staffed(scene)


def monday(weeks: int = 1) -> str:
    today = timezone.localdate()
    return str(today - timedelta(days=today.weekday()) + timedelta(weeks=weeks))


def test_a_teacher_asks_and_the_school_arranges_everything_in_the_browser(
    school: Staffed,
) -> None:
    teacher, keeper = client_of(school.bai), client_of(school.by)
    dates = {"kind": "sick", "since": monday(), "until": monday(), "reason": "发烧"}
    wrong = teacher.post(url("absence-create"), {**dates, "until": "2020-01-01"})
    assert (wrong.status_code, "不能早于开始日期" in wrong.content.decode()) == (422, True)

    assert teacher.post(url("absence-create"), dates).status_code == 302
    one = Absence.objects.get()
    shown = page(teacher, "absence-detail", one.pk)
    assert "等教务安排" in shown
    assert "pick:" not in shown
    assert "1 条待批准" in page(keeper, "absence-list")
    bad = keeper.post(url("absence-arrange", one.pk), {"auto": "1"})
    assert (bad.status_code, "还没有批准" in bad.content.decode()) == (409, True)
    assert keeper.post(url("absence-decide", one.pk), {"verdict": "no"}).status_code == 409
    assert keeper.post(url("absence-decide", one.pk), {"verdict": "approve"}).status_code == 302
    shown = page(keeper, "absence-detail", one.pk)
    assert "一键安排 1 节" in shown
    assert "赵语文代课" in shown
    assert "推荐" in shown
    assert keeper.post(url("absence-arrange", one.pk), {"auto": "1"}).status_code == 302

    change = DayChange.objects.get()
    substitute = client_of(school.zhao)
    assert "等我确认" in page(substitute, "change-mine")
    assert substitute.post(url("change-accept", change.pk)).status_code == 302
    assert "已确认" in page(substitute, "change-mine")
    again = substitute.post(url("change-accept", change.pk), follow=True)
    assert "已经答复过" in again.content.decode()
    board = page(keeper, "change-board", school.scene.cast.centre.pk, day=monday())
    assert "赵语文" in board
    assert "签收" in page(
        keeper, "change-board", school.scene.cast.centre.pk, day=monday(), print=1
    )
    hall = page(keeper, "change-board", school.scene.cast.centre.pk, day=monday(), screen=1)
    assert "赵语文" in hall
    assert "病假" not in hall
    for more in ({}, {"print": 1}, {"screen": 1}):
        assert "不在学期之内" in page(
            keeper, "change-board", school.scene.cast.centre.pk, day="2020-01-01", **more
        )
    assert keeper.post(url("absence-cancel", one.pk)).status_code == 302
    assert keeper.post(url("absence-cancel", one.pk)).status_code == 409
    assert not DayChange.objects.filter(state__in=DayChange.STANDING).exists()


def test_changes_are_listed_exported_refused_and_undone(
    school: Staffed, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = client_of(school.by)
    form = {"teacher": school.bai.person.pk, "kind": "duty", "since": monday(), "until": monday()}
    assert keeper.post(url("absence-create"), form).status_code == 302
    again = keeper.post(url("absence-create"), form)
    assert "已有请假" in again.content.decode()
    one = Absence.objects.get()
    keys = {f"pick:c{school.one.pk}-{monday()}-1": f"sub:{school.zhao.person.pk}"}
    sent = keeper.post(url("absence-arrange", one.pk), {**keys, "reason": "外出开会"})
    assert sent.status_code == 302
    change = DayChange.objects.get()

    assert "外出开会" in page(keeper, "change-list", q="赵", sort="-teacher", kind="substitute")
    assert "没有符合条件" in page(keeper, "change-list", until="2020-01-01")
    rows = cells(keeper.get(url("change-export")))
    assert [row[9] for row in rows if row[5] == "代课"] == ["赵语文"]
    rows = cells(keeper.get(url("absence-export")))
    assert any(row[1] == "白语文" for row in rows)
    monkeypatch.setattr(changes, "_MOST_EXPORTED", 0)
    book = load_workbook(io.BytesIO(keeper.get(url("absence-export")).content))
    told = [
        str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row
    ]
    assert any("共 1 条，只列前 0 条" in each for each in told)
    sub = client_of(school.zhao)
    assert (
        "请写明原因" in sub.post(url("change-refuse", change.pk), {"reason": ""}).content.decode()
    )
    assert sub.post(url("change-refuse", change.pk), {"reason": "有课"}).status_code == 302
    assert sub.post(url("change-refuse", change.pk), {"reason": "有课"}).status_code == 422
    keeper.post(url("absence-arrange", one.pk), keys)
    change = DayChange.objects.latest("pk")
    back = keeper.post(url("change-undo", change.pk), {"to": "absence"}, follow=True)
    assert "恢复原样" in back.content.decode()
    late = keeper.post(url("change-undo", change.pk), follow=True)
    assert "已经撤销" in late.content.decode()


def test_week_pages_carry_the_changes(school: Staffed) -> None:
    keeper = client_of(school.by)
    form = {"teacher": school.bai.person.pk, "kind": "sick", "since": monday(), "until": monday()}
    keeper.post(url("absence-create"), form)
    keeper.post(url("absence-arrange", Absence.objects.get().pk), {"auto": "1"})

    shown = page(keeper, "class-week", school.one.pk, week=5)
    assert "代课" in shown
    assert "赵语文" in shown
    mine = page(client_of(school.zhao), "teacher-week", school.zhao.person.pk, week=5)
    assert "代课" in mine
    gone = page(client_of(school.bai), "teacher-week", school.bai.person.pk, week=5)
    assert "由赵语文上" in gone
    assert "赵语文" not in page(keeper, "class-week", school.one.pk, week=6)


def test_a_day_is_looked_at_suspended_and_brought_back(school: Staffed) -> None:
    keeper, centre = client_of(school.by), school.scene.cast.centre
    made_up = str(timezone.localdate().fromisoformat(monday()) + timedelta(days=5))
    form = {"organisation": centre.pk, "day": monday(), "reason": "大雪", "make_up_on": made_up}
    looked = page(keeper, "suspension-create", look=1, **form)
    assert "6 节" in looked
    assert "可以补课的日子" in looked
    assert (
        keeper.post(url("suspension-create"), {**form, "make_up_on": monday()}).status_code == 422
    )
    assert keeper.post(url("suspension-create"), {**form, "day": "2020-01-01"}).status_code == 422
    assert keeper.post(url("suspension-create"), form).status_code == 302
    row = Suspension.objects.get()

    assert "大雪" in page(keeper, "suspension-list", q="雪")
    assert "大雪" not in page(keeper, "suspension-list", q="雨")
    rows = cells(keeper.get(url("suspension-export"), {"q": "雪"}))
    assert [row[6] for row in rows if row[5] == "大雪"] == [6]
    assert "停课日：大雪" in page(keeper, "change-board", centre.pk, day=monday())
    assert "补课日" in page(keeper, "change-board", centre.pk, day=made_up)
    week = page(keeper, "class-week", school.one.pk, week=5)
    assert "停课：大雪" in week
    assert "周六" in week
    assert keeper.post(url("suspension-undo", row.pk)).status_code == 302
    back = keeper.post(url("suspension-undo", row.pk), follow=True)
    assert "已经撤销" in back.content.decode()
    assert client_of(school.scene.cast.officer).get(url("suspension-list")).status_code == 200


def test_a_region_without_a_term_says_so(scene: Scene) -> None:
    Term.objects.all().delete()
    keeper = client_of(scene.cast.timetabler)

    form = {
        "teacher": scene.cast.teacher.person.pk, "kind": "sick", "since": monday(),
        "until": monday(),
    }  # fmt: skip
    sent = keeper.post(url("absence-create"), form)
    assert "还没有设置学期" in sent.content.decode()
    assert "不在学期之内" in page(keeper, "change-board", scene.cast.centre.pk)
    assert "开课核验" in page(keeper, "gap-held")
    assert keeper.get(url("gap-held-export")).status_code == 404
    assert keeper.get(url("change-board-mine")).status_code == 302
    assert client_of(scene.cast.officer).get(url("change-board-mine")).status_code == 302
    calendar.open_term(
        region=scene.cast.region.region, code="X-1", name="新学期",
        starts_on=scene.term.starts_on, weeks=20, by=None, at=BEFORE,
    )  # fmt: skip


def test_lists_ask_no_more_for_more_rows(school: Staffed) -> None:
    keeper = client_of(school.by)
    weeks = iter(range(1, 9))

    def grow() -> None:
        day = date.fromisoformat(monday(next(weeks)))
        row = school.away(school.bai, first=day)
        if row.pk % 2:
            arranging.arrange_all(row, by=school.by, at=timezone.now())

    grow()
    for name in ("absence-list", "change-list"):
        assert_queries_flat(lambda name=name: keeper.get(url(name)), grow)


def test_each_school_of_a_shared_teacher_arranges_its_own_lessons(school: Staffed) -> None:
    scene, cast = school.scene, school.scene.cast
    make_actor(Role.TEACHER, cast.far_school, person=school.sun.person)
    far = client_of(make_actor(Role.TIMETABLER, cast.far_school, name="外教务"))
    stand_in = make_actor(Role.TEACHER, cast.far_school, name="外英语")
    put(scene, cast.far_class, (1, 6), teacher=school.sun)
    absence = school.away(school.sun, first=date.fromisoformat(monday()), reason="手术")

    told = Message.objects.filter(title__contains="在贵校的课需要安排")
    assert told.exists()
    shown = page(far, "absence-detail", absence.pk)
    assert "由该校安排" in shown
    assert "手术" not in shown
    there = {f"pick:c{cast.far_class.pk}-{monday()}-6": f"sub:{stand_in.person.pk}"}
    here = {f"pick:c{school.one.pk}-{monday()}-3": "off"}
    assert far.post(url("absence-arrange", absence.pk), here).status_code == 409
    assert far.post(url("absence-arrange", absence.pk), there).status_code == 302
    assert DayChange.objects.get().school == cast.far_school
    assert far.post(url("absence-cancel", absence.pk)).status_code == 404
    assert far.post(url("absence-decide", absence.pk)).status_code == 404
