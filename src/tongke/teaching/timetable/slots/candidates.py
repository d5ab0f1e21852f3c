"""Which periods of different schools can be one lesson, before anyone's diary is looked at."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from tongke.teaching.timetable.slots.model import Bell, Course, Problem, Resource, Slot


@dataclass(frozen=True, slots=True)
class Party:
    """The people of a lesson who share one room: the host's side, or one listening room.

    `listeners` are the positions in `Course.listeners` that sit here; empty for the host.
    """

    school: str
    teacher: Resource | None
    classes: tuple[Resource, ...]
    rooms: tuple[Resource, ...]
    listeners: tuple[int, ...] = ()

    @property
    def people(self) -> tuple[Resource, ...]:
        """The classes and the teacher, who have to be here in person."""
        return (*self.classes, self.teacher) if self.teacher else self.classes


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to hold a lesson: a period for each party, and the time they have in common."""

    course: Course
    weekday: int
    parties: tuple[Party, ...]
    bells: tuple[Bell, ...]
    start_minute: int
    end_minute: int

    @property
    def host(self) -> Bell:
        """The period at the delivering school."""
        return self.bells[0]

    @property
    def overlap_minutes(self) -> int:
        """Minutes that all rooms have in common; zero or less when they never meet."""
        return self.end_minute - self.start_minute

    @property
    def shift_minutes(self) -> int:
        """The largest distance of a listener's bell from the host's."""
        host = self.host.start_minute
        return max(abs(bell.start_minute - host) for bell in self.bells)

    def slot(self, rooms: tuple[Resource, ...]) -> Slot:
        """The slot this becomes with a room for each party."""
        bells: dict[int, Bell] = {}
        seats: dict[int, Resource] = {}
        for party, bell, room in zip(self.parties, self.bells, rooms, strict=True):
            for index in party.listeners:
                bells[index], seats[index] = bell, room
        order = range(len(self.course.listeners))
        return Slot(
            course=self.course.key,
            weekday=self.weekday,
            host=self.host,
            listeners=tuple(bells[index] for index in order),
            start_minute=self.start_minute,
            end_minute=self.end_minute,
            host_room=rooms[0],
            listener_rooms=tuple(seats[index] for index in order),
        )


def parties(course: Course) -> tuple[Party, ...]:
    """The host's party and one for each listening room, host first."""
    host_classes = (course.classroom,) if course.classroom else ()
    found = [Party(course.school, course.teacher, host_classes, course.rooms)]
    together: dict[tuple[str, object], list[int]] = defaultdict(list)
    for index, listener in enumerate(course.listeners):
        # Without a named assistant nobody ties two classes to one room.
        tie: object = listener.assistant or index
        together[listener.school, tie].append(index)
    for (school, _), indexes in together.items():
        members = [course.listeners[index] for index in indexes]
        shared = tuple(
            room for room in members[0].rooms if all(room in other.rooms for other in members)
        )
        classes = tuple(member.classroom for member in members)
        found.append(Party(school, members[0].assistant, classes, shared, tuple(indexes)))
    return tuple(found)


def combinations(problem: Problem, course: Course, weekday: int, host: Bell) -> list[Candidate]:
    """All candidates with this host period that keep the course's limits, longest overlap first."""
    return sorted(_walk(problem, course, weekday, host), key=_preference)


def nearest(problem: Problem, course: Course, weekday: int, host: Bell) -> Candidate | None:
    """The candidate nearest to the limits, whether or not it keeps them; None when none meets.

    Each listener's period is chosen by its own overlap with the host's, so the answer costs
    one look at each grid.
    """
    own = parties(course)
    bells = [host]
    for party in own[1:]:
        grid = problem.grid(party.school, weekday)
        best = max(grid, key=lambda bell: _common(host, bell), default=None)
        if best is None or _common(host, best) <= 0:
            return None
        bells.append(best)
    start = max(bell.start_minute for bell in bells)
    end = min(bell.end_minute for bell in bells)
    if start >= end:
        return None
    return Candidate(course, weekday, own, tuple(bells), start, end)


def faults(problem: Problem, course: Course) -> list[str]:
    """Why the course can be held at no time at all, in sentences for the person."""
    found: list[str] = []
    people: dict[Resource, int] = defaultdict(int)
    for party in parties(course):
        school = problem.school_name(party.school)
        if not any(problem.grid(party.school, weekday) for weekday in problem.weekdays):
            found.append(f"{school}还没有作息时间表。")
        if not party.rooms:
            room = "听讲" if party.listeners else "主讲"
            found.append(f"{school}没有可用的{room}教室。")
        for one in party.people:
            people[one] += 1
    for one, count in people.items():
        if count > 1:
            found.append(f"{one.label}在同一节课里被安排了{count}处。")
    return found


def _walk(problem: Problem, course: Course, weekday: int, host: Bell) -> Iterator[Candidate]:
    """All choices of listening periods within the course's limits, cut off as soon as they fail."""
    own = parties(course)
    grids = [problem.grid(party.school, weekday) for party in own[1:]]

    def extend(bells: tuple[Bell, ...], start: int, end: int) -> Iterator[Candidate]:
        if len(bells) == len(own):
            yield Candidate(course, weekday, own, bells, start, end)
            return
        for bell in grids[len(bells) - 1]:
            later, sooner = max(start, bell.start_minute), min(end, bell.end_minute)
            near = abs(bell.start_minute - host.start_minute) <= course.max_start_shift_minutes
            if near and sooner - later >= course.min_overlap_minutes:
                yield from extend((*bells, bell), later, sooner)

    if host.minutes >= course.min_overlap_minutes:
        yield from extend((host,), host.start_minute, host.end_minute)


def _common(one: Bell, other: Bell) -> int:
    starts, ends = (one.start_minute, other.start_minute), (one.end_minute, other.end_minute)
    return min(ends) - max(starts)


def _preference(candidate: Candidate) -> tuple[int, int, tuple[int, ...]]:
    starts = tuple(bell.start_minute for bell in candidate.bells)
    return (-candidate.overlap_minutes, candidate.shift_minutes, starts)
