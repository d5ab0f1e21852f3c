"""Who reaches the portal and the pages of signing in."""

from collections.abc import Mapping

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from tests.access.cast import (
    DIRECTOR,
    EVERYONE,
    GUEST,
    OFFICER,
    STRANGERS,
    SYSADMIN,
    strangers,
)
from tests.access.row import Row, act, form, importing, missing, page
from tests.access.story import Story

Args = Mapping[str, object]
ANYBODY = EVERYONE | {GUEST}


def _own_message(story: Story, who: str) -> Args:
    # A guest asks for what the teacher has.
    return {"message_id": story.mail["teacher" if who == GUEST else who].pk}


def _own_role(story: Story, who: str) -> Args:
    return {"choice": story.actors["teacher" if who == GUEST else who].appointment_id}


def _job(story: Story, who: str) -> Args:
    return {"job_id": story.job.pk}


def _phone(story: Story, who: str) -> None:
    """Bind a second factor."""
    if who != GUEST:
        TOTP.activate(story.actors[who].account, generate_totp_secret())
        RecoveryCodes.activate(story.actors[who].account)


def _somewhere(story: Story, who: str) -> Args:
    return {"key": "abc"}


def _reset(story: Story, who: str) -> Args:
    return {"uidb36": "1", "key": "abc"}


PORTAL = [
    page("portal:home", ANYBODY),
    page("portal:health", ANYBODY),
    page("portal:search", EVERYONE),
    Row(name="portal:switch", post=EVERYONE, data=_own_role),
    # A guest's look is kept in the browser.
    act("portal:theme", ANYBODY),
    page("portal:messages", EVERYONE),
    act("portal:message-read-all", EVERYONE),
    form("portal:message-settings", EVERYONE),
    act("portal:message-open", EVERYONE | STRANGERS, _own_message),
    page("portal:settings", SYSADMIN | OFFICER | DIRECTOR),
    page("portal:audit", SYSADMIN),
    act("portal:audit-verify", SYSADMIN),
    page("portal:jobs", SYSADMIN),
    # The platform is one for all its counties, and so are its jobs.
    act("portal:job-retry", SYSADMIN | strangers("sysadmin"), _job),
]
SIGN_IN = [
    form("account_login", ANYBODY),
    form("account_logout", ANYBODY),
    page("account_inactive", ANYBODY),
    form("account_reauthenticate", EVERYONE),
    form("account_change_password", EVERYONE),
    page("mfa_index", EVERYONE),
    form("mfa_reauthenticate", EVERYONE),
    form("mfa_activate_totp", EVERYONE),
    Row(name="mfa_deactivate_totp", get=EVERYONE, post=EVERYONE, before=_phone),
    Row(name="mfa_view_recovery_codes", get=EVERYONE, before=_phone),
    Row(name="mfa_generate_recovery_codes", get=EVERYONE, post=EVERYONE, before=_phone),
    Row(name="mfa_download_recovery_codes", get=EVERYONE, post=EVERYONE, before=_phone),
    # A step of signing in: whoever is not in the middle of it is sent to its beginning.
    form("mfa_authenticate", EVERYONE),
]
NOT_OFFERED = [
    missing("not-offered"),
    missing("account_signup"),
    missing("account_email"),
    missing("account_email_verification_sent"),
    missing("account_confirm_email", _somewhere),
    missing("account_set_password"),
    missing("account_reset_password"),
    missing("account_reset_password_done"),
    missing("account_reset_password_from_key", _reset),
    missing("account_reset_password_from_key_done"),
    missing("account_confirm_login_code"),
]
ROWS: list[Row] = [
    *PORTAL,
    *SIGN_IN,
    *NOT_OFFERED,
    *importing("interop:interop-oneroster-import", "interop.oneroster", OFFICER | SYSADMIN),
]
