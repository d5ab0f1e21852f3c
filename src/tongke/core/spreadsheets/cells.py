"""From a raw cell to a typed value, or to a Chinese sentence that says how to mend it."""

import math
import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from tongke.core.spreadsheets.sheet import Column, Kind


class CellError(ValueError):
    """The cell cannot be understood; the message goes behind “第12行「出生日期」：”."""


class Lost:
    """Stands in a raw row for a cell whose value the file does not give."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


FORMULA_WITHOUT_VALUE: Final = Lost("是没有结果的公式，请在 Excel 中打开并保存一次，或改填数值")
COVERED_BY_MERGE: Final = Lost("被合并单元格盖住，请取消合并并逐行填写")

_INVISIBLE = re.compile(r"[\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\u00ad]")
_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
_WIDE = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B),
                                          *range(0xFF41, 0xFF5B))}  # fmt: skip
_EXCEL_ERROR = re.compile(r"#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!)$")
_SCIENTIFIC = re.compile(r"\d(\.\d+E\+?\d{1,3}|E\+\d{1,3})$", re.IGNORECASE)
_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._/-]*$", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d+)?$", re.ASCII)
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|\.(\d{1,2})\.(\d{1,2})"
                   r"|年(\d{1,2})月(\d{1,2})日?|(\d{2})(\d{2}))$", re.ASCII)  # fmt: skip
_MOBILE = re.compile(r"1\d{10}$", re.ASCII)
_LAND_LINE = re.compile(r"(010|02\d|0[3-9]\d{2})-?(\d{7,8})(?:-(\d{1,6}))?$", re.ASCII)
_YES = frozenset({"是", "有", "对", "√", "y", "yes", "true", "1"})
_NO = frozenset({"否", "无", "错", "×", "n", "no", "false", "0"})
_FORMULA_START = "=+-@"
_LONG_DIGITS = 10**15  # Excel keeps 15 digits
_AS_TEXT = "请把这一列的格式设为“文本”后重新填写"


def clean(text: str) -> str:
    """The text as it is kept: no invisible or control characters, half-width digits and letters.

    Example:
        >>> clean("　３年级\\u200b ")
        '3年级'
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ")
    text = _CONTROL.sub("", _INVISIBLE.sub("", text)).translate(_WIDE)
    return unicodedata.normalize("NFC", text).strip()


def folded(text: str) -> str:
    """For comparing headings and choices: compatibility forms, no spaces, no case."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", clean(text))).casefold()


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet program would run this text as a formula."""
    first = unicodedata.normalize("NFKC", text[:1])
    return bool(first) and (first in _FORMULA_START or text[0] in "\t\r")


def as_text(raw: Any) -> str:
    """A raw cell as the text a person would have typed."""
    match raw:
        case None:
            return ""
        case bool():
            return "是" if raw else "否"
        case float():
            return str(int(raw)) if raw.is_integer() and abs(raw) < _LONG_DIGITS else repr(raw)
        case datetime():
            return raw.date().isoformat() if raw.time() == time() else raw.isoformat(" ")
        case date() | time():
            return raw.isoformat()
    return clean(str(raw))


def parse(column: Column, raw: Any) -> Any:
    """The value of a cell, or None when it is empty.

    Raises:
        CellError: it is empty though required, or not what the column asks for.
    """
    if isinstance(raw, Lost):
        raise CellError(raw.reason)
    text = as_text(raw)
    if not text:
        if column.required:
            raise CellError("不能为空")
        return None
    _refuse_broken(column, raw, text)
    value = _PARSERS[column.kind](column, raw, text)
    _check_bounds(column, value, text)
    return value


def echo(column: Column, text: str) -> str:
    """The cell's text in an error: shortened, masked when it is a secret."""
    hidden = f"{text[:3]}***{text[-2:]}" if len(text) > 5 else "***"
    shown = hidden if column.secret else " ".join(text.split())
    return f"“{shown[:30]}…”" if len(shown) > 30 else f"“{shown}”"


def _refuse_broken(column: Column, raw: Any, text: str) -> None:
    if _EXCEL_ERROR.match(text):
        raise CellError(f"是 Excel 的错误值 {text}，请改填正确的内容")
    if not isinstance(raw, str):
        return
    numeric = column.kind in {Kind.INTEGER, Kind.DECIMAL, Kind.PHONE}
    harmless = column.symbols or (numeric and text[0] in "+-＋－")
    tab = column.kind is Kind.TEXT and raw[0] in "\t\r" and not column.symbols
    if (looks_like_formula(text) and not harmless) or tab:
        sign = "制表符" if tab else f"“{text[0]}”"
        raise CellError(f"以{sign}开头，会被表格软件当作公式执行，请删去开头的符号")


def _check_bounds(column: Column, value: Any, text: str) -> None:
    if isinstance(value, str) and len(value) > column.most:
        raise CellError(f"有 {len(value)} 个字，最多 {column.most} 个字")
    less, more = ("早于", "晚于") if column.kind is Kind.DATE else ("小于", "大于")
    if column.least_value is not None and value < column.least_value:
        raise CellError(f"{echo(column, text)}不能{less} {column.least_value}")
    if column.most_value is not None and value > column.most_value:
        raise CellError(f"{echo(column, text)}不能{more} {column.most_value}")


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def _text(column: Column, raw: Any, text: str) -> str:
    return text


def _number(column: Column, raw: Any, text: str) -> Decimal:
    if isinstance(raw, bool | datetime | date | time | timedelta):
        raise CellError(f"{echo(column, text)}不是数字")
    plain = repr(raw) if isinstance(raw, float) else _plain(text)
    if isinstance(raw, float) and not math.isfinite(raw):
        raise CellError(f"{echo(column, text)}不是数字")
    if isinstance(raw, str) and (plain in "+-" or not _NUMBER.match(plain)):
        raise CellError(f"{echo(column, text)}不是数字，请只填数字")
    try:
        value = Decimal(plain.replace(",", ""))
    except InvalidOperation as broken:
        raise CellError(f"{echo(column, text)}不是数字，请只填数字") from broken
    # Excel itself keeps 15 digits; more would not come back as they went out.
    if len(value.normalize().as_tuple().digits) > 15 or abs(value) >= _LONG_DIGITS:
        raise CellError(f"{echo(column, text)}超过 15 位数字")
    return value


def _integer(column: Column, raw: Any, text: str) -> int:
    value = _number(column, raw, text)
    if value != int(value):
        raise CellError(f"{echo(column, text)}不是整数")
    return int(value)


def _date(column: Column, raw: Any, text: str) -> date:
    if isinstance(raw, datetime):
        found = raw.date()
    elif isinstance(raw, date):
        found = raw
    else:
        found = _date_of_text(column, text)
    if not 1900 <= found.year <= 2100:
        raise CellError(f"{echo(column, text)}不在 1900 年到 2100 年之间")
    return found


def _date_of_text(column: Column, text: str) -> date:
    plain = re.sub(r"[T ]\s*\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$", "", text)
    match = _DATE.match(_plain(plain))
    if match:
        year, month, day = (int(part) for part in match.groups() if part is not None)
        try:
            return date(year, month, day)
        except ValueError:
            pass
    raise CellError(f"{echo(column, text)}不是日期，请写成 2015-03-01")


def _choice(column: Column, raw: Any, text: str) -> str:
    wanted = folded(text)
    for value, label in column.choices:
        if folded(label) == wanted:
            return str(value)
    for value, _ in column.choices:
        if folded(value) == wanted:
            return str(value)
    labels = [label for _, label in column.choices]
    more = " 等" if len(labels) > 8 else ""
    raise CellError(f"{echo(column, text)}不在列表中，可填：{'、'.join(labels[:8])}{more}")


def _digits(column: Column, raw: Any, text: str) -> str:
    """The text of a cell that holds a long number, unless Excel has already rounded it."""
    if isinstance(raw, int | float) and not isinstance(raw, bool) and abs(raw) >= _LONG_DIGITS:
        raise CellError(f"超过 15 位，Excel 已把末尾几位变成 0，{_AS_TEXT}")
    plain = _plain(text)
    if _SCIENTIFIC.match(plain):
        raise CellError(f"{echo(column, text)}是科学计数法，末尾几位已经丢失，{_AS_TEXT}")
    return plain


def _code(column: Column, raw: Any, text: str) -> str:
    plain = _digits(column, raw, text)
    if isinstance(raw, float) and not raw.is_integer():
        raise CellError(f"{echo(column, text)}不是编号，{_AS_TEXT}")
    if not _CODE.match(plain):
        raise CellError(f"{echo(column, text)}只能由数字、字母和 . _ / - 组成")
    return plain


def _phone(column: Column, raw: Any, text: str) -> str:
    plain = _digits(column, raw, text)
    plain = re.sub(r"^(\+|00)86-?", "", plain)
    mobile = plain.replace("-", "")
    if _MOBILE.match(mobile):
        return mobile
    land = _LAND_LINE.match(plain)
    if not land:
        raise CellError(f"{echo(column, text)}不是电话号码，手机填 11 位数字，座机写成 区号-号码")
    return "-".join(part for part in land.groups() if part)


def _idnumber(column: Column, raw: Any, text: str) -> str:
    plain = _digits(column, raw, text).upper()
    if not re.match(r"\d{17}[\dX]$", plain, re.ASCII):
        raise CellError(f"{echo(column, text)}不是 18 位身份证号")
    try:
        date(int(plain[6:10]), int(plain[10:12]), int(plain[12:14]))
    except ValueError as broken:
        raise CellError(f"{echo(column, text)}里的出生日期不存在，请核对") from broken
    if check_character(plain[:17]) != plain[17]:
        raise CellError(f"{echo(column, text)}的校验位不对，可能有一位抄错")
    return plain


def check_character(first17: str) -> str:
    """The last character of an 18-character identity number.

    Source:
        GB 11643-1999, ISO/IEC 7064 MOD 11-2.

    Example:
        >>> check_character("99000020150301001")
        '7'
    """
    total = sum(int(digit) * (2 ** (17 - place) % 11) for place, digit in enumerate(first17))
    return "10X98765432"[total % 11]


def _bool(column: Column, raw: Any, text: str) -> bool:
    word = folded(text)
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise CellError(f"{echo(column, text)}请改填“是”或“否”")


_PARSERS: dict[Kind, Callable[[Column, Any, str], Any]] = {
    Kind.TEXT: _text,
    Kind.INTEGER: _integer,
    Kind.DECIMAL: _number,
    Kind.DATE: _date,
    Kind.CHOICE: _choice,
    Kind.CODE: _code,
    Kind.PHONE: _phone,
    Kind.IDNUMBER: _idnumber,
    Kind.BOOL: _bool,
}
