"""What a OneRoster package says, as plain dataclasses. Empty texts and tuples: not given."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Mode(StrEnum):
    """How a file of the package is meant.

    With bulk the file is the whole truth: what it lacks has left. With delta it holds changes
    only, and removals say so (`removed`). Absent files say nothing.
    """

    BULK = "bulk"
    DELTA = "delta"
    ABSENT = "absent"


class Severity(StrEnum):
    """Whether a problem keeps a row (or the package) from being used."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong; `line` counts as Excel does, 0 is the file as a whole."""

    file: str
    line: int
    column: str
    message: str
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        place = f"{self.file} 第 {self.line} 行" if self.line else self.file
        return (
            f"{place}「{self.column}」：{self.message}"
            if self.column
            else f"{place}：{self.message}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What every row has. `removed`: a delta row that says the record has left."""

    id: str
    line: int
    removed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Org(Record):
    """A school or an office above it."""

    name: str
    type: str
    identifier: str = ""
    parent_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session(Record):
    """A school year, term or grading period; both days belong to it."""

    title: str
    type: str
    start: date
    end: date
    parent_id: str = ""
    school_year: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course(Record):
    """What is taught."""

    title: str
    code: str = ""
    grades: tuple[str, ...] = ()
    org_id: str = ""
    school_year_id: str = ""
    subjects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Class(Record):
    """A class of pupils: a homeroom (行政班), or a scheduled teaching class."""

    title: str
    school_id: str
    type: str = ""
    code: str = ""
    grades: tuple[str, ...] = ()
    course_id: str = ""
    session_ids: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    location: str = ""


@dataclass(frozen=True, slots=True)
class UserRole:
    """A role at one organisation; 1.1 knows no dates and calls the first one primary."""

    role: str
    org_id: str
    primary: bool = True
    begin: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class User(Record):
    """A person. `user_ids` are (type, id) pairs; `agent_ids` point to guardians or wards."""

    given_name: str
    family_name: str
    roles: tuple[UserRole, ...] = ()
    username: str = ""
    enabled: bool = True
    middle_name: str = ""
    identifier: str = ""
    user_ids: tuple[tuple[str, str], ...] = ()
    email: str = ""
    sms: str = ""
    phone: str = ""
    agent_ids: tuple[str, ...] = ()
    grades: tuple[str, ...] = ()
    primary_org_id: str = ""
    birth_date: date | None = None
    sex: str = ""

    @property
    def name(self) -> str:
        """The name as people write it: Chinese names family name first, without a space.

        Example:
            >>> User(id="u", line=2, given_name="知遥", family_name="林").name
            '林知遥'
        """
        chinese = any("\u3400" <= letter <= "\u9fff" for letter in self.family_name)
        if chinese:
            return self.family_name + self.middle_name + self.given_name
        return " ".join(
            part for part in (self.given_name, self.middle_name, self.family_name) if part
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrollment(Record):
    """A user in a class, as student or teacher."""

    class_id: str
    user_id: str
    role: str
    school_id: str = ""
    primary: bool = False
    begin: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True)
class Package:
    """A whole package: every row that can be used, and every problem found.

    A row with an error is in none of the lists. Do not import a package with errors: what was
    left out would look like pupils who left.
    """

    version: str = ""
    modes: dict[str, Mode] = field(default_factory=dict)
    system: str = ""
    orgs: list[Org] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    courses: list[Course] = field(default_factory=list)
    classes: list[Class] = field(default_factory=list)
    users: list[User] = field(default_factory=list)
    enrollments: list[Enrollment] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def errors(self) -> list[Problem]:
        """The problems that forbid importing it."""
        return [each for each in self.problems if each.severity is Severity.ERROR]

    @property
    def warnings(self) -> list[Problem]:
        """The problems a person should know."""
        return [each for each in self.problems if each.severity is Severity.WARNING]

    def mode(self, file: str) -> Mode:
        """How a file is meant, by its name without ending (``users``); absent when not listed."""
        return self.modes.get(file, Mode.ABSENT)
