"""One file of a package: columns found, values understood, rows judged."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tongke.core.spreadsheets.archives import FileRefused
from tongke.core.spreadsheets.cells import clean, looks_like_formula
from tongke.core.spreadsheets.decoding import csv_rows, decode
from tongke.gateway.interop.oneroster.columns import Field, Kind, Must
from tongke.gateway.interop.oneroster.package import Mode, Problem, Severity

_MOST_TEXT = 255
_GONE = frozenset({"tobedeleted", "inactive"})


@dataclass
class Line:
    """One row: values by column name (missing ones are empty), and whether it can be used."""

    number: int
    values: dict[str, Any]
    good: bool = True

    @property
    def id(self) -> str:
        """Its sourcedId."""
        return str(self.values["sourcedId"])

    @property
    def removed(self) -> bool:
        """Whether a delta says the record has left."""
        return self.values.get("status") in _GONE


@dataclass
class Table:
    """One file: its rows, and where to report what is wrong with them."""

    file: str
    mode: Mode
    fields: tuple[Field, ...]
    problems: list[Problem]
    lines: list[Line] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The name of the file with its ending."""
        return f"{self.file}.csv"

    def error(self, line: Line, column: str, message: str) -> None:
        """Refuse a row."""
        line.good = False
        self.problems.append(Problem(self.name, line.number, column, message))

    def warn(self, number: int, column: str, message: str) -> None:
        """Mention something."""
        self.problems.append(Problem(self.name, number, column, message, Severity.WARNING))

    @property
    def good(self) -> list[Line]:
        """Rows that can be used."""
        return [line for line in self.lines if line.good]


def read_table(table: Table, data: bytes, most_rows: int) -> None:
    """Fill a table from the bytes of its file; problems go to its list, nothing is raised."""
    try:
        rows = csv_rows(decode(data), ",")
        header = next(rows, (1, []))[1]
        places = _places(table, [clean(cell) for cell in header])
        for number, cells in rows:
            if places is None or not any(cell.strip() for cell in cells):
                continue
            if len(table.lines) >= most_rows:
                raise FileRefused(f"超过 {most_rows:,} 行，请分批导出。")
            table.lines.append(_line(table, number, cells, places))
        if places is not None:
            _report_gaps(table, places)
    except FileRefused as refused:
        table.lines.clear()
        table.problems.append(Problem(table.name, 0, "", str(refused)))
        return
    _refuse_repeated(table)


def _places(table: Table, header: list[str]) -> dict[str, int] | None:
    """Column of each field, or None when a needed one is missing."""
    if not any(header):
        table.problems.append(Problem(table.name, 0, "", "文件是空的，至少要有表头。"))
        return None
    twice = [name for name, count in Counter(filter(None, header)).items() if count > 1]
    if twice:
        message = f"表头有重复的列：{'、'.join(twice)}。"
        table.problems.append(Problem(table.name, 1, "", message))
        return None
    where = {name.lower(): place for place, name in enumerate(header)}
    places: dict[str, int] = {}
    for each in table.fields:
        for name in (each.name, *each.old):
            if name.lower() in where:
                places[each.name] = where[name.lower()]
                if name != each.name:
                    table.warn(1, name, f"是旧版列名，当作 {each.name} 读取。")
                break
    absent = [each.name for each in table.fields
              if each.must is Must.HAVE and each.name not in places]  # fmt: skip
    if absent:
        message = f"缺少必填的列：{'、'.join(absent)}。"
        table.problems.append(Problem(table.name, 1, "", message))
        return None
    return places


def _report_gaps(table: Table, places: dict[str, int]) -> None:
    """One warning for each column the standard asks for and we can do without."""
    for each in table.fields:
        if each.must is not Must.SHOULD:
            continue
        empty = [line.number for line in table.lines if not line.removed
                 and line.values[each.name] in ("", (), None)]  # fmt: skip
        if each.name not in places:
            table.warn(1, each.name, "标准要求的列没有给出，按空白处理。")
        elif empty:
            more = f" 等 {len(empty)} 行" if empty[5:] else ""
            listed = "、".join(str(number) for number in empty[:5])
            table.warn(0, each.name, f"标准要求填写，第 {listed} 行{more}是空白。")


def _line(table: Table, number: int, cells: list[str], places: Mapping[str, int]) -> Line:
    line = Line(number, {})
    texts = {
        name: clean(cells[place]) if place < len(cells) else "" for name, place in places.items()
    }
    # A removal needs no more than its id; other columns of it may be empty.
    leaving = table.mode is Mode.DELTA and texts.get("status", "").lower() in _GONE
    for each in table.fields:
        text = texts.get(each.name, "")
        line.values[each.name] = _EMPTY.get(each.kind, "")
        if not text:
            if each.must is Must.HAVE and (not leaving or each.name == "sourcedId"):
                table.error(line, each.name, "不能为空。")
            continue
        try:
            line.values[each.name] = _PARSERS[each.kind](each, text)
        except ValueError as wrong:
            table.error(line, each.name, str(wrong))
    if table.mode is Mode.DELTA and not line.values["status"]:
        table.error(line, "status", "delta 文件的每一行都要写 active 或 tobedeleted。")
    return line


def _text(each: Field, text: str) -> str:
    if len(text) > _MOST_TEXT:
        raise ValueError(f"有 {len(text)} 个字符，最多 {_MOST_TEXT} 个。")
    if each.name not in {"sms", "phone", "dateLastModified"} and looks_like_formula(text):
        raise ValueError(f"以“{text[0]}”开头，会被表格软件当作公式执行，请删去开头的符号。")
    return text


def _list(each: Field, text: str) -> tuple[str, ...]:
    return tuple(_text(each, part.strip()) for part in text.split(",") if part.strip())


def _date(each: Field, text: str) -> date:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise ValueError(f"“{text[:30]}”不是日期，请写成 2015-03-01。") from None


def _bool(each: Field, text: str) -> bool:
    word = text.lower()
    if word not in {"true", "false"}:
        raise ValueError(f"“{text[:30]}”应为 true 或 false。")
    return word == "true"


def _word(each: Field, text: str) -> str:
    known = {word.lower(): word for word in each.words}
    if text.lower() in known:
        return known[text.lower()]
    if text.startswith("ext:"):
        return _text(each, text)
    raise ValueError(f"“{text[:30]}”不在允许的值里：{'、'.join(sorted(each.words))}。")


_PARSERS: dict[Kind, Callable[[Field, str], Any]] = {
    Kind.TEXT: _text,
    Kind.ID: _text,
    Kind.IDS: _list,
    Kind.LIST: _list,
    Kind.DATE: _date,
    Kind.BOOL: _bool,
    Kind.WORD: _word,
}
_EMPTY: dict[Kind, Any] = {Kind.IDS: (), Kind.LIST: (), Kind.DATE: None, Kind.BOOL: None}


def _refuse_repeated(table: Table) -> None:
    first: dict[str, Line] = {}
    for line in table.lines:
        if not line.id:
            continue
        other = first.setdefault(line.id, line)
        if other is not line:
            table.error(line, "sourcedId", f"“{line.id}”与第 {other.number} 行重复。")
            if other.good:
                table.error(other, "sourcedId", f"“{line.id}”在后面的行里又出现了。")


def check_pointers(table: Table, tables: Mapping[str, Table]) -> None:
    """Judge every id that points to another file; a bulk target must hold it.

    A target that is delta or absent may lack the record because the receiver has it already.
    """
    for each in table.fields:
        target = tables.get(each.to)
        if target is None or target.mode is not Mode.BULK:
            continue
        # A refused row may take down rows of its own file that point to it, and so on.
        while _follow(table, each, target) and each.hard and target is table:
            continue


def _follow(table: Table, each: Field, target: Table) -> int:
    """Check one column; returns how many rows it refused."""
    usable = {line.id for line in target.good}
    present = {line.id for line in target.lines}
    refused = 0
    for line in table.lines:
        value = line.values[each.name]
        for pointed in value if isinstance(value, tuple) else (value,):
            if not pointed or pointed in usable or (each.hard and not line.good):
                continue
            why = "里的这一行没有通过检查" if pointed in present else "里没有这个编号"
            message = f"“{pointed[:60]}”：{each.to}.csv {why}。"
            if each.hard:
                table.error(line, each.name, message)
                refused += 1
            else:
                table.warn(line.number, each.name, message)
    return refused
