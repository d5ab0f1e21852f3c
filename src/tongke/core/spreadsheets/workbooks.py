"""Worksheets of an .xlsx file as plain rows, read without trusting the file."""

import io
import re
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import product
from typing import Any
from zipfile import ZipInfo

import openpyxl
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from openpyxl.utils.cell import range_boundaries
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from tongke.core.spreadsheets.archives import FileRefused, open_archive, read_member
from tongke.core.spreadsheets.cells import COVERED_BY_MERGE, FORMULA_WITHOUT_VALUE
from tongke.core.spreadsheets.sheet import Limits

# openpyxl reads XML through defusedxml exactly when this holds; without it entities expand.
assert openpyxl.DEFUSEDXML

_TYPES = "[Content_Types].xml"
_MOST_WORKSHEETS = 20
_MOST_SMALL_PART = 10 * 1024 * 1024  # styles and the like are parsed as one tree
_MOST_COVERED = 500_000
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]{0,80}?ref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"')
_BROKEN = "文件已损坏，打不开。请在 Excel 或 WPS 中打开后另存为 .xlsx 再上传。"
_HOSTILE = "文件里有 XML 实体，可能是恶意文件，没有打开。"

Cells = tuple[Any, ...]


@dataclass(frozen=True)
class Merge:
    """A merged range, 1-based and inclusive."""

    left: int
    top: int
    right: int
    bottom: int


def check_workbook(data: bytes, limits: Limits) -> None:
    """Judge the archive of a workbook before any XML is parsed.

    Raises:
        FileRefused: it is no .xlsx, has macros, or would cost too much to read.
    """
    with open_archive(data, limits) as archive:
        infos = {info.filename: info for info in archive.infolist()}
        if not {_TYPES, "xl/workbook.xml"} <= infos.keys():
            raise FileRefused(_what_else(set(infos)))
        if "xl/vbaProject.bin" in infos:
            raise FileRefused("文件里有宏，请另存为不含宏的 .xlsx 后再上传。")
        _check_part(infos[_TYPES], _MOST_SMALL_PART)
        kinds = _part_kinds(read_member(archive, infos[_TYPES]))
    for name, info in infos.items():
        match kinds.get(f"/{name}".lower(), ""):
            case "worksheet":
                _check_part(info, limits.most_unpacked)
            case "sharedStrings":
                _check_part(info, limits.most_shared_strings)
            case kind if kind or name.endswith((".xml", ".rels")):
                _check_part(info, _MOST_SMALL_PART)


def _check_part(info: ZipInfo, most: int) -> None:
    if info.file_size > most:
        raise FileRefused(
            f"文件里的 {info.filename} 解压后有 {info.file_size / 1048576:,.0f} MB，"
            "超出允许的大小，没有打开。请删去多余的内容和格式后再上传。"
        )


def _part_kinds(types: bytes) -> dict[str, str]:
    """What each part claims to be; readers follow these claims, not the names of the parts."""
    with _trouble():
        root = fromstring(types)
    return {
        each.get("PartName", "").lower(): each.get("ContentType", "").rpartition(".")[2][:-4]
        for each in root
        if each.get("ContentType", "").endswith("+xml")
    }


def _what_else(names: set[str]) -> str:
    if any(name.startswith("word/") for name in names):
        return "这是 Word 文档，请把表格复制到 Excel 模板中再上传。"
    if any(name.startswith("ppt/") for name in names):
        return "这是演示文稿，请上传 .xlsx 表格。"
    if "content.xml" in names and "mimetype" in names:
        return "这是 OpenDocument 表格，请另存为 .xlsx 后再上传。"
    return "这是压缩包，不是 .xlsx 表格，请先解压再上传里面的表格。"


class Workbook:
    """An .xlsx file, open for reading; use as a context manager."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        check_workbook(data, limits)
        self._data, self._limits, self._open = data, limits, ExitStack()

    def __enter__(self) -> "Workbook":
        # openpyxl warns of every style it does not know; none concerns the person.
        self._open.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        try:
            self._book = self._load(data_only=True)
        except BaseException:
            self._open.close()
            raise
        return self

    def __exit__(self, *unused: object) -> None:
        self._open.close()

    @property
    def titles(self) -> list[str]:
        """Names of the worksheets that have cells, hidden ones left out."""
        return [
            each.title
            for each in self._book.worksheets[:_MOST_WORKSHEETS]
            if isinstance(each, ReadOnlyWorksheet) and each.sheet_state == "visible"
        ]

    def rows(self, title: str, *, most: int | None = None) -> Iterator[tuple[int, Cells]]:
        """Rows that are not empty, with their numbers, cut at the limit of columns.

        Raises:
            FileRefused: the worksheet is damaged.
        """
        empty: Cells = ()
        for number, cells in enumerate(self._values(self._book, title), 1):
            if most is not None and number > most:
                return
            # A far-off last row makes openpyxl give one and the same empty row a million times.
            if cells is empty:
                continue
            if cells.count(None) == len(cells):
                empty = cells
                continue
            yield number, cells

    def exact_rows(self, title: str) -> Iterator[tuple[int, Cells]]:
        """As `rows`, with marks (`Lost`) where a formula or a merge hides the value."""
        formulas, merges = self._scan(title)
        gone = self._formula_cells(title) if formulas else set()
        covered = self._covered(merges)
        if not gone and not covered:
            yield from self.rows(title)
            return
        for number, cells in self.rows(title):
            marked = (
                _mark(value, (number, column), gone, covered)
                for column, value in enumerate(cells, 1)
            )
            yield number, tuple(marked)

    def _values(self, book: Any, title: str, *, values_only: bool = True) -> Iterator[Cells]:
        sheet = book[title]
        # The declared dimension may be a lie; without it rows come as they are written.
        sheet.reset_dimensions()
        with _trouble():
            yield from sheet.iter_rows(max_col=self._limits.most_columns, values_only=values_only)

    def _load(self, *, data_only: bool) -> Any:
        with _trouble():
            book = openpyxl.load_workbook(
                io.BytesIO(self._data), read_only=True, data_only=data_only, keep_links=False
            )
        self._open.callback(book.close)
        return book

    def _formula_cells(self, title: str) -> set[tuple[int, int]]:
        found: set[tuple[int, int]] = set()
        for cells in self._values(self._load(data_only=False), title, values_only=False):
            found.update((cell.row, cell.column) for cell in cells if cell.data_type == "f")
        return found

    def _covered(self, merges: list[Merge]) -> set[tuple[int, int]]:
        """Cells that a merge hides: all of its range but the first."""
        covered: set[tuple[int, int]] = set()
        for each in merges:
            bottom = min(each.bottom, self._limits.most_rows)
            right = min(each.right, self._limits.most_columns)
            covered.update(product(range(each.top, bottom + 1), range(each.left, right + 1)))
            covered.discard((each.top, each.left))
            if len(covered) > _MOST_COVERED:
                raise FileRefused("合并单元格太多，请取消合并后再上传。")
        return covered

    def _scan(self, title: str) -> tuple[bool, list[Merge]]:
        """Whether the worksheet has formulas, and its merged ranges: one pass over its bytes."""
        formulas, refs, tail = False, set(), b""
        with _trouble(), self._book[title]._get_source() as source:
            while chunk := source.read(1 << 20):
                part = tail + chunk
                formulas = formulas or bool(_FORMULA.search(part))
                refs.update(_MERGE.findall(part))
                tail = part[-200:]
        bounds = (range_boundaries(ref.decode()) for ref in sorted(refs)[:20_000])
        return formulas, [Merge(*each) for each in bounds]


def _mark(
    value: Any, place: tuple[int, int], gone: set[tuple[int, int]], covered: set[tuple[int, int]]
) -> Any:
    if value is None and place in gone:
        return FORMULA_WITHOUT_VALUE
    return COVERED_BY_MERGE if value is None and place in covered else value


@contextmanager
def _trouble() -> Iterator[None]:
    """Turn whatever a damaged or hostile workbook raises into a refusal."""
    try:
        yield
    except FileRefused:
        raise
    except Exception as broken:
        raise FileRefused(_HOSTILE if _is_hostile(broken) else _BROKEN) from broken


def _is_hostile(error: BaseException | None) -> bool:
    """Whether an XML entity is behind the error; openpyxl wraps some causes."""
    while error is not None and not isinstance(error, DefusedXmlException):
        error = error.__cause__ or error.__context__
    return error is not None
