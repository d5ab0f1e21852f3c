"""What a roster import refuses, and that a refusal changes nothing."""

import io
import zipfile
from collections.abc import Iterable
from typing import Any

import pytest

from tongke.core.errors import Refused
from tongke.core.models import ImportRun
from tongke.core.spreadsheets import export_csv, export_xlsx, runs
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
from tongke.foundation.people.services.roster.importers import RosterImporter
from tongke.foundation.people.services.roster.sheets import SHEETS
from tongke.foundation.people.tests.make import (
    GRADE_5,
    MUSIC,
    NOON,
    World,
    make_guardian,
    make_pupil,
)

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


def test_a_refused_row_never_looks_like_a_pupil_who_left(cast: World) -> None:
    first = cast.deer_pupils[0]
    body = book(
        "pupils",
        pupil_row(cast.deer_bay.code, first.number, first.name),
        pupil_row("没有这所学校", "G77", "某某"),
    )

    run, _ = dry("pupils", body, cast.timetabler, whole=True)

    assert "leave" not in counts(run)
    assert counts(run)["refuse"] == 1


def test_a_school_imports_its_own_rows_only(cast: World) -> None:
    rows: Iterable[tuple[str, dict[str, Any]]] = [
        ("classes", {"school": cast.far_school.code, "grade": GRADE_5, "number": 9}),
        ("staff", {"school": "松岭小学", "code": "T9", "name": "某某"}),
        ("pupils", pupil_row(cast.far_school.code, "G9", "某某")),
        ("organisations", {"code": "X9", "name": "新校", "kind": "school",
                           "parent": cast.far_school.code}),
        ("organisations", {"code": cast.far_school.code, "name": "改名", "kind": "school"}),
    ]  # fmt: skip
    before = state()
    for kind, row in rows:
        run, importer = dry(kind, book(kind, row), cast.deer_head)
        assert counts(run) == {"refuse": 1}, kind
        with pytest.raises(Refused, match="没有通过检查"):
            runs.commit(run, importer, by=cast.deer_head, at=NOON)
    assert state() == before


def test_nobody_gives_a_role_above_their_own(cast: World) -> None:
    row = {"school": cast.centre.code, "code": "T9", "name": "某某", "role": "head"}

    run, _ = dry("staff", book("staff", row), cast.timetabler)

    assert "您不能任命“校长”" in said(run)
    assert counts(dry("staff", book("staff", row), cast.sysadmin)[0]) == {"add": 1}


def test_undo_is_refused_once_somebody_has_used_what_came_in(cast: World) -> None:
    run = do("pupils", book("pupils", pupil_row(cast.deer_bay.code, "G1", "新一")), cast.timetabler)
    pupil = Person.objects.get(number="G1")
    make_guardian(pupil)

    with pytest.raises(Refused, match="不能撤销"):
        runs.undo(run, by=cast.timetabler, at=NOON)
    assert Person.objects.filter(pk=pupil.pk).exists()


def test_a_number_stands_for_one_person(cast: World) -> None:
    body = book(
        "staff",
        {"school": cast.centre.code, "code": "T9", "name": "甲"},
        {"school": cast.deer_bay.code, "code": "T9", "name": "乙"},
        {"school": cast.centre.code, "code": cast.outsider.person.number, "name": "假冒"},
    )

    run, _ = dry("staff", body, cast.timetabler)

    assert "用在两个人身上：甲、乙" in said(run)
    assert "已经是别人的" in said(run)


def test_a_teacher_of_another_school_may_get_a_role_but_keeps_the_record(cast: World) -> None:
    person = cast.outsider.person
    row = {"school": cast.centre.code, "code": person.number, "name": person.name, "sex": "2",
           "subject": MUSIC, "phone": "13900007777"}  # fmt: skip

    do("staff", book("staff", row), cast.timetabler)

    person.refresh_from_db()
    assert (person.sex, person.phone) == ("0", "")
    assert person.appointments.filter(organisation=cast.centre).count() == 1


def test_wrong_rows_say_what_to_mend(cast: World) -> None:
    by = cast.timetabler
    cases = [
        ("classes", {"school": "鹿回湾教学点", "grade": GRADE_5, "number": 3, "homeroom": "NN"},
         "不是本校教职工"),
        ("pupils", pupil_row(cast.deer_bay.code, "G1", "某") | {"number": 44}, "请先导入班级"),
        ("pupils", pupil_row("教育局", "G1", "某"), "找不到学校"),
        ("organisations", {"code": "N1", "name": "新校", "kind": "school", "parent": "NIX"},
         "找不到上级机构"),
    ]  # fmt: skip
    for kind, row, why in cases:
        run, _ = dry(kind, book(kind, row), by)
        assert why in said(run), kind
        assert said(run).count("第 ") >= 1


def hostile(case: str) -> bytes:
    """A file that no roster can be made of."""
    sheet = SHEETS["pupils"]()
    good = pupil_row("鹿回湾教学点", "G1", "某某")
    match case:
        case "formula":
            text = export_csv(sheet, [good]).decode("utf-8-sig")
            return text.replace("某某", "=cmd|' /C calc'!A0").encode()
        case "encoding":
            return b"\xff\xfe\xfd" + bytes(range(128, 256)) * 9
        case "columns":
            return "姓名,性别\n某某,男\n".encode()
        case "twice":
            return export_csv(sheet, [good, good])
        case "bomb":
            bomb = io.BytesIO()
            with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)
            return bomb.getvalue()
        case "huge":
            return b"x" * (21 * 1024 * 1024)
        case "empty":
            return b""
        case "old":
            return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
        case "torn":
            return book("pupils", good)[:700]
    long = export_csv(sheet, [good | {"name": "名" * 300}])
    return long.decode("utf-8-sig").encode("gb18030")


@pytest.mark.parametrize(
    "case",
    ["formula", "encoding", "columns", "twice", "bomb", "huge", "empty", "old", "torn", "gbk"],
)
def test_a_broken_file_is_explained_and_changes_nothing(cast: World, case: str) -> None:
    before = state()

    run, importer = dry("pupils", hostile(case), cast.timetabler, name=f"{case}.csv")

    said_something = run.report["errors"] or counts(run).get("refuse")
    assert said_something, run.report
    with pytest.raises(Refused):
        runs.commit(run, importer, by=cast.timetabler, at=NOON)
    assert state() == before


def test_a_file_that_changed_under_the_report_is_looked_at_again(cast: World) -> None:
    body = book("pupils", pupil_row(cast.deer_bay.code, "G1", "新一"))
    run, importer = dry("pupils", body, cast.timetabler)
    make_pupil(cast.deer_class)
    do("pupils", book("pupils", pupil_row(cast.deer_bay.code, "G1", "旧一")), cast.timetabler)

    with pytest.raises(Refused, match="又有变化"):
        runs.commit(run, importer, by=cast.timetabler, at=NOON)
    assert Person.objects.get(number="G1").name == "旧一"
