"""The roles that follow from the roll: pupils and their guardians act where the child learns."""

from collections.abc import Iterable
from datetime import date, timedelta

from tongke.foundation.people.models import Appointment, Enrolment, Guardianship
from tongke.foundation.people.roles import Role
from tongke.foundation.people.services.appointments import end_many

_BATCH = 400


def settle_roles(pupils: Iterable[int], on: date) -> None:
    """Bring the roles of these pupils and their guardians in line with roll and guardianship.

    A pupil holds the role 学生 at the school of the current class, a guardian the role 家长 at
    the schools of all current wards. Roles that follow no longer end the day before `on`.
    Called inside the transaction of the act that changed the roll; that act audits.
    """
    ids = sorted(set(pupils))
    guardians: set[int] = set()
    for start in range(0, len(ids), _BATCH):
        batch = ids[start : start + _BATCH]
        _settle(Role.PUPIL, batch, _schools_of(batch), on)
        rows = Guardianship.objects.filter(child__in=batch)
        guardians.update(rows.values_list("guardian", flat=True))
    settle_guardians(guardians, on)


def settle_guardians(guardians: Iterable[int], on: date) -> None:
    """Bring the roles of these guardians in line with the schools of their wards."""
    ids = sorted(set(guardians))
    for start in range(0, len(ids), _BATCH):
        batch = ids[start : start + _BATCH]
        pairs = list(
            Guardianship.objects.filter(guardian__in=batch, until=None).values_list(
                "guardian", "child"
            )
        )
        at_school = dict(_schools_of([child for _, child in pairs]))
        wanted = {(one, at_school[child]) for one, child in pairs if child in at_school}
        _settle(Role.GUARDIAN, batch, wanted, on)


def _schools_of(pupils: list[int]) -> set[tuple[int, int]]:
    rows = Enrolment.objects.filter(pupil__in=pupils, until=None, standing=True)
    return set(rows.values_list("pupil", "school_class__school"))


def _settle(role: Role, people: list[int], wanted: set[tuple[int, int]], on: date) -> None:
    standing = Appointment.objects.filter(person__in=people, role=role, until=None)
    held = {
        (person, school): pk
        for person, school, pk in standing.values_list("person", "organisation", "pk")
    }
    gone = [pk for key, pk in held.items() if key not in wanted]
    if gone:
        end_many(gone, on - timedelta(days=1))
    Appointment.objects.bulk_create(
        (
            Appointment(person_id=person, organisation_id=school, role=role, since=on)
            for person, school in sorted(wanted - held.keys())
        ),
        batch_size=500,
    )
