"""Learning that goes on: a drill of last month, a child on leave today, one taught at home."""

from datetime import date, datetime, time, timedelta

from demo import cast, names
from demo.world import School, World, at
from tongke.foundation.people.models import Person, SchoolClass
from tongke.foundation.people.roles import Role
from tongke.teaching.continuity.models import Emergency, Visit
from tongke.teaching.continuity.queries.days import class_days
from tongke.teaching.continuity.services import emergencies, homes, leaves, preparing, studying
from tongke.teaching.continuity.services.emergencies import NewEmergency
from tongke.teaching.continuity.services.homes import NewHome
from tongke.teaching.continuity.services.leaves import NewLeave

_WEEKS_AGO = 4
_OPENS, _TEACHES = 0.86, 0.9


def go_on(world: World) -> None:
    """Everything, in the order in which it happened; told nobody today of what is long over."""
    teach_at_home(world)
    drill(world)
    take_leave(world)


def drill(world: World) -> Emergency:
    """One Wednesday four weeks ago the leading centre and its points rehearsed the switch."""
    day = world.clock.monday(13 - _WEEKS_AGO) + timedelta(days=2)
    centre = world.schools[world.groups[0].centre.key]
    officer = world.acting(world.cast["ouyang"], Role.OFFICER, day)
    new = NewEmergency(
        title="冬季停课切换演练", reason="检验雪天停课时线上线下切换，请按消息打开当天的课。",
        organisations=[centre.organisation], starts_on=day, ends_on=day, last_seq=4, drill=True,
    )  # fmt: skip
    made = emergencies.declare(new, by=officer, at=at(day, "07:20"))
    for school in preparing.list_schools(made):
        preparing.write_out(made.pk, school, today=day, at=at(day, "07:21"))
    group = world.groups[0]
    for spec in (group.centre, *group.points):
        _open_days(world.schools[spec.key], day)
    return made


def _open_days(school: School, day: date) -> None:
    """Families and teachers open the day, most within half an hour after the first bell."""
    classes = SchoolClass.objects.filter(school=school.organisation).select_related("school")
    days = class_days(classes, day)
    for klass, one in school.classes.items():
        whole = days[one.pk]
        if not whole.online:
            continue
        chance = names.lot("drill", school.spec.key, *klass)
        first = whole.online[0].starts_at
        rows: list[tuple[Person, bool, datetime]] = [
            (pupil, False, first + timedelta(seconds=chance.triangular(-600, 2400, 300)))
            for pupil in school.pupils[klass]
            if chance.random() < _OPENS
        ]
        teachers = {part.placement.teacher_id: part.placement.teacher for part in whole.online}
        rows += [
            (teacher, True, first + timedelta(seconds=chance.triangular(-900, 1200, -200)))
            for _, teacher in sorted(teachers.items(), key=lambda each: each[0] or 0)
            if teacher is not None and chance.random() < _TEACHES
        ]
        studying.note_openings(whole, rows)


def take_leave(world: World) -> None:
    """The younger child of the cast's father is ill today; the homeroom teacher knows."""
    today, point = world.clock.today, world.schools["石笋坪"]
    child = next(pupil for pupil in point.pupils["12", 1] if pupil.name == "苏小苗")
    guardian = world.acting(world.cast[cast.GUARDIAN], Role.GUARDIAN, today)
    teacher = world.teaching(point.homeroom(("12", 1)), today)
    evening = world.clock.last_evening
    leave = leaves.ask(
        NewLeave(
            pupil=child, kind="sick", starts_on=today, ends_on=today, reason="感冒发烧，在家休息。"
        ),
        by=guardian, at=evening,
    )  # fmt: skip
    later = evening + timedelta(minutes=25)
    leaves.decide(leave, confirm=True, answer="好好休息。", by=teacher, at=later)
    leaves.guide(leave, "先休息；有精神了再看今天的课，不赶。", by=teacher, at=later)


def teach_at_home(world: World) -> None:
    """A pupil of the leading centre is taught at home since the seventh week."""
    school = world.schools[world.groups[0].centre.key]
    klass = ("15", 1)
    pupil = school.pupils[klass][-1]
    since = world.clock.monday(7)
    assert school.head is not None
    head = world.acting(school.head, Role.HEAD, since)
    teacher = school.homeroom(klass)
    home = homes.open_home(
        NewHome(
            pupil=pupil, teacher=teacher, since=since, until=None, weekday=4, visit_at=time(15, 30),
            minutes=60, plan="每周上门一次：语文识字、生活数学，平时点播本班的课。",
            medical="行动不便，一次学习不超过 40 分钟，中间要休息。",
        ),
        by=head, at=at(since, "16:30"),
    )  # fmt: skip
    for weeks in (4, 6):
        homes.plan_visits(home, since + timedelta(weeks=weeks))
    homes.plan_visits(home, world.clock.today)
    chance = names.lot("visits", pupil.number)
    for visit in Visit.objects.filter(home=home, day__lt=world.clock.today).order_by("day"):
        by = world.teaching(teacher, visit.day)
        moment = at(visit.day, "17:10")
        if chance.random() < 0.15:
            homes.log_visit(
                visit, state="missed", minutes=0, note="下雨路滑，改为电话辅导。", by=by, at=moment
            )
            continue
        note = chance.choice(
            ("认读 6 个生字，会写 4 个。", "认识元角分，会算找零。", "读完一篇短文。")
        )
        homes.log_visit(visit, state="held", minutes=60, note=note, by=by, at=moment)
