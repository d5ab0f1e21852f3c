"""What a spreadsheet holds: columns, their kinds, and the limits of what is read.

A `Sheet` is declared once; reading, the template, the export and the report of an import all
follow from it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """How the cells of a column are understood, and the Python type they become."""

    TEXT = "text"  # str
    INTEGER = "integer"  # int
    DECIMAL = "decimal"  # Decimal
    DATE = "date"  # date
    CHOICE = "choice"  # the stored value of the choice, str
    CODE = "code"  # str: digits and letters, leading zeros kept
    PHONE = "phone"  # str: digits, land lines with a hyphen after the area code
    IDNUMBER = "idnumber"  # str: 18 characters, check character right
    BOOL = "bool"  # bool: 是 or 否


KIND_NAMES = {
    Kind.TEXT: "文字",
    Kind.INTEGER: "整数",
    Kind.DECIMAL: "数字",
    Kind.DATE: "日期，写成 2015-03-01",
    Kind.CHOICE: "从列表中选",
    Kind.CODE: "编号，按文本填写",
    Kind.PHONE: "电话号码，按文本填写",
    Kind.IDNUMBER: "18 位身份证号，按文本填写",
    Kind.BOOL: "填“是”或“否”",
}

SECRET_KINDS = frozenset({Kind.PHONE, Kind.IDNUMBER})
# Excel turns long digits into rounded numbers unless the column is formatted as text.
AS_TEXT_KINDS = frozenset({Kind.TEXT, Kind.CODE, Kind.PHONE, Kind.IDNUMBER, Kind.CHOICE})

Choices = Mapping[str, str] | Iterable[tuple[str, str] | str]


def _pairs(choices: Choices) -> tuple[tuple[str, str], ...]:
    listed = choices.items() if isinstance(choices, Mapping) else choices
    return tuple((each, each) if isinstance(each, str) else (each[0], each[1]) for each in listed)


@dataclass(frozen=True)
class Column:
    """One column.

    Args:
        header: the Chinese heading people see.
        key: the name of the value in `Row.values`.
        kind: how cells are understood; a `Kind` or its name.
        required: an empty cell is an error, a missing column stops the file.
        choices: for `choice`: value to label, pairs, or plain words. Cells hold labels.
        help: one sentence for the sheet 填写说明.
        width: in characters; by default from the heading and the kind.
        aliases: other headings that mean the same column.
        example: the value of the example row.
        unique: the same value twice in one file is an error in both rows.
        most: longest text, in characters.
        least_value, most_value: bounds of numbers and dates, inclusive.
        symbols: the text may begin with = + - @ (for remarks such as “-5℃”).
        secret: shown masked in reports; by default for phones and identity numbers.
    """

    header: str
    key: str
    kind: Any = Kind.TEXT
    required: bool = False
    choices: Any = ()
    help: str = ""
    width: int = 0
    aliases: tuple[str, ...] = ()
    example: Any = None
    unique: bool = False
    most: int = 200
    least_value: Any = None
    most_value: Any = None
    symbols: bool = False
    secret: bool = False

    def __post_init__(self) -> None:
        set_ = object.__setattr__
        set_(self, "kind", Kind(self.kind))
        set_(self, "choices", _pairs(self.choices))
        set_(self, "secret", self.secret or self.kind in SECRET_KINDS)
        if not self.width:
            wide = {Kind.IDNUMBER: 22, Kind.PHONE: 16, Kind.DATE: 13, Kind.BOOL: 8}
            set_(self, "width", max(wide.get(self.kind, 14), 2 * len(self.header) + 4))
        labels = [label for _, label in self.choices]
        assert (self.kind is Kind.CHOICE) == bool(labels), f"{self.key}: choices go with choice"
        assert len(set(labels)) == len(labels), f"{self.key}: two choices with one label"

    def label_of(self, value: str) -> str:
        """The label of a choice; the value itself when it is not in the list."""
        return str(dict(self.choices).get(value, value))


@dataclass(frozen=True)
class Sheet:
    """A kind of table that people exchange with the platform.

    Args:
        code: short ASCII name, also the name of the template file.
        title: Chinese name, also of the worksheet; at most 31 characters.
        columns: in the order of the template.
        notes: sentences for the sheet 填写说明.
        together: groups of keys whose values together must not repeat in a file.
    """

    code: str
    title: str
    columns: tuple[Column, ...]
    notes: tuple[str, ...] = ()
    together: tuple[tuple[str, ...], ...] = ()
    by_key: Mapping[str, Column] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", tuple(self.columns))
        object.__setattr__(self, "by_key", {each.key: each for each in self.columns})
        assert len(self.by_key) == len(self.columns), f"{self.code}: a key twice"
        assert all(key in self.by_key for group in self.together for key in group), self.code

    @property
    def secrets(self) -> frozenset[str]:
        """Keys whose values are never shown or kept in clear."""
        return frozenset(each.key for each in self.columns if each.secret)


@dataclass(frozen=True)
class Limits:
    """How much of a file is read. Sizes in bytes; the unpacked ones are of an .xlsx archive."""

    most_bytes: int = 10 * 1024 * 1024
    most_rows: int = 50_000
    most_columns: int = 200
    most_unpacked: int = 120 * 1024 * 1024
    most_shared_strings: int = 60 * 1024 * 1024
    most_entries: int = 1000
    # XML of real sheets shrinks 5 to 40 times; small archives are not judged by their ratio.
    most_ratio: int = 150
    ratio_from: int = 20 * 1024 * 1024


@dataclass(frozen=True)
class Row:
    """One row of a file: `number` as Excel counts, typed values by key, Chinese errors."""

    number: int
    values: Mapping[str, Any]
    errors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """What a file says. With `errors` the file as a whole could not be used and has no rows."""

    rows: tuple[Row, ...] = ()
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    keys: frozenset[str] = frozenset()  # the columns that the file has

    @property
    def good(self) -> bool:
        """No error, neither of the file nor of any row."""
        return not self.errors and not any(row.errors for row in self.rows)
