"""The life of a lesson, its credits in the ledger, corrections, and what nobody closed."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models import Sum

from tongke.core.errors import Refused
from tongke.core.jobs import run_pending
from tongke.core.models import AuditEntry, Job, Message
from tongke.engines.credits.models import Entry
from tongke.foundation.curriculum.models import Unit
from tongke.foundation.people.tests.make import make_class
from tongke.teaching.timetable import tasks
from tongke.teaching.timetable.extracts import EXTRACTS
from tongke.teaching.timetable.models import Course, Lesson, Term
from tongke.teaching.timetable.queries.lessons import held, next_lessons, taught_or_assisted
from tongke.teaching.timetable.services import courses, lessons
from tongke.teaching.timetable.services.crediting import credit_lesson, uncredit_lesson
from tongke.teaching.timetable.services.publishing import withdraw_course
from tongke.teaching.timetable.tests.make import (
    BEFORE,
    Scene,
    ask,
    first_lesson,
    make_textbook,
    publish,
    published,
    take,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def lesson(scene: Scene) -> Lesson:
    """The first lesson of a published course."""
    return first_lesson(published(scene))


def hold(scene: Scene, lesson: Lesson) -> Lesson:
    """Start and finish on time."""
    lessons.start(lesson, by=scene.cast.teacher, at=lesson.starts_at)
    return lessons.finish(lesson, by=scene.cast.teacher, at=lesson.ends_at)


def balance() -> Decimal:
    """Everything in the ledger together."""
    total = Entry.objects.aggregate(total=Sum("amount"))["total"] or Decimal(0)
    return total.quantize(Decimal("0.01"))  # SQLite adds decimals as floats


def test_a_held_lesson_credits_both_teachers_once(scene: Scene, lesson: Lesson) -> None:

    hold(scene, lesson)
    run_pending()
    credit_lesson.handler(lesson=lesson.pk, revision=0)  # delivered twice

    assert (lesson.state, lesson.started_at, lesson.finished_at) == (
        "held", lesson.starts_at, lesson.ends_at,
    )  # fmt: skip
    entries = Entry.objects.order_by("rule")
    assert [(e.person, e.organisation, e.rule, e.amount) for e in entries] == [
        (scene.cast.deer_assistant.person, scene.cast.deer_bay, "assistant/delivered",
         Decimal("0.80")),
        (scene.cast.teacher.person, scene.cast.centre, "host/delivered", Decimal("1.50")),
    ]  # fmt: skip
    assert entries[0].key.startswith(f"lesson:{lesson.pk}:0:")
    assert AuditEntry.objects.filter(action="timetable.lesson.held").count() == 1


def test_states_change_only_in_order_and_once(scene: Scene, lesson: Lesson) -> None:
    by = {"by": scene.cast.teacher, "at": lesson.starts_at}
    stale = Lesson.objects.get(pk=lesson.pk)

    with pytest.raises(Refused, match="当天"):
        lessons.start(lesson, by=None, at=lesson.starts_at - timedelta(days=1))
    with pytest.raises(Refused, match="还没有开始"):
        lessons.finish(lesson, **by)
    lessons.start(lesson, **by)
    with pytest.raises(Refused, match="不能开始"):
        lessons.start(stale, **by)
    with pytest.raises(Refused, match="待上课"):
        lessons.mark_not_held(lesson, reason="停电", **by)
    lessons.finish(lesson, **by)
    with pytest.raises(Refused, match="已经下课"):
        lessons.finish(stale, **by)

    assert Job.objects.filter(name="timetable.credit_lesson").count() == 1


def test_a_lesson_that_was_not_held_says_why(scene: Scene, lesson: Lesson) -> None:
    by = {"by": scene.cast.teacher}

    with pytest.raises(Refused, match="还没有到"):
        lessons.mark_not_held(
            lesson, reason="停电", at=lesson.starts_at - timedelta(minutes=1), **by
        )
    with pytest.raises(Refused, match="写明"):
        lessons.mark_not_held(lesson, reason="  ", at=lesson.ends_at, **by)
    lessons.mark_not_held(lesson, reason="停电", at=lesson.ends_at, **by)

    assert (lesson.state, lesson.reason) == ("not_held", "停电")
    run_pending()
    assert not Entry.objects.exists()


def test_a_reversed_lesson_takes_its_credits_back_and_may_be_confirmed_again(
    scene: Scene, lesson: Lesson
) -> None:
    hold(scene, lesson)
    run_pending()
    by = {"by": scene.cast.officer, "at": lesson.ends_at + timedelta(hours=3)}

    with pytest.raises(Refused, match="写明"):
        lessons.reverse_held(lesson, reason="", **by)
    lessons.reverse_held(lesson, reason="只连通了 3 分钟", **by)
    run_pending()
    uncredit_lesson.handler(lesson=lesson.pk, revision=0, reason="再来一次")
    assert (lesson.state, lesson.revision, balance()) == ("not_held", 1, 0)
    with pytest.raises(Refused, match="已上课"):
        lessons.reverse_held(lesson, reason="再来", **by)

    lessons.confirm_held(lesson, reason="录像证明上完了", **by)
    run_pending()
    assert (lesson.state, lesson.revision, balance()) == ("held", 2, Decimal("2.30"))
    with pytest.raises(Refused, match="补记"):
        lessons.confirm_held(lesson, reason="再来", **by)
    told = Message.objects.filter(kind="timetable.lesson", account=scene.cast.teacher.account)
    assert {each.title for each in told} == {"课次更正为未上课", "课次补记为已上课"}


def test_late_and_repeated_deliveries_do_no_harm_in_any_order(scene: Scene, lesson: Lesson) -> None:
    hold(scene, lesson)
    by = {"by": scene.cast.officer, "at": lesson.ends_at + timedelta(hours=1)}
    lessons.reverse_held(lesson, reason="误点", **by)
    lessons.confirm_held(lesson, reason="误改", **by)

    # The worker was down meanwhile; now the jobs arrive in the worst order, some twice.
    credit_lesson.handler(lesson=lesson.pk, revision=2)
    uncredit_lesson.handler(lesson=lesson.pk, revision=0, reason="误点")
    credit_lesson.handler(lesson=lesson.pk, revision=0)
    uncredit_lesson.handler(lesson=lesson.pk, revision=0, reason="误点")

    assert balance() == Decimal("2.30")


def test_a_lesson_is_confirmed_only_after_its_end(scene: Scene, lesson: Lesson) -> None:

    with pytest.raises(Refused, match="还没有结束"):
        lessons.confirm_held(lesson, reason="上了", by=scene.cast.head, at=lesson.starts_at)
    lessons.confirm_held(lesson, reason="忘了点", by=scene.cast.head, at=lesson.ends_at)

    assert lesson.state == "held"


def test_one_assistant_with_two_classes_in_one_room_is_credited_once(scene: Scene) -> None:
    cast = scene.cast
    second = make_class(cast.deer_bay, number=2)
    course = take(scene, ask(scene), ask(scene, second), periods=1)
    courses.staff_course(
        course, host_teacher=cast.teacher.person, host_class=None, host_room=scene.studio,
        textbook=None, form="delivered", periods_per_week=1, by=None, at=BEFORE,
    )  # fmt: skip
    for listener in course.listeners.select_related("course", "school_class__school"):
        courses.staff_listener(
            listener, assistant=cast.deer_assistant.person, room=scene.deer_room, by=None, at=BEFORE
        )
    lesson = first_lesson(publish(scene, course))
    assert (lesson.title, lesson.classes.count()) == ("", 2)

    hold(scene, lesson)
    run_pending()

    assert Entry.objects.filter(person=cast.deer_assistant.person).count() == 1


def test_what_nobody_closed_is_closed_a_day_later(scene: Scene, lesson: Lesson) -> None:
    second = Lesson.objects.filter(course=lesson.course).order_by("day")[1]
    lessons.start(second, by=scene.cast.teacher, at=second.starts_at)
    later = second.ends_at + timedelta(hours=24, minutes=1)

    assert lessons.mark_missed(lesson.ends_at + timedelta(hours=23)) == (0, 0)
    assert lessons.mark_missed(later) == (1, 1)
    assert lessons.mark_missed(later) == (0, 0)

    lesson.refresh_from_db()
    second.refresh_from_db()
    assert (lesson.state, lesson.reason) == ("not_held", "系统：到时未开课")
    assert (second.state, second.finished_at) == ("held", second.ends_at)
    tasks.mark_missed.handler()


def test_courses_end_with_their_term(scene: Scene, lesson: Lesson) -> None:
    tasks.end_courses.handler()
    Term.objects.filter(pk=scene.term.pk).update(starts_on=BEFORE.date() - timedelta(days=4000))

    tasks.end_courses.handler()

    assert Course.objects.get(pk=lesson.course_id).state == "ended"
    with pytest.raises(Refused, match="已经结束"):
        withdraw_course(lesson.course, reason="晚了", by=None, at=BEFORE)


def test_the_delivering_teacher_names_the_topic(scene: Scene, lesson: Lesson) -> None:
    by = {"by": scene.cast.teacher, "at": BEFORE}
    unit = Unit.objects.filter(textbook=scene.textbook)[1]
    other = Unit.objects.filter(textbook=make_textbook("SB0603"))[0]

    lessons.set_topic(lesson, title=" 唱《小白船》 ", unit=unit, **by)
    with pytest.raises(Refused, match="不属于"):
        lessons.set_topic(lesson, title="甲", unit=other, **by)
    withdraw_course(lesson.course, reason="停开", **by)
    lesson.refresh_from_db()
    with pytest.raises(Refused, match="已取消"):
        lessons.set_topic(lesson, title="乙", unit=None, **by)

    assert (lesson.title, lesson.unit) == ("唱《小白船》", unit)


def test_held_over_planned_counts_what_was_due(scene: Scene, lesson: Lesson) -> None:
    rows = Lesson.objects.filter(course=lesson.course)
    hold(scene, lesson)
    second = rows.order_by("day")[1]
    lessons.mark_not_held(second, reason="停电", by=None, at=second.ends_at)

    found = held(rows, second.ends_at)

    assert (found.planned, found.held, found.not_held, found.share) == (2, 1, 1, 0.5)
    assert held(rows, BEFORE).share is None
    assert next_lessons(rows, second.ends_at, most=1)[0].week == 3
    assert taught_or_assisted(scene.cast.deer_assistant.person).count() == 20


def test_extracts_give_what_their_columns_promise(scene: Scene, lesson: Lesson) -> None:
    hold(scene, lesson)
    by_name = {each.name: each for each in EXTRACTS}

    rows = {name: list(each.rows()) for name, each in by_name.items()}

    for name, each in by_name.items():
        assert {len(row) for row in rows[name]} == {len(each.columns)}, name
    assert sum(int(str(row[10])) for row in rows["lessons"]) == 1
    assert len(rows["lesson_classes"]) == 40
    heads = [column.name for column in by_name["completeness"].columns]
    music = [dict(zip(heads, row, strict=True)) for row in rows["completeness"] if row[3] == "音乐"]
    mine = next(row for row in music if row["class_id"] == scene.cast.deer_class.pk)
    assert (mine["required"], mine["given"], mine["offered"], mine["qualified"]) == (
        2, 1, True, True,
    )  # fmt: skip
