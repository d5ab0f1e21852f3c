"""A week on one clock axis, drawn as plain shapes: different bells are seen as shifted blocks.

Pure: no Django. Coordinates are SVG user units, one per minute from top to bottom.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tongke.teaching.timetable.slots import Course, Option, Problem, Resource, Slot, clock
from tongke.teaching.timetable.slots.explain import occupation

AXIS, HEAD, PAD = 52, 46, 6
_NARROW, _WIDE, _SHEET = 74, 190, 1080  # a column's least and most width, and the whole week's
_PHONE = 330
_DAYS = "一二三四五六日"
_TINTS = ("primary", "teal", "violet", "info", "warn")
_CHARACTER = 12  # width of a Chinese character at the small size


@dataclass(frozen=True)
class Text:
    """A line of text at its base line."""

    x: int
    y: int
    words: str
    fill: str = "text"
    size: int = 12
    bold: bool = False
    anchor: str = "start"


@dataclass(frozen=True)
class Block:
    """A rectangle with its lines of text; `title` is told when one points at it."""

    x: int
    y: int
    width: int
    height: int
    fill: str
    stroke: str = "border"
    dashed: bool = False
    title: str = ""
    lines: tuple[Text, ...] = ()


@dataclass(frozen=True)
class Rule:
    """A thin line."""

    x1: int
    y1: int
    x2: int
    y2: int


@dataclass(frozen=True)
class Drawing:
    """Everything to draw, in order, and the size of the sheet."""

    width: int
    height: int
    rules: tuple[Rule, ...]
    heads: tuple[Text, ...]
    blocks: tuple[Block, ...]
    legend: tuple[tuple[str, str], ...]
    title: str


@dataclass(frozen=True)
class Column:
    """What stands beside what within a day: a school, or a class."""

    key: str
    name: str


@dataclass(frozen=True)
class Entry:
    """Something in one column at a time of the week, in minutes after midnight.

    `kind`: bell (an empty period), own (an ordinary lesson), other (of less concern here).
    """

    column: str
    weekday: int
    start: int
    end: int
    words: str
    title: str
    kind: str = "own"


@dataclass(frozen=True)
class Span:
    """Something that several columns have in common: a planned lesson, or a free time for one."""

    columns: tuple[str, ...]
    weekday: int
    start: int
    end: int
    words: str
    title: str
    free: bool = False


@dataclass(frozen=True)
class _Frame:
    """Where days, columns and minutes lie on the sheet."""

    keys: tuple[str, ...]
    weekdays: tuple[int, ...]
    first: int
    last: int

    @property
    def column(self) -> int:
        """Width of a column: as wide as the sheet allows; one day alone fits a phone."""
        sheet = _PHONE if len(self.weekdays) == 1 else _SHEET
        day = (sheet - AXIS) // len(self.weekdays) - PAD
        return max(_NARROW, min(_WIDE, day // len(self.keys)))

    @property
    def day_width(self) -> int:
        return self.column * len(self.keys) + PAD

    def x(self, weekday: int, key: str) -> int:
        day = self.weekdays.index(weekday)
        return AXIS + day * self.day_width + self.keys.index(key) * self.column

    def y(self, minute: int) -> int:
        return HEAD + minute - self.first

    @property
    def width(self) -> int:
        return AXIS + len(self.weekdays) * self.day_width

    @property
    def height(self) -> int:
        return HEAD + self.last - self.first + PAD


def sheet(
    columns: Sequence[Column],
    entries: Iterable[Entry],
    spans: Iterable[Span],
    *,
    weekdays: Sequence[int],
    title: str,
) -> Drawing:
    """Draw a week: columns side by side in each day, everything at its real minute.

    Args:
        columns: at least one, in order.
        entries: drawn in this order, so bells come before lessons.
        spans: drawn above the entries; a span covers all columns between its outermost ones.
        weekdays: the days to draw, 1 to 7; what lies on others is left out.
    """
    listed = [one for one in entries if one.weekday in weekdays]
    common = [one for one in spans if one.weekday in weekdays]
    times = [(one.start, one.end) for one in listed] + [(one.start, one.end) for one in common]
    times = times or [(480, 1020)]
    frame = _Frame(
        tuple(one.key for one in columns), tuple(weekdays),
        min(start for start, _ in times) // 60 * 60, -(-max(end for _, end in times) // 60) * 60,
    )  # fmt: skip
    tints = {one.key: _TINTS[index % len(_TINTS)] for index, one in enumerate(columns)}
    blocks = [_entry_block(one, frame, tints) for one in listed]
    blocks += [_span_block(one, frame) for one in sorted(common, key=lambda one: not one.free)]
    return Drawing(
        width=frame.width, height=frame.height, rules=tuple(_rules(frame)),
        heads=tuple(_heads(columns, frame, tints)), blocks=tuple(blocks),
        legend=tuple((tints[one.key], one.name) for one in columns),
        title=title + _of_day(weekdays),
    )  # fmt: skip


def _of_day(weekdays: Sequence[int]) -> str:
    """What tells the drawing of one day from those of the others."""
    return f"（周{_DAYS[weekdays[0] - 1]}）" if len(weekdays) == 1 else ""


def _rules(frame: _Frame) -> Iterator[Rule]:
    for minute in range(frame.first, frame.last + 1, 60):
        yield Rule(AXIS - 4, frame.y(minute), frame.width, frame.y(minute))
    for index in range(len(frame.weekdays) + 1):
        x = AXIS + index * frame.day_width - PAD // 2
        yield Rule(x, 0, x, frame.height)


def _heads(columns: Sequence[Column], frame: _Frame, tints: dict[str, str]) -> Iterator[Text]:
    for minute in range(frame.first, frame.last + 1, 60):
        yield Text(AXIS - 8, frame.y(minute) + 4, clock(minute), "muted", 11, anchor="end")
    for weekday in frame.weekdays:
        middle = frame.x(weekday, frame.keys[0]) + (frame.day_width - PAD) // 2
        yield Text(middle, 17, f"周{_DAYS[weekday - 1]}", "text", 14, bold=True, anchor="middle")
        for one in columns:
            x = frame.x(weekday, one.key) + frame.column // 2
            name = short(one.name, frame.column)
            yield Text(x, 36, name, tints[one.key], 11, anchor="middle")


def _entry_block(one: Entry, frame: _Frame, tints: dict[str, str]) -> Block:
    x, y = frame.x(one.weekday, one.column) + 1, frame.y(one.start)
    fill, stroke, ink = {
        "bell": ("inset", "border", "muted"),
        "own": (f"{tints[one.column]}-weak", "border", "text"),
        "other": ("muted-weak", "control-line", "muted"),
    }[one.kind]
    words = short(one.words, frame.column - 12)
    lines = (Text(x + 6, y + 16, words, ink),) if words else ()
    return Block(
        x, y, frame.column - 2, one.end - one.start, fill, stroke, title=one.title, lines=lines
    )


def _span_block(one: Span, frame: _Frame) -> Block:
    xs = [frame.x(one.weekday, key) for key in one.columns]
    x, y, width = min(xs) + 1, frame.y(one.start), max(xs) + frame.column - 2 - min(xs)
    fill, stroke, ink = ("ok-weak", "ok", "ok") if one.free else ("button", "button", "on-button")
    lines = [Text(x + 8, y + 15, short(one.words, width - 16), ink, 12, bold=True)]
    if not one.free:
        when = f"{clock(one.start)}–{clock(one.end)}"
        lines.append(Text(x + 8, y + 30, short(when, width - 16), ink, 11))
    return Block(
        x, y, width, one.end - one.start, fill, stroke, dashed=one.free, title=one.title,
        lines=tuple(lines),
    )  # fmt: skip


def short(words: str, width: int) -> str:
    """As much of the words as fits into `width`; Latin letters and digits count as half.

    Example:
        >>> short("五年级音乐", 60), short("五年级音乐", 40)
        ('五年级音乐', '五年…')
    """
    room, kept = width / _CHARACTER, ""
    for character in words:
        room -= 0.55 if character.isascii() else 1
        if room < 0:
            return f"{kept[:-1]}…"
        kept += character
    return kept


def draw(
    problem: Problem,
    course: Course,
    slots: Sequence[Slot],
    options: Iterable[Option] = (),
    weekdays: Sequence[int] | None = None,
) -> Drawing:
    """The week of one course's schools: their bells, what its classes have, and the plan.

    Args:
        problem: bells and what is busy.
        course: whose schools are the columns, the delivering one first.
        slots: the whole plan; lessons of other courses at these schools are drawn paler.
        options: where the course may go besides; free ones are outlined.
        weekdays: the days to draw; all school days by default.
    """
    schools = tuple(dict.fromkeys(school for school, _ in _sides(course)))
    days = tuple(weekdays or problem.weekdays)
    entries = [
        *_bells(problem, schools, days),
        *_own_lessons(problem, course),
        *_other_courses(problem, course, slots, schools),
    ]
    mine = (slot for slot in slots if slot.course == course.key)
    spans = [_planned(course, schools, slot) for slot in mine]
    spans += [_free(schools, option.slot) for option in options if option.slot]
    return sheet(
        [Column(school, problem.school_name(school)) for school in schools], entries, spans,
        weekdays=days, title=f"{course.name}：各校作息放在同一时间轴上的一周",
    )  # fmt: skip


def _sides(course: Course) -> Iterator[tuple[str, Resource]]:
    """Whose ordinary lessons are shown at each school: the class, or the teacher in a studio."""
    yield course.school, course.classroom or course.teacher
    for each in course.listeners:
        yield each.school, each.classroom


def _bells(problem: Problem, schools: Sequence[str], days: Sequence[int]) -> Iterator[Entry]:
    for weekday in days:
        for school in schools:
            for bell in problem.grid(school, weekday):
                when = f"{clock(bell.start_minute)}–{clock(bell.end_minute)}"
                title = f"{problem.school_name(school)}第 {bell.seq} 节 {when}"
                yield Entry(school, weekday, bell.start_minute, bell.end_minute, "", title, "bell")


def _own_lessons(problem: Problem, course: Course) -> Iterator[Entry]:
    places = {resource: school for school, resource in _sides(course)}
    for busy in dict.fromkeys(problem.busy):
        school = places.get(busy.resource)
        if school is None or busy.end_minute - busy.start_minute > 240:
            continue
        when = f"{clock(busy.start_minute)}–{clock(busy.end_minute)}"
        title = f"{busy.resource.label} {busy.label} {when}"
        yield Entry(school, busy.weekday, busy.start_minute, busy.end_minute, busy.label, title)


def _other_courses(
    problem: Problem, course: Course, slots: Sequence[Slot], schools: Sequence[str]
) -> Iterator[Entry]:
    for slot in slots:
        if slot.course == course.key:
            continue
        other = problem.course(slot.course)
        held = {entry.resource: entry for entry in occupation(other, slot)}
        for school, resource in _sides(other):
            if school in schools and resource in held:
                one = held[resource]
                title = f"{other.name}（方案中的其他课程）"
                yield Entry(
                    school, slot.weekday, one.start_minute, one.end_minute, other.name, title,
                    "other",
                )  # fmt: skip


def _planned(course: Course, schools: tuple[str, ...], slot: Slot) -> Span:
    when = f"{clock(slot.start_minute)}–{clock(slot.end_minute)}"
    title = f"{course.name} {when}，共同 {slot.overlap_minutes} 分钟"
    return Span(schools, slot.weekday, slot.start_minute, slot.end_minute, course.name, title)


def _free(schools: tuple[str, ...], slot: Slot) -> Span:
    return Span(
        schools, slot.weekday, slot.start_minute, slot.end_minute,
        f"可放 {slot.overlap_minutes} 分", f"可以排：共同 {slot.overlap_minutes} 分钟", free=True,
    )  # fmt: skip
