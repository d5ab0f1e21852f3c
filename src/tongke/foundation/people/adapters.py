"""What the sign-in library asks of us: no self-registration, our names, our rules."""

import time
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone

from tongke.core.audit import record
from tongke.core.fields import seal, unseal
from tongke.core.profile import current
from tongke.foundation.people.actors import appointments_of
from tongke.foundation.people.profile import PeopleProfile

_WRONG_CODE = "验证码不对，请看手机上最新的 6 位数字。"
_TOO_MANY = "输错次数太多，请 15 分钟后再试。"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by the school or the bureau; nobody registers alone."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": "账号或密码不对，请核对后再试。",
        "enter_current_password": "现在的密码不对。",
        "incorrect_password": "密码不对。",
        "incorrect_code": _WRONG_CODE,
        "too_many_login_attempts": _TOO_MANY,
        "rate_limited": _TOO_MANY,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Nothing: wrong passwords are counted by axes, once, with our limits."""

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whether to ask for the password again; not from somebody who has just given it."""
        given = get_authentication_records(context.request, context.request.user)
        newest = max((one["at"] for one in given), default=0)
        return bool(time.time() - newest > app_settings.REAUTHENTICATION_TIMEOUT)

    def set_password(self, user: Any, password: str) -> None:
        """The person has chosen a password: the initial one has done its service."""
        user.set_password(password)
        user.must_change_password = False
        user.save(update_fields=["password", "must_change_password"])
        record("people.account.password_changed", user, actor=user, at=timezone.now())

    def clean_password(self, password: str, user: Any = None) -> str:
        """The password, unless it breaks a rule or is the old one."""
        if user is not None and user.pk and user.check_password(password):
            raise ValidationError("新密码不能和现在的密码相同。", code="password_same")
        return str(super().clean_password(password, user))


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors: named by account, secrets sealed, kept where the role demands one."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _WRONG_CODE,
        "cannot_delete_authenticator": "您的角色必须使用两步验证，不能关闭。",
        "cannot_generate_recovery_codes": "请先绑定验证器，再生成备用码。",
    }

    def get_totp_label(self, user: Any) -> str:
        """The sign-in name."""
        return str(user.login)

    def encrypt(self, text: str) -> str:
        """Secrets lie sealed in the database."""
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """What was sealed."""
        return unseal(encrypted_text)

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        """Only people none of whose roles demands a second factor may give it up."""
        needed = current(PeopleProfile).second_factor_roles
        held = appointments_of(authenticator.user.person, timezone.localdate())
        return not held.filter(role__in=needed).exists()
