"""The worksheets of a roster: organisations, staff, classes, pupils with their guardians."""

from collections.abc import Callable
from dataclasses import replace

from tongke.core.profile import RegionProfile, current
from tongke.core.spreadsheets import Column, Sheet
from tongke.foundation.people.models import Organisation
from tongke.foundation.people.queries.vocabulary import grades, subjects
from tongke.foundation.people.roles import Role

_SEXES = {"1": "男", "2": "女"}
_SCHOOL_HELP = "填学校代码，或与系统中完全一致的名称。"
_EMPTY_HELP = "空白的格表示不改。"


def _school() -> Column:
    return Column("学校", "school", required=True, aliases=("学校代码", "学校名称"),
                  help=_SCHOOL_HELP, width=24, example="QX-SL-01", most=60)  # fmt: skip


def _grade_and_number() -> tuple[Column, Column]:
    return (
        Column("年级", "grade", "choice", required=True, choices=grades(), example="15"),
        Column("班号", "number", "integer", required=True, aliases=("班级号",), least_value=1,
               most_value=99, example=1, help="一年级（2）班填 2。"),
    )  # fmt: skip


def _person(number: str, example: str) -> tuple[Column, ...]:
    return (
        Column("姓名", "name", required=True, most=40, example="示例甲"),
        Column(number, "code", "code", required=True, most=30, example=example,
               help="全区域不重复，登录时用作账号。"),
        Column("性别", "sex", "choice", choices=_SEXES),
        Column("出生日期", "birth_date", "date"),
        Column("身份证件号", "id_number", "idnumber"),
    )  # fmt: skip


def organisation_sheet() -> Sheet:
    """Organisations, parents before children or after."""
    kinds = [(str(value), str(label)) for value, label in Organisation.Kind.choices]
    levels = [(one.code, one.name) for one in current(RegionProfile).levels
              if one.code not in {"grade", "class"}]  # fmt: skip
    return Sheet(
        "organisations", "学校机构",
        (
            Column("机构代码", "code", "code", required=True, unique=True, most=20,
                   example="QX-SL-01"),
            Column("名称", "name", required=True, most=60, width=28, example="示例小学"),
            Column("类型", "kind", "choice", required=True, choices=kinds, example="school"),
            Column("上级机构代码", "parent", most=60, help="不填就挂在您所管的最上级。"),
            Column("简称", "short_name", most=20),
            Column("层级", "level", "choice", choices=levels, help="不填就按类型推断。"),
            Column("城乡分类", "area", "choice",
                   choices=[("city", "城区"), ("town", "镇区"), ("village", "乡村")]),
            Column("学段", "stages", help="几个学段用顿号隔开，如：小学、初中。"),
        ),
        notes=(_EMPTY_HELP, "上级排在前面。"),
    )  # fmt: skip


def staff_sheet() -> Sheet:
    """Staff: one row for each role of a person at a school."""
    roles = [(role.value, role.label) for role in (Role.TEACHER, Role.HEAD, Role.TIMETABLER)]
    known = subjects()
    subject = (
        Column("任教学科", "subject", "choice", choices=known)
        if known else Column("任教学科", "subject", most=8)
    )  # fmt: skip
    return Sheet(
        "staff",
        "教职工",
        (
            _school(),
            *_person("工号", "T0001"),
            Column("手机", "phone", "phone"),
            Column("角色", "role", "choice", choices=roles, help="不填就是教师。"),
            subject,
            Column(
                "任教资格",
                "qualified",
                help="有资格教的学科，用顿号隔开，如：语文、音乐。",
                width=24,
            ),
            Column("任职日期", "since", "date", help="不填就是导入当天。"),
        ),
        notes=(_EMPTY_HELP, "一个人有几个角色或教几个学科，就写几行，工号相同。"),
        together=(("school", "code", "role", "subject"),),
    )


def class_sheet() -> Sheet:
    """Standing classes."""
    return Sheet(
        "classes", "班级",
        (
            _school(),
            *_grade_and_number(),
            Column("班级名称", "name", most=30, help="不填就叫“五年级（1）班”这样。"),
            Column("入学年份", "entry_year", "integer", least_value=1990, most_value=2100,
                   help="不填就按年级推算。"),
            Column("班主任工号", "homeroom", "code", help="必须是本校教职工。"),
        ),
        notes=(_EMPTY_HELP,),
        together=(("school", "grade", "number"),),
    )  # fmt: skip


def pupil_sheet() -> Sheet:
    """Pupils with up to two guardians."""
    carers = [
        column
        for place in ("一", "二")
        for column in (
            Column(f"监护人{place}姓名", f"guardian_{place}_name", most=40),
            Column(f"监护人{place}关系", f"guardian_{place}_relation", most=10,
                   help="如：母亲、祖父。"),
            Column(f"监护人{place}手机", f"guardian_{place}_phone", "phone"),
        )
    ]  # fmt: skip
    return Sheet(
        "pupils", "学生及监护人",
        (
            _school(),
            *_grade_and_number(),
            *_replaced(_person("学籍号", "G20260001"), unique="code"),
            Column("座号", "seat", "integer", least_value=1, most_value=200),
            Column("入班日期", "since", "date", help="不填就是导入当天。"),
            *carers,
        ),
        notes=(
            _EMPTY_HELP,
            "兄弟姐妹的监护人按姓名和手机认作同一人。",
            "监护人只增加、不减少；不再监护的请在学生档案里结束。",
        ),
    )  # fmt: skip


def _replaced(columns: tuple[Column, ...], *, unique: str) -> tuple[Column, ...]:
    return tuple(replace(one, unique=True) if one.key == unique else one for one in columns)


SHEETS: dict[str, Callable[[], Sheet]] = {
    "organisations": organisation_sheet,
    "staff": staff_sheet,
    "classes": class_sheet,
    "pupils": pupil_sheet,
}
