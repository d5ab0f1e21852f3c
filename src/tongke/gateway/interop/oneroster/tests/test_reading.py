import os
from datetime import date
from pathlib import Path

import pytest

from tongke.gateway.interop.oneroster import Mode, Package, UserRole, read_package
from tongke.gateway.interop.oneroster.tests.make import make_files, make_zip

# The public sample package of OneRoster 1.1; it lies beside the repository or where this says.
SAMPLES = Path(
    os.environ.get(
        "TONGKE_ONEROSTER", Path(__file__).resolve().parents[7] / "shared/data/oneroster"
    )
)


def read(version="1.2", mode="bulk", **spoiled) -> Package:
    return read_package(make_zip(make_files(version, mode, **spoiled)))


def ids(rows):
    return [row.id for row in rows]


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_a_sound_package_is_read_whole_and_without_a_word(version):
    package = read(version)

    assert package.problems == []
    assert (package.version, package.system) == (version, "青溪县学籍库")
    assert package.mode("users") is Mode.BULK
    assert package.mode("roles") is (Mode.BULK if version == "1.2" else Mode.ABSENT)
    assert [(org.name, org.parent_id) for org in package.orgs] == [
        ("青溪县教育局", ""), ("栖云中心小学", "o1"), ("鹿回湾教学点", "o2"),
    ]  # fmt: skip
    assert ids(package.sessions) == ["y1", "t1"]
    assert package.sessions[1].end == date(2027, 1, 20)
    assert package.courses[0].grades == ("13", "15")
    assert [(each.title, each.school_id, each.session_ids) for each in package.classes] == [
        ("五（1）班", "o2", ("t1",)), ("鹿回湾五年级", "o3", ("t1", "y1")),
    ]  # fmt: skip
    assert [(each.user_id, each.class_id, each.role) for each in package.enrollments] == [
        ("p1", "c1", "student"), ("p2", "c2", "student"), ("s1", "c1", "teacher"),
    ]  # fmt: skip


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_users_are_the_same_people_in_both_versions(version):
    teacher, pupil, _, guardian = read(version).users

    assert [user.name for user in (teacher, pupil, guardian)] == ["林知遥", "安小满", "安守田"]
    assert teacher.user_ids == (("LDAP", "linzy"),)
    assert [(role.role, role.org_id, role.primary) for role in teacher.roles] == [
        ("teacher", "o2", True), ("teacher", "o3", False),
    ]  # fmt: skip
    assert (pupil.birth_date, pupil.sex, pupil.grades) == (date(2016, 3, 12), "female", ("15",))
    assert (pupil.agent_ids, guardian.agent_ids) == (("g1",), ("p1",))
    assert (guardian.enabled, guardian.sms) == (False, "+8610000000002")


def test_roles_of_1_2_have_dates():
    assert read("1.2").users[0].roles[1] == UserRole(
        "teacher", "o3", primary=False, begin=date(2026, 9, 1), end=date(2027, 1, 20)
    )


def test_the_public_sample_is_read_with_warnings_only():
    folder = SAMPLES / "v1p1-base"
    if not folder.exists():
        pytest.skip("the public OneRoster sample is not on this machine")
    package = read_package(folder)

    assert package.errors == []
    assert package.version == "1.1"
    assert ids(package.orgs) == ["12345", "54321"]
    assert ids(package.classes) == ["class1", "class2", "class3"]
    assert ids(package.users) == ["user1", "user2"]
    assert ids(package.enrollments) == ["enrol1", "enrol2", "enrol3"]
    said = [str(problem) for problem in package.warnings]
    assert "classes.csv 第 1 行「grade」：是旧版列名，当作 grades 读取。" in said
    assert "classes.csv「courseSourcedId」：标准要求填写，第 2、3、4 行是空白。" in said


def test_a_folder_reads_like_its_archive(tmp_path):
    for name, text in make_files().items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")

    assert read_package(tmp_path) == read()


def test_the_files_may_lie_in_one_folder_of_the_archive_and_in_other_encodings():
    assert read_package(make_zip(make_files(), folder="export/")) == read()
    assert read_package(make_zip(make_files(), encoding="utf-8-sig")) == read()
    assert read_package(make_zip(make_files(), encoding="gb18030")) == read()


def test_a_delta_may_point_to_what_the_receiver_has_and_says_who_left():
    enrollments = """sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,\
userSourcedId,role,primary,beginDate,endDate
e1,tobedeleted,2026-11-20T08:00:00.000Z,,,,,,,
e9,active,2026-11-20T08:00:00.000Z,c77,o77,p77,student,,,
e8,,,c1,o2,p1,student,,,
"""
    manifest = "propertyName,value\noneroster.version,1.2\nfile.enrollments,delta\n"
    package = read_package(make_zip({"manifest": manifest, "enrollments": enrollments}))

    assert [(each.id, each.removed, each.class_id) for each in package.enrollments] == [
        ("e1", True, ""), ("e9", False, "c77"),
    ]  # fmt: skip
    assert [str(each) for each in package.errors] == [
        "enrollments.csv 第 4 行「status」：delta 文件的每一行都要写 active 或 tobedeleted。"
    ]
    assert (package.mode("enrollments"), package.mode("users")) == (Mode.DELTA, Mode.ABSENT)
