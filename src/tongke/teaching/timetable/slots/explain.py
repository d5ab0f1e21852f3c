"""Where a course may go in the week, and, for every other period, why it may not."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from tongke.teaching.timetable.slots.candidates import (
    Candidate,
    Party,
    combinations,
    nearest,
    parties,
)
from tongke.teaching.timetable.slots.model import (
    Bell,
    Busy,
    Course,
    Problem,
    Resource,
    Slot,
    slot_name,
)

BlockerKind = Literal["class", "teacher", "room", "overlap", "shift", "day"]


@dataclass(frozen=True, slots=True)
class Blocker:
    """One thing that keeps a course from a period.

    Args:
        kind: what stands in the way: a class, a teacher, all rooms of one side, too little time
            in common, bells too far apart, or a lesson of the same course that day.
        who: whom it is counted under: a name of a class, teacher, or of a school's rooms.
        text: a clause for the person, without a full stop.
        resource: the class or teacher; None for the other kinds.
        busy: the entries that take the resource, or for rooms one per room at least.
        minutes: for overlap and shift: how many minutes there are.
    """

    kind: BlockerKind
    who: str
    text: str
    resource: Resource | None = None
    busy: tuple[Busy, ...] = ()
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class Option:
    """One period of the delivering school: free, with the slot it would become, or blocked."""

    weekday: int
    host: Bell
    slot: Slot | None
    blockers: tuple[Blocker, ...]

    @property
    def text(self) -> str:
        """The sentence for the person: "周三第2节：王老师在本校有课；五年级有体育"."""
        name = slot_name(self.weekday, self.host.seq)
        if self.slot:
            return f"{name}：可以排，各校共同时间{self.slot.overlap_minutes}分钟"
        return f"{name}：{'；'.join(blocker.text for blocker in self.blockers)}"


class Diary:
    """Who is taken when, from busy entries."""

    def __init__(self, busy: Iterable[Busy]) -> None:
        self._entries: dict[tuple[Resource, int], list[Busy]] = defaultdict(list)
        for entry in busy:
            self._entries[entry.resource, entry.weekday].append(entry)

    def taken(self, resource: Resource, weekday: int, bell: Bell) -> list[Busy]:
        """The entries of the resource that meet the period, by time."""
        entries = self._entries.get((resource, weekday), ())
        met = [
            entry
            for entry in entries
            if entry.start_minute < bell.end_minute and bell.start_minute < entry.end_minute
        ]
        return sorted(met, key=lambda entry: (entry.start_minute, entry.end_minute, entry.label))

    def free_rooms(self, party: Party, weekday: int, bell: Bell) -> list[Resource]:
        """The party's rooms that nobody uses in the period, best first."""
        return [room for room in party.rooms if not self.taken(room, weekday, bell)]


def options(problem: Problem, course: Course, slots: Sequence[Slot] = ()) -> list[Option]:
    """Every period of the delivering school's week, free or with all that stands in the way.

    Args:
        problem: the bells and what is busy; `course` need not be among its courses.
        course: the course to place.
        slots: the plan so far. Slots of the course itself only take their day; leave out the
            one that is being moved.

    Returns:
        One option per weekday and period, in order of time.
    """
    taken = [
        entry
        for slot in slots
        if slot.course != course.key
        for entry in occupation(problem.course(slot.course), slot, problem.room_gap_minutes)
    ]
    diary = Diary((*problem.busy, *taken))
    full = _full_days(problem, course, slots)
    found: list[Option] = []
    for weekday in problem.weekdays:
        for host in problem.grid(course.school, weekday):
            option = _option(problem, course, diary, weekday, host)
            if weekday in full:
                option = Option(weekday, host, None, (*option.blockers, *full[weekday]))
            found.append(option)
    return found


def _full_days(problem: Problem, course: Course, slots: Sequence[Slot]) -> dict[int, list[Blocker]]:
    """Days that take no more lessons, of the course itself or of its delivering teacher."""
    full: dict[int, list[Blocker]] = defaultdict(list)
    delivered: dict[int, int] = defaultdict(int)
    for slot in slots:
        if slot.course == course.key:
            full[slot.weekday].append(Blocker("day", "同一天", "当天已有本课程"))
        elif problem.course(slot.course).teacher == course.teacher:
            delivered[slot.weekday] += 1
    limit = problem.max_delivered_per_day
    for weekday, count in delivered.items():
        if limit is not None and count >= limit:
            name = course.teacher.label
            text = f"{name}当天已主讲{count}节联合课"
            full[weekday].append(Blocker("teacher", name, text, course.teacher))
    return full


def occupation(course: Course, slot: Slot, room_gap_minutes: int = 0) -> list[Busy]:
    """What a slot takes: each party's people and room for the whole of their own period.

    Rooms are taken `room_gap_minutes` longer on both sides.
    """
    label = f"{course.name}（联合课程）"
    taken: dict[Busy, None] = {}
    for party in parties(course):
        first = party.listeners[0] if party.listeners else None
        bell = slot.host if first is None else slot.listeners[first]
        room = slot.host_room if first is None else slot.listener_rooms[first]
        for resource in (*party.people, room):
            gap = room_gap_minutes if resource.kind == "room" else 0
            start, end = max(0, bell.start_minute - gap), min(24 * 60, bell.end_minute + gap)
            taken[Busy(resource, slot.weekday, start, end, label, course.key)] = None
    return list(taken)


def seat(candidate: Candidate, diary: Diary) -> tuple[Resource, ...] | None:
    """A free room for every party, no two alike, best first; None when there are too few."""

    def choose(chosen: tuple[Resource, ...]) -> tuple[Resource, ...] | None:
        at = len(chosen)
        if at == len(candidate.parties):
            return chosen
        free = diary.free_rooms(candidate.parties[at], candidate.weekday, candidate.bells[at])
        for room in free:
            if room not in chosen and (done := choose((*chosen, room))):
                return done
        return None

    return choose(())


def blockers(problem: Problem, candidate: Candidate, diary: Diary) -> list[Blocker]:
    """All classes, teachers and rooms that stand in the candidate's way."""
    found: list[Blocker] = []
    for party, bell in zip(candidate.parties, candidate.bells, strict=True):
        for resource in party.people:
            entries = diary.taken(resource, candidate.weekday, bell)
            if entries:
                text = _taken_text(resource, entries)
                found.append(
                    Blocker(_people_kind(resource), resource.label, text, resource, tuple(entries))
                )
        if not diary.free_rooms(party, candidate.weekday, bell):
            found.append(_rooms_taken(problem, party, diary, candidate.weekday, bell))
    if not found and seat(candidate, diary) is None:
        found.append(Blocker("room", "教室", "几个班同时要用的教室不够"))
    return found


def rooms_name(problem: Problem, party: Party) -> str:
    """How the rooms of one side are called together: "石笋坪教学点的听讲教室"."""
    return f"{problem.school_name(party.school)}的{'听讲' if party.listeners else '主讲'}教室"


def _option(problem: Problem, course: Course, diary: Diary, weekday: int, host: Bell) -> Option:
    best: tuple[Candidate, list[Blocker]] | None = None
    for candidate in combinations(problem, course, weekday, host):
        found = blockers(problem, candidate, diary)
        if best is None or len(found) < len(best[1]):
            best = (candidate, found)
    if best is None:
        reasons, slot = _far_apart(problem, course, diary, weekday, host), None
    else:
        candidate, reasons = best
        rooms = seat(candidate, diary)
        slot = candidate.slot(rooms) if rooms and not reasons else None
    return Option(weekday, host, slot, tuple(reasons))


def _far_apart(
    problem: Problem, course: Course, diary: Diary, weekday: int, host: Bell
) -> list[Blocker]:
    """Why no listening period fits this host period, and who would be taken besides."""
    candidate = nearest(problem, course, weekday, host)
    if candidate is None:
        return [Blocker("overlap", "作息", "各校这节课没有共同时间")]
    found: list[Blocker] = []
    least = course.min_overlap_minutes
    if candidate.overlap_minutes < least:
        text = f"各校共同时间最多{candidate.overlap_minutes}分钟，不足{least}分钟"
        found.append(Blocker("overlap", "作息", text, minutes=candidate.overlap_minutes))
    shift = candidate.shift_minutes
    if shift > course.max_start_shift_minutes:
        text = f"上课铃相差{shift}分钟，超过{course.max_start_shift_minutes}分钟"
        found.append(Blocker("shift", "作息", text, minutes=shift))
    return [*found, *blockers(problem, candidate, diary)]


def _people_kind(resource: Resource) -> Literal["class", "teacher"]:
    return "class" if resource.kind == "class" else "teacher"


def _taken_text(resource: Resource, entries: Sequence[Busy]) -> str:
    labels = "、".join(dict.fromkeys(entry.label for entry in entries if entry.label))
    if resource.kind == "class":
        return f"{resource.label}有{labels}" if labels else f"{resource.label}已有课"
    return f"{resource.label}要上{labels}" if labels else f"{resource.label}在本校有课"


def _rooms_taken(problem: Problem, party: Party, diary: Diary, weekday: int, bell: Bell) -> Blocker:
    name = rooms_name(problem, party)
    if not party.rooms:
        return Blocker("room", name, f"{name}一间也没有")
    entries = tuple(entry for room in party.rooms for entry in diary.taken(room, weekday, bell))
    labels = "、".join(dict.fromkeys(entry.label for entry in entries if entry.label))
    by = f"（{labels}）" if labels else ""
    if len(party.rooms) > 1:
        return Blocker("room", name, f"{name}{len(party.rooms)}间都被占用{by}", busy=entries)
    return Blocker("room", name, f"{party.rooms[0].label}被占用{by}", busy=entries)
