"""The day of a class at home: its own timetable, period by period, with what stands in.

Computed from the timetable, the emergencies and the library each time it is asked for; what a
teacher chose, and what was written out in advance, comes from the table of stand-ins.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from tongke.core.profile import current
from tongke.engines.library.models import Resource
from tongke.foundation.curriculum.models import Subject, Unit
from tongke.foundation.people.models import Person, SchoolClass
from tongke.teaching.continuity.matching import Match
from tongke.teaching.continuity.models import StandIn
from tongke.teaching.continuity.profile import ContinuityProfile
from tongke.teaching.continuity.queries.modes import Modes
from tongke.teaching.continuity.queries.progress import Progress
from tongke.teaching.continuity.queries.taught import attach, placements_on
from tongke.teaching.continuity.scope import Order
from tongke.teaching.homework.profile import HomeworkProfile
from tongke.teaching.timetable.models import Lesson, Placement, Term
from tongke.teaching.timetable.queries.calendar import (
    Calendar,
    Period,
    bells_on,
    calendar_of,
    moment,
)

_ON = (Lesson.State.PLANNED, Lesson.State.LIVE, Lesson.State.HELD)
Kind = StandIn.Kind


@dataclass
class Part:
    """One period of a class's day, with what stands in for it.

    Attributes:
        order: the emergency that rules the period; None when the class is at school.
        stand_in: kept, or as it would be kept (without an id).
        stale: the kept row that was for another subject, which stood there before.
    """

    school_class: SchoolClass
    day: date
    period: Period
    placement: Placement
    order: Order | None
    stand_in: StandIn
    stale: int | None = None

    @property
    def seq(self) -> int:
        """The number of the period."""
        return self.period.seq

    @property
    def online(self) -> bool:
        """Whether the class is at home then."""
        return self.order is not None

    @property
    def starts_at(self) -> datetime:
        """When it begins on the real clock."""
        return moment(self.day, self.period.starts)

    @property
    def ends_at(self) -> datetime:
        """When it ends on the real clock."""
        return moment(self.day, self.period.ends)


@dataclass
class ClassDay:
    """A class's day; empty when there are no lessons."""

    school_class: SchoolClass
    day: date
    parts: list[Part] = field(default_factory=list)
    note: str = ""

    @property
    def online(self) -> list[Part]:
        """The periods spent at home."""
        return [each for each in self.parts if each.online]

    @property
    def orders(self) -> list[Order]:
        """The emergencies that rule some period of the day, each once."""
        return list({each.order.key: each.order for each in self.parts if each.order}.values())

    @property
    def drill(self) -> bool:
        """Whether the class is at home only for a drill."""
        orders = self.orders
        return bool(orders) and all(each.drill for each in orders)

    @property
    def unsettled(self) -> list[Part]:
        """Periods at home for which a teacher has still to choose."""
        return [each for each in self.online if not each.stand_in.settled]


def class_days(
    classes: Iterable[SchoolClass], day: date, *, everywhere: bool = False
) -> dict[int, ClassDay]:
    """The day of each class, by its id; about twenty queries whatever the number of classes.

    Args:
        classes: with their schools fetched.
        everywhere: find stand-ins for periods at school as well: for pupils who are away.
    """
    listed = list(classes)
    found = {each.pk: ClassDay(each, day) for each in listed}
    by_term: dict[int, list[SchoolClass]] = defaultdict(list)
    terms = {each.pk: each for each in Term.objects.filter(starts_on__lte=day)}
    running = [each for each in terms.values() if day <= each.ends_on]
    for one in listed:
        above = {int(part) for part in one.school.path.split(".") if part}
        term = next((each for each in running if each.region_id in above), None)
        if term is not None:
            by_term[term.pk].append(one)
    for key, members in by_term.items():
        _Builder(terms[key], members, day, everywhere=everywhere).fill(found)
    return found


def class_day(school_class: SchoolClass, day: date, *, everywhere: bool = False) -> ClassDay:
    """The day of one class; its school must be fetched."""
    return class_days([school_class], day, everywhere=everywhere)[school_class.pk]


class _Builder:
    """Everything that the days of some classes of one term are made of."""

    def __init__(
        self, term: Term, classes: Sequence[SchoolClass], day: date, *, everywhere: bool
    ) -> None:
        self.term, self.classes, self.day, self.everywhere = term, classes, day, everywhere
        self.calendar: Calendar = calendar_of(term)
        self.modes = Modes(day, day)
        self.profile = current(ContinuityProfile)
        self.unwritten = {
            grade for grade, most in current(HomeworkProfile).daily_minutes.items() if most == 0
        }

    def fill(self, found: Mapping[int, ClassDay]) -> None:
        """Put the parts of the day into each class's day."""
        special = self.calendar.holidays.get(self.day)
        for each in self.classes:
            found[each.pk].note = special.name if special else ""
        bells = bells_on({each.school_id for each in self.classes}, self.day)
        by_id = {each.pk: each for each in self.classes}
        open_cells = []
        for row in placements_on(self.term, self.classes, self.day):
            one = by_id[row.school_class_id]
            period = bells.get(one.school_id, {}).get(row.seq)
            if period is None:
                continue
            order = self.modes.of(one, self.day, row.seq)
            if order is not None or self.everywhere:
                open_cells.append((one, period, row, order))
            else:
                bare = StandIn(
                    school_class=one, day=self.day, seq=row.seq, subject=row.subject,
                    teacher=row.teacher, kind=Kind.NONE,
                )  # fmt: skip
                found[one.pk].parts.append(Part(one, self.day, period, row, order, bare))
        self._stand_ins(found, open_cells)
        for each in self.classes:
            found[each.pk].parts.sort(key=lambda part: part.seq)

    def _stand_ins(
        self,
        found: Mapping[int, ClassDay],
        cells: Sequence[tuple[SchoolClass, Period, Placement, Order | None]],
    ) -> None:
        if not cells:
            return
        kept = {
            (each.school_class_id, each.seq): each
            for each in StandIn.objects.filter(
                school_class__in={one.pk for one, *_ in cells}, day=self.day
            )
        }
        lessons = self._lessons({row.slot_id for _, _, row, _ in cells if row.slot_id})
        fresh = [cell for cell in cells if not self._holds(kept, cell[0], cell[2])]
        progress = self._progress(fresh)
        for one, period, row, order in cells:
            old = kept.get((one.pk, row.seq))
            if old is not None and self._holds(kept, one, row):
                found[one.pk].parts.append(Part(one, self.day, period, row, order, old))
                continue
            assert progress is not None
            fitting = self._propose(one, row, lessons.get(row.slot_id or 0), progress)
            stale = old.pk if old else None
            found[one.pk].parts.append(Part(one, self.day, period, row, order, fitting, stale))
        attach(
            [each.stand_in for one in found.values() for each in one.parts],
            subject=Subject, teacher=Person, resource=Resource, unit=Unit, lesson=Lesson,
        )  # fmt: skip

    def _progress(
        self, cells: Sequence[tuple[SchoolClass, Period, Placement, Order | None]]
    ) -> Progress | None:
        if not cells:
            return None
        pairs = [(one, row) for one, _, row, _ in cells]
        return Progress(self.term, self.calendar, self.day, pairs)

    def _holds(
        self, kept: Mapping[tuple[int, int], StandIn], one: SchoolClass, row: Placement
    ) -> bool:
        """Whether what is kept for the period still is for the subject that stands there."""
        old = kept.get((one.pk, row.seq))
        return old is not None and old.subject_id == row.subject_id

    def _lessons(self, slots: set[int]) -> dict[int, Lesson]:
        rows = Lesson.objects.filter(slot__in=slots, day=self.day, state__in=_ON)
        return {each.slot_id: each for each in rows.select_related("teacher", "unit")}

    def _propose(
        self, one: SchoolClass, row: Placement, lesson: Lesson | None, progress: Progress
    ) -> StandIn:
        made = StandIn(
            school_class=one, day=self.day, seq=row.seq, subject=row.subject, teacher=row.teacher,
            kind=Kind.NONE, created_at=moment(self.day, datetime.min.time()),
        )  # fmt: skip
        if lesson is not None:
            made.kind, made.lesson, made.unit = Kind.LIVE, lesson, lesson.unit
            made.why = f"联合课照常在线上，主讲 {lesson.teacher.name}"
            made.task = f"准时进入课堂，学习《{lesson.title}》。" if lesson.title else ""
            return made
        task = self.profile.home_tasks.get(row.subject_id)
        if task:
            made.kind, made.task, made.why = Kind.TASK, task, "本学科按居家任务安排"
            return made
        got = progress.match(one, row, self.profile.practice_items)
        if got is None:
            made.why = "课程目录里没有本学科本年级的教材"
            made.task = f"先预习{row.subject.name}课本，等老师安排。"
            return made
        made.kind, made.unit_id, made.resource_id = Kind(got.kind), got.unit, got.resource
        made.why, made.task = got.why, _task(got)
        if one.grade_code not in self.unwritten:
            made.items = list(got.items)
        elif made.kind == Kind.PRACTICE:
            made.kind = Kind.NONE
        return made


def _task(got: Match) -> str:
    about = f"，想一想：{got.point}" if got.point else ""
    return f"读课本“{got.unit_title}”{about}。"
