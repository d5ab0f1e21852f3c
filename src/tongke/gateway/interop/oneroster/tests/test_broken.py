"""Packages with something wrong: each problem has its file, line, column and a sentence."""

import io
import zipfile

import pytest

from tongke.core.spreadsheets.sheet import Limits
from tongke.gateway.interop.oneroster import Severity, read_package
from tongke.gateway.interop.oneroster.tests.make import (
    ROLES,
    SHARED,
    USERS_1_2,
    make_files,
    make_zip,
)


def read(version="1.2", **spoiled):
    return read_package(make_zip(make_files(version, **spoiled)))


def errors(package):
    return [str(problem) for problem in package.errors]


def warnings(package):
    return [str(problem) for problem in package.warnings]


def edited(file, old, new):
    """One file of the sound package with one text replaced."""
    texts = make_files()
    assert old in texts[file]
    return {file: texts[file].replace(old, new)}


def test_a_missing_manifest_stops_the_package():
    files = make_files()
    del files["manifest"]
    package = read_package(make_zip(files))

    assert errors(package) == [
        "manifest.csv：数据包里缺少 manifest.csv，无法知道版本和各文件的用法。"
    ]
    assert package.users == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "oneroster.version,1.2",
            "oneroster.version,1.0",
            "版本“1.0”不能读取，只支持 1.1 和 1.2。",
        ),
        ("propertyName,value", "name,value", "表头应为 propertyName,value。"),
        ("file.users,bulk", "file.users,all", "“all”应为 bulk、delta 或 absent。"),
        ("file.roles,bulk", "file.roles,absent", "1.2 版的用户身份写在 roles.csv 里"),
    ],
)
def test_a_manifest_that_makes_no_sense_is_an_error(old, new, said):
    package = read(**edited("manifest", old, new))

    assert any(said in error for error in errors(package))


def test_a_file_that_the_manifest_promises_must_be_there():
    files = make_files()
    del files["classes"]

    assert "classes.csv：manifest.csv 写明是 bulk，压缩包里却没有这个文件。" in errors(
        read_package(make_zip(files))
    )


def test_a_file_that_the_manifest_does_not_list_is_left_out():
    package = read(**edited("manifest", "file.demographics,bulk", "file.demographics,absent"))

    assert (errors(package), package.users[1].birth_date) == ([], None)
    assert warnings(package) == ["demographics.csv：manifest.csv 没有列出这个文件，已忽略。"]


def test_missing_columns_are_named():
    package = read(**edited("users", "givenName,familyName", "x,y"))

    assert "users.csv 第 1 行：缺少必填的列：givenName、familyName。" in errors(package)
    assert package.users == []


def test_a_column_twice_is_an_error():
    package = read(**edited("orgs", "identifier", "name"))

    assert errors(package)[0] == "orgs.csv 第 1 行：表头有重复的列：name。"


def test_a_repeated_id_is_refused_in_every_row_that_has_it():
    package = read(**edited("demographics", "p2,,,2016-05-02", "p1,,,2016-05-02"))

    assert errors(package) == [
        "demographics.csv 第 3 行「sourcedId」：“p1”与第 2 行重复。",
        "demographics.csv 第 2 行「sourcedId」：“p1”在后面的行里又出现了。",
    ]
    assert [user.birth_date for user in package.users] == [None] * 4


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("users", "小满,安", ",安", "users.csv 第 3 行「givenName」：不能为空。"),
        ("users", "小满,安", "=1+1,安", "以“=”开头，会被表格软件当作公式执行"),
        ("users", "p1,,,true", "p1,,,yes", "第 3 行「enabledUser」：“yes”应为 true 或 false。"),
        ("users", "小满", "满" * 256, "有 256 个字符，最多 255 个。"),
        ("orgs", "栖云中心小学,school", "栖云中心小学,academy", "“academy”不在允许的值里"),
        ("academicSessions", "2026-09-01,2027-01-20", "2026-9-1,2027-01-20",
         "academicSessions.csv 第 3 行「startDate」：“2026-9-1”不是日期"),
        ("academicSessions", "2026-09-01,2027-01-20", "2027-09-01,2027-01-20",
         "「endDate」：2027-01-20 早于 startDate 2027-09-01。"),
        ("roles", "2026-09-01,2027-01-20", "2026-09-01,2026-01-20", "早于 beginDate"),
        ("enrollments", "c1,o2,p1", "c9,o2,p1",
         "enrollments.csv 第 2 行「classSourcedId」：“c9”：classes.csv 里没有这个编号。"),
        ("enrollments", "c1,o2,p1", "c1,o2,p9", "“p9”：users.csv 里没有这个编号。"),
        ("classes", "homeroom,,o2", "homeroom,,o9", "“o9”：orgs.csv 里没有这个编号。"),
        ("roles", "s1,secondary", "s9,secondary", "“s9”：users.csv 里没有这个编号。"),
        ("enrollments", "p1,student", "p1,pupil", "“pupil”不在允许的值里"),
    ],
)  # fmt: skip
def test_a_broken_row_says_where_and_why(file, old, new, said):
    assert any(said in error for error in errors(read(**edited(file, old, new))))


def test_what_points_to_a_refused_row_is_refused_too():
    package = read(**edited("orgs", "o1,,,青溪县教育局,district", "o1,,,,district"))

    said = errors(package)
    assert "orgs.csv 第 2 行「name」：不能为空。" in said
    assert "orgs.csv 第 3 行「parentSourcedId」：“o1”：orgs.csv 里的这一行没有通过检查。" in said
    assert "orgs.csv 第 4 行「parentSourcedId」：“o2”：orgs.csv 里的这一行没有通过检查。" in said
    assert (package.orgs, package.classes, package.enrollments) == ([], [], [])


def test_organisations_in_a_circle_are_refused():
    package = read(**edited("orgs", "district,QX,\n", "district,QX,o3\n"))

    assert sum("又回到自己" in error for error in errors(package)) == 3


def test_what_we_can_do_without_is_a_warning():
    package = read(
        **edited("classes", "homeroom,,o2,t1", ",,o2,t9"),
        **edited("users", "小满,安,,G0101,,,,g1", "小满,安,,G0101,,,,g9"),
        roles=ROLES.replace("r5,,,g1,primary,parent,,,o2,\n", ""),
    )

    assert errors(package) == []
    assert warnings(package) == [
        "classes.csv「classType」：标准要求填写，第 2 行是空白。",
        "classes.csv 第 2 行「termSourcedIds」：“t9”：academicSessions.csv 里没有这个编号。",
        "users.csv 第 3 行「agentSourcedIds」：“g9”：users.csv 里没有这个编号。",
        "users.csv 第 5 行「sourcedId」：roles.csv 里没有这个用户的身份。",
    ]
    assert all(problem.severity is Severity.WARNING for problem in package.problems)


def test_extension_words_are_kept():
    package = read(**edited("orgs", "鹿回湾教学点,school", "鹿回湾教学点,ext:teachingPoint"))

    assert (errors(package), package.orgs[2].type) == ([], "ext:teachingPoint")


def test_files_that_are_no_text_or_no_table_are_named():
    files = make_files() | {
        "orgs": b"\x81\x30\x81" * 3 + b"\xff\xff,\xff\n",
        "classes": SHARED["classes"] + 'c3,,,"未完',
        "courses": "",
    }
    said = errors(read_package(make_zip(files)))

    assert any(error.startswith("orgs.csv：文件的文字编码无法识别") for error in said)
    assert any("引号不成对" in error and error.startswith("classes.csv") for error in said)
    assert any(error.startswith("courses.csv：文件是空的") for error in said)


def test_rows_beyond_the_limit_are_refused():
    limits = Limits(most_rows=3)

    assert any(
        "超过 3 行" in error for error in errors(read_package(make_zip(make_files()), limits))
    )


def refusal(data, limits=None):
    package = read_package(data, limits) if limits else read_package(data)

    assert len(package.problems) == 1
    assert package.users == []
    return str(package.problems[0])


def test_a_zip_bomb_is_refused_unopened():
    files = make_files() | {"users": USERS_1_2 + "," * 60_000_000}

    assert "文件解压后有 57 MB" in refusal(make_zip(files))


@pytest.mark.parametrize("name", ["../users", "/users", "C:\\users"])
def test_paths_that_leave_the_archive_are_refused(name):
    assert "路径不安全" in refusal(make_zip(make_files() | {name: "x"}))


def test_files_in_several_folders_or_of_one_name_are_refused():
    assert "分散在几个文件夹" in refusal(make_zip(make_files() | {"old/users": "x"}))
    assert "同名" in refusal(make_zip(make_files() | {"Users": "x"}))


def test_an_archive_of_too_many_files_is_refused():
    assert "超过 200 个" in refusal(make_zip({str(number): "" for number in range(201)}))


def test_what_a_mac_adds_is_ignored():
    out = io.BytesIO(make_zip(make_files()))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("__MACOSX/._users.csv", b"x")
        archive.writestr(".DS_Store", b"x")

    assert read_package(out).problems == []


def test_other_files_are_refused():
    assert "不是 .zip 压缩包" in refusal(b"sourcedId,status")
    assert "已损坏" in refusal(b"PK\x03\x04 broken")
    assert "没有 .csv 文件" in refusal(make_zip({}))
    assert "文件超过 1 MB" in refusal(bytes(2_000_000), Limits(most_bytes=1024 * 1024))
    assert "文件是空的" in refusal(b"")
