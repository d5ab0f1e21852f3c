"""The acting person: an account in one of its roles at one organisation.

People hold several roles; they act in one at a time and switch at the foot of the navigation.
Every policy takes an `Actor`, so that a rule never asks for a session or a request.
"""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from tongke.foundation.people.models import Account, Appointment, Organisation, Person
from tongke.foundation.people.roles import Role


@dataclass(frozen=True)
class Actor:
    """Who acts, as what, where, on which day."""

    account: Account
    person: Person
    role: Role
    organisation: Organisation
    appointment_id: int
    subject_code: str
    today: date

    @property
    def audit_id(self) -> int:
        """The account the audit log names."""
        return self.account.pk

    @property
    def audit_name(self) -> str:
        """Name, role and place for the audit log."""
        return f"{self.person.name}({self.role.label},{self.organisation.short_name})"


def appointments_of(person: Person, today: date) -> QuerySet[Appointment]:
    """The roles a person holds on a day, most responsible first."""
    return (
        Appointment.objects.filter(person=person, since__lte=today)
        .filter(Q(until=None) | Q(until__gte=today))
        .filter(organisation__closed_on=None)
        .select_related("organisation")
        .order_by("id")
    )


def actor_for(account: Account, today: date, chosen: int | None = None) -> Actor | None:
    """The actor of an account: in the chosen appointment, else in its first; None without any."""
    held = list(appointments_of(account.person, today))
    if not held:
        return None
    one = next((each for each in held if each.pk == chosen), held[0])
    return Actor(
        account=account,
        person=account.person,
        role=Role(one.role),
        organisation=one.organisation,
        appointment_id=one.pk,
        subject_code=one.subject_code,
        today=today,
    )
