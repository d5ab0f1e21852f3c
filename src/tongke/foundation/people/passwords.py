"""Rules for passwords: a least length that the region sets, and a sentence that helps."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from tongke.core.profile import current
from tongke.foundation.people.actors import appointments_of
from tongke.foundation.people.profile import PeopleProfile
from tongke.foundation.people.roles import STAFF


class LengthValidator:
    """At least as many characters as the region profile says, fewer for pupils and guardians."""

    def validate(self, password: str, user: Any = None) -> None:
        """Refuse a password that is too short."""
        least = _least(user)
        if len(password) < least:
            raise ValidationError(f"密码至少 {least} 个字符。", code="password_too_short")

    def get_help_text(self) -> str:
        """The rule in one sentence."""
        profile = current(PeopleProfile)
        return (
            f"教职工至少 {profile.password_min_length} 个字符，学生和家长至少"
            f" {profile.pupil_password_min_length} 个字符，不要用账号、姓名或连续数字。"
        )


def least_length(*, staff: bool) -> int:
    """How many characters a password must have."""
    profile = current(PeopleProfile)
    return profile.password_min_length if staff else profile.pupil_password_min_length


def _least(user: Any) -> int:
    person = getattr(user, "person", None)
    if person is None:
        return least_length(staff=True)
    held = appointments_of(person, timezone.localdate())
    roles = set(held.values_list("role", flat=True))
    return least_length(staff=not roles or bool(roles & STAFF))


def rule_for(user: Any) -> str:
    """The rule for this account's password in one sentence."""
    return f"至少 {_least(user)} 个字符，不要用账号、姓名或连续数字。"
