"""Arranging the lessons of an absence: all chosen ways in one transaction, or none."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Organisation
from tongke.teaching.timetable.forms import a_day
from tongke.teaching.timetable.models import Absence, DayChange
from tongke.teaching.timetable.queries.calendar import day_name
from tongke.teaching.timetable.queries.changes_day import DayLesson
from tongke.teaching.timetable.queries.changes_offers import Desk, Offer
from tongke.teaching.timetable.services.changes import joint, ledger
from tongke.teaching.timetable.services.changes.steps import check_on_the_clock
from tongke.teaching.timetable.services.changes.telling import tell_changes, tell_managers
from tongke.teaching.timetable.services.placements import lock_term

Kind, State, Part = DayChange.Kind, DayChange.State, DayChange.Part
OFF = "off"
WHY = "教师请假"
"""What everybody reads unless something else is said: never the kind of leave."""


@dataclass
class _Act:
    """What all rows of one arrangement share."""

    absence: Absence
    desk: Desk
    reason: str
    by: Actor | None
    at: datetime


@transaction.atomic
def arrange(
    absence: Absence,
    picks: Mapping[str, str],
    *,
    reason: str = "",
    schools: Organisation | None = None,
    by: Actor | None,
    at: datetime,
) -> list[DayChange]:
    """Settle lessons of an absence as chosen; sending the same twice changes nothing twice.

    Args:
        picks: for the key of each lesson the token of an offer, ``off`` for "not held", or empty
            to leave it open.
        reason: why, as everybody reads it; `WHY` unless given.
        schools: only lessons of the subtree of this organisation may be settled.

    Raises:
        Refused: the absence is not approved, a way is not possible any more, or somebody would
            be in two places at once. Nothing is written.
    """
    act = _begin(absence, reason, by, at)
    made: list[DayChange] = []
    wanted = {key: token for key, token in picks.items() if token}
    for one in list(act.desk.lessons):
        token = wanted.pop(one.key, "")
        if token and not _below(one, schools):
            raise Refused(f"{one.school.short_name}的课由该校安排。")
        if token:
            made += _settle(act, one, token)
    for key, token in wanted.items():
        if not _settled(absence, key, token):
            raise Refused("有的课刚刚被别人安排过或不再需要安排，请刷新后再看。")
    return _finish(act, made)


@transaction.atomic
def arrange_all(
    absence: Absence, *, schools: Organisation | None = None, by: Actor | None, at: datetime
) -> list[DayChange]:
    """Settle every coming open lesson of an absence in the best way; the rest stays open.

    Raises:
        Refused: as `arrange`.
    """
    act = _begin(absence, "", by, at)
    made: list[DayChange] = []
    for one in list(act.desk.lessons):
        best = None if act.desk.past(one) else act.desk.offers(one).best
        if best is not None and _below(one, schools):
            made += _do(act, one, best)
    return _finish(act, made)


def _begin(absence: Absence, reason: str, by: Actor | None, at: datetime) -> _Act:
    """Alone with the term from here on."""
    lock_term(absence.term)
    absence.refresh_from_db(fields=["state"])
    if absence.state != Absence.State.APPROVED:
        raise Refused("请假还没有批准或已经销假，不能安排。")
    told = reason.strip()[:200] or WHY
    return _Act(absence, Desk(absence, at), told, by, at)


def _below(one: DayLesson, schools: Organisation | None) -> bool:
    return schools is None or one.school.path.startswith(schools.path)


def _finish(act: _Act, made: list[DayChange]) -> list[DayChange]:
    """Check what was written on the clock, note it, and tell everybody."""
    if made:
        check_on_the_clock(made)
        record("timetable.change.arranged", act.absence, actor=act.by, at=act.at,
               detail={"changes": [row.pk for row in made]})  # fmt: skip
        tell_changes(made, "课表有变动", made[0].step)
        joint_rows = [row for row in made if row.lesson is not None]
        tell_managers(joint_rows, "联合课有变动", f"{made[0].step}:joint")
    return made


def _settled(absence: Absence, key: str, token: str) -> bool:
    """Whether a lesson of this absence stands already as the token says: sent a second time."""
    rows = DayChange.objects.filter(absence=absence, state__in=DayChange.STANDING)
    head, _, rest = key.partition("-")
    number = head[1:]
    if not number.isdecimal():
        return False
    match head[:1]:
        case "c":
            words, _, seq = rest.rpartition("-")
            day = a_day(words)
            if day is None or not seq.isdecimal():
                return False
            rows = rows.filter(part=Part.OWN, school_class=int(number), day=day, seq=int(seq))
        case "h":
            rows = rows.filter(part__in=[Part.HOST, Part.WHOLE], lesson=int(number))
        case "a" if rest.isdecimal():
            rows = rows.filter(part=Part.ASSISTANT, lesson=int(number), school_class=int(rest))
        case _:
            return False
    verb, _, what = token.partition(":")
    match verb:
        case "sub":
            return what.isdecimal() and rows.filter(
                kind=Kind.SUBSTITUTE, teacher=int(what)
            ).exists()  # fmt: skip
        case "swap":
            return rows.filter(kind=Kind.SWAP).exists()
        case _:
            return rows.filter(kind=Kind.NOT_HELD).exists()


def _settle(act: _Act, one: DayLesson, token: str) -> list[DayChange]:
    if token == OFF:
        if one.part == Part.ASSISTANT:
            raise Refused("听讲教师不在时请安排代课；要停整节联合课，请由主讲校办理。")
        made = [_not_held(act, one, uuid4(), act.reason)]
        act.desk.take(one, None)
        return made
    offer = act.desk.offers(one).by_token(token)
    if offer is None:
        raise Refused(f"{one.when}{one.name}：所选的安排已经不可行，请刷新后另选。")
    return _do(act, one, offer)


def _do(act: _Act, one: DayLesson, offer: Offer) -> list[DayChange]:
    step = uuid4()
    match offer.kind:
        case Kind.SUBSTITUTE:
            made = [_substitute(act, one, offer, step)]
        case Kind.SWAP:
            made = _swap(act, one, offer, step)
        case _:
            made = _later(act, one, offer, step)
    act.desk.take(one, offer)
    return made


def _row(act: _Act, one: DayLesson, kind: str, step: UUID, **over: object) -> DayChange:
    """A change of a lesson, in place of whatever stood for it."""
    before = one.change if one.change is not None and one.change.pk else None
    if before is not None and before.part == over.get("part", one.part):
        won = DayChange.objects.filter(pk=before.pk, state__in=DayChange.STANDING).update(
            state=State.REPLACED
        )
        if not won:
            raise Refused("这节课刚刚被别人安排过，请刷新后再看。")
    else:
        before = None
    fields: dict[str, object] = {
        "school_class": one.school_class, "day": one.day, "seq": one.seq, "part": one.part,
        "lesson": one.lesson, "subject": one.subject, "room": one.room,
        "was_subject": one.subject, "was_teacher": one.teacher, "reason": act.reason,
        "task_id": one.task if kind == Kind.SUBSTITUTE else None,
    }  # fmt: skip
    fields |= over
    return DayChange.objects.create(
        term=act.absence.term, school=one.school, kind=kind, absence=act.absence, step=step,
        replaces=before, made_by=act.by.person if act.by else None, made_at=act.at, **fields,
    )  # fmt: skip


def _asked(act: _Act, teacher: int | None) -> dict[str, object]:
    """Whoever arranges for themselves need not be asked."""
    own = act.by is not None and act.by.person.pk == teacher
    if own or teacher == act.absence.teacher_id:
        return {"state": State.ACCEPTED, "answered_at": act.at}
    return {"state": State.PENDING}


def _substitute(act: _Act, one: DayLesson, offer: Offer, step: UUID) -> DayChange:
    assert offer.teacher is not None
    if one.lesson is not None and one.part == Part.HOST:
        joint.substitute_host(one.lesson, offer.teacher)
    elif one.lesson is not None:
        joint.substitute_assistant(one.lesson, one.class_id, offer.teacher)
    row = _row(act, one, Kind.SUBSTITUTE, step, teacher=offer.teacher,
               **_asked(act, offer.teacher.pk))  # fmt: skip
    ledger.schedule(row, one)
    return row


def _not_held(act: _Act, one: DayLesson, step: UUID, reason: str) -> DayChange:
    over: dict[str, object] = {"teacher": None, "reason": reason, "state": State.ACCEPTED,
                               "answered_at": act.at}  # fmt: skip
    if one.lesson is not None:
        joint.call_off(one.lesson, reason)
        over["part"] = Part.WHOLE
    return _row(act, one, Kind.NOT_HELD, step, **over)


def _swap(act: _Act, one: DayLesson, offer: Offer, step: UUID) -> list[DayChange]:
    other = offer.other
    assert other is not None
    assert other.teacher is not None
    here = _row(
        act, one, Kind.SWAP, step, subject=other.subject, teacher=other.teacher, room=other.room,
        **_asked(act, other.teacher.pk),
    )  # fmt: skip
    there = _row(
        act, other, Kind.SWAP, step, subject=one.subject, teacher=one.teacher, room=one.room,
        **_asked(act, one.teacher.pk if one.teacher else None),
    )  # fmt: skip
    return [here, there]


def _later(act: _Act, one: DayLesson, offer: Offer, step: UUID) -> list[DayChange]:
    slot, teacher = offer.slot, act.absence.teacher
    assert slot is not None
    told = f"{act.reason}，改到{day_name(slot.day)}第 {offer.seq} 节补课"[:200]
    off = _not_held(act, one, step, told)
    over: dict[str, object] = {"day": slot.day, "seq": offer.seq, "teacher": teacher,
                               "was_subject": None, "was_teacher": None,
                               "reason": f"补{one.when}的课"[:200], "state": State.ACCEPTED,
                               "answered_at": act.at}  # fmt: skip
    if one.lesson is not None:
        made = joint.make_up(one.lesson, slot, offer.sides, teacher)
        over |= {"lesson": made, "part": Part.WHOLE}
    return [off, _row(act, replace(one, change=None), Kind.MAKE_UP, step, **over)]
