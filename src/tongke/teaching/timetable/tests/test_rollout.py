"""AI, coding, maker, STEM: derived, reported, measured against the steps."""

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from tongke.core.errors import Refused
from tongke.core.models import Message
from tongke.core.spreadsheets import export_xlsx, runs
from tongke.foundation.curriculum.models import Grade
from tongke.foundation.people.models import Organisation, Qualification
from tongke.foundation.people.tests.make import NOON
from tongke.foundation.people.tests.pages import client_of
from tongke.teaching.timetable.importing_rollout import RolloutImporter
from tongke.teaching.timetable.models import Placement, RolloutReport, Term
from tongke.teaching.timetable.queries import rollout as queries
from tongke.teaching.timetable.queries.rollout import SchoolLine
from tongke.teaching.timetable.services import rollout
from tongke.teaching.timetable.services.rollout import Report
from tongke.teaching.timetable.sheets_rollout import REPORTS
from tongke.teaching.timetable.tests.make import Scene, put

CODING = "SB0506"
pytestmark = pytest.mark.usefixtures("no_second_factor")


def line_of(scene: Scene, school: Organisation) -> SchoolLine:
    return queries.school_lines(scene.term, [school])[0]


def states(scene: Scene, school: Organisation) -> dict[str, str]:
    return {cell.course.code: cell.state for cell in line_of(scene, school).cells}


def say(scene: Scene, school: Organisation, course: str, **over: object) -> RolloutReport:
    said: dict[str, object] = {
        "course": course, "grade": Grade.objects.get(pk="15"), "periods": 1, "trained": True,
        "teacher": scene.cast.deer_assistant.person, "equipment": "平板 10 台",
    }  # fmt: skip
    new = Report(**{**said, **over})  # type: ignore[arg-type]
    return rollout.report(scene.term, school, new, by=scene.cast.deer_head, at=NOON)


def test_the_timetable_says_it_before_the_school_does(scene: Scene) -> None:
    cast, deer = scene.cast, scene.cast.deer_bay
    assert set(states(scene, deer).values()) == {"silent"}
    put(scene, cast.deer_class, (1, 5), code=CODING, teacher=cast.deer_assistant)
    coding = next(cell for cell in line_of(scene, deer).cells if cell.course.code == "coding")
    assert (coding.state, coding.source, coding.periods) == ("part", "timetable", 1)
    assert coding.lacks == ("教师没有资格", "没有教室和设备")

    Qualification.objects.create(person=cast.deer_assistant.person, subject_code=CODING)
    say(scene, deer, "coding", periods=0, teacher=None, equipment="平板 10 台")
    assert states(scene, deer)["coding"] == "good"
    Placement.objects.filter(subject=CODING).delete()
    assert states(scene, deer)["coding"] == "none"


def test_what_is_reported_is_judged_and_replaced(scene: Scene) -> None:
    deer = scene.cast.deer_bay
    say(scene, deer, "ai")
    assert states(scene, deer)["ai"] == "good"
    say(scene, deer, "ai", trained=False, equipment="")
    ai = next(cell for cell in line_of(scene, deer).cells if cell.course.code == "ai")
    assert (ai.state, ai.lacks) == ("part", ("教师没有资格", "没有教室和设备"))
    assert RolloutReport.objects.count() == 1
    with pytest.raises(Refused, match="任课教师"):
        say(scene, deer, "ai", teacher=None)
    for course, grade in (("chess", "15"), ("maker", "13")):
        with pytest.raises(Refused, match="不要求"):
            say(scene, deer, course, grade=Grade.objects.get(pk=grade))


def test_steps_count_schools_of_their_area_and_say_how_many_lack(scene: Scene) -> None:
    cast = scene.cast
    schools = list(Organisation.objects.filter(kind__in=["school", "point"]).order_by("path"))
    say(scene, cast.deer_bay, "ai")
    lines = queries.school_lines(scene.term, schools)
    steps = {
        (each.step.area, each.course.code): each
        for each in queries.step_lines(lines, NOON.date() + timedelta(days=400))
    }
    village, town, city = (steps[area, "ai"] for area in ("village", "town", "city"))
    # Half of the two points: one is enough; of the two town schools both are due, none began.
    assert (village.schools, village.offering, village.reached, village.lacking) == (2, 1, True, 0)
    assert (town.schools, town.offering, town.due, town.badge, town.lacking) == (
        2, 0, True, "danger", 2,
    )  # fmt: skip
    assert (city.schools, city.share, city.reached) == (0, None, False)
    found = queries.narrowed(lines, area="village", state="good")
    assert [each.school for each in found] == [cast.deer_bay]
    assert [len(each.cells) for each in queries.narrowed(lines, grade="15")] == [4, 4, 4, 4]
    assert queries.narrowed(lines, grade="11") == []
    assert queries.grades_shown(lines) == [("15", "五年级")]
    shares = [each.share or 0 for each in queries.narrowed(lines, sort="-share")]
    assert shares == sorted(shares, reverse=True)
    with pytest.raises(Refused, match="没有需要"):
        rollout.remind(scene.term, [], by=cast.officer, at=NOON)
    behind = queries.to_remind(lines)
    told = rollout.remind(scene.term, behind, by=cast.officer, at=NOON)
    assert told == rollout.remind(scene.term, behind, by=cast.officer, at=NOON) + told
    assert Message.objects.filter(kind="timetable.rollout", account=cast.deer_head.account).exists()


def test_reports_come_from_a_spreadsheet_and_go_back(scene: Scene) -> None:
    cast = scene.cast
    Term.objects.update(starts_on=timezone.localdate() - timedelta(days=30))
    actor = cast.deer_head
    importer = RolloutImporter(actor)
    rows = [
        {"course": "人工智能", "grade": "五年级", "periods": 1, "teacher": "周青禾",
         "trained": True, "room": "听讲教室", "equipment": "平板", "note": ""},
        {"course": "创客", "grade": "五年级", "periods": 0},
    ]  # fmt: skip
    bad = [
        {"course": "围棋", "grade": "五年级", "periods": 1},
        {"course": "创客", "grade": "三年级", "periods": 1},
        {"course": "STEM", "grade": "五年级", "periods": 1},
        {"course": "编程", "grade": "五年级", "periods": 1, "teacher": "无名"},
        {"course": "编程", "grade": "六年级", "periods": 0, "room": "月球"},
        {"school": "外校", "course": "编程", "grade": "四年级", "periods": 0},
    ]
    run = runs.dry_run(importer, export_xlsx(REPORTS, rows + bad), "填报.xlsx", by=actor, at=NOON)
    assert run.report["counts"] == {"add": 2, "change": 0, "leave": 0, "same": 0, "refuse": 6}
    said = "".join(row["message"] for row in runs.report_rows(run))
    for words in (
        "没有“围棋”",
        "不要求",
        "写明任课教师",
        "没有这位教师",
        "没有“月球”",
        "找不到这所",
    ):
        assert words in said
    run = runs.dry_run(importer, export_xlsx(REPORTS, rows), "填报.xlsx", by=actor, at=NOON)
    runs.commit(run, importer, by=actor, at=NOON)
    assert states(scene, cast.deer_bay)["ai"] == "good"
    changed = [{**rows[0], "periods": 2}, rows[1]]
    run = runs.dry_run(importer, export_xlsx(REPORTS, changed), "填报.xlsx", by=actor, at=NOON)
    assert run.report["counts"]["change"] == run.report["counts"]["same"] == 1
    runs.commit(run, importer, by=actor, at=NOON)
    assert RolloutReport.objects.get(course="ai").periods == 2
    runs.undo(run, by=actor, at=NOON)
    assert RolloutReport.objects.get(course="ai").periods == 1


def test_the_bureau_sees_the_matrix_and_a_school_reports_on_the_phone(scene: Scene) -> None:
    cast = scene.cast
    Term.objects.update(starts_on=timezone.localdate() - timedelta(days=30))
    officer, head = client_of(cast.officer), client_of(cast.deer_head)
    page = officer.get(reverse("timetable:rollout-list")).content.decode()
    assert "分步目标" in page
    assert "鹿回湾教学点" in page
    assert "提醒 4 所学校" in page
    # A head of one school comes to its own page.
    own = reverse("timetable:rollout-school", args=[cast.deer_bay.pk])
    assert head.get(reverse("timetable:rollout-list")).url == own
    assert "项没有填报" in head.get(own).content.decode()
    form = reverse("timetable:rollout-report", args=[cast.deer_bay.pk, "ai", "15"])
    assert "佐证材料" in head.get(form).content.decode()
    assert head.post(form, {"periods": 1}).status_code == 422
    assert head.post(form, {"periods": 9}).status_code == 422
    wrong = SimpleUploadedFile("a.exe", b"MZ\x90\x00")
    assert head.post(form, {"periods": 0, "evidence": wrong}).status_code == 422
    data = {
        "periods": 1, "teacher": cast.deer_assistant.person.pk, "trained": "on",
        "equipment": "平板", "evidence": SimpleUploadedFile("a.pdf", b"%PDF-1.4\n%%EOF\n"),
    }  # fmt: skip
    assert head.post(form, data).status_code == 302
    assert "开足" in officer.get(own).content.decode()
    evidence = reverse("timetable:rollout-evidence", args=[cast.deer_bay.pk, "ai", "15"])
    assert b"".join(officer.get(evidence)).startswith(b"%PDF")
    assert head.get(evidence.replace("/ai/", "/stem/")).status_code == 404
    assert head.get(form.replace("/15/", "/11/")).status_code == 404
    body = officer.get(reverse("timetable:rollout-export"), {"state": "good"}).content
    assert load_workbook(io.BytesIO(body)).worksheets[0].max_row >= 4
    assert officer.post(reverse("timetable:rollout-remind")).status_code == 302
    for one in (officer, head):
        assert one.get(reverse("timetable:rollout-list"), {"q": "鹿"}).status_code in {200, 302}
