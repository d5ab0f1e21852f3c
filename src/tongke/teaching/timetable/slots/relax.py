"""Why a course could not be placed in full, counted by who is in the way, and what to try."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from tongke.teaching.timetable.slots.candidates import faults
from tongke.teaching.timetable.slots.explain import Blocker, BlockerKind, Option, options
from tongke.teaching.timetable.slots.model import Busy, Course, Problem, Resource, Slot, slot_name

RelaxationKind = Literal["move", "replace", "room", "overlap", "shift"]

_MOST = 5
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Tally:
    """How often one class, teacher, set of rooms or limit stands in the way.

    `slots` counts periods in which it blocks, `alone` those in which nothing else does.
    """

    kind: BlockerKind
    who: str
    slots: int
    alone: int

    @property
    def text(self) -> str:
        """The sentence for the person."""
        only = f"，其中{self.alone}个只差它" if self.alone else ""
        return f"{self.who}挡住{self.slots}个时段{only}。"


@dataclass(frozen=True, slots=True)
class Relaxation:
    """Something a person may try, that opens at least one period in the plan as it stands.

    Args:
        kind: move busy entries, replace a teacher, add a room, or loosen a limit.
        text: the sentence for the person.
        size: how many things have to change.
        opens: the (weekday, seq) of the delivering school that it opens.
        busy: for move: the entries to move.
        resource: for replace: the teacher.
        minutes: for overlap and shift: the limit that opens them.
    """

    kind: RelaxationKind
    text: str
    size: int
    opens: tuple[tuple[int, int], ...]
    busy: tuple[Busy, ...] = ()
    resource: Resource | None = None
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A course that lacks lessons.

    Args:
        course: its key.
        name: its name.
        missing: lessons a week still to be placed.
        reasons: sentences on what rules out every period, such as a school without bells.
        blocked: every period that is not free, with its blockers.
        tallies: the blockers counted by who they are, the worst first.
        relaxations: what to try, the smallest first.
    """

    course: str
    name: str
    missing: int
    reasons: tuple[str, ...]
    blocked: tuple[Option, ...]
    tallies: tuple[Tally, ...]
    relaxations: tuple[Relaxation, ...]

    def lines(self) -> list[str]:
        """The account in a few sentences."""
        told = [f"{self.name}还差{self.missing}节。", *self.reasons]
        told.extend(tally.text for tally in self.tallies[:_NAMED])
        told.extend(f"可以试试：{one.text}" for one in self.relaxations[:_NAMED])
        return told


def account(problem: Problem, course: Course, slots: Sequence[Slot]) -> Unplaced:
    """Say why the course lacks lessons in this plan, and what would open a period for it."""
    reasons = faults(problem, course)
    blocked: list[Option] = []
    if not reasons:
        blocked = [option for option in options(problem, course, slots) if not option.slot]
    if course.periods_per_week > len(problem.weekdays):
        wanted, days = course.periods_per_week, len(problem.weekdays)
        reasons.append(f"每周要排{wanted}节，一天一节，只有{days}个上课日。")
    placed = sum(slot.course == course.key for slot in slots)
    return Unplaced(
        course=course.key,
        name=course.name,
        missing=course.periods_per_week - placed,
        reasons=tuple(reasons),
        blocked=tuple(blocked),
        tallies=tuple(_tallies(blocked)),
        relaxations=tuple(_relaxations(course, blocked)),
    )


def _tallies(blocked: Iterable[Option]) -> list[Tally]:
    slots: dict[tuple[BlockerKind, str], int] = defaultdict(int)
    alone: dict[tuple[BlockerKind, str], int] = defaultdict(int)
    for option in blocked:
        keys = {(blocker.kind, blocker.who) for blocker in option.blockers}
        for key in keys:
            slots[key] += 1
            alone[key] += len(keys) == 1
    found = [Tally(kind, who, slots[kind, who], alone[kind, who]) for kind, who in slots]
    return sorted(found, key=lambda tally: (-tally.slots, -tally.alone, tally.kind, tally.who))


def _relaxations(course: Course, blocked: Sequence[Option]) -> list[Relaxation]:
    """Single changes first; if no single change opens a period, the smallest pair and so on.

    Moving another joint course is never proposed: the plan already places as many lessons as
    the fixed entries allow, so such a move could only trade one missing lesson for another.
    """
    single = [option for option in blocked if len(option.blockers) == 1]
    found = [*_moves(single), *_wholesale(course, single)]
    if not found:
        found = _moves(blocked)
    found.sort(key=lambda one: (one.size, -len(one.opens), one.kind, one.text))
    # The best of each kind comes before the second best of any, so that choices differ.
    seen: dict[RelaxationKind, int] = defaultdict(int)
    ranked: list[tuple[int, int, int, Relaxation]] = []
    for index, one in enumerate(found):
        ranked.append((one.size, seen[one.kind], index, one))
        seen[one.kind] += 1
    ranked.sort(key=lambda entry: entry[:3])
    return [entry[3] for entry in ranked[:_MOST]]


def _moves(blocked: Iterable[Option]) -> list[Relaxation]:
    """The fixed entries that would have to move, for periods where that is all it takes."""
    opened: dict[tuple[Busy, ...], list[tuple[int, int]]] = defaultdict(list)
    texts: dict[tuple[Busy, ...], str] = {}
    for option in blocked:
        people = [blocker for blocker in option.blockers if blocker.kind in ("class", "teacher")]
        entries = tuple(dict.fromkeys(entry for one in people for entry in one.busy))
        fixed = all(one.busy for one in people) and not any(entry.course for entry in entries)
        if len(people) < len(option.blockers) or not fixed:
            continue
        opened[entries].append((option.weekday, option.host.seq))
        texts[entries] = "、".join(
            f"{one.resource.label}的{_labels(one)}" for one in people if one.resource
        )
    found: list[Relaxation] = []
    for entries, opens in opened.items():
        where = slot_name(*opens[0]) + (f"等{len(opens)}个时段" if len(opens) > 1 else "")
        text = f"把{texts[entries]}调到别的时间，{where}就能上课。"
        found.append(Relaxation("move", text, len(entries), tuple(opens), busy=entries))
    return found


def _wholesale(course: Course, single: Iterable[Option]) -> list[Relaxation]:
    """Changes that open several periods at once, each blocked by that one thing alone."""
    groups: dict[tuple[BlockerKind, str], list[tuple[Option, Blocker]]] = defaultdict(list)
    for option in single:
        blocker = option.blockers[0]
        groups[blocker.kind, blocker.who].append((option, blocker))
    found: list[Relaxation] = []
    for (kind, who), members in groups.items():
        opens = tuple((option.weekday, option.host.seq) for option, _ in members)
        resource = members[0][1].resource
        minutes = [blocker.minutes for _, blocker in members]
        count = f"有{len(opens)}个时段只差这一项"
        match kind:
            case "teacher":
                text = f"换一位教师替{who}，{count}。"
                found.append(Relaxation("replace", text, 1, opens, resource=resource))
            case "room" if who != "教室":
                found.append(Relaxation("room", f"为{who}增加一间，{count}。", 1, opens))
            case "overlap" if 2 * max(minutes) >= course.min_overlap_minutes:
                found.append(_loosened("overlap", course, max(minutes), members))
            case "shift":
                found.append(_loosened("shift", course, min(minutes), members))
            case _:
                continue
    return found


def _loosened(
    kind: Literal["overlap", "shift"],
    course: Course,
    limit: int,
    members: Iterable[tuple[Option, Blocker]],
) -> Relaxation:
    """The limit moved just so far that the nearest periods fit."""
    opens = tuple(
        (option.weekday, option.host.seq) for option, one in members if one.minutes == limit
    )
    if kind == "overlap":
        text = f"把最短共同时间从{course.min_overlap_minutes}分钟降到{limit}分钟"
    else:
        text = f"把上课铃允许相差从{course.max_start_shift_minutes}分钟放宽到{limit}分钟"
    return Relaxation(kind, f"{text}，多出{len(opens)}个时段。", 1, opens, minutes=limit)


def _labels(blocker: Blocker) -> str:
    labels = dict.fromkeys(entry.label for entry in blocker.busy if entry.label)
    return "、".join(labels) or "课"
