"""What a suspended day would take away, and what its make-up day would bring."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from tongke.foundation.people.models import Organisation
from tongke.teaching.timetable.models import Lesson, LessonClass, Suspension, Term
from tongke.teaching.timetable.queries.calendar import (
    BellBook,
    calendar_of,
    current_term,
    day_name,
    moment,
)
from tongke.teaching.timetable.queries.changes_calendar import in_periods
from tongke.teaching.timetable.queries.changes_day import DayBook, DayLesson, Scope

_DAYS_AHEAD = 21


@dataclass(frozen=True)
class Plan:
    """A suspended day as it is thought of; nothing is written."""

    organisation: Organisation
    day: date
    from_seq: int | None = None
    until_seq: int | None = None
    make_up_on: date | None = None
    alone: bool = False

    def covers(self, seq: int | None) -> bool:
        """Whether a period of the day is meant."""
        return in_periods(seq, self.from_seq, self.until_seq)


@dataclass(frozen=True)
class Effect:
    """What a suspended day takes away.

    Attributes:
        lessons: ordinary lessons that are not held.
        joint: joint lessons called off as a whole: nobody is left to deliver, or to listen.
        partly: joint lessons that go on without the classes of the suspended schools.
        changes: lessons of the day that had been changed before.
    """

    schools: int
    classes: int
    lessons: tuple[DayLesson, ...]
    joint: tuple[Lesson, ...]
    partly: tuple[Lesson, ...]
    changes: int

    @property
    def count(self) -> int:
        """How many lessons of classes are not held."""
        return len(self.lessons)


def schools_below(organisation: Organisation, *, alone: bool = False) -> QuerySet[Organisation]:
    """The schools and teaching points of a subtree that are open; or only the one at its top."""
    if alone:
        return Organisation.objects.filter(pk=organisation.pk)
    kinds = [Organisation.Kind.SCHOOL, Organisation.Kind.POINT]
    return Organisation.objects.filter(
        path__startswith=organisation.path, kind__in=kinds, closed_on=None
    )


def effect_of(term: Term, plan: Plan) -> Effect:
    """Everything that a suspended day would take away."""
    schools = {each.pk: each for each in schools_below(plan.organisation, alone=plan.alone)}
    book = DayBook(term, [plan.day], Scope(schools=frozenset(schools)))
    rows = [
        one for one in book.on(plan.day)
        if one.held and one.school.pk in schools and plan.covers(one.seq)
    ]  # fmt: skip
    off, partly = _joint(book.on(plan.day), plan, schools)
    return Effect(
        schools=len(schools), classes=len({one.class_id for one in rows if one.class_id}),
        lessons=tuple(one for one in rows if one.class_id), joint=tuple(off),
        partly=tuple(partly), changes=sum(one.change is not None for one in rows),
    )  # fmt: skip


def _joint(
    rows: Iterable[DayLesson], plan: Plan, schools: Collection[int]
) -> tuple[list[Lesson], list[Lesson]]:
    """Planned joint lessons that fall out as a whole, and those that lose some classes."""
    planned = {
        one.lesson.pk: one.lesson for one in rows
        if one.lesson is not None and one.lesson.state == Lesson.State.PLANNED
    }  # fmt: skip
    sides: dict[int, list[tuple[bool, bool]]] = {pk: [] for pk in planned}
    for each in LessonClass.objects.filter(lesson__in=planned).select_related("school_class"):
        gone = each.school_class.school_id in schools and plan.covers(each.bell_seq)
        sides[each.lesson_id].append((each.side == LessonClass.Side.HOST, gone))
    off, partly = [], []
    for pk, lesson in planned.items():
        hosts = [gone for host, gone in sides[pk] if host]
        if not hosts:
            at_host = lesson.course.host_school_id in schools
            hosts = [at_host and plan.covers(lesson.slot.seq)]
        heard = [gone for host, gone in sides[pk] if not host]
        if any(hosts) or (heard and all(heard)):
            off.append(lesson)
        elif any(heard):
            partly.append(lesson)
    return off, partly


def first_bell(plan: Plan) -> datetime | None:
    """When the first of the suspended periods begins at the earliest school; None without bells."""
    below = schools_below(plan.organisation, alone=plan.alone)
    schools, day = list(below.values_list("pk", flat=True)), plan.day
    starts = [
        each.starts
        for periods in BellBook(schools).on(day).values()
        for seq, each in periods.items()
        if seq >= (plan.from_seq or 0)
    ]
    return moment(day, min(starts)) if starts else None


def make_up_choices(term: Term, organisation: Organisation, after: date) -> list[tuple[str, str]]:
    """Days without lessons after a day, on which it could be made up."""
    calendar = calendar_of(term)
    taken = {
        row.make_up_on
        for row in Suspension.objects.filter(term=term, undone_at=None).select_related(
            "organisation"
        )
        if overlap(row.organisation, organisation)
    }
    days = (after + timedelta(days=n) for n in range(1, _DAYS_AHEAD + 1))
    return [
        (day.isoformat(), day_name(day))
        for day in days
        if day <= term.ends_on and calendar.plan_of(day) is None and day not in taken
    ]


def overlap(one: Organisation, other: Organisation) -> bool:
    """Whether one organisation lies below the other, or they are the same."""
    return one.path.startswith(other.path) or other.path.startswith(one.path)


def term_on(organisation: Organisation, day: date) -> Term | None:
    """The term that a day of an organisation lies in."""
    term = current_term(organisation, day)
    return term if term is not None and term.starts_on <= day <= term.ends_on else None
