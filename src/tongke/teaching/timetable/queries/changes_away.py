"""Who is away when: approved absences on the real clock."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from tongke.teaching.timetable.models import Absence, Lesson, Term
from tongke.teaching.timetable.queries.calendar import BellBook, minute, weekday_name
from tongke.teaching.timetable.queries.changes_day import DayBook, DayLesson, Scope

MIDNIGHT = 24 * 60


@dataclass(frozen=True)
class Away:
    """A teacher away for a part of a day: minutes after midnight."""

    absence: Absence
    start: int
    end: int


class AwayBook:
    """The approved absences of some teachers on some days; three queries."""

    def __init__(
        self, term: Term, days: Collection[date], teachers: Collection[int] | None = None,
        *, more: Iterable[Absence] = (),
    ) -> None:  # fmt: skip
        """Read them.

        Args:
            teachers: of these only; None reads all.
            more: absences that count although they are not approved yet.
        """
        self._found: dict[tuple[int, date], list[Away]] = defaultdict(list)
        if not days:
            return
        rows = Absence.objects.filter(
            term=term, state=Absence.State.APPROVED, since__lte=max(days), until__gte=min(days)
        ).select_related("teacher", "school")
        if teachers is not None:
            rows = rows.filter(teacher__in=teachers)
        listed = {each.pk: each for each in [*rows, *more]}
        book = BellBook({each.school_id for each in listed.values()})
        for each in listed.values():
            for day in days:
                if each.since <= day <= each.until:
                    bells = book.on(day).get(each.school_id, {})
                    first = bells.get(each.from_seq or 0) if day == each.since else None
                    last = bells.get(each.until_seq or 0) if day == each.until else None
                    self._found[each.teacher_id, day].append(
                        Away(
                            each, minute(first.starts) if first else 0,
                            minute(last.ends) if last else MIDNIGHT,
                        )
                    )  # fmt: skip

    def at(self, teacher: int, day: date, start: int, end: int) -> Absence | None:
        """The absence that keeps a teacher away from a time; None when there is none."""
        for each in self._found.get((teacher, day), ()):
            if each.start < end and start < each.end:
                return each.absence
        return None

    def open(self, one: DayLesson) -> Absence | None:
        """The absence that leaves a lesson without its teacher; None when it has one."""
        if one.teacher is None or not one.held:
            return None
        return self.at(one.teacher.pk, one.day, one.start, one.end)


def days_of(absence: Absence) -> list[date]:
    """Every day of an absence within its term."""
    last = min(absence.until, absence.term.ends_on)
    first = max(absence.since, absence.term.starts_on)
    return [first + timedelta(days=n) for n in range(max(0, (last - first).days + 1))]


def span(absence: Absence) -> str:
    """When it is, in words: 11月23日 周一 第 3 节至 11月24日 周二."""
    first, last = absence.since, absence.until
    words = f"{first.month}月{first.day}日 {weekday_name(first.isoweekday())}"
    if absence.from_seq:
        words += f"第 {absence.from_seq} 节起"
    if last != first:
        words += f"至 {last.month}月{last.day}日 {weekday_name(last.isoweekday())}"
    if absence.until_seq:
        words += f"{'' if last != first else ' '}到第 {absence.until_seq} 节"
    return words if (absence.from_seq or absence.until_seq) else f"{words} 全天"


def broken_by(absence: Absence) -> list[DayLesson]:
    """Every lesson that an absence leaves without its teacher and that is not arranged yet."""
    days = days_of(absence)
    scope = Scope(teachers=frozenset({absence.teacher_id}))
    book, away = DayBook(absence.term, days, scope), AwayBook(
        absence.term, days, [absence.teacher_id], more=[absence]
    )  # fmt: skip
    return open_lessons(book, away, absence)


def open_lessons(book: DayBook, away: AwayBook, absence: Absence) -> list[DayLesson]:
    """Those lessons of a book that an absence leaves open, in the order of time."""
    return [
        one
        for day in days_of(absence)
        for one in book.on(day)
        if one.teacher is not None and one.teacher.pk == absence.teacher_id and _hit(away, one)
    ]


def _hit(away: AwayBook, one: DayLesson) -> bool:
    """Whether nobody is there for it; a joint lesson that was taught did have somebody."""
    if one.lesson is not None and one.lesson.state != Lesson.State.PLANNED:
        return False
    return away.open(one) is not None
