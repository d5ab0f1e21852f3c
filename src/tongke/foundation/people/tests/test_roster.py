"""Rosters from worksheets: what a file would do, doing it again, taking it back."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tongke.core.errors import Refused
from tongke.core.models import ImportRun
from tongke.core.spreadsheets import export_xlsx, read, runs, template_xlsx
from tongke.core.spreadsheets.cells import check_character
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import (
    Account,
    Appointment,
    Enrolment,
    Guardianship,
    Organisation,
    Person,
    Qualification,
    SchoolClass,
)
from tongke.foundation.people.roles import Role
from tongke.foundation.people.services.roster.importers import RosterImporter, import_roster
from tongke.foundation.people.services.roster.sheets import SHEETS
from tongke.foundation.people.tests.make import (
    GRADE_5,
    MUSIC,
    NOON,
    TODAY,
    World,
    make_guardian,
    make_person,
)
from tongke.foundation.people.tests.pages import client_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_phone")]
TABLES = (Organisation, Person, Appointment, SchoolClass, Enrolment, Guardianship, Account,
          Qualification)  # fmt: skip


def book(kind: str, *rows: dict[str, Any]) -> bytes:
    return export_xlsx(SHEETS[kind](), rows)


def state() -> list[list[tuple[Any, ...]]]:
    """Everything an import may touch."""
    return [list(model.objects.order_by("pk").values_list()) for model in TABLES]


def dry(
    kind: str, body: bytes, by: Actor | None, *, whole: bool = False, name: str = "名册.xlsx"
) -> tuple[ImportRun, RosterImporter]:
    importer = RosterImporter(kind, whole=whole)
    return runs.dry_run(importer, body, name, kind=f"people.{kind}", by=by, at=NOON), importer


def do(kind: str, body: bytes, by: Actor | None, *, whole: bool = False) -> ImportRun:
    run, importer = dry(kind, body, by, whole=whole)
    assert run.report["errors"] == []
    return runs.commit(run, importer, by=by, at=NOON)


def counts(run: ImportRun) -> dict[str, int]:
    return {key: number for key, number in run.report["counts"].items() if number}


def said(run: ImportRun) -> str:
    return str(run.report["changes"]) + str(run.report["errors"])


def pupil_row(school: str, code: str, name: str, **more: Any) -> dict[str, Any]:
    return {"school": school, "grade": GRADE_5, "number": 1, "code": code, "name": name, **more}


@pytest.mark.parametrize("kind", SHEETS)
def test_every_template_is_understood_and_its_example_skipped(cast: World, kind: str) -> None:
    table = read(template_xlsx(SHEETS[kind]()), "模板.xlsx", SHEETS[kind]())

    assert table.errors == ("表头下面没有数据。",)


def test_a_new_school_comes_in_four_files(cast: World) -> None:
    by = cast.sysadmin
    do(
        "organisations",
        book(
            "organisations",
            {
                "code": "LH-01",
                "name": "梨花小学",
                "kind": "school",
                "area": "village",
                "stages": "小学、初中",
            },
            {"code": "LH-02", "name": "梨花教学点", "kind": "point", "parent": "LH-01"},
        ),
        by,
    )
    do(
        "staff",
        book(
            "staff",
            {
                "school": "梨花小学",
                "code": "T1",
                "name": "丁一",
                "subject": MUSIC,
                "qualified": "音乐、语文",
                "phone": "13900001111",
                "since": date(2026, 9, 1),
            },
            {"school": "LH-01", "code": "T1", "name": "丁一", "subject": "SB0101"},
            {"school": "LH-01", "code": "T2", "name": "方二", "role": "timetabler"},
        ),
        by,
    )
    do("classes", book("classes",
        {"school": "LH-01", "grade": GRADE_5, "number": 1, "homeroom": "T1"}), by)  # fmt: skip
    run = do(
        "pupils",
        book(
            "pupils",
            pupil_row(
                "梨花小学",
                "G1",
                "安一",
                sex="2",
                birth_date=date(2016, 3, 1),
                seat=3,
                since=date(2026, 9, 1),
                guardian_一_name="安大",
                guardian_一_relation="父亲",
                guardian_一_phone="13900002222",
            ),
            pupil_row(
                "LH-01",
                "G2",
                "安二",
                guardian_一_name="安大",
                guardian_一_relation="父亲",
                guardian_一_phone="13900002222",
                guardian_二_name="罗氏",
                guardian_二_relation="祖母",
            ),
        ),
        by,
    )

    school = Organisation.objects.get(code="LH-01")
    point = Organisation.objects.get(code="LH-02")
    assert (school.stages, school.parent) == ("1,2", cast.region.region)
    assert point.path.startswith(school.path)
    teacher = Person.objects.get(number="T1")
    assert {one.subject_code for one in teacher.appointments.all()} == {MUSIC, "SB0101"}
    assert {one.subject_code for one in teacher.qualifications.all()} == {MUSIC, "SB0101"}
    klass = SchoolClass.objects.get(school=school)
    assert (klass.name, klass.entry_year, klass.homeroom_teacher) == (
        "五年级（1）班",
        2022,
        teacher,
    )
    first, second = (Person.objects.get(number=number) for number in ("G1", "G2"))
    assert first.enrolments.get().seat == 3
    assert first.guardians.get().guardian == second.guardians.order_by("pk")[0].guardian
    assert [one.guardian.number for one in second.guardians.order_by("pk")] == ["JG1-1", "JG2-1"]
    roles = Appointment.objects.filter(role=Role.GUARDIAN, organisation=school)
    assert {one.person.name for one in roles} == {"安大", "罗氏"}
    assert (
        Account.objects.filter(
            person__number__in=["T1", "T2", "G1", "G2", "JG1-1", "JG2-1"]
        ).count()
        == 6
    )
    assert counts(run) == {"add": 2}


def test_the_same_file_again_changes_nothing(cast: World) -> None:
    body = book("pupils", pupil_row(
        "鹿回湾教学点", "G1", "安一", sex="1", seat=7,
        guardian_一_name="安大", guardian_一_relation="父亲", guardian_一_phone="13900002222",
    ))  # fmt: skip
    do("pupils", body, cast.timetabler)
    before = state()

    run, importer = dry("pupils", body, cast.timetabler)

    assert counts(run) == {"same": 1}
    assert state() == before
    with pytest.raises(Refused, match="没有需要导入的变化"):
        runs.commit(run, importer, by=cast.timetabler, at=NOON)


def test_a_changed_row_changes_what_it_says_and_keeps_what_it_leaves_empty(cast: World) -> None:
    code = cast.deer_bay.code
    do("pupils", book("pupils", pupil_row(
        code, "G1", "安一", sex="1", phone=None, seat=7,
        guardian_一_name="安大", guardian_一_relation="父亲", guardian_一_phone="13900002222",
    )), cast.timetabler)  # fmt: skip
    id_number = "99000020160301001"
    id_number += check_character(id_number)

    run = do("pupils", book("pupils", pupil_row(
        code, "G1", "安壹", id_number=id_number, seat=8,
        guardian_一_name="安大", guardian_一_relation="父亲", guardian_一_phone="13900003333",
    )), cast.timetabler)  # fmt: skip

    pupil = Person.objects.get(number="G1")
    assert (pupil.name, pupil.sex, pupil.id_number) == ("安壹", "1", id_number)
    assert pupil.enrolments.get().seat == 8
    assert pupil.guardians.get().guardian.phone == "13900003333"
    change = run.report["changes"][0]
    assert change[1] == "change"
    assert change[3]["姓名"] == ["安一", "安壹"]
    assert id_number not in said(run)
    assert "13900003333" not in said(run)


def test_a_complete_list_makes_missing_pupils_leave(cast: World) -> None:
    stays, *gone = cast.deer_pupils
    body = book("pupils", pupil_row(cast.deer_bay.code, stays.number, stays.name))

    partial, _ = dry("pupils", body, cast.timetabler)
    assert counts(partial) == {"same": 1}
    run = do("pupils", body, cast.timetabler, whole=True)

    assert counts(run) == {"same": 1, "leave": 2} or counts(run) == {"change": 1, "leave": 2}
    for pupil in gone:
        assert Enrolment.objects.get(pupil=pupil).until == TODAY
        assert not pupil.appointments.filter(until=None).exists()
    assert Enrolment.objects.get(pupil=cast.stone_pupils[0]).until is None
    runs.undo(run, by=cast.timetabler, at=NOON)
    assert not Enrolment.objects.filter(pupil__in=gone).exclude(until=None).exists()
    assert Appointment.objects.filter(person__in=gone, until=None).count() == 2


def test_a_complete_list_of_staff_ends_the_roles_it_does_not_name(cast: World) -> None:
    by = cast.head
    body = book(
        "staff",
        {"school": cast.centre.code, "code": cast.teacher.person.number, "name": "林知遥",
         "subject": MUSIC},
        {"school": cast.centre.code, "code": cast.timetabler.person.number, "name": "孟课",
         "role": "timetabler"},
    )  # fmt: skip
    extra = make_person("余某")
    Appointment.objects.create(person=extra, organisation=cast.centre, role="teacher", since=TODAY)

    run = do("staff", body, by, whole=True)

    # The head's own role is not the head's to end.
    assert counts(run)["leave"] == 1
    assert Appointment.objects.get(person=extra).until == TODAY
    assert Appointment.objects.get(pk=by.appointment_id).until is None


def test_a_pupil_moves_between_classes_of_the_scope_and_not_into_it(cast: World) -> None:
    mover, other = cast.stone_pupils[0], cast.far_pupil
    body = book("pupils", pupil_row(cast.deer_bay.code, mover.number, mover.name))

    run = do("pupils", body, cast.timetabler)
    assert run.report["changes"][0][3]["班级"] == [
        "石桥教学点 五年级（1）班",
        "鹿回湾教学点 五年级（1）班",
    ]
    assert Enrolment.objects.get(pupil=mover, until=None).school_class == cast.deer_class
    assert mover.appointments.get(until=None).organisation == cast.deer_bay
    stranger = book("pupils", pupil_row(cast.deer_bay.code, other.number, other.name))
    refused, _ = dry("pupils", stranger, cast.timetabler)

    assert "请原学校先办离校" in said(refused)
    named, _ = dry("pupils", book("pupils", pupil_row(cast.deer_bay.code, other.number, "别人")),
                   cast.timetabler)  # fmt: skip
    assert "已经是别人的" in said(named)


def test_an_import_is_taken_back_whole(cast: World) -> None:
    make_guardian(cast.deer_pupils[1], "白大")
    before = state()
    body = book(
        "pupils",
        pupil_row(
            cast.deer_bay.code,
            "G1",
            "新一",
            guardian_一_name="新大",
            guardian_一_relation="父亲",
            guardian_一_phone="13900002222",
        ),
        pupil_row(cast.deer_bay.code, cast.stone_pupils[0].number, "江雪"),
        pupil_row(
            cast.deer_bay.code,
            cast.deer_pupils[0].number,
            "安小曼",
            seat=30,
            guardian_一_name="安守田",
            guardian_一_relation="父亲",
            guardian_一_phone="13900004444",
        ),
    )

    run = do("pupils", body, cast.timetabler, whole=True)
    assert state() != before
    runs.undo(run, by=cast.timetabler, at=NOON)

    after = state()
    seals = [len(rows) for rows in before] == [len(rows) for rows in after]
    assert seals
    assert Person.objects.get(pk=cast.deer_pupils[0].pk).name == "安小满"
    assert (
        Enrolment.objects.get(pupil=cast.stone_pupils[0], until=None).school_class
        == cast.stone_class
    )
    for table, (old, new) in zip(TABLES, zip(before, after, strict=True), strict=True):
        if table is not Person:  # sealed texts differ although they say the same
            assert old == new, table


def test_hundreds_of_pupils_are_planned_and_written_with_few_questions(
    cast: World, django_assert_max_num_queries: Any
) -> None:
    rows = [
        pupil_row(cast.deer_bay.code, f"G{number:05d}", f"生{number}",
                  guardian_一_name=f"长{number}", guardian_一_relation="父亲",
                  guardian_一_phone=f"139{number:08d}")
        for number in range(400)
    ]  # fmt: skip
    body = book("pupils", *rows)
    with django_assert_max_num_queries(60):
        run, importer = dry("pupils", body, cast.timetabler)
    with django_assert_max_num_queries(110):
        runs.commit(run, importer, by=cast.timetabler, at=NOON)

    assert Enrolment.objects.filter(school_class=cast.deer_class).count() == 403


def test_a_roster_comes_from_the_command_line(cast: World, tmp_path: Path) -> None:
    path = tmp_path / "班级.xlsx"
    path.write_bytes(book("classes", {"school": cast.centre.code, "grade": GRADE_5, "number": 8}))

    looked = import_roster(path, "classes", by=None, at=NOON)
    assert (looked.state, SchoolClass.objects.filter(number=8).count()) == ("dry", 0)
    done = import_roster(path, "classes", by=None, at=NOON, commit=True)

    assert done.state == "committed"
    assert SchoolClass.objects.get(number=8).name == "五年级（8）班"
    with pytest.raises(Refused, match="没有“lessons”这种名册"):
        import_roster(path, "lessons", by=None, at=NOON)


def test_the_pages_of_the_import(cast: World) -> None:
    client = client_of(cast.timetabler)
    home = reverse("people:import-home")
    for role in ("teacher", "director", "researcher", "pupil", "guardian"):
        assert client_of(getattr(cast, role)).get(home).status_code == 404
    assert "完整名单" in client.get(home).content.decode()
    start = reverse("people:import-start")
    to = client.get(start, {"list": "pupils", "whole": "1"})["Location"]
    assert to == reverse("people:people-pupils-import", kwargs={"mode": "whole"})
    assert client.get(start, {"list": "classes"})["Location"] == reverse(
        "people:people-classes-import"
    )
    assert client.get(start, {"list": "nothing"}).status_code == 404
    wrong = reverse("people:people-pupils-import", kwargs={"mode": "other"})
    assert client.get(wrong).status_code == 404
    body = book("pupils", pupil_row(cast.deer_bay.code, cast.deer_pupils[0].number, "安小满"))

    report = client.post(to, {"file": SimpleUploadedFile("名册.xlsx", body)})["Location"]
    page = client.get(report).content.decode()
    client.post(f"{report}commit/")

    assert "白露 五年级（1）班" in page
    assert "按完整名单导入" in page
    assert Enrolment.objects.filter(school_class=cast.deer_class, until=None).count() == 1
    assert client_of(cast.head).get(report).status_code == 404
