"""Terms, holidays and bells: what every timetable stands on."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.db import transaction

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Organisation
from tongke.teaching.timetable.models import Bell, BellGrid, Holiday, Lesson, Term
from tongke.teaching.timetable.queries.calendar import SCHOOL_DAYS, calendar_of, on
from tongke.teaching.timetable.queries.clock import term_clashes
from tongke.teaching.timetable.services.times import retime

BellTimes = Sequence[tuple[time, time]]


@transaction.atomic
def open_term(
    *,
    region: Organisation,
    code: str,
    name: str,
    starts_on: date,
    weeks: int,
    by: Actor | None,
    at: datetime,
) -> Term:
    """Set up a term of a region.

    Raises:
        Refused: it does not begin on a Monday, its length is not 1 to 30 weeks, the code is
            taken, or it overlaps another term of the region.
    """
    _check_term(region, code, starts_on, weeks, None)
    term = Term.objects.create(
        region=region, code=code, name=name, starts_on=starts_on, weeks=weeks
    )
    record("timetable.term.opened", term, actor=by, at=at, detail={"code": code})
    return term


@transaction.atomic
def edit_term(
    term: Term, *, name: str, starts_on: date, weeks: int, by: Actor | None, at: datetime
) -> None:
    """Change a term's name and dates.

    Raises:
        Refused: as `open_term`; or the dates change while lessons already stand in it.
    """
    _check_term(term.region, term.code, starts_on, weeks, term)
    moved = starts_on != term.starts_on or weeks < term.weeks
    if moved and Lesson.objects.filter(course__term=term).exists():
        raise Refused("本学期已经排出课次，不能再改开始日期或缩短周数。")
    term.name, term.starts_on, term.weeks = name, starts_on, weeks
    term.save(update_fields=["name", "starts_on", "weeks"])
    detail = {"starts_on": str(starts_on), "weeks": weeks}
    record("timetable.term.edited", term, actor=by, at=at, detail=detail)


def _check_term(
    region: Organisation, code: str, starts_on: date, weeks: int, own: Term | None
) -> None:
    if starts_on.isoweekday() != 1:
        raise Refused("学期第一周要从周一开始。")
    if not 1 <= weeks <= 30:
        raise Refused("教学周数应在 1 到 30 之间。")
    others = Term.objects.exclude(pk=own.pk) if own else Term.objects.all()
    if others.filter(code=code).exists():
        raise Refused(f"已经有代码为“{code}”的学期。")
    ends_on = starts_on + timedelta(days=7 * weeks - 1)
    for other in others.filter(region=region):
        if starts_on <= other.ends_on and other.starts_on <= ends_on:
            raise Refused(f"与{other.name}的日期重叠。")


@transaction.atomic
def set_holiday(
    term: Term,
    *,
    day: date,
    name: str,
    follows_weekday: int | None,
    by: Actor | None,
    at: datetime,
) -> Holiday:
    """Declare a day without lessons, or a day that follows another weekday's plan.

    Lessons that already stand on the day are not moved by this.

    Raises:
        Refused: the day lies outside the term, the weekday is none, or planned lessons stand on
            a day that is to have none.
    """
    if not term.starts_on <= day <= term.ends_on:
        raise Refused("日期不在本学期内。")
    if follows_weekday is not None and follows_weekday not in SCHOOL_DAYS:
        raise Refused("补课日只能按周一到周五上课。")
    standing = Lesson.objects.filter(course__term=term, day=day, state=Lesson.State.PLANNED)
    own = calendar_of(term).plan_of(day)
    if follows_weekday != own and (count := standing.count()):
        raise Refused(f"这一天已经排有 {count} 节联合课，请先撤销或改排。")
    holiday, _ = Holiday.objects.update_or_create(
        term=term, day=day, defaults={"name": name, "follows_weekday": follows_weekday}
    )
    detail = {"day": str(day), "follows": follows_weekday}
    record("timetable.holiday.set", holiday, actor=by, at=at, detail=detail)
    return holiday


@transaction.atomic
def remove_holiday(holiday: Holiday, *, by: Actor | None, at: datetime) -> None:
    """Let the day follow its own weekday again.

    Raises:
        Refused: planned lessons stand on it because of the make-up plan.
    """
    standing = Lesson.objects.filter(
        course__term=holiday.term_id, day=holiday.day, state=Lesson.State.PLANNED
    )
    if holiday.follows_weekday is not None and standing.exists():
        raise Refused("这一天已经按补课排出联合课，不能删除。")
    record("timetable.holiday.removed", holiday, actor=by, at=at, detail={"day": str(holiday.day)})
    holiday.delete()


@transaction.atomic
def save_bells(
    school: Organisation,
    *,
    name: str,
    times: BellTimes,
    since: date,
    by: Actor | None,
    at: datetime,
) -> BellGrid:
    """Let a school ring these bells from a day on; the grid before ends the day before.

    A grid that begins on the same day is replaced. Planned joint lessons from that day on are
    moved to the time that all their rooms then have in common.

    Args:
        times: start and end of each period, in order.

    Raises:
        Refused: no period, periods out of order or overlapping, a later grid exists, or the new
            bells leave a joint lesson without enough time in common or let somebody be in two
            places at once. Nothing is written.
    """
    _check_times(times)
    if not school.is_school:
        raise Refused(f"{school.name}不是学校或教学点，没有作息表。")
    grids = BellGrid.objects.filter(school=school)
    if grids.filter(since__gt=since).exists():
        raise Refused("已有更晚开始的作息表，请从那一天改起。")
    before = {
        clash.pair for term, day in _terms(since) for clash in term_clashes(term, day, {school.pk})
    }
    grid = grids.filter(since=since).first()
    if grid is None:
        grids.filter(on(since)).update(until=since - timedelta(days=1))
        grid = BellGrid.objects.create(school=school, name=name, since=since)
    else:
        BellGrid.objects.filter(pk=grid.pk).update(name=name, until=None)
        grid.bells.all().delete()
        grid.refresh_from_db()
    Bell.objects.bulk_create(
        Bell(grid=grid, seq=seq, starts=starts, ends=ends)
        for seq, (starts, ends) in enumerate(times, 1)
    )
    _refuse_new_clashes(school, since, before)
    moved = retime(school, since=since, at=at)
    detail = {"since": str(since), "periods": len(times), "lessons": moved}
    record("timetable.bells.saved", grid, actor=by, at=at, detail=detail)
    return grid


def _check_times(times: BellTimes) -> None:
    if not times:
        raise Refused("至少要填一节课的时间。")
    for number, (starts, ends) in enumerate(times, 1):
        if starts >= ends:
            raise Refused(f"第 {number} 节的结束时间要晚于开始时间。")
        if number > 1 and starts < times[number - 2][1]:
            raise Refused(f"第 {number} 节和第 {number - 1} 节的时间重叠。")


def _terms(since: date) -> list[tuple[Term, date]]:
    """Terms that the new bells will ring in, each with a day on which they do."""
    running = [term for term in Term.objects.all() if term.ends_on >= since]
    return [(term, max(since, term.starts_on)) for term in running]


def _refuse_new_clashes(school: Organisation, since: date, before: set[tuple[object, ...]]) -> None:
    for term, day in _terms(since):
        fresh = [each for each in term_clashes(term, day, {school.pk}) if each.pair not in before]
        if fresh:
            one = fresh[0]
            raise Refused(
                f"按新的作息，“{one.one.label}”和“{one.other.label}”会撞在一起"
                f"（共 {len(fresh)} 处），请先调整课表。"
            )
