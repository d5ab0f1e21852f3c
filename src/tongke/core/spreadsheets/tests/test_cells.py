from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from tongke.core.spreadsheets import Column
from tongke.core.spreadsheets.cells import CellError, clean, parse
from tongke.core.spreadsheets.tests.make import make_id_number


def column(kind, **more):
    return Column("列", "key", kind, **more)


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        ("text", "  三年级\u3000", "三年级"),
        ("text", "３Ａ班", "3A班"),
        ("text", 5.0, "5"),
        ("text", "甲\u200b乙", "甲乙"),
        ("integer", "１２", 12),
        ("integer", 12.0, 12),
        ("integer", "1,234", 1234),
        ("integer", "-3", -3),
        ("decimal", "135.50", Decimal("135.50")),
        ("decimal", 0.1, Decimal("0.1")),
        ("decimal", "+2", Decimal(2)),
        ("date", datetime(2015, 3, 1, tzinfo=UTC), date(2015, 3, 1)),
        ("date", "2015/3/1", date(2015, 3, 1)),
        ("date", "2015.03.01", date(2015, 3, 1)),
        ("date", "2015年3月1日", date(2015, 3, 1)),
        ("date", "20150301", date(2015, 3, 1)),
        ("date", 20150301, date(2015, 3, 1)),
        ("date", "2015-03-01 08:00:00", date(2015, 3, 1)),
        ("code", "００12", "0012"),
        ("code", 12, "12"),
        ("code", 12.0, "12"),
        ("code", "1E5", "1E5"),
        ("phone", "100-0000-0001", "10000000001"),
        ("phone", "+86 10000000001", "10000000001"),
        ("phone", 10000000001, "10000000001"),
        ("phone", "09990000001", "0999-0000001"),
        ("phone", "0999-0000001-12", "0999-0000001-12"),
        ("bool", "是", True),
        ("bool", "N", False),
        ("bool", True, True),
    ],
)
def test_a_cell_becomes_the_value_a_person_meant(kind, raw, value):
    found = parse(column(kind), raw)

    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("kind", "raw", "message"),
    [
        ("date", "2015-13-01", "“2015-13-01”不是日期，请写成 2015-03-01"),
        ("date", "15-3-1", "不是日期"),
        ("date", 42064, "不是日期"),
        ("date", "2215-03-01", "1900"),
        ("integer", "十二", "不是数字"),
        ("integer", 1.5, "不是整数"),
        ("integer", "1e3", "不是数字"),
        ("decimal", float("inf"), "不是数字"),
        ("decimal", "1234567890123456.5", "15 位"),
        ("code", 990000201503010000, "Excel 已把末尾几位变成 0"),
        ("code", 9.900002015030100e17, "Excel 已把末尾几位变成 0"),
        ("code", "9.90000E+17", "科学计数法"),
        ("idnumber", "9.90000E+17", "科学计数法"),
        ("code", "G 01！", "只能由数字、字母"),
        ("phone", "12345", "不是电话号码"),
        ("idnumber", "123", "18 位"),
        ("bool", "也许", "“是”或“否”"),
        ("text", "#REF!", "错误值 #REF!"),
        ("text", "很" * 201, "最多 200 个字"),
    ],
)
def test_a_cell_that_makes_no_sense_says_how_to_mend_it(kind, raw, message):
    with pytest.raises(CellError, match=message):
        parse(column(kind), raw)


@pytest.mark.parametrize("text", [*"=+-@＝", "=1+1", "+甲", "@SUM(A1)", "\t=1", "＝HYPERLINK(1)"])
def test_text_that_a_spreadsheet_would_run_is_refused(text):
    with pytest.raises(CellError, match="公式"):
        parse(column("text"), text)


@pytest.mark.parametrize("kind", ["integer", "date", "code", "phone", "idnumber", "bool"])
def test_a_formula_is_refused_in_every_kind_of_column(kind):
    with pytest.raises(CellError, match="公式"):
        parse(column(kind), "=1+1")


def test_remarks_may_begin_with_a_sign():
    assert parse(column("text", symbols=True), "-5℃") == "-5℃"


def test_identity_numbers_are_checked_to_the_last_character():
    right = make_id_number("99000020150301003")
    wrong = right[:17] + ("0" if right[17] != "0" else "1")

    assert parse(column("idnumber"), right.lower()) == right
    with pytest.raises(CellError, match="校验位"):
        parse(column("idnumber"), wrong)
    with pytest.raises(CellError, match="出生日期不存在"):
        parse(column("idnumber"), make_id_number("99000020151301003"))


def test_an_error_does_not_repeat_a_secret():
    with pytest.raises(CellError) as caught:
        parse(column("idnumber"), "990000201503010019")

    assert "990***19" in str(caught.value)
    assert "20150301" not in str(caught.value)


def test_choices_are_found_by_label_and_by_value():
    sex = column("choice", choices={"1": "男", "2": "女"})

    assert (parse(sex, "女"), parse(sex, 2), parse(sex, " 男 ")) == ("2", "2", "1")
    with pytest.raises(CellError, match="可填：男、女"):
        parse(sex, "未知")


def test_bounds_are_inclusive():
    seat = column("integer", least_value=1, most_value=80)

    assert parse(seat, 80) == 80
    with pytest.raises(CellError, match="不能大于 80"):
        parse(seat, 81)
    with pytest.raises(CellError, match="不能早于 2000-01-01"):
        parse(column("date", least_value=date(2000, 1, 1)), "1999-12-31")


def test_an_empty_cell_is_an_error_only_where_it_is_required():
    assert parse(column("text"), "  ") is None
    with pytest.raises(CellError, match="不能为空"):
        parse(column("text", required=True), None)


def test_clean_keeps_what_a_name_needs():
    assert clean("阿依古丽·买买提") == "阿依古丽·买买提"
