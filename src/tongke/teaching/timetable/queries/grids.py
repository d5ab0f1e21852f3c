"""Timetables as pages and print-outs show them: of a class, a teacher, a school's day."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet
from django.urls import reverse

from tongke.foundation.people.models import Organisation, Person, SchoolClass
from tongke.teaching.timetable.models import (
    Course,
    CourseSlot,
    DayChange,
    Lesson,
    Placement,
    Term,
)
from tongke.teaching.timetable.queries.calendar import (
    SCHOOL_DAYS,
    Calendar,
    Period,
    bells_on,
    calendar_of,
    week_starts,
    weekday_name,
)
from tongke.teaching.timetable.queries.changes_grid import Marks, badge_of, words_of


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


def in_week(rows: QuerySet[Placement], term: Term, week: int) -> QuerySet[Placement]:
    """Those placements of a term that take place in a week: odd and even ones take turns."""
    return rows.filter(term=term, weeks__in=["all", "odd" if week % 2 else "even"])


def taught_by(teacher: Person) -> QuerySet[Placement]:
    """The placements somebody teaches, alone or with others."""
    helped = Placement.helpers.through.objects.filter(person=teacher)
    return rows_of(
        Placement.objects.filter(Q(teacher=teacher) | Q(pk__in=helped.values("placement")))
    )


def class_week(term: Term, school_class: SchoolClass, *, week: int, now: datetime) -> Grid:
    """A class's week with its own school's bells."""
    marks = Marks(term, _dates(term, week), classes=[school_class.pk])
    days = _days(calendar_of(term), week, marks, [school_class.school])
    placed = list(in_week(rows_of(Placement.objects.filter(school_class=school_class)), term, week))
    shown = _shown(days, placed, now)
    cells = {(row.weekday, row.seq): row for row in placed}
    bells = bells_on([school_class.school_id], days[0].day).get(school_class.school_id, {})
    made_up = {
        (side.school_class_id, row.day, side.bell_seq or 0): row
        for row in marks.made_up() for side in marks.sides if side.lesson_id == row.lesson_id
    }  # fmt: skip

    def cell(one: _Day, seq: int) -> Entry | None:
        key = (school_class.pk, one.day, seq)
        if key in marks.cells:
            return _changed(marks.cells[key])
        if key in made_up:
            return _made_up(made_up[key], shown)
        row = cells.get((one.plan or 0, seq))
        why = marks.suspended.why(school_class.school, one.day, seq) if row else ""
        return _off(row) if row and why else _cell(row, one, shown)

    rows = tuple(
        Line(period.label, period.clock, tuple(cell(one, period.seq) for one in days))
        for period in bells.values()
    )
    return Grid(_heads(days, now), rows, week)


def teacher_week(
    term: Term, teacher: Person, schools: Iterable[int], *, week: int, now: datetime
) -> Grid:
    """A teacher's week; rows are periods on the clock, also of other schools they teach at.

    Args:
        schools: the schools whose whole day is shown even where nothing is taught.
    """
    placed = list(in_week(taught_by(teacher), term, week))
    marks = Marks(term, _dates(term, week), classes={row.school_class_id for row in placed},
                  teacher=teacher)  # fmt: skip
    taught = {row.school_class.school for row in placed}
    days = _days(calendar_of(term), week, marks, taught)
    studio = _studio(term, teacher)
    shown = _shown(days, placed, now, [slot.pk for slot in studio])
    own = set(schools)
    given = list(_given(marks, teacher, shown))
    used = {(row.school_class.school_id, row.seq) for row in placed}
    used |= {(school, seq) for (school, _, seq), _ in given}
    away = {school for school, _ in used} - own
    bells = bells_on(own | away, days[0].day)
    keys = [
        (period, school)
        for school, periods in bells.items()
        for period in periods.values()
        if school in own or (school, period.seq) in used
    ]
    keys.sort(key=lambda key: (key[0].starts, key[0].ends, key[1]))
    names = _names(away)
    cells: dict[tuple[int, date, int], Entry] = {}
    for one in days:
        for row in placed:
            if marks.plan_of(row.school_class.school, one.day) == row.weekday:
                key = (row.school_class.school_id, one.day, row.seq)
                cells[key] = _taught(row, one, shown, marks, teacher)
        for slot in studio:
            if one.plan == slot.weekday:
                key = (slot.course.host_school_id, one.day, slot.seq or 0)
                cells[key] = _studio_entry(slot, one, shown, marks, teacher)
    cells |= dict(given)
    rows = tuple(
        Line(
            f"{names.get(school, '')}{period.label}", period.clock,
            tuple(cells.get((school, one.day, period.seq)) for one in days),
        )
        for period, school in keys
    )  # fmt: skip
    return Grid(_heads(days, now), rows, week)


def school_day(term: Term, school: Organisation, *, weekday: int, day: date) -> Grid:
    """All classes of a school on one weekday: classes down, periods across."""
    bells = bells_on([school.pk], day).get(school.pk, {})
    classes = SchoolClass.objects.filter(
        school=school, kind=SchoolClass.Kind.STANDING, closed_on=None
    )
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


def _dates(term: Term, week: int) -> list[date]:
    return [week_starts(term, week) + timedelta(days=offset) for offset in range(7)]


def _days(
    calendar: Calendar, week: int, marks: Marks, schools: Collection[Organisation]
) -> list[_Day]:
    """The school days of a week; a Saturday or Sunday only when something is held on it."""
    found = []
    for offset, day in enumerate(_dates(calendar.term, week)):
        plan, special = calendar.plan_of(day), calendar.holidays.get(day)
        plans = [marks.plan_of(school, day) for school in schools]
        plan = next((each for each in plans if each is not None), None) if plans else plan
        if offset >= len(SCHOOL_DAYS) and plan is None and not marks.used(day):
            continue
        note = special.name if special else ""
        if special and plan:
            note = f"{special.name}，上{weekday_name(plan)}的课"
        found.append(_Day(day, plan, marks.note(schools, day) or note))
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
    found = Lesson.objects.filter(
        slot__in=slots, day__gte=days[0].day, day__lte=days[-1].day
    ).select_related("teacher")
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
    lesson = shown.lessons.get((row.slot_id or 0, one.day))
    host = lesson.teacher if lesson else row.slot.course.host_teacher
    parts = [f"主讲 {host.name}" if host else "", where]
    if not by_class and row.teacher and row.teacher != host:
        parts.insert(1, f"听讲 {row.teacher.name}")
    return _joint(title, " · ".join(part for part in parts if part), lesson, shown)


def _changed(row: DayChange, *, by_class: bool = False) -> Entry:
    """A changed ordinary lesson, with what happened to it as a badge."""
    subject, teacher = words_of(row)
    if by_class and row.school_class is not None:
        subject, teacher = f"{row.school_class.name} {subject}", row.reason
    state = "muted" if row.kind == DayChange.Kind.NOT_HELD else "warn"
    return Entry(subject, teacher, state, badge=badge_of(row))


def _off(row: Placement, *, by_class: bool = False) -> Entry:
    title = f"{row.school_class.name} {row.subject.name}" if by_class else row.subject.name
    return Entry(title, "", "muted", badge="停课")


def _made_up(row: DayChange, shown: _Shown) -> Entry:
    lesson = row.lesson
    assert lesson is not None
    made = _joint(str(lesson.course.subject.name), f"主讲 {lesson.teacher.name}", lesson, shown)
    return replace(made, badge=f"补课 · {lesson.get_state_display()}")


def _taught(row: Placement, one: _Day, shown: _Shown, marks: Marks, teacher: Person) -> Entry:
    """A placed lesson in its teacher's week: gone to somebody else, called off, or as always."""
    school, key = row.school_class.school, (row.school_class_id, one.day, row.seq)
    change = marks.cells.get(key)
    lesson = shown.lessons.get((row.slot_id or 0, one.day))
    if lesson is not None:
        host = marks.host(lesson.pk)
        change = host if host and host.was_teacher_id == teacher.pk else None
        change = change or marks.assistant(lesson.pk, row.school_class_id)
    if change is not None and change.teacher_id != teacher.pk:
        return _gone(f"{row.school_class.name} {row.subject.name}", change)
    if change is not None and lesson is None:
        return _changed(change, by_class=True)
    if marks.suspended.why(school, one.day, row.seq):
        return _off(row, by_class=True)
    return _entry(row, one, shown, by_class=True)


def _gone(title: str, change: DayChange) -> Entry:
    """A lesson that its teacher does not have on this day."""
    told = f"由{change.teacher.name}上" if change.teacher else change.reason
    if change.kind == DayChange.Kind.SWAP:
        told = f"换成{' '.join(words_of(change))}"
    return Entry(title, told, "muted", badge=badge_of(change))


def _given(
    marks: Marks, teacher: Person, shown: _Shown
) -> Iterator[tuple[tuple[int, date, int], Entry]]:
    """Lessons that somebody has for a day only: (school, day, period) and how it looks."""
    for row in marks.rows:
        klass, lesson = row.school_class, row.lesson
        if row.part == DayChange.Part.OWN and row.teacher_id == teacher.pk and klass:
            yield (klass.school_id, row.day, row.seq or 0), _changed(row, by_class=True)
        elif row.part == DayChange.Part.HOST and row.teacher_id == teacher.pk and lesson:
            where = (lesson.course.host_school_id, row.day, row.seq or lesson.slot.seq or 0)
            yield where, replace(_joint(str(lesson.course), "代主讲", lesson, shown), badge="代课")
        elif row.part == DayChange.Part.ASSISTANT and row.teacher_id == teacher.pk and klass:
            title = f"{klass.name} {row.subject.name if row.subject else ''}"
            yield (
                (klass.school_id, row.day, row.seq or 0),
                Entry(title, "听讲", "teal", badge="代课"),
            )
        elif row.part == DayChange.Part.WHOLE and row.kind == DayChange.Kind.MAKE_UP and lesson:
            if lesson.teacher_id == teacher.pk:
                where = (lesson.course.host_school_id, row.day, row.seq or 0)
                yield where, _made_up(row, shown)
            for side in marks.sides:
                if side.lesson_id == lesson.pk and side.assistant_id == teacher.pk:
                    here = (side.school_class.school_id, row.day, side.bell_seq or 0)
                    yield here, _made_up(row, shown)


def _studio_entry(
    slot: CourseSlot, one: _Day, shown: _Shown, marks: Marks, teacher: Person
) -> Entry:
    lesson = shown.lessons.get((slot.pk, one.day))
    change = marks.host(lesson.pk) if lesson else None
    if change is not None and change.teacher_id != teacher.pk:
        return _gone(str(slot.course), change)
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
