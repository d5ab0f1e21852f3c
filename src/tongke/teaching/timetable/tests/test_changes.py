"""Absences and what is done about them: substitutes, swaps, make-ups, lessons not held, undoing."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models import Sum
from django.utils import timezone

from tongke.core.errors import Refused
from tongke.core.jobs import run_pending
from tongke.core.models import AuditEntry, Job, Message
from tongke.engines.credits.models import Entry
from tongke.foundation.people.roles import Role
from tongke.foundation.people.tests.make import make_actor
from tongke.teaching.timetable.models import Absence, DayChange
from tongke.teaching.timetable.queries.changes_away import broken_by, span
from tongke.teaching.timetable.queries.changes_day import day_plan
from tongke.teaching.timetable.queries.changes_list import board_of
from tongke.teaching.timetable.queries.changes_offers import Desk
from tongke.teaching.timetable.services.changes import absences, arranging, steps
from tongke.teaching.timetable.services.changes.absences import NewAbsence, enter
from tongke.teaching.timetable.services.changes.ledger import credit_change, uncredit_change
from tongke.teaching.timetable.tests.changing import (
    EVE,
    MONDAY,
    Staffed,
    double_booked,
    shape,
    staffed,
    standing,
    week,
)
from tongke.teaching.timetable.tests.make import MATHS, Scene, put, ring

pytestmark = pytest.mark.django_db
TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture
def school(scene: Scene) -> Staffed:
    """The staffed centre school."""
    return staffed(scene)


def key(klass: int, day: object, seq: int) -> str:
    return f"c{klass}-{day}-{seq}"


def balance() -> Decimal:
    total = Entry.objects.aggregate(total=Sum("amount"))["total"] or Decimal(0)
    return total.quantize(Decimal("0.01"))


def test_a_teacher_asks_the_school_decides_and_everybody_hears(school: Staffed) -> None:
    scene, bai = school.scene, school.bai
    new = NewAbsence(
        teacher=bai.person, school=scene.cast.centre, kind="personal", since=MONDAY,
        until=TUESDAY, from_seq=1, until_seq=1, reason="家里有事",
    )  # fmt: skip

    asked = enter(scene.term, new, approved=False, by=bai, at=EVE)
    told = Message.objects.filter(account=scene.cast.head.account, kind="timetable.absence")
    assert (asked.state, told.count()) == ("pending", 1)
    with pytest.raises(Refused, match="已有请假"):
        enter(scene.term, new, approved=False, by=bai, at=EVE)
    with pytest.raises(Refused, match="还没有批准"):
        arranging.arrange_all(asked, by=school.by, at=EVE)
    with pytest.raises(Refused, match="写明"):
        absences.decide(asked, approve=False, by=school.by, at=EVE)
    absences.decide(asked, approve=True, by=school.by, at=EVE)
    with pytest.raises(Refused, match="处理过"):
        absences.decide(asked, approve=True, by=school.by, at=EVE)

    assert Message.objects.filter(account=bai.account, title="请假已登记").exists()
    # Tuesday's second period lies behind the first, the last of the absence.
    assert [each.seq for each in broken_by(asked)] == [1]
    assert span(asked) == "9月28日 周一第 1 节起至 9月29日 周二到第 1 节"
    assert AuditEntry.objects.filter(action__startswith="timetable.absence.").count() == 2


def test_an_absence_that_makes_no_sense_is_refused(school: Staffed) -> None:
    scene, bai = school.scene, school.bai
    plain = {"teacher": bai.person, "school": scene.cast.centre, "kind": "sick"}
    for wrong, words in (
        ({"since": TUESDAY, "until": MONDAY}, "不能早于"),
        ({"since": MONDAY, "until": MONDAY, "from_seq": 3, "until_seq": 2}, "结束节次"),
        ({"since": MONDAY, "until": MONDAY, "from_seq": 9}, "没有第 9 节"),
        ({"since": MONDAY - timedelta(weeks=30), "until": MONDAY}, "学期"),
        ({"since": MONDAY, "until": MONDAY, "school": scene.cast.far_school}, "任职"),
    ):
        with pytest.raises(Refused, match=words):
            enter(scene.term, NewAbsence(**{**plain, **wrong}), approved=True, by=None, at=EVE)
    assert not Absence.objects.exists()


def test_substitutes_are_ranked_by_subject_class_load_and_turns(school: Staffed) -> None:
    absence = school.away(school.bai)
    desk = Desk(absence, EVE)
    lesson = desk.lessons[0]

    offers = desk.offers(lesson)

    # 赵 teaches Chinese; 林 is the homeroom teacher, 孙 teaches the class; 钱 has another then.
    names = [each.teacher.name for each in offers.substitutes if each.teacher]
    assert names[:3] == ["赵语文", "林知遥", "孙英语"]
    assert "钱数学" not in names
    assert "白语文" not in names
    assert offers.substitutes[0].reason == "同学科，本周 1 节，本学期代课 0 次"
    assert offers.substitutes[1].reason.startswith("非本学科，看班自习，本班班主任")
    assert offers.substitutes[2].reason == "非本学科，看班自习，教本班，本周 2 节，本学期代课 0 次"
    assert offers.best == offers.substitutes[0]
    # On Tuesday, when 白 is back, 钱 has the first period; but Monday's first is 钱's in class two.
    assert not offers.swaps
    assert offers.make_ups[0].token == f"move:{TUESDAY}:3"


def test_one_click_takes_the_best_for_all_and_a_second_click_changes_nothing(
    school: Staffed,
) -> None:
    absence = school.away(school.bai, days=2)
    before = shape(school.scene, week())

    made = arranging.arrange_all(absence, by=school.by, at=EVE)
    again = arranging.arrange_all(absence, by=school.by, at=EVE)
    picks = {key(school.one.pk, MONDAY, 1): f"sub:{school.zhao.person.pk}"}
    third = arranging.arrange(absence, picks, by=school.by, at=EVE)

    assert [(row.day, row.seq, row.teacher) for row in made] == [
        (MONDAY, 1, school.zhao.person), (TUESDAY, 2, school.zhao.person),
    ]  # fmt: skip
    assert (again, third, len(standing())) == ([], [], 2)
    assert not broken_by(absence)
    assert not double_booked(school.scene, week())
    told = Message.objects.filter(kind="timetable.change", account=school.zhao.account).get()
    assert told.title == "课表有变动（2 节）"
    assert Message.objects.filter(kind="timetable.change", account=school.bai.account).exists()

    for row in made:
        steps.undo(row.step, by=school.by, at=EVE)
    assert shape(school.scene, week()) == before
    with pytest.raises(Refused, match="已经撤销"):
        steps.undo(made[0].step, by=school.by, at=EVE)


def test_a_swap_exchanges_two_lessons_of_the_class(school: Staffed) -> None:
    scene, one = school.scene, school.one
    absence = school.away(school.bai, first=TUESDAY)
    lesson = Desk(absence, EVE).lessons[0]
    assert lesson.key == key(one.pk, TUESDAY, 2)
    offers = Desk(absence, EVE).offers(lesson)
    # 钱 has Monday's second and Tuesday's first period with the class; 白 is away on Tuesday.
    assert [each.token for each in offers.swaps] == [f"swap:{MONDAY}:2", f"swap:{MONDAY}:3"]
    assert offers.swaps[0].title == "与9月28日（周一）第 2 节数学对调"

    rows = arranging.arrange(absence, {lesson.key: offers.swaps[0].token}, by=school.by, at=EVE)

    assert [(r.day, r.seq, r.subject_id, r.teacher) for r in rows] == [
        (TUESDAY, 2, MATHS, school.qian.person), (MONDAY, 2, lesson.subject.pk, school.bai.person),
    ]  # fmt: skip
    assert [row.state for row in rows] == ["pending", "accepted"]
    assert not double_booked(scene, week())
    assert arranging.arrange(absence, {lesson.key: f"swap:{MONDAY}:2"}, by=None, at=EVE) == []

    with pytest.raises(Refused, match="写明"):
        steps.refuse(rows[0], reason=" ", by=school.qian, at=EVE)
    back = steps.refuse(rows[0], reason="当天外出", by=school.qian, at=EVE)
    assert {row.state for row in back} == {"refused"}
    assert [each.key for each in broken_by(absence)] == [lesson.key]
    told = Message.objects.filter(account=school.by.account, title__startswith="钱数学不能")
    assert told.exists()


def test_a_lesson_is_made_up_later_or_not_held_with_a_durable_mark(school: Staffed) -> None:
    scene, one = school.scene, school.one
    absence = school.away(school.bai, days=2)
    first, second = (each.key for each in Desk(absence, EVE).lessons)
    later = MONDAY + timedelta(days=2)

    rows = arranging.arrange(
        absence, {first: f"move:{later}:1", second: "off"}, reason="流感", by=school.by, at=EVE
    )

    assert [(r.kind, r.day, r.seq) for r in rows] == [
        ("not_held", MONDAY, 1), ("make_up", later, 1), ("not_held", TUESDAY, 2),
    ]  # fmt: skip
    plan = {one.key: one for one in day_plan(scene.term, later, classes=[one.pk])}
    assert plan[key(one.pk, later, 1)].teacher == school.bai.person
    gone = day_plan(scene.term, TUESDAY, classes=[one.pk])
    assert [(each.seq, each.off) for each in gone if not each.held] == [(2, "停课：流感")]
    with pytest.raises(Refused, match="刚刚"):
        arranging.arrange(absence, {"c1-x-2": "off"}, by=school.by, at=EVE)
    absences.cancel(absence, by=school.by, at=EVE)
    assert not standing()
    with pytest.raises(Refused, match="已经销假"):
        absences.cancel(absence, by=school.by, at=EVE)


def test_what_is_taken_meanwhile_is_refused_and_nothing_is_written(school: Staffed) -> None:
    scene = school.scene
    mine, other = school.away(school.bai), school.away(school.zhao)
    lesson = Desk(mine, EVE).lessons[0]
    arranging.arrange(mine, {lesson.key: f"sub:{school.sun.person.pk}"}, by=school.by, at=EVE)
    # 孙 stands before class one now; class two's Chinese is in the second period, so that is free.
    second = Desk(other, EVE).lessons[0]
    put(scene, scene.cast.far_class, (1, 2), teacher=school.sun)
    with pytest.raises(Refused, match="不可行"):
        arranging.arrange(other, {second.key: f"sub:{school.sun.person.pk}"}, by=school.by, at=EVE)
    with pytest.raises(Refused, match="刚刚"):
        arranging.arrange(mine, {lesson.key: "off"}, by=school.by, at=EVE)

    assert len(standing()) == 1


def test_a_teacher_of_two_schools_needs_the_way_between_them(school: Staffed) -> None:
    scene = school.scene
    ring(scene.cast.far_school)
    make_actor(Role.TEACHER, scene.cast.far_school, person=school.zhao.person)
    put(scene, scene.cast.far_class, (2, 1), teacher=school.zhao)  # 08:30–09:10
    absence = school.away(school.bai, first=TUESDAY)

    offers = Desk(absence, EVE).offers(Desk(absence, EVE).lessons[0])  # 09:20–10:00

    assert "赵语文" not in [each.teacher.name for each in offers.substitutes if each.teacher]


def test_a_substitute_who_falls_ill_is_replaced_and_undoing_goes_backwards(
    school: Staffed,
) -> None:
    absence = school.away(school.bai)
    first = arranging.arrange_all(absence, by=school.by, at=EVE)[0]
    steps.accept(first, by=school.zhao, at=EVE)
    ill = school.away(school.zhao)
    keys = [each.key for each in broken_by(ill)]
    assert first.school_class_id is not None
    assert key(school.one.pk, MONDAY, 1) in keys

    second = arranging.arrange(
        ill, {key(school.one.pk, MONDAY, 1): f"sub:{school.sun.person.pk}"}, by=school.by, at=EVE
    )[0]

    first.refresh_from_db()
    assert (first.state, second.replaces, second.was_teacher) == (
        "replaced", first, school.zhao.person,
    )  # fmt: skip
    with pytest.raises(Refused, match="后来又改派"):
        steps.undo(first.step, by=school.by, at=EVE)
    steps.undo(second.step, by=school.by, at=EVE)
    first.refresh_from_db()
    assert first.state == "accepted"


def test_undoing_is_refused_while_something_depends_on_it(school: Staffed) -> None:
    scene = school.scene
    absence = school.away(school.bai, first=TUESDAY)
    lesson = Desk(absence, EVE).lessons[0]
    swap = arranging.arrange(absence, {lesson.key: f"swap:{MONDAY}:2"}, by=school.by, at=EVE)
    # 钱 is free in Monday's second period now, and is given class two there.
    other = school.away(school.zhao)
    taken = arranging.arrange(
        other, {key(school.two.pk, MONDAY, 2): f"sub:{school.qian.person.pk}"}, by=school.by,
        at=EVE,
    )  # fmt: skip

    with pytest.raises(Refused, match="之后的安排依赖这一步"):
        steps.undo(swap[0].step, by=school.by, at=EVE)
    assert not double_booked(scene, week())
    steps.undo(taken[0].step, by=school.by, at=EVE)
    steps.undo(swap[0].step, by=school.by, at=EVE)
    assert not standing()


def test_a_substituted_lesson_is_counted_once_and_taken_back(school: Staffed) -> None:
    absence = school.away(school.bai)
    row = arranging.arrange_all(absence, by=school.by, at=EVE)[0]
    waiting = Job.objects.get(name="timetable.credit_change")
    assert timezone.localtime(waiting.run_at).strftime("%m-%d %H:%M") == "09-28 09:10"

    credit_change.handler(change=row.pk)
    credit_change.handler(change=row.pk)
    entry = Entry.objects.get()
    assert (entry.person, entry.rule, entry.organisation, entry.amount) == (
        school.zhao.person, "host/substitute", school.scene.cast.centre, Decimal("1.00"),
    )  # fmt: skip
    assert entry.source_label == "9月28日（周一）第 1 节 五年级（1）班语文代课"

    steps.undo(row.step, reason="其实上了", by=school.by, at=EVE + timedelta(days=1))
    run_pending()
    uncredit_change.handler(change=row.pk, reason="再来一次")
    credit_change.handler(change=row.pk)
    assert (balance(), Entry.objects.count()) == (Decimal("0.00"), 2)


def test_answers_count_once(school: Staffed) -> None:
    row = arranging.arrange_all(school.away(school.bai), by=school.by, at=EVE)[0]

    steps.accept(row, by=school.zhao, at=EVE)
    with pytest.raises(Refused, match="已经答复"):
        steps.accept(row, by=school.zhao, at=EVE)
    with pytest.raises(Refused, match="已经答复"):
        steps.refuse(row, reason="不行", by=school.zhao, at=EVE)

    assert DayChange.objects.get().answered_at == EVE


def test_the_board_tells_what_is_different_today(school: Staffed) -> None:
    scene = school.scene
    absence = school.away(school.bai)
    board = board_of(scene.term, scene.cast.centre, MONDAY)
    assert [(line.kind, line.open) for line in board.lines] == [("open", True)]

    arranging.arrange_all(absence, by=school.by, at=EVE)
    board = board_of(scene.term, scene.cast.centre, MONDAY)

    line = board.lines[0]
    assert (line.kind, line.open, line.was) == ("substitute", False, school.bai.person)
    assert (board.open, board.count("substitute"), [a.teacher for a in board.away]) == (
        0, 1, [school.bai.person],
    )  # fmt: skip
