"""What really happens on a day: the week plan, joint lessons, and what was changed for the day.

Everybody who asks for a class, a teacher or a room on a date asks here: rows of the week plan of
that date (with holidays and make-up days), joint lessons with those who really teach them, and
over both the standing changes and the suspended days.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date

from django.db.models import Q, QuerySet
from django.utils import timezone

from tongke.foundation.campus.models import Room
from tongke.foundation.people.models import Organisation, Person, SchoolClass
from tongke.teaching.timetable.models import (
    DayChange,
    Lesson,
    LessonClass,
    Placement,
    Term,
)
from tongke.teaching.timetable.queries.calendar import BellBook, Bells, minute, week_of
from tongke.teaching.timetable.queries.changes_calendar import Suspended
from tongke.teaching.timetable.queries.changes_lesson import (
    DayLesson,
    Party,
    Scope,
    Slot,
    slot_of,
)

__all__ = [
    "DayBook", "DayLesson", "Key", "Party", "Scope", "Slot", "Suspended", "clashes_on", "day_plan",
    "slot_of", "standing_changes",
]  # fmt: skip

Key = tuple[int, date, int]
"""A class's period of a day."""


def standing_changes(term: Term, days: Collection[date]) -> QuerySet[DayChange]:
    """The changes that hold on these days, with all that pages show of them."""
    return DayChange.objects.filter(
        term=term, day__in=days, state__in=DayChange.STANDING
    ).select_related(
        "school_class__school", "school", "subject", "teacher", "room", "was_subject",
        "was_teacher", "absence", "lesson",
    )  # fmt: skip


class DayBook:
    """Some days of a term for some classes, teachers, rooms or schools; ten queries in all.

    `put` and `drop` change the book in memory only: plans are tried out on it.
    """

    def __init__(self, term: Term, days: Iterable[date], scope: Scope) -> None:
        """Read everything that touches the scope on these days."""
        self.term, self.scope = term, scope
        self.days = sorted(set(days))
        self.suspended = Suspended(term, self.days)
        self.changes: dict[Key, DayChange] = {}
        self.parts: dict[tuple[int, str, int | None], DayChange] = {}
        for each in standing_changes(term, self.days):
            if each.part == DayChange.Part.OWN:
                self.changes[each.school_class_id or 0, each.day, each.seq or 0] = each
            else:
                side = each.school_class_id if each.part == DayChange.Part.ASSISTANT else None
                self.parts[each.lesson_id or 0, each.part, side] = each
        weekdays = self.suspended.weekdays(self.days)
        self._placed = list(_placements(term, scope).filter(weekday__in=weekdays))
        self._helpers = _helpers(self._placed, term)
        self._lessons = _lessons(term, self.days, scope)
        schools = {row.school_class.school_id for row in self._placed} | set(scope.schools)
        schools |= {each.school_class.school_id for each in self.changes.values()
                    if each.school_class}  # fmt: skip
        for lesson, sides in self._lessons:
            schools |= {lesson.course.host_school_id, *(s.school_class.school_id for s in sides)}
        self._bells = BellBook(schools)
        self._rung: dict[date, Bells] = {}
        self._made: dict[date, list[DayLesson]] = {}
        self._index: dict[date, dict[tuple[Party, int], list[DayLesson]]] = {}

    def bells(self, day: date) -> Bells:
        """The periods of each school of the book on a day."""
        if day not in self._rung:
            self._rung[day] = self._bells.on(day)
        return self._rung[day]

    def on(self, day: date) -> list[DayLesson]:
        """The lessons of a day, in the order of the clock."""
        if day not in self._made:
            found = [*self._own(day), *self._changed(day), *self._joint(day)]
            found = [each for each in found if self.scope.holds(each)]
            self._made[day] = sorted(
                found, key=lambda one: (one.start, one.school.path, one.class_id or 0, one.key)
            )
        return self._made[day]

    def find(self, key: str) -> DayLesson | None:
        """A lesson by its key, on any day of the book."""
        return next((one for day in self.days for one in self.on(day) if one.key == key), None)

    def of(self, party: Party, key: int, day: date) -> list[DayLesson]:
        """What holds a class, teacher or room on a day; lessons that take place only."""
        if day not in self._index:
            index: dict[tuple[Party, int], list[DayLesson]] = defaultdict(list)
            for one in self.on(day):
                if one.held:
                    for each in one.parties():
                        index[each].append(one)
            self._index[day] = index
        return self._index[day].get((party, key), [])

    def put(self, one: DayLesson) -> None:
        """Think a lesson in."""
        self.on(one.day).append(one)
        self._index.pop(one.day, None)

    def drop(self, one: DayLesson) -> None:
        """Think a lesson away."""
        self.on(one.day).remove(one)
        self._index.pop(one.day, None)

    def blocking(
        self, party: Party, key: int, slot: Slot, *, travel: int = 0,
        skip: Collection[DayLesson] = (),
    ) -> DayLesson | None:  # fmt: skip
        """What keeps a class, teacher or room from a time; None when it is free.

        Args:
            travel: minutes a teacher needs between two schools.
            skip: lessons to think away.
        """
        for one in self.of(party, key, slot.day):
            if one in skip or one.shares(party, slot.lesson, slot.task, slot.start):
                continue
            pause = travel if party == "teacher" and one.school.pk != slot.school else 0
            if one.start < slot.end + pause and slot.start < one.end + pause:
                return one
        return None

    def _own(self, day: date) -> Iterator[DayLesson]:
        for row in self._placed:
            school = row.school_class.school
            if row.weekday != self.suspended.plan_of(school, day):
                continue
            if row.weeks not in ("all", self._parity(school, day)):
                continue
            if (row.school_class_id, day, row.seq) in self.changes:
                continue
            period = self.bells(day).get(school.pk, {}).get(row.seq)
            if period is None:
                continue
            yield DayLesson(
                day=day, school=school, school_class=row.school_class, seq=row.seq,
                start=minute(period.starts), end=minute(period.ends), subject=row.subject,
                teacher=row.teacher, room=row.room, task=row.task_id,
                helpers=self._helpers.get(row.pk, ()), off=self.suspended.why(school, day, row.seq),
            )  # fmt: skip

    def _parity(self, school: Organisation, day: date) -> str:
        """Whether a day follows the plan of an odd or an even week."""
        made_up = self.suspended.made_up(school, day)
        week = week_of(self.term, made_up.day if made_up else day) or 0
        return "odd" if week % 2 else "even"

    def _changed(self, day: date) -> Iterator[DayLesson]:
        for (_, on, seq), each in self.changes.items():
            if on != day or each.school_class is None:
                continue
            school = each.school_class.school
            period = self.bells(day).get(school.pk, {}).get(seq)
            subject = each.subject or each.was_subject
            if period is None or subject is None:
                continue
            off = f"停课：{each.reason}" if each.kind == DayChange.Kind.NOT_HELD else ""
            yield DayLesson(
                day=day, school=school, school_class=each.school_class, seq=seq,
                start=minute(period.starts), end=minute(period.ends), subject=subject,
                teacher=each.teacher, room=each.room, change=each, task=each.task_id,
                off=off or self.suspended.why(school, day, seq),
            )  # fmt: skip

    def _joint(self, day: date) -> Iterator[DayLesson]:
        for lesson, sides in self._lessons:
            if lesson.day == day:
                yield from self._sides(lesson, sides)

    def _sides(self, lesson: Lesson, sides: list[LessonClass]) -> Iterator[DayLesson]:
        host, course = lesson.course.host_school, lesson.course
        starts, ends = timezone.localtime(lesson.starts_at), timezone.localtime(lesson.ends_at)
        common = (minute(starts.time()), minute(ends.time()))
        gone = "未上课" if lesson.state == Lesson.State.NOT_HELD else ""
        whole = self.parts.get((lesson.pk, DayChange.Part.WHOLE, None))
        off = f"{gone}：{lesson.reason}" if gone else ""
        change = self.parts.get((lesson.pk, DayChange.Part.HOST, None)) or whole
        rows: list[tuple[Organisation, SchoolClass | None, int | None, Person | None,
                         Room | None, str, DayChange | None]] = []  # fmt: skip
        if all(each.side != LessonClass.Side.HOST for each in sides):
            rows.append((host, None, lesson.slot.seq if not whole else None, lesson.teacher,
                         lesson.room, "host", change))  # fmt: skip
        for each in sides:
            own = each.side == LessonClass.Side.HOST
            done = change if own else self.parts.get(
                (lesson.pk, DayChange.Part.ASSISTANT, each.school_class_id), whole
            )  # fmt: skip
            rows.append((
                each.school_class.school, each.school_class, each.bell_seq,
                lesson.teacher if own else each.assistant,
                lesson.room if own else each.room, "host" if own else "assistant", done,
            ))  # fmt: skip
        for school, klass, seq, teacher, room, part, done in rows:
            period = self.bells(lesson.day).get(school.pk, {}).get(seq or 0)
            start, end = (minute(period.starts), minute(period.ends)) if period else common
            yield DayLesson(
                day=lesson.day, school=school, school_class=klass, seq=seq, start=start, end=end,
                subject=course.subject, teacher=teacher, room=room, lesson=lesson, part=part,
                change=done, off=off or self.suspended.why(school, lesson.day, seq),
            )  # fmt: skip


def _placements(term: Term, scope: Scope) -> QuerySet[Placement]:
    helped = Placement.helpers.through.objects.filter(person__in=scope.teachers)
    return Placement.objects.filter(
        scope.placed() | Q(pk__in=helped.values("placement")), term=term, slot=None
    ).select_related("school_class__school", "subject", "teacher", "room")


def _helpers(rows: Iterable[Placement], term: Term) -> dict[int, tuple[Person, ...]]:
    """Who teaches these lessons as well; mostly nobody."""
    links = Placement.helpers.through.objects.filter(placement__term=term)
    wanted = {row.pk for row in rows}
    found: dict[int, tuple[Person, ...]] = {}
    for each in links.select_related("person").order_by("pk"):
        if each.placement_id in wanted:
            found[each.placement_id] = (*found.get(each.placement_id, ()), each.person)
    return found


def _lessons(
    term: Term, days: Collection[date], scope: Scope
) -> list[tuple[Lesson, list[LessonClass]]]:
    rows = (
        Lesson.objects.filter(scope.taught(), course__term=term, day__in=days)
        .exclude(state=Lesson.State.CANCELLED)
        .select_related(
            "course__subject", "course__grade", "course__host_school", "slot", "teacher", "room"
        )
        .order_by("starts_at", "pk")
    )
    sides: dict[int, list[LessonClass]] = defaultdict(list)
    listed = list(rows)
    for each in (
        LessonClass.objects.filter(lesson__in=listed)
        .select_related("school_class__school", "assistant", "room")
        .order_by("side", "pk")
    ):
        sides[each.lesson_id].append(each)
    return [(each, sides[each.pk]) for each in listed]


def day_plan(
    term: Term,
    day: date,
    *,
    classes: Iterable[int] = (),
    teachers: Iterable[int] = (),
    rooms: Iterable[int] = (),
    schools: Iterable[int] = (),
) -> list[DayLesson]:
    """What happens on a day for any of these: changes, joint lessons and suspensions counted in."""
    scope = Scope(frozenset(classes), frozenset(teachers), frozenset(rooms), frozenset(schools))
    return DayBook(term, [day], scope).on(day)


def clashes_on(book: DayBook, day: date, *, travel: int = 0) -> list[tuple[DayLesson, DayLesson]]:
    """Every pair of lessons of a day that hold the same class, teacher or room at once."""
    lines: dict[tuple[Party, int], list[DayLesson]] = defaultdict(list)
    for one in book.on(day):
        if one.held:
            for each in one.parties():
                lines[each].append(one)
    found: list[tuple[DayLesson, DayLesson]] = []
    for (party, _), line in lines.items():
        line.sort(key=lambda one: (one.start, one.end))
        for place, one in enumerate(line):
            for other in line[place + 1 :]:
                pause = travel if party == "teacher" and one.school.pk != other.school.pk else 0
                if other.start >= one.end + pause:
                    continue
                lesson = other.lesson.pk if other.lesson else None
                if not one.shares(party, lesson, other.task, other.start):
                    found.append((one, other))
    return found
