"""Timetables as pages and print-outs show them: of a class, a teacher, a school's day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet
from django.urls import reverse

from tongke.foundation.people.models import Organisation, Person, SchoolClass
from tongke.teaching.timetable.models import Course, CourseSlot, Lesson, Placement, Term
from tongke.teaching.timetable.queries.calendar import (
    SCHOOL_DAYS,
    Calendar,
    Period,
    bells_on,
    calendar_of,
    week_starts,
    weekday_name,
)


@dataclass(frozen=True)
class Entry:
    """One lesson in a grid, in the words of the `c-week` component."""

    title: str
    sub: str = ""
    state: str = "primary"
    href: str = ""
    badge: str = ""
    past: bool = False
    next: bool = False


@dataclass(frozen=True)
class Head:
    """The head of a column."""

    label: str
    note: str = ""
    today: bool = False


@dataclass(frozen=True)
class Line:
    """One row: its period with the real time, and one cell for each column."""

    label: str
    note: str
    cells: tuple[Entry | None, ...]


@dataclass(frozen=True)
class Grid:
    """A timetable ready to be drawn; `week` is 0 where it is of no particular week."""

    days: tuple[Head, ...]
    rows: tuple[Line, ...]
    week: int = 0

    @property
    def empty(self) -> bool:
        """Whether nothing is placed at all."""
        return not any(cell for row in self.rows for cell in row.cells)


@dataclass(frozen=True)
class _Day:
    """A day of the shown week: its date and the weekday whose plan it follows."""

    day: date
    plan: int | None
    note: str


@dataclass
class _Shown:
    """What all cells of one grid share."""

    now: datetime | None
    lessons: Mapping[tuple[int, date], Lesson] = field(default_factory=dict)
    next_lesson: int | None = None


def rows_of(rows: QuerySet[Placement]) -> QuerySet[Placement]:
    """Placements with all that a grid shows of them."""
    return rows.select_related(
        "subject", "teacher", "room", "school_class__school", "slot__course__host_teacher",
        "slot__course__host_school",
    ).order_by("weekday", "seq")  # fmt: skip


def class_week(term: Term, school_class: SchoolClass, *, week: int, now: datetime) -> Grid:
    """A class's week with its own school's bells."""
    days = _days(calendar_of(term), week)
    placed = list(rows_of(Placement.objects.filter(term=term, school_class=school_class)))
    shown = _shown(days, placed, now)
    cells = {(row.weekday, row.seq): row for row in placed}
    bells = bells_on([school_class.school_id], days[0].day).get(school_class.school_id, {})
    rows = tuple(
        Line(
            period.label, period.clock,
            tuple(_cell(cells.get((one.plan or 0, period.seq)), one, shown) for one in days),
        )
        for period in bells.values()
    )  # fmt: skip
    return Grid(_heads(days, now), rows, week)


def teacher_week(
    term: Term, teacher: Person, schools: Iterable[int], *, week: int, now: datetime
) -> Grid:
    """A teacher's week; rows are periods on the clock, also of other schools they teach at.

    Args:
        schools: the schools whose whole day is shown even where nothing is taught.
    """
    days = _days(calendar_of(term), week)
    placed = list(rows_of(Placement.objects.filter(term=term, teacher=teacher)))
    studio = _studio(term, teacher)
    shown = _shown(days, placed, now, [slot.pk for slot in studio])
    own = set(schools)
    away = {row.school_class.school_id for row in placed} - own
    bells = bells_on(own | away, days[0].day)
    used = {(row.school_class.school_id, row.seq) for row in placed}
    keys = [
        (period, school)
        for school, periods in bells.items()
        for period in periods.values()
        if school in own or (school, period.seq) in used
    ]
    keys.sort(key=lambda key: (key[0].starts, key[0].ends, key[1]))
    names = _names(away)
    cells: dict[tuple[int, int, int], Entry] = {}
    by_day = {one.plan: one for one in days if one.plan}
    for row in placed:
        one = by_day.get(row.weekday)
        if one:
            key = (row.school_class.school_id, row.weekday, row.seq)
            cells[key] = _entry(row, one, shown, by_class=True)
    for slot in studio:
        one = by_day.get(slot.weekday)
        if one:
            key = (slot.course.host_school_id, slot.weekday, slot.seq or 0)
            cells[key] = _studio_entry(slot, one, shown)
    rows = tuple(
        Line(
            f"{names.get(school, '')}{period.label}", period.clock,
            tuple(cells.get((school, one.plan or 0, period.seq)) for one in days),
        )
        for period, school in keys
    )  # fmt: skip
    return Grid(_heads(days, now), rows, week)


def school_day(term: Term, school: Organisation, *, weekday: int, day: date) -> Grid:
    """All classes of a school on one weekday: classes down, periods across."""
    bells = bells_on([school.pk], day).get(school.pk, {})
    classes = SchoolClass.objects.filter(school=school, closed_on=None)
    placed = rows_of(Placement.objects.filter(term=term, weekday=weekday, school_class__in=classes))
    cells = {(row.school_class_id, row.seq): row for row in placed}
    one, shown = _Day(day, weekday, ""), _Shown(now=None)
    rows = tuple(
        Line(
            each.name, "",
            tuple(_cell(cells.get((each.pk, seq)), one, shown) for seq in bells),
        )
        for each in classes.order_by("grade_code", "number")
    )  # fmt: skip
    return Grid(tuple(Head(each.label, each.clock) for each in bells.values()), rows)


@dataclass(frozen=True)
class PlanRow:
    """One period of one class across the week, as schools keep it on paper."""

    school_class: SchoolClass
    period: Period
    cells: tuple[str, ...]


def plan_rows(term: Term, classes: Sequence[SchoolClass], day: date) -> list[PlanRow]:
    """The weekly plan of classes, period by period, subject and teacher in each cell."""
    bells = bells_on({each.school_id for each in classes}, day)
    placed = rows_of(Placement.objects.filter(term=term, school_class__in=classes))
    cells = {(row.school_class_id, row.weekday, row.seq): row for row in placed}
    return [
        PlanRow(
            each, period,
            tuple(_text(cells.get((each.pk, weekday, period.seq))) for weekday in SCHOOL_DAYS),
        )
        for each in classes
        for period in bells.get(each.school_id, {}).values()
    ]  # fmt: skip


def _text(row: Placement | None) -> str:
    if row is None:
        return ""
    joint = "（联合）" if row.slot_id else ""
    return f"{row.subject.name}{joint} {row.teacher.name if row.teacher else ''}".strip()


def _days(calendar: Calendar, week: int) -> list[_Day]:
    """The school days of a week; a Saturday or Sunday only when it makes up for another day."""
    monday = week_starts(calendar.term, week)
    found = []
    for offset in range(7):
        day = monday + timedelta(days=offset)
        plan, special = calendar.plan_of(day), calendar.holidays.get(day)
        if offset >= len(SCHOOL_DAYS) and plan is None:
            continue
        note = special.name if special else ""
        if special and plan:
            note = f"{special.name}，上{weekday_name(plan)}的课"
        found.append(_Day(day, plan, note))
    return found


def _heads(days: Iterable[_Day], now: datetime) -> tuple[Head, ...]:
    today = now.date()
    return tuple(
        Head(f"{weekday_name(one.day.isoweekday())} {one.day.month}/{one.day.day}", one.note,
             one.day == today)
        for one in days
    )  # fmt: skip


def _shown(
    days: Sequence[_Day], placed: Iterable[Placement], now: datetime, more: Sequence[int] = ()
) -> _Shown:
    slots = {row.slot_id for row in placed if row.slot_id} | set(more)
    found = Lesson.objects.filter(slot__in=slots, day__gte=days[0].day, day__lte=days[-1].day)
    lessons = {(each.slot_id, each.day): each for each in found} if slots else {}
    coming = [each for each in lessons.values() if each.state == "planned" and each.ends_at > now]
    coming.sort(key=lambda each: each.starts_at)
    return _Shown(now, lessons, coming[0].pk if coming else None)


def _cell(row: Placement | None, one: _Day, shown: _Shown) -> Entry | None:
    return _entry(row, one, shown) if row is not None else None


def _entry(row: Placement, one: _Day, shown: _Shown, *, by_class: bool = False) -> Entry:
    title = f"{row.school_class.name} {row.subject.name}" if by_class else row.subject.name
    where = row.room.name if row.room else ""
    if row.slot is None:
        sub = where if by_class else (row.teacher.name if row.teacher else "")
        return Entry(title, sub)
    host = row.slot.course.host_teacher
    parts = [f"主讲 {host.name}" if host else "", where]
    if not by_class and row.teacher and row.teacher != host:
        parts.insert(1, f"听讲 {row.teacher.name}")
    lesson = shown.lessons.get((row.slot_id or 0, one.day))
    return _joint(title, " · ".join(part for part in parts if part), lesson, shown)


def _studio_entry(slot: CourseSlot, one: _Day, shown: _Shown) -> Entry:
    lesson = shown.lessons.get((slot.pk, one.day))
    return _joint(str(slot.course), slot.room.name if slot.room else "", lesson, shown)


def _joint(title: str, sub: str, lesson: Lesson | None, shown: _Shown) -> Entry:
    if lesson is None:
        return Entry(title, sub, "teal", badge="联合课")
    off = lesson.state in {Lesson.State.CANCELLED, Lesson.State.NOT_HELD}
    return Entry(
        title, sub, "muted" if off else "teal",
        href=reverse("timetable:lesson-detail", args=[lesson.pk]),
        badge=f"联合课 · {lesson.get_state_display()}",
        past=shown.now is not None and lesson.ends_at < shown.now,
        next=lesson.pk == shown.next_lesson,
    )  # fmt: skip


def _studio(term: Term, teacher: Person) -> list[CourseSlot]:
    return list(
        CourseSlot.objects.filter(
            Q(course__host_teacher=teacher), course__term=term, course__host_class=None,
            course__state=Course.State.PUBLISHED,
        ).select_related("course__grade", "course__subject", "room")
    )  # fmt: skip


def _names(schools: Iterable[int]) -> dict[int, str]:
    found = Organisation.objects.filter(pk__in=set(schools)).values_list("pk", "short_name")
    return {pk: f"{name} " for pk, name in found}
