"""What is stored already, as far as a roster touches it and its reader may."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet

from tongke.core.fields import blind
from tongke.foundation.people import policy
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import (
    Account,
    Appointment,
    Enrolment,
    Guardianship,
    Organisation,
    Person,
    Qualification,
    SchoolClass,
)
from tongke.foundation.people.roles import FAMILY, SCHOOL_STAFF, Role
from tongke.foundation.people.services.roster.rows import Roster, class_key

_BATCH = 500


def batches(values: Iterable[Any]) -> Iterator[list[Any]]:
    """The distinct values in lists short enough for one query."""
    listed = sorted(set(values), key=str)
    for start in range(0, len(listed), _BATCH):
        yield listed[start : start + _BATCH]


class Known:
    """Stored organisations, persons, classes and roles, looked up in bulk before planning.

    Args:
        actor: whose scope bounds what may change; None for the system, which may change all.
    """

    def __init__(self, roster: Roster, actor: Actor | None) -> None:
        """Load everything the roster mentions; a number of queries that grows by batches only."""
        self.actor = actor
        scope = self._scope()
        self.organisations = {one.code: one for one in scope}
        self._by_source = {one.source_id: one for one in scope if one.source_id}
        self._names: dict[str, list[Organisation]] = {}
        for one in scope:
            for name in {one.name, one.short_name}:
                self._names.setdefault(name, []).append(one)
        self.scope_ids = {one.pk for one in scope}
        self.by_number: dict[str, Person] = {}
        self.by_source: dict[str, Person] = {}
        self._load_people(roster)
        self.classes: dict[str, SchoolClass] = {}
        self.class_by_source: dict[str, SchoolClass] = {}
        self._load_classes()

    def _scope(self) -> list[Organisation]:
        rows: QuerySet[Organisation] = Organisation.objects.all()
        if self.actor is not None:
            rows = policy.organisations(self.actor, policy.Perm.ROSTER_IMPORT)
        return list(rows.filter(closed_on=None).select_related("parent"))

    @property
    def root(self) -> Organisation | None:
        """The organisation under which new ones hang when a file names no parent."""
        if self.actor is not None:
            return policy.scope_root(self.actor)
        tops = [one for one in self.organisations.values() if one.parent_id is None]
        return tops[0] if len(tops) == 1 else None

    def organisation(self, text: str) -> Organisation | None:
        """By code, else by name or short name when only one bears it."""
        found = self.organisations.get(text) or self._by_source.get(text)
        named = self._names.get(text, ())
        return found or (named[0] if len(named) == 1 else None)

    def _load_people(self, roster: Roster) -> None:
        fields = [row.person for row in roster.staff] + [row.person for row in roster.pupils]
        numbers = {one.number for one in fields} | {row.homeroom for row in roster.classes}
        sources = {one.source_id for one in fields}
        for row in roster.pupils:
            numbers |= {one.number for one in row.guardians}
            sources |= {one.source_id for one in row.guardians}
        for part in batches(numbers - {""}):
            self._note(Person.objects.filter(number__in=part))
        for part in batches(sources - {""}):
            self._note(Person.objects.filter(source_id__in=part))

    def _note(self, rows: QuerySet[Person]) -> None:
        for one in rows:
            self.by_number[one.number] = one
            if one.source_id:
                self.by_source[one.source_id] = one

    def person(self, number: str, source_id: str = "") -> Person | None:
        """By the identity the source gave before, else by number."""
        return (
            self.by_source.get(source_id)
            if source_id in self.by_source
            else (self.by_number.get(number))
        )

    def _load_classes(self) -> None:
        codes = {one.pk: one.code for one in self.organisations.values()}
        for part in batches(self.scope_ids):
            rows = SchoolClass.objects.filter(
                school__in=part, kind=SchoolClass.Kind.STANDING
            ).select_related("school")
            for one in rows.order_by("closed_on", "pk"):
                if one.source_id:
                    self.class_by_source[one.source_id] = one
                key = class_key(codes[one.school_id], one.grade_code, one.number)
                # Closed classes come first on SQLite's NULL order or last: an open one wins.
                if key not in self.classes or one.closed_on is None:
                    self.classes[key] = one

    @cached_property
    def _people_ids(self) -> set[int]:
        return {one.pk for one in (*self.by_number.values(), *self.by_source.values())}

    @cached_property
    def roles(self) -> dict[int, list[Appointment]]:
        """Current roles of the known persons."""
        found: dict[int, list[Appointment]] = {}
        for part in batches(self._people_ids):
            rows = Appointment.objects.filter(person__in=part, until=None)
            for one in rows.select_related("organisation"):
                found.setdefault(one.person_id, []).append(one)
        return found

    @cached_property
    def enrolments(self) -> dict[int, Enrolment]:
        """The current class of the known persons."""
        found: dict[int, Enrolment] = {}
        for part in batches(self._people_ids):
            rows = Enrolment.objects.filter(pupil__in=part, until=None, standing=True)
            for one in rows.select_related("school_class__school"):
                found[one.pupil_id] = one
        return found

    @cached_property
    def carers(self) -> dict[int, list[Guardianship]]:
        """Current guardians of the known persons."""
        found: dict[int, list[Guardianship]] = {}
        for part in batches(self._people_ids):
            rows = Guardianship.objects.filter(child__in=part, until=None)
            for one in rows.select_related("guardian").order_by("pk"):
                found.setdefault(one.child_id, []).append(one)
        return found

    @cached_property
    def qualified(self) -> dict[int, set[str]]:
        """Subjects the known persons are qualified to teach."""
        found: dict[int, set[str]] = {}
        for part in batches(self._people_ids):
            rows = Qualification.objects.filter(person__in=part)
            for person, subject in rows.values_list("person", "subject_code"):
                found.setdefault(person, set()).add(subject)
        return found

    @cached_property
    def with_account(self) -> set[int]:
        """The known persons who have an account."""
        found: set[int] = set()
        for part in batches(self._people_ids):
            found |= set(Account.objects.filter(person__in=part).values_list("person", flat=True))
        return found

    def may_edit(self, person: Person) -> bool:
        """Whether this file may correct the person's record: all current roles lie in its scope."""
        if self.actor is None:
            return True
        if person.pk in self._people_ids:
            held = self.roles.get(person.pk, [])
        else:  # a guardian found through a child
            held = list(Appointment.objects.filter(person=person, until=None))
        return all(one.organisation_id in self.scope_ids for one in held)

    def guardians_by_phone(self, pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Person]:
        """Guardians registered before, by (name, phone)."""
        wanted = {(name, blind(phone)): (name, phone) for name, phone in pairs if phone}
        found: dict[tuple[str, str], Person] = {}
        for part in batches(key[1] for key in wanted):
            rows = Person.objects.filter(Q(wards__isnull=False), phone_blind__in=part).distinct()
            for one in rows.order_by("-pk"):
                key = wanted.get((one.name, one.phone_blind))
                if key is not None:
                    found[key] = one
        return found

    def rolls(self, classes: Iterable[int]) -> list[Enrolment]:
        """Everybody on the roll of these classes."""
        found: list[Enrolment] = []
        for part in batches(classes):
            rows = Enrolment.objects.filter(school_class__in=part, until=None)
            found += list(rows.select_related("pupil", "school_class").order_by("pk"))
        return found

    def staff_roles(self, schools: Iterable[int]) -> list[Appointment]:
        """Every current role of staff at these schools."""
        found: list[Appointment] = []
        for part in batches(schools):
            rows = Appointment.objects.filter(
                organisation__in=part, role__in=SCHOOL_STAFF, until=None
            )
            found += list(rows.select_related("person", "organisation").order_by("pk"))
        return found

    @property
    def grantable(self) -> frozenset[Role]:
        """Roles of a school that this file may give and end."""
        if self.actor is None or self.actor.role in {Role.SYSADMIN, Role.OFFICER}:
            return SCHOOL_STAFF
        return frozenset(policy.grantable_roles(self.actor)) - FAMILY
