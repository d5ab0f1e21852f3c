"""What the sign-in library asks of us: no self-registration, our names, our rules."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by the school or the bureau; nobody registers alone."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False


class SecondFactorAdapter(DefaultMFAAdapter):
    """Names the account in the authenticator app."""

    def get_totp_label(self, user: Any) -> str:
        """The sign-in name."""
        return str(user.login)
