"""OneRoster packages become schools, staff, classes and families, again and again."""

import io
import os
import zipfile
from datetime import date
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tongke.core.errors import Refused
from tongke.core.models import ImportRun
from tongke.core.spreadsheets import runs
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import (
    Appointment,
    Enrolment,
    Organisation,
    Person,
    SchoolClass,
)
from tongke.foundation.people.tests.make import MUSIC, NOON, TODAY, World
from tongke.foundation.people.tests.pages import client_of
from tongke.gateway.interop.mapping import roster_of
from tongke.gateway.interop.oneroster import Package, read_package
from tongke.gateway.interop.oneroster.tests.make import make_files, make_zip
from tongke.gateway.interop.roster import KIND, OneRosterImporter, import_roster

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_phone")]
SAMPLES = Path(os.environ.get("TONGKE_SAMPLES", Path(__file__).parents[6] / "shared" / "data"))
VERSIONS = ["1.1", "1.2"]


def package(
    version: str, *, mode: str = "bulk", only: tuple[str, ...] = (), **spoiled: str
) -> bytes:
    """A sound package; files may be replaced, or all but some left out."""
    files = make_files(version, mode, **spoiled)
    if only:
        manifest = files["manifest"]
        for name in files.keys() - {"manifest", *only}:
            manifest = manifest.replace(f"file.{name},{mode}", f"file.{name},absent")
            del files[name]
        files["manifest"] = manifest
    return make_zip(files)


def dry(body: bytes, by: Actor | None) -> tuple[ImportRun, OneRosterImporter]:
    importer = OneRosterImporter()
    return runs.dry_run(importer, body, "package.zip", kind=KIND, by=by, at=NOON), importer


def do(body: bytes, by: Actor | None) -> ImportRun:
    run, importer = dry(body, by)
    assert run.report["errors"] == []
    assert run.report["obstacle"] == "", run.report
    return runs.commit(run, importer, by=by, at=NOON)


def counts(run: ImportRun) -> dict[str, int]:
    return {key: number for key, number in run.report["counts"].items() if number}


@pytest.mark.parametrize("version", VERSIONS)
def test_a_package_brings_schools_staff_classes_and_families(cast: World, version: str) -> None:
    run = do(package(version), cast.sysadmin)

    centre = Organisation.objects.get(source_id="o2")
    point = Organisation.objects.get(source_id="o3")
    assert (centre.code, centre.kind, centre.parent) == (
        cast.centre.code,
        "school",
        cast.region.region,
    )
    assert point.parent == centre
    klass = SchoolClass.objects.get(source_id="c2")
    assert (klass.school, klass.grade_code, klass.name) == (point, "15", "鹿回湾五年级")
    teacher = Person.objects.get(source_id="s1")
    assert (teacher.name, teacher.number) == ("林知遥", "T001")
    assert teacher.appointments.filter(
        organisation=centre, role="teacher", subject_code=MUSIC
    ).exists()
    assert SchoolClass.objects.get(source_id="c1").homeroom_teacher == teacher
    pupil = Person.objects.get(source_id="p1")
    assert (pupil.sex, pupil.birth_date, pupil.number) == ("2", date(2016, 3, 12), "G0101")
    assert pupil.enrolments.get().since == date(2026, 9, 1)
    link = pupil.guardians.get()
    assert (link.guardian.name, link.relation) == ("安守田", "父母")
    assert counts(run)["add"] >= 4
    assert "不是学校" in str(run.report["warnings"])


@pytest.mark.parametrize("version", VERSIONS)
def test_the_same_package_again_changes_nothing(cast: World, version: str) -> None:
    do(package(version), cast.sysadmin)

    run, importer = dry(package(version), cast.sysadmin)

    assert set(counts(run)) == {"same"}
    with pytest.raises(Refused, match="没有需要导入的变化"):
        runs.commit(run, importer, by=cast.sysadmin, at=NOON)


def test_both_versions_say_the_same_of_one_school(cast: World) -> None:
    do(package("1.1"), cast.sysadmin)

    run, _ = dry(package("1.2"), cast.sysadmin)

    assert "add" not in counts(run)


def test_a_bulk_package_makes_the_missing_leave(cast: World) -> None:
    do(package("1.1"), cast.sysadmin)
    kept = package("1.1", enrollments=(
        "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,"
        "beginDate,endDate\n"
        "e3,,,c1,o2,s1,teacher,true,2026-09-01,\n"
        "e9,,,c1,o2,p2,student,false,2026-11-01,\n"
    ))  # fmt: skip

    run = do(kept, cast.sysadmin)

    gone, moved = (Person.objects.get(source_id=each) for each in ("p1", "p2"))
    assert Enrolment.objects.get(pupil=gone).until == TODAY
    assert Enrolment.objects.get(pupil=moved, until=None).school_class.source_id == "c1"
    assert counts(run)["leave"] == 1
    # The county's own timetabler never came from that system and keeps the role.
    assert Appointment.objects.get(pk=cast.timetabler.appointment_id).until is None
    runs.undo(run, by=cast.sysadmin, at=NOON)
    assert Enrolment.objects.get(pupil=gone).until is None


def test_a_delta_package_says_itself_who_leaves(cast: World) -> None:
    do(package("1.1"), cast.sysadmin)
    header = package("1.1", mode="delta", users=(
        "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,"
        "familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password\n"
        "p1,tobedeleted,2026-11-20T00:00:00.000Z,true,o2,student,p1,,小满,安,,G0101,,,,,15,\n"
        "s1,tobedeleted,2026-11-20T00:00:00.000Z,true,o2,teacher,linzy,,知遥,林,,T001,,,,,,\n"
    ), only=("users",))  # fmt: skip

    run = do(header, cast.sysadmin)

    assert counts(run)["leave"] >= 2
    assert Enrolment.objects.get(pupil__source_id="p1").until == TODAY
    assert Enrolment.objects.get(pupil__source_id="p2").until is None
    assert not Appointment.objects.filter(person__source_id="s1", until=None).exists()


def test_a_broken_package_changes_nothing(cast: World) -> None:
    before = Person.objects.count()
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("users.csv", b"0" * 90_000_000)
    for body in (b"", b"PK not a zip", bomb.getvalue(), b"x" * (21 * 1024 * 1024)):
        run, importer = dry(body, cast.sysadmin)
        assert run.report["errors"]
        with pytest.raises(Refused):
            runs.commit(run, importer, by=cast.sysadmin, at=NOON)

    assert Person.objects.count() == before


def test_the_public_sample_can_be_imported(cast: World) -> None:
    folder = SAMPLES / "oneroster" / "v1p1-base"
    if not folder.exists():
        pytest.skip("the public OneRoster 1.1 sample is not on this machine")
    assert [str(one) for one in read_package(folder).errors] == []
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        for path in sorted(folder.glob("*.csv")):
            archive.write(path, path.name)

    run = do(body.getvalue(), cast.sysadmin)

    schools = Organisation.objects.filter(source_id__in=["12345", "54321"]).order_by("path")
    assert [one.name for one in schools] == ["School 2", "School 1"]
    assert schools[1].parent == schools[0]
    assert SchoolClass.objects.get(source_id="class1").grade_code == "12"
    assert SchoolClass.objects.get(source_id="class2").grade_code == ""
    assert Enrolment.objects.get(pupil__source_id="user1").school_class.source_id == "class1"
    said = str(run.report["warnings"])
    assert "没有年级" in said
    assert "只取了第一个" in said
    assert "没有行政班" in said


def test_grades_of_one_to_twelve_and_our_own_codes_are_told_apart() -> None:
    counted = package("1.1", classes=_classes("5", "9"))
    ours = package("1.1", classes=_classes("15", "23"))

    for body in (counted, ours):
        roster = roster_of(read_package(body), TODAY)
        assert [one.grade_code for one in roster.classes] == ["15", "23"]


def _classes(first: str, second: str) -> str:
    head = (
        "sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,"
        "schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods\n"
    )
    return (
        f"{head}c1,,,五（1）班,{first},m1,0501,homeroom,,o2,t1,,,\n"
        f'c2,,,鹿回湾五年级,{second},m1,0502,homeroom,,o3,"t1,y1",,,\n'
    )


def test_an_empty_package_is_an_empty_roster() -> None:
    roster = roster_of(Package(), TODAY)

    assert (roster.organisations, roster.pupils, roster.whole) == ((), (), False)


def test_the_pages_exist_for_the_bureau_only(cast: World) -> None:
    url = reverse("interop:interop-oneroster-import")
    for name, actor in cast.actors.items():
        wanted = 200 if name in {"sysadmin", "officer", "stranger"} else 404
        assert client_of(actor).get(url).status_code == wanted, name
    client = client_of(cast.officer)
    file = SimpleUploadedFile("package.zip", package("1.2"))

    report = client.post(url, {"file": file})["Location"]
    page = client.get(report).content.decode()
    client.post(f"{report}commit/")

    assert "学生：安小满" in page
    assert Person.objects.filter(source_id="p1").exists()


def test_another_county_cannot_take_over_a_school(cast: World) -> None:
    do(package("1.1"), cast.sysadmin)

    renamed = make_files("1.1")["users"].replace("小满,安", "大满,安")

    run, importer = dry(package("1.1", users=renamed), cast.stranger)

    assert "已经是别人的" in str(run.report["changes"])
    assert "请原学校先办离校" in str(run.report["changes"])
    with pytest.raises(Refused):
        runs.commit(run, importer, by=cast.stranger, at=NOON)
    assert Person.objects.get(source_id="p1").name == "安小满"


def test_the_command_line_takes_packages_and_worksheets(cast: World, tmp_path: Path) -> None:
    path = tmp_path / "package.zip"
    path.write_bytes(package("1.2"))

    assert import_roster(path, "oneroster", by=None, at=NOON).state == "dry"
    with pytest.raises(Refused, match="没有“nothing”"):
        import_roster(path, "nothing", by=None, at=NOON)
