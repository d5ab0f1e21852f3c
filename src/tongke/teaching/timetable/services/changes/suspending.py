"""Suspended days of a school or a whole region, their make-up days, and taking them back."""

from datetime import date, datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.foundation.people.actors import Actor
from tongke.teaching.timetable.models import DayChange, Lesson, Suspension, Term
from tongke.teaching.timetable.queries.calendar import calendar_of, day_name
from tongke.teaching.timetable.queries.changes_day import (
    DayBook,
    DayLesson,
    Scope,
    Suspended,
    clashes_on,
)
from tongke.teaching.timetable.queries.changes_offers_joint import taken_days
from tongke.teaching.timetable.queries.changes_suspended import (
    Effect,
    Plan,
    effect_of,
    first_bell,
    overlap,
    schools_below,
)
from tongke.teaching.timetable.services import notices
from tongke.teaching.timetable.services.changes import joint
from tongke.teaching.timetable.services.changes.telling import CHANGE
from tongke.teaching.timetable.services.placements import lock_term

Kind, State, Part = DayChange.Kind, DayChange.State, DayChange.Part


def step_of(row: Suspension) -> UUID:
    """The step that the changes of a suspended day share."""
    return uuid5(NAMESPACE_URL, f"tongke:suspension:{row.pk}")


@transaction.atomic
def suspend(term: Term, plan: Plan, *, reason: str, by: Actor | None, at: datetime) -> Suspension:
    """Let a day, or some periods of it, have no lessons; joint lessons are called off with it.

    On a make-up day the schools follow the plan of the suspended day's weekday, and the joint
    lessons that were called off are held, where all their schools make the day up.

    Raises:
        Refused: no reason; the day has no lessons, is over or has begun; it is suspended already;
            or the make-up day has lessons or something else on it. Nothing is written.
    """
    lock_term(term)
    if not reason.strip():
        raise Refused("请写明停课的原因。")
    _check_day(term, plan, at)
    if plan.make_up_on is not None:
        _check_make_up(term, plan)
    effect = effect_of(term, plan)
    if not effect.count:
        raise Refused("这一天没有要停的课。")
    row = Suspension.objects.create(
        term=term, organisation=plan.organisation, day=plan.day, from_seq=plan.from_seq,
        until_seq=plan.until_seq, alone=plan.alone, reason=reason.strip()[:120],
        make_up_on=plan.make_up_on,
        lessons=effect.count, entered_by=by.person if by else None, entered_at=at,
    )  # fmt: skip
    made = _call_off(row, effect, by, at)
    if plan.make_up_on is not None:
        _refuse_new_clashes(row)
    detail = {"day": str(plan.day), "lessons": effect.count, "joint": made,
              "make_up": str(plan.make_up_on or "")}  # fmt: skip
    record("timetable.suspension.declared", row, actor=by, at=at, detail=detail)
    _tell(row, effect, f"{day_name(row.day)}停课：{row.reason}", "declared")
    return row


@transaction.atomic
def resume(row: Suspension, *, by: Actor | None, at: datetime) -> None:
    """Take a suspended day back: its lessons are held after all.

    Raises:
        Refused: it is taken back already, the day has come, or somebody has been given another
            lesson in the time that had become free.
    """
    lock_term(row.term)
    begins = first_bell(_plan_of(row))
    if begins is not None and begins <= at:
        raise Refused("停课时间已经开始，不能撤销。")
    won = Suspension.objects.filter(pk=row.pk, undone_at=None).update(undone_at=at)
    if not won:
        raise Refused("这次停课已经撤销。")
    row.refresh_from_db()
    changes = DayChange.objects.filter(step=step_of(row), state__in=DayChange.STANDING)
    for each in changes.select_related("lesson").order_by("-pk"):
        joint.revert(each, at)
    changes.update(state=State.UNDONE, undone_at=at)
    _refuse_changed(row)
    record("timetable.suspension.undone", row, actor=by, at=at)
    effect = effect_of(row.term, _plan_of(row))
    _tell(row, effect, f"{day_name(row.day)}停课已撤销，照常上课", "undone")


def _plan_of(row: Suspension) -> Plan:
    return Plan(row.organisation, row.day, row.from_seq, row.until_seq, alone=row.alone)


def _both(row: Suspension, plan: Plan) -> bool:
    """Whether some school is meant by both."""
    if row.alone or plan.alone:
        below = schools_below(plan.organisation, alone=plan.alone)
        return any(row.covers(each) for each in below)
    return overlap(row.organisation, plan.organisation)


def _check_day(term: Term, plan: Plan, at: datetime) -> None:
    if not term.starts_on <= plan.day <= term.ends_on:
        raise Refused("日期不在本学期内。")
    if plan.day < timezone.localdate(at):
        raise Refused("不能登记已经过去的停课；没上的课请在课次或变动里记。")
    begins = first_bell(plan)
    if begins is not None and begins <= at:
        raise Refused("所选节次已经开始上课，请从还没有开始的节次停起。")
    if plan.from_seq and plan.until_seq and plan.from_seq > plan.until_seq:
        raise Refused("结束节次不能早于开始节次。")
    standing = Suspension.objects.filter(term=term, day=plan.day, undone_at=None)
    for other in standing.select_related("organisation"):
        if _both(other, plan):
            raise Refused(f"{other.organisation.name}这一天已经登记停课。")


def _check_make_up(term: Term, plan: Plan) -> None:
    day = plan.make_up_on
    assert day is not None
    if not term.starts_on <= day <= term.ends_on:
        raise Refused("补课日期不在本学期内。")
    if day <= plan.day:
        raise Refused("补课日期要在停课日期之后。")
    if calendar_of(term).plan_of(day) is not None:
        raise Refused(f"{day_name(day)}本来就有课，请选一个没有课的日子补课。")
    if plan.from_seq or plan.until_seq:
        raise Refused("只停部分节次时不能整天补课，请逐节安排补课。")
    others = Suspension.objects.filter(term=term, make_up_on=day, undone_at=None)
    for other in others.select_related("organisation"):
        if _both(other, plan):
            raise Refused(f"{day_name(day)}已经用来补{day_name(other.day)}的课。")
    placed = DayChange.objects.filter(
        term=term, day=day, state__in=DayChange.STANDING,
        school__in=schools_below(plan.organisation, alone=plan.alone),
    ).count()  # fmt: skip
    if placed:
        raise Refused(f"{day_name(day)}已经安排了 {placed} 节补课，请换一天。")


def _call_off(row: Suspension, effect: Effect, by: Actor | None, at: datetime) -> int:
    """Call joint lessons off, and hold them on the make-up day where all sides are there."""
    step, reason = step_of(row), f"停课日：{row.reason}"
    count = 0
    for lesson in effect.joint:
        joint.call_off(lesson, reason)
        common = {
            "term": row.term, "school": lesson.course.host_school, "part": Part.WHOLE,
            "subject": lesson.course.subject, "step": step, "state": State.ACCEPTED,
            "made_by": by.person if by else None, "made_at": at, "answered_at": at,
        }  # fmt: skip
        DayChange.objects.create(
            **common, day=lesson.day, kind=Kind.NOT_HELD, lesson=lesson, reason=reason,
            was_subject=lesson.course.subject, was_teacher=lesson.teacher,
        )  # fmt: skip
        count += 1
        if row.make_up_on is not None and _all_below(lesson, row):
            made = _held_later(lesson, row.make_up_on)
            DayChange.objects.create(
                **common, day=row.make_up_on, kind=Kind.MAKE_UP, lesson=made,
                teacher=made.teacher, reason=f"补{day_name(row.day)}的课",
            )  # fmt: skip
    return count


def _all_below(lesson: Lesson, row: Suspension) -> bool:
    sides = lesson.classes.select_related("school_class__school")
    schools = [lesson.course.host_school, *(each.school_class.school for each in sides)]
    return row.make_up_on not in taken_days(lesson) and all(row.covers(each) for each in schools)


def _held_later(lesson: Lesson, day: date) -> Lesson:
    """The same lesson, at the same times, on the make-up day."""
    shift: timedelta = day - lesson.day
    times = (lesson.starts_at + shift, lesson.ends_at + shift)
    sides = [(side, side.bell_seq) for side in lesson.classes.all()]
    return joint.hold(lesson, day, times, sides, lesson.teacher)


def _clashes(row: Suspension, day: date) -> list[tuple[DayLesson, DayLesson]]:
    """Lessons of a day in each other's way, for the schools and everybody who teaches there."""
    below = schools_below(row.organisation, alone=row.alone)
    schools = frozenset(below.values_list("pk", flat=True))
    book = DayBook(row.term, [day], Scope(schools=schools))
    teachers = frozenset(one.teacher.pk for one in book.on(day) if one.teacher is not None)
    return clashes_on(DayBook(row.term, [day], Scope(teachers=teachers, schools=schools)), day)


def _refuse_new_clashes(row: Suspension) -> None:
    """The make-up day takes nobody who is somewhere else on it."""
    day = row.make_up_on
    assert day is not None
    plans = Suspended(row.term, [day])
    for one, other in _clashes(row, day):
        unlike = plans.made_up(one.school, day) != plans.made_up(other.school, day)
        if unlike or one.change is not None or other.change is not None:
            raise Refused(f"{day_name(day)}{one.name}和{other.name}会撞在一起，请换一天补课。")


def _refuse_changed(row: Suspension) -> None:
    """A day that comes back takes nobody who was given something else meanwhile."""
    for one, other in _clashes(row, row.day):
        if one.change is not None or other.change is not None:
            raise Refused(f"之后的安排依赖这次停课：{one.name}和{other.name}会撞在一起。")


def _tell(row: Suspension, effect: Effect, title: str, occasion: str) -> None:
    schools = list(schools_below(row.organisation, alone=row.alone).values_list("pk", flat=True))
    people: set[int | None] = set(notices.managers(schools, row.day))
    people |= {one.teacher.pk for one in effect.lessons if one.teacher is not None}
    for lesson in (*effect.joint, *effect.partly):
        people |= {lesson.teacher_id, *lesson.classes.values_list("assistant", flat=True)}
    later = f"，{day_name(row.make_up_on)}补课" if row.make_up_on else ""
    notices.tell(
        people, CHANGE, title, body=f"{row.organisation.name}，共 {row.lessons} 节{later}。",
        url=reverse("timetable:change-mine"), key=f"suspension:{row.pk}:{occasion}",
    )  # fmt: skip
