"""Pages as people use them, in order, on today's real date."""

import io
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from tongke.core.jobs import run_pending
from tongke.core.models import AuditEntry
from tongke.foundation.people.tests.make import make_class
from tongke.foundation.people.tests.pages import assert_queries_flat, client_of
from tongke.teaching.continuity.models import Emergency, HomeTeaching, Leave, Study, Visit
from tongke.teaching.continuity.tests.make import add_page
from tongke.teaching.timetable.models import Placement, Term
from tongke.teaching.timetable.tests.make import Scene

pytestmark = [pytest.mark.usefixtures("no_second_factor"), pytest.mark.slow]


def url(name: str, *args: object) -> str:
    return reverse(f"continuity:{name}", args=args)


def text_of(client: Client, name: str, *args: object, **query: str | int) -> str:
    response = client.get(url(name, *args), query)
    assert response.status_code == 200, (name, response.status_code)
    return response.content.decode()


@pytest.fixture
def live(scene: Scene) -> Scene:
    """The term moved around today; tomorrow has lessons whatever the weekday."""
    today = timezone.localdate()
    monday = today - timedelta(days=today.weekday())
    Term.objects.filter(pk=scene.term.pk).update(starts_on=monday - timedelta(weeks=3))
    tomorrow = today + timedelta(days=1)
    if tomorrow.isoweekday() > 5:
        scene.term.holidays.create(day=tomorrow, name="补课", follows_weekday=1)
    return scene


def declared(client: Client, **over: object) -> Emergency:
    today = timezone.localdate()
    data: dict[str, object] = {
        "title": "大雪停课", "reason": "路滑", "drill": "", "starts_on": today,
        "ends_on": today + timedelta(days=2), "first_seq": 1, "last_seq": "",
    }  # fmt: skip
    response = client.post(url("emergency-new"), {**data, **over})
    assert response.status_code == 302, response.content.decode()[:4000]
    run_pending()
    return Emergency.objects.latest("pk")


def test_from_the_declaration_to_the_childs_phone_and_back(live: Scene) -> None:
    cast = live.cast
    tomorrow = timezone.localdate() + timedelta(days=1)
    day = tomorrow.isoformat()
    officer, teacher = client_of(cast.officer), client_of(cast.deer_assistant)
    pupil, family = client_of(cast.pupil), client_of(cast.guardian)
    assert "没有停课" in text_of(officer, "emergency-list")
    assert 'value="停课切换演练"' in text_of(officer, "emergency-new", drill=1)
    assert officer.post(url("emergency-new"), {"title": "缺"}).status_code == 422
    refused = officer.post(
        url("emergency-new"),
        {"title": "旧", "reason": "旧", "organisations": [cast.centre.pk],
         "starts_on": "2020-01-01",
         "ends_on": "2020-01-02", "first_seq": 1},
    )  # fmt: skip
    assert refused.status_code == 422
    assert "已经过去" in refused.content.decode()
    made = declared(officer, organisations=[cast.centre.pk], grades=["15"])

    assert "大雪停课" in text_of(officer, "emergency-list", q="大雪", kind="real", sort="-starts")
    detail = text_of(officer, "emergency-detail", made.pk)
    assert "鹿回湾教学点" in detail
    assert "待安排" in detail
    assert "正在写好" not in detail
    part = officer.get(url("emergency-detail", made.pk), headers={"HX-Request": "true"})
    assert b"<html" not in part.content
    for name in ("emergency-export", "emergency-report"):
        args = (made.pk,) if name == "emergency-report" else ()
        book = load_workbook(io.BytesIO(officer.get(url(name, *args)).content))
        assert book.worksheets[0].max_row >= 2

    page = text_of(pupil, "today", day=day)
    assert "一天的安排" in page
    assert "认识简谱" in page
    assert "开始学习" in page
    assert "安小满" in text_of(family, "today", day=day, child=cast.pupil.person.pk)
    assert family.get(url("today"), {"child": cast.deer_pupils[1].pk}).status_code == 404
    one = (cast.pupil.person.pk, day, 2)
    assert "交了就批改" in text_of(pupil, "part", *one)
    assert "用孩子自己的账号" in text_of(family, "part", *one)
    pupil.post(url("part-practise", *one), {"q": ["1", "2"], "a1": "B", "a2": "A"})
    assert "练习结果" in text_of(pupil, "part", *one)
    family.post(url("part-ask", *one), {"text": "第 2 题为什么错？"})
    pupil.post(url("part-done", *one))
    assert "完成 1 / 3" in text_of(pupil, "today", day=day)

    assert "鹿回湾教学点" in text_of(teacher, "class-list", day=day)
    book = load_workbook(io.BytesIO(teacher.get(url("class-export"), {"day": day}).content))
    listed = [row[:4] for row in book.worksheets[0].iter_rows(values_only=True)]
    assert next(row for row in listed if row[0] == "鹿回湾教学点")[2:] == ("大雪停课", 3)
    none = teacher.get(url("class-export"), {"day": day, "q": "没有这所"}).content
    none_rows = load_workbook(io.BytesIO(none)).worksheets[0].iter_rows(values_only=True)
    assert "鹿回湾教学点" not in {row[0] for row in none_rows}
    class_page = text_of(teacher, "class-day", cast.deer_class.pk, day)
    assert "第 2 题为什么错？" in class_page
    assert "换一个" in class_page
    assert "已完成" in class_page
    study = Study.objects.get()
    teacher.post(url("reply", study.pk), {"text": "再看一遍第 2 小节。"})
    assert "再看一遍第 2 小节" in text_of(pupil, "part", *one)
    assert "老师已答" in text_of(pupil, "today", day=day)
    pupil.post(url("part-done", *one), {"undo": "1"})
    assert "这节学完了" in text_of(pupil, "part", *one)
    detail = text_of(officer, "emergency-detail", made.pk)
    assert "1 / 3" in detail

    # The head sees names, the director figures only.
    assert "安小满" in text_of(client_of(cast.deer_head), "class-day", cast.deer_class.pk, day)
    assert "安小满" not in text_of(client_of(cast.director), "class-day", cast.deer_class.pk, day)
    back = tomorrow + timedelta(days=1)
    assert "提前结束" in text_of(officer, "emergency-close", made.pk)
    officer.post(
        url("emergency-close", made.pk), {"back_on": back, "back_seq": 1, "reason": "雪停"}
    )
    assert "起到校上课" in text_of(officer, "emergency-detail", made.pk)
    officer.post(url("emergency-reopen", made.pk))
    assert officer.post(url("emergency-revoke", made.pk), {"reason": ""}).status_code == 422
    officer.post(url("emergency-revoke", made.pk), {"reason": "改期"})
    assert "撤回" in text_of(officer, "emergency-detail", made.pk)
    assert "照常到校上课" in text_of(pupil, "today", day=day)
    assert pupil.get(url("part", *one)).status_code == 404
    assert pupil.get(url("part", cast.pupil.person.pk, "never", 2)).status_code == 404


def test_a_teacher_chooses_and_goes_back(live: Scene) -> None:
    cast = live.cast
    day = (timezone.localdate() + timedelta(days=1)).isoformat()
    declared(client_of(cast.head), organisations=[cast.centre.pk], drill="1")
    teacher = client_of(cast.deer_assistant)
    page = add_page(live, "MP-2", "节奏练习")
    cell = (cast.deer_class.pk, day, 2)
    assert "节奏练习" in text_of(teacher, "part-choose", *cell)
    assert teacher.post(url("part-choose", *cell), {"note": ""}).status_code == 422
    response = teacher.post(url("part-choose", *cell), {"resource": page.pk, "note": "更近"})
    assert response.status_code == 302
    shown = text_of(teacher, "class-day", *cell[:2])
    assert "节奏练习" in shown
    assert "老师指定资源" in shown
    assert "演练" in shown
    assert "改动记录" in text_of(teacher, "part-choose", *cell)
    teacher.post(url("part-withdraw", *cell))
    assert "老师指定资源" not in text_of(teacher, "class-day", *cell[:2])
    assert teacher.get(url("part-choose", cast.deer_class.pk, day, 9)).status_code == 404
    # Lessons of another teacher are not hers, unless she is the homeroom teacher.
    outsider = client_of(cast.outsider)
    assert outsider.get(url("part-choose", *cell)).status_code == 404


def test_leave_from_the_phone_to_the_day_at_home(live: Scene) -> None:
    cast, tomorrow = live.cast, timezone.localdate() + timedelta(days=1)
    family, teacher = client_of(cast.guardian), client_of(cast.deer_assistant)
    assert "没有假条" in text_of(family, "leave-list")
    assert "事由" in text_of(family, "leave-new")
    data = {
        "pupil": cast.pupil.person.pk, "kind": "sick", "starts_on": tomorrow, "ends_on": tomorrow,
        "first_seq": 1, "last_seq": "", "reason": "腹痛", "medical": "",
    }  # fmt: skip
    assert family.post(url("leave-new"), {**data, "kind": "x"}).status_code == 422
    assert family.post(url("leave-new"), data).status_code == 302
    assert family.post(url("leave-new"), data).status_code == 422
    leave = Leave.objects.get()
    assert "待确认" in text_of(teacher, "leave-list", state="asked", q="安", sort="pupil")
    assert "腹痛" in text_of(teacher, "leave-detail", leave.pk)
    assert AuditEntry.objects.filter(action="record.read", object_id=leave.pk).count() == 1
    # The pupil is not shown why, so that nothing is read and nothing noted.
    assert "腹痛" not in text_of(client_of(cast.pupil), "leave-detail", leave.pk)
    assert AuditEntry.objects.filter(action="record.read", object_id=leave.pk).count() == 1
    teacher.post(url("leave-decide", leave.pk), {"answer": "好好休息"})
    teacher.post(url("leave-guide", leave.pk), {"text": "看第 2 单元"})
    page = text_of(family, "today", day=tomorrow.isoformat())
    assert "病假期间的课" in page
    assert "看第 2 单元" in page
    assert "一天的安排" in page
    assert "1 名学生在家学" in text_of(
        teacher, "class-day", cast.deer_class.pk, tomorrow.isoformat()
    )
    assert "学生不在校" in text_of(teacher, "class-list", day=tomorrow.isoformat())
    assert teacher.get(url("leave-export")).status_code == 200
    family.post(url("leave-cancel", leave.pk))
    assert "已撤销" in text_of(family, "leave-detail", leave.pk)


def test_teaching_at_home_from_plan_to_log(live: Scene) -> None:
    cast, today = live.cast, timezone.localdate()
    head, teacher = client_of(cast.deer_head), client_of(cast.deer_assistant)
    assert "没有送教上门" in text_of(head, "home-list")
    assert "送教教师" in text_of(head, "home-new")
    data = {
        "pupil": cast.pupil.person.pk, "teacher": cast.deer_assistant.person.pk, "since": today,
        "weekday": 3, "visit_at": "15:00", "minutes": 60, "plan": "识字", "medical": "行动不便",
    }  # fmt: skip
    assert head.post(url("home-new"), {**data, "minutes": 1}).status_code == 422
    assert head.post(url("home-new"), data).status_code == 302
    assert head.post(url("home-new"), data).status_code == 422
    home = HomeTeaching.objects.get()
    assert "行动不便" in text_of(teacher, "home-detail", home.pk)
    assert "行动不便" not in text_of(client_of(cast.officer), "home-detail", home.pk)
    assert (
        AuditEntry.objects.filter(action="record.read", object_type__contains="home").count() == 1
    )
    assert (
        "请选一个日期"
        in teacher.post(url("visit-add", home.pk), {"day": "x"}, follow=True).content.decode()
    )
    teacher.post(url("visit-add", home.pk), {"day": today})
    visit = Visit.objects.get(day=today)
    assert "上门记录" in text_of(teacher, "visit-log", home.pk, visit.pk)
    bad = teacher.post(url("visit-log", home.pk, visit.pk), {"state": "missed", "note": ""})
    assert bad.status_code == 422
    teacher.post(
        url("visit-log", home.pk, visit.pk), {"state": "held", "minutes": 50, "note": "认字"}
    )
    assert "已上门 1 次，共 50 分钟" in text_of(head, "home-detail", home.pk)
    assert head.get(url("home-edit", home.pk)).status_code == 200
    del data["pupil"]
    head.post(url("home-edit", home.pk), {**data, "until": today})
    assert head.get(url("home-export")).status_code == 200
    assert "安小满" in text_of(head, "home-list", running="yes", q="安")
    assert "送教上门" in text_of(client_of(cast.guardian), "home-list")


def test_lists_ask_no_more_when_rows_come(live: Scene) -> None:
    cast, tomorrow = live.cast, (timezone.localdate() + timedelta(days=1)).isoformat()
    officer = client_of(cast.officer)
    declared(officer, organisations=[cast.region.region.pk])

    def grow() -> None:
        one = make_class(cast.deer_bay)
        Placement.objects.create(
            term=live.term, school_class=one, weekday=1, seq=1, subject_id="SB0101"
        )

    assert_queries_flat(lambda: officer.get(url("class-list"), {"day": tomorrow}), grow)
    count = Emergency.objects.count

    def more() -> None:
        Emergency.objects.create(
            organisation=cast.centre, title=f"演练 {count()}", reason="练", drill=True,
            starts_on=timezone.localdate(), ends_on=timezone.localdate(),
            declared_by=cast.head.person, declared_at=timezone.now(),
        ).scopes.create(organisation=cast.centre)  # fmt: skip

    assert_queries_flat(lambda: officer.get(url("emergency-list")), more)
