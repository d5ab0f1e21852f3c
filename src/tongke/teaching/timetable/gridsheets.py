"""Reading timetables as schools keep them in .xlsx: where classes, weekdays and periods stand.

Pure: no Django. Two shapes are known, whatever stands around them:

    across   classes down the side; weekdays across, periods below each weekday (全校课表)
    block    one class's week: weekdays across, periods down; many on a sheet, or one a sheet

A cell says "数学", "数学/张老师", "数学 张老师", "数学（张老师）" or both on two lines.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

MOST_ROWS, MOST_COLUMNS = 2000, 120
_DAYS = {
    f"{head}{name}": number
    for number, name in enumerate("一二三四五", 1)
    for head in ("周", "星期", "礼拜", "")
}  # fmt: skip
_NUMBERS = {name: number for number, name in enumerate("一二三四五六七八九十", 1)}
_PERIOD = re.compile(r"^第?\s*([0-9]{1,2}|[一二三四五六七八九十])\s*节?课?$")
_SPLIT = re.compile(r"[/／\n|｜]+|\s{1,}|[（(]")
_MARKS = re.compile(r"[（(](合班|单周|双周|连堂)[)）]")
_JOINT = re.compile(r"[（(]联合课?[)）]")
_EMPTY = {"", "-", "—", "/", "无", "自习", "午休", "大课间", "课间操", "眼保健操"}


@dataclass(frozen=True)
class Page:
    """A worksheet as text; merged ranges are (top, left, bottom, right), all from 0."""

    title: str
    rows: Sequence[Sequence[str]]
    merges: Sequence[tuple[int, int, int, int]] = ()

    def filled(self) -> list[list[str]]:
        """The text with every merged range full of its first cell."""
        width = max((len(row) for row in self.rows), default=0)
        grid = [[*row, *[""] * (width - len(row))] for row in self.rows]
        # True ranges never overlap; a file of overlapping ones is not worked through.
        left_over = len(grid) * width
        for top, left, bottom, right in self.merges:
            if top >= len(grid) or left >= width:
                continue
            last, edge = min(bottom, len(grid) - 1), min(right, width - 1)
            left_over -= (last - top + 1) * (edge - left + 1)
            if left_over < 0:
                break
            text = grid[top][left]
            for row in range(top, last + 1):
                for column in range(left, edge + 1):
                    grid[row][column] = text
        return grid


@dataclass(frozen=True)
class Layout:
    """Where a worksheet has its heads, all from 0; for a person who corrects what was found.

    Args:
        shape: across or block.
        days_row: the row of the weekdays.
        periods: the row (across) or the column (block) of the periods.
        names: the column of the classes (across only).
    """

    shape: str
    days_row: int
    periods: int
    names: int = 0


@dataclass(frozen=True)
class Found:
    """One lesson as the file has it: the words are still to be matched."""

    block: str
    school_class: str
    weekday: int
    seq: int
    subject: str
    teacher: str


@dataclass(frozen=True)
class Reading:
    """What a file says: blocks with their lessons, and what was not understood."""

    cells: tuple[Found, ...] = ()
    blocks: tuple[str, ...] = ()
    problems: tuple[str, ...] = field(default_factory=tuple)


def day_of(text: str) -> int | None:
    """The weekday a head names, 1 to 5."""
    return _DAYS.get(text.replace(" ", "").strip())


def seq_of(text: str) -> int | None:
    """The period a head names: 3, "第 3 节", "第三节"."""
    found = _PERIOD.match(text.strip().split("\n")[0].strip())
    if found is None:
        return None
    word = found.group(1)
    return int(word) if word.isdigit() else _NUMBERS[word]


def split_cell(text: str) -> tuple[str, str]:
    """Subject and teacher of a cell.

    Example:
        >>> split_cell("数学/张老师"), split_cell("语文（李明）"), split_cell("体育")
        (('数学', '张老师'), ('语文', '李明'), ('体育', ''))
    """
    bare = _MARKS.sub("", text).strip()
    parts = [part.strip(" （）()") for part in _SPLIT.split(bare) if part.strip(" （）()")]
    return (parts[0], parts[1] if len(parts) > 1 else "") if parts else ("", "")


def read(pages: Iterable[Page], layouts: Mapping[str, Layout] | None = None) -> Reading:
    """Every lesson of a file.

    Args:
        layouts: for worksheets whose heads a person has pointed out; by title.
    """
    cells: list[Found] = []
    blocks: list[str] = []
    problems: list[str] = []
    for page in pages:
        grid = page.filled()[:MOST_ROWS]
        told = (layouts or {}).get(page.title)
        found = _told(page.title, grid, told) if told else _searched(page.title, grid)
        if not found:
            problems.append(f"工作表“{page.title}”里没有认出课表：找不到星期或节次的表头。")
        for block, listed in found.items():
            blocks.append(block)
            cells.extend(listed)
    return Reading(tuple(cells), tuple(blocks), tuple(problems))


Grid = list[list[str]]


def _told(title: str, grid: Grid, layout: Layout) -> dict[str, list[Found]]:
    if layout.days_row >= len(grid):
        return {}
    if layout.shape == "across":
        if layout.periods >= len(grid) or layout.names >= len(grid[0]):
            return {}
        return _across(title, grid, layout)
    days = _days_in(grid[layout.days_row])
    return _block(title, grid, layout.days_row, days, layout.periods, len(grid)) if days else {}


def _searched(title: str, grid: Grid) -> dict[str, list[Found]]:
    """Look for heads: rows with all five weekdays, periods below or beside them."""
    heads = [row for row in range(len(grid)) if len(set(_days_in(grid[row]).values())) >= 5]
    if not heads:
        return {}
    first = heads[0]
    if first + 1 < len(grid) and sum(1 for text in grid[first + 1] if seq_of(text)) >= 10:
        names = min(_days_in(grid[first])) - 1
        return _across(title, grid, Layout("across", first, first + 1, max(names, 0)))
    found: dict[str, list[Found]] = {}
    for number, head in enumerate(heads):
        end = heads[number + 1] if number + 1 < len(heads) else len(grid)
        days = _days_in(grid[head])
        periods = _period_column(grid, head, end, min(days))
        if periods is not None:
            found |= _block(title, grid, head, days, periods, end)
    return found


def _days_in(row: Sequence[str]) -> dict[int, int]:
    """Columns that name a weekday; of a merged name every column."""
    found = {column: day_of(text) for column, text in enumerate(row[:MOST_COLUMNS])}
    return {column: day for column, day in found.items() if day is not None}


def _period_column(grid: Grid, head: int, end: int, first_day: int) -> int | None:
    """The column left of the weekdays with most periods in it."""
    best, most = None, 0
    for column in range(first_day):
        count = len({seq_of(grid[row][column]) for row in range(head + 1, end)} - {None})
        if count > most:
            best, most = column, count
    return best


def _across(title: str, grid: Grid, layout: Layout) -> dict[str, list[Found]]:
    days = _days_in(grid[layout.days_row])
    columns: dict[int, tuple[int, int]] = {}
    for column, day in days.items():
        seq = seq_of(grid[layout.periods][column])
        if seq is not None:
            columns[column] = (day, seq)
    found: list[Found] = []
    for row in range(max(layout.days_row, layout.periods) + 1, len(grid)):
        name = " ".join(grid[row][layout.names].split())
        if name:
            found += _lessons(title, name, ((grid[row][c], at) for c, at in columns.items()))
    return {title: found} if found else {}


def _block(
    title: str, grid: Grid, head: int, days: Mapping[int, int], periods: int, end: int
) -> dict[str, list[Found]]:
    name = _name_above(title, grid, head)
    block = name if name == title else f"{title}·{name}"
    found: list[Found] = []
    for row in range(head + 1, end):
        seq = seq_of(grid[row][periods]) if periods < len(grid[row]) else None
        if seq is None:
            continue
        cells = ((grid[row][column], (day, seq)) for column, day in days.items())
        found += _lessons(block, name, cells)
    return {block: found} if found else {}


def _name_above(title: str, grid: Grid, head: int) -> str:
    """The class a block is of: the nearest words above its head, else the worksheet's name."""
    for row in range(head - 1, max(head - 4, -1), -1):
        words = [text for text in dict.fromkeys(grid[row]) if text.strip()]
        if len(words) == 1 and day_of(words[0]) is None:
            text = re.sub(r"(课程表|课表|班级[:：]|\s)", "", words[0])
            return text or title
        if words:
            break
    return title


def _lessons(block: str, name: str, cells: Iterable[tuple[str, tuple[int, int]]]) -> list[Found]:
    found, seen = [], set()
    for text, (day, seq) in cells:
        subject, teacher = split_cell(text)
        # Joint lessons stand where the joint timetable has them, whatever the file says.
        if subject in _EMPTY or (day, seq) in seen or _JOINT.search(text):
            continue
        seen.add((day, seq))
        found.append(Found(block, name, day, seq, subject, teacher))
    return found
