"""Editing a version by hand: move, swap, lock, take off, and every step back and forth.

Every change counts the version's revision: who edits an older page is told so and changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.foundation.people.actors import Actor
from tongke.teaching.timetable import planner
from tongke.teaching.timetable.models import PlanEdit, PlanEntry, SchoolPlan
from tongke.teaching.timetable.queries.calendar import weekday_name
from tongke.teaching.timetable.queries.plans.problem import Setting, setting_of
from tongke.teaching.timetable.services.plans.versions import score, touch

State = SchoolPlan.State
_STATE = ("weekday", "seq", "room_id", "locked", "reason")


@dataclass(frozen=True)
class Target:
    """Where a lesson goes: weekday, seq, and a room when it needs one."""

    weekday: int
    seq: int
    room: int | None = None


@transaction.atomic
def move(
    plan: SchoolPlan,
    entry: int,
    target: Target,
    *,
    revision: int,
    reason: str = "",
    by: Actor | None,
    at: datetime,
) -> SchoolPlan:
    """Put a lesson into another period.

    Args:
        revision: of the page that was edited.
        reason: why a broken hard rule is accepted; never helps against a clash.

    Raises:
        Refused: the version was changed since, is closed, the lesson is locked, or it would meet
            another lesson or break a hard rule without a reason. Nothing changes.
    """
    plan = _open(plan, revision)
    row, setting = _entry(plan, entry), setting_of(plan, timezone.localdate(at))
    activity = setting.activity(row.key)
    if row.locked:
        raise Refused(f"{activity.name}已经锁定，请先解锁。")
    first = setting.week.time(target.weekday, target.seq)
    if first is None or first.period + activity.length > len(setting.week.seqs):
        raise Refused("作息表里没有这一节，或者放不下连堂。")
    if target.room and str(target.room) not in {one.key for one in activity.rooms}:
        raise Refused("这节课不能用这间教室，请另选。")
    after = _state(row) | {"weekday": target.weekday, "seq": target.seq, "reason": reason.strip()}
    after["room_id"] = target.room or _room(setting, plan, row, target)
    label = f"{activity.name}移到{weekday_name(target.weekday)}第 {target.seq} 节"
    before = _faults(plan, setting)
    _apply(plan, label, [(row, after)], setting, by=by, at=at)
    _refuse_new_faults(before, _faults(plan, setting), [row.key], reason=reason.strip())
    return plan


@transaction.atomic
def swap(
    plan: SchoolPlan, entry: int, other: int, *, revision: int, by: Actor | None, at: datetime
) -> SchoolPlan:
    """Let two lessons change places.

    Raises:
        Refused: as `move`; or one of them is not placed, or they have different lengths.
    """
    plan = _open(plan, revision)
    one, two = _entry(plan, entry), _entry(plan, other)
    setting = setting_of(plan, timezone.localdate(at))
    first, second = setting.activity(one.key), setting.activity(two.key)
    if one.weekday is None or two.weekday is None:
        raise Refused("两节课都排好了才能对调。")
    if one.locked or two.locked:
        raise Refused("锁定的课不能对调，请先解锁。")
    if first.length != second.length:
        raise Refused("连堂课不能和单节课对调。")
    places = [
        (row, _state(row) | {"weekday": there.weekday, "seq": there.seq})
        for row, there in ((one, two), (two, one))
    ]
    label = f"{first.name}与{second.name}对调"
    before = _faults(plan, setting)
    _apply(plan, label, places, setting, by=by, at=at)
    _refuse_new_faults(before, _faults(plan, setting), [one.key, two.key])
    return plan


@transaction.atomic
def take_off(
    plan: SchoolPlan, entries: Sequence[int], *, revision: int, by: Actor | None, at: datetime
) -> SchoolPlan:
    """Take lessons out of the week; they wait to be placed.

    Raises:
        Refused: the version was changed since or is closed, or a lesson is locked.
    """
    plan = _open(plan, revision)
    rows, setting = [_entry(plan, pk) for pk in entries], setting_of(plan, timezone.localdate(at))
    if any(row.locked for row in rows):
        raise Refused("锁定的课不能取下，请先解锁。")
    gone = {"weekday": None, "seq": None, "room_id": None, "reason": ""}
    name = setting.activity(rows[0].key).name if len(rows) == 1 else f"{len(rows)} 节课"
    _apply(plan, f"取下{name}", [(row, _state(row) | gone) for row in rows], setting, by=by, at=at)
    return plan


@transaction.atomic
def lock(
    plan: SchoolPlan, entries: Sequence[int], *, locked: bool, revision: int, by: Actor | None,
    at: datetime,
) -> SchoolPlan:  # fmt: skip
    """Lock lessons where they stand, or let them go; neither people nor searches move locked ones.

    Raises:
        Refused: the version was changed since or is closed.
    """
    plan = _open(plan, revision)
    rows = [_entry(plan, pk) for pk in entries]
    setting = setting_of(plan, timezone.localdate(at))
    changes = [(row, _state(row) | {"locked": locked}) for row in rows if row.weekday]
    if not changes:
        raise Refused("还没有排好的课不能锁定。")
    word = "锁定" if locked else "解锁"
    name = setting.activity(rows[0].key).name if len(rows) == 1 else f"{len(changes)} 节课"
    _apply(plan, f"{word}{name}", changes, setting, by=by, at=at)
    return plan


@transaction.atomic
def undo(plan: SchoolPlan, *, revision: int, by: Actor | None, at: datetime) -> PlanEdit:
    """Take the last step back.

    Raises:
        Refused: the version was changed since or is closed, or there is nothing to take back.
    """
    plan = _open(plan, revision)
    step = plan.edits.filter(undone=False).order_by("-pk").first()
    if step is None:
        raise Refused("没有可以撤销的修改。")
    _restore(plan, step.before, at)
    PlanEdit.objects.filter(pk=step.pk).update(undone=True)
    record("timetable.school_plan.undone", plan, actor=by, at=at, detail={"step": step.label})
    return step


@transaction.atomic
def redo(plan: SchoolPlan, *, revision: int, by: Actor | None, at: datetime) -> PlanEdit:
    """Do the last step that was taken back again.

    Raises:
        Refused: the version was changed since or is closed, or there is nothing to do again.
    """
    plan = _open(plan, revision)
    step = plan.edits.filter(undone=True).order_by("pk").first()
    if step is None:
        raise Refused("没有可以重做的修改。")
    _restore(plan, step.after, at)
    PlanEdit.objects.filter(pk=step.pk).update(undone=False)
    record("timetable.school_plan.redone", plan, actor=by, at=at, detail={"step": step.label})
    return step


def note_step(
    plan: SchoolPlan, label: str, before: list[dict[str, Any]], after: list[dict[str, Any]],
    by: Actor | None, at: datetime,
) -> None:  # fmt: skip
    """Keep a step so that it can be taken back; steps that were taken back are forgotten."""
    plan.edits.filter(undone=True).delete()
    PlanEdit.objects.create(
        plan=plan, label=label[:120], before=before, after=after, at=at,
        by=by.person if by else None,
    )  # fmt: skip


def snapshot(row: PlanEntry) -> dict[str, Any]:
    """A lesson's state as a row of JSON."""
    return {"id": row.pk, **_state(row)}


def _open(plan: SchoolPlan, revision: int) -> SchoolPlan:
    """The version under a lock, if this page of it is still true."""
    row = SchoolPlan.objects.select_for_update(of=("self",)).select_related("school", "term").get(
        pk=plan.pk
    )  # fmt: skip
    if row.state == State.COMPUTING:
        raise Refused("正在自动排课，请先停止，或等它算完再改。")
    if not row.open:
        raise Refused("这个方案已经发布或停用，不能再改。可以复制成新版本再改。")
    if row.revision != revision:
        last = row.edits.select_related("by").first()
        who = last.by.name if last and last.by else "别人"
        what = f"（{last.label}）" if last else ""
        raise Refused(f"方案刚刚被{who}改过{what}，您的这一步没有保存。请看清现在的课表再改。")
    return row


def _entry(plan: SchoolPlan, pk: int) -> PlanEntry:
    row = plan.entries.filter(pk=pk).first()
    if row is None:
        raise Refused("这节课已经不在方案里，请刷新后再看。")
    return row


def _state(row: PlanEntry) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _STATE}


def _room(setting: Setting, plan: SchoolPlan, row: PlanEntry, target: Target) -> int | None:
    """The best room there, as the planner sees it; None when the lesson needs none."""
    if not setting.activity(row.key).rooms:
        return None
    time = setting.week.time(target.weekday, target.seq)
    found = [
        each
        for each in planner.options(setting.problem, setting.timetable(plan.entries.all()), row.key)
        if each.place.time == time
    ]
    best = min(found, key=lambda each: (not each.legal, each.hard_delta, each.delta), default=None)
    room = best.place.room if best else None
    return int(room) if room else row.room_id


def _faults(plan: SchoolPlan, setting: Setting) -> list[planner.Violation]:
    return planner.check(setting.problem, setting.timetable(plan.entries.all()))


def _apply(
    plan: SchoolPlan, label: str, changes: Sequence[tuple[PlanEntry, dict[str, Any]]],
    setting: Setting, *, by: Actor | None, at: datetime,
) -> None:  # fmt: skip
    """Write new states, keep the step, score and audit."""
    before = [snapshot(row) for row, _ in changes]
    _write(plan, [{"id": row.pk, **state} for row, state in changes])
    note_step(plan, label, before, [{"id": row.pk, **state} for row, state in changes], by, at)
    touch(plan)
    score(plan, setting)
    detail = {"step": label, "reasons": [state["reason"] for _, state in changes]}
    record("timetable.school_plan.edited", plan, actor=by, at=at, detail=detail)


def _write(plan: SchoolPlan, states: Sequence[dict[str, Any]]) -> None:
    rows = plan.entries.in_bulk([each["id"] for each in states])
    for state in states:
        row = rows.get(state["id"])
        # A lesson may be gone since: its task has fewer periods now.
        if row is not None:
            for name in _STATE:
                setattr(row, name, state[name])
    PlanEntry.objects.bulk_update(rows.values(), _STATE, batch_size=500)


def _restore(plan: SchoolPlan, states: Sequence[dict[str, Any]], at: datetime) -> None:
    _write(plan, states)
    touch(plan)
    score(plan, setting_of(plan, timezone.localdate(at)))


def _refuse_new_faults(
    before: Sequence[planner.Violation], after: Sequence[planner.Violation], keys: Sequence[str],
    *, reason: str = "",
) -> None:  # fmt: skip
    """Refuse clashes always, broken hard rules unless a reason is given; roll everything back."""
    known = {(each.rule, each.sentence) for each in before}
    fresh = [
        each for each in after
        if each.hard and (each.rule, each.sentence) not in known and set(each.activities) & {*keys}
    ]  # fmt: skip
    clashes = [each for each in fresh if not each.rule]
    if clashes:
        raise Refused(f"不能放在这里：{clashes[0].sentence.rstrip('。')}。")
    if fresh and not reason:
        sentence = fresh[0].sentence.rstrip("。")
        raise Refused(f"{sentence}。这是必须满足的规则；确实要这样排，请写明理由。")
