"""A lesson of one day, a time at a school, and which lessons a question is about."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from django.db.models import Q

from tongke.foundation.campus.models import Room
from tongke.foundation.curriculum.models import Subject
from tongke.foundation.people.models import Organisation, Person, SchoolClass
from tongke.teaching.timetable.models import DayChange, Lesson, LessonClass
from tongke.teaching.timetable.queries.calendar import clock_time, day_name, moment

Party = Literal["class", "teacher", "room"]


def own_key(klass: int | None, day: date, seq: int | None) -> str:
    """The key of an ordinary lesson; see `DayLesson.key`."""
    return f"c{klass}-{day.isoformat()}-{seq}"


def host_key(lesson: int | None) -> str:
    """The key of the delivering side of a joint lesson."""
    return f"h{lesson}"


def assistant_key(lesson: int | None, klass: int | None) -> str:
    """The key of a listening class of a joint lesson."""
    return f"a{lesson}-{klass}"


@dataclass(frozen=True, kw_only=True)
class DayLesson:
    """One lesson of one day as one class has it, or the delivering side of a studio lesson.

    Attributes:
        start, end: minutes after midnight, by the bells of its own school.
        part: empty for an ordinary lesson; ``host`` or ``assistant`` for the side of a joint one.
        change: what was changed for this day, if anything.
        off: why it does not take place; empty when it does.
        task: the teaching task; classes of one task at one time share the lesson (合班).
        helpers: who teaches it as well.
    """

    day: date
    school: Organisation
    school_class: SchoolClass | None
    seq: int | None
    start: int
    end: int
    subject: Subject
    teacher: Person | None
    room: Room | None
    lesson: Lesson | None = None
    part: str = ""
    change: DayChange | None = None
    off: str = ""
    task: int | None = None
    helpers: tuple[Person, ...] = ()

    @property
    def key(self) -> str:
        """Names the lesson in addresses and forms: ``c12-2026-11-23-3``, ``h7``, ``a7-12``."""
        if self.lesson is None:
            return own_key(self.class_id, self.day, self.seq)
        if self.part == "host":
            return host_key(self.lesson.pk)
        return assistant_key(self.lesson.pk, self.class_id)

    @property
    def class_id(self) -> int | None:
        """The class, if there is one."""
        return self.school_class.pk if self.school_class else None

    @property
    def held(self) -> bool:
        """Whether it takes place."""
        return not self.off

    @property
    def clock(self) -> str:
        """08:30–09:10."""
        return "–".join(f"{at // 60:02d}:{at % 60:02d}" for at in (self.start, self.end))

    @property
    def name(self) -> str:
        """五年级（2）班音乐."""
        return f"{self.school_class.name if self.school_class else ''}{self.subject.name}"

    @property
    def when(self) -> str:
        """11月23日（周一）第 3 节."""
        period = f"第 {self.seq} 节" if self.seq else self.clock
        return f"{day_name(self.day)}{period}"

    @property
    def starts_at(self) -> datetime:
        """When it begins."""
        return moment(self.day, clock_time(self.start))

    def parties(self) -> Iterator[tuple[Party, int]]:
        """Whom and what it holds while it lasts."""
        if self.school_class is not None:
            yield "class", self.school_class.pk
        if self.teacher is not None:
            yield "teacher", self.teacher.pk
        if self.room is not None:
            yield "room", self.room.pk
        for each in self.helpers:
            yield "teacher", each.pk

    def shares(self, party: Party, lesson: int | None, task: int | None, start: int) -> bool:
        """Whether it is the same lesson as one at `start`: joint, or of combined classes."""
        if lesson is not None and self.lesson is not None and self.lesson.pk == lesson:
            return True
        return party != "class" and task is not None and (self.task, self.start) == (task, start)


@dataclass(frozen=True)
class Scope:
    """Which lessons a book is about: those that touch any of these."""

    classes: frozenset[int] = frozenset()
    teachers: frozenset[int] = frozenset()
    rooms: frozenset[int] = frozenset()
    schools: frozenset[int] = frozenset()

    def holds(self, one: DayLesson) -> bool:
        """Whether a lesson touches any of these."""
        return (
            one.class_id in self.classes
            or (one.teacher is not None and one.teacher.pk in self.teachers)
            or any(each.pk in self.teachers for each in one.helpers)
            or (one.room is not None and one.room.pk in self.rooms)
            or one.school.pk in self.schools
        )

    def placed(self) -> Q:
        """The same as a condition on placements and changes."""
        return (
            Q(school_class__in=self.classes) | Q(teacher__in=self.teachers)
            | Q(room__in=self.rooms) | Q(school_class__school__in=self.schools)
        )  # fmt: skip

    def taught(self) -> Q:
        """The same as a condition on joint lessons."""
        sides = LessonClass.objects.filter(
            Q(school_class__in=self.classes) | Q(assistant__in=self.teachers)
            | Q(room__in=self.rooms) | Q(school_class__school__in=self.schools)
        )  # fmt: skip
        return (
            Q(pk__in=sides.values("lesson")) | Q(teacher__in=self.teachers)
            | Q(room__in=self.rooms) | Q(course__host_school__in=self.schools)
        )  # fmt: skip


@dataclass(frozen=True)
class Slot:
    """A time at a school: minutes of a day; `lesson` is a joint lesson whose sides may meet."""

    day: date
    start: int
    end: int
    school: int
    lesson: int | None = None
    task: int | None = None


def slot_of(one: DayLesson) -> Slot:
    """Where a lesson lies."""
    lesson = one.lesson.pk if one.lesson else None
    return Slot(one.day, one.start, one.end, one.school.pk, lesson, one.task)
