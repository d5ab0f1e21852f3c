"""Pages of terms, bells and timetables: what each role finds, what a wrong click answers."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse

from tongke.core.spreadsheets import export_xlsx, runs
from tongke.engines.communities.tests.make import browse
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.tests.make import MUSIC
from tongke.teaching.timetable.importing import PlacementImporter, may_import
from tongke.teaching.timetable.models import (
    Bell,
    Holiday,
    Placement,
    Term,
)
from tongke.teaching.timetable.sheets import PLACEMENTS
from tongke.teaching.timetable.tests.browsing import cells, page, url
from tongke.teaching.timetable.tests.make import (
    BEFORE,
    CHINESE,
    MATHS,
    Scene,
    first_lesson,
    published,
    put,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_second_factor")]


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
