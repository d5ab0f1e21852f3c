"""Declaring, switching, preparing, ending, taking back."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tongke.core.errors import Refused
from tongke.core.jobs import run_pending
from tongke.core.models import AuditEntry, Job, Message
from tongke.foundation.people.models import SchoolClass
from tongke.foundation.people.tests.make import NOON
from tongke.teaching.continuity.models import Emergency, SchoolSwitch, StandIn
from tongke.teaching.continuity.queries.days import ClassDay, class_day, class_days
from tongke.teaching.continuity.queries.modes import mode_of
from tongke.teaching.continuity.services import emergencies, preparing
from tongke.teaching.continuity.tests.make import MONDAY, MORNING, declare
from tongke.teaching.timetable.models import DayChange, Placement, Suspension
from tongke.teaching.timetable.services import calendar
from tongke.teaching.timetable.tests.make import Scene, put, ready
from tongke.teaching.timetable.tests.make import publish as publish_course

pytestmark = pytest.mark.slow

TUESDAY = MONDAY + timedelta(days=1)


def of(school_class: SchoolClass) -> SchoolClass:
    """The class with its school."""
    return SchoolClass.objects.select_related("school").get(pk=school_class.pk)


def shape(one: ClassDay) -> list[tuple[int, str, bool]]:
    return [(part.seq, part.stand_in.subject_id, part.online) for part in one.parts]


def test_a_declaration_switches_its_classes_at_once_and_nobody_else(scene: Scene) -> None:
    cast = scene.cast
    deer, centre, far = of(cast.deer_class), of(cast.centre_class), of(cast.far_class)
    before = {each.pk: shape(class_day(each, MONDAY)) for each in (deer, centre, far)}
    placements = list(Placement.objects.order_by("pk").values())

    declared = declare(cast.officer, cast.centre)

    assert all(part.online for one in (deer, centre) for part in class_day(one, MONDAY).parts)
    assert not class_day(far, MONDAY).online
    assert mode_of(deer, MONDAY, 2) is not None
    assert mode_of(deer, TUESDAY, 1) is None
    assert AuditEntry.objects.filter(action="continuity.emergency.declared").count() == 1
    # The same again changes nothing.
    assert declare(cast.officer, cast.centre) == declared
    assert Emergency.objects.count() == 1
    run_pending()
    emergencies.revoke(declared, reason="点错了", by=cast.officer, at=NOON)
    run_pending()
    assert {each.pk: shape(class_day(each, MONDAY)) for each in (deer, centre, far)} == before
    assert list(Placement.objects.order_by("pk").values()) == placements
    with pytest.raises(Refused, match="已经撤回"):
        emergencies.revoke(declared, reason="再来", by=cast.officer, at=NOON)


def test_the_stand_in_follows_the_class_and_says_when_there_is_none(scene: Scene) -> None:
    cast = scene.cast
    declare(cast.deer_head, cast.deer_bay)
    deer = class_day(of(cast.deer_class), MONDAY)
    chinese, music, sport = (part.stand_in for part in deer.parts)

    # Week 12 of 20 with three units of equal weight: the second unit; the page is of the first.
    assert (music.kind, music.resource and music.resource.title) == ("review", "认识简谱")
    assert "第 12 教学周" in music.why
    assert "第2单元" in music.why
    assert "要点2" in music.task
    assert len(music.items) == 2
    assert chinese.kind == "none"
    assert "没有本学科" in chinese.why
    assert sport.kind == "task"
    assert "20 分钟" in sport.task
    assert deer.unsettled == [deer.parts[0]]


def test_joint_lessons_go_on_live_and_taught_topics_set_the_place(scene: Scene) -> None:
    cast = scene.cast
    Placement.objects.filter(school_class=cast.deer_class, subject="SB0602").delete()
    course = publish_course(scene, ready(scene))
    lesson = course.lessons.filter(day__gte=MONDAY).order_by("day").first()
    assert lesson is not None
    at = MORNING
    declare(cast.officer, cast.region.region, at=at, days=7)
    one = class_day(of(cast.deer_class), lesson.day)
    live = next(part for part in one.parts if part.stand_in.subject_id == "SB0602")

    assert (live.stand_in.kind, live.stand_in.lesson) == ("live", lesson)
    # Another music lesson of the class, on its own, follows the last topic that was taught.
    unit = scene.textbook.units.get(seq=3)
    course.lessons.filter(day__lt=MONDAY).update(state="held", unit=unit)
    put(scene, cast.deer_class, (MONDAY.isoweekday(), 6), code="SB0602")
    own = next(part for part in class_day(of(cast.deer_class), MONDAY).parts if part.seq == 6)
    assert "最近一次联合课" in own.stand_in.why
    assert "第3单元" in own.stand_in.why


def test_periods_holidays_and_make_up_days_are_respected(scene: Scene) -> None:
    cast = scene.cast
    saturday, wednesday = MONDAY + timedelta(days=5), MONDAY + timedelta(days=2)
    for day, name, follows in ((wednesday, "停电", None), (saturday, "补周三的课", 3)):
        calendar.set_holiday(
            scene.term, day=day, name=name, follows_weekday=follows, by=None, at=MORNING
        )
    declare(cast.officer, cast.deer_bay, days=6, first_seq=2, last_seq=2)
    deer = of(cast.deer_class)
    online = {
        day: [part.seq for part in class_day(deer, day).online]
        for day in (MONDAY + timedelta(days=n) for n in range(7))
    }

    assert online == {
        MONDAY: [2, 3], TUESDAY: [1, 2, 3], wednesday: [], wednesday + timedelta(days=1): [1, 2, 3],
        wednesday + timedelta(days=2): [1, 2, 3], saturday: [1, 2],
        saturday + timedelta(days=1): [],
    }  # fmt: skip
    assert class_day(deer, wednesday).note == "停电"


def test_the_days_own_changes_are_what_goes_home(scene: Scene) -> None:
    cast, deer = scene.cast, of(scene.cast.deer_class)
    declare(cast.officer, cast.centre)
    Placement.objects.filter(school_class=deer, weekday=1, seq=3).update(weeks="odd")
    common = {
        "term": scene.term, "school": cast.deer_bay, "school_class": deer, "day": MONDAY,
        "reason": "调整", "made_by": cast.deer_head.person, "made_at": MORNING,
    }  # fmt: skip
    kinds = DayChange.Kind
    DayChange.objects.create(
        kind=kinds.SUBSTITUTE, seq=1, subject_id="SB0101", teacher=cast.stone_assistant.person,
        was_teacher=cast.deer_assistant.person, step=uuid4(), **common,
    )  # fmt: skip
    off = DayChange.objects.create(
        kind=kinds.NOT_HELD, seq=2, was_subject_id="SB0602", step=uuid4(), **common
    )
    DayChange.objects.create(
        kind=kinds.MAKE_UP, seq=5, subject_id="SB0201", teacher=cast.teacher.person, step=uuid4(),
        **common,
    )  # fmt: skip
    # The twelfth week is an even one.
    day = class_day(deer, MONDAY)
    assert [(part.seq, part.stand_in.subject_id, part.stand_in.teacher) for part in day.parts] == [
        (1, "SB0101", cast.stone_assistant.person), (5, "SB0201", cast.teacher.person),
    ]  # fmt: skip
    DayChange.objects.filter(pk=off.pk).update(state=DayChange.State.UNDONE)
    assert [part.seq for part in class_day(deer, MONDAY).parts] == [1, 2, 5]
    Suspension.objects.create(
        term=scene.term, organisation=cast.deer_bay, day=MONDAY, from_seq=2, until_seq=2,
        reason="停电", entered_by=cast.deer_head.person, entered_at=MORNING,
        make_up_on=MONDAY + timedelta(days=5),
    )  # fmt: skip
    assert [part.seq for part in class_day(deer, MONDAY).parts] == [1, 5]
    saturday = class_day(deer, MONDAY + timedelta(days=5))
    assert [part.seq for part in saturday.parts][:2] == [1, 2]


def test_the_jobs_write_stand_ins_out_and_tell_everybody_once(scene: Scene) -> None:
    cast = scene.cast
    at = timezone.now()
    today = timezone.localdate(at)
    declared = declare(cast.director, cast.centre, at=at, days=3, drill=True)
    # A worker that died leaves a running job; the same work twice changes nothing.
    run_pending()
    first = StandIn.objects.count()
    preparing.prepare.handler(declared.pk)
    for switch in SchoolSwitch.objects.all():
        preparing.prepare_school.handler(declared.pk, switch.school_id)
        preparing.tell_school.handler(declared.pk, switch.school_id)

    assert (
        not Job.objects.exclude(state=Job.State.DONE)
        .filter(name__startswith="continuity")
        .exclude(name__in=["continuity.prepare_ahead", "continuity.plan_visits"])
    )
    assert StandIn.objects.count() == first
    told = Message.objects.filter(kind="continuity.switch")
    names = set(told.values_list("account__person__name", flat=True))
    assert {"安守田", "周青禾", "安小满"} <= names
    assert "外校乙" not in names
    assert told.count() == len(names)
    guardian = told.get(account=cast.guardian.account)
    assert guardian.title.startswith("安小满：【演练】暴雪停课")
    assert "不影响成绩" in guardian.body
    deer = SchoolSwitch.objects.get(emergency=declared, school=cast.deer_bay)
    assert (deer.classes, deer.pupils, deer.told_at is not None) == (1, 3, True)
    days = preparing.days_ahead(declared, today)
    assert days[0] == today
    assert len(days) == 3


def test_ending_early_brings_classes_back_from_a_period_on_and_can_be_undone(scene: Scene) -> None:
    cast, deer = scene.cast, of(scene.cast.deer_class)
    declared = declare(cast.officer, cast.region.region, days=3)
    with pytest.raises(Refused, match="撤回"):
        emergencies.close(
            declared, back_on=MONDAY, back_seq=1, reason="", by=cast.officer, at=MORNING
        )
    emergencies.close(
        declared, back_on=TUESDAY, back_seq=2, reason="雪停了", by=cast.officer, at=NOON
    )

    assert [part.seq for part in class_day(deer, TUESDAY).online] == [1]
    assert not class_day(deer, TUESDAY + timedelta(days=1)).online
    assert declared.phase(TUESDAY) == "running"
    assert declared.phase(TUESDAY + timedelta(days=1)) == "over"
    with pytest.raises(Refused, match="已经结束"):
        emergencies.close(
            declared, back_on=TUESDAY, back_seq=2, reason="再", by=cast.officer, at=NOON
        )
    emergencies.reopen(declared, by=cast.officer, at=NOON)
    assert len(class_day(deer, TUESDAY + timedelta(days=1)).online) == 3


def test_every_end_and_every_return_home_is_told_of_even_the_same_twice(scene: Scene) -> None:
    cast, at = scene.cast, timezone.now()
    declared = declare(cast.officer, cast.centre, at=at, days=3)
    run_pending()
    mine = Message.objects.filter(account=cast.guardian.account, kind="continuity.switch")
    assert mine.count() == 1
    back = timezone.localdate(at) + timedelta(days=1)
    for number in range(2):
        moment = at + timedelta(minutes=number)
        emergencies.close(
            declared, back_on=back, back_seq=1, reason="雪停", by=cast.officer, at=moment
        )
        run_pending()
        assert mine.filter(title__contains="提前结束").count() == number + 1
        emergencies.reopen(declared, by=cast.officer, at=moment)
        run_pending()
        assert mine.filter(title__contains="暴雪停课恢复").count() == number + 1
    # A job that runs twice tells nobody twice.
    preparing.prepare.handler(declared.pk, again=f":again:{moment.timestamp()}")
    run_pending()
    assert mine.count() == 5


def test_of_two_that_overlap_the_real_the_narrow_and_the_late_one_rules(scene: Scene) -> None:
    cast, deer = scene.cast, of(scene.cast.deer_class)
    county = declare(cast.officer, cast.region.region, title="全县停课")
    drill = declare(cast.deer_head, cast.deer_bay, title="本校演练", drill=True)
    own = declare(cast.deer_head, cast.deer_bay, title="本校停电")

    def ruler() -> int:
        order = mode_of(deer, MONDAY, 1)
        return order.key if order else 0

    assert ruler() == own.pk
    emergencies.revoke(own, reason="来电", by=cast.deer_head, at=NOON)
    assert ruler() == county.pk
    emergencies.revoke(county, reason="天晴", by=cast.officer, at=NOON)
    assert ruler() == drill.pk
    emergencies.revoke(drill, reason="取消", by=cast.deer_head, at=NOON)
    assert ruler() == 0


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"organisations": []}, "至少选一个范围"),
        ({"starts_on": date(2026, 11, 20)}, "已经过去"),
        ({"ends_on": date(2026, 11, 22)}, "之前"),
        ({"first_seq": 4, "last_seq": 2}, "最后一节"),
        ({"ends_on": date(2027, 11, 22)}, "最长"),
    ],
)
def test_what_does_not_hold_is_refused_with_a_sentence(
    scene: Scene, over: dict[str, Any], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        declare(scene.cast.officer, scene.cast.centre, **over)
    assert not Emergency.objects.exists()


def test_a_head_declares_for_the_own_school_only(scene: Scene) -> None:
    cast = scene.cast
    with pytest.raises(Refused, match="不归你管理"):
        declare(cast.deer_head, cast.centre)
    made = declare(cast.head, cast.centre, cast.deer_bay, grades=["15", "11"])
    assert [each.organisation for each in made.scopes.all()] == [cast.centre]
    assert made.grade_codes == {"11", "15"}


def test_a_subject_that_moved_takes_the_place_of_the_old_stand_in(scene: Scene) -> None:
    cast, deer = scene.cast, of(scene.cast.deer_class)
    declare(cast.officer, cast.deer_bay)
    preparing.keep(class_day(deer, MONDAY).parts)
    kept = StandIn.objects.get(school_class=deer, day=MONDAY, seq=2)
    Placement.objects.filter(school_class=deer, weekday=1, seq=2).update(subject="SB0702")

    part = class_day(deer, MONDAY).parts[1]
    assert (part.stand_in.subject_id, part.stale) == ("SB0702", kept.pk)
    preparing.keep([part])
    kept.refresh_from_db()
    assert (kept.subject_id, kept.kind, kept.resource) == ("SB0702", "task", None)


def test_the_cost_of_a_day_does_not_grow_with_classes(
    scene: Scene, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    classes = list(SchoolClass.objects.select_related("school"))
    declare(scene.cast.officer, scene.cast.region.region)
    with django_assert_max_num_queries(30):
        found = class_days(classes, MONDAY)
    assert sum(len(one.online) for one in found.values()) == 5
