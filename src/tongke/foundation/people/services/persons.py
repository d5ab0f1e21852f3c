"""Persons: add and change. Identity numbers and phones are sealed, with a blind index beside."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.core.fields import blind
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Person

_EDITABLE = frozenset({"name", "sex", "birth_date", "number", "phone", "id_number", "source_id"})
_SECRET = frozenset({"phone", "id_number"})


@dataclass(frozen=True, kw_only=True)
class NewPerson:
    """A human being to add; `number` is the staff or pupil number, once in the region."""

    name: str
    number: str
    sex: str = Person.Sex.UNKNOWN
    birth_date: date | None = None
    phone: str = ""
    id_number: str = ""
    source_id: str = ""


@transaction.atomic
def add_person(new: NewPerson, *, by: Actor | None, at: datetime) -> Person:
    """Add one person.

    Raises:
        Refused: the number is taken.
    """
    return add_people([new], by=by, at=at)[0]


@transaction.atomic
def add_people(rows: Iterable[NewPerson], *, by: Actor | None, at: datetime) -> list[Person]:
    """Add many persons, in the order given; the audit log gets one entry with their count.

    Raises:
        Refused: a number is taken.
    """
    listed = list(rows)
    _refuse_taken([row.number for row in listed])
    fresh = Person.objects.bulk_create(
        (
            Person(
                name=row.name, number=row.number, sex=row.sex, birth_date=row.birth_date,
                phone=row.phone, phone_blind=blind(row.phone), id_number=row.id_number,
                id_number_blind=blind(row.id_number), source_id=row.source_id,
            )
            for row in listed
        ),
        batch_size=500,
    )  # fmt: skip
    one = fresh[0] if len(fresh) == 1 else None
    record("people.person.added", one, actor=by, at=at, detail={"count": len(fresh)})
    return fresh


def _refuse_taken(numbers: list[str]) -> None:
    for start in range(0, len(numbers), 500):
        part = numbers[start : start + 500]
        taken = Person.objects.filter(number__in=part).values_list("number", flat=True).first()
        if taken is not None:
            raise Refused(f"编号“{taken}”已经有人使用，请核对。")


@transaction.atomic
def change_people(
    rows: Iterable[tuple[Person, Mapping[str, Any]]], *, by: Actor | None, at: datetime
) -> None:
    """Correct many records at once, numbers excepted; the audit log gets one entry."""
    listed = [(person, changes) for person, changes in rows if changes]
    if not listed:
        return
    for person, changes in listed:
        assert changes.keys() <= _EDITABLE - {"number"}, sorted(changes)
        for key, value in changes.items():
            setattr(person, key, value)
            if key in _SECRET:
                setattr(person, f"{key}_blind", blind(value))
    fields = sorted({key for _, changes in listed for key in changes})
    blinds = [f"{key}_blind" for key in fields if key in _SECRET]
    Person.objects.bulk_update([person for person, _ in listed], [*fields, *blinds], batch_size=100)
    detail = {"count": len(listed), "fields": fields}
    record("people.person.changed", None, actor=by, at=at, detail=detail)


@transaction.atomic
def change_person(
    person: Person, changes: Mapping[str, Any], *, by: Actor | None, at: datetime
) -> bool:
    """Correct a person's record; returns whether anything changed. Secrets never enter the log.

    Raises:
        Refused: the new number is taken.
    """
    assert changes.keys() <= _EDITABLE, sorted(changes)
    changed = [key for key, value in changes.items() if getattr(person, key) != value]
    if not changed:
        return False
    if "number" in changed:
        _refuse_taken([changes["number"]])
    for key in changed:
        setattr(person, key, changes[key])
        if key in _SECRET:
            setattr(person, f"{key}_blind", blind(changes[key]))
    blinds = [f"{key}_blind" for key in changed if key in _SECRET]
    person.save(update_fields=[*changed, *blinds])
    record("people.person.changed", person, actor=by, at=at, detail={"fields": changed})
    return True
