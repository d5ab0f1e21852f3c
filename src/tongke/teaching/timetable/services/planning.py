"""Finding weekly slots: a run is asked for, solved by the worker, looked at, and accepted."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.core.jobs import task
from tongke.core.profile import current
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Organisation
from tongke.teaching.timetable import slots as pure
from tongke.teaching.timetable.models import Course, PlanRun
from tongke.teaching.timetable.profile import TimetableProfile
from tongke.teaching.timetable.queries import planning
from tongke.teaching.timetable.queries.calendar import planning_day
from tongke.teaching.timetable.services.publishing import publish_courses

State = PlanRun.State
# The solver counts work, not seconds; a unit is 3 to 7 seconds of one core, placing eight units.
_SECONDS_PER_UNIT = 40


def propose(courses: Collection[Course], day: date) -> pure.Plan:
    """Find slots for these courses in a week like that of `day`; writes nothing.

    Raises:
        Refused: a course is not complete on all sides, or they belong to different terms.
    """
    ready = planning.ready_courses([each.pk for each in courses])
    seconds = current(TimetableProfile).solver_seconds
    return pure.solve(planning.problem_of(ready, day), effort=seconds / _SECONDS_PER_UNIT)


@transaction.atomic
def plan_slots(
    courses: Sequence[Course], *, organisation: Organisation, by: Actor | None, at: datetime
) -> PlanRun:
    """Ask for slots; the worker solves, and the run's page shows how far it is.

    Raises:
        Refused: nothing is chosen, or a course is not ready to be planned.
    """
    if not courses:
        raise Refused("请先选择要排的课程。")
    ready = planning.ready_courses([each.pk for each in courses])
    for each in ready:
        if each.state != Course.State.READY:
            raise Refused(f"{each}还不能排课：师资没有配齐，或已经开课。")
    if len({each.term_id for each in ready}) > 1:
        raise Refused("请选择同一学期的课程一起排课。")
    run = PlanRun.objects.create(term=ready[0].term, organisation=organisation, created_at=at)
    run.courses.set(ready)
    record("timetable.plan.asked", run, actor=by, at=at, detail={"courses": [c.pk for c in ready]})
    solve_plan.enqueue(key=str(run.pk), run=run.pk)
    return run


@task("timetable.solve_plan", retries=2, lease_seconds=900, atomic=False, slow=True)
def solve_plan(run: int) -> None:
    """Solve a run that waits. Safe to run twice: only the first result counts.

    Not in one transaction, so that no writer waits for the solver.
    """
    found = PlanRun.objects.select_related("term").get(pk=run)
    if found.state not in {State.QUEUED, State.RUNNING}:
        return
    PlanRun.objects.filter(pk=run, state=State.QUEUED).update(state=State.RUNNING)
    now = timezone.now()
    try:
        plan = propose(list(found.courses.all()), planning_day(found.term, timezone.localdate(now)))
    except Refused as refusal:
        result, state = {"refusal": str(refusal)}, State.FAILED
    else:
        result, state = _packed(plan), State.READY
    PlanRun.objects.filter(pk=run, state=State.RUNNING).update(
        state=state, proposal=result, finished_at=timezone.now()
    )


def _packed(plan: pure.Plan) -> dict[str, Any]:
    return {
        "slots": [planning.pack(each) for each in plan.slots],
        "explanation": list(plan.explanation),
        "proved": plan.proved,
        "score": plan.score,
        "unplaced": [
            {
                "course": int(each.course), "missing": each.missing,
                "reasons": list(each.reasons),
                "tallies": [one.text for one in each.tallies],
                "relaxations": [one.text for one in each.relaxations],
            }
            for each in plan.unplaced
        ],
    }  # fmt: skip


@dataclass(frozen=True)
class Proposal:
    """A run's proposal against the timetables as they stand now."""

    courses: list[Course]
    problem: pure.Problem
    slots: list[pure.Slot]
    faults: list[str]


def open_proposal(run: PlanRun, day: date) -> Proposal:
    """The proposal as it would be published now, with what is wrong with it since.

    Raises:
        Refused: the courses, bells or rooms have changed so much that it must be made again.
    """
    courses = planning.ready_courses(list(run.courses.values_list("pk", flat=True)))
    problem = planning.problem_of(courses, planning_day(run.term, day))
    slots = [planning.unpack(each, problem) for each in run.proposal.get("slots", ())]
    return Proposal(courses, problem, slots, pure.clashes(problem, slots))


@transaction.atomic
def move_slot(
    run: PlanRun,
    course: Course,
    *,
    taken_from: tuple[int, int] | None,
    weekday: int,
    seq: int,
    by: Actor | None,
    at: datetime,
) -> None:
    """Put one lesson of a proposal into another free period of the delivering school.

    Args:
        taken_from: weekday and seq it had; None adds a lesson that the solver could not place.

    Raises:
        Refused: the proposal is not open any more, or the period is blocked; the message says by
            whom. Nothing changes.
    """
    run = PlanRun.objects.select_for_update(of=("self",)).select_related("term").get(pk=run.pk)
    if run.state != State.READY:
        raise Refused("方案已经确认或放弃，不能再改。")
    found = open_proposal(run, timezone.localdate(at))
    plain = found.problem.course(str(course.pk))
    kept = [
        slot for slot in found.slots
        if (slot.course, slot.weekday, slot.host.seq) != (plain.key, *(taken_from or (0, 0)))
    ]  # fmt: skip
    if sum(slot.course == plain.key for slot in kept) >= plain.periods_per_week:
        raise Refused(f"{course}每周的课时已经排满。")
    option = next(
        (each for each in pure.options(found.problem, plain, kept)
         if (each.weekday, each.host.seq) == (weekday, seq)), None,
    )  # fmt: skip
    if option is None or option.slot is None:
        raise Refused(f"不能放在这里。{option.text if option else ''}")
    proposal = dict(run.proposal)
    proposal["slots"] = [planning.pack(each) for each in (*kept, option.slot)]
    proposal["unplaced"] = [
        each for each in proposal.get("unplaced", ())
        if each["course"] != course.pk
        or sum(one["course"] == course.pk for one in proposal["slots"]) < plain.periods_per_week
    ]  # fmt: skip
    PlanRun.objects.filter(pk=run.pk, state=State.READY).update(proposal=proposal)
    detail = {"course": course.pk, "from": taken_from, "to": [weekday, seq]}
    record("timetable.plan.moved", run, actor=by, at=at, detail=detail)


@transaction.atomic
def accept_plan(run: PlanRun, *, by: Actor | None, at: datetime) -> list[Course]:
    """Publish every course of the proposal that has all its lessons; those without wait on.

    Raises:
        Refused: it is accepted or given up already, no course is complete in it, or the
            timetables have changed since. Nothing is written.
    """
    won = PlanRun.objects.filter(pk=run.pk, state=State.READY).update(
        state=State.ACCEPTED, decided_at=at
    )
    if not won:
        raise Refused("方案已经确认或放弃。")
    run = PlanRun.objects.select_related("term").get(pk=run.pk)
    found = open_proposal(run, timezone.localdate(at))
    plan: dict[int, list[pure.Slot]] = {}
    for course in found.courses:
        mine = [slot for slot in found.slots if slot.course == str(course.pk)]
        if len(mine) == course.periods_per_week:
            plan[course.pk] = mine
    if not plan:
        raise Refused("方案里没有排满课时的课程，不能开课。")
    record("timetable.plan.accepted", run, actor=by, at=at, detail={"courses": list(plan)})
    return publish_courses(plan, by=by, at=at)


@transaction.atomic
def discard_plan(run: PlanRun, *, by: Actor | None, at: datetime) -> None:
    """Give a run up, also one that still waits or runs.

    Raises:
        Refused: it is accepted or given up already.
    """
    won = PlanRun.objects.filter(
        pk=run.pk, state__in=[State.QUEUED, State.RUNNING, State.READY]
    ).update(state=State.DISCARDED, decided_at=at)
    if not won:
        raise Refused("方案已经确认或放弃。")
    record("timetable.plan.discarded", run, actor=by, at=at)
