"""What was planned and what was really held, week by week: from day changes and joint lessons.

Definitions and the worked example: docs/algorithms/completeness.md.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Count, QuerySet

from tongke.foundation.curriculum.models import Subject
from tongke.foundation.people.models import Organisation, SchoolClass
from tongke.teaching.timetable.completeness import fold, gaps
from tongke.teaching.timetable.models import DayChange, Lesson, LessonClass, Placement, Term
from tongke.teaching.timetable.queries.calendar import week_of, week_starts
from tongke.teaching.timetable.queries.changes_day import Suspended
from tongke.teaching.timetable.queries.gaps import folding, plan_of_grade

SCHOOL_WEEK = 5
Unit = tuple[int, str]
"""A class and a subject."""


@dataclass
class Tally:
    """Lessons of some classes in some weeks.

    Attributes:
        planned: by the week plan and the joint courses.
        dropped: planned, but not held.
        made_up: held on another day instead.
    """

    planned: int = 0
    dropped: int = 0
    made_up: int = 0

    @property
    def held(self) -> int:
        """Lessons that took place."""
        return self.planned - self.dropped + self.made_up

    @property
    def share(self) -> float | None:
        """实开率: held against planned, at most 1; None where nothing was planned."""
        return min(1.0, self.held / self.planned) if self.planned else None

    def add(self, other: "Tally") -> None:
        """Count another tally in."""
        self.planned += other.planned
        self.dropped += other.dropped
        self.made_up += other.made_up


@dataclass(frozen=True)
class WeekLine:
    """One week: days with lessons, what was held, and 开齐 and 开足 by what was held.

    The two shares are None in weeks that are not whole: fewer days do not lower a plan.
    """

    week: int
    days: int
    tally: Tally
    offered: float | None
    periods: float | None


@dataclass(frozen=True)
class Trend:
    """The weeks that are over, and the term so far for each class."""

    weeks: tuple[WeekLine, ...]
    classes: tuple[tuple[SchoolClass, Tally], ...]
    total: Tally

    @property
    def chart(self) -> dict[str, object]:
        """The weeks for `c-chart`, in per cent."""

        def shares(values: list[float | None]) -> list[float | None]:
            return [None if each is None else round(100 * each, 1) for each in values]

        return {
            "kind": "line", "unit": "%", "max": 100,
            "labels": [f"第 {line.week} 周" for line in self.weeks],
            "series": [
                {"name": "实开率", "values": shares([line.tally.share for line in self.weeks])},
                {"name": "开齐率", "values": shares([line.offered for line in self.weeks])},
                {"name": "开足率", "values": shares([line.periods for line in self.weeks])},
            ],
        }  # fmt: skip


@dataclass
class _Counted:
    """Tallies by week and unit, and the days with lessons of each week."""

    found: dict[int, dict[Unit, Tally]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(Tally))
    )
    days: Counter[int] = field(default_factory=Counter)


def trend(term: Term, classes: Collection[SchoolClass], today: date) -> Trend:
    """Planned against held for some classes of schools, up to yesterday; ten queries."""
    last = min(today - timedelta(days=1), term.ends_on)
    days = [term.starts_on + timedelta(days=n) for n in range((last - term.starts_on).days + 1)]
    counted = _Counted()
    if days:
        suspended = Suspended(term, days)
        _count_own(counted, suspended, classes, days)
        _count_joint(counted, suspended, classes, last)
    weeks, subjects = [], {each.code: each for each in Subject.objects.all()}
    for week in sorted(counted.days | Counter(counted.found.keys())):
        units = counted.found.get(week, {})
        tally = Tally()
        for each in units.values():
            tally.add(each)
        whole = counted.days[week] >= SCHOOL_WEEK and week_starts(term, week + 1) <= today
        rates = _rates(classes, units, subjects) if whole else (None, None)
        weeks.append(WeekLine(week, counted.days[week], tally, *rates))
    by_class: dict[int, Tally] = defaultdict(Tally)
    total = Tally()
    for units in counted.found.values():
        for (klass, _), each in units.items():
            by_class[klass].add(each)
            total.add(each)
    return Trend(tuple(weeks), tuple((one, by_class[one.pk]) for one in classes), total)


def _rates(
    classes: Collection[SchoolClass],
    units: Mapping[Unit, Tally],
    subjects: Mapping[str, Subject],
) -> tuple[float | None, float | None]:
    """开齐率 and 开足率 of a week by what was held, over all classes."""
    given: dict[int, dict[str, int]] = defaultdict(dict)
    for (klass, subject), each in units.items():
        given[klass][subject] = max(0, each.held)
    offered = required = 0
    counted = wanted = 0.0
    for one in classes:
        plan = plan_of_grade(one.grade_code, subjects)
        folded, _ = fold(given[one.pk], set(), folding(plan))
        found = gaps(plan, folded, set(folded))
        offered, required = offered + found.offered, required + found.required
        counted += float(found.periods_counted)
        wanted += float(found.periods_required)
    return (offered / required if required else None, counted / wanted if wanted else None)


Placed = Mapping[tuple[int, int], list[tuple[int, str, int, str]]]
"""Ordinary lessons by school and weekday: class, subject, period, weeks."""


def _count_own(
    counted: _Counted, suspended: Suspended, classes: Collection[SchoolClass], days: list[date]
) -> None:
    term = suspended.calendar.term
    placed, schools = _placed(term, classes), {one.school_id: one.school for one in classes}
    gone: set[tuple[int, date, int]] = set()
    for day in days:
        week = week_of(term, day) or 0
        if suspended.calendar.plan_of(day) is not None:
            counted.days[week] += 1
        for school in schools.values():
            made_up = suspended.made_up(school, day) is not None
            off = bool(suspended.why(school, day, None))
            for klass, subject, seq in _day(placed, suspended, school, day):
                tally = counted.found[week][klass, subject]
                tally.made_up += made_up
                tally.planned += not made_up
                if off and suspended.why(school, day, seq):
                    tally.dropped += 1
                    gone.add((klass, day, seq))
    _count_changes(counted, term, classes, days[-1], gone)


def _count_changes(
    counted: _Counted,
    term: Term,
    classes: Collection[SchoolClass],
    last: date,
    gone: Collection[tuple[int, date, int]],
) -> None:
    """Lessons called off, made up or swapped one by one; `gone` were suspended anyway."""
    rows = DayChange.objects.filter(
        term=term, part=DayChange.Part.OWN, school_class__in=classes, day__lte=last,
        state__in=DayChange.STANDING,
    )  # fmt: skip
    for row in rows:
        klass = row.school_class_id or 0
        if (klass, row.day, row.seq or 0) in gone:
            continue
        units = counted.found[week_of(term, row.day) or 0]
        now, was = row.subject_id or "", row.was_subject_id or ""
        if row.kind == DayChange.Kind.NOT_HELD:
            units[klass, was].dropped += 1
        elif row.kind == DayChange.Kind.MAKE_UP:
            units[klass, now].made_up += 1
        elif row.kind == DayChange.Kind.SWAP and was != now:
            units[klass, was].planned -= 1
            units[klass, now].planned += 1


def _placed(term: Term, classes: Collection[SchoolClass]) -> Placed:
    schools = {each.pk: each.school_id for each in classes}
    found: dict[tuple[int, int], list[tuple[int, str, int, str]]] = defaultdict(list)
    rows = Placement.objects.filter(term=term, school_class__in=classes, slot=None)
    for klass, subject, weekday, seq, weeks in rows.values_list(
        "school_class", "subject", "weekday", "seq", "weeks"
    ):
        found[schools[klass], weekday].append((klass, subject, seq, weeks))
    return found


def _day(
    placed: Placed, suspended: Suspended, school: Organisation, day: date
) -> Iterator[tuple[int, str, int]]:
    """The ordinary lessons that the plan has for a day of a school."""
    made_up = suspended.made_up(school, day)
    week = week_of(suspended.calendar.term, made_up.day if made_up else day) or 0
    turn = ("all", "odd" if week % 2 else "even")
    plan = suspended.plan_of(school, day) or 0
    for klass, subject, seq, weeks in placed.get((school.pk, plan), ()):
        if weeks in turn:
            yield klass, subject, seq


def _count_joint(
    counted: _Counted, suspended: Suspended, classes: Collection[SchoolClass], last: date
) -> None:
    term, held = suspended.calendar.term, (Lesson.State.HELD, Lesson.State.LIVE)
    later = DayChange.objects.filter(
        term=term, part=DayChange.Part.WHOLE, kind=DayChange.Kind.MAKE_UP,
        state__in=DayChange.STANDING,
    ).values("lesson")  # fmt: skip
    rows = LessonClass.objects.filter(
        school_class__in=classes, lesson__course__term=term, lesson__day__lte=last
    ).exclude(lesson__state=Lesson.State.CANCELLED)
    keys = ("school_class", "lesson__course__subject", "lesson__week", "lesson__state")
    for made_up, part in (
        (False, rows.exclude(lesson__in=later)), (True, rows.filter(lesson__in=later)),
    ):  # fmt: skip
        counts = part.order_by().values_list(*keys).annotate(Count("pk"))
        for klass, subject, week, state, count in counts:
            tally = counted.found[week][klass, subject]
            if made_up:
                tally.made_up += count if state in held else 0
            else:
                tally.planned += count
                tally.dropped += 0 if state in held else count
        taught = part.filter(lesson__state__in=held)
        for unit, week in _without(taught, suspended, classes):
            tally = counted.found[week][unit]
            tally.made_up -= made_up
            tally.dropped += not made_up


def _without(
    rows: QuerySet[LessonClass], suspended: Suspended, classes: Collection[SchoolClass]
) -> Iterator[tuple[Unit, int]]:
    """Lessons that were taught without a class, because its own school was suspended."""
    schools = {one.pk: one.school for one in classes}
    rows = rows.filter(lesson__day__in={row.day for row in suspended.rows})
    for klass, subject, week, day, seq in rows.values_list(
        "school_class", "lesson__course__subject", "lesson__week", "lesson__day", "bell_seq"
    ):
        if suspended.why(schools[klass], day, seq):
            yield (klass, subject), week


@dataclass(frozen=True)
class HeldLine:
    """A school or class in the list of what was held."""

    school: Organisation
    school_class: SchoolClass | None
    tally: Tally


HELD_SORTS = {
    "share": lambda line: 1.0 if line.tally.share is None else line.tally.share,
    "planned": lambda line: line.tally.planned,
    "dropped": lambda line: line.tally.dropped,
}


def held_lines(found: Trend, *, text: str = "", sort: str = "") -> list[HeldLine]:
    """By school where there are several, else by class; in the order of the tree unless sorted."""
    schools = {one.school_id: one.school for one, _ in found.classes}
    if len(schools) == 1:
        lines = [HeldLine(one.school, one, tally) for one, tally in found.classes]
        lines = [line for line in lines if line.school_class and text in line.school_class.name]
    else:
        sums: dict[int, Tally] = defaultdict(Tally)
        for one, tally in found.classes:
            sums[one.school_id].add(tally)
        lines = [HeldLine(school, None, sums[pk]) for pk, school in schools.items()]
        lines = [line for line in lines if text in line.school.name]
    key = HELD_SORTS.get(sort.removeprefix("-"))
    return sorted(lines, key=key, reverse=sort.startswith("-")) if key else lines
