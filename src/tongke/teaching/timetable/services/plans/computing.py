"""Searching for a better version, and for the rules that cannot hold together, in the worker."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.core.jobs import task
from tongke.core.profile import current
from tongke.foundation.people.actors import Actor
from tongke.teaching.timetable import planner
from tongke.teaching.timetable.models import PlanComputation, PlanEntry, SchoolPlan
from tongke.teaching.timetable.profile import TimetableProfile
from tongke.teaching.timetable.queries.plans.problem import Setting, setting_of
from tongke.teaching.timetable.services.plans.edits import note_step, snapshot
from tongke.teaching.timetable.services.plans.versions import copy_plan, score, touch

State, Work = SchoolPlan.State, PlanComputation.State
_BEAT_SECONDS = 1.0  # how often the page's figures are written
_SHORT_SECONDS, _LONG_SECONDS = 1, 1800
_EXPLAIN_SECONDS = 10


@transaction.atomic
def start(
    plan: SchoolPlan, *, seconds: int | None = None, by: Actor | None, at: datetime
) -> PlanComputation:
    """Ask the worker for a better timetable; the version is closed to editors until it is done.

    Args:
        seconds: at most so long; the region's limit by default.

    Raises:
        Refused: it is closed or computed already, or nobody could place its tasks.
    """
    setting_of(plan, timezone.localdate(at))
    won = SchoolPlan.objects.filter(pk=plan.pk, state__in=[State.DRAFT, State.READY]).update(
        state=State.COMPUTING
    )
    if not won:
        raise Refused("这个方案正在计算，或者已经发布、停用。")
    most = current(TimetableProfile).plan_seconds
    limit = min(max(seconds or most, _SHORT_SECONDS), _LONG_SECONDS)
    work = PlanComputation.objects.create(plan=plan, seconds=limit, created_at=at)
    plan.refresh_from_db(fields=["state"])
    record("timetable.school_plan.computed", plan, actor=by, at=at, detail={"seconds": limit})
    compute.enqueue(key=str(work.pk), work=work.pk, account=by.account.pk if by else None)
    return work


@transaction.atomic
def explain(plan: SchoolPlan, *, by: Actor | None, at: datetime) -> PlanComputation:
    """Ask the worker which rules cannot hold together; the version stays open.

    Raises:
        Refused: that is being looked for already, or nobody could place its tasks.
    """
    setting_of(plan, timezone.localdate(at))
    if plan.computations.filter(state__in=[Work.QUEUED, Work.RUNNING]).exists():
        raise Refused("正在计算，请稍等。")
    work = PlanComputation.objects.create(
        plan=plan, kind="explain", seconds=_EXPLAIN_SECONDS, created_at=at
    )
    record("timetable.school_plan.explained", plan, actor=by, at=at)
    compute.enqueue(key=str(work.pk), work=work.pk, account=by.account.pk if by else None)
    return work


@transaction.atomic
def stop(work: PlanComputation, *, by: Actor | None, at: datetime) -> None:
    """Let a search end with the best it has found.

    Raises:
        Refused: it is over already.
    """
    won = PlanComputation.objects.filter(pk=work.pk, state__in=[Work.QUEUED, Work.RUNNING]).update(
        stop=True
    )
    if not won:
        raise Refused("已经算完了。")
    record("timetable.school_plan.stopped", work.plan, actor=by, at=at)


@transaction.atomic
def relax(
    plan: SchoolPlan, rules: list[str], *, sentence: str, by: Actor | None, at: datetime
) -> SchoolPlan:
    """Try a relaxation: a new version in which these rules only cost points.

    Undone by giving the new version up; the old one stays as it is.

    Raises:
        Refused: no rule is named, or the version is being computed.
    """
    if not rules:
        raise Refused("请选择要放宽的规则。")
    if plan.state == State.COMPUTING:
        raise Refused("正在自动排课，请先停止，或等它算完。")
    return copy_plan(plan, name=f"放宽：{sentence}"[:40], relax=rules, note=sentence, by=by, at=at)


@task("timetable.compute_plan", retries=2, lease_seconds=2400, atomic=False, slow=True)
def compute(work: int, account: int | None = None) -> None:
    """Carry out a search. Safe to run twice: what is over is not begun again.

    Not in one transaction, so that no writer waits for the search.
    """
    found = PlanComputation.objects.select_related("plan__school", "plan__term").get(pk=work)
    if found.state not in {Work.QUEUED, Work.RUNNING}:
        return
    PlanComputation.objects.filter(pk=work, state=Work.QUEUED).update(state=Work.RUNNING)
    try:
        setting = setting_of(found.plan, timezone.localdate())
        if found.kind == "explain":
            _end(found, {"explanation": _explained(setting, found.seconds)}, Work.DONE)
        else:
            _solve(found, setting)
    except Refused as refusal:
        if found.kind == "solve":
            # An explanation leaves the version open; a search begun since keeps it closed.
            _reopen(found.plan)
        _end(found, {"refusal": str(refusal)}, Work.FAILED)


def _solve(work: PlanComputation, setting: Setting) -> None:
    entries = list(work.plan.entries.all())
    outcome = planner.solve(
        setting.problem, start=setting.timetable(entries), seconds=work.seconds,
        keep=frozenset(each.key for each in entries if each.locked and each.weekday),
        on_progress=_reporter(work),
    )  # fmt: skip
    with transaction.atomic():
        _adopt(work.plan, setting, outcome)
        _end(work, _packed(outcome), Work.DONE)


def _reporter(work: PlanComputation) -> Callable[[planner.Progress], bool]:
    """Writes the figures once in a while, and says whether to go on."""
    written = 0.0
    history: list[list[float]] = []

    def report(progress: planner.Progress) -> bool:
        nonlocal written
        now = time.monotonic()
        if now - written < _BEAT_SECONDS:
            return True
        written = now
        history.append([round(progress.seconds, 1), progress.hard, progress.soft])
        rows = PlanComputation.objects.filter(pk=work.pk)
        rows.update(progress=_figures(progress), history=history[-200:])
        return not rows.filter(stop=True).exists()

    return report


def _figures(progress: planner.Progress) -> dict[str, Any]:
    return {
        "seconds": round(progress.seconds, 1), "placed": progress.placed,
        "total": progress.total, "hard": progress.hard, "soft": progress.soft,
        "bound": progress.bound,
    }  # fmt: skip


def _adopt(plan: SchoolPlan, setting: Setting, outcome: planner.Outcome) -> None:
    """Write what the search found as one step that can be undone."""
    _reopen(plan)
    moved: list[PlanEntry] = []
    before: list[dict[str, Any]] = []
    for entry in plan.entries.all():
        place = outcome.timetable.get(entry.key)
        weekday, seq = setting.week.cell(place.time) if place else (None, None)
        room = int(place.room) if place and place.room else None
        if entry.locked or (entry.weekday, entry.seq, entry.room_id) == (weekday, seq, room):
            continue
        before.append(snapshot(entry))
        entry.weekday, entry.seq, entry.room_id, entry.reason = weekday, seq, room, ""
        moved.append(entry)
    PlanEntry.objects.bulk_update(moved, ["weekday", "seq", "room", "reason"], batch_size=500)
    if moved:
        after = [snapshot(each) for each in moved]
        note_step(plan, f"自动排课，动了 {len(moved)} 节", before, after, None, timezone.now())
    touch(plan)
    score(plan, setting)


def _reopen(plan: SchoolPlan) -> None:
    SchoolPlan.objects.filter(pk=plan.pk, state=State.COMPUTING).update(state=State.DRAFT)
    plan.refresh_from_db(fields=["state"])


def _packed(outcome: planner.Outcome) -> dict[str, Any]:
    last = outcome.history[-1] if outcome.history else None
    return {
        "unplaced": [
            {
                "activity": each.activity, "sentence": each.sentence,
                "blockers": [
                    {"kind": one.kind, "key": one.key, "sentence": one.sentence}
                    for one in each.blockers[:6]
                ],
            }
            for each in outcome.unplaced
        ],
        "bound": outcome.bound, "seconds": round(last.seconds, 1) if last else 0,
        "history": [[round(one.seconds, 1), one.hard, one.soft] for one in outcome.history[-200:]],
    }  # fmt: skip


def _explained(setting: Setting, seconds: int) -> dict[str, Any]:
    found = planner.explain(setting.problem, seconds=seconds)
    names = {rule.key: (rule.sentence, rule.owner) for rule in setting.problem.rules}
    return {
        "feasible": found.feasible,
        "conflicts": [
            {
                "sentence": each.sentence,
                "rules": [
                    {"key": key, "sentence": names.get(key, (key, ""))[0],
                     "owner": names.get(key, ("", ""))[1]}
                    for key in each.rules
                ],
                "blockers": [one.sentence for one in each.blockers[:6]],
            }
            for each in found.conflicts
        ],
        "relaxations": [
            {"rules": list(each.rules), "sentence": each.sentence, "cost": each.cost}
            for each in found.relaxations
        ],
    }  # fmt: skip


def _end(work: PlanComputation, result: dict[str, Any], state: str) -> None:
    history = result.pop("history", None)
    changed: dict[str, Any] = {"state": state, "result": result, "finished_at": timezone.now()}
    if history:
        changed["history"] = history
    PlanComputation.objects.filter(pk=work.pk).update(**changed)
