"""Every page of people: for whom it exists, what it shows, what it does."""

import io
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.urls import reverse
from openpyxl import load_workbook

from tongke.core.models import AuditEntry
from tongke.foundation.people.models import (
    Appointment,
)
from tongke.foundation.people.roles import Role
from tongke.foundation.people.services.accounts import open_accounts
from tongke.foundation.people.services.persons import change_person
from tongke.foundation.people.services.posts import set_posts
from tongke.foundation.people.services.titles import NewTitle, report_title
from tongke.foundation.people.tests.make import (
    MUSIC,
    NOON,
    TODAY,
    World,
    make_actor,
    make_class,
    make_guardian,
    make_person,
    make_pupil,
    make_school,
)
from tongke.foundation.people.tests.pages import assert_queries_flat, client_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_phone")]
BUREAU = {"researcher", "officer", "director", "sysadmin"}
KEEPERS = {"head", "timetabler", "sysadmin"}
STAFF = BUREAU | {"head", "timetabler", "teacher"}
EVERYONE = STAFF | {"pupil", "guardian"}
ROLES = sorted(EVERYONE)
LISTS = {
    "organisation-list": BUREAU | {"head", "timetabler"},
    "organisation-export": BUREAU | {"head", "timetabler"},
    "person-list": STAFF, "person-export": STAFF, "class-list": STAFF, "class-export": STAFF,
    "title-list": STAFF, "title-export": STAFF, "title-add": {"head", "timetabler"},
    "post-list": BUREAU | {"head", "timetabler"}, "post-export": BUREAU | {"head", "timetabler"},
    "person-add": KEEPERS, "organisation-add": {"sysadmin"}, "account-list": KEEPERS,
    "consent-list": {"guardian", "pupil"},
    "consent-overview": {"teacher", "head", "timetabler", "sysadmin"},
}  # fmt: skip


def text(response: HttpResponse) -> str:
    return response.content.decode()


def sheet(response: HttpResponse) -> list[tuple[object, ...]]:
    book = load_workbook(io.BytesIO(response.content))
    return list(book.worksheets[0].iter_rows(values_only=True))


@pytest.mark.parametrize("name", LISTS)
def test_lists_exist_for_their_roles_only(cast: World, name: str) -> None:
    for role in ROLES:
        answer = client_of(getattr(cast, role)).get(reverse(f"people:{name}"))
        wanted = 200 if role in LISTS[name] else 404
        assert answer.status_code == wanted, (name, role)
        if answer["Content-Type"].startswith("text/html"):
            assert " style=" not in text(answer)


def seen(cast: World, role: str, name: str, *args: int) -> int:
    return client_of(getattr(cast, role)).get(reverse(f"people:{name}", args=args)).status_code


def test_a_class_page_exists_for_those_around_it(cast: World) -> None:
    inside = EVERYONE
    for role in ROLES:
        wanted = 200 if role in inside - {"pupil", "guardian", "teacher"} else None
        if wanted:
            assert seen(cast, role, "class-detail", cast.deer_class.pk) == wanted, role
    assert seen(cast, "pupil", "class-detail", cast.deer_class.pk) == 200
    assert seen(cast, "guardian", "class-detail", cast.deer_class.pk) == 200
    assert seen(cast, "pupil", "class-detail", cast.centre_class.pk) == 404
    assert seen(cast, "outsider", "class-detail", cast.deer_class.pk) == 404
    assert seen(cast, "stranger", "class-detail", cast.deer_class.pk) == 404


def test_the_roll_shows_each_reader_the_children_they_may_see(cast: World) -> None:
    def names(role: str) -> set[str]:
        page = text(client_of(getattr(cast, role)).get(
            reverse("people:class-detail", args=[cast.deer_class.pk])
        ))  # fmt: skip
        return {each.name for each in cast.deer_pupils if each.name in page}

    everyone = {each.name for each in cast.deer_pupils}
    assert names("deer_assistant") == names("deer_head") == names("timetabler") == everyone
    assert names("director") == names("researcher") == set()
    assert names("guardian") == names("pupil") == {cast.deer_pupils[0].name}


def test_reading_a_childs_record_is_audited_once_and_ones_own_is_not(cast: World) -> None:
    child = cast.deer_pupils[0]
    url = reverse("people:person-detail", args=[child.pk])

    client_of(cast.guardian).get(url)
    client_of(cast.pupil).get(url)
    client_of(cast.guardian).get(reverse("people:person-detail", args=[cast.guardian.person.pk]))

    entry = AuditEntry.objects.get(action="record.read")
    assert (entry.actor_id, entry.object_id) == (cast.guardian.account.pk, str(child.pk))


def test_secrets_are_masked_and_shown_once_with_a_reason(cast: World) -> None:
    guardian = cast.guardian.person
    change_person(guardian, {"phone": "13900001234"}, by=None, at=NOON)
    client = client_of(cast.timetabler)
    page = text(client.get(reverse("people:person-detail", args=[guardian.pk])))
    assert "139******34" in page
    assert "13900001234" not in page
    url = reverse("people:person-reveal", args=[guardian.pk])

    assert client.post(url, {"field": "phone", "reason": ""}).status_code == 422
    shown = client.post(url, {"field": "phone", "reason": "孩子发烧，联系家长"})

    assert "13900001234" in text(shown)
    assert "no-store" in shown["Cache-Control"]
    entry = AuditEntry.objects.get(action="people.person.revealed")
    assert entry.detail == {"field": "phone", "reason": "孩子发烧，联系家长"}
    assert client.get(url).status_code == 405
    part = client.post(
        url, {"field": "phone", "reason": "再次联系家长"}, headers={"HX-Request": "true"}
    )
    assert text(part).lstrip().startswith(("<section", "{#")) or "<html" not in text(part)
    for role in ("director", "outsider", "teacher"):
        refused = client_of(getattr(cast, role)).post(url, {"field": "phone", "reason": "好奇看看"})
        assert refused.status_code == 404, role


def test_people_are_found_by_name_number_and_whole_phone(cast: World) -> None:
    change_person(cast.deer_pupils[1], {"phone": "13900005678"}, by=None, at=NOON)
    client = client_of(cast.timetabler)

    def found(words: str) -> list[str]:
        page = client.get(reverse("people:person-list"), {"q": words}).context["page"]
        return [each.name for each in page.object_list]

    assert found("白") == ["白露"]
    assert found(cast.deer_pupils[1].number.lower()) == ["白露"]
    assert found("13900005678") == ["白露"]
    assert found("1390000") == []
    assert found("卢松") == []


def test_person_filters_narrow_the_list_and_the_export_alike(cast: World) -> None:
    client = client_of(cast.sysadmin)
    query = {"role": "pupil", "school": str(cast.deer_bay.pk), "class": str(cast.deer_class.pk)}

    page = client.get(reverse("people:person-list"), query).context["page"]
    rows = sheet(client.get(reverse("people:person-export"), query))

    assert {each.name for each in page.object_list} == {each.name for each in cast.deer_pupils}
    assert {row[0] for row in rows[1:]} == {each.name for each in cast.deer_pupils}
    entry = AuditEntry.objects.get(action="people.person.exported")
    assert entry.detail == {"count": 3, "filter": query}


@pytest.mark.parametrize("page", ["0", "-3", "x", "999999999999999999999"])
def test_nonsense_in_the_address_is_harmless(cast: World, page: str) -> None:
    client = client_of(cast.officer)
    query = {"page": page, "school": page, "class": "ä", "role": "nobody", "q": "\x00%_"}

    for name in ("person-list", "class-list", "organisation-list", "title-list", "post-list"):
        assert client.get(reverse(f"people:{name}"), query).status_code == 200


def test_lists_ask_a_fixed_number_of_questions(cast: World) -> None:
    client = client_of(cast.sysadmin)

    def grow() -> None:
        school = make_school("新校", parent=cast.centre)
        klass = make_class(school, homeroom_teacher=make_person())
        pupil = make_pupil(klass)
        guardian = make_guardian(pupil)
        teacher = make_actor(Role.TEACHER, school, subject_code=MUSIC)
        open_accounts([pupil, guardian], by=None, at=NOON)
        set_posts(school, 2026, {MUSIC: 1}, by=None, at=NOON)
        new = NewTitle(
            person=teacher.person, organisation=school, kind="special", subject_code=MUSIC,
            since=TODAY,
        )  # fmt: skip
        report_title(new, by=None, at=NOON)

    grow()
    for name in ("person-list", "class-list", "organisation-list", "title-list", "post-list",
                 "account-list", "consent-overview"):  # fmt: skip
        assert_queries_flat(lambda name=name: client.get(reverse(f"people:{name}")), grow)


def test_detail_pages_ask_a_fixed_number_of_questions(cast: World) -> None:
    client = client_of(cast.timetabler)

    def grow() -> None:
        child = make_pupil(cast.deer_class)
        make_guardian(child)
        make_guardian(cast.deer_pupils[0], "叔叔", relation="叔父")
        make_actor(Role.TEACHER, cast.deer_bay)

    grow()
    for name, pk in (
        ("class-detail", cast.deer_class.pk), ("consent-class", cast.deer_class.pk),
        ("person-detail", cast.deer_pupils[0].pk), ("organisation-detail", cast.deer_bay.pk),
    ):  # fmt: skip
        url = reverse(f"people:{name}", args=[pk])
        assert_queries_flat(lambda url=url: client.get(url), grow)


def test_organisations_are_listed_as_a_tree_with_counts(cast: World) -> None:
    client = client_of(cast.officer)
    page = client.get(reverse("people:organisation-list")).context["page"]
    rows = {one.name: (one.indent, one.class_count, one.pupil_count) for one in page}

    assert rows["鹿回湾教学点"] == (2, 1, 3)
    assert "临川小学" not in rows
    one = client.get(reverse("people:organisation-list"), {"area": "village", "kind": "point"})
    assert len(one.context["page"].object_list) == 2
    exported = sheet(client.get(reverse("people:organisation-export"), {"q": "鹿回"}))
    assert exported[1][1:] == ("鹿回湾教学点", "教学点", "乡村", "栖云中心小学", 1, 3, 2)


def test_a_role_that_is_over_opens_no_page(cast: World) -> None:
    client = client_of(cast.timetabler)
    appointment = Appointment.objects.get(pk=cast.timetabler.appointment_id)
    appointment.until = TODAY - timedelta(days=400)
    appointment.since = appointment.until
    appointment.save(update_fields=["since", "until"])

    assert client.get(reverse("people:person-list"))["Location"] == reverse("people:no-role")
