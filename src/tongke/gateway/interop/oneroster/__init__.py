"""OneRoster 1.1 and 1.2 packages (CSV in a zip), read and judged: `read_package`.

Nouns: package, org, session, course, class, user, enrollment, problem. Verb: read. Pure: plain
data in and out, no database; the importer that turns a package into persons and classes lives
above it. It must never guess: what the package does not say stays empty.
"""

from tongke.gateway.interop.oneroster.package import (
    Class,
    Course,
    Enrollment,
    Mode,
    Org,
    Package,
    Problem,
    Session,
    Severity,
    User,
    UserRole,
)
from tongke.gateway.interop.oneroster.reading import read_package

__all__ = [
    "Class",
    "Course",
    "Enrollment",
    "Mode",
    "Org",
    "Package",
    "Problem",
    "Session",
    "Severity",
    "User",
    "UserRole",
    "read_package",
]
