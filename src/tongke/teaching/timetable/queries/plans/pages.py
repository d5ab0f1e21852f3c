"""A version as its pages show it: week grids by class, teacher and room; what is wrong with it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from tongke.teaching.timetable import planner
from tongke.teaching.timetable.models import PlanComputation, PlanEntry, SchoolPlan
from tongke.teaching.timetable.queries.calendar import SCHOOL_DAYS, Period, weekday_name
from tongke.teaching.timetable.queries.plans.problem import Setting
from tongke.teaching.timetable.slots.model import Resource

By = Literal["class", "teacher", "room"]
VIEWS: tuple[tuple[By, str], ...] = (("class", "按班级"), ("teacher", "按教师"), ("room", "按教室"))
_TINTS = ("primary", "teal", "violet", "info", "warn")


@dataclass(frozen=True)
class Card:
    """One lesson in a cell, or one that waits for a place."""

    key: str
    entry: int | None
    title: str
    sub: str
    tint: str
    locked: bool = False
    fixed: bool = False
    double: bool = False
    reason: str = ""
    fault: str = ""
    where: str = ""


@dataclass(frozen=True)
class Line:
    """A period of the week with its cells: (weekday, cards)."""

    period: Period
    cells: tuple[tuple[int, tuple[Card, ...]], ...]


@dataclass(frozen=True)
class Issue:
    """Something wrong with a version: what, for whom, how dear, and where to look."""

    sentence: str
    bearer: str
    cost: int
    hard: bool
    rule: str
    entry: int | None
    accepted: str = ""

    @property
    def kind(self) -> str:
        """hard (to be changed), accepted (with a reason), or soft (could be better)."""
        if not self.hard:
            return "soft"
        return "accepted" if self.accepted else "hard"


@dataclass(frozen=True)
class Sheet:
    """A version laid out: the grid of one class, teacher or room, and the rest around it."""

    by: By
    key: str
    name: str
    choices: Sequence[tuple[str, str]]
    lines: Sequence[Line]
    waiting: Sequence[Card]
    waiting_elsewhere: int

    @property
    def days(self) -> list[tuple[int, str]]:
        """The columns."""
        return [(day, weekday_name(day)) for day in SCHOOL_DAYS]


def view_of(text: str) -> By:
    """The view that an address names; by class when it names none."""
    return next((by for by, _ in VIEWS if by == text), "class")


def choices_of(setting: Setting, by: By) -> list[tuple[str, str]]:
    """What a view can be opened on: (key, name), classes in their usual order."""
    found: dict[str, str] = {}
    for each in setting.problem.activities:
        for one in _resources(each, by):
            found.setdefault(one.key, one.label)
    if by == "class":
        classes = {
            str(one.pk): (one.grade_code, one.number)
            for task in setting.tasks.values()
            for one in task.classes.all()
        }
        return sorted(found.items(), key=lambda each: classes.get(each[0], ("99", 0)))
    return sorted(found.items(), key=lambda each: each[1])


def _resources(activity: planner.Activity, by: By) -> tuple[Resource, ...]:
    match by:
        case "class":
            return activity.classes
        case "teacher":
            return activity.teachers
        case "room":
            return activity.rooms


def sheet(
    setting: Setting, entries: Sequence[PlanEntry], by: By, key: str, issues: Sequence[Issue] = ()
) -> Sheet:
    """The week of one class, teacher or room in a version."""
    choices = choices_of(setting, by)
    known = dict(choices)
    chosen = key if key in known else next(iter(known), "")
    rows = {each.key: each for each in entries}
    placed = setting.timetable(entries)
    faults = {issue.entry: issue.sentence for issue in issues if issue.hard and issue.entry}
    cells: dict[tuple[int, int], list[Card]] = {}
    waiting: list[Card] = []
    elsewhere = 0
    for each in setting.problem.activities:
        place = placed.get(each.key)
        mine = any(one.key == chosen for one in _resources(each, by))
        if place is None:
            if mine:
                waiting.append(card(setting, each, rows.get(each.key), by))
            else:
                elsewhere += 1
            continue
        held = place.room == chosen if by == "room" else mine
        if not held:
            continue
        made = card(setting, each, rows.get(each.key), by)
        fault = faults.get(made.entry or 0, "")
        for more in range(each.length):
            cell = setting.week.cell(planner.Time(place.time.day, place.time.period + more))
            cells.setdefault(cell, []).append(replace(made, fault=fault))
    lines = [
        Line(period, tuple((day, tuple(cells.get((day, seq), ()))) for day in SCHOOL_DAYS))
        for seq, period in setting.week.periods.items()
    ]
    return Sheet(by, chosen, known.get(chosen, ""), choices, lines, waiting, elsewhere)


def card(
    setting: Setting, activity: planner.Activity, entry: PlanEntry | None, by: By = "class"
) -> Card:
    """A lesson in the words of a view: by class the teacher stands below, else the class."""
    subject = _subject(setting, activity)
    classes = "、".join(one.label for one in activity.classes)
    teachers = "、".join(one.label for one in activity.teachers) or "教师未定"
    room = ""
    if entry and entry.room_id and by != "room":
        found = setting.rooms.get(str(entry.room_id))
        room = found.name if found and found.kind != "classroom" else ""
    parts = [teachers if by == "class" else subject, teachers if by == "room" else "", room]
    where = ""
    if entry and entry.weekday and entry.seq:
        where = f"{weekday_name(entry.weekday)}第 {entry.seq} 节"
    return Card(
        key=activity.key, entry=entry.pk if entry else None,
        title=subject if by == "class" else classes,
        sub=" · ".join(one for one in parts if one),
        tint="teal" if activity.fixed else _tint(activity.subject),
        locked=bool(entry and entry.locked), fixed=activity.fixed is not None,
        double=activity.length > 1, reason=entry.reason if entry else "", where=where,
    )  # fmt: skip


def _subject(setting: Setting, activity: planner.Activity) -> str:
    task = setting.tasks.get(int(activity.task)) if activity.task.isdigit() else None
    if task is None:
        return f"{activity.name.partition('（')[0].removeprefix(_classes(activity))}（联合课）"
    joined = "（合班）" if len(activity.classes) > 1 else ""
    weeks = f"（{task.get_weeks_display()}）" if task.weeks != "all" else ""
    return f"{task.subject.name}{joined}{weeks}"


def _classes(activity: planner.Activity) -> str:
    return "、".join(one.label for one in activity.classes)


def _tint(subject: str) -> str:
    """Main, language, sport and arts subjects look apart; the same subject always looks alike."""
    return _TINTS[sum(map(ord, subject)) % len(_TINTS)]


def issues_of(setting: Setting, entries: Sequence[PlanEntry]) -> list[Issue]:
    """Everything wrong with a version, hard first, dearest first."""
    rows = {each.key: each for each in entries}
    found = []
    for each in planner.check(setting.problem, setting.timetable(entries)):
        first = next((rows[key] for key in each.activities if key in rows), None)
        accepted = next(
            (rows[key].reason for key in each.activities if key in rows and rows[key].reason), ""
        )
        found.append(
            Issue(
                each.sentence, each.bearer, each.cost, each.hard, each.rule,
                first.pk if first else None, accepted if each.hard and each.rule else "",
            )
        )  # fmt: skip
    return sorted(found, key=lambda one: (not one.hard, bool(one.accepted), -one.cost))


@dataclass(frozen=True)
class Figures:
    """What a version adds up to."""

    placed: int
    total: int
    hard: int
    soft: int
    accepted: int

    @property
    def complete(self) -> bool:
        """Whether it could be published."""
        return self.placed == self.total and not self.hard


def figures(entries: Sequence[PlanEntry], issues: Iterable[Issue]) -> Figures:
    """The figures on top of a version."""
    kinds: Counter[str] = Counter()
    soft = 0
    for each in issues:
        kinds[each.kind] += 1
        soft += each.cost if not each.hard else 0
    placed = sum(1 for each in entries if each.weekday)
    return Figures(placed, len(entries), kinds["hard"], soft, kinds["accepted"])


@dataclass(frozen=True)
class Waiting:
    """A lesson without a place, and who is in its way as the last search saw it."""

    card: Card
    sentence: str
    blockers: tuple[str, ...]


def waiting_of(
    setting: Setting, entries: Sequence[PlanEntry], work: PlanComputation | None
) -> list[Waiting]:
    """Every lesson that waits for a place."""
    told: Mapping[str, dict[str, object]] = {
        each["activity"]: each for each in (work.result.get("unplaced", ()) if work else ())
    }
    rows = {each.key: each for each in entries}
    placed = setting.timetable(entries)
    found = []
    for each in setting.problem.activities:
        if each.key in placed:
            continue
        why = told.get(each.key, {})
        blockers = why.get("blockers") or ()
        assert isinstance(blockers, list | tuple)
        made = replace(card(setting, each, rows.get(each.key)), title=each.name)
        found.append(
            Waiting(made, str(why.get("sentence", "")), tuple(one["sentence"] for one in blockers))
        )
    return found


def relaxed_of(plan: SchoolPlan, setting: Setting) -> list[str]:
    """The sentences of the rules that this version relaxes."""
    told = {rule.key: rule.sentence for rule in setting.problem.rules}
    specs = {spec.key: spec.sentence for spec in setting.specs}
    return list(dict.fromkeys(told.get(key, specs.get(key, key)) for key in plan.relaxed))


def last_work(plan: SchoolPlan, kind: str = "solve") -> PlanComputation | None:
    """The last computation of a version of one kind."""
    return plan.computations.filter(kind=kind).order_by("-pk").first()


def chart(work: PlanComputation) -> dict[str, object]:
    """How the score went down, for the chart component."""
    points = [each for each in work.history if not each[1]] or list(work.history)
    return {
        "kind": "area", "labels": [f"{each[0]:g} 秒" for each in points], "unit": "分",
        "series": [{"name": "软约束", "values": [each[2] for each in points]}],
    }  # fmt: skip
