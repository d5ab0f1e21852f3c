"""Signing in: password, wait after wrong tries, forced change, second factor, time-out."""

import base64
import hmac
import re
import time
from collections.abc import Iterator

import pytest
from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tongke.core.models import AuditEntry
from tongke.core.profile import override
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.lockout import cool_off
from tongke.foundation.people.models import Account
from tongke.foundation.people.profile import PeopleProfile
from tongke.foundation.people.roles import Role
from tongke.foundation.people.services.accounts import disable_account, reset_password
from tongke.foundation.people.services.appointments import end_appointment
from tongke.foundation.people.tests.make import (
    NOON,
    PASSWORD,
    make_account,
    make_actor,
    make_person,
    make_region,
    make_school,
)

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"
HOME = "/people/classes/"


@pytest.fixture(autouse=True)
def _counters() -> Iterator[None]:
    """Rate limits live in the cache, which outlives a test's transaction."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def teacher() -> Actor:
    return make_actor(Role.TEACHER, make_school(), name="林知遥")


def sign_in(
    client: Client, actor: Actor, password: str = PASSWORD, login: str = "", **more: str
) -> HttpResponse:
    data = {"login": login or actor.account.login, "password": password, **more}
    return client.post(LOGIN, data)


def otp(secret: str) -> str:
    """The code an authenticator app shows now (RFC 6238, SHA-1, 30 s, six digits)."""
    step = int(time.time() // 30).to_bytes(8, "big")
    digest = hmac.new(base64.b32decode(secret + "=" * (-len(secret) % 8)), step, "sha1").digest()
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**6:06d}"


def text(response: HttpResponse) -> str:
    return response.content.decode()


def test_a_right_password_signs_in_whatever_the_case_of_the_name(
    client: Client, teacher: Actor
) -> None:
    answer = sign_in(client, teacher, login=teacher.account.login.upper())

    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.get(HOME).status_code == 200


def test_signing_in_leads_back_to_the_page_that_was_asked_for(
    client: Client, teacher: Actor
) -> None:
    asked = client.get(f"{HOME}?grade=15")
    assert asked["Location"] == f"{LOGIN}?next=/people/classes/%3Fgrade%3D15"
    assert "next" in text(client.get(asked["Location"]))

    answer = sign_in(client, teacher, next=f"{HOME}?grade=15")

    assert answer["Location"] == f"{HOME}?grade=15"


def test_a_partial_request_moves_the_whole_page_to_the_sign_in(client: Client) -> None:
    answer = client.get(
        HOME, headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/people/x/?a=1"}
    )

    assert answer.status_code == 204
    assert answer["HX-Redirect"] == f"{LOGIN}?next=/people/x/%3Fa%3D1"


@pytest.mark.parametrize("known", [True, False])
def test_a_wrong_password_and_an_unknown_name_read_the_same(
    client: Client, teacher: Actor, known: bool
) -> None:
    login = teacher.account.login if known else "nobody"

    page = text(sign_in(client, teacher, password="wrong-one-9", login=login))

    assert "账号或密码不对，请核对后再试。" in page
    assert page.count("account or password") == 0
    assert HOME not in client.session


def test_five_wrong_tries_make_a_wait_that_ends_by_itself(client: Client, teacher: Actor) -> None:
    names = [teacher.account.login, teacher.account.login.upper()]
    for number in range(4):
        assert sign_in(client, teacher, "wrong-one-9", login=names[number % 2]).status_code == 200

    locked = sign_in(client, teacher, "wrong-one-9")
    assert (locked.status_code, "15 分钟后再试" in text(locked)) == (429, True)
    assert sign_in(client, teacher).status_code == 429

    AccessAttempt.objects.update(attempt_time=timezone.now() - cool_off())
    assert sign_in(client, teacher).status_code == 302


def test_a_wait_is_for_one_name_only(client: Client, teacher: Actor) -> None:
    other = make_actor(Role.TEACHER, teacher.organisation, name="周青禾")
    for _ in range(5):
        sign_in(client, teacher, "wrong-one-9")

    assert sign_in(client, other).status_code == 302


def test_a_disabled_account_is_told_to_ask(client: Client, teacher: Actor) -> None:
    disable_account(teacher.account, by=None, at=NOON)

    answer = sign_in(client, teacher)

    assert answer["Location"] == reverse("account_inactive")
    assert "已经停用" in text(client.get(answer["Location"]))


def test_disabling_ends_a_running_session(client: Client, teacher: Actor) -> None:
    sign_in(client, teacher)

    disable_account(teacher.account, by=None, at=NOON)

    assert client.get(HOME)["Location"].startswith(LOGIN)


def test_an_initial_password_must_be_changed_before_anything_else(
    client: Client, teacher: Actor
) -> None:
    raw = reset_password(teacher.account, by=None, at=NOON)
    sign_in(client, teacher, raw)
    change = reverse("account_change_password")
    assert client.get(HOME)["Location"] == change
    page = text(client.get(change))
    assert "请先设一个自己的密码" in page
    assert "至少 10 个字符" in page

    def ask(new: str) -> HttpResponse:
        return client.post(change, {"oldpassword": raw, "password1": new, "password2": new})

    assert "不能和现在的密码相同" in text(ask(raw))
    assert "密码至少 10 个字符" in text(ask("kurz-9"))
    assert ask("shan-shui-2026").status_code == 302
    assert client.get(HOME).status_code == 200
    account = Account.objects.get(pk=teacher.account.pk)
    assert not account.must_change_password
    assert account.check_password("shan-shui-2026")
    assert AuditEntry.objects.filter(action="people.account.password_changed").count() == 1


def test_pupils_and_guardians_may_have_shorter_passwords(client: Client) -> None:
    person = make_person()
    account = make_account(person)
    with override(PeopleProfile, pupil_password_min_length=8):
        client.force_login(account)
        change = {"oldpassword": PASSWORD, "password1": "shan-8-zi", "password2": "shan-8-zi"}
        page = text(client.post(reverse("account_change_password"), change))

    # Nobody's role: the longer rule holds.
    assert "密码至少 10 个字符" in page


def test_signing_out_takes_a_post(client: Client, teacher: Actor) -> None:
    sign_in(client, teacher)

    assert "确定退出登录吗" in text(client.get(reverse("account_logout")))
    assert client.get(HOME).status_code == 200
    assert client.post(reverse("account_logout"))["Location"] == "/"
    assert client.get(HOME)["Location"].startswith(LOGIN)


def test_an_account_without_a_role_is_told_so_and_sees_nothing_else(
    client: Client, teacher: Actor
) -> None:
    sign_in(client, teacher)
    appointment = teacher.person.appointments.get()
    end_appointment(appointment, appointment.since, by=None, at=NOON)

    assert client.get(HOME)["Location"] == reverse("people:no-role")
    assert "没有在任的角色" in text(client.get(reverse("people:no-role")))


def test_other_addresses_of_the_library_do_not_exist(client: Client, teacher: Actor) -> None:
    for name in ("account_signup", "account_email", "account_reset_password"):
        assert client.get(reverse(name)).status_code == 404
    sign_in(client, teacher)
    assert client.get(reverse("account_set_password")).status_code == 404


def idle(client: Client, minutes: float) -> None:
    """As if nobody had touched the page for so long."""
    session = client.session
    session["seen"] = int(time.time() - minutes * 60)
    session.save()


def test_a_session_ends_after_the_regions_idle_time(client: Client, teacher: Actor) -> None:
    sign_in(client, teacher)
    client.get(HOME)

    idle(client, 29)
    assert client.get(HOME).status_code == 200
    idle(client, 31)
    assert client.get(HOME)["Location"].startswith(LOGIN)


def test_a_system_administrator_has_less_time(client: Client) -> None:
    admin = make_actor(Role.SYSADMIN, make_region().media_office)
    client.force_login(admin.account)
    with override(PeopleProfile, second_factor_roles=[]):
        client.get(HOME)
        idle(client, 14)
        assert client.get(HOME).status_code == 200
        idle(client, 16)
        assert client.get(HOME)["Location"].startswith(LOGIN)


def test_remembering_is_off_unless_ticked_and_bounded(client: Client, teacher: Actor) -> None:
    page = text(client.get(LOGIN))
    assert "7 天内免登录" in page
    assert 'name="remember" class' not in page.replace("checked", "CHECKED")
    sign_in(client, teacher)
    assert client.session.get_expire_at_browser_close()

    other = Client()
    sign_in(other, teacher, remember="on")
    other.get(HOME)
    assert other.session.get_expiry_age() == 7 * 24 * 3600
    idle(other, 60 * 24)
    assert other.get(HOME).status_code == 200
    idle(other, 60 * 24 * 8)
    assert other.get(HOME)["Location"].startswith(LOGIN)


def test_a_region_may_offer_no_remembering(client: Client, teacher: Actor) -> None:
    with override(PeopleProfile, remember_days=0):
        assert "免登录" not in text(client.get(LOGIN))
        sign_in(client, teacher, remember="on")
        assert client.session.get_expire_at_browser_close()


@pytest.fixture
def officer() -> Actor:
    return make_actor(Role.OFFICER, make_region().media_office, name="欧阳电")


def bind(client: Client, officer: Actor) -> str:
    """Sign in for the first time and bind a phone; returns the secret."""
    assert sign_in(client, officer)["Location"] == "/"
    activate = reverse("mfa_activate_totp")
    assert client.get(HOME)["Location"] == activate
    page = text(client.get(activate))
    assert "data:image/svg+xml;base64," in page
    found = re.search(r'id="secret">(\w+)<', page)
    assert found is not None
    assert "验证码不对" in text(client.post(activate, {"code": "000000"}))
    secret = re.search(r'id="secret">(\w+)<', page)
    assert secret is not None
    done = client.post(activate, {"code": otp(secret.group(1))})
    assert done["Location"] == reverse("mfa_view_recovery_codes")
    return secret.group(1)


def test_an_officer_binds_a_phone_and_needs_it_from_then_on(client: Client, officer: Actor) -> None:
    secret = bind(client, officer)
    codes = text(client.get(reverse("mfa_view_recovery_codes")))
    assert "共 10 个" in codes
    assert client.get(HOME).status_code == 200
    stored = Authenticator.objects.get(type="totp").data["secret"]
    assert stored.startswith("sm4:")

    fresh = Client()
    assert sign_in(fresh, officer)["Location"] == reverse("mfa_authenticate")
    assert fresh.get(HOME)["Location"].startswith(LOGIN)
    assert "验证码不对" in text(fresh.post(reverse("mfa_authenticate"), {"code": "000000"}))
    cache.clear()  # a code counts once; the next 30 seconds are too long for a test
    assert fresh.post(reverse("mfa_authenticate"), {"code": otp(secret)})["Location"] == "/"
    assert fresh.get(HOME).status_code == 200


def test_a_recovery_code_signs_in_once(client: Client, officer: Actor) -> None:
    bind(client, officer)
    page = text(client.get(reverse("mfa_view_recovery_codes")))
    code = re.findall(r"<li>([0-9A-Za-z-]{6,})</li>", page)[0]

    for expected in (302, 200):
        fresh = Client()
        sign_in(fresh, officer)
        answer = fresh.post(reverse("mfa_authenticate"), {"code": code})
        assert answer.status_code == expected


def test_guessing_codes_has_an_end(client: Client, officer: Actor) -> None:
    secret = bind(client, officer)
    fresh = Client()
    sign_in(fresh, officer)
    for number in range(10):
        fresh.post(reverse("mfa_authenticate"), {"code": f"00000{number}"})

    page = text(fresh.post(reverse("mfa_authenticate"), {"code": otp(secret)}))

    assert "输错次数太多" in page


def test_who_must_have_a_second_factor_cannot_give_it_up(client: Client, officer: Actor) -> None:
    bind(client, officer)

    page = text(client.get(reverse("mfa_deactivate_totp"), follow=True))
    client.post(reverse("mfa_deactivate_totp"))

    assert "必须使用两步验证" in page
    assert Authenticator.objects.filter(type="totp").count() == 1


def test_an_old_session_gives_the_password_again_before_it_binds_a_phone(
    client: Client, officer: Actor
) -> None:
    sign_in(client, officer)
    session = client.session
    for one in session["account_authentication_methods"]:
        one["at"] -= 3600
    session.save()

    asked = client.get(reverse("mfa_activate_totp"))
    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    page = text(client.get(asked["Location"]))
    assert "请再确认一次是您本人" in page
    again = client.post(
        reverse("account_reauthenticate"),
        {"password": PASSWORD, "next": reverse("mfa_activate_totp")},
    )

    assert again["Location"] == reverse("mfa_activate_totp")
    assert "绑定手机验证器" in text(client.get(again["Location"]))
