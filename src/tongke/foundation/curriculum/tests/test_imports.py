"""Textbooks as spreadsheets: round trip, dry run, refusals, undo."""

from typing import Any

import pytest

from tongke.core.errors import Refused
from tongke.core.models import ImportRun
from tongke.core.spreadsheets import export_xlsx, read, runs
from tongke.foundation.curriculum.imports import POINT_SHEET, TextbookImporter, point_lines
from tongke.foundation.curriculum.models import KeyPoint, Prerequisite, Textbook, Unit
from tongke.foundation.curriculum.tests.make import (
    MATHS,
    make_another_book,
    make_book,
    make_catalogue,
)
from tongke.foundation.people.tests.make import NOON, World

pytestmark = pytest.mark.django_db

Row = dict[str, Any]


def rows_of(book: Textbook) -> list[Row]:
    return list(point_lines(book))


def new_row(**over: Any) -> Row:
    row = {
        "book": "MU6A", "subject": "音乐", "grade": "六年级", "volume": "上册",
        "edition": "示范版", "unit": "MU6A-1", "unit_seq": 1, "unit_title": "远方", "periods": 6,
        "code": "MU6A-1-1", "seq": 1, "title": "变奏", "after": "",
    }  # fmt: skip
    return row | over


def dry(rows: list[Row], by: Any = None) -> ImportRun:
    data = export_xlsx(POINT_SHEET, rows)
    return runs.dry_run(TextbookImporter(), data, "教材.xlsx", by=by, at=NOON)


def commit(rows: list[Row], by: Any = None) -> ImportRun:
    return runs.commit(dry(rows, by), TextbookImporter(), by=by, at=NOON)


def messages(run: ImportRun) -> str:
    return "".join(each["message"] for each in runs.report_rows(run))


def test_a_volume_goes_out_and_comes_back_unchanged() -> None:
    make_catalogue()
    book = make_book()

    table = read(export_xlsx(POINT_SHEET, rows_of(book)), "教材.xlsx", POINT_SHEET)
    counts = dry(rows_of(book)).report["counts"]

    assert [dict(row.values) for row in table.rows] == [
        row | {"after": row["after"] or None} for row in rows_of(book)
    ]
    assert (counts["same"], counts["add"], counts["change"]) == (3, 0, 0)


def test_a_dry_run_writes_nothing_and_a_commit_writes_once() -> None:
    make_catalogue()
    make_book()
    rows = [new_row(), new_row(code="MU6A-1-2", seq=2, title="变奏二", after="MU6A-1-1、MU5A-2-1")]

    run = dry(rows)
    assert (run.report["counts"]["add"], KeyPoint.objects.count()) == (2, 3)
    runs.commit(run, TextbookImporter(), by=None, at=NOON)
    runs.commit(run, TextbookImporter(), by=None, at=NOON)

    unit = Unit.objects.get(code="MU6A-1")
    assert (unit.textbook.code, unit.periods, unit.key_points.count()) == ("MU6A", 6, 2)
    earlier = Prerequisite.objects.filter(later__code="MU6A-1-2")
    assert set(earlier.values_list("earlier__code", flat=True)) == {"MU6A-1-1", "MU5A-2-1"}


def test_every_changed_column_is_seen_and_written() -> None:
    make_catalogue()
    book = make_book()
    rows = [row | {"edition": "修订版"} for row in rows_of(book)]
    rows[2] |= {"unit_title": "茉莉花", "periods": 7, "after": "MU5A-1-1"}

    run = commit(rows)

    fields = [set(each["fields"]) for each in runs.report_rows(run)]
    assert fields == [{"版本"}, {"版本"}, {"版本", "单元", "建议课时", "先修"}]
    book.refresh_from_db()
    unit = book.units.get(code="MU5A-2")
    assert (book.edition, unit.title, unit.periods) == ("修订版", "茉莉花", 7)
    assert dry(rows).report["counts"]["same"] == 3


def test_empty_periods_leave_a_known_unit_and_give_a_new_one_four() -> None:
    make_catalogue()
    book = make_book()
    rows = [row | {"periods": None, "title": f"{row['title']}一"} for row in rows_of(book)]

    commit([*rows, new_row(periods=None)])

    periods = dict(Unit.objects.values_list("code", "periods"))
    assert periods == {"MU5A-1": 4, "MU5A-2": 5, "MU6A-1": 4}


def test_units_change_places_by_a_file() -> None:
    make_catalogue()
    book = make_book()
    rows = [row | {"unit_seq": 3 - row["unit_seq"]} for row in rows_of(book)]

    commit(rows)

    assert list(book.units.order_by("seq").values_list("code", flat=True)) == ["MU5A-2", "MU5A-1"]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([new_row(subject="乐理")], "没有名为“乐理”的学科"),
        ([new_row(grade="十年级")], "没有名为“十年级”的年级"),
        ([new_row(after="MU9")], "先修“MU9”不存在"),
        ([new_row(after="MU6A-1-1")], "先修不能是它自己"),
        ([new_row(unit_seq=0)], "不能小于 1"),
        ([new_row(), new_row()], "重复"),
        ([new_row(), new_row(code="B", unit_title="近处")], "与第 2 行不一致"),
        ([new_row(), new_row(code="B", unit="MU6A-2")], "单元序号 1 已是单元 MU6A-1 的"),
        ([new_row(unit="MU5A-1", unit_seq=1)], "属于教材 MU5A"),
        ([new_row(), new_row(code="B", edition="别的版")], "教材 MU6A 的学科"),
        (
            [new_row(book="MU5A", grade="五年级", unit="MU5A-7", unit_seq=2)],
            "单元序号 2 已是单元 MU5A-2 的",
        ),
    ],
)
def test_wrong_rows_are_named_and_nothing_is_imported(rows: list[Row], words: str) -> None:
    make_catalogue()
    make_book()

    run = dry(rows)

    assert words in messages(run)
    with pytest.raises(Refused, match="没有通过检查"):
        runs.commit(run, TextbookImporter(), by=None, at=NOON)
    assert (Textbook.objects.count(), KeyPoint.objects.count()) == (1, 3)


def test_a_circle_is_refused_at_commit_and_nothing_stays() -> None:
    make_catalogue()
    book = make_book()
    rows = rows_of(book)
    rows[0] |= {"after": "MU5A-2-1", "title": "拍"}

    run = dry(rows)
    with pytest.raises(Refused, match="绕成了圈"):
        runs.commit(run, TextbookImporter(), by=None, at=NOON)

    assert KeyPoint.objects.get(code="MU5A-1-1").title == "认识节拍"


def test_an_import_is_taken_back() -> None:
    make_catalogue()
    book = make_book()
    before = rows_of(book)
    rows = [row | {"title": f"{row['title']}新"} for row in before]
    rows[2] |= {"after": "MU5A-1-1"}

    run = commit([*rows, new_row()])
    assert (KeyPoint.objects.count(), Textbook.objects.count()) == (4, 2)
    runs.undo(run, by=None, at=NOON)

    book.refresh_from_db()
    assert rows_of(book) == before
    assert (KeyPoint.objects.count(), Textbook.objects.count()) == (3, 1)


def test_an_import_that_is_used_since_stays(cast: World) -> None:
    make_catalogue()
    run = commit([new_row()])
    make_another_book("MU4A")
    commit([new_row(code="MU6A-1-2", seq=2, title="后来", after="MU6A-1-1")])

    with pytest.raises(Refused, match="不能撤销"):
        runs.undo(run, by=None, at=NOON)
    assert KeyPoint.objects.filter(code="MU6A-1-1").exists()


def test_a_researcher_imports_their_own_subject_only(cast: World) -> None:
    make_catalogue()
    maths = new_row(subject="数学", book="MA6A", unit="MA6A-1", code="MA6A-1-1")
    assert cast.researcher.subject_code != MATHS

    assert "只能导入本学科" in messages(dry([maths], by=cast.researcher))
    assert dry([maths], by=cast.sysadmin).report["counts"]["add"] == 1
    assert dry([new_row()], by=cast.researcher).report["counts"]["add"] == 1
