"""What lists of people look like as workbooks. Phones leave the platform masked."""

from collections.abc import Iterable, Iterator
from typing import Any

from tongke.core.profile import current
from tongke.core.spreadsheets import Column, Sheet
from tongke.foundation.people.models import Organisation, Person, SchoolClass, Title
from tongke.foundation.people.profile import PeopleProfile
from tongke.foundation.people.queries.classes import RollLine
from tongke.foundation.people.queries.staffing import PostLine
from tongke.foundation.people.queries.vocabulary import grade_name, stage_name, subject_name
from tongke.foundation.people.roles import Role

Rows = Iterator[dict[str, Any]]

ORGANISATIONS = Sheet(
    "organisations-list", "机构一览",
    (
        Column("机构代码", "code", "code"), Column("名称", "name", width=30),
        Column("类型", "kind"), Column("城乡分类", "area"), Column("上级机构", "parent", width=24),
        Column("班级数", "classes", "integer"), Column("学生数", "pupils", "integer"),
        Column("教职工数", "staff", "integer"),
    ),
)  # fmt: skip
PEOPLE = Sheet(
    "people-list", "人员一览",
    (
        Column("姓名", "name"), Column("工号/学籍号", "number", "code", width=20),
        Column("性别", "sex"), Column("角色", "roles", width=40), Column("班级", "place", width=24),
        Column("手机", "phone", width=16),
    ),
)  # fmt: skip
CLASSES = Sheet(
    "classes-list",
    "班级一览",
    (
        Column("学校", "school", width=24),
        Column("年级", "grade"),
        Column("班级", "name", width=18),
        Column("入学年份", "entry_year", "integer"),
        Column("班主任", "homeroom"),
        Column("学生数", "pupils", "integer"),
    ),
)
ROLL = Sheet(
    "class-roll", "班级名册",
    (
        Column("座号", "seat", "integer"), Column("姓名", "name"),
        Column("学籍号", "number", "code", width=20), Column("性别", "sex"),
        Column("监护人", "guardians", width=30), Column("监护人手机", "phones", width=24),
    ),
)  # fmt: skip
TITLES = Sheet(
    "titles-list",
    "名师备案",
    (
        Column("姓名", "name"),
        Column("工号", "number", "code", width=20),
        Column("学校", "school", width=24),
        Column("称号", "title", width=20),
        Column("学科", "subject"),
        Column("学段", "stage"),
        Column("授予日期", "since", "date"),
        Column("止", "until", "date"),
        Column("状态", "state"),
        Column("退回原因", "reason", width=30),
    ),
)
POSTS = Sheet(
    "posts-list", "岗位与在岗教师",
    (
        Column("学校", "school", width=24), Column("学科", "subject"),
        Column("核定岗位数", "approved", "integer"), Column("在岗教师数", "present", "integer"),
        Column("缺额", "missing", "integer"),
    ),
)  # fmt: skip


def role_label(role: str) -> str:
    """The region's own name of a role."""
    return current(PeopleProfile).role_labels.get(role) or Role(role).label


def organisation_rows(rows: Iterable[Any]) -> Rows:
    """Organisations as `queries.organisations.with_counts` gives them."""
    kinds = dict(Organisation.Kind.choices)
    for one in rows:
        yield {
            "code": one.code, "name": one.name, "kind": kinds[one.kind],
            "area": one.get_area_display(), "parent": one.parent.name if one.parent else "",
            "classes": one.class_count, "pupils": one.pupil_count, "staff": one.staff_count,
        }  # fmt: skip


def roles_text(held: Iterable[Any]) -> str:
    """Roles in words: 教师（栖云中心小学，音乐）."""
    return "、".join(
        f"{role_label(one.role)}（{one.organisation.short_name}"
        f"{f'，{subject_name(one.subject_code)}' if one.subject_code else ''}）"
        for one in held
    )


def person_rows(rows: Iterable[Any]) -> Rows:
    """Persons as `queries.persons.with_roles` and `with_classes` give them."""
    sexes = dict(Person.Sex.choices)
    for one in rows:
        yield {
            "name": one.name, "number": one.number, "sex": sexes[one.sex],
            "roles": roles_text(one.held),
            "place": "、".join(each.school_class.name for each in one.places),
            "phone": one.phone_shown,
        }  # fmt: skip


def class_rows(rows: Iterable[SchoolClass]) -> Rows:
    """Classes as `queries.classes.with_rolls` gives them."""
    for one in rows:
        yield {
            "school": one.school.name, "grade": grade_name(one.grade_code), "name": one.name,
            "entry_year": one.entry_year,
            "homeroom": one.homeroom_teacher.name if one.homeroom_teacher else "",
            "pupils": one.pupil_count,  # type: ignore[attr-defined]
        }  # fmt: skip


def roll_rows(lines: Iterable[RollLine]) -> Rows:
    """The roll of one class."""
    sexes = dict(Person.Sex.choices)
    for line in lines:
        yield {
            "seat": line.enrolment.seat,
            "name": line.pupil.name,
            "number": line.pupil.number,
            "sex": sexes[line.pupil.sex],
            "guardians": "、".join(
                f"{each.guardian.name}（{each.relation}）" for each in line.guardians
            ),
            "phones": "、".join(each.guardian.phone_shown for each in line.guardians),
        }


def title_rows(rows: Iterable[Title]) -> Rows:
    """The master-teacher register."""
    profile = current(PeopleProfile)
    for one in rows:
        yield {
            "name": one.person.name, "number": one.person.number, "school": one.organisation.name,
            "title": profile.title_name(one.kind), "subject": subject_name(one.subject_code),
            "stage": stage_name(one.stage_code), "since": one.since, "until": one.until,
            "state": one.get_state_display(), "reason": one.reason,
        }  # fmt: skip


def post_rows(lines: Iterable[PostLine]) -> Rows:
    """Posts against teachers."""
    for line in lines:
        yield {
            "school": line.school.name, "subject": line.subject, "approved": line.approved,
            "present": line.present, "missing": max(0, line.missing),
        }  # fmt: skip
