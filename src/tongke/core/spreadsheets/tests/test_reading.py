import io
from datetime import date

import pytest
from openpyxl import Workbook

from tongke.core.spreadsheets import Column, Limits, Sheet, read, template_xlsx
from tongke.core.spreadsheets.tests.make import HEADERS, ROSTER, make_csv, make_xlsx

TWO = [["姓名", "学籍号"], ["林小满", "G0101"], ["安一诺", "G0102"]]
NAMES = ["林小满", "安一诺"]


def names(table):
    return [row.values["name"] for row in table.rows]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_text_files_are_read_in_the_encodings_of_the_office(encoding):
    table = read(make_csv(TWO, encoding), "名册.csv", ROSTER)

    assert (table.good, names(table)) == (True, NAMES)


@pytest.mark.parametrize("separator", ["\t", ";"])
def test_text_files_may_use_tabs_and_semicolons(separator):
    data = make_csv(TWO).decode().replace(",", separator).encode("utf-16")

    assert names(read(data, "名册.txt", ROSTER)) == NAMES


def test_headings_are_found_below_a_title_in_any_order_and_by_other_names():
    heading = ["序号", "学 号", "姓名*", "出生日期："]
    rows = [["青溪县学生名册"], [], heading, [1, "G0101", "林小满", "2015-3-1"]]
    table = read(make_xlsx(rows), "名册.xlsx", ROSTER)

    assert table.rows[0].values == {"code": "G0101", "name": "林小满", "born": date(2015, 3, 1)}
    assert table.rows[0].number == 4
    assert table.warnings == ("不认识的列已忽略：序号。",)
    assert table.keys == {"code", "name", "born"}


def test_a_missing_column_is_named_and_no_row_is_read():
    table = read(make_csv([["姓名", "性别"], ["林小满", "女"]]), "名册.csv", ROSTER)

    assert table.rows == ()
    assert table.errors == ("缺少必填的列：学籍号。表头在第 1 行，请对照模板补上。",)


def test_a_file_without_headings_says_which_are_needed():
    table = read(make_csv([["林小满", "G0101"]]), "名册.csv", ROSTER)

    assert table.errors == ("前 10 行里找不到表头。请使用模板，或让表头含有这些列：姓名、学籍号。",)


def test_a_heading_below_the_tenth_row_is_not_looked_for():
    table = read(make_xlsx([["说明"]] * 10 + TWO), "名册.xlsx", ROSTER)

    assert "找不到表头" in table.errors[0]


def test_a_column_twice_is_refused():
    table = read(make_csv([["姓名", "学籍号", "学号"], ["甲", "1", "2"]]), "名册.csv", ROSTER)

    assert table.errors == ("「学号」有两列（B 列和 C 列），请只留一列。",)


def test_errors_are_given_row_by_row_and_good_rows_stay_good():
    heading = ["姓名", "学籍号", "出生日期"]
    rows = [heading, ["林小满", "G1", "2015-13-01"], ["", "G2", ""], ["安一诺", "G3", ""]]
    table = read(make_xlsx(rows), "名册.xlsx", ROSTER)

    assert [row.errors for row in table.rows] == [
        ("第 2 行「出生日期」：“2015-13-01”不是日期，请写成 2015-03-01。",),
        ("第 3 行「姓名」：不能为空。",),
        (),
    ]


def test_a_repeated_id_is_an_error_in_every_row_that_has_it():
    rows = [["姓名", "学籍号"], ["甲", "g1"], ["乙", "G2"], ["丙", "G1"]]
    table = read(make_csv(rows), "名册.csv", ROSTER)

    assert [row.errors for row in table.rows] == [
        ("第 2 行「学籍号」：与第 4 行重复。",),
        (),
        ("第 4 行「学籍号」：与第 2 行重复。",),
    ]


def test_many_repeats_stay_readable_and_fast():
    table = read(make_csv([TWO[0], *[["甲", "G1"]] * 20_000]), "名册.csv", ROSTER)

    assert table.rows[-1].errors == ("第 20001 行「学籍号」：与第 2、3、4、5、6 等多行重复。",)


def test_columns_can_be_unique_together():
    sheet = Sheet(
        "classes", "班级", (Column("学校", "school"), Column("班级", "name")),
        together=(("school", "name"),),
    )  # fmt: skip
    rows = [["学校", "班级"], ["甲", "一班"], ["乙", "一班"], ["甲", "一班"]]
    table = read(make_csv(rows), "a", sheet)

    assert [bool(row.errors) for row in table.rows] == [True, False, True]
    assert "「学校」「班级」" in table.rows[0].errors[0]


def merged(*ranges, rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for each in ranges:
        book.active.merge_cells(each)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_merged_titles_and_empty_rows_are_skipped():
    first, second, third = (["青溪县学生名册", None], ["一年级", None], ["二年级", None])
    rows = [first, TWO[0], second, TWO[1], [None, None], third, TWO[2]]
    table = read(merged("A1:B1", "A3:B3", "A6:B6", rows=rows), "名册.xlsx", ROSTER)

    assert (table.good, names(table)) == (True, NAMES)
    assert [row.number for row in table.rows] == [4, 7]
    assert table.warnings == ("第 3、6 行是合并的小标题，已跳过。",)


def test_a_value_merged_over_several_rows_is_not_guessed():
    rows = [["姓名", "学籍号", "性别"], ["甲", "G1", "男"], ["乙", "G2", None]]
    table = read(merged("C2:C3", rows=rows), "名册.xlsx", ROSTER)

    assert table.rows[0].errors == ()
    assert table.rows[1].errors == ("第 3 行「性别」：被合并单元格盖住，请取消合并并逐行填写。",)


def test_the_example_row_of_the_template_is_no_pupil():
    table = read(template_xlsx(ROSTER), "模板.xlsx", ROSTER)

    assert table.rows == ()
    assert table.errors == ("表头下面没有数据。",)
    assert table.warnings == ("第 2 行是模板里的示例，已跳过。",)


def test_the_worksheet_of_the_right_name_wins_over_others():
    book = Workbook()
    book.active.title = "去年"
    page = book.create_sheet("学生名册")
    for row in [HEADERS, ["旧名", "G9", *[None] * 8]]:
        book.active.append(row)
    for row in TWO:
        page.append(row)
    out = io.BytesIO()
    book.save(out)

    assert names(read(out, "名册.xlsx", ROSTER)) == NAMES


def test_too_many_rows_are_refused_with_advice():
    rows = [TWO[0], *[["甲", f"G{number}"] for number in range(11)]]
    table = read(make_csv(rows), "a.csv", ROSTER, Limits(most_rows=10))

    assert table.rows == ()
    assert "超过 10 行，请分成几个文件" in table.errors[0]
