"""Every page in the browser's words: what each role finds, and what a wrong click answers."""

import io
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from tongke.core.jobs import run_pending
from tongke.core.profile import override
from tongke.core.spreadsheets import export_xlsx, runs
from tongke.engines.communities.tests.make import browse
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.profile import PeopleProfile
from tongke.foundation.people.roles import Role
from tongke.foundation.people.tests.make import MUSIC, acting, make_class
from tongke.teaching.timetable import policy, web
from tongke.teaching.timetable.importing import PlacementImporter, may_import
from tongke.teaching.timetable.models import (
    Bell,
    Course,
    Demand,
    Holiday,
    Lesson,
    Placement,
    PlanRun,
    Term,
)
from tongke.teaching.timetable.profile import TimetableProfile
from tongke.teaching.timetable.sheets import PLACEMENTS
from tongke.teaching.timetable.tests.make import (
    BEFORE,
    CHINESE,
    MATHS,
    Scene,
    ask,
    first_lesson,
    make_scene,
    published,
    put,
    ready,
    take,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Iterator[Scene]:
    with override(PeopleProfile, second_factor_roles=()):
        yield make_scene()


def url(name: str, *args: object) -> str:
    """The address of a page of the timetable."""
    return reverse(f"timetable:{name}", args=args)


def page(client: Client, name: str, *args: object, **query: object) -> str:
    """The text of a page that must be there."""
    response = client.get(url(name, *args), query)
    assert response.status_code == 200, (name, response.status_code)
    return response.content.decode()


def cells(response: HttpResponse) -> list[tuple[object, ...]]:
    """The rows of a workbook, heading first."""
    book = load_workbook(io.BytesIO(response.content))
    return [tuple(cell.value for cell in row) for row in book.worksheets[0].iter_rows()]


def test_the_calendar_is_kept_by_the_officer_and_read_by_staff(scene: Scene) -> None:
    officer, head = browse(scene.cast.officer), browse(scene.cast.head)
    term = scene.term.pk

    assert "2026—2027" in page(officer, "term-list")
    assert "第 20 周" in page(head, "term-detail", term)
    assert page(officer, "term-create")
    bad = officer.post(url("term-create"), {
        "code": "2026-2", "name": "第二学期", "starts_on": "2027-02-23", "weeks": 20})  # fmt: skip
    assert (bad.status_code, "从周一开始" in bad.content.decode()) == (422, True)
    officer.post(url("term-create"), {
        "code": "2026-2", "name": "第二学期", "starts_on": "2027-02-22", "weeks": 20})  # fmt: skip
    assert Term.objects.filter(code="2026-2").exists()
    assert page(officer, "term-edit", term)
    officer.post(url("term-edit", term), {"name": "秋季", "starts_on": "2026-09-07", "weeks": 21})
    assert Term.objects.get(pk=term).weeks == 21
    wrong = officer.post(
        url("term-edit", term), {"name": "秋季", "starts_on": "2026-09-08", "weeks": 21}
    )
    assert wrong.status_code == 422

    day = {"day": "2026-10-01", "name": "国庆节", "follows_weekday": ""}
    assert officer.post(url("term-detail", term), day).status_code == 302
    outside = officer.post(url("term-detail", term), day | {"day": "2026-01-01"})
    assert outside.status_code == 422
    assert "国庆节" in page(officer, "term-detail", term)
    assert head.post(url("term-detail", term), day).status_code == 404
    holiday = Holiday.objects.get()
    officer.post(url("holiday-remove", term, holiday.pk))
    assert not Holiday.objects.exists()
    assert head.get(url("term-create")).status_code == 404
    assert browse(scene.cast.pupil).get(url("term-list")).status_code == 404


def test_a_timetabler_writes_down_the_schools_bells(scene: Scene) -> None:
    client = browse(scene.cast.timetabler)
    school = scene.cast.centre.pk
    assert "08:30–09:10" in page(client, "bell-list")
    assert 'value="08:30"' in page(client, "bell-edit", school)
    rows = {"name": "冬季作息", "since": "2026-11-02", "starts_1": "08:40", "ends_1": "09:20",
            "starts_2": "09:30", "ends_2": "10:10"}  # fmt: skip

    for change, said in (
        ({"ends_1": "08:30"}, "晚于开始"),
        ({"starts_2": "09:10"}, "时间重叠"),
        ({"ends_2": ""}, "请填写时间"),
        ({"starts_4": "11:00", "ends_4": "11:40"}, "前面有空行"),
    ):
        answer = client.post(url("bell-edit", school), rows | change)
        assert answer.status_code == 422
        assert said in answer.content.decode()
    empty = client.post(url("bell-edit", school), {"name": "甲", "since": "2026-11-02"})
    assert "至少要填一节" in empty.content.decode()
    assert client.post(url("bell-edit", school), rows).status_code == 302

    assert Bell.objects.filter(grid__since="2026-11-02").count() == 2
    assert client.get(url("bell-edit", scene.cast.far_school.pk)).status_code == 404
    assert browse(scene.cast.teacher).get(url("bell-edit", school)).status_code == 404


def test_timetables_of_classes_teachers_and_schools(scene: Scene) -> None:
    cast = scene.cast
    put(scene, cast.deer_class, (1, 1), teacher=cast.deer_assistant)
    course = published(scene)
    lesson = first_lesson(course)
    here = reverse("timetable:lesson-detail", args=[lesson.pk])
    pupil, teacher = browse(cast.pupil), browse(cast.teacher)
    officer, head = browse(cast.officer), browse(cast.head)

    for client in (pupil, browse(cast.guardian)):
        text = page(client, "mine", week=1)
        assert "语文" in text
        assert here in text
    assert here in page(teacher, "mine", week=1)
    assert "08:30–09:10" in page(teacher, "mine")
    assert head.get(url("mine"))["Location"] == url("school-day", cast.centre.pk)
    assert officer.get(url("mine"))["Location"] == url("school-list")
    assert here in page(teacher, "class-week", cast.deer_class.pk, week=1)
    assert "data-print" in page(teacher, "class-week", cast.deer_class.pk, print=1)
    assert "鹿回湾" in page(officer, "class-list", q="鹿回湾")
    assert page(officer, "class-list", school=cast.centre.pk)
    assert "林知遥" in page(head, "teacher-list", q="林")
    assert page(head, "teacher-list", school=cast.centre.pk)
    assert here in page(head, "teacher-week", cast.teacher.person.pk, week=1)
    assert page(head, "teacher-week", cast.teacher.person.pk, print=1)
    assert "松岭小学" in page(officer, "school-list", q="松岭")
    assert "联合课" in page(head, "school-day", cast.deer_bay.pk, weekday=lesson.day.isoweekday())
    assert page(head, "school-day", cast.deer_bay.pk, print=1)
    for client, name, key in (
        (pupil, "class-week", cast.far_class.pk),
        (pupil, "teacher-week", cast.teacher.person.pk),
        (browse(cast.outsider), "teacher-week", cast.teacher.person.pk),
        (head, "school-day", cast.far_school.pk),
        (pupil, "school-list", None),
        (pupil, "teacher-list", None),
    ):
        assert client.get(url(name, *([key] if key else []))).status_code == 404, name
    assert officer.get(url("class-list"), {"term": "999"}).status_code == 200
    assert teacher.get(url("mine"), {"term": "99999"}).status_code == 404


def test_a_teacher_at_two_schools_and_in_the_studio_has_one_timetable(scene: Scene) -> None:
    cast = scene.cast
    put(scene, cast.far_class, (2, 3), code=MUSIC, teacher=cast.teacher)
    course = published(scene, with_class=False)

    text = page(browse(cast.teacher), "mine", week=1)

    assert "松岭小学 第 3 节" in text
    assert "五年级音乐" in text
    assert reverse("timetable:lesson-detail", args=[first_lesson(course).pk]) in text


def test_the_week_plan_is_exported_as_schools_keep_it(scene: Scene) -> None:
    cast = scene.cast
    put(scene, cast.deer_class, (1, 1), teacher=cast.deer_assistant)
    head = browse(cast.deer_head)

    rows = cells(head.get(url("plan-export"), {"class": cast.deer_class.pk}))
    assert rows[0][3:5] == ("时间", "周一")
    assert rows[1][3:5] == ("08:35–09:15", "语文 周青禾")
    assert len(cells(head.get(url("plan-export"), {"school": cast.deer_bay.pk}))) == 8


def test_a_timetabler_sets_and_clears_a_period(scene: Scene) -> None:
    cast = scene.cast
    put(scene, cast.far_class, (1, 1), teacher=cast.teacher)
    client = browse(cast.timetabler)
    cell = url("cell-edit", cast.centre_class.pk, 1, 2)
    given = {"subject": MATHS, "teacher": cast.teacher.person.pk, "room": ""}

    assert "周一第 2 节" in client.get(cell).content.decode()
    assert client.post(cell, given).status_code == 302
    assert Placement.objects.get(school_class=cast.centre_class).subject_id == MATHS
    assert "selected" in client.get(cell).content.decode()
    busy = client.post(url("cell-edit", cast.centre_class.pk, 1, 1), given)
    assert (busy.status_code, "已有五年级（1）班语文" in busy.content.decode()) == (422, True)
    assert client.get(url("class-week", cast.centre_class.pk)).status_code == 200
    assert client.post(url("cell-clear", cast.centre_class.pk, 1, 2)).status_code == 302
    assert client.post(url("cell-clear", cast.centre_class.pk, 1, 2)).status_code == 404
    assert client.get(url("cell-edit", cast.centre_class.pk, 6, 2)).status_code == 404
    assert client.get(url("cell-edit", cast.far_class.pk, 1, 2)).status_code == 404
    course = published(scene)
    joint = Placement.objects.filter(slot__course=course, school_class=cast.centre_class)[0]
    client.post(url("cell-clear", cast.centre_class.pk, joint.weekday, joint.seq))
    assert Placement.objects.filter(pk=joint.pk).exists()


def test_the_check_leads_to_demands(scene: Scene) -> None:
    cast = scene.cast
    officer, deer = browse(cast.officer), browse(scene.deer_timetabler)

    text = page(officer, "gap-list")
    assert "开齐率" in text
    assert "鹿回湾" in page(officer, "gap-list", q="鹿回湾", only="gaps")
    assert "没有符合条件" in page(officer, "gap-list", only="good")
    assert deer.get(url("gap-list"))["Location"] == url("gap-school", cast.deer_bay.pk)
    assert "0 / 2" in page(deer, "gap-school", cast.deer_bay.pk)
    rows = cells(officer.get(url("gap-export"), {"school": cast.deer_bay.pk}))
    music = next(row for row in rows if row[2] == "音乐")
    assert music[3:5] + music[6:8] == (2, 0, "未开", None)

    asked = deer.post(url("demand-open", cast.deer_class.pk, MUSIC))
    assert asked["Location"] == url("gap-school", cast.deer_bay.pk)
    twice = deer.post(url("demand-open", cast.deer_class.pk, MUSIC), {"next": url("demand-list")})
    assert twice["Location"] == url("demand-list")
    elsewhere = deer.post(
        url("demand-open", cast.deer_class.pk, MUSIC), {"next": "https://example.org/"}
    )
    assert elsewhere["Location"] == url("gap-school", cast.deer_bay.pk)
    assert Demand.objects.count() == 1
    assert deer.post(url("demand-open", cast.far_class.pk, MUSIC)).status_code == 404
    assert deer.post(url("demand-open", cast.deer_class.pk, "XX")).status_code == 404
    deer.post(url("demand-open-all"), {"school": cast.deer_bay.pk})
    many = Demand.objects.count()
    assert many > 5
    deer.post(url("demand-open-all"))
    assert Demand.objects.count() == many

    demand = Demand.objects.get(subject=MUSIC)
    assert page(deer, "demand-close", demand.pk)
    assert deer.post(url("demand-close", demand.pk), {"reason": ""}).status_code == 422
    assert deer.post(url("demand-close", demand.pk), {"reason": "自己能开"}).status_code == 302
    assert deer.post(url("demand-close", demand.pk), {"reason": "再来"}).status_code == 422
    assert "自己能开" in page(deer, "demand-list", state="closed", q="音乐", subject=MUSIC)
    assert page(deer, "demand-list", kind="missing")
    assert len(cells(deer.get(url("demand-export")))) == many
    for name in ("gap-list", "demand-list", "gap-export", "demand-export"):
        assert browse(cast.teacher).get(url(name)).status_code == 404


def test_from_demand_to_published_course_in_the_browser(scene: Scene) -> None:
    cast = scene.cast
    deer_demand, stone_demand = ask(scene), ask(scene, cast.stone_class)
    centre, deer = browse(cast.timetabler), browse(scene.deer_timetabler)
    stone = browse(scene.stone_timetabler)
    assert "可以承接" in page(centre, "demand-list")
    assert "可以承接" not in page(deer, "demand-list")

    nothing = centre.post(url("course-take"))
    assert nothing["Location"] == url("demand-list")
    assert deer.post(url("course-take"), {"demand": [deer_demand.pk]})["Location"] == nothing[
        "Location"]  # fmt: skip
    centre.post(url("course-take"), {"demand": [deer_demand.pk, stone_demand.pk]})
    course = Course.objects.get()
    detail = url("course-detail", course.pk)
    assert "还差这些" in centre.get(detail).content.decode()

    staffing = url("course-staff", course.pk)
    assert "林知遥（每周 0 节）" in centre.get(staffing).content.decode()
    given = {"host_teacher": cast.teacher.person.pk, "host_class": cast.centre_class.pk,
             "host_room": scene.studio.pk, "textbook": scene.textbook.pk, "form": "delivered",
             "periods_per_week": 1}  # fmt: skip
    assert centre.post(staffing, given | {"periods_per_week": 9}).status_code == 422
    with override_most(1):
        assert centre.post(staffing, given | {"periods_per_week": 2}).status_code == 422
    assert centre.post(staffing, given)["Location"] == detail
    assert deer.get(staffing).status_code == 404

    for listener in course.listeners.select_related("school_class"):
        own = listener.school_class == cast.deer_class
        client = deer if own else stone
        helper = (cast.deer_assistant if own else cast.stone_assistant).person
        room = scene.deer_room if own else scene.stone_room
        address = url("listener-staff", listener.pk)
        assert centre.get(address).status_code == 404
        assert helper.name in client.get(address).content.decode()
        if own:
            wrong = {"assistant": helper.pk, "room": scene.stone_room.pk}
            assert client.post(address, wrong).status_code == 422
        assert client.post(address, {"assistant": helper.pk, "room": room.pk})["Location"] == detail
    course.refresh_from_db()
    assert course.state == "ready"

    assert "五年级音乐" in page(centre, "plan-list")
    assert centre.post(url("plan-start"))["Location"] == url("plan-list")
    started = centre.post(url("plan-start"), {"course": [course.pk]})
    run = PlanRun.objects.get()
    assert started["Location"] == url("plan-detail", run.pk)
    assert "正在找共同时间" in page(centre, "plan-detail", run.pk)
    poll = centre.get(url("plan-detail", run.pk), headers={"HX-Request": "true"})
    assert "正在找共同时间" in poll.content.decode()
    assert "<html" not in poll.content.decode()
    run_pending()
    done = centre.get(url("plan-detail", run.pk), headers={"HX-Request": "true"})
    assert done["HX-Refresh"] == "true"
    text = page(centre, "plan-detail", run.pk)
    assert "<svg" in text
    assert "共同时间" in text
    accepted = centre.post(url("plan-accept", run.pk))
    assert accepted["Location"] == detail
    assert centre.post(url("plan-accept", run.pk))["Location"] == url("plan-detail", run.pk)

    course.refresh_from_db()
    weeks = len({lesson.week for lesson in Lesson.objects.all()})
    assert (course.state, Lesson.objects.count()) == ("published", weeks)
    assert all(lesson.starts_at > course.published_at for lesson in Lesson.objects.all())
    text = centre.get(detail).content.decode()
    assert "已开课" in text
    assert ("接下来的课" in text) == (weeks > 0)
    assert "五年级音乐" in page(deer, "course-list", q="鹿回湾", state="published", subject=MUSIC)
    assert page(deer, "course-list", form="delivered")
    assert cells(deer.get(url("course-export")))[1][0] == "五年级音乐"
    consortium = reverse("communities:consortium-detail", args=[scene.group.pk])
    assert "五年级音乐" in centre.get(consortium).content.decode()
    assert "已经确认" in page(centre, "plan-detail", run.pk)
    assert "已开课" in page(centre, "plan-list")


def override_most(periods: int) -> AbstractContextManager[TimetableProfile]:
    """A region in which a teacher delivers at most so many periods."""
    return override(TimetableProfile, max_delivered_periods=periods)


def test_a_lesson_of_the_plan_is_moved_on_the_page(scene: Scene) -> None:
    course = ready(scene, periods=2)
    other = ready(scene, ask(scene, scene.cast.stone_class))
    client = browse(scene.cast.timetabler)
    client.post(url("plan-start"), {"course": [course.pk, other.pk]})
    run_pending()
    run = PlanRun.objects.get()
    slot = next(each for each in run.proposal["slots"] if each["course"] == course.pk)
    was = f"{slot['weekday']}-{slot['seq']}"

    text = page(client, "plan-detail", run.pk, course=course.pk, move=was)
    assert "换到哪里" in text
    assert "可放" in text
    assert page(client, "plan-detail", run.pk, course=other.pk, move="junk")
    used = {(each["weekday"]) for each in run.proposal["slots"]}
    day = next(day for day in range(1, 6) if day not in used)
    moved = client.post(
        url("plan-move", run.pk), {"course": course.pk, "from": was, "to": f"{day}-2"}
    )
    assert moved["Location"] == f"{url('plan-detail', run.pk)}?course={course.pk}"
    run.refresh_from_db()
    assert (day, 2) in {(each["weekday"], each["seq"]) for each in run.proposal["slots"]}
    client.post(url("plan-move", run.pk), {"course": course.pk, "from": "9-9", "to": "1-3"})
    assert client.post(url("plan-move", run.pk), {"course": 0, "to": "1-3"}).status_code == 404
    assert (
        client.post(url("plan-move", run.pk), {"course": course.pk, "to": "x"}).status_code == 404
    )
    assert browse(scene.deer_timetabler).get(url("plan-detail", run.pk)).status_code == 404
    client.post(url("plan-discard", run.pk))
    client.post(url("plan-discard", run.pk))
    assert "已经放弃" in page(client, "plan-detail", run.pk)


def test_a_plan_that_fails_or_grows_old_says_so(scene: Scene) -> None:
    cast = scene.cast
    every = [(day, seq) for day in range(1, 6) for seq in range(1, 8)]
    put(scene, cast.deer_class, *every, code=CHINESE)
    course = ready(scene)
    client = browse(cast.officer)
    client.post(url("plan-start"), {"course": [course.pk]})
    run_pending()
    run = PlanRun.objects.get()

    text = page(client, "plan-detail", run.pk)
    assert "还差 1 节排不进" in text
    assert "可以试试" in text
    client.post(url("plan-accept", run.pk))
    assert PlanRun.objects.get().state == "ready"
    Course.objects.filter(pk=course.pk).update(host_teacher=None)
    assert "方案已经过时" in page(client, "plan-detail", run.pk)
    PlanRun.objects.filter(pk=run.pk).update(state="failed", proposal={"refusal": "缺教师"})
    assert "缺教师" in page(client, "plan-detail", run.pk)
    assert browse(cast.teacher).get(url("plan-list")).status_code == 404


def test_a_course_is_withdrawn_and_a_class_leaves_it(scene: Scene) -> None:
    cast = scene.cast
    course = take(scene, ask(scene), ask(scene, cast.stone_class))
    centre, deer = browse(cast.timetabler), browse(scene.deer_timetabler)
    listener = course.listeners.get(school_class=cast.deer_class)

    assert page(deer, "listener-drop", listener.pk)
    assert deer.post(url("listener-drop", listener.pk), {"reason": ""}).status_code == 422
    deer.post(url("listener-drop", listener.pk), {"reason": "本校能开"})
    last = course.listeners.get()
    assert centre.post(url("listener-drop", last.pk), {"reason": "甲"}).status_code == 422
    assert page(centre, "course-withdraw", course.pk)
    assert centre.post(url("course-withdraw", course.pk), {"reason": "没有教师"}).status_code == 302
    assert centre.post(url("course-withdraw", course.pk), {"reason": "再来"}).status_code == 422
    assert "已经撤销" in page(centre, "course-detail", course.pk)
    assert deer.get(url("course-withdraw", course.pk)).status_code == 404
    assert browse(cast.pupil).get(url("course-list")).status_code == 404


def test_the_hub_of_a_lesson_for_every_role(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    cast = scene.cast
    lesson = first_lesson(published(scene))
    monkeypatch.setattr(web, "_PANELS", [])
    web.register_panel(lambda request, shown: f"<p>作业 {shown.pk}</p>", order=30)  # type: ignore[arg-type, return-value]
    live = web.register_panel(lambda request, shown: "<p>课堂</p>", order=10)  # type: ignore[arg-type, return-value]
    web.register_panel(live, order=10)
    web.register_panel(lambda request, shown: None)

    for key in ("teacher", "deer_assistant", "pupil", "guardian", "head", "officer", "researcher"):
        text = page(browse(cast.actors[key]), "lesson-detail", lesson.pk)
        assert text.index("课堂") < text.index(f"作业 {lesson.pk}")
        assert "周青禾" in text
        assert page(browse(cast.actors[key]), "lesson-list")
    assert browse(cast.outsider).get(url("lesson-detail", lesson.pk)).status_code == 404
    staff = browse(cast.head)
    assert len(cells(staff.get(url("lesson-export"), {"week": 1}))) == 2
    assert browse(cast.pupil).get(url("lesson-export")).status_code == 404
    text = page(staff, "lesson-list", q="鹿回湾", state="planned", week=1, course=lesson.course_id)
    assert "第1单元（1）" in text


def test_a_teacher_runs_a_lesson_from_its_page(scene: Scene) -> None:
    cast = scene.cast
    lesson = first_lesson(published(scene))
    teacher, officer = browse(cast.teacher), browse(cast.officer)
    early = teacher.post(url("lesson-start", lesson.pk))
    if lesson.day != timezone.localdate():
        assert (early.status_code, "当天" in early.content.decode()) == (409, True)
    now = timezone.now()
    Lesson.objects.filter(pk=lesson.pk).update(
        day=timezone.localdate(now), starts_at=now - timedelta(hours=2),
        ends_at=now - timedelta(hours=1),
    )  # fmt: skip

    assert "开始上课" in page(teacher, "lesson-detail", lesson.pk)
    assert teacher.post(url("lesson-finish", lesson.pk)).status_code == 409
    teacher.post(url("lesson-start", lesson.pk))
    assert "下课" in page(teacher, "lesson-detail", lesson.pk)
    teacher.post(url("lesson-finish", lesson.pk))
    assert "已上课" in page(teacher, "lesson-detail", lesson.pk)
    assert teacher.get(url("lesson-reverse", lesson.pk)).status_code == 404
    assert "冲销" in page(officer, "lesson-reverse", lesson.pk)
    assert officer.post(url("lesson-reverse", lesson.pk), {"reason": ""}).status_code == 422
    officer.post(url("lesson-reverse", lesson.pk), {"reason": "没有连通"})
    assert officer.post(url("lesson-reverse", lesson.pk), {"reason": "再来"}).status_code == 422
    assert "没有连通" in page(teacher, "lesson-detail", lesson.pk)
    assert "没有连通" not in page(browse(cast.pupil), "lesson-detail", lesson.pk)
    assert page(officer, "lesson-confirm", lesson.pk)
    officer.post(url("lesson-confirm", lesson.pk), {"reason": "录像证明"})
    lesson.refresh_from_db()
    assert (lesson.state, lesson.revision) == ("held", 2)

    second = lesson.course.lessons.order_by("day")[1]
    Lesson.objects.filter(pk=second.pk).update(
        starts_at=now - timedelta(hours=2), ends_at=now - timedelta(hours=1)
    )
    assert page(teacher, "lesson-miss", second.pk)
    assert page(officer, "lesson-miss", second.pk)
    teacher.post(url("lesson-miss", second.pk), {"reason": "停电"})
    second.refresh_from_db()
    assert second.state == "not_held"
    assert page(teacher, "lesson-topic", second.pk)
    third = lesson.course.lessons.order_by("day")[2]
    teacher.post(url("lesson-topic", third.pk), {"title": "小白船", "unit": ""})
    assert teacher.post(url("lesson-topic", third.pk), {"title": ""}).status_code == 422
    assert teacher.post(url("lesson-topic", second.pk), {"title": "甲"}).status_code == 422
    third.refresh_from_db()
    assert third.title == "小白船"


def test_lists_cost_the_same_queries_with_more_rows(scene: Scene) -> None:
    cast = scene.cast
    published(scene)
    ready(scene, ask(scene, make_class(cast.deer_bay)), with_class=False)
    officer, head = browse(cast.officer), browse(cast.timetabler)
    views = [
        (officer, "lesson-list"), (officer, "course-list"), (officer, "demand-list"),
        (officer, "gap-list"), (officer, "class-list"), (head, "teacher-list"),
        (officer, "school-list"), (head, "demand-list"), (officer, "bell-list"),
        (head, "plan-list"), (officer, "lesson-export"), (officer, "course-export"),
    ]  # fmt: skip

    def counts() -> dict[tuple[str, str], int]:
        found = {}
        for client, name in views:
            client.get(url(name))
            with CaptureQueriesContext(connection) as seen:
                client.get(url(name))
            found[str(client.session["appointment"]), name] = len(seen)
        return found

    before = counts()
    published(scene, ask(scene, cast.stone_class), with_class=False)
    ready(scene, ask(scene, make_class(cast.stone_bridge)))
    ask(scene, make_class(cast.far_school))

    assert counts() == before


def test_a_region_without_a_term_says_so(scene: Scene) -> None:
    Term.objects.all().delete()
    cast = scene.cast

    for actor, name, args in (
        (cast.pupil, "mine", ()), (cast.teacher, "mine", ()),
        (cast.head, "school-day", (cast.centre.pk,)), (cast.officer, "gap-list", ()),
        (cast.head, "gap-school", (cast.centre.pk,)),
        (cast.head, "class-week", (cast.centre_class.pk,)),
    ):  # fmt: skip
        assert "还没有设置学期" in page(browse(actor), name, *args)
    head = browse(cast.head)
    assert "没有符合条件" in page(head, "lesson-list")
    assert page(head, "teacher-list")
    for name in ("plan-export", "gap-export"):
        assert head.get(url(name)).status_code == 404
    assert head.post(url("demand-open-all")).status_code == 404
    assert head.post(url("demand-open", cast.centre_class.pk, MUSIC)).status_code == 404
    assert head.get(url("cell-edit", cast.centre_class.pk, 1, 1)).status_code == 404
    assert not may_import(cast.head)


def test_an_import_adds_changes_refuses_and_is_undone(scene: Scene) -> None:
    cast = scene.cast
    put(scene, cast.centre_class, (1, 2), code=CHINESE, teacher=cast.teacher)
    put(scene, cast.centre_class, (1, 3), code=CHINESE, teacher=cast.teacher)
    actor = replace_today(cast.timetabler)
    importer = PlacementImporter(actor)
    base = {"school": "栖云中心小学", "school_class": "五年级（1）班", "weekday": "1"}
    good = [
        base | {"seq": 1, "subject": "数学", "teacher": "林知遥"},
        base | {"seq": 2, "subject": "数学", "teacher": "林知遥", "room": "录播教室"},
        base | {"seq": 3, "subject": "语文", "teacher": cast.teacher.person.number},
    ]
    bad = [
        base | {"seq": 9, "subject": "数学"},
        base | {"seq": 4, "subject": "魔法"},
        base | {"seq": 6, "subject": "数学", "teacher": "周青禾"},
        base | {"seq": 5, "subject": "数学", "room": "月球"},
        base | {"school_class": "九年级（9）班", "seq": 1, "subject": "数学"},
        {"school_class": "五年级（1）班", "weekday": "2", "seq": 1, "subject": "数学"},
        base | {"school": "鹿回湾教学点", "seq": 1, "subject": "数学", "teacher": "林知遥"},
    ]

    run = runs.dry_run(importer, export_xlsx(PLACEMENTS, good + bad), "课表.xlsx", by=actor,
                       at=BEFORE)  # fmt: skip
    assert run.report["counts"] == {"add": 1, "change": 1, "leave": 0, "same": 1, "refuse": 7}
    said = "".join(row["message"] for row in runs.report_rows(run))
    for words in ("没有第 9 节", "没有“魔法”", "没有叫“周青禾”", "没有“月球”", "找不到这个班"):
        assert words in said
    assert "请填写学校" in said
    assert Placement.objects.count() == 2
    run = runs.dry_run(importer, export_xlsx(PLACEMENTS, good), "课表.xlsx", by=actor, at=BEFORE)
    runs.commit(run, importer, by=actor, at=BEFORE)
    assert Placement.objects.count() == 3
    assert Placement.objects.get(weekday=1, seq=2).room == scene.studio
    runs.undo(run, by=actor, at=BEFORE)
    assert sorted(Placement.objects.values_list("seq", "subject")) == [(2, CHINESE), (3, CHINESE)]
    client = browse(cast.timetabler)
    assert client.get(reverse("timetable:timetable-placement-import")).status_code == 200
    assert (
        browse(cast.teacher).get(reverse("timetable:timetable-placement-import")).status_code == 404
    )


def test_an_import_refuses_clashes_and_joint_lessons(scene: Scene) -> None:
    cast = scene.cast
    course = published(scene)
    joint = Placement.objects.get(slot__course=course, school_class=cast.deer_class)
    put(scene, cast.far_class, (1, 1), teacher=cast.teacher)
    actor = replace_today(cast.head)
    importer = PlacementImporter(actor)
    rows = [
        {"school": "鹿回湾教学点", "school_class": "五年级（1）班", "weekday": str(joint.weekday),
         "seq": joint.seq, "subject": "数学"},
        {"school": "栖云中心小学", "school_class": "五年级（1）班", "weekday": "1", "seq": 1,
         "subject": "数学", "teacher": "林知遥"},
    ]  # fmt: skip

    run = runs.dry_run(importer, export_xlsx(PLACEMENTS, rows), "课表.xlsx", by=actor, at=BEFORE)

    said = str(run.report["changes"])
    assert "联合课程" in said
    assert "已有五年级（1）班语文" in said


def replace_today(actor: Actor) -> Actor:
    """The same actor on a day of the term, whatever day the test runs on."""
    return replace(actor, today=BEFORE.date() + timedelta(days=20))


def test_homeroom_teacher_and_family_find_their_way(scene: Scene) -> None:
    cast = scene.cast
    lesson = first_lesson(published(scene))
    centre_pupil = acting(cast.centre_pupils[0], Role.PUPIL)

    assert page(browse(centre_pupil), "lesson-detail", lesson.pk)
    assert policy.may(cast.pupil, policy.Perm.LESSON_READ)
