"""The roles of the platform, each with its standard Chinese name."""

from enum import StrEnum


class Role(StrEnum):
    """What a person is at one organisation, for a time."""

    PUPIL = "pupil"
    GUARDIAN = "guardian"
    TEACHER = "teacher"
    HEAD = "head"
    TIMETABLER = "timetabler"
    RESEARCHER = "researcher"
    OFFICER = "officer"
    DIRECTOR = "director"
    SYSADMIN = "sysadmin"

    @property
    def label(self) -> str:
        """The name the interface shows."""
        return _LABELS[self]


_LABELS = {
    Role.PUPIL: "学生",
    Role.GUARDIAN: "家长",
    Role.TEACHER: "教师",
    Role.HEAD: "校长",
    Role.TIMETABLER: "教务员",
    Role.RESEARCHER: "教研员",
    Role.OFFICER: "电教专干",
    Role.DIRECTOR: "教育局领导",
    Role.SYSADMIN: "系统管理员",
}

SCHOOL_STAFF = frozenset({Role.TEACHER, Role.HEAD, Role.TIMETABLER})
BUREAU_STAFF = frozenset({Role.RESEARCHER, Role.OFFICER, Role.DIRECTOR, Role.SYSADMIN})
STAFF = SCHOOL_STAFF | BUREAU_STAFF
FAMILY = frozenset({Role.PUPIL, Role.GUARDIAN})
EVERYONE = STAFF | FAMILY
