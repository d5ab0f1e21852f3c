"""The kinds of rules people may set, as data: sentence, target, numbers, and what the planner asks.

A rule in force is a `Spec`: one of the region's profile, as a school has set it, or one that the
school or a teacher made. A spec becomes one or many rules of the planner, all with its sentence.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tongke.core.profile import current
from tongke.foundation.curriculum.models import Subject
from tongke.foundation.people.models import Organisation, Person
from tongke.teaching.timetable import planner
from tongke.teaching.timetable.models import PlanRule, Term
from tongke.teaching.timetable.planner import rules as ask
from tongke.teaching.timetable.profile import TimetableProfile
from tongke.teaching.timetable.queries.calendar import SCHOOL_DAYS
from tongke.teaching.timetable.queries.plans.times import Cell, Week

RELAXED_WEIGHT = 8


@dataclass(frozen=True)
class Spec:
    """A rule in force for a school, or one that could be."""

    key: str
    kind: str
    scope: str
    sentence: str
    owner: str
    hard: bool
    weight: int
    active: bool
    subjects: tuple[str, ...] = ()
    teacher: str = ""
    cells: tuple[Cell, ...] = ()
    most: int = 0
    row: PlanRule | None = None


@dataclass(frozen=True)
class Scene:
    """What a kind of rule is built against."""

    week: Week
    activities: Sequence[planner.Activity]

    @property
    def teachers(self) -> dict[str, str]:
        """Everybody who teaches something, with their names."""
        return {one.key: one.label for each in self.activities for one in each.teachers}

    @property
    def classes(self) -> dict[str, str]:
        """Every class."""
        return {one.key: one.label for each in self.activities for one in each.classes}


Build = Callable[[Spec, Scene], Iterator[tuple[str, object]]]
"""Gives pairs: a suffix for the key, and a dataclass of `planner.rules`."""


@dataclass(frozen=True)
class Kind:
    """A kind of rule: how it is called, what it needs, how it becomes planner rules."""

    code: str
    label: str
    words: str
    build: Build
    needs: frozenset[str] = field(default_factory=frozenset)  # subjects, teacher, cells, most
    unit: str = ""


def _who(spec: Spec, scene: Scene) -> Iterator[str]:
    if spec.teacher:
        yield from [spec.teacher] if spec.teacher in scene.teachers else []
    else:
        yield from scene.teachers


def _unavailable(spec: Spec, scene: Scene) -> Iterator[tuple[str, object]]:
    if spec.teacher in scene.teachers:
        times = scene.week.times(spec.cells)
        yield "", ask.Unavailable(("teacher", spec.teacher), scene.week.key, times)


def _never(spec: Spec, scene: Scene) -> Iterator[tuple[str, object]]:
    of = ask.Of(subjects=frozenset(spec.subjects))
    yield "", ask.Never(of, scene.week.key, scene.week.times(spec.cells))


def _only(spec: Spec, scene: Scene) -> Iterator[tuple[str, object]]:
    of = ask.Of(subjects=frozenset(spec.subjects))
    yield "", ask.Only(of, scene.week.key, scene.week.times(spec.cells), periods=True)


def _spread(spec: Spec, scene: Scene) -> Iterator[tuple[str, object]]:
    parts: dict[str, int] = {}
    for each in scene.activities:
        if each.fixed is None:
            parts[each.task] = parts.get(each.task, 0) + 1
    for task, count in parts.items():
        # More lessons than days cannot all be on different ones: the daily limit sees to those.
        if 1 < count <= len(SCHOOL_DAYS):
            yield task, ask.DaysApart(ask.Of(tasks=frozenset({task})))


def _subject_day(spec: Spec, scene: Scene) -> Iterator[tuple[str, object]]:
    periods: dict[tuple[str, str], int] = {}
    for each in scene.activities:
        for one in each.classes:
            pair = (one.key, each.subject)
            periods[pair] = periods.get(pair, 0) + each.length
    for (who, subject), count in periods.items():
        if count > spec.most and (not spec.subjects or subject in spec.subjects):
            of = ask.Of(subjects=frozenset({subject}))
            yield f"{who}.{subject}", ask.MaxPerDay(("class", who), spec.most, of)


def _teacher_day(spec: Spec, scene: Scene) -> Iterator[tuple[str, object]]:
    for who in _who(spec, scene):
        yield who, ask.MaxPerDay(("teacher", who), spec.most)


def _teacher_run(spec: Spec, scene: Scene) -> Iterator[tuple[str, object]]:
    for who in _who(spec, scene):
        yield who, ask.MaxRun(("teacher", who), spec.most)


def _teacher_gaps(spec: Spec, scene: Scene) -> Iterator[tuple[str, object]]:
    for who in _who(spec, scene):
        yield who, ask.MaxGaps(("teacher", who), spec.most)


def _teacher_days(spec: Spec, scene: Scene) -> Iterator[tuple[str, object]]:
    for who in _who(spec, scene):
        yield who, ask.MaxDays(("teacher", who), spec.most)


def _at_once(spec: Spec, scene: Scene) -> Iterator[tuple[str, object]]:
    yield "", ask.MaxAtOnce(ask.Of(subjects=frozenset(spec.subjects)), spec.most)


def _ends_day(spec: Spec, scene: Scene) -> Iterator[tuple[str, object]]:
    yield "", ask.EndsDay(ask.Of(subjects=frozenset(spec.subjects)))


def _fair_edges(spec: Spec, scene: Scene) -> Iterator[tuple[str, object]]:
    seqs = scene.week.seqs
    edges = scene.week.times((day, seq) for day in SCHOOL_DAYS for seq in (seqs[0], seqs[-1]))
    who = tuple(("teacher", key) for key in sorted(scene.teachers))
    if len(who) > 1:
        yield "", ask.Fair(who, edges, spec.most or 1)


def _class_gaps(spec: Spec, scene: Scene) -> Iterator[tuple[str, object]]:
    for who in scene.classes:
        yield who, ask.MaxGaps(("class", who), 0)
        yield f"{who}.early", ask.StartsEarly(("class", who))


_S, _T, _C, _M = "subjects", "teacher", "cells", "most"
KINDS: Mapping[str, Kind] = {
    each.code: each
    for each in (
        Kind("unavailable", "教师不排课时间", "{teacher}{cells}不排课", _unavailable,
             frozenset({_T, _C})),
        Kind("never", "学科不排在", "{subjects}不排在{cells}", _never, frozenset({_S, _C})),
        Kind("only", "学科只排在", "{subjects}排在{cells}", _only, frozenset({_S, _C})),
        Kind("spread", "同一门课分散", "同一门课分散在不同的日子", _spread),
        Kind("subject_day", "每班同一学科每天上限", "每班每天同一学科不超过 {most} 节",
             _subject_day, frozenset({_M}), "节"),
        Kind("teacher_day", "教师每天上限", "{teacher}每天不超过 {most} 节", _teacher_day,
             frozenset({_M, "teacher?"}), "节"),
        Kind("teacher_run", "教师连续上限", "{teacher}连续上课不超过 {most} 节", _teacher_run,
             frozenset({_M, "teacher?"}), "节"),
        Kind("teacher_gaps", "教师空节上限", "{teacher}每周空节不超过 {most} 节", _teacher_gaps,
             frozenset({_M, "teacher?"}), "节"),
        Kind("teacher_days", "教师上课天数上限", "{teacher}每周上课不超过 {most} 天",
             _teacher_days, frozenset({_M, "teacher?"}), "天"),
        Kind("at_once", "同时上课班数上限", "同时上{subjects}的不超过 {most} 个班", _at_once,
             frozenset({_S, _M}), "个班"),
        Kind("ends_day", "排在当天最后", "{subjects}排在当天最后一节", _ends_day, frozenset({_S})),
        Kind("class_gaps", "班级不留空节", "各班从第一节起连着上，中间不留空节", _class_gaps),
        Kind("fair_edges", "首末节均衡", "教师的第一节和末节大致一样多", _fair_edges),
    )
}  # fmt: skip


class Naming:
    """Names of subjects and teachers for sentences; two queries for all rules."""

    def __init__(self, week: Week, teachers: Mapping[str, str] | None = None) -> None:
        """Subjects of the region; teachers by id as text, those missing are looked up."""
        self.week = week
        self.subjects = dict(Subject.objects.values_list("code", "name"))
        self.teachers = dict(teachers or {})

    def sentence(
        self, kind: Kind, *, subjects: Sequence[str] = (), teacher: str = "",
        cells: Sequence[Cell] = (), most: int = 0,
    ) -> str:  # fmt: skip
        """A rule in Chinese."""
        return kind.words.format(
            subjects="、".join(self.subjects.get(code, code) for code in subjects) or "所有学科",
            teacher=self.teachers.get(teacher, "") if teacher else "教师",
            cells=self.week.words(cells), most=most,
        )  # fmt: skip


def specs_of(school: Organisation, term: Term, week: Week) -> list[Spec]:
    """Every rule of a school's term, switched off ones too: the region's first."""
    rows = list(
        PlanRule.objects.filter(school=school, term=term).select_related("teacher").order_by("pk")
    )
    naming = Naming(week, {str(one.teacher_id): one.teacher.name for one in rows if one.teacher})
    own = {one.source: one for one in rows if one.source}
    return [
        *(spec for spec in _regional(naming, own)),
        *(_made(row, naming) for row in rows if not row.source),
    ]


def _regional(naming: Naming, own: Mapping[str, PlanRule]) -> Iterator[Spec]:
    profile = current(TimetableProfile)
    for code, weight in profile.plan_rules.items():
        for suffix, kind, more in _region_rule(code, naming.week, profile):
            key = f"{code}.{suffix}" if suffix else code
            row = own.get(key)
            sentence = naming.sentence(KINDS[kind], **more)
            yield Spec(
                key=key, kind=kind, scope=PlanRule.Scope.REGION, sentence=sentence, owner="区域",
                hard=row.hard if row else code in profile.hard_plan_rules,
                weight=row.weight if row else max(weight, 1),
                active=row.active if row else weight > 0, row=row, **more,
            )  # fmt: skip


def _region_rule(
    code: str, week: Week, profile: TimetableProfile
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The kind and values behind a code of the profile; a half day for each subject."""
    mornings, first = tuple(week.half_day("am")), tuple(week.half_day("first"))
    most = {
        "subject_day": profile.subject_most_per_day, "teacher_day": profile.teacher_most_per_day,
        "teacher_run": profile.teacher_most_in_a_row, "teacher_gaps": profile.teacher_most_gaps,
    }  # fmt: skip
    match code:
        case "main_morning":
            yield "", "only", {"subjects": tuple(profile.main_subjects), "cells": mornings}
        case "sport_not_first":
            yield "", "never", {"subjects": tuple(profile.sport_subjects), "cells": first}
        case "research":
            for subject, half in profile.research_halfdays.items():
                if cells := tuple(week.half_day(half)):
                    yield subject, "never", {"subjects": (subject,), "cells": cells}
        case _:
            yield "", code, {"most": most[code]} if code in most else {}


def _made(row: PlanRule, naming: Naming) -> Spec:
    more: dict[str, Any] = {
        "subjects": tuple(row.target.get("subjects", ())),
        "teacher": str(row.teacher_id) if row.teacher_id else "",
        "cells": tuple((day, seq) for day, seq in row.target.get("cells", ())),
        "most": int(row.numbers.get("most", 0)),
    }
    owner = row.teacher.name if row.scope == PlanRule.Scope.TEACHER and row.teacher else "学校"
    return Spec(
        key=f"r{row.pk}", kind=row.kind, scope=row.scope, owner=owner, hard=row.hard,
        sentence=naming.sentence(KINDS[row.kind], **more), weight=row.weight, active=row.active,
        row=row, **more,
    )  # fmt: skip


def planner_rules(
    specs: Sequence[Spec], scene: Scene, relaxed: Sequence[str] = ()
) -> Iterator[planner.Rule]:
    """The rules in force as the planner takes them; relaxed hard ones only cost points."""
    loose = set(relaxed)
    for spec in specs:
        if not spec.active:
            continue
        for suffix, what in KINDS[spec.kind].build(spec, scene):
            key = f"{spec.key}:{suffix}" if suffix else spec.key
            hard = spec.hard and not {key, spec.key} & loose
            weight = None if hard else spec.weight
            if spec.hard and not hard:
                weight = max(spec.weight, RELAXED_WEIGHT)
            sentence = _named(spec, suffix, scene)
            yield planner.Rule(key, what, weight, sentence, spec.owner)


def _named(spec: Spec, suffix: str, scene: Scene) -> str:
    """The sentence with the name of whom this one rule is about."""
    if spec.kind.startswith("teacher_") and not spec.teacher:
        return spec.sentence.replace("教师", scene.teachers.get(suffix, "教师"), 1)
    return spec.sentence


def teacher_options(people: Sequence[Person]) -> list[tuple[str, str]]:
    """Teachers as choices."""
    return [(str(each.pk), each.name) for each in people]


def times_rule(school: Organisation, term: Term, teacher: Person) -> PlanRule | None:
    """The rule that says when a teacher cannot teach."""
    rows = PlanRule.objects.filter(school=school, term=term, kind="unavailable", teacher=teacher)
    return rows.first()
