"""Second factors: clearing one whose phone is lost."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import transaction

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Account


@transaction.atomic
def clear_factor(account: Account, *, by: Actor | None, at: datetime) -> None:
    """Forget the second factor and recovery codes; roles that demand one bind a new one.

    Raises:
        Refused: there is none, or it is one's own.
    """
    if by is not None and by.account.pk == account.pk:
        raise Refused("不能清除自己的两步验证，请由另一位管理员办理。")
    gone, _ = Authenticator.objects.filter(user=account).delete()
    if not gone:
        raise Refused("这个账号没有绑定两步验证。")
    record("people.account.factor_cleared", account, actor=by, at=at)
