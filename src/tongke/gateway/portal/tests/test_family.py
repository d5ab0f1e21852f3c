"""What a child and a guardian are told: doors, minutes, words; never a percentage."""

from dataclasses import replace
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from tongke.core.profile import override
from tongke.engines.learning import services as learning
from tongke.foundation.people.models import Person
from tongke.foundation.people.services import consents
from tongke.gateway.portal.homes import guardian, pupil
from tongke.gateway.portal.tests.make import (
    Town,
    add_slides,
    do_homework,
    give_homework,
    page,
    recommend,
    second_child,
)
from tongke.gateway.portal.tests.test_homes import text
from tongke.teaching.classroom.services import roll, sessions
from tongke.teaching.homework.profile import HomeworkProfile
from tongke.teaching.homework.services import marking
from tongke.teaching.timetable.services import lessons as lesson_services
from tongke.teaching.timetable.tests.make import BEFORE


def mine(town: Town) -> Person:
    """The child of the cast's pupil and guardian."""
    return town.scene.cast.deer_pupils[0]


def test_the_door_opens_some_minutes_before_the_bell(town: Town) -> None:
    add_slides(town)
    enter = f'href="{reverse("classroom:lesson-enter", args=[town.lesson.pk])}"'

    early = page(town.actor("pupil"), town.lesson.starts_at - timedelta(minutes=30))
    soon = page(town.actor("pupil"), town.lesson.starts_at - timedelta(minutes=9))

    assert enter not in early
    assert "可以进课堂" in early
    assert "30 分钟后开始" in early
    assert enter in soon
    assert "课件已备好" in soon
    assert "林老师在栖云中心小学线上讲，周老师在教室" in text(soon)


def test_a_running_lesson_stays_on_top_when_it_runs_over(town: Town) -> None:
    lesson_services.start(town.lesson, by=town.actor("teacher"), at=town.lesson.starts_at)

    found = pupil.build(town.actor("pupil"), town.lesson.ends_at + timedelta(minutes=10))

    assert found.next is not None
    assert (found.next.card.pk, found.next.card.when, found.next.card.open) == (
        town.lesson.pk, "正在上课", True,
    )  # fmt: skip


def test_the_day_follows_the_own_bells_and_says_what_is_over(town: Town) -> None:
    at_noon = pupil.build(town.actor("pupil"), town.now).day
    at_night = pupil.build(town.actor("pupil"), town.now + timedelta(hours=8)).day

    # Music with the others, then two ordinary lessons by the point's bells, five minutes later
    # than the centre's.
    assert [(slot.subject, slot.state, slot.joint) for slot in at_noon.slots] == [
        ("音乐", "next", True), ("数学", "later", False), ("数学", "later", False),
    ]  # fmt: skip
    assert at_noon.slots[1].starts == "14:35"
    assert at_night.done == 3
    assert at_night.next is None


def test_a_cancelled_lesson_is_struck_out(town: Town) -> None:
    lesson_services.mark_not_held(
        town.lesson, reason="停电", by=town.actor("teacher"), at=town.lesson.starts_at
    )

    day = pupil.build(town.actor("pupil"), town.lesson.ends_at).day

    assert day.slots[0].state == "off"
    assert len(day.taught) == 2


def test_homework_counts_minutes_against_the_limit_of_the_grade(town: Town) -> None:
    give_homework(town, minutes=40)
    done = give_homework(town, "做完的", minutes=12)
    give_homework(town, "下周交", hours=24 * 6, minutes=30)
    do_homework(done, mine(town), town.now)

    with override(HomeworkProfile, daily_minutes={"15": 50}):
        load = pupil.build(town.actor("pupil"), town.now).homework

    assert [(task.title, task.state) for task in load.today] == [
        ("做完的", "done"), ("《茉莉花》课后练习", "todo"),
    ]  # fmt: skip
    assert [task.title for task in load.later] == ["下周交"]
    assert (load.minutes, load.done_minutes, load.left_minutes) == (52, 12, 40)
    assert (load.limit, load.over) == (50, True)


def test_overdue_homework_can_be_handed_in_late_and_then_is_gone(town: Town) -> None:
    homework = give_homework(town, hours=1)

    late = pupil.build(town.actor("pupil"), homework.due_at + timedelta(hours=2)).homework
    gone = pupil.build(town.actor("pupil"), homework.due_at + timedelta(hours=49)).homework

    assert [task.state for task in late.today] == ["late"]
    assert gone.today == ()


def test_advice_has_three_steps_and_no_percentage(town: Town) -> None:
    recommend(town, mine(town))
    do_homework(give_homework(town), mine(town), town.now, right=False)
    learning.refresh_pupils([mine(town).pk], at=town.now)

    shown = text(page(town.actor("pupil"), town.now))
    level = pupil.build(town.actor("pupil"), town.now).advice[0].level

    assert (level.step, level.text) == (1, "刚开始")
    assert "问老师" in shown
    assert "这个我会了" in shown
    assert "%" not in shown
    assert "名" not in shown.replace("名师", "")


def test_guardian_decides_on_consents_first_and_both_answers_look_alike(town: Town) -> None:
    shown = page(town.actor("guardian"), town.now)

    assert "课堂录像，需要您决定" in shown
    assert shown.count('class="btn btn-default btn-lg" type="submit" name="answer"') == 2
    assert text(shown).index("需要您决定") < text(shown).index("节课已上")

    for purpose in ("recording", "diagnosis", "showcase", "third_party"):
        consents.answer(
            mine(town), town.actor("guardian").person, purpose, given=True,
            by=town.actor("guardian"), at=town.now,
        )  # fmt: skip
    assert guardian.build(town.actor("guardian"), town.now).decision is None


def test_guardian_switches_between_own_children_only(town: Town) -> None:
    both = second_child(town)
    other = town.scene.cast.stone_pupils[0]
    stranger = town.scene.cast.far_pupil

    first = guardian.build(both, town.now)
    second = guardian.build(both, town.now, child=other.pk)
    foreign = guardian.build(both, town.now, child=stranger.pk)

    assert len(first.children) == 2
    assert second.child is not None
    assert second.child.pk == other.pk
    assert foreign.child == first.child


def test_guardian_sees_the_childs_place_on_the_roll(town: Town) -> None:
    helper, child = town.actor("deer_assistant"), mine(town)
    session = sessions.open_room(town.lesson, by=town.actor("teacher"), at=town.now)
    klass = town.scene.cast.deer_class
    roll.call(session, klass.pk, {child.pk: "late"}, by=helper, at=town.now)

    home = guardian.build(town.actor("guardian"), town.now)

    assert home.roll is not None
    assert (home.roll.word, home.roll.card.subject) == ("迟到", "音乐")
    assert "音乐课点名：迟到" in text(page(town.actor("guardian"), town.now))


def test_the_teachers_reason_reaches_child_and_guardian(town: Town) -> None:
    homework = give_homework(town)
    do_homework(homework, mine(town), town.now, right=False)
    response = homework.submissions.get().responses.select_related(
        "homework_item", "submission__homework"
    )[0]
    marking.overrule(response, 2, "唱对了，题目没说清。", by=town.actor("teacher"), at=town.now)

    for name in ("pupil", "guardian"):
        assert "唱对了，题目没说清。" in text(page(town.actor(name), town.now)), name


def _answers(town: Town, days: int, shares: list[float]) -> None:
    for number, share in enumerate(shares):
        learning.record(
            key=f"t:{days}:{number}", person=mine(town), verb="answered", object_type="test",
            object_id=number, at=town.now - timedelta(days=days), key_point=town.points[0],
            share=share,
        )  # fmt: skip


def test_progress_compares_the_child_with_itself_in_words(town: Town) -> None:
    by = town.actor("guardian")
    _answers(town, 30, [0.5] * 8)
    _answers(town, 3, [1.0] * 8)

    closed = guardian.build(by, town.now).progress
    consents.answer(mine(town), by.person, "diagnosis", given=True, by=by, at=BEFORE)
    found = guardian.build(by, town.now).progress

    assert closed.asked
    assert closed.trends == ()
    assert [(each.subject, each.word, each.thin) for each in found.trends] == [
        ("音乐", "进步", False)
    ]
    assert "%" not in text(page(by, town.now))


def test_thin_evidence_says_so(town: Town) -> None:
    by = town.actor("guardian")
    consents.answer(mine(town), by.person, "diagnosis", given=True, by=by, at=BEFORE)
    _answers(town, 3, [1.0, 0.0])

    progress = guardian.build(by, town.now).progress

    assert progress.thin == ("音乐",)
    assert "音乐的题还少，判断不一定准" in text(page(by, town.now))


def test_first_grade_has_no_written_homework(town: Town) -> None:
    with override(HomeworkProfile, daily_minutes={"15": 0}):
        assert "不留书面家庭作业" in text(page(town.actor("pupil"), town.now))


def test_a_sunday_has_no_lessons(town: Town) -> None:
    sunday = town.now + timedelta(days=7 - town.lesson.day.isoweekday())
    actor = replace(town.actor("pupil"), today=timezone.localdate(sunday))

    assert pupil.build(actor, sunday).day.slots == ()
