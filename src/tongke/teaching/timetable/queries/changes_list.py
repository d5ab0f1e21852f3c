"""Lists of absences and changes, and the board that shows a school what is different today."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from tongke.foundation.people.models import Organisation, Person
from tongke.teaching.timetable.models import Absence, DayChange, Suspension, Term
from tongke.teaching.timetable.queries.changes_away import AwayBook, days_of, open_lessons
from tongke.teaching.timetable.queries.changes_day import DayBook, DayLesson, Scope, clashes_on

CHANGE_SORTS = {
    "day": ("day", "seq"), "-day": ("-day", "seq"), "teacher": ("teacher__name", "-day"),
    "-teacher": ("-teacher__name", "-day"), "school": ("school__path", "-day"),
    "-school": ("-school__path", "-day"),
}  # fmt: skip
ABSENCE_SORTS = {
    "since": ("since", "pk"), "-since": ("-since", "-pk"), "teacher": ("teacher__name", "-since"),
    "-teacher": ("-teacher__name", "-since"),
}  # fmt: skip


def change_rows(rows: QuerySet[DayChange]) -> QuerySet[DayChange]:
    """Changes with all that lists show of them."""
    return rows.select_related(
        "school", "school_class", "teacher", "was_teacher", "subject", "was_subject", "absence",
        "lesson__course__grade", "lesson__course__subject", "made_by", "room",
    )  # fmt: skip


def search_changes(
    rows: QuerySet[DayChange],
    *,
    text: str = "",
    school: int | None = None,
    kind: str = "",
    state: str = "",
    since: date | None = None,
    until: date | None = None,
    sort: str = "",
) -> QuerySet[DayChange]:
    """The changes that match, newest day first unless sorted otherwise.

    Args:
        text: in the name of a teacher, a class or a subject, or in the reason.
        state: one of the states, or ``standing``.
    """
    if text:
        rows = rows.filter(
            Q(teacher__name__contains=text) | Q(was_teacher__name__contains=text)
            | Q(school_class__name__contains=text) | Q(subject__name__contains=text)
            | Q(reason__contains=text)
        )  # fmt: skip
    if school:
        rows = rows.filter(school=school)
    if kind in DayChange.Kind.values:
        rows = rows.filter(kind=kind)
    if state == "standing":
        rows = rows.filter(state__in=DayChange.STANDING)
    elif state in DayChange.State.values:
        rows = rows.filter(state=state)
    if since:
        rows = rows.filter(day__gte=since)
    if until:
        rows = rows.filter(day__lte=until)
    order = CHANGE_SORTS.get(sort, CHANGE_SORTS["-day"])
    return change_rows(rows).order_by(*order, "school__path", "pk")


def search_absences(
    rows: QuerySet[Absence], *, text: str = "", state: str = "", kind: str = "", sort: str = ""
) -> QuerySet[Absence]:
    """The absences that match, newest first unless sorted otherwise."""
    if text:
        rows = rows.filter(Q(teacher__name__contains=text) | Q(school__name__contains=text))
    if state in Absence.State.values:
        rows = rows.filter(state=state)
    if kind in Absence.Kind.values:
        rows = rows.filter(kind=kind)
    order = ABSENCE_SORTS.get(sort, ABSENCE_SORTS["-since"])
    return rows.select_related("teacher", "school", "term").order_by(*order)


def search_suspensions(rows: QuerySet[Suspension], *, text: str = "") -> QuerySet[Suspension]:
    """The suspended days that match in reason or place, newest first."""
    if text:
        rows = rows.filter(Q(reason__contains=text) | Q(organisation__name__contains=text))
    return rows.select_related("organisation").order_by("-day", "-pk")


@dataclass(frozen=True)
class AbsenceLine:
    """An absence in a list: how many of its lessons are arranged and how many wait."""

    absence: Absence
    arranged: int
    open: int


def absence_lines(page: Iterable[Absence]) -> list[AbsenceLine]:
    """The lines of these absences; queries do not grow with their number."""
    listed = list(page)
    rows = DayChange.objects.filter(absence__in=listed, state__in=DayChange.STANDING)
    counted = rows.exclude(kind=DayChange.Kind.MAKE_UP).values_list("absence")
    made = Counter(dict(counted.annotate(Count("step", distinct=True)).order_by()))
    waiting = _open_counts(listed)
    return [AbsenceLine(each, made[each.pk], waiting.get(each.pk, 0)) for each in listed]


def _open_counts(listed: Iterable[Absence]) -> dict[int, int]:
    """How many lessons each absence that is alive leaves open, read together for each term."""
    alive = {Absence.State.PENDING, Absence.State.APPROVED}
    terms: dict[int, list[Absence]] = {}
    for each in listed:
        if each.state in alive:
            terms.setdefault(each.term_id, []).append(each)
    found: dict[int, int] = {}
    for rows in terms.values():
        days = {day for each in rows for day in days_of(each)}
        teachers = frozenset(each.teacher_id for each in rows)
        book = DayBook(rows[0].term, days, Scope(teachers=teachers))
        away = AwayBook(rows[0].term, days, teachers, more=rows)
        for each in rows:
            found[each.pk] = len(open_lessons(book, away, each))
    return found


@dataclass(frozen=True)
class BoardLine:
    """One lesson that is different today."""

    lesson: DayLesson
    open: bool
    kind: str
    label: str
    was: Person | None


@dataclass(frozen=True)
class Board:
    """What is different at a school on a day, in the order of the clock."""

    day: date
    lines: tuple[BoardLine, ...]
    away: tuple[Absence, ...]
    suspended: tuple[Suspension, ...]
    clashes: tuple[tuple[DayLesson, DayLesson], ...]

    @property
    def open(self) -> int:
        """How many lessons still have no teacher."""
        return sum(line.open for line in self.lines)

    def count(self, kind: str) -> int:
        """How many lines are of a kind."""
        return sum(line.kind == kind for line in self.lines)


def board_of(term: Term, school: Organisation, day: date) -> Board:
    """The board of a school for a day."""
    book = DayBook(term, [day], Scope(schools=frozenset({school.pk})))
    away = AwayBook(term, [day])
    lines = []
    for one in book.on(day):
        if one.school.pk != school.pk:
            continue
        absence = away.open(one)
        if one.change is not None and one.change.pk:
            kind, label = one.change.kind, str(one.change.get_kind_display())
            lines.append(BoardLine(one, absence is not None, kind, label, one.change.was_teacher))
        elif absence is not None:
            lines.append(BoardLine(one, open=True, kind="open", label="待安排", was=one.teacher))
    absent = Absence.objects.filter(
        term=term, school=school, state=Absence.State.APPROVED, since__lte=day, until__gte=day
    ).select_related("teacher", "school", "term")
    changed = [pair for pair in clashes_on(book, day) if pair[0].change or pair[1].change]
    plans = tuple(
        row for row in book.suspended.rows
        if row.covers(school) and day in (row.day, row.make_up_on)
    )  # fmt: skip
    return Board(day, tuple(lines), tuple(absent.order_by("teacher__name")), plans, tuple(changed))


def waiting_for(person: Person, day: date) -> QuerySet[DayChange]:
    """Changes that wait for this person's answer, coming ones first."""
    rows = DayChange.objects.filter(teacher=person, state=DayChange.State.PENDING, day__gte=day)
    return change_rows(rows).order_by("day", "seq", "pk")


def pending_absences(rows: QuerySet[Absence]) -> int:
    """How many of these wait for a decision."""
    return rows.filter(state=Absence.State.PENDING).count()
