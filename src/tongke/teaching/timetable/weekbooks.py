"""Timetables as workbooks in the shape schools use: everybody's week on one sheet.

Pure: no Django. `read_back` of `gridsheets` understands what this writes.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

Cell = tuple[int, int]
_DAYS = "一二三四五六日"
_LINE = Side(style="thin", color="999999")
_BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_MIDDLE = Alignment(horizontal="center", vertical="center", wrap_text=True)


@dataclass(frozen=True)
class Row:
    """Somebody's week: a name and what stands in each period."""

    name: str
    cells: Mapping[Cell, str]


@dataclass(frozen=True)
class Table:
    """A sheet: who is down the side, and their weeks."""

    title: str
    head: str
    rows: Sequence[Row]


def whole_week_book(
    heading: str, days: Sequence[int], seqs: Sequence[int], tables: Sequence[Table]
) -> bytes:
    """A workbook with one sheet for each table: names down, days and periods across.

    Args:
        heading: above each table: school and term.
        days: weekdays, 1 is Monday.
        seqs: periods of each day.
    """
    book = Workbook()
    book.remove(book.active)
    for table in tables:
        _fill(book.create_sheet(table.title), heading, days, seqs, table)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _fill(
    sheet: Worksheet, heading: str, days: Sequence[int], seqs: Sequence[int], table: Table
) -> None:
    width = 1 + len(days) * len(seqs)
    _put(sheet, 1, 1, f"{heading} {table.title}", bold=True)
    sheet.merge_cells(start_row=1, end_row=1, start_column=1, end_column=width)
    _put(sheet, 2, 1, table.head, bold=True)
    sheet.merge_cells(start_row=2, end_row=3, start_column=1, end_column=1)
    columns: dict[Cell, int] = {}
    for number, day in enumerate(days):
        first = 2 + number * len(seqs)
        _put(sheet, 2, first, f"星期{_DAYS[day - 1]}", bold=True)
        sheet.merge_cells(
            start_row=2, end_row=2, start_column=first, end_column=first + len(seqs) - 1
        )
        for place, seq in enumerate(seqs):
            columns[day, seq] = first + place
            _put(sheet, 3, first + place, str(seq), bold=True)
    for number, row in enumerate(table.rows, 4):
        _put(sheet, number, 1, row.name, bold=True)
        sheet.row_dimensions[number].height = 34
        for cell, column in columns.items():
            _put(sheet, number, column, row.cells.get(cell, ""))
    _on_paper(sheet, width)


def _put(sheet: Worksheet, row: int, column: int, text: str, *, bold: bool = False) -> None:
    cell = sheet.cell(row=row, column=column)
    cell.value = text or None
    if text:
        # Names may begin with anything; nothing of them is a formula.
        cell.data_type = "s"
    cell.alignment, cell.border, cell.font = _MIDDLE, _BOX, Font(bold=bold, size=10)


def _on_paper(sheet: Worksheet, width: int) -> None:
    """A3 across, one page wide, the head on every page."""
    sheet.column_dimensions["A"].width = 13
    for column in range(2, width + 1):
        sheet.column_dimensions[get_column_letter(column)].width = 8
    sheet.freeze_panes = "B4"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A3
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:3"
