"""From a menu to rolls and results: one round lived through."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from decimal import Decimal

import pytest

from tongke.core.errors import Refused
from tongke.core.jobs import run_pending
from tongke.core.models import Message
from tongke.engines.learning.models import LearningRecord
from tongke.foundation.people.models import Enrolment, SchoolClass
from tongke.foundation.people.tests.make import ZONE
from tongke.teaching.classroom import policy as classroom
from tongke.teaching.classroom.services import roll as live
from tongke.teaching.classroom.services import sessions
from tongke.teaching.electives import policy
from tongke.teaching.electives.extracts import SEATS
from tongke.teaching.electives.models import Ballot, Presence, Result, Round, Seat
from tongke.teaching.electives.policy import Perm
from tongke.teaching.electives.queries import meetings as reads
from tongke.teaching.electives.queries import menu, network
from tongke.teaching.electives.queries import rounds as round_reads
from tongke.teaching.electives.services import ballots, drawing, meetings, offers, opening, rounds
from tongke.teaching.electives.tests.make import (
    AFTER,
    BEGIN,
    CLOSE,
    DURING,
    FIRST_DAY,
    acting_as,
    choose,
    drawn,
    grades,
    make_offer,
    make_round,
    make_section,
    plan_of,
    publish,
    started,
)
from tongke.teaching.timetable import policy as timetable
from tongke.teaching.timetable.models import Lesson
from tongke.teaching.timetable.tests.make import make_scene, put

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def seats(one: Round, state: str) -> list[Seat]:
    """The seats of a round in a state, by turn."""
    return list(Seat.objects.filter(round=one, state=state).order_by("turn", "rank"))


def test_an_offer_goes_from_its_teacher_over_the_head_onto_the_menu() -> None:
    scene = make_scene()
    offer = make_offer(scene, "机器人社")
    with pytest.raises(Refused, match="先添加一个教学班"):
        offers.submit_offer(offer, by=scene.cast.teacher, at=BEGIN)
    with pytest.raises(Refused, match="本校本学期已有"):
        make_offer(scene, "机器人社")
    with pytest.raises(Refused, match="预留不能多于名额"):
        make_section(scene, offer, seats=3, reserved=4)
    section = make_section(scene, offer)
    offers.submit_offer(offer, by=scene.cast.teacher, at=BEGIN)
    heads = Message.objects.filter(account=scene.cast.head.account, kind="electives.offer")
    assert heads.count() == 1
    with pytest.raises(Refused, match="已经提交"):
        make_section(scene, offer)
    with pytest.raises(Refused, match="原因"):
        offers.return_offer(offer, reason=" ", by=scene.cast.head, at=BEGIN)
    offers.return_offer(offer, reason="请写明器材", by=scene.cast.head, at=BEGIN)
    publish(scene, offer)
    assert offer.state == "published"
    made = rounds.create_round(
        scene.term, scene.cast.centre, plan_of(scene), by=scene.cast.timetabler, at=BEGIN
    )
    with pytest.raises(Refused, match="先选择"):
        rounds.open_round(made, by=scene.cast.timetabler, at=BEGIN)
    rounds.set_menu(made, [section], by=scene.cast.timetabler, at=BEGIN)
    other = rounds.create_round(
        scene.term, scene.cast.centre, plan_of(scene, title="又一轮"), by=None, at=BEGIN
    )
    with pytest.raises(Refused, match="已经在"):
        rounds.set_menu(other, [section], by=None, at=BEGIN)
    for wrong in (
        {"closes_at": BEGIN}, {"starts_on": BEGIN.date()}, {"most": 0}, {"schools": []},
        {"scheme": "9+9"}, {"public_source": " "},
    ):  # fmt: skip
        with pytest.raises(Refused):
            rounds.edit_round(other, replace(plan_of(scene), **wrong), by=None, at=BEGIN)
    with pytest.raises(Refused, match="原因"):
        offers.withdraw_offer(offer, reason="", by=None, at=BEGIN)
    rounds.open_round(made, by=scene.cast.timetabler, at=BEGIN)
    with pytest.raises(Refused, match="轮次正在用"):
        offers.withdraw_offer(offer, reason="设备坏了", by=None, at=BEGIN)
    rounds.cancel_round(made, reason="延期", by=None, at=DURING)
    offers.withdraw_offer(offer, reason="设备坏了", by=None, at=DURING)
    assert offer.state == "withdrawn"


def test_pupils_choose_while_the_round_is_open_and_what_they_can_attend() -> None:
    scene = make_scene()
    put(scene, scene.cast.deer_class, (4, 7))  # ends 16:35 at the deer bay, the choir is far
    one = make_round(scene)
    told = Message.objects.filter(kind="electives.round")
    assert told.filter(account=scene.cast.pupil.account).count() == 1
    assert told.filter(account=scene.cast.guardian.account).count() == 1
    pupil = scene.cast.pupil.person
    home = round_reads.roll_of(one.round, DURING.date()).select_related("school_class").get(
        pupil=pupil
    )  # fmt: skip
    lines = menu.menu(one.round, pupil, home, DURING.date())
    assert {line.section.pk: line.busy for line in lines} == {
        one.robots.pk: False, one.choir.pk: True,
    }  # fmt: skip
    with pytest.raises(Refused, match="时间冲突"):
        choose(one, pupil, one.choir)
    by = acting_as(pupil)
    for moment in (BEGIN - timedelta(hours=1), CLOSE):
        with pytest.raises(Refused, match="不是这一轮的选课时间"):
            ballots.save_list(one.round, pupil, [one.robots.pk], by=by, at=moment)
    with pytest.raises(Refused, match="菜单里"):
        ballots.save_list(one.round, pupil, [999], by=by, at=DURING)
    with pytest.raises(Refused, match="不面向"):
        ballots.save_list(one.round, scene.cast.far_pupil, [one.robots.pk], by=None, at=DURING)
    choose(one, pupil, one.robots)
    ballot = Ballot.objects.get(pupil=pupil)
    ballots.agree(ballot, by=scene.cast.guardian, at=DURING)
    with pytest.raises(Refused, match="已经同意"):
        ballots.agree(ballot, by=scene.cast.guardian, at=DURING)
    choose(one, pupil)
    ballot.refresh_from_db()
    assert (ballot.agreed_at, ballot.choices.count()) == (None, 0)
    assert rounds.warn(CLOSE - timedelta(hours=3)) == 1
    assert rounds.warn(CLOSE - timedelta(hours=2)) == 0
    assert told.filter(title__startswith="选课快截止").exists()


def test_a_class_hands_its_lists_in_on_paper() -> None:
    one = make_round()
    first, *rest = [each.pk for each in one.pupils]
    choose(one, one.pupils[0], one.choir)
    lists = {pk: [one.robots.pk, one.choir.pk] for pk in (first, *rest)}
    by = one.scene.cast.timetabler
    assert ballots.save_lists(one.round, lists, by=by, at=DURING) == len(rest)
    assert Ballot.objects.get(pupil=first).choices.get().section == one.choir
    numbers = Ballot.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, len(one.pupils) + 1))
    Ballot.objects.all().delete()
    far = one.scene.cast.far_pupil.pk
    for wrong, words in (
        ({far: [one.robots.pk]}, "不参加"), ({first: [999]}, "菜单"),
        ({first: [one.robots.pk] * 2}, "重复"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=words):
            ballots.save_lists(one.round, wrong, by=by, at=DURING)
    with pytest.raises(Refused, match="选课时间"):
        ballots.save_lists(one.round, lists, by=by, at=CLOSE)
    assert not Ballot.objects.exists()


def test_the_draw_gives_seats_reasons_and_waiting_lists_that_move_up() -> None:
    one = make_round(seats=2, reserved=1)
    for pupil in one.pupils:
        choose(one, pupil, one.robots, one.choir)
    by = one.scene.cast.timetabler
    with pytest.raises(Refused, match="没有截止"):
        drawing.draw(one.round, "19 8", by=by, at=DURING)
    assert drawing.draw(one.round, "19 8", by=by, at=AFTER) == 4
    with pytest.raises(Refused, match="已经摇过号"):
        drawing.draw(one.round, "20 8", by=by, at=AFTER)
    # Nobody sees anything before it is told, not even how many seats are left.
    everywhere = one.scene.term, [one.scene.cast.centre]
    assert not policy.seats(acting_as(one.pupils[0]), Perm.SEAT_READ).exists()
    assert not menu.taken_seats([one.robots.pk])
    assert not any(taken for _, _, taken in network.by_subject(*everywhere))
    drawing.publish_result(one.round, by=by, at=AFTER)
    assert menu.taken_seats([one.robots.pk])[one.robots.pk] == 2
    assert sum(taken for _, _, taken in network.by_subject(*everywhere)) == 4
    assert len(one.round.seed) == 64
    seated = seats(one.round, "seated")
    in_robots = [each for each in seated if each.section_id == one.robots.pk]
    assert len(in_robots) == 2
    own = {each.pk for each in one.scene.cast.centre_pupils}
    assert any(each.pupil_id in own for each in in_robots)
    full = seats(one.round, "waiting")[0]
    assert full.why.startswith(f"第 {full.rank} 志愿满员：名额 2")
    figures = round_reads.report(one.round, AFTER.date())
    assert (figures.seated, figures.places, figures.given) == (4, 4, 4)
    # Somebody of robots goes: the first in line who is in the choir moves up, and frees a seat.
    leaving = in_robots[0]
    assert drawing.leave_seat(leaving, by=None, at=AFTER) in {1, 2}
    with pytest.raises(Refused, match="已经退出"):
        drawing.leave_seat(leaving, by=None, at=AFTER)
    now = seats(one.round, "seated")
    assert len(now) == 4
    assert len({each.pupil_id for each in now}) == 4
    moved = next(each for each in now if each.promoted_at and each.section_id == one.robots.pk)
    assert moved.why == "第 1 志愿候补递补录取。"
    assert drawing.release_reserve(one.round, one.robots, by=by, at=AFTER) == 0
    # Long after the beginning nobody is moved any more.
    assert drawing.leave_seat(moved, by=None, at=AFTER + timedelta(days=60)) == 0


def test_the_line_moves_on_past_those_who_went_away() -> None:
    one = drawn(make_round(seats=2))
    held = [each for each in seats(one.round, "seated") if each.section_id == one.robots.pk]
    line = [each for each in seats(one.round, "waiting") if each.section_id == one.robots.pk]
    day = AFTER.date() - timedelta(days=1)
    gone = [held[1].pupil_id, line[0].pupil_id]
    Enrolment.objects.filter(pupil__in=gone).update(until=day)
    assert drawing.leave_seat(held[0], by=None, at=AFTER) >= 1
    now = {each.pupil_id for each in seats(one.round, "seated") if each.section == one.robots}
    assert now == {held[1].pupil_id, line[1].pupil_id}
    # A course that is for another grade by now: its seat stays, its waiting list does not move.
    one.robots.offer.grades.set(grades("13"))
    last = next(each for each in seats(one.round, "seated") if each.pupil_id == line[1].pupil_id)
    assert drawing.leave_seat(last, by=None, at=AFTER) == 0
    for each in [s for s in seats(one.round, "seated") if s.section == one.choir]:
        drawing.leave_seat(each, by=None, at=AFTER)
    assert held[1].pupil_id in {each.pupil_id for each in seats(one.round, "seated")}


def test_those_who_got_nothing_come_first_in_the_next_round() -> None:
    one = drawn(make_round(seats=1))
    nothing = {p.pk for p in one.pupils} - {s.pupil_id for s in seats(one.round, "seated")}
    assert nothing
    scene = one.scene
    art = make_offer(scene, "剪纸")
    section = make_section(scene, art, weekday=3, seats=1)
    publish(scene, art)
    later = replace(
        plan_of(scene, title="补选"), opens_at=AFTER, closes_at=AFTER + timedelta(hours=9),
    )  # fmt: skip
    made = rounds.create_round(scene.term, scene.cast.centre, later, by=None, at=AFTER)
    rounds.set_menu(made, [section], by=None, at=AFTER)
    rounds.open_round(made, by=None, at=AFTER)
    at = AFTER + timedelta(hours=1)
    for pupil in one.pupils:
        ballots.save_list(made, pupil, [section.pk], by=None, at=at)
    drawing.draw(made, "21 9", by=None, at=AFTER + timedelta(days=1))
    assert seats(made, "seated")[0].pupil_id in nothing


def test_sections_are_taught_as_lessons_and_all_flows_home() -> None:
    one = started(make_round(seats=4))
    cast = one.scene.cast
    assert one.robots.course is not None
    assert one.choir.course is not None
    # On line each school has its own class of the section; to the choir everybody comes.
    held = {each.section_id: each for each in seats(one.round, "seated")}
    assert set(held) == {one.robots.pk, one.choir.pk}
    for each in reads.class_ids(one.robots):
        assert SchoolClass.objects.get(pk=each).kind == "section"
    assert {SchoolClass.objects.get(pk=pk).school_id for pk in reads.class_ids(one.choir)} == {
        cast.centre.pk
    }
    # Standing classes are what they were.
    assert Enrolment.objects.filter(standing=True, until=None).count() == len(one.pupils) + 1
    lesson = Lesson.objects.filter(course=one.robots.course).order_by("starts_at")[0]
    assert (lesson.day, lesson.title) == (FIRST_DAY + timedelta(days=1), "机器人社")
    roll = reads.roll_on(one.robots, lesson.day)
    assert len(roll) == 4
    pupil = next(each for each in one.pupils if each.pk in roll)
    mine = timetable.lessons(acting_as(pupil), timetable.Perm.LESSON_READ)
    assert lesson in mine
    # The first lesson is taught live: its roll call is the section's presence.
    teacher = replace(cast.teacher, today=lesson.day)
    at = lesson.starts_at - timedelta(minutes=5)
    assert lesson in classroom.lessons(teacher, classroom.Perm.SESSION_HOST)
    session = sessions.open_room(lesson, by=teacher, at=at)
    sessions.start(session, by=teacher, at=lesson.starts_at)
    for class_id in reads.class_ids(one.robots):
        live.call(session, class_id, {}, by=teacher, at=lesson.starts_at)
    sessions.end(session, by=teacher, at=lesson.ends_at, held=True, reason="只试了点名")
    lesson.refresh_from_db()
    with pytest.raises(Refused, match="课堂里点名"):
        meetings.enter_presence(one.robots, lesson, {}, by=teacher, at=lesson.ends_at)
    # The second one is not, so the teacher writes the presence by hand; it counts as held.
    second = Lesson.objects.filter(course=one.robots.course).order_by("starts_at")[1]
    done = second.ends_at + timedelta(minutes=10)
    assert meetings.enter_presence(
        one.robots, second, {pupil.pk: "absent"}, by=teacher, at=done
    ) == 3  # fmt: skip
    assert meetings.enter_presence(
        one.robots, second, {pupil.pk: "late"}, by=teacher, at=done
    ) == 4  # fmt: skip
    second.refresh_from_db()
    assert second.state == "held"
    records = LearningRecord.objects.filter(object_type="electives.presence", person=pupil)
    standing = records.filter(voided_by=None).exclude(verb="voided")
    assert [each.verb for each in standing] == ["attended"]
    with pytest.raises(Refused, match="不属于"):
        meetings.enter_presence(one.choir, second, {}, by=teacher, at=done)
    marks = {cast.far_pupil.pk: "late"}
    with pytest.raises(Refused, match="名单"):
        meetings.enter_presence(one.robots, second, marks, by=teacher, at=done)
    new = meetings.NewResult(pupil=pupil.pk, level="A", score=Decimal("95.5"), words="会编程")
    assert meetings.enter_results(one.robots, [new], by=teacher, at=done) == 1
    assert meetings.enter_results(one.robots, [new], by=teacher, at=done) == 0
    meetings.enter_results(one.robots, [replace(new, level="B")], by=teacher, at=done)
    assert Result.objects.get().level == "B"
    graded = LearningRecord.objects.filter(object_type="electives.result", voided_by=None)
    assert graded.get(verb="completed").share == pytest.approx(0.955)
    for wrong in ({"pupil": cast.far_pupil.pk}, {"level": "Z"}, {"score": Decimal(101)}):
        with pytest.raises(Refused):
            meetings.enter_results(one.robots, [replace(new, **wrong)], by=teacher, at=done)
    run_pending()
    # The home school has presence and result of its pupil, whoever taught.
    home_head = cast.head if pupil in cast.centre_pupils else cast.deer_head
    rows = list(
        policy.seats(home_head, Perm.RETURN_READ)
        .filter(pupil=pupil, state="seated").select_related("pupil", "section__offer")
    )  # fmt: skip
    line = reads.returned(rows, done.date())[0]
    assert (line.here, line.of, line.result and line.result.level) == (2, 2, "B")


def test_who_sees_the_pupils_of_a_section() -> None:
    one = started(make_round(seats=4))
    cast = one.scene.cast
    rows = list(SEATS.rows())
    assert len(rows) == len(seats(one.round, "seated"))
    assert all(len(row) == len(SEATS.columns) for row in rows)
    seated = seats(one.round, "seated")
    here = {each.pupil_id for each in seated if each.section_id == one.robots.pk}
    teacher = policy.seats(cast.teacher, Perm.SEAT_READ).filter(section=one.robots, state="seated")
    assert set(teacher.values_list("pupil", flat=True)) == here
    late = replace(cast.teacher, today=one.round.ends_on + timedelta(days=15))
    assert (
        not policy.seats(late, Perm.SEAT_READ)
        .exclude(pupil__in=[each.pk for each in cast.centre_pupils])
        .exists()
    )
    deer = {each.pk for each in cast.deer_pupils}
    for actor, perm in ((cast.deer_head, Perm.SEAT_READ), (cast.deer_head, Perm.RETURN_READ)):
        assert set(policy.seats(actor, perm).values_list("pupil", flat=True)) <= deer
    for actor in (cast.outsider, cast.stranger, cast.director, cast.researcher):
        assert not policy.seats(actor, Perm.SEAT_READ).exists()
    assert not policy.sections(cast.outsider, Perm.SECTION_READ).exists()


def test_pupils_who_move_up_or_leave_later_come_and_go_on_the_roll() -> None:
    one = started(make_round(seats=2))
    seat = next(each for each in seats(one.round, "seated") if each.section_id == one.robots.pk)
    at = datetime.combine(FIRST_DAY + timedelta(days=3), time(12), ZONE)
    before = reads.roll_on(one.robots, at.date())
    assert drawing.leave_seat(seat, by=None, at=at) >= 1
    now = reads.roll_on(one.robots, at.date())
    assert len(now) == len(before) == 2
    assert seat.pupil_id not in now
    assert not Presence.objects.exists()
    with pytest.raises(Refused, match="不能再开一次"):
        opening.start_round(one.round, by=None, at=at)
    over = at + timedelta(days=200)
    assert opening.close_ended(at) == 0
    assert opening.close_ended(over) == SchoolClass.objects.filter(kind="section").count() > 0
    assert opening.close_ended(over) == 0
    with pytest.raises(Refused, match="已经结束"):
        drawing.leave_seat(seats(one.round, "seated")[0], by=None, at=over)
