"""Rules of a school's plan: made, changed, switched, and the region's set for the school."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Organisation, Person
from tongke.teaching.timetable.models import PlanRule, Term
from tongke.teaching.timetable.queries.plans.rules import KINDS, Spec
from tongke.teaching.timetable.queries.plans.times import Cell

_MOST_WEIGHT = 100


@dataclass(frozen=True, kw_only=True)
class RuleData:
    """What a rule says."""

    kind: str
    subjects: Sequence[str] = ()
    teacher: Person | None = None
    cells: Sequence[Cell] = ()
    most: int = 0
    hard: bool = False
    weight: int = 3


@transaction.atomic
def save_rule(
    school: Organisation,
    term: Term,
    data: RuleData,
    *,
    row: PlanRule | None = None,
    by: Actor | None,
    at: datetime,
) -> PlanRule:
    """Make a rule, or change one.

    Raises:
        Refused: an unknown kind, something it needs is missing, or the weight is out of bounds.
    """
    _check(data)
    rule = row or PlanRule(school=school, term=term, created_at=at)
    rule.kind, rule.teacher = data.kind, data.teacher
    rule.scope = PlanRule.Scope.TEACHER if data.teacher else PlanRule.Scope.SCHOOL
    rule.target = {"subjects": list(data.subjects), "cells": [list(one) for one in data.cells]}
    rule.numbers = {"most": data.most}
    rule.hard, rule.weight = data.hard, data.weight
    rule.save()
    detail = {"kind": data.kind, "hard": data.hard, "weight": data.weight}
    record("timetable.plan_rule.saved", rule, actor=by, at=at, detail=detail)
    return rule


@transaction.atomic
def set_rule(
    school: Organisation,
    term: Term,
    spec: Spec,
    *,
    active: bool,
    hard: bool,
    weight: int,
    by: Actor | None,
    at: datetime,
) -> PlanRule:
    """Switch a rule, or change how much it counts; one of the region's for this school only.

    Raises:
        Refused: the weight is out of bounds.
    """
    if not 1 <= weight <= _MOST_WEIGHT:
        raise Refused(f"权重应在 1 到 {_MOST_WEIGHT} 之间。")
    rule = spec.row
    if rule is None:
        rule = PlanRule(
            school=school, term=term, scope=spec.scope, kind=spec.kind, source=spec.key,
            created_at=at,
        )  # fmt: skip
    rule.active, rule.hard, rule.weight = active, hard, weight
    rule.save()
    detail = {"rule": spec.key, "active": active, "hard": hard, "weight": weight}
    record("timetable.plan_rule.set", rule, actor=by, at=at, detail=detail)
    return rule


@transaction.atomic
def remove_rule(rule: PlanRule, *, by: Actor | None, at: datetime) -> None:
    """Take a rule away; for one of the region's that means: as the region has it."""
    detail = {"kind": rule.kind, "source": rule.source, "target": rule.target}
    record("timetable.plan_rule.removed", rule, actor=by, at=at, detail=detail)
    rule.delete()


@transaction.atomic
def set_teacher_times(
    school: Organisation,
    term: Term,
    teacher: Person,
    cells: Sequence[Cell],
    *,
    hard: bool,
    weight: int = 5,
    by: Actor | None,
    at: datetime,
) -> PlanRule | None:
    """Say when a teacher cannot teach; no period at all takes the rule away."""
    row = PlanRule.objects.filter(
        school=school, term=term, kind="unavailable", teacher=teacher
    ).first()
    if not cells:
        if row is not None:
            remove_rule(row, by=by, at=at)
        return None
    data = RuleData(kind="unavailable", teacher=teacher, cells=cells, hard=hard, weight=weight)
    return save_rule(school, term, data, row=row, by=by, at=at)


def _check(data: RuleData) -> None:
    kind = KINDS.get(data.kind)
    if kind is None:
        raise Refused("没有这种规则。")
    if "teacher" in kind.needs and data.teacher is None:
        raise Refused("请选择教师。")
    if "subjects" in kind.needs and not data.subjects:
        raise Refused("请至少选一门学科。")
    if "cells" in kind.needs and not data.cells:
        raise Refused("请至少选一节。")
    if not 1 <= data.weight <= _MOST_WEIGHT:
        raise Refused(f"权重应在 1 到 {_MOST_WEIGHT} 之间。")
