"""The pages of the classroom, each for those it exists for."""

import io
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from tongke.core.models import AuditEntry
from tongke.core.profile import override
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.profile import PeopleProfile
from tongke.teaching.classroom.models import Answer, ProtocolItem, Session, Slide
from tongke.teaching.classroom.services import answers, protocol, questions, roll, sessions, slides
from tongke.teaching.classroom.tests.make import Live, ask, given, make_live, start_session
from tongke.teaching.classroom.tests.test_slides import a_pdf, a_png

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _surroundings(tmp_path, settings):
    """Files of its own; the second factor is people's matter."""
    settings.MEDIA_ROOT = tmp_path
    with override(PeopleProfile, second_factor_roles=[]):
        yield


@pytest.fixture
def live() -> Live:
    """The lesson is on right now."""
    return make_live(timezone.now().replace(microsecond=0))


def signed_in(actor: Actor) -> Client:
    client = Client()
    client.force_login(actor.account, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    session["appointment"] = actor.appointment_id
    session.save()
    return client


def url(name: str, live: Live) -> str:
    return reverse(f"classroom:{name}", args=[live.lesson.pk])


PAGES = {
    "lesson-host": {"teacher"},
    "lesson-room": {"deer_assistant", "stone_assistant"},
    "lesson-pupil": {"pupil"},
    "lesson-watch": {"head", "deer_head", "researcher", "officer", "director"},
    "lesson-check": {"teacher", "deer_assistant", "pupil", "head", "officer"},
    "deck-edit": {"teacher"},
    "protocol": {"teacher", "deer_assistant", "head", "timetabler", "researcher", "director"},
    "lesson-summary": {"teacher", "deer_assistant", "head", "timetabler", "officer"},
    "lesson-export": {"teacher", "deer_assistant", "head", "timetabler", "officer"},
}


@pytest.mark.parametrize("name", PAGES)
def test_pages_exist_for_their_people_and_nobody_else(live: Live, name: str) -> None:
    start_session(live)
    for who, actor in live.cast.actors.items():
        status = signed_in(actor).get(url(name, live)).status_code
        if who in PAGES[name]:
            assert status == 200, who
        elif who in {"outsider", "stranger", "guardian", "sysadmin"}:
            assert status == 404, who


@pytest.mark.parametrize(
    ("who", "page"),
    [("teacher", "host"), ("deer_assistant", "room"), ("pupil", "pupil"), ("head", "watch")],
)
def test_one_address_leads_everybody_to_their_seat(live: Live, who: str, page: str) -> None:
    response = signed_in(live.cast.actors[who]).get(url("lesson-enter", live))

    assert response.status_code == 302
    assert response["Location"] == url(f"lesson-{page}", live)
    assert signed_in(live.cast.guardian).get(url("lesson-enter", live)).status_code == 404


def test_the_teachers_page_opens_the_room_and_shows_everything_without_script(live: Live) -> None:
    slides.add_text(live.lesson, "茉莉花", ["江苏民歌"], by=live.teacher, at=live.at(-60))

    response = signed_in(live.teacher).get(url("lesson-host", live))

    assert Session.objects.get().state == "open"
    body = response.content.decode()
    assert "江苏民歌" in body
    assert "鹿回湾教学点" in body
    data = response.context["live"]
    assert (data["seat"], data["parts"]["session"]["state"]) == ("host", "open")
    assert data["keyPoints"] == [{"id": live.point.pk, "title": "一字多音"}]


def test_too_early_the_page_says_when_to_come_back() -> None:
    live = make_live(timezone.now() + timezone.timedelta(hours=2))

    response = signed_in(live.teacher).get(url("lesson-host", live))

    assert response.status_code == 200
    assert "开放" in response.context["refusal"]
    assert not Session.objects.exclude(state="planned").exists()


def test_a_pupil_does_not_open_the_room(live: Live) -> None:
    assert signed_in(live.cast.pupil).get(url("lesson-pupil", live)).status_code == 200
    assert not Session.objects.exists()


def test_looking_in_is_audited(live: Live) -> None:
    start_session(live)

    signed_in(live.cast.officer).get(url("lesson-watch", live))

    entry = AuditEntry.objects.get(action="classroom.session.watched")
    assert entry.actor_id == live.cast.officer.account.pk


def test_a_lesson_begins_and_ends_by_plain_forms(live: Live) -> None:
    client = signed_in(live.teacher)

    assert client.post(url("lesson-start", live)).status_code == 302
    assert Session.objects.get().state == "live"
    refused = client.post(url("lesson-end", live), {"held": "", "reason": ""}, follow=True)
    assert "两端同时在线" in refused.content.decode()
    done = client.post(url("lesson-end", live), {"held": "yes", "reason": "断网上完"})

    assert done["Location"] == url("lesson-summary", live)
    live.lesson.refresh_from_db()
    assert live.lesson.state == "held"
    late = client.post(url("lesson-start", live), follow=True)
    assert "不能上课" in late.content.decode()


def test_a_pupil_answers_by_a_plain_form_and_by_json(live: Live) -> None:
    question = ask(start_session(live), live, 0)
    client, act = signed_in(live.cast.pupil), str(uuid4())

    data = {"id": act, "question": question.pk, "choice": "B"}
    assert client.post(url("answer-send", live), data).status_code == 302
    again = client.post(url("answer-send", live), data, headers={"accept": "application/json"})
    assert (again.status_code, again.json()) == (200, {"refusal": ""})
    wrong = client.post(
        url("answer-send", live), data | {"id": str(uuid4()), "choice": "F"},
        headers={"accept": "application/json"},
    )  # fmt: skip

    assert (wrong.status_code, wrong.json()) == (409, {"refusal": answers.NO_OPTION})
    assert Answer.objects.get().choice == "B"
    empty = client.post(url("answer-send", live), {}, follow=True)
    assert "请选一个选项" in empty.content.decode()


def test_sound_and_picture_are_for_host_rooms_and_observers_of_an_open_lesson(live: Live) -> None:
    assert signed_in(live.teacher).post(url("media-token", live)).status_code == 409
    start_session(live)

    for who in ("teacher", "deer_assistant", "head"):
        found = signed_in(live.cast.actors[who]).post(url("media-token", live)).json()
        assert found["url"] == f"/rtc/lesson-{live.lesson.pk}"
        assert found["codec"] == "VP8"
        assert found["token"].count(".") == 1
    assert signed_in(live.cast.pupil).post(url("media-token", live)).status_code == 409
    assert signed_in(live.cast.outsider).post(url("media-token", live)).status_code == 404


def test_a_deck_is_uploaded_written_moved_and_cleared(live: Live) -> None:
    client = signed_in(live.teacher)
    files = [SimpleUploadedFile("课件.pdf", a_pdf(2)), SimpleUploadedFile("图.png", a_png())]

    assert client.post(url("deck-upload", live), {"documents": files}).status_code == 302
    assert client.post(url("slide-add", live), {"heading": "想一想", "lines": "一\n二"})
    assert Slide.objects.count() == 4
    last = Slide.objects.get(heading="想一想")
    client.post(reverse("classroom:slide-move", args=[last.pk, 1]))
    last.refresh_from_db()
    assert last.seq == 1
    edit = reverse("classroom:slide-edit", args=[last.pk])
    assert client.get(edit).status_code == 200
    assert client.post(edit, {"heading": "", "lines": ""}).status_code == 409
    assert client.post(edit, {"heading": "长" * 61, "lines": ""}).status_code == 422
    assert client.post(edit, {"heading": "改过", "lines": "三"}).status_code == 302
    picture = Slide.objects.exclude(image=None)[0]
    shown = signed_in(live.cast.pupil).get(reverse("classroom:slide-picture", args=[picture.pk]))
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/png")
    shown.getvalue()
    words = reverse("classroom:slide-picture", args=[last.pk])
    assert client.get(words).status_code == 404
    client.post(reverse("classroom:slide-remove", args=[last.pk]))
    assert Slide.objects.count() == 3


@pytest.mark.parametrize(
    ("name", "body", "status", "words"),
    [("课件.pptx", b"PK\x03\x04", 409, "另存为 PDF"), ("空.pdf", b"", 422, "空")],
)
def test_a_file_that_will_not_do_comes_back_with_advice(
    live: Live, name: str, body: bytes, status: int, words: str
) -> None:
    data = {"documents": SimpleUploadedFile(name, body)}

    response = signed_in(live.teacher).post(url("deck-upload", live), data)

    assert response.status_code == status
    assert words in response.content.decode()
    assert signed_in(live.teacher).post(url("slide-add", live), {}).status_code == 409


def test_duties_are_ticked_with_evidence_and_taken_back(live: Live) -> None:
    protocol.instantiate(live.lesson)
    client = signed_in(live.teacher)
    duty = ProtocolItem.objects.get(code="reflect-host-1")
    tick = reverse("classroom:duty-tick", args=[duty.pk])
    photo = SimpleUploadedFile("板书.png", a_png())

    assert client.post(tick, {"text": "两端差别不大", "file": photo}).status_code == 302
    duty.refresh_from_db()
    assert duty.done_at is not None
    seen = signed_in(live.cast.head).get(reverse("classroom:duty-evidence", args=[duty.pk]))
    assert seen.status_code == 200
    seen.getvalue()
    page = client.get(url("protocol", live)).content.decode()
    assert "两端差别不大" in page
    assert client.post(reverse("classroom:duty-untick", args=[duty.pk])).status_code == 302
    again = client.post(reverse("classroom:duty-untick", args=[duty.pk]), follow=True)
    assert "还没有完成" in again.content.decode()
    junk = SimpleUploadedFile("程序.exe", b"MZ" + b"\0" * 100)
    refused = client.post(tick, {"file": junk})
    assert refused.status_code == 409
    assert "只接受" in refused.content.decode()
    assert client.post(tick, {"text": "长" * 501}).status_code == 422
    assert signed_in(live.cast.deer_assistant).post(tick).status_code == 404
    bare = ProtocolItem.objects.get(code="reflect-listening-1", school_class=live.cast.deer_class)
    empty = signed_in(live.cast.head).get(reverse("classroom:duty-evidence", args=[bare.pk]))
    assert empty.status_code == 404


def test_a_teacher_finds_the_open_and_the_finished_duties(live: Live) -> None:
    protocol.instantiate(live.lesson)
    client, address = signed_in(live.teacher), reverse("classroom:protocol-list")

    open_ones = client.get(address).content.decode()
    protocol.tick(
        ProtocolItem.objects.get(code="prepare-host-1"), by=live.teacher, at=timezone.now()
    )
    finished = client.get(address, {"view": "done"}).content.decode()

    assert "写好教学设计" in open_ones
    assert "写好教学设计" in finished
    assert "没有待办事项" in signed_in(live.cast.outsider).get(address).content.decode()


def full_lesson(live: Live) -> Session:
    cast, session = live.cast, start_session(live)
    roll.call(
        session, cast.deer_class.pk, {cast.deer_pupils[2].pk: "leave"}, by=cast.deer_assistant,
        at=live.at(1),
    )  # fmt: skip
    question = ask(session, live, 10)
    answers.store(
        [given(question, cast.deer_pupils[0], cast.deer_class, "B", live.at(10.5)),
         given(question, cast.centre_pupils[0], cast.centre_class, "A", live.at(10.5))]
    )  # fmt: skip
    questions.reveal(question, by=live.teacher, at=live.at(11))
    ask(session, live, 20, kind="true_false", answer="A", key_point=None)
    sessions.end(session, by=live.teacher, at=live.at(40), held=True, reason="照常")
    return session


def test_the_summary_tells_roll_questions_and_course_of_events(live: Live) -> None:
    full_lesson(live)

    body = signed_in(live.teacher).get(url("lesson-summary", live)).content.decode()

    assert "陈星河（假）" in body
    assert "2 / 3" in body
    assert "公布并讲评" in body
    assert "一字多音" in body


def test_names_stay_with_those_who_may_know_them(live: Live) -> None:
    full_lesson(live)

    director = signed_in(live.cast.director).get(url("lesson-summary", live)).content.decode()
    own_head = signed_in(live.cast.deer_head).get(url("lesson-export", live))

    assert "陈星河" not in director
    assert "缺 0，假 1" in director
    rows = list(load_workbook(io.BytesIO(own_head.content)).worksheets[0].values)
    assert {row[2] for row in rows[1:]} == {"安小满", "白露", "陈星河"}
    assert AuditEntry.objects.filter(action="record.read").count() == 1


def test_the_workbook_has_a_row_for_each_pupil_and_a_column_for_each_question(live: Live) -> None:
    full_lesson(live)

    response = signed_in(live.teacher).get(url("lesson-export", live))

    rows = list(load_workbook(io.BytesIO(response.content)).worksheets[0].values)
    assert rows[0][:6] == ("教室", "班级", "姓名", "考勤", "随堂问1", "随堂问2")
    by_name = {row[2]: row for row in rows[1:]}
    assert len(by_name) == 9
    assert by_name["安小满"][3:5] == ("到", "B")
    assert by_name["陈星河"][3] == "假"
    assert by_name["丁一鸣"][3] == "未点名"


def test_before_the_lesson_there_is_nothing_to_sum_up(live: Live) -> None:
    client = signed_in(live.teacher)

    assert "还没有上" in client.get(url("lesson-summary", live)).content.decode()
    assert client.get(url("lesson-export", live)).status_code == 404


def test_the_lessons_own_page_has_the_live_room_for_those_who_may_use_it(live: Live) -> None:
    address = reverse("timetable:lesson-detail", args=[live.lesson.pk])

    teacher = signed_in(live.teacher).get(address).content.decode()
    guardian = signed_in(live.cast.guardian).get(address).content.decode()

    assert url("lesson-enter", live) in teacher
    assert url("deck-edit", live) in teacher
    assert "直播课堂" not in guardian
