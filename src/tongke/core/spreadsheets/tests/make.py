"""Sheets and files that the tests of spreadsheets share."""

import io
import zipfile
from collections.abc import Iterable
from typing import Any

from openpyxl import Workbook

from tongke.core.spreadsheets import Column, Sheet
from tongke.core.spreadsheets.cells import check_character

ROSTER = Sheet(
    "roster",
    "学生名册",
    (
        Column("姓名", "name", required=True, example="示例甲", most=20),
        Column("学籍号", "code", "code", required=True, unique=True, aliases=("学号",),
               example="G0001"),
        Column("性别", "sex", "choice", choices={"1": "男", "2": "女"}),
        Column("出生日期", "born", "date"),
        Column("身份证号", "idnumber", "idnumber"),
        Column("监护人电话", "phone", "phone"),
        Column("座位号", "seat", "integer", least_value=1, most_value=80),
        Column("身高", "height", "decimal"),
        Column("住校", "boards", "bool"),
        Column("备注", "note", symbols=True),
    ),
    notes=("每名学生一行。",),
)  # fmt: skip
HEADERS = [column.header for column in ROSTER.columns]


def make_id_number(first17: str = "99000020150301001") -> str:
    """An identity number of no region, with the right check character."""
    return first17 + check_character(first17)


def make_xlsx(rows: Iterable[Iterable[Any]], *, title: str = "学生名册") -> bytes:
    """A plain workbook with these cells, as another program would write it."""
    book = Workbook()
    page = book.active
    page.title = title
    for row in rows:
        page.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def make_csv(rows: Iterable[Iterable[Any]], encoding: str = "utf-8") -> bytes:
    """Comma-separated text without quoting."""
    lines = (",".join(str(cell) for cell in row) for row in rows)
    return "\r\n".join(lines).encode(encoding)


def with_member(data: bytes, name: str, body: bytes) -> bytes:
    """The archive with one member replaced or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for info in old.infolist():
            if info.filename != name:
                new.writestr(info.filename, old.read(info))
        new.writestr(name, body)
    return out.getvalue()
