"""What is exported can be imported again and is the same: for every kind, in both formats."""

import io
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from tongke.core.spreadsheets import Column, Sheet, export_csv, export_xlsx, read, template_xlsx
from tongke.core.spreadsheets.cells import _EXCEL_ERROR, check_character, clean
from tongke.core.spreadsheets.tests.make import HEADERS, ROSTER

EVERY = Sheet(
    "every", "各种列",
    (
        Column("行", "line", "integer", required=True),
        Column("文字", "text", symbols=True),
        Column("整数", "integer", "integer"),
        Column("数", "decimal", "decimal"),
        Column("日期", "date", "date"),
        Column("选择", "choice", "choice", choices={"a": "甲类", "b": "=乙", "c": "3"}),
        Column("编号", "code", "code"),
        Column("电话", "phone", "phone"),
        Column("证件", "idnumber", "idnumber"),
        Column("是否", "bool", "bool"),
    ),
)  # fmt: skip

ODD_TEXTS = [
    "=1+1", "'=1", "''-x", "-5℃", "@a", "#N", "1E5", "007", "2015-03-01", "是", "a\nb", "x005F_",
]  # fmt: skip
texts = (
    st.one_of(st.text(max_size=40), st.sampled_from(ODD_TEXTS))
    .map(clean)
    .filter(lambda text: text and not _EXCEL_ERROR.match(text))
)
PHONE = r"(1[0-9]{10}|0[3-9][0-9]{2}-[0-9]{7,8}(-[1-9][0-9]{0,3})?)"
decimals = st.decimals(-(10**9), 10**9, places=4, allow_nan=False)
born = st.dates(date(1900, 3, 1), date(2100, 12, 31))
seventeen = st.builds(lambda day, tail: f"990000{day:%Y%m%d}{tail:03}", born, st.integers(0, 999))
optional = {
    "text": texts,
    "integer": st.integers(-(10**14), 10**14),
    "decimal": decimals,
    "date": born,
    "choice": st.sampled_from(["a", "c"]),
    "code": st.from_regex(r"[0-9A-Za-z][0-9A-Za-z_/.-]{0,20}", fullmatch=True).filter(
        lambda code: "E+" not in code and "." not in code
    ),
    "phone": st.from_regex(PHONE, fullmatch=True),
    "idnumber": seventeen.map(lambda first: first + check_character(first)),
    "bool": st.booleans(),
}
records = st.lists(
    st.fixed_dictionaries({key: st.none() | value for key, value in optional.items()}),
    min_size=1, max_size=6,
).map(lambda rows: [{"line": number, **row} for number, row in enumerate(rows, 1)])  # fmt: skip


@pytest.mark.parametrize("export", [export_xlsx, export_csv])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=records)
def test_what_goes_out_comes_back_the_same(export, rows):
    table = read(export(EVERY, rows), "往返", EVERY)

    assert table.errors == ()
    assert [row.errors for row in table.rows] == [()] * len(rows)
    assert [row.values for row in table.rows] == rows


def test_dangerous_text_leaves_as_text():
    row = {"line": 1, "text": '=HYPERLINK("http://x")'}

    cell = load_workbook(io.BytesIO(export_xlsx(EVERY, [row])))["各种列"]["B2"]
    assert (cell.data_type, cell.quotePrefix, cell.value) == ("s", True, row["text"])
    assert "\"'=HYPERLINK" in export_csv(EVERY, [row]).decode("utf-8-sig")


def test_ids_stay_text_for_excel():
    row = {"line": 1, "code": "00012", "idnumber": "990000201503010017", "phone": "10000000001"}

    page = load_workbook(io.BytesIO(export_xlsx(EVERY, [row])))["各种列"]
    assert [(page[f"{letter}2"].value, page[f"{letter}2"].number_format) for letter in "GHI"] == [
        ("00012", "@"), ("10000000001", "@"), ("990000201503010017", "@"),
    ]  # fmt: skip


def test_numbers_and_dates_stay_numbers_and_dates():
    row = {"line": 7, "decimal": Decimal("1.5"), "date": date(2015, 3, 1)}

    page = load_workbook(io.BytesIO(export_xlsx(EVERY, [row])))["各种列"]
    assert (page["A2"].data_type, page["D2"].data_type, page["E2"].is_date) == ("n", "n", True)


def test_the_template_has_heading_example_lists_and_help():
    book = load_workbook(io.BytesIO(template_xlsx(ROSTER)))
    page, words = book["学生名册"], book["填写说明"]

    assert [cell.value.rstrip("*") for cell in page[1]] == HEADERS
    assert page["A1"].value == "姓名*"
    assert page["A2"].value == "示例甲"
    assert page.freeze_panes == "A2"
    rules = {str(rule.sqref): rule.formula1 for rule in page.data_validations.dataValidation}
    assert rules == {"C2:C2000": "='选项'!$A$2:$A$3", "I2:I2000": "='选项'!$B$2:$B$3"}
    assert [cell.value for cell in book["选项"]["A"]] == ["性别", "男", "女"]
    assert book["选项"].sheet_state == "hidden"
    said = [cell.value for row in words.iter_rows() for cell in row if cell.value]
    assert {"学生名册模板", "每名学生一行。", "不能重复。"} <= set(said)
    assert "18 位身份证号，按文本填写" in said


def test_an_export_says_what_it_is():
    body = export_xlsx(EVERY, [{"line": 1}], title="青溪县名册", meta={"导出时间": "11月23日"})
    book = load_workbook(io.BytesIO(body))

    assert book.properties.title == "青溪县名册"
    assert book["填写说明"]["A1"].value == "青溪县名册"
    assert (book["填写说明"]["A2"].value, book["填写说明"]["C2"].value) == ("导出时间", "11月23日")


def test_rows_may_come_from_a_generator_of_sequences():
    body = export_xlsx(EVERY, ([n, f"第{n}行", *[None] * 8] for n in range(1, 4)))

    texts = [row.values["text"] for row in read(body, "a", EVERY).rows]
    assert texts == ["第1行", "第2行", "第3行"]
