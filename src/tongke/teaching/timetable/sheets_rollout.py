"""Spreadsheets of the roll-out of new courses: the report as schools fill it in, the matrix."""

from collections.abc import Iterable, Iterator
from typing import Any

from tongke.core.spreadsheets import Column, Sheet
from tongke.teaching.timetable.queries.rollout import SchoolLine

REPORTS = Sheet(
    "rollout",
    "新课程填报",
    (
        Column("学校", "school", help="管多所学校时填写学校全称，只管一所可以不填。"),
        Column("课程", "course", required=True, example="人工智能"),
        Column("年级", "grade", required=True, example="五年级"),
        Column(
            "每周节数", "periods", "integer", required=True, least_value=0, most_value=5, example=1,
            help="没有开设填 0。",
        ),
        Column("教师", "teacher", help="姓名；同名时填工号。", example="示例教师"),
        Column("有资格或经过培训", "trained", "bool", example=True),
        Column("教室", "room"),
        Column("设备", "equipment", most=80, example="编程平板 20 台"),
        Column("说明", "note", width=30),
    ),
    notes=("每行一个年级的一门课。再次导入会改掉原来填的；课表里排了的以课表为准。",),
    together=(("school", "course", "grade"),),
)  # fmt: skip

MATRIX = Sheet(
    "rollout-matrix",
    "新课程推进",
    (
        Column("学校", "school", width=22),
        Column("城乡", "area"),
        Column("课程", "course"),
        Column("年级", "grade"),
        Column("结论", "state"),
        Column("每周节数", "periods", "integer"),
        Column("教师", "teacher", width=18),
        Column("教室和设备", "room", width=18),
        Column("依据", "source"),
        Column("缺什么", "lacks", width=30),
    ),
)
_SOURCES = {"timetable": "课表", "report": "学校填报", "": ""}


def matrix_rows(lines: Iterable[SchoolLine]) -> Iterator[dict[str, Any]]:
    """Lines of `MATRIX`, one for each course and grade of each school."""
    for line in lines:
        for cell in line.cells:
            yield {
                "school": line.school.name, "area": line.area, "course": cell.course.name,
                "grade": cell.grade.name, "state": cell.label, "periods": cell.periods,
                "teacher": cell.teacher, "room": cell.room, "source": _SOURCES[cell.source],
                "lacks": "；".join(cell.lacks),
            }  # fmt: skip
