"""What a roster says, whatever file it came in. Empty values mean: not said, leave as it is."""

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, kw_only=True)
class OrganisationRow:
    """An organisation; `parent` is the code of the one above, empty for the top of the scope."""

    line: int
    code: str
    name: str
    kind: str = "school"
    level: str = "school"
    parent: str = ""
    short_name: str = ""
    area: str = ""
    stages: str = ""
    source_id: str = ""
    leaves: bool = False


@dataclass(frozen=True, kw_only=True)
class PersonFields:
    """A person as a file names them."""

    number: str
    name: str
    sex: str = ""
    birth_date: date | None = None
    phone: str = ""
    id_number: str = ""
    source_id: str = ""


@dataclass(frozen=True, kw_only=True)
class StaffRow:
    """A member of staff with one role at one school; several rows for several roles.

    With `leaves` and without a school the person loses all roles of the scope.
    """

    line: int
    person: PersonFields
    school: str
    role: str = "teacher"
    subject_code: str = ""
    qualified: tuple[str, ...] = ()
    since: date | None = None
    leaves: bool = False


@dataclass(frozen=True, kw_only=True)
class ClassRow:
    """A standing class. `key` is what pupils' rows refer to."""

    line: int
    key: str
    school: str
    grade_code: str
    number: int
    entry_year: int | None = None
    name: str = ""
    homeroom: str = ""
    source_id: str = ""
    leaves: bool = False


@dataclass(frozen=True, kw_only=True)
class GuardianFields:
    """Who cares for a child; found again by name and phone, or by a number of their own."""

    name: str
    relation: str
    phone: str = ""
    number: str = ""
    source_id: str = ""


@dataclass(frozen=True, kw_only=True)
class PupilRow:
    """A pupil on the roll of one class, named by its key or by school, grade and number."""

    line: int
    person: PersonFields
    class_label: str
    class_key: str = ""
    place: tuple[str, str, int] | None = None
    seat: int | None = None
    since: date | None = None
    guardians: tuple[GuardianFields, ...] = ()
    leaves: bool = False


@dataclass(frozen=True, kw_only=True)
class Roster:
    """Everything one file says.

    Attributes:
        whole: the lists are complete: pupils of a named class who are missing leave it, and staff
            of a named school lose the roles the file does not name.
        named: labels begin with the list (学生, 班级), for files that hold several.
        sourced: the file comes from another system: only staff it once brought lose roles.
    """

    organisations: tuple[OrganisationRow, ...] = ()
    staff: tuple[StaffRow, ...] = ()
    classes: tuple[ClassRow, ...] = ()
    pupils: tuple[PupilRow, ...] = ()
    whole: bool = False
    named: bool = False
    sourced: bool = False
    warnings: tuple[str, ...] = field(default=())


def class_key(school: str, grade_code: str, number: int) -> str:
    """How worksheets refer to a class: by school, grade and number."""
    return f"{school}/{grade_code}/{number}"
