"""The list of accounts that an administrator looks after."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from tongke.foundation.people.actors import now
from tongke.foundation.people.models import Account, Appointment

STATES = [("never", "未登录过"), ("active", "启用"), ("disabled", "已停用"), ("must", "待改密码")]


@dataclass(frozen=True)
class AccountFilter:
    """What a list of accounts is narrowed by."""

    words: str = ""
    role: str = ""
    school: int | None = None
    state: str = ""

    def apply(self, rows: QuerySet[Account], today: date) -> QuerySet[Account]:
        """The rows that fit."""
        if self.words:
            rows = rows.filter(
                Q(login__istartswith=self.words) | Q(person__name__icontains=self.words)
            )
        if self.role or self.school:
            held = Appointment.objects.filter(now(today), person=OuterRef("person"))
            if self.role:
                held = held.filter(role=self.role)
            if self.school:
                held = held.filter(organisation=self.school)
            rows = rows.filter(Exists(held))
        match self.state:
            case "never":
                return rows.filter(last_login=None)
            case "active":
                return rows.filter(is_active=True)
            case "disabled":
                return rows.filter(is_active=False)
            case "must":
                return rows.filter(must_change_password=True, is_active=True)
        return rows


def with_people(rows: QuerySet[Account], today: date) -> QuerySet[Account]:
    """The rows with person and, as `person.held`, the roles of today."""
    held = Appointment.objects.filter(now(today)).select_related("organisation").order_by("pk")
    return rows.select_related("person").prefetch_related(
        Prefetch("person__appointments", queryset=held, to_attr="held")
    )


def with_factor(accounts: Iterable[Account]) -> frozenset[int]:
    """The ids of those that have bound a second factor."""
    rows = Authenticator.objects.filter(user__in=[each.pk for each in accounts])
    return frozenset(rows.values_list("user", flat=True))
