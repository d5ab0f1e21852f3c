"""Workbooks and .csv files from rows: `export_xlsx`, `export_csv`, `template_xlsx`."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from tongke.core.spreadsheets.cells import looks_like_formula
from tongke.core.spreadsheets.sheet import AS_TEXT_KINDS, KIND_NAMES, Column, Kind, Sheet

HELP_TITLE = "填写说明"
LISTS_TITLE = "选项"
_TEMPLATE_ROWS = 2000  # rows of a template that get the drop-down lists
_HEAD_FILL = PatternFill("solid", fgColor="E9F0FF")
_MUST_FILL = PatternFill("solid", fgColor="FDE9D9")
_WRAP = Alignment(wrap_text=True, vertical="top")
# What XML cannot hold, and what Excel reads as an escaped character.
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

Record = Mapping[str, Any] | Sequence[Any]


def export_xlsx(
    sheet: Sheet,
    rows: Iterable[Record],
    *,
    title: str = "",
    meta: Mapping[str, str] | None = None,
) -> bytes:
    """The rows as a workbook; `read` gives the same values back.

    Rows are written one by one, so a generator over a queryset keeps memory small.

    Args:
        rows: mappings by column key, or sequences in column order.
        title: heading of printed pages and of the sheet 填写说明; by default the sheet's title.
        meta: facts about the export (time, filter, who), shown on the sheet 填写说明.
    """
    return _workbook(sheet, rows, title=title or sheet.title, meta=meta or {}, template=False)


def template_xlsx(sheet: Sheet) -> bytes:
    """An empty workbook to fill in, with one example row (which `read` skips) and help."""
    example = {each.key: each.example for each in sheet.columns}
    rows = [example] if any(value is not None for value in example.values()) else []
    return _workbook(sheet, rows, title=f"{sheet.title}模板", meta={}, template=True)


def export_csv(sheet: Sheet, rows: Iterable[Record]) -> bytes:
    """The rows as UTF-8 with a mark (Excel needs it); dangerous text gets an apostrophe."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(each.header for each in sheet.columns)
    for row in rows:
        writer.writerow(
            _csv_text(column, value)
            for column, value in zip(sheet.columns, _values(sheet, row), strict=True)
        )
    return out.getvalue().encode("utf-8-sig", errors="replace")


def shown(column: Column, value: Any) -> str:
    """A value as people read it: labels for choices, 是 and 否, ISO dates."""
    if value is None:
        return ""
    if column.kind is Kind.CHOICE:
        return column.label_of(str(value))
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date):
        return value.isoformat()[:10]
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value)


def _values(sheet: Sheet, row: Record) -> list[Any]:
    if isinstance(row, Mapping):
        return [row.get(each.key) for each in sheet.columns]
    return list(row)


def _csv_text(column: Column, value: Any) -> str:
    text = _FORBIDDEN.sub("", shown(column, value))
    numeric = isinstance(value, int | float | Decimal)
    return f"'{text}" if not numeric and looks_like_formula(text.lstrip("'")) else text


def _workbook(
    sheet: Sheet, rows: Iterable[Record], *, title: str, meta: Mapping[str, str], template: bool
) -> bytes:
    book = Workbook(write_only=True)
    book.properties.title = title
    book.properties.creator = "Tongke"
    main = book.create_sheet(_safe_title(sheet.title))
    _lay_out(main, sheet, title)
    lists = _add_lists(book, main, sheet) if template else []
    main.append([_head_cell(main, each, template=template) for each in sheet.columns])
    count = 0
    for row in rows:
        values = zip(sheet.columns, _values(sheet, row), strict=True)
        main.append([_cell(main, column, value) for column, value in values])
        count += 1
    if not template:
        main.auto_filter.ref = f"A1:{get_column_letter(len(sheet.columns))}{count + 1}"
    _help_sheet(book, sheet, title, meta)
    if lists:
        _lists_sheet(book, lists)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _safe_title(title: str) -> str:
    return re.sub(r"[\[\]:*?/\\]", " ", title)[:31].strip("' ") or "Sheet1"


def _lay_out(page: Any, sheet: Sheet, title: str) -> None:
    """Widths, text format of whole columns, frozen heading, printing; before any row."""
    page.freeze_panes = "A2"
    page.print_title_rows = "1:1"
    page.page_setup.orientation = "landscape" if len(sheet.columns) > 6 else "portrait"
    page.page_setup.paperSize = page.PAPERSIZE_A4 if hasattr(page, "PAPERSIZE_A4") else 9
    page.oddHeader.center.text = title.replace("&", "&&")
    for place, column in enumerate(sheet.columns, 1):
        dimension = page.column_dimensions[get_column_letter(place)]
        dimension.width = min(column.width, 60)
        if column.kind in AS_TEXT_KINDS:
            dimension.number_format = "@"
        elif column.kind is Kind.DATE:
            dimension.number_format = "yyyy-mm-dd"


def _head_cell(page: Any, column: Column, *, template: bool) -> WriteOnlyCell:
    must = template and column.required
    cell = WriteOnlyCell(page, value=column.header + ("*" if must else ""))
    cell.font = Font(bold=True)
    cell.fill = _MUST_FILL if must else _HEAD_FILL
    cell.alignment = Alignment(vertical="center", wrap_text=True)
    return cell


def _cell(page: Any, column: Column, value: Any) -> Any:
    """A cell that keeps its value: text stays text, whatever it looks like."""
    if value is None or value == "":
        return None
    if isinstance(value, Decimal) and len(value.normalize().as_tuple().digits) <= 15:
        return value
    if isinstance(value, int) and not isinstance(value, bool) and column.kind is Kind.INTEGER:
        return value if abs(value) < 10**15 else _text_cell(page, str(value))
    if isinstance(value, float) and column.kind in {Kind.DECIMAL, Kind.INTEGER}:
        return value
    if column.kind is Kind.DATE and isinstance(value, date):
        cell = WriteOnlyCell(page, value=date(value.year, value.month, value.day))
        cell.number_format = "yyyy-mm-dd"
        return cell
    text = shown(column, value)
    ordinary = column.kind in {Kind.TEXT, Kind.CHOICE} and text[:1] not in "=#+-@'"
    if ordinary and text.isprintable() and not looks_like_formula(text):
        return text  # a third of the time of a cell with its own style
    return _text_cell(page, text)


def _text_cell(page: Any, text: str) -> WriteOnlyCell:
    text = _FORBIDDEN.sub("", text)
    cell = WriteOnlyCell(page, value="")
    cell.value = text
    cell.data_type = "s"  # openpyxl would make formulas of =…, and errors of #N/A
    cell.number_format = "@"
    if looks_like_formula(text):
        # Excel then shows the text as it is, also after somebody has edited the cell.
        cell._style.quotePrefix = 1  # the public attribute is read-only
    return cell


def _add_lists(book: Any, page: Any, sheet: Sheet) -> list[tuple[Column, list[str]]]:
    """Drop-down lists for choices; returns the lists that the hidden sheet must hold."""
    lists: list[tuple[Column, list[str]]] = []
    for place, column in enumerate(sheet.columns, 1):
        labels = [label for _, label in column.choices]
        if column.kind is Kind.BOOL:
            labels = ["是", "否"]
        if not labels:
            continue
        lists.append((column, labels))
        source = get_column_letter(len(lists))
        rule = DataValidation(
            type="list",
            formula1=f"='{LISTS_TITLE}'!${source}$2:${source}${len(labels) + 1}",
            allow_blank=not column.required,
            showErrorMessage=True,
            errorTitle=column.header,
            error="请从列表中选择。",
        )
        letter = get_column_letter(place)
        rule.add(f"{letter}2:{letter}{_TEMPLATE_ROWS}")
        page.data_validations.append(rule)
    return lists


def _lists_sheet(book: Any, lists: list[tuple[Column, list[str]]]) -> None:
    page = book.create_sheet(LISTS_TITLE)
    page.sheet_state = "hidden"
    page.append([_text_cell(page, column.header) for column, _ in lists])
    for labels in zip_longest(*(labels for _, labels in lists)):
        page.append([_text_cell(page, label) if label else None for label in labels])


def _help_sheet(book: Any, sheet: Sheet, title: str, meta: Mapping[str, str]) -> None:
    page = book.create_sheet(HELP_TITLE)
    for letter, width in zip("ABCDE", (20, 8, 24, 50, 24), strict=True):
        page.column_dimensions[letter].width = width
    heading = WriteOnlyCell(page, value=title)
    heading.font = Font(bold=True, size=14)
    page.append([heading])
    for name, value in meta.items():
        page.append([_text_cell(page, name), None, _text_cell(page, value)])
    for note in sheet.notes:
        page.append([_text_cell(page, note)])
    page.append([])
    names = ("项目", "必填", "类型", "说明", "示例")
    cells = [WriteOnlyCell(page, value=name) for name in names]
    for cell in cells:
        cell.font, cell.fill = Font(bold=True), _HEAD_FILL
    page.append(cells)
    for column in sheet.columns:
        texts = (
            column.header,
            "是" if column.required else "",
            KIND_NAMES[column.kind],
            _help_text(column),
            shown(column, column.example),
        )
        cells = [_text_cell(page, text) for text in texts]
        for cell in cells:
            cell.alignment = _WRAP
        page.append(cells)


def _help_text(column: Column) -> str:
    parts = [column.help] if column.help else []
    if column.choices:
        labels = [label for _, label in column.choices]
        listed = "、".join(labels[:30]) + (" 等，见下拉列表" if labels[30:] else "")
        parts.append(f"可填：{listed}。")
    if column.unique:
        parts.append("不能重复。")
    return " ".join(parts)
