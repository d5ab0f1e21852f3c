"""Who is taken when, on the real clock: placements through each school's own bells."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from django.db.models import Q, QuerySet

from tongke.foundation.people.models import Person
from tongke.teaching.timetable.models import Course, CourseSlot, Placement, Term
from tongke.teaching.timetable.queries.calendar import Bells, Period, bells_on, minute

Kind = Literal["class", "teacher", "room"]


@dataclass(frozen=True, slots=True)
class Hold:
    """A class, teacher or room held for one period of the week, in minutes after midnight.

    `joint` is the course slot it belongs to; what shares a slot shares the lesson, and so does
    what shares a `task` and begins at the same time (合班). Odd and even `weeks` never meet.
    """

    kind: Kind
    key: int
    weekday: int
    start: int
    end: int
    label: str
    joint: int | None
    placement: int | None
    task: int | None = None
    weeks: str = "all"

    def same_lesson(self, other: "Hold") -> bool:
        """Whether both hold for one lesson, or never in the same week."""
        if self.joint is not None and self.joint == other.joint:
            return True
        if "all" not in (self.weeks, other.weeks) and self.weeks != other.weeks:
            return True
        together = self.task is not None and self.task == other.task
        return together and self.kind != "class" and self.start == other.start


def placements_of(
    term: Term,
    *,
    classes: Collection[int] = (),
    teachers: Collection[int] = (),
    rooms: Collection[int] = (),
) -> QuerySet[Placement]:
    """The placements that touch any of these; ready for `holds`."""
    touched = Q(school_class__in=classes) | Q(teacher__in=teachers) | Q(room__in=rooms)
    helped = Placement.helpers.through.objects.filter(person__in=teachers)
    touched |= Q(pk__in=helped.values("placement"))
    return _with_helpers(Placement.objects.filter(touched, term=term))


def _with_helpers(rows: QuerySet[Placement]) -> QuerySet[Placement]:
    return (
        rows.select_related("school_class", "subject")
        .prefetch_related("helpers")
        .order_by("weekday", "seq", "pk")
    )


def holds(rows: Iterable[Placement], bells: Bells) -> Iterator[Hold]:
    """What each placement holds; one whose school has no such period holds nothing."""
    for row in rows:
        period = bells.get(row.school_class.school_id, {}).get(row.seq)
        if period is None:
            continue
        start, end = minute(period.starts), minute(period.ends)
        taught = f"{row.school_class.name}{row.subject.name}"
        parties: tuple[tuple[Kind, int | None, str], ...] = (
            ("class", row.school_class_id, row.subject.name),
            ("teacher", row.teacher_id, taught),
            ("room", row.room_id, taught),
            *(("teacher", each.pk, taught) for each in _helpers(row)),
        )
        for kind, key, label in parties:
            if key is not None:
                yield Hold(
                    kind, key, row.weekday, start, end, label, row.slot_id, row.pk, row.task_id,
                    row.weeks,
                )  # fmt: skip


def _helpers(row: Placement) -> list[Person]:
    """Who teaches it as well; a row that is not saved has nobody yet."""
    return list(row.helpers.all()) if row.pk else []


def studio_slots(term: Term) -> QuerySet[CourseSlot]:
    """Slots that no placement tells of: delivered without a class of the host, or by the clock."""
    return CourseSlot.objects.filter(
        Q(course__host_class=None) | Q(seq=None),
        course__term=term, course__state=Course.State.PUBLISHED,
    ).select_related("course__subject", "course__grade")  # fmt: skip


def studio_holds(slots: Iterable[CourseSlot], bells: Bells) -> Iterator[Hold]:
    """The delivering teacher and room of each studio slot."""
    for slot in slots:
        course = slot.course
        by_clock = Period(0, slot.starts, slot.ends) if slot.seq is None else None
        period = by_clock or bells.get(course.host_school_id, {}).get(slot.seq or 0)
        if period is None:
            continue
        start, end = minute(period.starts), minute(period.ends)
        parties: tuple[tuple[Kind, int | None], ...] = (
            ("teacher", course.host_teacher_id),
            ("room", slot.room_id),
        )
        for kind, key in parties:
            if key is not None:
                label = f"{course}（主讲）"
                yield Hold(kind, key, slot.weekday, start, end, label, slot.pk, None)


def all_holds(
    term: Term,
    day: date,
    *,
    classes: Collection[int] = (),
    teachers: Collection[int] = (),
    rooms: Collection[int] = (),
    leave_out: Collection[int] = (),
) -> list[Hold]:
    """Everything that holds these classes, teachers and rooms in a week like that of `day`.

    Args:
        leave_out: placements to think away.
    """
    rows = [
        row
        for row in placements_of(term, classes=classes, teachers=teachers, rooms=rooms)
        if row.pk not in leave_out
    ]
    slots = list(
        studio_slots(term).filter(Q(course__host_teacher__in=teachers) | Q(room__in=rooms))
    )
    schools = {row.school_class.school_id for row in rows}
    bells = bells_on(schools | {slot.course.host_school_id for slot in slots}, day)
    wanted = {"class": set(classes), "teacher": set(teachers), "room": set(rooms)}
    found = [*holds(rows, bells), *studio_holds(slots, bells)]
    return [each for each in found if each.key in wanted[each.kind]]


@dataclass(frozen=True, slots=True)
class Clash:
    """Two different lessons that hold the same class, teacher or room at once."""

    one: Hold
    other: Hold

    @property
    def pair(self) -> tuple[object, ...]:
        """Which lessons meet over whom, whatever the bells; equal before and after a change."""
        ends = sorted((each.placement or 0, each.joint or 0) for each in (self.one, self.other))
        return (self.one.kind, self.one.key, *ends)


def clashes(found: Iterable[Hold]) -> list[Clash]:
    """Every pair of holds that meet on the clock and are not the same joint lesson."""
    lines: dict[tuple[Kind, int, int], list[Hold]] = {}
    for each in found:
        lines.setdefault((each.kind, each.key, each.weekday), []).append(each)
    pairs: list[Clash] = []
    for line in lines.values():
        line.sort(key=lambda each: (each.start, each.end))
        for index, one in enumerate(line):
            for other in line[index + 1 :]:
                if other.start >= one.end:
                    break
                if not one.same_lesson(other):
                    pairs.append(Clash(one, other))
    return pairs


def term_clashes(term: Term, day: date, schools: Collection[int] | None = None) -> list[Clash]:
    """Every clash in the term's week as it rings on `day`.

    Args:
        schools: only clashes of people, classes and rooms that have a lesson at one of these;
            None looks at the whole region.
    """
    rows = list(_with_helpers(Placement.objects.filter(term=term)))
    slots = list(studio_slots(term))
    at = {row.school_class.school_id for row in rows} | {s.course.host_school_id for s in slots}
    bells = bells_on(at, day)
    found = [*holds(rows, bells), *studio_holds(slots, bells)]
    if schools is not None:
        here = [row for row in rows if row.school_class.school_id in schools]
        mine = {(each.kind, each.key) for each in holds(here, bells)}
        found = [each for each in found if (each.kind, each.key) in mine]
    return clashes(found)
