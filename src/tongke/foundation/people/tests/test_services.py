"""Services of people: what they write, what they refuse, what follows from the roll."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from tongke.core.errors import Refused
from tongke.core.jobs import run_pending
from tongke.core.models import AuditEntry
from tongke.core.profile import override
from tongke.foundation.people import policy
from tongke.foundation.people.models import (
    Account,
    Appointment,
    Consent,
    Enrolment,
    Organisation,
    Person,
    Title,
)
from tongke.foundation.people.policy import Perm
from tongke.foundation.people.profile import PeopleProfile
from tongke.foundation.people.queries import consenting, has_consent
from tongke.foundation.people.queries import consents as consent_queries
from tongke.foundation.people.roles import Role
from tongke.foundation.people.services import (
    accounts,
    appointments,
    classes,
    consents,
    guardians,
    organisations,
    persons,
    posts,
    set_theme,
    titles,
)
from tongke.foundation.people.services.organisations import NewOrganisation
from tongke.foundation.people.tests.make import (
    GRADE_5,
    MUSIC,
    NOON,
    TODAY,
    YEAR_START,
    World,
    acting,
    make_account,
    make_class,
    make_guardian,
    make_person,
    make_pupil,
    make_region,
    make_school,
)

pytestmark = pytest.mark.django_db


def last_action() -> str:
    return AuditEntry.objects.order_by("-pk")[0].action


def roles(person: Person, role: Role) -> set[tuple[Organisation, date, date | None]]:
    rows = Appointment.objects.filter(person=person, role=role)
    return {(one.organisation, one.since, one.until) for one in rows}


def test_organisations_are_founded_in_any_order_with_their_paths() -> None:
    made = organisations.add_organisations(
        [
            NewOrganisation(code="C", name="教学点", kind="point", level="point", parent="B"),
            NewOrganisation(code="A", name="县", kind="region", level="district"),
            NewOrganisation(code="B", name="学校", kind="school", level="school", parent="A"),
        ],
        by=None, at=NOON,
    )  # fmt: skip

    steps = [f"{made[code].pk:04d}." for code in "ABC"]
    assert [made[code].path for code in "ABC"] == [steps[0], "".join(steps[:2]), "".join(steps)]
    assert AuditEntry.objects.get().detail == {"count": 3}
    with pytest.raises(Refused, match="代码“A”已经有了"):
        organisations.add_organisations(
            [NewOrganisation(code="A", name="x", kind="region", level="district")], by=None, at=NOON
        )
    twice = NewOrganisation(code="D", name="x", kind="school", level="school", parent="A")
    with pytest.raises(Refused, match="代码“D”"):
        organisations.add_organisations([twice, twice], by=None, at=NOON)
    with pytest.raises(Refused, match="找不到上级机构“Z”"):
        organisations.add_organisations(
            [NewOrganisation(code="E", name="x", kind="school", level="school", parent="Z")],
            by=None, at=NOON,
        )  # fmt: skip


def test_moving_an_organisation_takes_everything_below_along(cast: World) -> None:
    organisations.move_organisation(cast.centre, cast.elsewhere, by=None, at=NOON)

    for one in (cast.centre, cast.deer_bay):
        one.refresh_from_db()
    assert cast.centre.path.startswith(cast.elsewhere.path)
    assert cast.deer_bay.path == f"{cast.centre.path}{cast.deer_bay.pk:04d}."
    with pytest.raises(Refused, match="它自己的下级"):
        organisations.move_organisation(cast.centre, cast.deer_bay, by=None, at=NOON)
    cast.far_school.closed_on = TODAY
    cast.far_school.save(update_fields=["closed_on"])
    with pytest.raises(Refused, match="上级机构已经撤销"):
        organisations.move_organisation(cast.centre, cast.far_school, by=None, at=NOON)


def test_an_organisation_closes_only_when_empty(cast: World) -> None:
    for one, why in ((cast.centre, "下级机构"), (cast.stone_bridge, "未结束的班级"),
                     (cast.region.media_office, "在任人员")):  # fmt: skip
        with pytest.raises(Refused, match=why):
            organisations.close_organisation(one, TODAY, by=None, at=NOON)
    empty = make_school("空校", parent=cast.region.region)
    organisations.close_organisation(empty, TODAY, by=None, at=NOON)
    with pytest.raises(Refused, match="已经撤销"):
        organisations.close_organisation(empty, TODAY, by=None, at=NOON)

    assert not organisations.edit_organisation(empty, {"name": "空校"}, by=None, at=NOON)
    with pytest.raises(Refused, match="已经撤销，不能任职"):
        appointments.appoint(
            appointments.NewAppointment(
                person=make_person(), organisation=empty, role=Role.TEACHER, since=TODAY
            ),
            by=None, at=NOON,
        )  # fmt: skip
    with pytest.raises(Refused, match="不是在办的学校"):
        make_class(empty)


def test_secrets_lie_sealed_beside_a_blind_index() -> None:
    person = make_person(phone="13900001111")
    twin = make_person(phone="13900001111")

    assert person.phone_blind == twin.phone_blind != ""
    assert persons.change_person(person, {"phone": "13900002222"}, by=None, at=NOON)
    person.refresh_from_db()
    assert person.phone == "13900002222"
    assert person.phone_blind != twin.phone_blind
    assert "13900002222" not in str(AuditEntry.objects.values_list("detail", flat=True))
    assert not persons.change_person(person, {"phone": "13900002222"}, by=None, at=NOON)
    with pytest.raises(Refused, match="已经有人使用"):
        persons.change_person(person, {"number": twin.number}, by=None, at=NOON)


def test_a_role_is_held_once_at_a_time() -> None:
    school, person = make_school(), make_person()
    new = appointments.NewAppointment(
        person=person, organisation=school, role=Role.TEACHER, since=TODAY, subject_code=MUSIC
    )
    held = appointments.appoint(new, by=None, at=NOON)

    with pytest.raises(Refused, match="已经是栖云中心小学的教师"):
        appointments.appoint(new, by=None, at=NOON)
    with pytest.raises(Refused, match="早于开始日期"):
        appointments.end_appointment(held, TODAY - timedelta(days=1), by=None, at=NOON)
    appointments.end_appointment(held, TODAY, by=None, at=NOON)
    with pytest.raises(Refused, match="已经结束"):
        appointments.end_appointment(held, TODAY, by=None, at=NOON)
    appointments.appoint(new, by=None, at=NOON)
    with pytest.raises(Refused, match="不能单独任命"):
        appointments.appoint(
            appointments.NewAppointment(
                person=person, organisation=school, role=Role.PUPIL, since=TODAY
            ),
            by=None, at=NOON,
        )  # fmt: skip
    with pytest.raises(Refused, match="早于开始日期"):
        appointments.appoint(
            appointments.NewAppointment(
                person=person, organisation=school, role=Role.HEAD, since=TODAY,
                until=TODAY - timedelta(days=1),
            ),
            by=None, at=NOON,
        )  # fmt: skip


def test_roles_of_a_family_follow_the_child(cast: World) -> None:
    child = cast.deer_pupils[0]
    guardian = cast.guardian.person
    assert roles(child, Role.PUPIL) == {(cast.deer_bay, YEAR_START, None)}
    assert roles(guardian, Role.GUARDIAN) == {(cast.deer_bay, YEAR_START, None)}

    new = classes.NewEnrolment(pupil=child, school_class=cast.centre_class, since=TODAY)
    classes.enrol(new, by=None, at=NOON)

    yesterday = TODAY - timedelta(days=1)
    for person, role in ((child, Role.PUPIL), (guardian, Role.GUARDIAN)):
        assert roles(person, role) == {
            (cast.deer_bay, YEAR_START, yesterday), (cast.centre, TODAY, None),
        }  # fmt: skip
    enrolment = Enrolment.objects.get(pupil=child, until=None)
    classes.leave(enrolment, TODAY, by=None, at=NOON)
    assert not Appointment.objects.filter(person__in=[child, guardian], until=None).exists()
    with pytest.raises(Refused, match="已经离班"):
        classes.leave(enrolment, TODAY, by=None, at=NOON)


def test_a_guardian_of_two_keeps_the_role_while_one_child_stays(cast: World) -> None:
    first, second = cast.deer_pupils[:2]
    guardian = make_guardian(first)
    link = guardians.link_guardian(
        guardians.NewGuardianship(guardian=guardian, child=second, relation="母亲", since=TODAY),
        by=None, at=NOON,
    )  # fmt: skip
    with pytest.raises(Refused, match="已经是"):
        guardians.link_guardian(
            guardians.NewGuardianship(
                guardian=guardian, child=second, relation="母亲", since=TODAY
            ),
            by=None,
            at=NOON,
        )
    with pytest.raises(Refused, match="自己的监护人"):
        guardians.link_guardian(
            guardians.NewGuardianship(guardian=first, child=first, relation="本人", since=TODAY),
            by=None, at=NOON,
        )  # fmt: skip

    guardians.end_guardianship(link, TODAY, by=None, at=NOON)

    assert Appointment.objects.filter(person=guardian, until=None).count() == 1
    with pytest.raises(Refused, match="已经结束"):
        guardians.end_guardianship(link, TODAY, by=None, at=NOON)


def test_classes_open_change_and_close(cast: World) -> None:
    klass = make_class(cast.centre, "14", number=2)
    with pytest.raises(Refused, match="已有四年级（2）班"):
        make_class(cast.centre, "14", number=2)
    with pytest.raises(Refused, match="本校已有"):
        classes.edit_class(klass, {"grade_code": GRADE_5, "number": 1}, by=None, at=NOON)
    klass.refresh_from_db()
    assert not classes.edit_class(klass, {"name": klass.name}, by=None, at=NOON)
    pupil = make_pupil(klass)
    with pytest.raises(Refused, match="已经在四年级（2）班"):
        classes.enrol(
            classes.NewEnrolment(pupil=pupil, school_class=klass, since=TODAY), by=None, at=NOON
        )

    classes.close_class(klass, TODAY, by=None, at=NOON)

    assert Enrolment.objects.get(pupil=pupil).until == TODAY
    with pytest.raises(Refused, match="班级已经结束"):
        classes.close_class(klass, TODAY, by=None, at=NOON)
    with pytest.raises(Refused, match="不能再编入"):
        make_pupil(klass)


def test_a_pupil_who_leaves_before_beginning_was_there_for_one_day(cast: World) -> None:
    pupil = make_pupil(cast.centre_class, since=TODAY)

    classes.leave(Enrolment.objects.get(pupil=pupil), YEAR_START, by=None, at=NOON)

    assert Enrolment.objects.get(pupil=pupil).until == TODAY


def test_accounts_have_one_name_whatever_its_case() -> None:
    account = make_account(make_person(number="T-01"))
    assert account.login == "t-01"
    other = make_person()
    with pytest.raises(Refused, match="“t-01”已经有人使用"):
        accounts.open_account(other, login="T-01", by=None, at=NOON)
    with pytest.raises(Refused, match="已经有账号"):
        accounts.open_account(account.person, login="x", by=None, at=NOON)
    with pytest.raises(Refused, match="“t-01”已经有人使用"):
        accounts.open_accounts([make_person(number="t-01")], by=None, at=NOON)
    with pytest.raises(Refused, match="“a-1”已经有人使用"):
        accounts.open_accounts(
            [make_person(number="A-1"), make_person(number="a-1")], by=None, at=NOON
        )
    set_theme(account, "dark")
    assert Account.objects.get(pk=account.pk).theme == "dark"


def test_accounts_of_many_cannot_be_used_before_a_password_is_given_out() -> None:
    account = accounts.open_accounts([make_person()], by=None, at=NOON)[0]
    assert not account.has_usable_password()

    raw = accounts.reset_password(account, by=None, at=NOON)

    assert Account.objects.get(pk=account.pk).check_password(raw)
    assert raw not in str(AuditEntry.objects.values_list("detail", flat=True))
    assert len({accounts.initial_password() for _ in range(50)}) == 50


def test_an_account_is_disabled_once_and_not_by_itself(cast: World) -> None:
    account = cast.teacher.account
    with pytest.raises(Refused, match="自己的账号"):
        accounts.disable_account(account, by=cast.teacher, at=NOON)
    with pytest.raises(Refused, match="没有停用"):
        accounts.enable_account(account, by=None, at=NOON)
    accounts.disable_account(account, by=cast.sysadmin, at=NOON)
    with pytest.raises(Refused, match="已经停用"):
        accounts.disable_account(account, by=cast.sysadmin, at=NOON)
    accounts.enable_account(account, by=cast.sysadmin, at=NOON)

    assert Account.objects.get(pk=account.pk).is_active


@pytest.fixture
def copies() -> Iterator[list[tuple[int, str]]]:
    """Somebody who keeps copies and is told of withdrawals."""
    told: list[tuple[int, str]] = []
    before = dict(consents._handlers)
    consents.on_withdrawal("test.copies", lambda child, purpose: told.append((child, purpose)))
    yield told
    consents._handlers.clear()
    consents._handlers.update(before)


def test_consent_is_given_changed_and_withdrawn_and_every_copy_is_told(
    cast: World, copies: list[tuple[int, str]]
) -> None:
    child, guardian = cast.deer_pupils[0], cast.guardian
    at = [NOON + timedelta(minutes=minute) for minute in range(6)]

    def say(given: bool, moment: int) -> Consent:
        return consents.answer(
            child, guardian.person, "recording", given=given, by=guardian, at=at[moment]
        )

    assert not has_consent(child, "recording", at[0])
    first = say(True, 1)
    assert say(True, 2) == first
    assert has_consent(child, "recording", at[1])
    assert not has_consent(child, "recording", at[0])
    say(False, 3)
    assert not has_consent(child, "recording", at[3])
    assert has_consent(child, "recording", at[2])
    say(True, 4)
    consents.withdraw(child, "recording", by=guardian, at=at[5])
    with pytest.raises(Refused, match="没有同意过"):
        consents.withdraw(child, "recording", by=guardian, at=at[5])
    assert not has_consent(child, "recording", TODAY)
    assert not has_consent(child, "unknown", TODAY)
    with pytest.raises(Refused, match="没有这一项"):
        consents.answer(child, guardian.person, "unknown", given=True, by=guardian, at=NOON)

    run_pending()
    assert copies == [(child.pk, "recording")] * 2
    assert Consent.objects.filter(child=child).count() == 3


def test_a_new_text_asks_again(cast: World) -> None:
    child, guardian = cast.deer_pupils[0], cast.guardian
    consents.answer(child, guardian.person, "recording", given=True, by=guardian, at=NOON)
    before = policy.consents_open(guardian)
    texts = [
        {"code": one.code, "name": one.name, "version": "2", "text": one.text,
         "refusal": one.refusal, "days": one.days}
        for one in consent_queries.purposes()
    ]  # fmt: skip

    with override(PeopleProfile, consent_purposes=texts):
        asked = consent_queries.questions(policy.wards(guardian), TODAY)[0].questions
        assert asked[0].state == "renew"
        assert not has_consent(child, "recording", NOON)
        assert policy.consents_open(guardian) == before + 1
        consents.answer(child, guardian.person, "recording", given=True, by=guardian, at=NOON)
        assert has_consent(child, "recording", NOON)


def test_those_old_enough_answer_for_themselves(cast: World) -> None:
    grown = make_pupil(cast.deer_class, "大同学", birth_date=date(2012, 11, 23))
    nearly = make_pupil(cast.deer_class, "小同学", birth_date=date(2012, 11, 24))
    parent = make_guardian(grown)
    guardians.link_guardian(
        guardians.NewGuardianship(guardian=parent, child=nearly, relation="父亲", since=YEAR_START),
        by=None, at=NOON,
    )  # fmt: skip

    asked = policy.people(acting(parent, Role.GUARDIAN), Perm.CONSENT_ANSWER)
    own = policy.people(acting(grown, Role.PUPIL), Perm.CONSENT_ANSWER)

    assert set(asked) == {nearly}
    assert set(own) == {grown}
    assert not policy.people(acting(nearly, Role.PUPIL), Perm.CONSENT_ANSWER).exists()
    assert policy.consents_open(acting(grown, Role.PUPIL)) == len(consent_queries.purposes())
    assert policy.consents_open(cast.teacher) == 0
    assert consent_queries.birthday_cutoff(date(2028, 2, 29)) == date(2014, 2, 28)


def test_consents_of_a_class_are_counted_by_child(cast: World) -> None:
    for child in cast.deer_pupils[:2]:
        consents.answer(child, cast.guardian.person, "diagnosis", given=True, by=None, at=NOON)
    row = consent_queries.class_overview(
        policy.classes(cast.deer_assistant, Perm.CONSENT_READ), TODAY
    )[0]

    assert row.pupils == 3
    assert dict(row.given)["学情分析"] == 2
    covered = consenting(Person.objects.all(), "diagnosis", TODAY)
    assert set(covered) == set(cast.deer_pupils[:2])
    answers = consent_queries.class_answers(cast.deer_class, TODAY)
    assert [sum(one.state == "given" for one in each.questions) for each in answers] == [1, 1, 0]
    assert policy.consents(cast.deer_assistant, Perm.CONSENT_READ).count() == 2
    assert not policy.consents(cast.outsider, Perm.CONSENT_READ).exists()


def test_titles_move_in_one_direction(cast: World) -> None:
    new = titles.NewTitle(
        person=cast.teacher.person, organisation=cast.centre, kind="special", subject_code=MUSIC,
        since=date(2024, 9, 1),
    )  # fmt: skip
    title = titles.report_title(new, by=cast.head, at=NOON)
    with pytest.raises(Refused, match="已经报过"):
        titles.report_title(new, by=cast.head, at=NOON)
    with pytest.raises(Refused, match="没有这种称号"):
        titles.report_title(
            titles.NewTitle(**{**vars(new), "kind": "nothing"}), by=cast.head, at=NOON
        )
    with pytest.raises(Refused, match="退回原因"):
        titles.return_title(title, "  ", by=cast.officer, at=NOON)
    with pytest.raises(Refused, match="状态已经变了"):
        titles.report_again(title, by=cast.head, at=NOON)
    titles.file_title(title, by=cast.officer, at=NOON)
    for act in (titles.file_title, titles.report_again):
        with pytest.raises(Refused, match="状态已经变了"):
            act(title, by=cast.officer, at=NOON)
    with pytest.raises(Refused, match="早于起始"):
        titles.end_title(title, date(2020, 1, 1), by=cast.officer, at=NOON)
    titles.end_title(title, TODAY, by=cast.officer, at=NOON)
    with pytest.raises(Refused, match="已经结束"):
        titles.end_title(title, TODAY, by=cast.officer, at=NOON)

    assert Title.objects.get().filed_at == NOON
    assert last_action() == "people.title.ended"


def test_qualifications_are_noted_once(cast: World) -> None:
    rows = [(cast.teacher.person, MUSIC, ""), (cast.teacher.person, "SB0101", "")]
    assert len(posts.add_qualifications(rows, by=None, at=NOON)) == 2
    assert posts.add_qualifications(rows, by=None, at=NOON) == []


def test_thousands_of_people_are_added_with_few_audit_entries() -> None:
    school = make_school(parent=make_region().region)
    klass = make_class(school)
    before = AuditEntry.objects.count()

    pupils = persons.add_people(
        [persons.NewPerson(name=f"生{n}", number=f"S{n}") for n in range(900)], by=None, at=NOON
    )
    carers = persons.add_people(
        [persons.NewPerson(name=f"长{n}", number=f"C{n}") for n in range(900)], by=None, at=NOON
    )
    classes.enrol_many(
        [classes.NewEnrolment(pupil=one, school_class=klass, since=TODAY) for one in pupils],
        by=None, at=NOON,
    )  # fmt: skip
    guardians.link_guardians(
        [
            guardians.NewGuardianship(guardian=carer, child=one, relation="母亲", since=TODAY)
            for one, carer in zip(pupils, carers, strict=True)
        ],
        by=None, at=NOON,
    )  # fmt: skip

    assert AuditEntry.objects.count() - before == 4
    assert Appointment.objects.filter(role=Role.GUARDIAN, organisation=school).count() == 900
