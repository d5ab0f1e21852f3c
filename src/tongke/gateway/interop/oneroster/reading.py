"""Reading a whole package: `read_package`."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from tongke.core.spreadsheets.archives import FileRefused
from tongke.core.spreadsheets.sheet import Limits
from tongke.gateway.interop.oneroster.columns import FILES
from tongke.gateway.interop.oneroster.manifest import read_manifest
from tongke.gateway.interop.oneroster.package import (
    Class,
    Course,
    Enrollment,
    Mode,
    Org,
    Package,
    Problem,
    Session,
    User,
    UserRole,
)
from tongke.gateway.interop.oneroster.source import LIMITS, Source, package_files
from tongke.gateway.interop.oneroster.tables import Line, Table, check_pointers, read_table


def read_package(source: Source, limits: Limits = LIMITS) -> Package:
    """What a OneRoster 1.1 or 1.2 package says: zip bytes, an open file, or a folder.

    Never raises for a bad package: what is wrong is in `Package.problems`, in Chinese, and rows
    with errors are in none of the lists.

    Raises:
        OSError: a folder cannot be read.
    """
    problems: list[Problem] = []
    try:
        files = package_files(source, limits)
    except FileRefused as refused:
        return Package(problems=[Problem("数据包", 0, "", str(refused))])
    manifest = read_manifest(files, problems)
    if manifest is None:
        return Package(problems=problems)
    tables: dict[str, Table] = {}
    for file, fields in FILES[manifest.version].items():
        table = tables[file] = Table(file, manifest.modes[file], fields, problems)
        if table.mode is Mode.ABSENT:
            continue
        read_table(table, files[file.lower()], limits.most_rows)
        _refuse_backward(table)
        if file == "orgs":
            _refuse_circles(table)
        check_pointers(table, tables)
    return Package(
        version=manifest.version,
        modes=manifest.modes,
        system=manifest.system,
        orgs=[_org(line) for line in tables["orgs"].good],
        sessions=[_session(line) for line in tables["academicSessions"].good],
        courses=[_course(line) for line in tables["courses"].good],
        classes=[_class(line) for line in tables["classes"].good],
        users=_users(tables),
        enrollments=[_enrollment(line) for line in tables["enrollments"].good],
        problems=problems,
    )


def _refuse_backward(table: Table) -> None:
    """Refuse rows that end before they begin."""
    for first, last in (("startDate", "endDate"), ("beginDate", "endDate")):
        for line in table.lines:
            begin, end = line.values.get(first), line.values.get(last)
            if begin and end and end < begin:
                table.error(line, last, f"{end} 早于 {first} {begin}。")


def _refuse_circles(orgs: Table) -> None:
    """Refuse organisations that are, over their parents, above themselves."""
    parents = {line.id: str(line.values["parentSourcedId"]) for line in orgs.lines}
    for line in orgs.lines:
        seen, at = set(), line.id
        while at in parents and at not in seen:
            seen.add(at)
            at = parents[at]
        if at == line.id and at in seen:
            orgs.error(line, "parentSourcedId", "上级机构绕了一圈又回到自己。")


def _base(line: Line) -> dict[str, Any]:
    return {"id": line.id, "line": line.number, "removed": line.removed}


def _org(line: Line) -> Org:
    value = line.values
    return Org(
        **_base(line),
        name=value["name"],
        type=value["type"],
        identifier=value["identifier"],
        parent_id=value["parentSourcedId"],
    )


def _session(line: Line) -> Session:
    value = line.values
    return Session(
        **_base(line),
        title=value["title"],
        type=value["type"],
        start=value["startDate"],
        end=value["endDate"],
        parent_id=value["parentSourcedId"],
        school_year=value["schoolYear"],
    )


def _course(line: Line) -> Course:
    value = line.values
    return Course(
        **_base(line),
        title=value["title"],
        code=value["courseCode"],
        grades=value["grades"],
        org_id=value["orgSourcedId"],
        school_year_id=value["schoolYearSourcedId"],
        subjects=value["subjects"],
    )


def _class(line: Line) -> Class:
    value = line.values
    return Class(
        **_base(line),
        title=value["title"],
        school_id=value["schoolSourcedId"],
        type=value["classType"],
        code=value["classCode"],
        grades=value["grades"],
        course_id=value["courseSourcedId"],
        session_ids=value["termSourcedIds"],
        subjects=value["subjects"],
        location=value["location"],
    )


def _enrollment(line: Line) -> Enrollment:
    value = line.values
    return Enrollment(
        **_base(line),
        class_id=value["classSourcedId"],
        user_id=value["userSourcedId"],
        role=value["role"],
        school_id=value["schoolSourcedId"],
        primary=bool(value["primary"]),
        begin=value["beginDate"],
        end=value["endDate"],
    )


def _users(tables: Mapping[str, Table]) -> list[User]:
    roles = _roles_1_2(tables["roles"]) if "roles" in tables else None
    persons = {line.id: line for line in tables["demographics"].good}
    made = []
    for line in tables["users"].good:
        held = _roles_1_1(line) if roles is None else tuple(roles.get(line.id, ()))
        if not held and not line.removed and roles is not None:
            tables["users"].warn(line.number, "sourcedId", "roles.csv 里没有这个用户的身份。")
        made.append(_user(line, held, persons.get(line.id)))
    return made


def _roles_1_1(line: Line) -> tuple[UserRole, ...]:
    places = line.values["orgSourcedIds"]
    return tuple(
        UserRole(line.values["role"], place, primary=number == 0)
        for number, place in enumerate(places)
    )


def _roles_1_2(table: Table) -> dict[str, list[UserRole]]:
    roles: dict[str, list[UserRole]] = defaultdict(list)
    for line in table.good:
        value = line.values
        if line.removed:
            continue
        roles[value["userSourcedId"]].append(
            UserRole(
                role=value["role"],
                org_id=value["orgSourcedId"],
                primary=value["roleType"] == "primary",
                begin=value["beginDate"],
                end=value["endDate"],
            )
        )
    for held in roles.values():
        held.sort(key=lambda role: not role.primary)
    return roles


def _user(line: Line, roles: tuple[UserRole, ...], person: Line | None) -> User:
    value = line.values
    return User(
        **_base(line),
        given_name=value["givenName"],
        family_name=value["familyName"],
        roles=roles,
        username=value["username"],
        enabled=value["enabledUser"] is not False,
        middle_name=value["middleName"],
        identifier=value["identifier"],
        user_ids=tuple(_typed_id(text) for text in value["userIds"]),
        email=value["email"],
        sms=value["sms"],
        phone=value["phone"],
        agent_ids=value["agentSourcedIds"],
        grades=value["grades"],
        primary_org_id=value.get("primaryOrgSourcedId", ""),
        birth_date=person.values["birthDate"] if person else None,
        sex=person.values["sex"] if person else "",
    )


def _typed_id(text: str) -> tuple[str, str]:
    """``{LDAP:jdoe}`` as ("LDAP", "jdoe"); an id without a type has an empty one."""
    kind, colon, name = text.strip("{}").partition(":")
    return (kind, name) if colon else ("", kind)
