"""From a OneRoster package to the rows of a roster: pure, no database."""

import hashlib
import re
from collections.abc import Iterable
from datetime import date

from tongke.foundation.people.queries.vocabulary import subjects
from tongke.foundation.people.services.roster.rows import (
    ClassRow,
    GuardianFields,
    OrganisationRow,
    PersonFields,
    PupilRow,
    Roster,
    StaffRow,
)
from tongke.gateway.interop.oneroster import Class, Mode, Org, Package, User

_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]*$", re.ASCII)
_MOBILE = re.compile(r"1\d{10}$", re.ASCII)
_CLASS_NUMBER = re.compile(r"(\d{1,2})\D*$")
_STAFF = {
    "teacher": "teacher", "aide": "teacher", "proctor": "teacher", "counselor": "teacher",
    "administrator": "timetabler", "siteAdministrator": "timetabler", "principal": "head",
}  # fmt: skip
_RELATIONS = {"parent": "父母", "guardian": "监护人", "relative": "亲属"}
_SEXES = {"male": "1", "female": "2"}
# OneRoster counts grades from 1 to 12; many exports in China carry our own codes 11 to 33.
_GRADES = ("11", "12", "13", "14", "15", "16", "21", "22", "23", "31", "32", "33")
_NO_NUMBER = 99


def roster_of(package: Package, today: date) -> Roster:
    """The rows of a package without errors.

    Homeroom classes are standing classes; a package without any gives its scheduled classes.
    What is bulk is the whole truth about the classes it names.
    """
    return _Mapper(package, today).roster()


def code_of(given: str, source_id: str, most: int) -> str:
    """A code our tables can hold: the given one, or one made of the source id.

    Example:
        >>> code_of("QX-01", "b3c1", 20), code_of("my identifier", "12345", 20)
        ('QX-01', 'OR5994471abb')
    """
    if len(given) <= most and _CODE.match(given):
        return given
    return f"OR{hashlib.sha256(source_id.encode()).hexdigest()[:10]}"


class _Mapper:
    """One package on its way to a roster."""

    def __init__(self, package: Package, today: date) -> None:
        self.package, self.today = package, today
        self.warnings: list[str] = []
        self.users = {one.id: one for one in package.users}
        self.orgs = {one.id: one for one in package.orgs}
        self.numbers = self._numbers()
        self.ours = any(
            grade.isdigit() and int(grade) > 12 for one in package.classes for grade in one.grades
        )
        homerooms = [one for one in package.classes if one.type == "homeroom" or one.removed]
        self.standing = homerooms or list(package.classes)
        if package.classes and not any(one.type == "homeroom" for one in package.classes):
            self.warnings.append("数据包里没有行政班（homeroom），按教学班导入，请核对班级。")

    def roster(self) -> Roster:
        """Everything."""
        return Roster(
            organisations=tuple(self._organisations()),
            staff=tuple(self._staff()),
            classes=tuple(self._classes()),
            pupils=tuple(self._pupils()),
            whole=self.package.mode("enrollments") is Mode.BULK,
            named=True,
            sourced=True,
            warnings=tuple(self.warnings),
        )

    def _numbers(self) -> dict[str, str]:
        numbers: dict[str, str] = {}
        taken: set[str] = set()
        for user in self.package.users:
            number = code_of(user.identifier or user.username, user.id, 30)
            if number in taken:
                number = code_of("", user.id, 30)
            taken.add(number)
            numbers[user.id] = number
        return numbers

    def _organisations(self) -> Iterable[OrganisationRow]:
        for org in sorted(self.package.orgs, key=self._depth):
            if org.type != "school":
                self.warnings.append(
                    f"“{org.name}”（{org.type}）不是学校，按本区域处理，没有导入。"
                )
                continue
            above = self.orgs.get(org.parent_id)
            point = above is not None and above.type == "school"
            kind = "point" if point else "school"
            yield OrganisationRow(
                line=org.line, code=code_of(org.identifier, org.id, 20), name=org.name[:60],
                kind=kind, level=kind, parent=org.parent_id if point else "", source_id=org.id,
                leaves=org.removed,
            )  # fmt: skip

    def _depth(self, org: Org) -> int:
        steps = 0
        while org.parent_id in self.orgs and steps < 20:
            org, steps = self.orgs[org.parent_id], steps + 1
        return steps

    def _person(self, user: User) -> PersonFields:
        phone = re.sub(r"[\s-]", "", user.sms or user.phone).removeprefix("+86")
        return PersonFields(
            number=self.numbers[user.id], name=user.name[:40], sex=_SEXES.get(user.sex, ""),
            birth_date=user.birth_date, phone=phone if _MOBILE.match(phone) else "",
            source_id=user.id,
        )  # fmt: skip

    def _staff(self) -> Iterable[StaffRow]:
        taught = self._taught()
        skipped: set[str] = set()
        for user in self.package.users:
            staff = any(one.role in _STAFF for one in user.roles)
            if user.removed or (staff and not user.enabled):
                yield StaffRow(line=user.line, person=self._person(user), school="", leaves=True)
                continue
            held: set[tuple[str, str]] = set()
            for one in user.roles:
                role = _STAFF.get(one.role)
                known = one.role in {"student", *_RELATIONS}
                if role is None and not known:
                    skipped.add(one.role)
                over = one.end is not None and one.end < self.today
                if role is None or over or (one.org_id, role) in held:
                    continue
                held.add((one.org_id, role))
                codes = sorted(taught.get((user.id, one.org_id), ())) if role == "teacher" else []
                for code in codes or [""]:
                    yield StaffRow(
                        line=user.line, person=self._person(user), school=one.org_id, role=role,
                        subject_code=code, since=one.begin,
                    )  # fmt: skip
        if skipped:
            self.warnings.append(
                f"这些角色没有导入，请在平台里任命：{'、'.join(sorted(skipped))}。"
            )

    def _taught(self) -> dict[tuple[str, str], set[str]]:
        """Subject codes by (user, school), from the classes a user teaches."""
        names = {name: code for code, name in subjects()} | {code: code for code, _ in subjects()}
        courses = {one.id: one for one in self.package.courses}
        classes = {one.id: one for one in self.package.classes}
        found: dict[tuple[str, str], set[str]] = {}
        for each in self.package.enrollments:
            one = classes.get(each.class_id)
            if each.role != "teacher" or each.removed or one is None:
                continue
            course = courses.get(one.course_id)
            words = (*one.subjects, *(course.subjects if course else ()))
            codes = {names[word] for word in words if word in names}
            found.setdefault((each.user_id, one.school_id), set()).update(codes)
        return found

    def _grade(self, one: Class) -> str:
        grades = [grade for grade in one.grades if grade]
        if not grades or not grades[0].isdigit():
            return ""
        number = int(grades[0])
        if self.ours:
            return grades[0] if grades[0] in _GRADES else ""
        return _GRADES[number - 1] if 1 <= number <= len(_GRADES) else ""

    def _classes(self) -> Iterable[ClassRow]:
        homeroom = {
            each.class_id: self.numbers[each.user_id]
            for each in self.package.enrollments
            if each.role == "teacher" and each.primary and not each.removed
            and each.user_id in self.numbers
        }  # fmt: skip
        taken: set[tuple[str, str, int]] = set()
        for one in self.standing:
            grade = self._grade(one)
            if not grade and not one.removed:
                self.warnings.append(f"班级“{one.title}”没有年级，导入后请在班级里补上。")
            number = self._class_number(one, grade, taken)
            yield ClassRow(
                line=one.line, key=one.id, school=one.school_id, grade_code=grade, number=number,
                name=one.title[:30], homeroom=homeroom.get(one.id, ""), source_id=one.id,
                leaves=one.removed,
            )  # fmt: skip

    @staticmethod
    def _class_number(one: Class, grade: str, taken: set[tuple[str, str, int]]) -> int:
        found = _CLASS_NUMBER.search(one.code) or _CLASS_NUMBER.search(one.title)
        number = max(1, int(found.group(1))) if found else 1
        while (one.school_id, grade, number) in taken and number < _NO_NUMBER:
            number += 1
        taken.add((one.school_id, grade, number))
        return number

    def _pupils(self) -> Iterable[PupilRow]:
        places = self._places()
        carers = self._carers()
        homeless = 0
        for user in self.package.users:
            pupil = any(one.role == "student" for one in user.roles)
            if user.removed or (pupil and not user.enabled):
                yield PupilRow(
                    line=user.line, person=self._person(user), class_label="", leaves=True
                )
                continue
            if user.id not in places:
                homeless += pupil
                continue
            one, since, gone = places[user.id]
            yield PupilRow(
                line=user.line, person=self._person(user), class_key=one.id,
                class_label=one.title[:30], since=since, leaves=gone,
                guardians=tuple(carers.get(user.id, ())),
            )  # fmt: skip
        if homeless:
            self.warnings.append(f"有 {homeless} 个学生没有行政班，没有导入。")

    def _places(self) -> dict[str, tuple[Class, date | None, bool]]:
        """The one standing class of each pupil: (class, since, left)."""
        standing = {one.id: one for one in self.standing}
        found: dict[str, tuple[Class, date | None, bool]] = {}
        several: set[str] = set()
        rows = [one for one in self.package.enrollments if one.role == "student"]
        for each in sorted(rows, key=lambda one: (one.removed, not one.primary, one.line)):
            if each.class_id not in standing:
                continue
            over = each.removed or (each.end is not None and each.end < self.today)
            if each.user_id in found:
                several |= set() if over else {each.user_id}
                continue
            found[each.user_id] = (standing[each.class_id], each.begin, over)
        if several:
            names = "、".join(
                self.users[one].name for one in sorted(several)[:5] if one in self.users
            )
            self.warnings.append(
                f"一个学生只能在一个行政班：{names}{' 等' if several and len(several) > 5 else ''}"
                "在几个班里，只取了第一个。"
            )
        return found

    def _carers(self) -> dict[str, list[GuardianFields]]:
        """Guardians by pupil; either side may name the other."""
        found: dict[str, dict[str, GuardianFields]] = {}
        for user in self.package.users:
            relation = next(
                (_RELATIONS[one.role] for one in user.roles if one.role in _RELATIONS), ""
            )
            for other in user.agent_ids:
                if relation:
                    self._care(found, other, user, relation)
                elif other in self.users:
                    carer = self.users[other]
                    words = [_RELATIONS[one.role] for one in carer.roles if one.role in _RELATIONS]
                    self._care(found, user.id, carer, words[0] if words else "监护人")
        return {child: list(carers.values()) for child, carers in found.items()}

    def _care(
        self, found: dict[str, dict[str, GuardianFields]], child: str, carer: User, relation: str
    ) -> None:
        person = self._person(carer)
        found.setdefault(child, {})[carer.id] = GuardianFields(
            name=person.name, relation=relation, phone=person.phone, number=person.number,
            source_id=person.source_id,
        )  # fmt: skip
