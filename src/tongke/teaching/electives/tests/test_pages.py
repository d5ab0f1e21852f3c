"""The pages as people use them, without JavaScript: choose, draw, teach, mark, look around."""

import io
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from tongke.core.jobs import run_pending
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Account, Person, Qualification
from tongke.foundation.people.roles import Role
from tongke.foundation.people.tests.make import acting, make_pupil
from tongke.foundation.people.tests.pages import assert_queries_flat
from tongke.teaching.electives.models import (
    Ballot,
    Offer,
    Presence,
    Result,
    Round,
    Seat,
    Section,
    SectioningRun,
)
from tongke.teaching.electives.services import opening, rounds
from tongke.teaching.electives.services.ballots import save_subjects
from tongke.teaching.electives.tests.make import (
    FIRST_DAY,
    ROBOTS,
    Choice,
    drawn,
    make_round,
    plan_of,
    started,
)
from tongke.teaching.timetable.models import Lesson, LessonClass, Listener, Term
from tongke.teaching.timetable.tests.make import make_scene

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def url(name: str, *args: object) -> str:
    """The address of a page."""
    return reverse(f"electives:{name}", args=args)


def signed_in(account: Account) -> Client:
    """A browser of this person."""
    client = Client()
    client.force_login(account)
    return client


def page(client: Client, name: str, *args: object, status: int = 200, **query: object) -> str:
    """The text of a page."""
    response = client.get(url(name, *args), query)
    assert response.status_code == status, (name, response.status_code)
    return response.content.decode()


def send(client: Client, name: str, *args: object, status: int = 302, **data: object) -> str:
    """Send a form; the text of what follows."""
    response = client.post(url(name, *args), data)
    assert response.status_code == status, (name, response.status_code)
    if status == 302:
        response = client.get(response.headers["Location"])
    return response.content.decode()


def at_present(one: Choice) -> None:
    """Move the round's times around now, for pages have no other clock."""
    now = timezone.now()
    Round.objects.filter(pk=one.round.pk).update(
        opens_at=now - timedelta(hours=1), closes_at=now + timedelta(hours=1)
    )


def test_a_teacher_offers_and_the_head_decides() -> None:
    scene = make_scene()
    cast = scene.cast
    teacher, head = signed_in(cast.teacher.account), signed_in(cast.head.account)
    data = {
        "title": "机器人社", "kind": "club", "form": "online", "reach": "region",
        "subject": ROBOTS, "grades": ["15"], "summary": "做一辆小车",
    }  # fmt: skip
    assert "这个字段是必填项" in send(teacher, "offer-create", status=422, title="机器人社")
    assert "草稿已保存" in send(teacher, "offer-create", **data)
    offer = Offer.objects.get()
    section = {
        "teacher": cast.teacher.person.pk, "seats": 20, "reserved": 5, "weekday_1": 2,
        "starts_1": "16:10", "ends_1": "17:00",
    }  # fmt: skip
    text = send(teacher, "section-create", offer.pk, status=422, **{**section, "ends_1": ""})
    assert "要一起填" in text
    assert "教学班已添加" in send(teacher, "section-create", offer.pk, **section)
    made = Section.objects.get()
    assert "已保存" in send(teacher, "section-edit", made.pk, **{**section, "seats": 24})
    assert "已保存" in send(teacher, "offer-edit", offer.pk, **{**data, "title": "机器人"})
    assert "等校长审核" in send(teacher, "offer-submit", offer.pk)
    assert "有 1 门课等您审核" in page(head, "offer-list")
    assert "这个字段是必填项" in send(head, "offer-return", offer.pk, status=422)
    assert "已退回：请写明器材" in send(head, "offer-return", offer.pk, reason="请写明器材")
    assert "等校长审核" in send(teacher, "offer-submit", offer.pk)
    assert "已发布" in send(head, "offer-publish", offer.pk)
    found = teacher.get(url("offer-export"), {"q": "机器", "sort": "-seats"})
    rows = list(load_workbook(io.BytesIO(found.content)).worksheets[0].values)
    assert rows[1][0] == "机器人"
    assert "已停开" in send(head, "offer-withdraw", offer.pk, reason="设备坏了")
    assert "没有符合条件" in page(teacher, "offer-list", q="没有这门")


def test_without_a_term_people_are_told_so() -> None:
    scene = make_scene()
    teacher, by = signed_in(scene.cast.teacher.account), signed_in(scene.cast.timetabler.account)
    Term.objects.all().delete()
    for client, name in ((teacher, "offer-create"), (by, "round-create")):
        answer = client.get(url(name), follow=True)
        assert "请教务员先建立学期" in answer.content.decode()
        assert "请教务员先建立学期" in send(client, name, title="甲")


def test_lists_survive_nonsense_in_the_address() -> None:
    one = drawn(make_round())
    client = signed_in(one.scene.cast.timetabler.account)
    strange = {"q": "\x00", "state": "\x00", "section": "²", "sort": "²", "kind": "x"}
    for name, args in (
        ("offer-list", ()), ("round-list", ()), ("return-list", ()), ("section-list", ()),
        ("network", ()), ("seat-list", (one.round.pk,)),
    ):  # fmt: skip
        page(client, name, *args, **strange)


def test_a_pupil_chooses_by_taps_and_the_guardian_agrees() -> None:
    one = make_round()
    at_present(one)
    cast = one.scene.cast
    pupil, guardian = signed_in(cast.pupil.account), signed_in(cast.guardian.account)
    assert "还没有填" in page(pupil, "mine")
    text = page(pupil, "menu", one.round.pk, form="online", fits=1)
    assert "机器人社" in text
    assert "童声合唱" not in text
    assert "没有符合条件" in page(pupil, "menu", one.round.pk, q="书法")
    add = [f"add:{each.pk}" for each in (one.robots, one.choir)]
    assert "共 1 个志愿" in send(pupil, "list-edit", one.round.pk, act=add[0], back="menu")
    send(pupil, "list-edit", one.round.pk, act=add[1])
    send(pupil, "list-edit", one.round.pk, act=f"up:{one.choir.pk}")
    ballot = Ballot.objects.get()
    assert list(ballot.choices.values_list("section", flat=True)) == [one.choir.pk, one.robots.pk]
    assert "选课菜单里" in send(pupil, "list-edit", one.round.pk, act="add:nonsense")
    assert guardian.post(url("list-edit", one.round.pk), {"act": add[0]}).status_code == 404
    assert "同意这张选课单" in page(guardian, "list-edit", one.round.pk)
    child = {"child": cast.pupil.person.pk}
    moved = guardian.get(url("subjects-edit", one.round.pk), child)
    assert moved.headers["Location"] == f"{url('menu', one.round.pk)}?child={child['child']}"
    page(guardian, "list-edit", one.round.pk, status=404, child=cast.far_pupil.pk)
    assert "已同意" in send(guardian, "ballot-agree", ballot.pk)
    other = signed_in(acting(cast.far_pupil, Role.PUPIL).account)
    page(other, "menu", one.round.pk, status=404)


def test_a_timetabler_runs_a_round_to_its_lessons() -> None:
    one = make_round()
    at_present(one)
    cast = one.scene.cast
    pupil, by = signed_in(cast.pupil.account), signed_in(cast.timetabler.account)
    send(pupil, "list-edit", one.round.pk, act=f"add:{one.robots.pk}")
    assert "还没有截止" in send(by, "round-draw", one.round.pk, value="19 8")
    Round.objects.update(closes_at=timezone.now())
    assert "摇号录取" in page(by, "round-detail", one.round.pk)
    assert "摇号完成" in send(by, "round-draw", one.round.pk, value="19 8")
    assert "结果已公布" in send(by, "round-publish", one.round.pk)
    assert "已开课" in send(by, "round-start", one.round.pk)
    assert "第 1 志愿录取" in page(by, "seat-list", one.round.pk, state="seated", q="安")
    found = by.get(url("seat-export", one.round.pk))
    assert "安小满" in str(list(load_workbook(io.BytesIO(found.content)).worksheets[0].values))
    assert "没有预留名额" in send(by, "section-release", one.round.pk, one.robots.pk)
    assert "已录取" in page(pupil, "mine")
    seat = Seat.objects.get(state="seated")
    assert "已退出" in send(pupil, "seat-leave", seat.pk)
    data = {
        "title": "下一轮", "grades": ["15"], "schools": [cast.centre.pk], "least": 0, "most": 1,
        "opens_at": "2026-10-01T08:00", "closes_at": "2026-10-02T08:00",
        "starts_on": "2026-10-12", "ends_on": "2026-12-18", "public_source": "次日气温",
    }  # fmt: skip
    assert "截止时间要晚于" in send(
        by, "round-create", status=422, **{**data, "closes_at": "2026-09-01T08:00"}
    )
    assert "轮次已建立" in send(by, "round-create", **data)
    made = Round.objects.get(title="下一轮")
    assert "共 1 个教学班" in send(by, "round-sections", made.pk, section=[one.choir.pk])
    assert "已保存" in send(by, "round-edit", made.pk, **{**data, "title": "第二轮"})
    assert "已完成" in send(by, "round-cancel", made.pk, reason="延期")
    assert "社团选课" in page(by, "round-list", state="started", sort="title")


def test_a_teacher_marks_presence_and_results_and_they_return_home() -> None:
    one = started(make_round(seats=9))
    cast = one.scene.cast
    teacher, head = signed_in(cast.teacher.account), signed_in(cast.deer_head.account)
    lesson = Lesson.objects.filter(course=one.robots.course).order_by("starts_at")[0]
    roll = [seat.pupil for seat in Seat.objects.filter(section=one.robots, state="seated")]
    assert "待登记考勤" in page(teacher, "section-detail", one.robots.pk)
    text = send(
        teacher, "presence-enter", one.robots.pk, lesson.pk, **{f"pupil-{roll[0].pk}": "absent"}
    )
    assert f"到 {len(roll) - 1} 人" in text
    assert Presence.objects.filter(status="absent").get().pupil == roll[0]
    bad = {f"level-{roll[0].pk}": "A", f"score-{roll[0].pk}": "很多"}
    for score in ("很多", "NaN", "-Infinity", "101"):
        typed = {**bad, f"score-{roll[0].pk}": score, f"words-{roll[1].pk}": "很用心"}
        text = send(teacher, "results-enter", one.robots.pk, status=422, **typed)
        # What was typed stays, and nobody's words get lost for want of a level.
        assert f'value="{score}"' in text
        assert "有 1 人填了得分或评语" in text
        assert 'value="很用心"' in text
        wrong = send(
            teacher, "results-enter", one.robots.pk, status=422,
            **{**bad, f"score-{roll[0].pk}": score},
        )  # fmt: skip
        assert "0 到 100" in wrong
    assert not Result.objects.exists()
    send(teacher, "results-enter", one.robots.pk, **{f"level-{roll[0].pk}": "B"})
    assert Result.objects.get().level == "B"
    book = teacher.get(url("section-export", one.robots.pk)).content
    edited = _filled(book, level="优秀", score=98)
    assert "导入完成" in _upload(teacher, one.robots, edited, 302)
    assert Result.objects.filter(level="A", score=98).count() == len(roll)
    assert "没有导入" in _upload(teacher, one.robots, b"no workbook", 422)
    assert "不在本教学班" in _upload(teacher, one.robots, _filled(book, number="X1"), 422)
    text = page(head, "return-list")
    assert "优秀 98" in text
    assert "安小满" in text
    assert "安小满" not in page(signed_in(cast.outsider.account), "return-list")
    assert head.get(url("return-export")).status_code == 200
    _staff_the_listening_side(one)
    for actor in (cast.timetabler, cast.head):
        client = signed_in(actor.account)
        assert "跨校选课人次" in page(client, "network", sort="-outside", q="栖云")
    assert head.get(url("network-export")).status_code == 200


def _staff_the_listening_side(one: Choice) -> None:
    """The deer bay names its own assistant and room, nobody else's."""
    last = Lesson.objects.filter(course=one.robots.course_id).latest("starts_at")
    soon = timezone.now() + timedelta(days=400)
    Lesson.objects.filter(pk=last.pk).update(day=soon.date(), ends_at=soon)
    cast = one.scene.cast
    client = signed_in(cast.deer_head.account)
    side = Listener.objects.get(
        course=one.robots.course_id, school_class__school=cast.deer_bay
    )  # fmt: skip
    assert "听讲教师 未定" in page(client, "return-list")
    strange = {"assistant": cast.teacher.person.pk, "room": one.scene.deer_room.pk}
    send(client, "side-staff", side.pk, status=422, **strange)
    own = {**strange, "assistant": cast.deer_assistant.person.pk}
    assert "听讲端已安排" in send(client, "side-staff", side.pk, **own)
    assert LessonClass.objects.filter(lesson=last, assistant=cast.deer_assistant.person).exists()


def _filled(book: bytes, *, number: str = "", level: str = "", score: int = 0) -> bytes:
    sheet = load_workbook(io.BytesIO(book))
    first = sheet.worksheets[0]
    names = {cell.value: cell.column for cell in first[1]}
    for row in range(2, first.max_row + 1):
        if number:
            first.cell(row, names["学籍号"], f"{number}{row}")
        if level:
            first.cell(row, names["等第"], level)
            first.cell(row, names["得分"], score)
    out = io.BytesIO()
    sheet.save(out)
    return out.getvalue()


def _upload(client: Client, section: Section, book: bytes, status: int) -> str:
    file = io.BytesIO(book)
    file.name = "成绩.xlsx"
    return send(client, "results-import", section.pk, status=status, file=file)


def test_subjects_are_chosen_and_sections_of_walking_classes_found() -> None:
    scene = make_scene()
    cast = scene.cast
    now = timezone.now()
    plan = plan_of(scene, scheme="3+1+2", title="选科")
    made = rounds.create_round(scene.term, cast.centre, plan, by=cast.timetabler, at=now)
    Round.objects.update(opens_at=now - timedelta(hours=2), closes_at=now + timedelta(hours=1))
    made.refresh_from_db()
    rounds.open_round(made, by=cast.timetabler, at=now)
    pupil, by = signed_in(cast.pupil.account), signed_in(cast.timetabler.account)
    assert "首选科目" in page(pupil, "subjects-edit", made.pk)
    wanted = ["SB0401", "SB0402", "SB0403"]
    assert "要选 2 门，现在选了 1 门" in send(pupil, "subjects-edit", made.pk, subject=wanted[:2])
    assert "选科已保存" in send(pupil, "subjects-edit", made.pk, subject=wanted)
    for each in cast.centre_pupils:
        save_subjects(made, each, wanted, by=None, at=now)
    limits = {"school": cast.centre.pk, "bands": 3, "least": 2, "most": 4}
    assert "截止后" in send(by, "run-start", made.pk, **limits)
    Round.objects.update(closes_at=now)
    send(by, "run-start", made.pk, **limits)
    run_pending()
    run = SectioningRun.objects.latest("pk")
    assert "每个时段最多开 0 个班" in page(by, "run-detail", run.pk)
    _teachers(cast.teacher, cast.timetabler, wanted)
    send(by, "run-start", made.pk, **limits)
    run = SectioningRun.objects.latest("pk")
    assert "正在编班" in page(by, "run-detail", run.pk)
    run_pending()
    assert "已证明不能更少" in page(by, "run-detail", run.pk)
    bands = {
        f"{name}_{band}_1": value
        for band in (1, 2, 3)
        for name, value in (("weekday", band), ("starts", "16:10"), ("ends", "16:50"))
    }
    assert "每个时段的上课时间" in send(by, "run-accept", run.pk)
    Round.objects.update(state="cancelled")
    assert "不能再采用方案" in send(by, "run-accept", run.pk, **bands)
    assert not Section.objects.exists()
    Round.objects.update(state="open")
    assert "方案已采用" in send(by, "run-accept", run.pk, **bands)
    assert Section.objects.count() == 3
    assert "结果已公布" in send(by, "round-publish", made.pk)
    assert "已开课" in send(by, "round-start", made.pk)
    assert Seat.objects.filter(state="seated").count() == 3 * len(cast.centre_pupils)
    assert "已经结束" in send(by, "run-stop", run.pk)


def _teachers(one: Actor, other: Actor, codes: list[str]) -> None:
    people: list[Person] = [one.person, other.person]
    for place, code in enumerate(codes):
        Qualification.objects.create(person=people[place % 2], subject_code=code, stage_code="")


def test_lists_ask_no_more_for_more_pupils() -> None:
    one = started(make_round(seats=9))
    cast = one.scene.cast
    teacher, head, pupil = (
        signed_in(each.account) for each in (cast.teacher, cast.head, cast.pupil)
    )
    moment = one.round.published_at

    def look() -> None:
        page(head, "return-list")
        page(head, "seat-list", one.round.pk)
        page(head, "round-detail", one.round.pk)
        page(teacher, "section-detail", one.robots.pk)
        page(teacher, "results-enter", one.robots.pk)
        page(pupil, "mine")

    def grow() -> None:
        fresh = make_pupil(cast.centre_class, since=FIRST_DAY - timedelta(days=9))
        assert moment is not None
        seat = Seat.objects.create(
            round=one.round, section=one.robots, pupil=fresh, rank=1, turn=99, state="seated",
            why="补录",
        )  # fmt: skip
        opening.join(seat, FIRST_DAY, by=None, at=moment)

    assert_queries_flat(look, grow)
