"""What follows an emergency in the background: counting, writing stand-ins out, telling people.

Classes are switched by the emergency's row alone; nothing here is waited for. Every job may run
twice, and a worker that dies leaves a job that begins anew.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from tongke.core import messages
from tongke.core.jobs import task
from tongke.core.profile import current
from tongke.foundation.people.actors import now
from tongke.foundation.people.models import Account, Enrolment, Guardianship, SchoolClass
from tongke.teaching.continuity.models import Emergency, SchoolSwitch, StandIn
from tongke.teaching.continuity.profile import ContinuityProfile
from tongke.teaching.continuity.queries.days import Part, class_days
from tongke.teaching.continuity.queries.modes import order_of
from tongke.teaching.timetable.models import Placement, Term
from tongke.teaching.timetable.queries.calendar import day_name

SWITCH = messages.register_kind("continuity.switch", "停课与复课")
_OFF = Emergency.State.REVOKED


def affected(emergency: Emergency) -> QuerySet[SchoolClass]:
    """The classes an emergency is for, with their schools."""
    found = SchoolClass.objects.none()
    for each in emergency.scopes.select_related("organisation"):
        found = found | SchoolClass.objects.filter(
            school__path__startswith=each.organisation.path, closed_on=None,
            kind=SchoolClass.Kind.STANDING,
        )  # fmt: skip
    if emergency.grade_codes:
        found = found.filter(grade_code__in=emergency.grade_codes)
    return found.select_related("school")


@task("continuity.prepare")
def prepare(emergency_id: int, again: str = "") -> None:
    """Give each school of an emergency its own small jobs. Safe to run twice.

    Args:
        again: names the undoing of an early end, of which everybody is told; else empty.
    """
    emergency = Emergency.objects.get(pk=emergency_id)
    if emergency.state == _OFF or emergency.last_day() < timezone.localdate():
        return
    schools = list_schools(emergency)
    today = timezone.localdate()
    for pk in schools:
        prepare_school.enqueue(
            key=f"{emergency_id}:{pk}:{today}{again}", emergency_id=emergency_id, school_id=pk
        )
    for pk in schools:
        tell_school.enqueue(
            key=f"{emergency_id}:{pk}{again}", emergency_id=emergency_id, school_id=pk, again=again
        )


def list_schools(emergency: Emergency) -> list[int]:
    """The schools of an emergency, each with its line to be counted in. Safe to run twice."""
    schools = sorted(set(affected(emergency).values_list("school", flat=True)))
    SchoolSwitch.objects.bulk_create(
        [SchoolSwitch(emergency=emergency, school_id=pk) for pk in schools], ignore_conflicts=True
    )
    return schools


def days_ahead(emergency: Emergency, today: date) -> list[date]:
    """The days of an emergency for which stand-ins are written out now."""
    first = max(today, emergency.starts_on)
    last = min(
        emergency.last_day(), first + timedelta(days=current(ContinuityProfile).prepare_days)
    )
    return [first + timedelta(days=n) for n in range(max(0, (last - first).days + 1))]


@task("continuity.prepare_school")
def prepare_school(emergency_id: int, school_id: int) -> None:
    """Count a school and write out the stand-ins of its next days. Safe to run twice."""
    write_out(emergency_id, school_id, today=timezone.localdate(), at=timezone.now())


def write_out(emergency_id: int, school_id: int, *, today: date, at: datetime) -> None:
    """Write out what a school's classes do at home from a day on, and count it."""
    emergency = _with_scopes(emergency_id)
    days = days_ahead(emergency, today)
    if emergency.state == _OFF or not days:
        return
    classes = list(affected(emergency).filter(school=school_id))
    order = order_of(emergency)
    for day in days:
        keep(
            part
            for one in class_days(classes, day, everywhere=True).values()
            for part in one.parts
            if order.covers(
                one.school_class.school.path, one.school_class.grade_code, day, part.seq
            )
        )
    roll = Enrolment.objects.filter(now(emergency.starts_on), school_class__in=classes)
    teachers = _placed(emergency, affected(emergency).filter(school=school_id))
    SchoolSwitch.objects.filter(emergency=emergency, school=school_id).update(
        classes=len(classes), pupils=roll.count(), prepared_until=days[-1], ready_at=at,
        teachers=teachers.values("teacher").distinct().count(),
    )  # fmt: skip
    recount(emergency_id, school_id)


def _with_scopes(emergency_id: int) -> Emergency:
    return Emergency.objects.prefetch_related("scopes__organisation").get(pk=emergency_id)


def _placed(emergency: Emergency, classes: QuerySet[SchoolClass]) -> QuerySet[Placement]:
    """What is taught to classes by somebody in the terms of an emergency."""
    terms = Term.objects.filter(starts_on__lte=emergency.ends_on)
    running = [each.pk for each in terms if each.ends_on >= emergency.starts_on]
    rows = Placement.objects.filter(school_class__in=classes, term__in=running)
    return rows.exclude(teacher=None)


def recount(emergency_id: int, school_id: int) -> None:
    """Count the lessons of a school that an emergency takes home, and those that are settled."""
    emergency = _with_scopes(emergency_id)
    order = order_of(emergency)
    rows = StandIn.objects.filter(
        school_class__in=affected(emergency).filter(school=school_id),
        day__gte=emergency.starts_on, day__lte=emergency.last_day(),
    ).values_list(
        "school_class__school__path", "school_class__grade_code", "day", "seq", "kind"
    )  # fmt: skip
    kinds = [kind for path, grade, day, seq, kind in rows if order.covers(path, grade, day, seq)]
    SchoolSwitch.objects.filter(emergency=emergency, school=school_id).update(
        periods=len(kinds), matched=sum(kind != StandIn.Kind.NONE for kind in kinds)
    )


def keep(parts: Iterable[Part]) -> int:
    """Write out stand-ins that are only proposed; those that stand stay. Returns how many.

    A row for a subject that does not stand there any more gives way.
    """
    fresh = [each for each in parts if each.stand_in.pk is None]
    at = timezone.now()
    for each in fresh:
        each.stand_in.created_at = at
        if each.stale is not None:
            made = each.stand_in
            StandIn.objects.filter(pk=each.stale).exclude(subject=made.subject_id).update(
                subject=made.subject_id, teacher=made.teacher_id, lesson=made.lesson_id,
                unit=made.unit_id, kind=made.kind, resource=made.resource_id, link="",
                why=made.why, task=made.task, items=made.items,
            )  # fmt: skip
    rows = [each.stand_in for each in fresh if each.stale is None]
    StandIn.objects.bulk_create(rows, ignore_conflicts=True, batch_size=200)
    return len(fresh)


@task("continuity.prepare_ahead", every_minutes=360)
def prepare_ahead() -> None:
    """Write out further days of emergencies that go on. Safe to run twice."""
    today = timezone.localdate()
    rows = Emergency.objects.filter(ends_on__gte=today).exclude(state=_OFF)
    for each in rows:
        for pk in each.schools.order_by("school").values_list("school", flat=True):
            prepare_school.enqueue(
                key=f"{each.pk}:{pk}:{today}", emergency_id=each.pk, school_id=pk
            )


@task("continuity.tell_school")
def tell_school(emergency_id: int, school_id: int, again: str = "") -> None:
    """Tell the teachers and families of a school. Safe to run twice: messages have keys."""
    emergency = Emergency.objects.get(pk=emergency_id)
    if emergency.state == _OFF or emergency.last_day() < timezone.localdate():
        return
    words = _begin_words(emergency, again=bool(again))
    told = _tell(emergency, school_id, f"emergency{again}", words, emergency.reason)
    rows = SchoolSwitch.objects.filter(emergency=emergency, school=school_id, told_at=None)
    rows.update(told=told, told_at=timezone.now())


@task("continuity.tell_end")
def tell_end(emergency_id: int) -> None:
    """Tell everybody who was told of the beginning that it ends. Safe to run twice."""
    emergency = Emergency.objects.get(pk=emergency_id)
    if emergency.state == Emergency.State.ACTIVE:
        return
    for pk in emergency.schools.order_by("school").values_list("school", flat=True):
        key = f"{emergency_id}:{pk}:{_end_key(emergency)}"
        tell_school_end.enqueue(key=key, emergency_id=emergency_id, school_id=pk)


@task("continuity.tell_school_end")
def tell_school_end(emergency_id: int, school_id: int) -> None:
    """Tell the people of one school that classes are back. Safe to run twice."""
    emergency = Emergency.objects.get(pk=emergency_id)
    if emergency.state == Emergency.State.ACTIVE:
        return
    key = f"emergency-end:{_end_key(emergency)}"
    _tell(emergency, school_id, key, _end_words(emergency), emergency.close_reason)


def _end_key(emergency: Emergency) -> str:
    """Which end it is: one that was undone and came again is told of again."""
    assert emergency.closed_at is not None
    return f"{emergency.state}:{emergency.closed_at.timestamp()}"


def _mark(emergency: Emergency) -> str:
    return "【演练】" if emergency.drill else ""


def _begin_words(emergency: Emergency, *, again: bool) -> str:
    first, last = day_name(emergency.starts_on), day_name(emergency.ends_on)
    if emergency.first_seq > 1:
        first += f"第 {emergency.first_seq} 节"
    span = f"{first}起" if first == last else f"{first}至{last}"
    what = f"{emergency.title}恢复" if again else emergency.title
    return f"{_mark(emergency)}{what}：{span}在家上课"


def _end_words(emergency: Emergency) -> str:
    if emergency.state == _OFF:
        return f"{_mark(emergency)}{emergency.title}已撤回，照常到校上课"
    assert emergency.back_on is not None
    when = day_name(emergency.back_on)
    if emergency.back_seq > 1:
        when += f"第 {emergency.back_seq} 节"
    return f"{_mark(emergency)}{emergency.title}提前结束：{when}起到校上课"


def _tell(emergency: Emergency, school_id: int, key: str, words: str, body: str) -> int:
    """Teachers read of their classes, families of the child's day; drills say so twice."""
    classes = affected(emergency).filter(school=school_id)
    if emergency.drill:
        body = f"这是一次演练，不影响成绩和考勤。{body}"
    pupils = Enrolment.objects.filter(now(emergency.starts_on), school_class__in=classes)
    children: dict[int, str] = dict(pupils.values_list("pupil", "pupil__name"))
    names: dict[int, list[str]] = defaultdict(list)
    held = Guardianship.objects.filter(now(emergency.starts_on), child__in=pupils.values("pupil"))
    for guardian, child in held.order_by("child").values_list("guardian", "child"):
        names[guardian].append(children[child])
    family = [(one, words) for one in _accounts(children)]
    family += [(one, f"{'、'.join(names[one.person_id])}：{words}") for one in _accounts(names)]
    told = messages.notify_many(
        SWITCH, family, key=f"{key}:{emergency.pk}", body=body, url=reverse("continuity:today")
    )
    taught = _placed(emergency, classes).values_list("teacher", flat=True)
    staff = {pk for pk in (*taught, *_homerooms(classes)) if pk is not None}
    told += messages.notify_many(
        SWITCH, [(one, words) for one in _accounts(staff)], key=f"{key}:{emergency.pk}",
        body=body, url=reverse("continuity:class-list"),
    )  # fmt: skip
    return told


def _homerooms(classes: QuerySet[SchoolClass]) -> set[int]:
    found = classes.exclude(homeroom_teacher=None)
    return {pk for pk in found.values_list("homeroom_teacher", flat=True) if pk is not None}


def _accounts(people: Iterable[int]) -> list[Account]:
    """The accounts of some persons, in parts small enough for any database."""
    listed = list(people)
    found: list[Account] = []
    for start in range(0, len(listed), 500):
        found += Account.objects.filter(person__in=listed[start : start + 500]).order_by("pk")
    return found
