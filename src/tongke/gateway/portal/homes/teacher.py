"""A teacher's home, delivering and assisting in one: next lesson, figures, week, tasks, classes."""

from dataclasses import dataclass, replace
from datetime import datetime, time

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from tongke.engines.credits import policy as credits
from tongke.engines.credits import queries as ledger
from tongke.engines.learning.scopes import scopes
from tongke.foundation.people.actors import Actor
from tongke.gateway.portal.homes import words
from tongke.gateway.portal.homes.calendar import Today, today_of
from tongke.gateway.portal.homes.mastery import PointMean, weakest_by_class
from tongke.gateway.portal.homes.preflight import Preflight, next_lesson
from tongke.gateway.portal.homes.tasks import Task
from tongke.gateway.portal.homes.teacher_tasks import HandedIn, handed_in, tasks_of
from tongke.teaching.timetable import policy as timetable
from tongke.teaching.timetable.models import Lesson
from tongke.teaching.timetable.queries.grids import Entry, Grid, Line, teacher_week
from tongke.teaching.timetable.queries.lessons import taught_or_assisted
from tongke.teaching.timetable.queries.staff import schools_of


@dataclass(frozen=True)
class Period:
    """One lesson of the shown day, for phones."""

    label: str
    clock: str
    entry: Entry


@dataclass(frozen=True)
class Week:
    """The week's grid, the day a phone shows, and how far the week is."""

    grid: Grid
    day: str
    periods: tuple[Period, ...]
    done: int
    total: int
    joint: int


@dataclass(frozen=True)
class Workload:
    """What the ledger holds for this term."""

    amount: str
    unit: str
    lines: int


@dataclass(frozen=True)
class TeacherHome:
    """Everything on a teacher's page."""

    greeting: str
    line: str
    next: Preflight | None
    week: Week | None
    shown_week: int
    this_week: bool
    handed: HandedIn
    workload: Workload
    tasks: tuple[Task, ...]
    due_today: int
    points: tuple[PointMean, ...]
    set_homework: str


def build(actor: Actor, now: datetime) -> TeacherHome:
    """The home of an acting teacher."""
    today = today_of(actor.organisation, actor.today)
    mine = timetable.lessons(actor, timetable.Perm.LESSON_READ).filter(
        pk__in=taught_or_assisted(actor.person).values("pk")
    )
    rights = [each for each in scopes(actor) if each.pupils]
    week = _week(actor, today, now)
    found = tasks_of(actor, rights, now)
    return TeacherHome(
        greeting=f"{words.surname(actor.person.name)}老师，{words.hello(now)}",
        line=" · ".join([today.line, _day_line(mine, week, today)]),
        next=next_lesson(actor, mine, now, today),
        week=week,
        shown_week=today.shown_week,
        this_week=today.shown_week == today.week,
        handed=handed_in(actor, now),
        workload=_workload(actor, today),
        tasks=found,
        due_today=sum(each.tint in {"warn", "danger"} for each in found),
        points=weakest_by_class(rights),
        set_homework=_set_homework(mine, actor, now),
    )


def _day_line(rows: QuerySet[Lesson], week: Week | None, today: Today) -> str:
    joint = rows.filter(day=today.day).exclude(state=Lesson.State.CANCELLED).count()
    shown = len(week.periods) if week and week.day == "今天" else 0
    count = max(shown, joint)
    if not count:
        return "今天没有课"
    return f"今天 {count} 节" + (f"，其中联合课 {joint} 节" if joint else "")


def _week(actor: Actor, today: Today, now: datetime) -> Week | None:
    """The week's grid with what is over faded; None without a term or without any lesson."""
    if today.term is None:
        return None
    schools = [each.pk for each in schools_of(actor.person, actor.today)]
    local = timezone.localtime(now)
    grid = teacher_week(today.term, actor.person, schools, week=today.shown_week, now=local)
    if grid.empty:
        return None
    current = next((place for place, head in enumerate(grid.days) if head.today), None)
    rows = tuple(_faded(row, current, local.time()) for row in grid.rows)
    if today.shown_week != today.week:
        current = None
        rows = grid.rows
    place = current if current is not None else _first_day(grid)
    entries = [entry for row in rows for entry in row.cells if entry is not None]
    return Week(
        grid=replace(grid, rows=rows),
        day="今天" if place == current else grid.days[place].label,
        periods=tuple(
            Period(row.label, row.note, entry)
            for row in rows
            if (entry := row.cells[place]) is not None
        ),
        done=sum(entry.past for entry in entries),
        total=len(entries),
        joint=sum(bool(entry.badge) for entry in entries),
    )


def _first_day(grid: Grid) -> int:
    """The first column with any lesson."""
    return next(
        place for place in range(len(grid.days)) if any(row.cells[place] for row in grid.rows)
    )


def _faded(row: Line, current: int | None, now: time) -> Line:
    """A row whose lessons before today's column, or earlier today, are marked as past."""
    if current is None:
        return row
    ends = time.fromisoformat(row.note[-5:])
    cells = tuple(
        replace(entry, past=True, next=False)
        if entry and (place < current or (place == current and ends <= now))
        else entry
        for place, entry in enumerate(row.cells)
    )
    return replace(row, cells=cells)


def _workload(actor: Actor, today: Today) -> Workload:
    rows = credits.entries(actor, credits.Perm.ENTRY_READ).filter(book="workload")
    if today.term is not None:
        rows = ledger.between(rows, today.term.starts_on, today.term.ends_on)
    unit = rows.values_list("unit", flat=True).first() or "节"
    return Workload(f"{ledger.total(rows).normalize():f}", unit, rows.count())


def _set_homework(rows: QuerySet[Lesson], actor: Actor, now: datetime) -> str:
    """Where 布置作业 leads: the newest own lesson that has begun, else the list of lessons."""
    begun = rows.filter(
        teacher=actor.person, starts_at__lte=now,
        state__in=[Lesson.State.LIVE, Lesson.State.HELD],
    ).order_by("-starts_at").values_list("pk", flat=True).first()  # fmt: skip
    if begun is None:
        return reverse("timetable:lesson-list")
    return reverse("homework:homework-new", args=[begun])
