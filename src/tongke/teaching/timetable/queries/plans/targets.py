"""Where a lesson of a version may go: every period with its points, or with who is in the way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tongke.teaching.timetable import planner
from tongke.teaching.timetable.models import PlanEntry, SchoolPlan
from tongke.teaching.timetable.queries.calendar import weekday_name
from tongke.teaching.timetable.queries.plans.pages import Card, card
from tongke.teaching.timetable.queries.plans.problem import Setting
from tongke.teaching.timetable.slots.model import Resource


@dataclass(frozen=True)
class Swap:
    """A lesson that could change places with the one that is moved."""

    entry: int
    name: str


@dataclass(frozen=True)
class Target:
    """One period as a place for a lesson.

    `delta` is how the points would change (less is better); `here` is where it stands now.
    """

    weekday: int
    seq: int
    clock: str
    legal: bool
    delta: int
    reasons: tuple[str, ...]
    room: int | None = None
    room_name: str = ""
    here: bool = False
    swap: Swap | None = None

    @property
    def words(self) -> str:
        """周三第 2 节."""
        return f"{weekday_name(self.weekday)}第 {self.seq} 节"

    @property
    def points(self) -> str:
        """The change of the score as people read it: 总分 −3, 总分不变."""
        if not self.delta:
            return "总分不变"
        return f"总分 {'+' if self.delta > 0 else '−'}{abs(self.delta)}"

    def as_json(self) -> dict[str, Any]:
        """The same for the grid."""
        return {
            "weekday": self.weekday, "seq": self.seq, "words": self.words, "clock": self.clock,
            "legal": self.legal, "delta": self.delta, "points": self.points,
            "reasons": list(self.reasons), "room": self.room, "roomName": self.room_name,
            "here": self.here, "swap": self.swap.entry if self.swap else None,
            "swapName": self.swap.name if self.swap else "",
        }  # fmt: skip


def entry_of(plan: SchoolPlan, pk: int) -> PlanEntry | None:
    """A lesson of a version."""
    return plan.entries.filter(pk=pk).first()


def card_of(setting: Setting, entry: PlanEntry) -> Card:
    """A lesson in words."""
    return card(setting, setting.activity(entry.key), entry)


def targets_of(setting: Setting, entries: Sequence[PlanEntry], entry: PlanEntry) -> list[Target]:
    """Every period of the week for one lesson, in the order of the week."""
    placed, mine = setting.timetable(entries), setting.activity(entry.key)
    best: dict[planner.Time, planner.Option] = {}
    for each in planner.options(setting.problem, placed, entry.key):
        known = best.get(each.place.time)
        if known is None or _rank(each) < _rank(known):
            best[each.place.time] = each
    found = []
    for day, seq in sorted(setting.week.cell(time) for time in best):
        time = setting.week.time(day, seq)
        assert time is not None
        found.append(_target(setting, mine, (day, seq), best[time], entry))
    return _with_swaps(setting, placed, entries, entry, found)


def _rank(option: planner.Option) -> tuple[bool, int, int]:
    return (not option.legal, option.hard_delta, option.delta)


def _target(
    setting: Setting,
    activity: planner.Activity,
    cell: tuple[int, int],
    option: planner.Option,
    entry: PlanEntry,
) -> Target:
    day, seq = cell
    room = setting.rooms.get(option.place.room or "")
    return Target(
        day, seq, setting.week.periods[seq].clock, option.legal, option.delta,
        _shorter(option.reasons, activity), room=room.pk if room else None,
        room_name=room.name if room and len(activity.rooms) > 1 else "",
        here=(entry.weekday, entry.seq) == cell,
    )  # fmt: skip


def _shorter(reasons: Sequence[str], activity: planner.Activity) -> tuple[str, ...]:
    """The lesson's own class is not named twice, nor its room for the same lesson."""
    told: list[str] = []
    names = [one.label for one in activity.classes]
    for reason in reasons:
        for name in names:
            reason = reason.replace(f"{name}已有{name}", "本班已有")
        who, found, what = reason.partition("已有")
        for name in names:
            what = what.removeprefix(name)
        if not (found and f"本班已有{what}" in told and who != "本班"):
            told.append(reason)
    return tuple(told)


def _with_swaps(
    setting: Setting,
    placed: dict[str, planner.Place],
    entries: Sequence[PlanEntry],
    entry: PlanEntry,
    found: list[Target],
) -> list[Target]:
    """Blocked periods in which one lesson of the same class would go where this one stands.

    One question to the planner with the class's other lessons thought away says where the lesson
    could go; whether the other one fits into its place is looked up. The swap itself is checked
    again in full.
    """
    mine, here = setting.activity(entry.key), placed.get(entry.key)
    if here is None or entry.locked:
        return found
    others: dict[planner.Time, PlanEntry] = {}
    for each in entries:
        other = placed.get(each.key)
        if other is None or each.pk == entry.pk or each.locked:
            continue
        activity = setting.activity(each.key)
        alike = activity.classes == mine.classes and activity.length == mine.length
        if alike and activity.task != mine.task:
            others[other.time] = each
    away = {each.key for each in others.values()}
    alone = {key: place for key, place in placed.items() if key not in away}
    free = {
        one.place.time for one in planner.options(setting.problem, alone, entry.key) if one.legal
    }
    taken = _Taken(setting, placed)
    made = []
    for target in found:
        time = setting.week.time(target.weekday, target.seq)
        row = others.get(time) if time in free and time is not None else None
        if row is None or target.legal:
            made.append(target)
            continue
        activity = setting.activity(row.key)
        fits = taken.free(activity, here.time, but=(entry.key, row.key))
        name = activity.name
        for one in activity.classes:
            name = name.removeprefix(one.label)
        made.append(replace(target, swap=Swap(row.pk, name) if fits else None))
    return made


class _Taken:
    """Who is taken when in a version, by resource."""

    def __init__(self, setting: Setting, placed: Mapping[str, planner.Place]) -> None:
        self._grid = setting.week.grid
        self._busy = setting.problem.busy
        self._lessons: dict[Resource, list[tuple[int, int, int, str]]] = {}
        for each in setting.problem.activities:
            place = placed.get(each.key)
            if place is not None:
                span = (place.time.day, place.time.period, place.time.period + each.length)
                for one in (*each.classes, *each.teachers):
                    self._lessons.setdefault(one, []).append((*span, each.key))

    def free(self, activity: planner.Activity, time: planner.Time, *, but: tuple[str, ...]) -> bool:
        """Whether nobody of an activity is taken at a time, two lessons thought away."""
        last = time.period + activity.length
        day = self._grid.days[time.day]
        starts, ends = day[time.period].start_minute, day[last - 1].end_minute
        people = (*activity.classes, *activity.teachers)
        for one in people:
            for on, first, end, key in self._lessons.get(one, ()):
                if on == time.day and first < last and time.period < end and key not in but:
                    return False
        return not any(
            each.resource in people and each.day == time.day
            and each.start_minute < ends and starts < each.end_minute
            for each in self._busy
        )  # fmt: skip
