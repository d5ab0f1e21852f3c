"""A week on one clock axis, drawn as plain shapes: different bells are seen as shifted blocks.

Pure: no Django. Coordinates are SVG user units, one per minute from top to bottom.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tongke.teaching.timetable.slots import (
    Busy,
    Course,
    Option,
    Problem,
    Resource,
    Slot,
    clock,
)
from tongke.teaching.timetable.slots.explain import occupation

AXIS, HEAD, PAD = 52, 46, 6
_NARROW, _WIDE, _SHEET = 74, 190, 1080  # a column's least and most width, and the whole week's
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
class _Frame:
    """Where days, schools and minutes lie on the sheet."""

    schools: tuple[str, ...]
    weekdays: tuple[int, ...]
    first: int
    last: int

    @property
    def column(self) -> int:
        """Width of one school's column: as wide as the sheet allows, on a phone as one day."""
        if len(self.weekdays) == 1:
            return max(_NARROW, min(_WIDE, (330 - AXIS) // len(self.schools)))
        days = (_SHEET - AXIS) // len(self.weekdays) - PAD
        return max(_NARROW, min(_WIDE, days // len(self.schools)))

    @property
    def day_width(self) -> int:
        return self.column * len(self.schools) + PAD

    def x(self, weekday: int, school: str) -> int:
        day = self.weekdays.index(weekday)
        return AXIS + day * self.day_width + self.schools.index(school) * self.column

    def y(self, minute: int) -> int:
        return HEAD + minute - self.first

    @property
    def width(self) -> int:
        return AXIS + len(self.weekdays) * self.day_width

    @property
    def height(self) -> int:
        return HEAD + self.last - self.first + PAD


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
    schools = tuple(dict.fromkeys((course.school, *(each.school for each in course.listeners))))
    bells = [bell for bell in problem.bells if bell.school in schools]
    first = min((bell.start_minute for bell in bells), default=480) // 60 * 60
    last = -(-max((bell.end_minute for bell in bells), default=1020) // 60) * 60
    days = tuple(weekdays or problem.weekdays)
    frame = _Frame(schools, days, first, last)
    busy = [entry for entry in problem.busy if entry.weekday in days]
    slots = [slot for slot in slots if slot.weekday in days]
    tints = {school: _TINTS[index % len(_TINTS)] for index, school in enumerate(schools)}
    blocks = [
        *_periods(problem, frame),
        *_own_lessons(busy, course, frame, tints),
        *_other_courses(problem, course, slots, frame),
        *_free(course, [one for one in options if one.weekday in days], frame),
        *_planned(course, slots, frame),
    ]
    return Drawing(
        width=frame.width, height=frame.height, rules=tuple(_rules(frame)),
        heads=tuple(_heads(problem, frame, tints)), blocks=tuple(blocks),
        legend=tuple((tints[school], problem.school_name(school)) for school in schools),
        title=f"{course.name}：各校作息放在同一时间轴上的一周",
    )  # fmt: skip


def _rules(frame: _Frame) -> Iterator[Rule]:
    for minute in range(frame.first, frame.last + 1, 60):
        yield Rule(AXIS - 4, frame.y(minute), frame.width, frame.y(minute))
    for index in range(len(frame.weekdays) + 1):
        x = AXIS + index * frame.day_width - PAD // 2
        yield Rule(x, 0, x, frame.height)


def _heads(problem: Problem, frame: _Frame, tints: dict[str, str]) -> Iterator[Text]:
    for minute in range(frame.first, frame.last + 1, 60):
        yield Text(AXIS - 8, frame.y(minute) + 4, clock(minute), "muted", 11, anchor="end")
    for weekday in frame.weekdays:
        middle = frame.x(weekday, frame.schools[0]) + (frame.day_width - PAD) // 2
        yield Text(middle, 17, f"周{_DAYS[weekday - 1]}", "text", 14, bold=True, anchor="middle")
        for school in frame.schools:
            x = frame.x(weekday, school) + frame.column // 2
            name = _short(problem.school_name(school), frame.column)
            yield Text(x, 36, name, tints[school], 11, anchor="middle")


def _periods(problem: Problem, frame: _Frame) -> Iterator[Block]:
    for weekday in frame.weekdays:
        for school in frame.schools:
            for bell in problem.grid(school, weekday):
                title = f"{problem.school_name(school)}第{bell.seq}节 "
                title += f"{clock(bell.start_minute)}–{clock(bell.end_minute)}"
                yield Block(
                    frame.x(weekday, school) + 1, frame.y(bell.start_minute), frame.column - 2,
                    bell.minutes, "inset", title=title,
                )  # fmt: skip


def _sides(course: Course) -> Iterator[tuple[str, Resource, str]]:
    """Whose ordinary lessons are shown at each school: the class, or the teacher in a studio."""
    yield course.school, course.classroom or course.teacher, "主讲"
    for each in course.listeners:
        yield each.school, each.classroom, "听讲"


def _own_lessons(
    busy: Sequence[Busy], course: Course, frame: _Frame, tints: dict[str, str]
) -> Iterator[Block]:
    shown: set[Busy] = set()
    for school, resource, _ in _sides(course):
        for entry in busy:
            whole_day = entry.end_minute - entry.start_minute > 240
            if entry.resource != resource or entry in shown or whole_day:
                continue
            shown.add(entry)
            x, y = frame.x(entry.weekday, school) + 1, frame.y(entry.start_minute)
            when = f"{clock(entry.start_minute)}–{clock(entry.end_minute)}"
            yield Block(
                x, y, frame.column - 2, entry.end_minute - entry.start_minute,
                f"{tints[school]}-weak",
                title=f"{resource.label} {entry.label} {when}",
                lines=(Text(x + 6, y + 16, _short(entry.label, frame.column - 12)),),
            )  # fmt: skip


def _other_courses(
    problem: Problem, course: Course, slots: Sequence[Slot], frame: _Frame
) -> Iterator[Block]:
    for slot in slots:
        if slot.course == course.key:
            continue
        other = problem.course(slot.course)
        held = {entry.resource: entry for entry in occupation(other, slot)}
        for school, resource, _ in _sides(other):
            if school not in frame.schools or resource not in held:
                continue
            entry = held[resource]
            x, y = frame.x(slot.weekday, school) + 1, frame.y(entry.start_minute)
            yield Block(
                x, y, frame.column - 2, entry.end_minute - entry.start_minute, "muted-weak",
                "control-line", title=f"{other.name}（方案中的其他课程）",
                lines=(Text(x + 6, y + 16, _short(other.name, frame.column - 12), "muted"),),
            )  # fmt: skip


def _span(course: Course, frame: _Frame, weekday: int) -> tuple[int, int]:
    xs = [frame.x(weekday, school) for school, _, _ in _sides(course)]
    return min(xs) + 1, max(xs) + frame.column - 2 - min(xs)


def _planned(course: Course, slots: Sequence[Slot], frame: _Frame) -> Iterator[Block]:
    for slot in slots:
        if slot.course != course.key:
            continue
        x, width = _span(course, frame, slot.weekday)
        y = frame.y(slot.start_minute)
        when = f"{clock(slot.start_minute)}–{clock(slot.end_minute)}"
        lines = (
            Text(x + 8, y + 15, _short(course.name, width - 16), "on-button", 12, bold=True),
            Text(x + 8, y + 30, _short(when, width - 16), "on-button", 11),
        )
        yield Block(
            x, y, width, slot.overlap_minutes, "button", "button",
            title=f"{course.name} {when}，共同 {slot.overlap_minutes} 分钟", lines=lines,
        )  # fmt: skip


def _free(course: Course, options: Iterable[Option], frame: _Frame) -> Iterator[Block]:
    for option in options:
        slot = option.slot
        if slot is None:
            continue
        x, width = _span(course, frame, option.weekday)
        y = frame.y(slot.start_minute)
        words = f"可放 {slot.overlap_minutes} 分"
        yield Block(
            x, y, width, slot.overlap_minutes, "ok-weak", "ok", dashed=True,
            title=f"可以排：共同 {slot.overlap_minutes} 分钟",
            lines=(Text(x + 8, y + 16, _short(words, width - 16), "ok", 12, bold=True),),
        )  # fmt: skip


def _short(words: str, width: int) -> str:
    """As much of the words as fits; Latin letters and digits count as half."""
    room, kept = width / _CHARACTER, ""
    for character in words:
        room -= 0.55 if character.isascii() else 1
        if room < 0:
            return f"{kept[:-1]}…"
        kept += character
    return kept
