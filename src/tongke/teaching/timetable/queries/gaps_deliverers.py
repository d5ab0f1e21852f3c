"""Who could deliver what a class lacks: qualified, with capacity, an equipped room, common time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from tongke.core.profile import current
from tongke.engines.communities import queries as communities
from tongke.engines.communities.models import Membership
from tongke.foundation.campus.models import Room
from tongke.foundation.curriculum.models import Grade, Textbook
from tongke.foundation.people.models import Appointment, Organisation, Person, SchoolClass
from tongke.foundation.people.roles import Role
from tongke.teaching.timetable.models import Course, Term
from tongke.teaching.timetable.profile import TimetableProfile
from tongke.teaching.timetable.queries.calendar import (
    SCHOOL_DAYS,
    Period,
    bells_on,
    minute,
    on,
    weekday_name,
)
from tongke.teaching.timetable.queries.clock import Hold, all_holds
from tongke.teaching.timetable.queries.courses import Load, loads
from tongke.teaching.timetable.queries.gaps import Gap, may_teach, qualified_teachers

_SHOWN = 3


@dataclass(frozen=True)
class Deliverer:
    """A teacher who could deliver, and the time their school and the class have in common.

    Attributes:
        partner: whether the school leads a consortium of the class's school.
        textbook: whether both schools teach from the same edition; None where it is not known.
        slots: weekly periods in which everybody and a room are free.
        times: the first of them in words.
    """

    person: Person
    school: Organisation
    load: Load
    room: Room
    partner: bool
    textbook: bool | None
    slots: int
    times: tuple[str, ...]

    @property
    def reason(self) -> str:
        """Why they stand where they stand."""
        told = ["本共同体中心校" if self.partner else "其他共同体中心校"]
        if self.textbook is not None:
            told.append("教材版本相同" if self.textbook else "教材版本不同")
        told.append(f"每周已有 {self.load.teaching} 节，其中主讲 {self.load.delivered} 节")
        told.append(f"共同空闲 {self.slots} 节")
        return "，".join(told)


def deliverers(gap: Gap, term: Term, day: date) -> list[Deliverer]:
    """Everybody who could take a gap on, best first; queries do not grow with their number.

    In front are centres of the class's own consortium, then the same textbook, then more common
    periods, then the lighter load.
    """
    profile = current(TimetableProfile)
    school_class, school = gap.school_class, gap.school_class.school
    stage = dict(Grade.objects.values_list("code", "stage_code")).get(school_class.grade_code, "")
    rooms = _rooms(school, day)
    staff = _staff(gap, rooms, day, stage)
    teachers = [person.pk for person, _ in staff]
    found = loads(term, teachers)
    able = [
        (person, where) for person, where in staff
        if found[person.pk].teaching + gap.periods <= profile.max_teaching_periods
        and found[person.pk].delivered + gap.periods <= profile.max_delivered_periods
    ]  # fmt: skip
    own = {
        each.organisation_id for group in communities.consortia_of(school, day)
        for each in communities.members(group, day) if each.side == Membership.Side.CENTRE
    }  # fmt: skip
    times = _Times(gap, term, day, [person.pk for person, _ in able], rooms)
    books = _Books(gap, term)
    made = []
    for person, where in able:
        common = times.of(person.pk, where.pk)
        if common and len(common) >= gap.periods:
            words = tuple(
                f"{weekday_name(weekday)}第 {period.seq} 节" for weekday, period in common[:_SHOWN]
            )
            made.append(
                Deliverer(
                    person, where, found[person.pk], rooms[where.pk][0], where.pk in own,
                    books.same(where.pk), len(common), words,
                )
            )  # fmt: skip
    return sorted(
        made,
        key=lambda one: (
            not one.partner, one.textbook is not True, -one.slots, one.load.teaching,
            one.person.name, one.person.pk,
        ),
    )  # fmt: skip


def _rooms(school: Organisation, day: date) -> dict[int, list[Room]]:
    """Rooms that can deliver, by school, the best line first; of centres in the same region."""
    top = school.path.split(".")[0] + "."
    leading = Membership.objects.filter(
        on(day), side=Membership.Side.CENTRE, community__kind=communities.CONSORTIUM,
        organisation__path__startswith=top,
    ).exclude(organisation=school)  # fmt: skip
    rows = Room.objects.filter(can_deliver=True, school__in=leading.values("organisation"))
    found: dict[int, list[Room]] = {}
    for each in rows.exclude(retired_on__lte=day).order_by("-line_mbps", "name"):
        found.setdefault(each.school_id, []).append(each)
    return found


def _staff(
    gap: Gap, rooms: Mapping[int, list[Room]], day: date, stage: str
) -> list[tuple[Person, Organisation]]:
    held = Appointment.objects.filter(on(day), organisation__in=rooms, role=Role.TEACHER)
    known = qualified_teachers({gap.subject.pk}, day)
    people: dict[int, tuple[Person, Organisation]] = {}
    for each in held.select_related("person", "organisation").order_by("pk"):
        if may_teach(known, each.person_id, gap.subject.pk, stage):
            people.setdefault(each.person_id, (each.person, each.organisation))
    return list(people.values())


class _Times:
    """The weekly periods that a class and those who might deliver to it have in common."""

    def __init__(
        self, gap: Gap, term: Term, day: date, teachers: list[int],
        rooms: Mapping[int, list[Room]],
    ) -> None:  # fmt: skip
        self.profile, self.rooms = current(TimetableProfile), rooms
        school = gap.school_class.school_id
        self.bells = bells_on([school, *rooms], day)
        self.own = list(self.bells.get(school, {}).values())
        subject = gap.subject.name
        # What the class has of the subject itself gives way to the delivered lesson; so does
        # what the teacher gives a class of the same grade: it becomes the delivering class.
        grade = SchoolClass.objects.filter(
            school__in=rooms, grade_code=gap.school_class.grade_code, closed_on=None
        )
        gives_way = {f"{name}{subject}" for name in grade.values_list("name", flat=True)}
        every = [room.pk for listed in rooms.values() for room in listed]
        self.holds: dict[tuple[str, int, int], list[Hold]] = {}
        for each in all_holds(
            term, day, classes=[gap.school_class.pk], teachers=teachers, rooms=every
        ):
            if each.joint is None and each.kind == "class" and each.label == subject:
                continue
            if each.joint is None and each.kind == "teacher" and each.label in gives_way:
                continue
            self.holds.setdefault((each.kind, each.key, each.weekday), []).append(each)
        self.klass = gap.school_class.pk

    def of(self, teacher: int, school: int) -> list[tuple[int, Period]]:
        """The weekdays and periods of a school in which everybody and a room are free."""
        return [
            (weekday, period)
            for weekday in SCHOOL_DAYS
            for period in self.bells.get(school, {}).values()
            if self._free("teacher", teacher, weekday, period)
            and any(self._free("room", room.pk, weekday, period) for room in self.rooms[school])
            and self._heard(weekday, period)
        ]

    def _heard(self, weekday: int, host: Period) -> bool:
        """Whether the class has a free period that lies over the host's long enough."""
        starts, ends = minute(host.starts), minute(host.ends)
        for each in self.own:
            common = min(ends, minute(each.ends)) - max(starts, minute(each.starts))
            shift = abs(starts - minute(each.starts))
            fits = common >= self.profile.min_overlap_minutes
            fits = fits and shift <= self.profile.max_start_shift_minutes
            if fits and self._free("class", self.klass, weekday, each):
                return True
        return False

    def _free(self, kind: str, key: int, weekday: int, period: Period) -> bool:
        starts, ends = minute(period.starts), minute(period.ends)
        held: Iterable[Hold] = self.holds.get((kind, key, weekday), ())
        return not any(each.start < ends and starts < each.end for each in held)


class _Books:
    """From which editions schools teach a subject, as far as their joint courses tell."""

    def __init__(self, gap: Gap, term: Term) -> None:
        editions = Textbook.objects.filter(
            subject=gap.subject, grade=gap.school_class.grade_code
        ).values_list("edition", flat=True)
        self.only = len(set(editions)) == 1
        self.of: dict[int, set[str]] = {}
        rows = Course.objects.filter(term=term, subject=gap.subject).exclude(textbook=None)
        for host, heard, edition in rows.values_list(
            "host_school", "listeners__school_class__school", "textbook__edition"
        ):
            for school in (host, heard):
                if school is not None and edition:
                    self.of.setdefault(school, set()).add(edition)
        self.own = self.of.get(gap.school_class.school_id, set())

    def same(self, school: int) -> bool | None:
        """Whether a school teaches from the class's edition; None where nobody knows."""
        if self.only:
            return True
        theirs = self.of.get(school, set())
        return bool(theirs & self.own) if theirs and self.own else None
