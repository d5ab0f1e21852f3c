"""The acting person: an account in one of its roles at one organisation.

People hold several roles; they act in one at a time and switch at the foot of the navigation.
Every policy takes an `Actor`, so that a rule never asks for a session or a request.
"""

from dataclasses import dataclass, field
from datetime import date

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from tongke.foundation.people.models import Account, Appointment, Organisation, Person
from tongke.foundation.people.roles import Role

# Somebody who signs in as head and mother first sees the work of a head.
_FIRST_TO_LAST = (
    Role.DIRECTOR, Role.SYSADMIN, Role.OFFICER, Role.RESEARCHER, Role.HEAD, Role.TIMETABLER,
    Role.TEACHER, Role.GUARDIAN, Role.PUPIL,
)  # fmt: skip
_PLACES = {role.value: place for place, role in enumerate(_FIRST_TO_LAST)}
_RANK = Case(
    *(When(role=role, then=Value(place)) for place, role in enumerate(_FIRST_TO_LAST)),
    default=Value(len(_FIRST_TO_LAST)),
    output_field=IntegerField(),
)


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
    # All roles of the person today, where they were read anyway; `appointments_of` has them too.
    held: tuple[Appointment, ...] = field(default=(), compare=False, repr=False)

    @property
    def audit_id(self) -> int:
        """The account the audit log names."""
        return self.account.pk

    @property
    def audit_name(self) -> str:
        """Name, role and place for the audit log."""
        return f"{self.person.name}({self.role.label},{self.organisation.short_name})"


def now(today: date) -> Q:
    """The condition that a dated row holds on this day; its last day is `until`."""
    return Q(since__lte=today) & (Q(until=None) | Q(until__gte=today))


def appointments_of(person: Person, today: date) -> QuerySet[Appointment]:
    """The roles a person holds on a day, most responsible first."""
    return _held(person.pk, today).order_by(_RANK, "id")


def _held(person_id: int, today: date) -> QuerySet[Appointment]:
    return (
        Appointment.objects.filter(now(today), person=person_id, organisation__closed_on=None)
        # A bureau office answers for what hangs two steps above it: see policy.scope_root.
        .select_related("person", "organisation__parent__parent")
    )


def _rank(role: str) -> int:
    return _PLACES.get(role, len(_PLACES))


def actor_for(account: Account, today: date, chosen: int | None = None) -> Actor | None:
    """The actor of an account: in the chosen appointment, else in its first; None without any."""
    # Every request asks this: the few rows are put in order here, by the same ranks.
    held = sorted(_held(account.person_id, today), key=lambda one: (_rank(one.role), one.pk))
    if not held:
        return None
    one = next((each for each in held if each.pk == chosen), held[0])
    account.person = one.person
    return Actor(
        account=account,
        person=one.person,
        role=Role(one.role),
        organisation=one.organisation,
        appointment_id=one.pk,
        subject_code=one.subject_code,
        today=today,
        held=tuple(held),
    )
