"""What importing a roster would write, as plain data: the `op` of each change."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tongke.foundation.people.services.organisations import NewOrganisation
from tongke.foundation.people.services.persons import NewPerson


@dataclass(frozen=True, kw_only=True)
class PersonOp:
    """Add a person, or change one by id; the number finds the person again while writing."""

    number: str
    new: NewPerson | None = None
    pk: int | None = None
    changes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class OrganisationOp:
    """Found an organisation, or change one by id."""

    new: NewOrganisation | None = None
    pk: int | None = None
    changes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class StaffOp:
    """A member of staff: the person, and a role unless it is held."""

    person: PersonOp
    school: str
    role: str = ""
    subject_code: str = ""
    since: date | None = None
    qualified: tuple[str, ...] = ()
    account: bool = False


@dataclass(frozen=True, kw_only=True)
class RoleEndOp:
    """A role that the complete list does not name any more."""

    appointment: int


@dataclass(frozen=True, kw_only=True)
class ClassOp:
    """Open a class, or change one by id."""

    key: str
    school: str
    grade_code: str
    number: int
    entry_year: int
    name: str
    homeroom: str = ""
    source_id: str = ""
    pk: int | None = None
    changes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class GuardianOp:
    """A guardian to link, or whose record to change."""

    person: PersonOp
    relation: str
    link: bool
    account: bool


@dataclass(frozen=True, kw_only=True)
class PupilOp:
    """A pupil: the person, a class unless in it already, a seat, guardians."""

    person: PersonOp
    class_key: str
    class_pk: int | None
    enrol: bool
    enrolment: int | None = None
    seat: int | None = None
    since: date | None = None
    guardians: tuple[GuardianOp, ...] = ()
    account: bool = False


@dataclass(frozen=True, kw_only=True)
class LeaveOp:
    """A pupil who is not on the complete list of the class any more."""

    enrolment: int
