"""Reading an upload against its declaration: `read`."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, BinaryIO

from openpyxl.utils import get_column_letter

from tongke.core.spreadsheets.archives import FileRefused, read_bytes
from tongke.core.spreadsheets.cells import (
    COVERED_BY_MERGE,
    CellError,
    Lost,
    as_text,
    clean,
    folded,
    looks_like_formula,
    parse,
)
from tongke.core.spreadsheets.decoding import csv_rows, decode
from tongke.core.spreadsheets.sheet import Column, Kind, Limits, Row, Sheet, Table
from tongke.core.spreadsheets.workbooks import Workbook

HEADER_WITHIN = 10
_EXAMPLE_WITHIN = 3  # the example row of the template stands right under the heading
_SIGNS = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old"),
    (b"PK\x03\x04", "xlsx"),
    (b"PK\x05\x06", "xlsx"),
    (b"%PDF", "这是 PDF，请上传 .xlsx 或 .csv 表格。"),
    (b"\x89PNG", "这是图片，请上传 .xlsx 或 .csv 表格。"),
    (b"\xff\xd8\xff", "这是图片，请上传 .xlsx 或 .csv 表格。"),
    (b"Rar!", "这是压缩包，请先解压，再上传里面的 .xlsx 或 .csv 表格。"),
    (b"7z\xbc\xaf", "这是压缩包，请先解压，再上传里面的 .xlsx 或 .csv 表格。"),
    (b"{\\rtf", "这是文档，请上传 .xlsx 或 .csv 表格。"),
)

NumberedRow = tuple[int, Sequence[Any]]


@dataclass(frozen=True)
class Heading:
    """Where the headings stand and which column of the file each declared column is."""

    number: int
    places: Mapping[str, int]  # key -> 0-based column
    twice: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def read(
    file: bytes | BinaryIO,
    name: str,
    sheet: Sheet,
    limits: Limits = Limits(),  # noqa: B008 - frozen
) -> Table:
    """What an .xlsx or .csv upload says, judged by `sheet`. Never raises for a bad file.

    The type is found from the content; `name` is only mentioned. Columns may stand in any order.

    Returns:
        A table: rows with typed values and Chinese errors; or no rows and `errors` that say why
        the file as a whole cannot be used.
    """
    try:
        data = read_bytes(file, limits)
        kind = content_kind(data)
        if kind == "xlsx":
            return _read_workbook(data, sheet, limits)
        return _read_csv(data, sheet, limits)
    except FileRefused as refused:
        return Table(errors=(f"“{clean(name)[:60]}”：{refused}",))


def content_kind(data: bytes) -> str:
    """``xlsx`` or ``csv``, by content.

    Raises:
        FileRefused: it is something else; the message says what to do.
    """
    for sign, kind in _SIGNS:
        if not data.startswith(sign):
            continue
        if kind == "old":
            raise FileRefused(_old_office(data))
        if kind != "xlsx":
            raise FileRefused(kind)
        return kind
    start = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<html", b"<!doctype", b"<?xml", b"<table")):
        raise FileRefused("这是网页格式的表格，请在 Excel 或 WPS 中打开后另存为 .xlsx 再上传。")
    return "csv"


def _old_office(data: bytes) -> str:
    if "EncryptedPackage".encode("utf-16-le") in data:
        return "文件有打开密码，请在 Excel 中去掉密码后再上传。"
    return "这是旧版 .xls 表格，请在 Excel 或 WPS 中另存为 .xlsx 后再上传。"


def _read_workbook(data: bytes, sheet: Sheet, limits: Limits) -> Table:
    with Workbook(data, limits) as book:
        found = [
            (title, find_heading(book.rows(title, most=HEADER_WITHIN), sheet))
            for title in book.titles
        ]
        found.sort(key=lambda each: (each[0] != sheet.title, -len(each[1].places)))
        usable = [each for each in found if each[1].places]
        if not usable:
            return _no_heading(sheet)
        title, heading = usable[0]
        return _table(book.exact_rows(title), heading, sheet, limits)


def _read_csv(data: bytes, sheet: Sheet, limits: Limits) -> Table:
    text = decode(data)
    first = islice(csv_rows(text), HEADER_WITHIN)
    heading = find_heading(first, sheet)
    if not heading.places:
        return _no_heading(sheet)
    rows = ((number, [_unquoted(cell) for cell in cells]) for number, cells in csv_rows(text))
    return _table(rows, heading, sheet, limits)


def _unquoted(cell: str) -> str:
    """A .csv cell without the apostrophe that our export puts before dangerous text."""
    dangerous = looks_like_formula(cell.lstrip("'"))
    return cell[1:] if dangerous and cell.startswith("'") else cell


def find_heading(rows: Iterator[NumberedRow], sheet: Sheet) -> Heading:
    """The row that names most columns; without any match its `places` are empty."""
    names = {folded(each): column.key for column in sheet.columns
             for each in (column.header, *column.aliases)}  # fmt: skip
    best = Heading(0, {})
    for number, cells in rows:
        places: dict[str, int] = {}
        twice, unknown = [], []
        for place, cell in enumerate(cells):
            text = as_text(cell) if not isinstance(cell, Lost) else ""
            key = names.get(_bare(text))
            if key is None:
                unknown += [text] if text else []
            elif key in places:
                letters = [get_column_letter(each + 1) for each in (places[key], place)]
                twice.append(f"「{text}」有两列（{letters[0]} 列和 {letters[1]} 列），请只留一列。")
            else:
                places[key] = place
        if len(places) > len(best.places):
            best = Heading(number, places, tuple(twice), tuple(unknown))
    return best


def _bare(text: str) -> str:
    bare = folded(text).removesuffix("(必填)").removesuffix("(选填)")
    return bare.strip("*:")


def _no_heading(sheet: Sheet) -> Table:
    names = "、".join(each.header for each in sheet.columns if each.required)
    return Table(errors=(
        f"前 {HEADER_WITHIN} 行里找不到表头。请使用模板，或让表头含有这些列：{names}。",
    ))  # fmt: skip


def _table(rows: Iterable[NumberedRow], heading: Heading, sheet: Sheet, limits: Limits) -> Table:
    absent = [each.header for each in sheet.columns
              if each.required and each.key not in heading.places]  # fmt: skip
    errors = list(heading.twice)
    if absent:
        names = "、".join(absent)
        errors.append(f"缺少必填的列：{names}。表头在第 {heading.number} 行，请对照模板补上。")
    if errors:
        return Table(errors=tuple(errors))
    warnings = []
    if heading.unknown:
        warnings.append(f"不认识的列已忽略：{'、'.join(heading.unknown[:20])}。")
    found: list[Row] = []
    skipped: dict[str, list[int]] = defaultdict(list)
    columns = [each for each in sheet.columns if each.key in heading.places]
    for number, cells in rows:
        if number <= heading.number or _is_empty(cells, heading):
            continue
        why = _why_skipped(number - heading.number, cells, columns, heading)
        if why:
            skipped[why].append(number)
            continue
        if len(found) >= limits.most_rows:
            raise FileRefused(f"数据超过 {limits.most_rows:,} 行，请分成几个文件导入。")
        found.append(_row(number, cells, columns, heading))
    for why, numbers in skipped.items():
        listed = "、".join(str(each) for each in numbers[:10]) + (" 等" if numbers[10:] else "")
        warnings.append(f"第 {listed} 行{why}，已跳过。")
    if not found:
        return Table(errors=("表头下面没有数据。",), warnings=tuple(warnings))
    repeats = _repeats(found, sheet)
    return Table(
        rows=tuple(
            replace(row, errors=(*row.errors, *repeats.get(row.number, ()))) for row in found
        ),
        warnings=tuple(warnings),
        keys=frozenset(heading.places),
    )


def _cell(cells: Sequence[Any], place: int) -> Any:
    return cells[place] if place < len(cells) else None


def _is_empty(cells: Sequence[Any], heading: Heading) -> bool:
    for place in heading.places.values():
        cell = _cell(cells, place)
        if cell is COVERED_BY_MERGE:
            continue
        if isinstance(cell, Lost) or as_text(cell):
            return False
    return True


def _why_skipped(below: int, cells: Sequence[Any], columns: list[Column], heading: Heading) -> str:
    filled = [cell for cell in cells if cell is not None and cell is not COVERED_BY_MERGE]
    if len(filled) == 1 and any(cell is COVERED_BY_MERGE for cell in cells) and len(columns) > 1:
        return "是合并的小标题"
    samples = [each for each in columns if each.example is not None]
    same = (
        below <= _EXAMPLE_WITHIN
        and len(samples) > 1
        and all(_matches_example(each, _cell(cells, heading.places[each.key])) for each in samples)
    )
    return "是模板里的示例" if same else ""


def _matches_example(column: Column, cell: Any) -> bool:
    try:
        return bool(parse(column, cell) == column.example)
    except CellError:
        return folded(as_text(cell)) == folded(as_text(column.example))


def _row(number: int, cells: Sequence[Any], columns: list[Column], heading: Heading) -> Row:
    values: dict[str, Any] = {}
    errors = []
    for column in columns:
        try:
            values[column.key] = parse(column, _cell(cells, heading.places[column.key]))
        except CellError as error:
            values[column.key] = None
            errors.append(f"第 {number} 行「{column.header}」：{error}。")
    return Row(number, values, tuple(errors))


def _repeats(rows: list[Row], sheet: Sheet) -> dict[int, list[str]]:
    """For every row that repeats a value which must be unique, the sentences that say so."""
    groups = [(each.key,) for each in sheet.columns if each.unique] + list(sheet.together)
    errors: dict[int, list[str]] = defaultdict(list)
    for keys in groups:
        places: dict[tuple[Any, ...], list[int]] = defaultdict(list)
        for row in rows:
            value = tuple(_identity(sheet.by_key[key], row.values.get(key)) for key in keys)
            if all(part is not None for part in value):
                places[value].append(row.number)
        label = "」「".join(sheet.by_key[key].header for key in keys)
        for numbers in places.values():
            for number in numbers if len(numbers) > 1 else ():
                others = [str(each) for each in numbers[:6] if each != number][:5]
                tail = " 等多行重复" if len(numbers) > 6 else " 行重复"
                errors[number].append(
                    f"第 {number} 行「{label}」：与第 {'、'.join(others)}{tail}。"
                )
    return errors


def _identity(column: Column, value: Any) -> Any:
    return value.upper() if column.kind is Kind.CODE and isinstance(value, str) else value
