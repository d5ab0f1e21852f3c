"""Files that nobody should be able to hurt us with, and files that merely cannot be read."""

import io
import zipfile

import pytest
from openpyxl import Workbook

from tongke.core.spreadsheets import Limits, read
from tongke.core.spreadsheets.tests.make import ROSTER, make_csv, make_xlsx, with_member

TWO = [["姓名", "学籍号"], ["林小满", "G0101"]]
LAUGHS = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'


def refusal(data, limits=None):
    """The one error of a file of which nothing was read."""
    table = read(data, "名册.xlsx", ROSTER, limits or Limits())

    assert table.rows == ()
    assert len(table.errors) == 1
    assert table.errors[0].startswith("“名册.xlsx”：")
    return table.errors[0]


def test_a_file_of_20_mb_is_refused_before_it_is_read():
    class Upload(io.BytesIO):
        most_asked = 0

        def read(self, size=-1):
            self.most_asked = max(self.most_asked, size)
            return super().read(size)

    upload = Upload(b"PK\x03\x04" + bytes(20 * 1024 * 1024))

    assert "文件超过 10 MB" in refusal(upload)
    assert upload.most_asked == 10 * 1024 * 1024 + 1


def test_an_empty_file_is_refused():
    assert "文件是空的" in refusal(b"")


def bomb(name, size):
    return with_member(make_xlsx(TWO), name, bytes(size))


def test_a_zip_bomb_is_refused_by_its_directory():
    error = refusal(bomb("xl/media/image1.png", 130 * 1024 * 1024))

    assert "文件解压后有 130 MB" in error
    assert "没有打开" in error


def test_an_archive_that_shrinks_too_well_is_refused():
    assert "文件解压后有 64 MB" in refusal(bomb("xl/worksheets/sheet9.xml", 64 * 1024 * 1024))


STRINGS = b"""<Override PartName="/xl/%s" ContentType="application/vnd.openxmlformats-\
officedocument.spreadsheetml.sharedStrings+xml"/></Types>"""


def with_strings(body, name=b"sharedStrings.xml"):
    """A workbook whose table of shared strings is `body`, under this name."""
    data = make_xlsx(TWO)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        types = archive.read("[Content_Types].xml").replace(b"</Types>", STRINGS % name)
    data = with_member(data, "[Content_Types].xml", types)
    return with_member(data, "xl/" + name.decode(), body)


@pytest.mark.parametrize("name", [b"sharedStrings.xml", b"worksheets/sheet9.xml"])
def test_huge_shared_strings_are_refused_wherever_they_hide(name):
    limits = Limits(most_shared_strings=1024 * 1024)

    assert f"xl/{name.decode()} 解压后有 2 MB" in refusal(
        with_strings(bytes(2 * 1024 * 1024), name), limits
    )


def test_huge_styles_are_refused():
    limits = Limits(ratio_from=10**9)

    assert "xl/styles.xml 解压后有 11 MB" in refusal(
        bomb("xl/styles.xml", 11 * 1024 * 1024), limits
    )


def test_an_archive_of_too_many_members_is_refused_before_it_is_listed():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(2500):
            archive.writestr(f"{number}", b"")

    assert "超过 1000 个" in refusal(out.getvalue())


@pytest.mark.parametrize("name", ["../x.xml", "/etc/x.xml", "C:\\x.xml", "a/../../x.xml"])
def test_members_with_unsafe_paths_are_refused(name):
    assert "路径不安全" in refusal(with_member(make_xlsx(TWO), name, b"x"))


def test_a_directory_that_lies_about_sizes_gains_nothing():
    data = bytearray(bomb("xl/worksheets/sheet1.xml", 3 * 1024 * 1024))
    directory = data.rindex(b"PK\x01\x02", 0, data.rindex(b"xl/worksheets/sheet1.xml"))
    data[directory + 24 : directory + 28] = (1000).to_bytes(4, "little")

    assert "已损坏" in refusal(bytes(data))


@pytest.mark.parametrize("head", [LAUGHS, OUTSIDE])
@pytest.mark.parametrize(
    "member",
    ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml"],
)
def test_xml_entities_are_refused_in_every_part(head, member):
    data = make_xlsx(TWO)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        body = archive.read(member)
    body = body[body.index(b"?>") + 2 :] if body.startswith(b"<?xml") else body

    assert "XML 实体" in refusal(with_member(data, member, head + body))


def test_xml_entities_are_refused_in_shared_strings():
    assert "XML 实体" in refusal(with_strings(LAUGHS + b"<sst><si><t>&b;</t></si></sst>"))


def test_a_worksheet_that_claims_to_be_endless_is_read_as_it_is():
    data = make_xlsx(TWO)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        body = archive.read("xl/worksheets/sheet1.xml")
    body = body.replace(b'<dimension ref="A1:B2"', b'<dimension ref="A1:XFD1048576"')
    far = b'<row r="1048576"><c r="XFD1048576" t="n"><v>1</v></c></row></sheetData>'
    table = read(
        with_member(data, "xl/worksheets/sheet1.xml", body.replace(b"</sheetData>", far)),
        "名册.xlsx", ROSTER,
    )  # fmt: skip

    assert [row.values["name"] for row in table.rows] == ["林小满"]


@pytest.mark.parametrize("cell", ["=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(A1)"])
def test_a_formula_in_a_name_is_refused_in_its_row_and_nowhere_else(cell):
    table = read(make_csv([*TWO, [cell, "G2"]]), "名册.csv", ROSTER)

    assert table.rows[0].errors == ()
    assert table.rows[1].errors == (
        f"第 3 行「姓名」：以“{cell[0]}”开头，会被表格软件当作公式执行，请删去开头的符号。",
    )


def test_a_formula_as_text_in_a_workbook_is_refused():
    book = Workbook()
    for row in [*TWO, ["x", "G2"]]:
        book.active.append(row)
    book.active["A3"].value = "=1+1"
    book.active["A3"].data_type = "s"
    out = io.BytesIO()
    book.save(out)

    assert "当作公式执行" in read(out, "a.xlsx", ROSTER).rows[1].errors[0]


def test_a_formula_without_a_result_is_an_error_and_not_an_empty_cell():
    table = read(make_xlsx([["姓名", "学籍号", "备注"], ["甲", "G1", "=1+1"]]), "a.xlsx", ROSTER)

    assert table.rows[0].errors == (
        "第 2 行「备注」：是没有结果的公式，请在 Excel 中打开并保存一次，或改填数值。",
    )


def test_a_formula_with_a_result_counts_as_its_result():
    data = make_xlsx([["姓名", "学籍号", "座位号"], ["甲", "G1", "=6*7"]])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        body = archive.read("xl/worksheets/sheet1.xml")
    body = body.replace(b"<f>6*7</f><v />", b"<f>6*7</f><v>42</v>").replace(
        b"<f>6*7</f><v></v>", b"<f>6*7</f><v>42</v>"
    )
    table = read(with_member(data, "xl/worksheets/sheet1.xml", body), "a.xlsx", ROSTER)

    assert table.rows[0].values["seat"] == 42


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "旧版 .xls"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "打开密码"),
        (b"%PDF-1.7", "这是 PDF"),
        (b"\x89PNG\r\n", "这是图片"),
        (b"<html><table><tr><td>", "网页格式"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><Workbook>', "网页格式"),
        (b"PK\x03\x04 broken", "已损坏"),
        (b"\x01\x02\x03,\n" * 9, "不是文本表格"),
        (b"\x81\x30\x81" * 3 + b"\xff\xff,\xff\n", "文字编码无法识别"),
        ('姓名,学籍号\r\n"甲,G1\r\n'.encode(), "引号不成对"),
    ],
)
def test_other_files_are_recognised_by_content(data, message):
    assert message in refusal(data)


def other_archive(*names):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, b"x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["word/document.xml"], "Word 文档"),
        (["ppt/presentation.xml"], "演示文稿"),
        (["mimetype", "content.xml"], "OpenDocument"),
        (["名册.xlsx"], "先解压"),
        (["[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin"], "宏"),
        (["[Content_Types].xml", "xl/workbook.xml", "xl/styles.xml"], "已损坏"),
    ],
)
def test_other_archives_are_recognised_by_their_members(names, message):
    assert message in refusal(other_archive(*names))


def test_an_archive_with_a_password_is_refused():
    data = bytearray(make_xlsx(TWO))
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1

    assert "有密码" in refusal(bytes(data))
