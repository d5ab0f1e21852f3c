"""What can be done for a lesson without its teacher: who may substitute, what it may change
places with, when it can be made up; each with the reason for its rank.

Ranks are explained in docs/guide/changes.md. Nothing is written here: an offer is a proposal, and
is looked for again, on the clock, when somebody takes it.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property

from django.db.models import Count

from tongke.core.profile import current
from tongke.foundation.curriculum.models import Grade
from tongke.foundation.people.models import Organisation, Person, SchoolClass
from tongke.teaching.timetable.models import (
    Absence,
    DayChange,
    LessonClass,
    Listener,
    Placement,
)
from tongke.teaching.timetable.profile import TimetableProfile
from tongke.teaching.timetable.queries.calendar import day_name, minute
from tongke.teaching.timetable.queries.changes_away import AwayBook, broken_by, days_of
from tongke.teaching.timetable.queries.changes_day import DayBook, DayLesson, Scope, Slot, slot_of
from tongke.teaching.timetable.queries.changes_offer import Offer, Offers
from tongke.teaching.timetable.queries.changes_offers_joint import joint_make_ups
from tongke.teaching.timetable.queries.changes_people import sides_of, staff_of
from tongke.teaching.timetable.queries.gaps import may_teach, qualified_teachers

__all__ = ["Desk", "Offer", "Offers", "plan_all"]

Kind = DayChange.Kind


@dataclass
class Desk:
    """The desk on which the lessons of one absence are arranged.

    Attributes:
        at: now. What lies before it can be noted down, but nothing is proposed for it.
    """

    absence: Absence
    at: datetime
    lessons: list[DayLesson] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Read the week of everybody who might be asked."""
        self.term = self.absence.term
        self.profile = current(TimetableProfile)
        self.lessons = broken_by(self.absence)
        self.sides = sides_of(each.lesson for each in self.lessons if each.lesson)
        classes = {each.class_id for each in self.lessons if each.class_id}
        classes |= {one.school_class_id for rows in self.sides.values() for one in rows}
        placed = Placement.objects.filter(term=self.term, school_class__in=classes)
        pairs = set(placed.values_list("school_class", "teacher", "room"))
        self.staff = staff_of({each.school.pk: each.school for each in self.lessons}, self._first())
        people = {pk for listed in self.staff.values() for pk in listed}
        teachers = people | {pair[1] for pair in pairs if pair[1]} | {self.absence.teacher_id}
        teachers |= {
            one.assistant_id for rows in self.sides.values() for one in rows if one.assistant_id
        }
        rooms = {pair[2] for pair in pairs if pair[2]}
        rooms |= {each.room.pk for each in self.lessons if each.room}
        rooms |= {one.room_id for rows in self.sides.values() for one in rows if one.room_id}
        self._known = {(klass, who) for klass, who, _ in pairs if who}
        days = self._window()
        self.book = DayBook(
            self.term, days, Scope(frozenset(classes), frozenset(teachers), frozenset(rooms))
        )
        self.away = AwayBook(self.term, days, more=[self.absence])
        self.teachers = teachers

    def _first(self) -> date:
        return self.lessons[0].day if self.lessons else self.absence.since

    def _window(self) -> list[date]:
        """The weeks of the absence, and the days in which its lessons may be made up."""
        listed = days_of(self.absence) or [self.absence.since]
        first = listed[0] - timedelta(days=listed[0].weekday())
        last = listed[-1] + timedelta(days=max(7, self.profile.make_up_days))
        last = min(last, self.term.ends_on)
        return [first + timedelta(days=n) for n in range((last - first).days + 1)]

    @cached_property
    def _able(self) -> dict[tuple[int, str], set[str]]:
        return qualified_teachers({each.subject.pk for each in self.lessons}, self._first())

    @cached_property
    def _stages(self) -> dict[str, str]:
        return dict(Grade.objects.values_list("code", "stage_code"))

    @cached_property
    def _homerooms(self) -> dict[int, int | None]:
        classes = {each.class_id for each in self.lessons if each.class_id}
        rows = SchoolClass.objects.filter(pk__in=classes)
        return dict(rows.values_list("pk", "homeroom_teacher"))

    @cached_property
    def _helpers(self) -> set[tuple[int, int]]:
        rows = Listener.objects.filter(course__term=self.term, assistant__in=self.teachers)
        return {(klass, who) for klass, who in rows.values_list("school_class", "assistant") if who}

    @cached_property
    def _served(self) -> Counter[int]:
        """How often each has substituted this term."""
        rows = DayChange.objects.filter(
            term=self.term, kind=Kind.SUBSTITUTE, state__in=DayChange.STANDING,
            teacher__in=self.teachers,
        ).order_by()  # fmt: skip
        return Counter(dict(rows.values_list("teacher").annotate(Count("pk"))))

    @cached_property
    def _weeks(self) -> dict[date, Counter[int]]:
        """Lessons of each teacher in each week of the book, by its Monday."""
        weeks: dict[date, Counter[int]] = defaultdict(Counter)
        for day in self.book.days:
            for one in self.book.on(day):
                if one.held and one.teacher is not None:
                    weeks[day - timedelta(days=day.weekday())][one.teacher.pk] += 1
        return weeks

    def offers(self, one: DayLesson) -> Offers:
        """Every way to settle a lesson as the book stands now."""
        if one.part == "assistant":
            return Offers(one, self._substitutes(one))
        if one.part == "host":
            found = [each for each in self._substitutes(one) if each.good]
            return Offers(one, found, (), list(joint_make_ups(self, one)))
        return Offers(
            one, self._substitutes(one), list(self._swaps(one)), list(self._make_ups(one))
        )

    def past(self, one: DayLesson) -> bool:
        """Whether a lesson has begun: who stood in can be noted, not chosen."""
        return one.starts_at <= self.at

    def free(self, who: int, slot: Slot, skip: Collection[DayLesson] = ()) -> bool:
        """Whether a teacher is there, has no lesson, and can come from where the last one was."""
        if self.away.at(who, slot.day, slot.start, slot.end) is not None:
            return False
        travel = self.profile.travel_minutes
        return self.book.blocking("teacher", who, slot, travel=travel, skip=skip) is None

    def _able_for(self, who: int, one: DayLesson) -> bool:
        stage = ""
        if one.school_class is not None:
            stage = self._stages.get(one.school_class.grade_code, "")
        elif one.lesson is not None:
            stage = one.lesson.course.grade.stage_code
        return may_teach(self._able, who, one.subject.pk, stage)

    def _substitutes(self, one: DayLesson) -> list[Offer]:
        found: list[tuple[tuple[object, ...], Offer]] = []
        slot = slot_of(one)
        for pk, (person, school) in self.staff.get(one.school.pk, {}).items():
            if pk == self.absence.teacher_id or not self.free(pk, slot, (one,)):
                continue
            offer, over = self._substitute(one, person, school)
            order = (over, -offer.rank, person.name, pk)
            found.append((order, offer))
        return [offer for _, offer in sorted(found, key=lambda each: each[0])]

    def _substitute(
        self, one: DayLesson, person: Person, school: Organisation
    ) -> tuple[Offer, bool]:
        """The offer, and whether it takes the person over the weekly limit."""
        profile, told = self.profile, []
        able = one.part == "assistant" or self._able_for(person.pk, one)
        pair = (one.class_id or 0, person.pk)
        homeroom = self._homerooms.get(one.class_id or 0) == person.pk
        knows = homeroom or pair in self._known or pair in self._helpers
        week = self._weeks[one.day - timedelta(days=one.day.weekday())][person.pk]
        served = self._served[person.pk]
        rank = profile.substitute_subject_points * able + profile.substitute_class_points * knows
        rank -= profile.substitute_period_points * week + profile.substitute_term_points * served
        if one.part != "assistant":
            told.append("同学科" if able else "非本学科，看班自习")
        if knows:
            told.append("本班班主任" if homeroom else "教本班")
        told.append(f"本周 {week} 节，本学期代课 {served} 次")
        over = week + 1 > profile.max_teaching_periods
        if over:
            told.append(f"超过每周 {profile.max_teaching_periods} 节")
        if school.pk != one.school.pk:
            rank -= profile.substitute_class_points
            told.append(f"从{school.short_name}过来")
        offer = Offer(
            token=f"sub:{person.pk}", kind=Kind.SUBSTITUTE, title=f"{person.name}代课",
            reason="，".join(told), rank=rank, good=able, teacher=person,
        )  # fmt: skip
        return offer, over

    def _swaps(self, one: DayLesson) -> Iterator[Offer]:
        """Lessons of the same class in the same week whose teacher can change places."""
        if self._combined(one) or self.past(one):
            return
        monday = one.day - timedelta(days=one.day.weekday())
        here = slot_of(one)
        week = [monday + timedelta(days=n) for n in range(7)]
        rows = [
            other
            for day in week
            if day in self.book.days
            for other in self.book.of("class", one.class_id or 0, day)
            if self._may_swap(one, here, other)
        ]
        rows.sort(key=lambda other: (abs((other.day - one.day).days), other.day, other.start))
        for place, other in enumerate(rows):
            assert other.teacher is not None
            yield Offer(
                token=f"swap:{other.day.isoformat()}:{other.seq}", kind=Kind.SWAP,
                title=f"与{day_name(other.day)}第 {other.seq} 节{other.subject.name}对调",
                reason=f"{other.teacher.name}和{self.absence.teacher.name}两边都有空，"
                + ("当天调完" if other.day == one.day else "本周内调完"),
                rank=-place, other=other, teacher=other.teacher,
            )  # fmt: skip

    def _combined(self, one: DayLesson) -> bool:
        """Whether several classes or teachers share the lesson: it moves for all or for none."""
        if one.helpers:
            return True
        held = self.book.of("teacher", one.teacher.pk, one.day) if one.teacher else []
        return any(
            each.task is not None and each.key != one.key
            and (each.task, each.start) == (one.task, one.start)
            for each in held
        )  # fmt: skip

    def _may_swap(self, one: DayLesson, here: Slot, other: DayLesson) -> bool:
        if other.part or other.change or one.change or other.teacher is None:
            return False
        if other.teacher.pk == self.absence.teacher_id or other.starts_at <= self.at:
            return False
        if self._combined(other):
            return False
        there = slot_of(other)
        both = (one, other)
        if not self.free(self.absence.teacher_id, there, both):
            return False
        return self.free(other.teacher.pk, here, both) and all(
            room is None or self.book.blocking("room", room.pk, slot, skip=both) is None
            for room, slot in ((one.room, there), (other.room, here))
        )

    def later(self, one: DayLesson) -> list[date]:
        """The days after a lesson on which it may be made up."""
        first, most = max(one.day, self.at.date()), self.profile.make_up_days
        listed = (first + timedelta(days=n) for n in range(1, most + 1))
        return [day for day in listed if day in self.book.days]

    def open_periods(self, school: Organisation, day: date) -> list[tuple[int, Slot]]:
        """The periods of a school on a day that has lessons there."""
        if self.book.suspended.plan_of(school, day) is None:
            return []
        return [
            (seq, Slot(day, minute(each.starts), minute(each.ends), school.pk))
            for seq, each in self.book.bells(day).get(school.pk, {}).items()
            if not self.book.suspended.why(school, day, seq)
        ]

    def empty(self, klass: int, seq: int, slot: Slot) -> bool:
        """Whether a class has nothing at all in a period, not even a lesson called off."""
        if (klass, slot.day, seq) in self.book.changes:
            return False
        return self.book.blocking("class", klass, slot) is None

    def _make_ups(self, one: DayLesson) -> Iterator[Offer]:
        """Empty periods of the class after the absence in which its own teacher is free."""
        if self._combined(one):
            return
        klass, who = one.class_id or 0, self.absence.teacher_id
        for day in self.later(one):
            for seq, slot in self.open_periods(one.school, day):
                room = one.room
                if (
                    self.empty(klass, seq, slot)
                    and self.free(who, slot)
                    and (room is None or self.book.blocking("room", room.pk, slot) is None)
                ):
                    yield Offer(
                        token=f"move:{day.isoformat()}:{seq}", kind=Kind.MAKE_UP,
                        title=f"{day_name(day)}第 {seq} 节补课",
                        reason=f"本班这一节没有课，{self.absence.teacher.name}有空",
                        slot=slot, seq=seq, teacher=self.absence.teacher,
                    )  # fmt: skip

    def take(self, one: DayLesson, offer: Offer | None) -> None:
        """Think an offer through: the lessons after it are judged as if it were done."""
        self.book.drop(one)
        if offer is None:
            return
        if offer.kind == Kind.SUBSTITUTE:
            self.book.put(replace(one, teacher=offer.teacher))
            assert offer.teacher is not None
            self._served[offer.teacher.pk] += 1
            self._weeks[one.day - timedelta(days=one.day.weekday())][offer.teacher.pk] += 1
        elif offer.kind == Kind.SWAP:
            assert offer.other is not None
            other = offer.other
            self.book.drop(other)
            self.book.put(_moved(other, one))
            self.book.put(_moved(one, other))
        elif offer.slot is not None:
            slot = offer.slot
            self.book.put(replace(one, day=slot.day, seq=offer.seq, start=slot.start, end=slot.end))
            for side, seq in offer.sides:
                if side.side != LessonClass.Side.HOST:
                    self.book.put(replace(
                        one, day=slot.day, seq=seq, start=slot.start, end=slot.end,
                        school=side.school_class.school, school_class=side.school_class,
                        teacher=side.assistant, room=side.room, part="assistant",
                    ))  # fmt: skip


def _moved(what: DayLesson, where: DayLesson) -> DayLesson:
    """A lesson in the place of another of its class; never to be swapped a second time."""
    return replace(
        what,
        day=where.day,
        seq=where.seq,
        start=where.start,
        end=where.end,
        change=DayChange(),
        task=None,
    )


def plan_all(desk: Desk) -> list[tuple[DayLesson, Offers, Offer | None]]:
    """The best offer for each lesson of a desk, one after the other, none in the other's way."""
    found = []
    for one in list(desk.lessons):
        offers = desk.offers(one)
        best = None if desk.past(one) else offers.best
        if best is not None:
            desk.take(one, best)
        found.append((one, offers, best))
    return found
