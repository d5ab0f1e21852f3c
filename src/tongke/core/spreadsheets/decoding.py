"""Text files from outside: which encoding, which separator, which rows."""

import csv
import io
import re
from collections.abc import Iterator

from tongke.core.spreadsheets.archives import FileRefused

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_HINT = "请在 Excel 中另存为 .xlsx，或另存为“CSV UTF-8”后再上传。"


def decode(data: bytes) -> str:
    """The text of a file in UTF-8, UTF-16 or GB 18030 (with GBK and GB 2312), found by content.

    Raises:
        FileRefused: it is none of these, or no text at all.
    """
    text = _decoded(data)
    if "\x00" in text or re.search(r"[\x01-\x08\x0e-\x1f]", text[:20_000]):
        raise FileRefused(f"这不是文本表格。{_HINT}")
    return text.removeprefix("\ufeff")


def _decoded(data: bytes) -> str:
    tries = [name for mark, name in _BOMS if data.startswith(mark)] or _guesses(data)
    for name in tries:
        try:
            return data.decode(name)
        except UnicodeDecodeError:
            continue
    raise FileRefused(f"文件的文字编码无法识别。{_HINT}")


def _guesses(data: bytes) -> list[str]:
    head = data[:4000]
    # ASCII separators and line ends put zeros at even or odd places of UTF-16 without a mark.
    zeros_even, zeros_odd = head[::2].count(0), head[1::2].count(0)
    if zeros_odd > zeros_even:
        return ["utf-16-le"]
    if zeros_even:
        return ["utf-16-be"]
    return ["utf-8", "gb18030"]


def separator(text: str) -> str:
    """Comma, tab or semicolon: whichever the first ten lines use most."""
    head = "\n".join(text.split("\n", 10)[:10])
    return max([",", "\t", ";"], key=head.count)


def csv_rows(text: str, delimiter: str = "") -> Iterator[tuple[int, list[str]]]:
    """Rows with their number as Excel counts them (a quoted line break does not count).

    Raises:
        FileRefused: quotes are not balanced, or a cell is absurdly long; rows before it were given.
    """
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter or separator(text), strict=True
    )
    number = 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as broken:
            raise FileRefused(
                f"第 {reader.line_num} 行附近的引号不成对或内容过长，请检查后再上传。"
            ) from broken
        number += 1
        yield number, cells
