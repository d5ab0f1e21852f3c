"""The columns of each file, for OneRoster 1.1 and 1.2.

Source: 1EdTech OneRoster 1.1 CSV tables (2017) and OneRoster CSV binding 1.2.1 (2023). Old names
of version 1.0 that packages still carry are accepted with a warning.
"""

from dataclasses import dataclass
from enum import StrEnum


class Must(StrEnum):
    """How much a value is needed."""

    HAVE = "have"  # without it the row cannot be used
    SHOULD = "should"  # the standard asks for it, we can do without: a warning
    MAY = "may"


class Kind(StrEnum):
    """How a value is understood."""

    TEXT = "text"
    ID = "id"
    IDS = "ids"
    LIST = "list"
    DATE = "date"
    BOOL = "bool"
    WORD = "word"  # one of a list of words, or an extension “ext:…”


@dataclass(frozen=True)
class Field:
    """One column.

    Args:
        to: the file an id points to.
        hard: a pointer to nothing makes the row unusable, instead of a warning.
        words: what a WORD may be.
        old: names of version 1.0.
    """

    name: str
    kind: Kind = Kind.TEXT
    must: Must = Must.MAY
    to: str = ""
    hard: bool = False
    words: frozenset[str] = frozenset()
    old: tuple[str, ...] = ()


HAVE, SHOULD = Must.HAVE, Must.SHOULD
ORG_TYPES = frozenset({"department", "school", "district", "local", "state", "national"})
SESSION_TYPES = frozenset({"gradingPeriod", "semester", "schoolYear", "term"})
CLASS_TYPES = frozenset({"homeroom", "scheduled"})
ROLES_1_1 = frozenset(
    {"administrator", "aide", "guardian", "parent", "proctor", "relative", "student", "teacher"}
)
ROLES_1_2 = frozenset(
    {
        "aide", "counselor", "districtAdministrator", "guardian", "parent", "principal", "proctor",
        "relative", "siteAdministrator", "student", "systemAdministrator", "teacher",
    }
)  # fmt: skip
ENROLLMENT_ROLES = frozenset({"administrator", "proctor", "student", "teacher"})
STATUSES = frozenset({"active", "tobedeleted", "inactive"})
SEXES = frozenset({"male", "female", "unspecified", "other"})

_BASE = (
    Field("sourcedId", Kind.ID, HAVE),
    Field("status", Kind.WORD, words=STATUSES),
    Field("dateLastModified"),
)
_ORGS = (
    *_BASE,
    Field("name", must=HAVE),
    Field("type", Kind.WORD, HAVE, words=ORG_TYPES),
    Field("identifier"),
    Field("parentSourcedId", Kind.ID, to="orgs", hard=True),
)
_SESSIONS = (
    *_BASE,
    Field("title", must=HAVE),
    Field("type", Kind.WORD, SHOULD, words=SESSION_TYPES),
    Field("startDate", Kind.DATE, HAVE),
    Field("endDate", Kind.DATE, HAVE),
    Field("parentSourcedId", Kind.ID, to="academicSessions"),
    Field("schoolYear", must=SHOULD),
)
_COURSES = (
    *_BASE,
    Field("schoolYearSourcedId", Kind.ID, to="academicSessions", old=("schoolYearId",)),
    Field("title", must=HAVE),
    Field("courseCode"),
    Field("grades", Kind.LIST, old=("grade",)),
    Field("orgSourcedId", Kind.ID, SHOULD, to="orgs"),
    Field("subjects", Kind.LIST),
)
_CLASSES = (
    *_BASE,
    Field("title", must=HAVE),
    Field("grades", Kind.LIST, old=("grade",)),
    Field("courseSourcedId", Kind.ID, SHOULD, to="courses"),
    Field("classCode"),
    Field("classType", Kind.WORD, SHOULD, words=CLASS_TYPES),
    Field("location"),
    Field("schoolSourcedId", Kind.ID, HAVE, to="orgs", hard=True),
    Field("termSourcedIds", Kind.IDS, SHOULD, to="academicSessions"),
    Field("subjects", Kind.LIST),
)
_USER = (
    *_BASE,
    Field("enabledUser", Kind.BOOL, SHOULD),
    Field("username", must=SHOULD),
    Field("userIds", Kind.LIST, old=("userId",)),
    Field("givenName", must=HAVE),
    Field("familyName", must=HAVE),
    Field("middleName"),
    Field("identifier"),
    Field("email"),
    Field("sms"),
    Field("phone"),
    Field("agentSourcedIds", Kind.IDS, to="users", old=("agents",)),
    Field("grades", Kind.LIST, old=("grade",)),
)
_USERS_1_1 = (
    *_USER,
    Field("orgSourcedIds", Kind.IDS, HAVE, to="orgs", hard=True),
    Field("role", Kind.WORD, HAVE, words=ROLES_1_1),
)
_USERS_1_2 = (*_USER, Field("primaryOrgSourcedId", Kind.ID, to="orgs"))
_ROLES = (
    *_BASE,
    Field("userSourcedId", Kind.ID, HAVE, to="users", hard=True),
    Field("roleType", Kind.WORD, HAVE, words=frozenset({"primary", "secondary"})),
    Field("role", Kind.WORD, HAVE, words=ROLES_1_2),
    Field("beginDate", Kind.DATE),
    Field("endDate", Kind.DATE),
    Field("orgSourcedId", Kind.ID, HAVE, to="orgs", hard=True),
)
_ENROLLMENTS = (
    *_BASE,
    Field("classSourcedId", Kind.ID, HAVE, to="classes", hard=True),
    Field("schoolSourcedId", Kind.ID, SHOULD, to="orgs", hard=True),
    Field("userSourcedId", Kind.ID, HAVE, to="users", hard=True),
    Field("role", Kind.WORD, HAVE, words=ENROLLMENT_ROLES),
    Field("primary", Kind.BOOL),
    Field("beginDate", Kind.DATE),
    Field("endDate", Kind.DATE),
)
_DEMOGRAPHICS = (
    Field("sourcedId", Kind.ID, HAVE, to="users", hard=True, old=("userSourcedId",)),
    *_BASE[1:],
    Field("birthDate", Kind.DATE, old=("birthdate",)),
    Field("sex", Kind.WORD, words=SEXES),
)

# In reading order: a file points only to itself and to files before it.
FILES: dict[str, dict[str, tuple[Field, ...]]] = {
    "1.1": {
        "orgs": _ORGS,
        "academicSessions": _SESSIONS,
        "courses": _COURSES,
        "classes": _CLASSES,
        "users": _USERS_1_1,
        "enrollments": _ENROLLMENTS,
        "demographics": _DEMOGRAPHICS,
    },
    "1.2": {
        "orgs": _ORGS,
        "academicSessions": _SESSIONS,
        "courses": _COURSES,
        "classes": _CLASSES,
        "users": _USERS_1_2,
        "roles": _ROLES,
        "enrollments": _ENROLLMENTS,
        "demographics": _DEMOGRAPHICS,
    },
}
