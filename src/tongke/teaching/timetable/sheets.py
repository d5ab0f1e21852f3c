"""Spreadsheets of the timetable: plans, gaps, demands, courses, lessons."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils import timezone

from tongke.core.spreadsheets import Column, Sheet
from tongke.teaching.timetable.models import Course, Demand, Lesson
from tongke.teaching.timetable.queries.calendar import SCHOOL_DAYS, weekday_name
from tongke.teaching.timetable.queries.courses import form_name
from tongke.teaching.timetable.queries.gaps import ClassCheck
from tongke.teaching.timetable.queries.grids import PlanRow

_DAYS = [(str(number), weekday_name(number)) for number in SCHOOL_DAYS]

PLACEMENTS = Sheet(
    "placements",
    "课表",
    (
        Column("学校", "school", help="管多所学校时填写学校全称，只管一所可以不填。"),
        Column("班级", "school_class", required=True, example="示例年级（1）班"),
        Column("周几", "weekday", "choice", choices=_DAYS, required=True, example="1"),
        Column("节次", "seq", "integer", required=True, least_value=1, most_value=20, example=1),
        Column("学科", "subject", required=True, example="语文"),
        Column("教师", "teacher", help="姓名；同名时填工号。", example="示例教师"),
        Column("教室", "room", help="不填就是本班教室。"),
    ),
    notes=("每行一节课。只改文件里写到的节次，其他不变；联合课程不能在这里改。",),
    together=(("school", "school_class", "weekday", "seq"),),
)  # fmt: skip

WEEK_PLAN = Sheet(
    "week-plan",
    "周课表",
    (
        Column("学校", "school", width=20),
        Column("班级", "school_class", width=16),
        Column("节次", "period", width=10),
        Column("时间", "clock", width=14),
        *(Column(weekday_name(number), f"day_{number}", width=18) for number in SCHOOL_DAYS),
    ),
)

GAPS = Sheet(
    "gaps",
    "开课核验",
    (
        Column("学校", "school", width=20),
        Column("班级", "school_class", width=16),
        Column("学科", "subject"),
        Column("规定节/周", "required", "integer"),
        Column("实开节/周", "given", "integer"),
        Column("有合格教师", "qualified", "bool"),
        Column("结论", "verdict", width=16),
        Column("需求", "demand", width=12),
    ),
)

DEMANDS = Sheet(
    "demands",
    "缺课需求",
    (
        Column("学校", "school", width=20),
        Column("班级", "school_class", width=16),
        Column("学科", "subject"),
        Column("缺口", "kind"),
        Column("缺课时/周", "periods", "integer"),
        Column("状态", "state"),
        Column("承接学校", "host", width=20),
        Column("提出日期", "opened", "date"),
        Column("说明", "note", width=40),
    ),
)

COURSES = Sheet(
    "courses",
    "联合课程",
    (
        Column("课程", "course", width=18),
        Column("课堂形态", "form"),
        Column("主讲学校", "host", width=20),
        Column("主讲教师", "teacher"),
        Column("听讲班", "listeners", width=40),
        Column("周课时", "periods", "integer"),
        Column("上课时间", "slots", width=30),
        Column("状态", "state"),
    ),
)

LESSONS = Sheet(
    "lessons",
    "课次",
    (
        Column("日期", "day", "date"),
        Column("教学周", "week", "integer"),
        Column("时间", "clock", width=14),
        Column("课程", "course", width=18),
        Column("课题", "title", width=24),
        Column("主讲学校", "host", width=20),
        Column("主讲教师", "teacher"),
        Column("上课班级", "classes", width=40),
        Column("听讲教师", "assistants", width=20),
        Column("状态", "state"),
        Column("原因", "reason", width=30),
    ),
)


def plan_rows(rows: Iterable[PlanRow]) -> Iterator[dict[str, Any]]:
    """Rows of `WEEK_PLAN`."""
    for row in rows:
        yield {
            "school": row.school_class.school.name, "school_class": row.school_class.name,
            "period": row.period.label, "clock": row.period.clock,
            **{f"day_{n}": text for n, text in zip(SCHOOL_DAYS, row.cells, strict=True)},
        }  # fmt: skip


def gap_rows(checks: Iterable[ClassCheck]) -> Iterator[dict[str, Any]]:
    """Rows of `GAPS`: every subject of every class, gaps or not."""
    for check in checks:
        gaps = {gap.subject.pk: gap for gap in check.gaps}
        for line in check.lines:
            gap = gaps.get(line.subject.pk)
            demand = gap.demand if gap else None
            yield {
                "school": check.school_class.school.name, "school_class": check.school_class.name,
                "subject": line.subject.name, "required": line.required, "given": line.given,
                "qualified": line.qualified if line.given else None,
                "verdict": gap.kind_label if gap else "达标",
                "demand": demand.get_state_display() if demand else "",
            }  # fmt: skip


def demand_rows(rows: Iterable[Demand]) -> Iterator[dict[str, Any]]:
    """Rows of `DEMANDS`."""
    for row in rows:
        yield {
            "school": row.school_class.school.name, "school_class": row.school_class.name,
            "subject": row.subject.name, "kind": row.get_kind_display(), "periods": row.periods,
            "state": row.get_state_display(),
            "host": row.course.host_school.name if row.course else "",
            "opened": row.opened_at.date(), "note": row.note,
        }  # fmt: skip


def course_rows(rows: Iterable[Course]) -> Iterator[dict[str, Any]]:
    """Rows of `COURSES`."""
    for row in rows:
        yield {
            "course": str(row),
            "form": form_name(row.form),
            "host": row.host_school.name,
            "teacher": row.host_teacher.name if row.host_teacher else "",
            "listeners": "、".join(
                f"{each.school_class.school.short_name}{each.school_class.name}"
                for each in row.listeners.all()
            ),
            "periods": row.periods_per_week,
            "slots": "、".join(
                f"{weekday_name(each.weekday)} {each.starts:%H:%M}–{each.ends:%H:%M}"
                for each in row.slots.all()
            ),
            "state": row.get_state_display(),
        }


def lesson_rows(rows: Iterable[Lesson]) -> Iterator[dict[str, Any]]:
    """Rows of `LESSONS`; times are the region's."""
    for row in rows:
        starts, ends = timezone.localtime(row.starts_at), timezone.localtime(row.ends_at)
        classes = list(row.classes.all())
        yield {
            "day": row.day, "week": row.week, "clock": f"{starts:%H:%M}–{ends:%H:%M}",
            "course": str(row.course), "title": row.title, "host": row.course.host_school.name,
            "teacher": row.teacher.name,
            "classes": "、".join(
                f"{each.school_class.school.short_name}{each.school_class.name}"
                for each in classes
            ),
            "assistants": "、".join(each.assistant.name for each in classes if each.assistant),
            "state": row.get_state_display(), "reason": row.reason,
        }  # fmt: skip
