"""Rules for passwords: a least length that the region sets, and a sentence that helps."""

from typing import Any

from django.core.exceptions import ValidationError

from tongke.core.profile import current
from tongke.foundation.people.profile import PeopleProfile


class LengthValidator:
    """At least as many characters as the region profile says."""

    def validate(self, password: str, user: Any = None) -> None:
        """Refuse a password that is too short."""
        least = current(PeopleProfile).password_min_length
        if len(password) < least:
            raise ValidationError(f"密码至少 {least} 个字符。", code="password_too_short")

    def get_help_text(self) -> str:
        """The rule in one sentence."""
        least = current(PeopleProfile).password_min_length
        return f"至少 {least} 个字符，不要用账号、姓名或连续数字。"
