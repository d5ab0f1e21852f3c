"""Pages that change something: who may, what is refused, what is written."""

import io

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from tongke.foundation.people.models import (
    Account,
    Appointment,
    Enrolment,
    Person,
    StaffPost,
    Title,
)
from tongke.foundation.people.services.accounts import open_accounts
from tongke.foundation.people.services.persons import change_person
from tongke.foundation.people.tests.make import (
    MUSIC,
    NOON,
    TODAY,
    World,
)
from tongke.foundation.people.tests.pages import client_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_phone")]


def text(response: HttpResponse) -> str:
    return response.content.decode()


def sheet(response: HttpResponse) -> list[tuple[object, ...]]:
    book = load_workbook(io.BytesIO(response.content))
    return list(book.worksheets[0].iter_rows(values_only=True))


def test_a_timetabler_adds_a_teacher_with_role_and_account(cast: World) -> None:
    client = client_of(cast.timetabler)
    url = reverse("people:person-add")
    data = {
        "name": "韦新", "number": "T-900", "sex": "2", "birth_date": "1990-05-06",
        "phone": "139 0000 4321", "id_number": "", "role-organisation": cast.deer_bay.pk,
        "role-role": "teacher", "role-subject_code": MUSIC, "role-since": "2026-11-01",
    }  # fmt: skip

    bad = client.post(url, data | {"phone": "12345", "role-role": "director"})
    assert bad.status_code == 422
    assert "不是电话号码" in text(bad)
    done = client.post(url, data)

    person = Person.objects.get(number="T-900")
    assert done["Location"] == reverse("people:person-detail", args=[person.pk])
    assert person.phone == "13900004321"
    assert person.appointments.get().subject_code == MUSIC
    assert Account.objects.get(login="t-900").person == person
    again = client.post(url, data)
    assert (again.status_code, "已经有人使用" in text(again)) == (422, True)


def test_a_timetabler_gives_and_ends_roles_of_teachers_only(cast: World) -> None:
    client = client_of(cast.timetabler)
    teacher = cast.deer_assistant.person
    url = reverse("people:appointment-add", args=[teacher.pk])
    data = {"organisation": cast.deer_bay.pk, "role": "teacher", "subject_code": "SB0201",
            "since": "2026-11-01", "until": ""}  # fmt: skip

    assert client.post(url, data | {"role": "head"}).status_code == 422
    assert client.post(url, data | {"until": "2026-10-01"}).status_code == 422
    assert client.post(url, data | {"organisation": cast.far_school.pk}).status_code == 422
    assert client.post(url, data).status_code == 302
    assert client.post(url, data).status_code == 422

    given = Appointment.objects.get(person=teacher, subject_code="SB0201")
    end = reverse("people:appointment-end", args=[given.pk])
    client.post(end, {"until": ""})
    client.post(end, {"until": "2026-10-01"})
    given.refresh_from_db()
    assert given.until is None
    client.post(end, {"until": TODAY.isoformat()})
    given.refresh_from_db()
    assert given.until == TODAY
    head = Appointment.objects.get(person=cast.head.person)
    refused = client.post(
        reverse("people:appointment-end", args=[head.pk]), {"until": TODAY.isoformat()}
    )
    assert refused.status_code == 404


def test_nobody_ends_the_role_they_act_in(cast: World) -> None:
    client = client_of(cast.sysadmin)
    url = reverse("people:appointment-end", args=[cast.sysadmin.appointment_id])

    client.post(url, {"until": TODAY.isoformat()})

    assert Appointment.objects.get(pk=cast.sysadmin.appointment_id).until is None


def test_a_record_is_corrected_without_touching_secrets_left_empty(cast: World) -> None:
    person = cast.deer_assistant.person
    change_person(person, {"phone": "13900001111"}, by=None, at=NOON)
    client = client_of(cast.timetabler)
    url = reverse("people:person-edit", args=[person.pk])
    assert "13900001111" not in text(client.get(url))
    data = {"name": "周青", "number": person.number, "sex": "2", "birth_date": "", "phone": "",
            "id_number": "990000201503010018"}  # fmt: skip

    wrong = client.post(url, data)
    assert (wrong.status_code, "校验位不对" in text(wrong)) == (422, True)
    assert client.post(url, data | {"id_number": ""}).status_code == 302
    person.refresh_from_db()

    assert (person.name, person.phone) == ("周青", "13900001111")
    taken = client.post(url, data | {"id_number": "", "number": cast.head.person.number})
    assert taken.status_code == 422


def test_a_pupil_is_admitted_and_leaves(cast: World) -> None:
    client = client_of(cast.timetabler)
    url = reverse("people:class-enrol", args=[cast.deer_class.pk])
    data = {
        "name": "罗圆", "number": "G20260001", "sex": "2", "birth_date": "2016-01-02",
        "phone": "", "id_number": "", "seat": "9", "since": "2026-11-20",
        "guardian_name": "罗大年", "guardian_relation": "父亲", "guardian_phone": "13900002222",
    }  # fmt: skip

    assert client.post(url, data | {"guardian_phone": ""}).status_code == 422
    assert client.post(url, data).status_code == 302
    twice = client.post(url, data)
    assert (twice.status_code, "已经有人使用" in text(twice)) == (422, True)

    pupil = Person.objects.get(number="G20260001")
    guardian = pupil.guardians.get().guardian
    assert (guardian.name, guardian.phone) == ("罗大年", "13900002222")
    assert guardian.appointments.get().organisation == cast.deer_bay
    assert Account.objects.filter(person__in=[pupil, guardian]).count() == 2
    leave = reverse("people:enrolment-leave", args=[cast.deer_class.pk, pupil.pk])
    client.post(leave, {"until": ""})
    assert Enrolment.objects.get(pupil=pupil).until is None
    client.post(leave, {"until": TODAY.isoformat()})
    assert Enrolment.objects.get(pupil=pupil).until == TODAY
    assert client.post(leave, {"until": TODAY.isoformat()}).status_code == 404


def test_initial_passwords_of_a_class_are_shown_once(cast: World) -> None:
    open_accounts(cast.deer_pupils[1:], by=None, at=NOON)
    client = client_of(cast.timetabler)
    url = reverse("people:class-passwords", args=[cast.deer_class.pk])

    issued = client.post(url, {"who": "pupils"}).context["issued"]
    other = client.post(url, {"who": "guardians"}).context["issued"]

    assert {account.person.name for account, _ in issued} == {
        each.name for each in cast.deer_pupils
    }
    assert all(account.check_password(raw) for account, raw in issued)
    assert [account.person for account, _ in other] == [cast.guardian.person]
    assert client.get(url).status_code == 405


def test_a_school_names_its_homeroom_teacher(cast: World) -> None:
    client = client_of(cast.head)
    url = reverse("people:class-edit", args=[cast.deer_class.pk])

    wrong = client.post(
        url, {"name": "五（1）班", "grade_code": "15", "homeroom_teacher": cast.outsider.person.pk}
    )
    assert wrong.status_code == 422
    assert client.get(url).status_code == 200
    client.post(
        url, {"name": "五（1）班", "grade_code": "15", "homeroom_teacher": cast.deer_head.person.pk}
    )
    cast.deer_class.refresh_from_db()

    assert cast.deer_class.name == "五（1）班"
    assert cast.deer_class.homeroom_teacher == cast.deer_head.person


def test_accounts_are_reset_disabled_and_enabled_by_their_keepers(cast: World) -> None:
    client = client_of(cast.timetabler)
    account = cast.deer_assistant.account

    page = client.post(reverse("people:account-reset", args=[account.pk]))
    account.refresh_from_db()
    assert account.check_password(page.context["password"])
    assert account.must_change_password
    for name, active in (("account-disable", False), ("account-disable", False),
                         ("account-enable", True)):  # fmt: skip
        client.post(reverse(f"people:{name}", args=[account.pk]))
        account.refresh_from_db()
        assert account.is_active is active
    for other in (cast.head, cast.officer, cast.outsider, cast.sysadmin):
        url = reverse("people:account-reset", args=[other.account.pk])
        assert client.post(url).status_code == 404
    factor = reverse("people:account-factor", args=[account.pk])
    assert client.post(factor).status_code == 404
    assert client_of(cast.sysadmin).post(factor, follow=True).status_code == 200


def test_account_filters_work(cast: World) -> None:
    open_accounts(cast.stone_pupils, by=None, at=NOON)
    client = client_of(cast.sysadmin)

    def logins(**query: object) -> int:
        page = client.get(reverse("people:account-list"), query).context["page"]
        return int(page.paginator.count)

    everybody = logins()
    assert logins(role="pupil") == 3
    assert logins(school=cast.stone_bridge.pk, role="pupil") == 2
    assert logins(state="must") == 2
    assert logins(state="never") == everybody - 1
    assert logins(state="active") == everybody
    assert logins(state="disabled") == 0
    assert logins(q="江") == 1


def test_the_register_goes_from_school_to_office_and_back(cast: World) -> None:
    head, officer = client_of(cast.head), client_of(cast.officer)
    data = {"person": cast.teacher.person.pk, "kind": "leader-c", "subject_code": MUSIC,
            "stage_code": "1", "since": "2024-09-01"}  # fmt: skip

    assert (
        head.post(
            reverse("people:title-add"), data | {"person": cast.outsider.person.pk}
        ).status_code
        == 422
    )
    assert head.post(reverse("people:title-add"), data).status_code == 302
    assert head.post(reverse("people:title-add"), data).status_code == 422
    title = Title.objects.get()
    assert (title.level, title.organisation) == ("city", cast.centre)
    for name in ("title-file", "title-return"):
        assert head.post(reverse(f"people:{name}", args=[title.pk])).status_code == 404
    officer.post(reverse("people:title-return", args=[title.pk]), {"reason": ""})
    assert Title.objects.get().state == "reported"
    officer.post(reverse("people:title-return", args=[title.pk]), {"reason": "证书编号看不清"})
    assert "证书编号看不清" in text(head.get(reverse("people:title-list")))
    head.post(reverse("people:title-again", args=[title.pk]))
    officer.post(reverse("people:title-file", args=[title.pk]))
    title.refresh_from_db()
    assert (title.state, title.filed_by, title.reason) == ("filed", cast.officer.person, "")
    assert head.post(reverse("people:title-again", args=[title.pk])).status_code == 404
    counts = officer.get(reverse("people:title-list")).context["counts"]
    assert {one.kind: one.filed for one in counts}["leader-c"] == 1
    rows = sheet(officer.get(reverse("people:title-export"), {"state": "filed"}))
    assert rows[1][:5] == (
        "林知遥",
        cast.teacher.person.number,
        "栖云中心小学",
        "市级学科带头人",
        "音乐",
    )
    officer.post(reverse("people:title-end", args=[title.pk]), {"until": TODAY.isoformat()})
    title.refresh_from_db()
    assert title.until == TODAY


def test_posts_are_set_against_teachers(cast: World) -> None:
    officer = client_of(cast.officer)
    url = reverse("people:post-edit", args=[cast.deer_bay.pk])
    assert officer.post(url, {"subject_code": MUSIC, "approved": "-1"}).status_code == 422

    officer.post(url, {"subject_code": MUSIC, "approved": "1"})
    officer.post(url, {"subject_code": "SB0101", "approved": "2"})

    page = client_of(cast.deer_head).get(reverse("people:post-list"))
    lines = {
        line.subject: (line.approved, line.present, line.missing) for line in page.context["page"]
    }
    assert lines == {"语文": (2, 1, 1), "音乐": (1, 0, 1)}
    rows = sheet(
        officer.get(reverse("people:post-export"), {"show": "missing", "school": cast.deer_bay.pk})
    )
    assert [row[1:] for row in rows[1:]] == [("语文", 2, 1, 1), ("音乐", 1, 0, 1)]
    officer.post(url, {"subject_code": MUSIC, "approved": "0"})
    assert StaffPost.objects.count() == 1
    assert client_of(cast.deer_head).get(url).status_code == 404


def test_an_administrator_founds_edits_and_closes_a_school(cast: World) -> None:
    client = client_of(cast.sysadmin)
    data = {"name": "梨花小学", "short_name": "梨花", "code": "TK-01", "kind": "school",
            "level": "school", "parent": cast.region.region.pk, "area": "village",
            "stages": ["1", "2"]}  # fmt: skip

    made = client.post(reverse("people:organisation-add"), data)
    assert client.post(reverse("people:organisation-add"), data).status_code == 422
    assert (
        client.post(
            reverse("people:organisation-add"), data | {"code": "X", "parent": cast.elsewhere.pk}
        ).status_code
        == 422
    )
    pk = int(made["Location"].rstrip("/").rsplit("/", 1)[1])
    page = text(client.get(made["Location"]))
    assert "小学、初中" in page
    edit = reverse("people:organisation-edit", args=[pk])
    assert client.get(edit).status_code == 200
    client.post(edit, data | {"name": "梨花学校"})
    assert "梨花学校" in text(client.get(made["Location"]))
    closed = client.post(reverse("people:organisation-close", args=[pk]), follow=True)
    assert "已撤销" in text(closed)
    refused = client.post(
        reverse("people:organisation-close", args=[cast.deer_bay.pk]), follow=True
    )
    assert "请先结束班级" in text(refused)


def test_writing_pages_refuse_a_reader_of_another_county(cast: World) -> None:
    client: Client = client_of(cast.stranger)
    for name, args in (
        ("person-edit", [cast.teacher.person.pk]), ("class-edit", [cast.deer_class.pk]),
        ("organisation-edit", [cast.centre.pk]), ("class-enrol", [cast.deer_class.pk]),
        ("appointment-add", [cast.teacher.person.pk]), ("post-edit", [cast.centre.pk]),
    ):  # fmt: skip
        assert client.get(reverse(f"people:{name}", args=args)).status_code == 404, name
    for name, pk in (
        ("account-reset", cast.teacher.account.pk), ("account-disable", cast.teacher.account.pk),
        ("class-passwords", cast.deer_class.pk), ("organisation-close", cast.centre.pk),
        ("appointment-end", cast.teacher.appointment_id),
    ):  # fmt: skip
        assert client.post(reverse(f"people:{name}", args=[pk])).status_code == 404, name
