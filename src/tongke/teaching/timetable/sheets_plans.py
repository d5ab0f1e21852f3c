"""Spreadsheets of whole-school plans: tasks, versions, issues."""

from collections.abc import Iterable, Iterator
from typing import Any

from tongke.core.spreadsheets import Column, Sheet
from tongke.teaching.timetable.models import SchoolPlan, TeachingTask
from tongke.teaching.timetable.queries.plans.pages import Issue
from tongke.teaching.timetable.queries.plans.rules import Spec
from tongke.teaching.timetable.queries.plans.tasks import class_names, teacher_names

_WEEKS = TeachingTask.Weeks.choices

TASKS = Sheet(
    "teaching-tasks",
    "教学任务",
    (
        Column("学科", "subject", required=True, example="语文", width=16),
        Column("班级", "classes", required=True, example="一年级1班", width=28,
               help="合班用顿号分开。"),
        Column("教师", "teachers", example="示例教师", width=18,
               help="姓名，几位用顿号分开；同名时填工号。"),
        Column("每周节数", "periods", "integer", required=True, least_value=1, most_value=40,
               example=5),
        Column("其中连堂", "doubles", "integer", least_value=0, most_value=10, example=0),
        Column("教室", "room", help="固定教室的名称；不填就是本班教室。"),
        Column("并行分组", "parallel", help="同一分组的任务在同一时间上。"),
        Column("上课周", "weeks", "choice", choices=_WEEKS, example="all"),
        Column("标记", "tags"),
        Column("备注", "note", width=24),
    ),
    notes=("每行一项教学任务。学科和班级相同的任务会被修改，其余新增；文件里没有的任务不变。",),
    together=(("subject", "classes", "weeks"),),
)  # fmt: skip

ISSUES = Sheet(
    "plan-issues",
    "问题清单",
    (
        Column("类别", "kind", width=10),
        Column("问题", "sentence", width=60),
        Column("涉及", "bearer", width=18),
        Column("扣分", "cost", "integer"),
        Column("接受的理由", "accepted", width=30),
    ),
)

DIFF = Sheet(
    "plan-diff",
    "方案比较",
    (
        Column("课", "lesson", width=28),
        Column("教师", "teachers", width=18),
        Column("原来", "before", width=24),
        Column("现在", "after", width=24),
    ),
)


PLANS = Sheet(
    "school-plans",
    "课表方案",
    (
        Column("版本", "number", "integer"),
        Column("名称", "name", width=28),
        Column("状态", "state", width=12),
        Column("已排", "placed", "integer"),
        Column("共", "total", "integer"),
        Column("硬冲突", "hard", "integer"),
        Column("软约束", "soft", "integer"),
        Column("说明", "note", width=40),
    ),
)

RULES = Sheet(
    "plan-rules",
    "排课规则",
    (
        Column("规则", "sentence", width=50),
        Column("谁定的", "owner", width=14),
        Column("启用", "active", "bool"),
        Column("必须", "hard", "bool"),
        Column("权重", "weight", "integer"),
    ),
)


def plan_rows(plans: Iterable[SchoolPlan]) -> Iterator[dict[str, Any]]:
    """Rows of `PLANS`, of versions with their counted lessons."""
    for plan in plans:
        yield {
            "number": plan.number, "name": plan.name, "state": plan.get_state_display(),
            "placed": getattr(plan, "placed", 0), "total": getattr(plan, "total", 0),
            "hard": plan.hard, "soft": plan.soft, "note": plan.note,
        }  # fmt: skip


def rule_rows(specs: Iterable[Spec]) -> Iterator[dict[str, Any]]:
    """Rows of `RULES`."""
    for one in specs:
        yield {
            "sentence": one.sentence, "owner": one.owner, "active": one.active, "hard": one.hard,
            "weight": one.weight,
        }  # fmt: skip


def task_rows(tasks: Iterable[TeachingTask]) -> Iterator[dict[str, Any]]:
    """Rows of `TASKS`."""
    for task in tasks:
        names = teacher_names(task)
        yield {
            "subject": task.subject.name, "classes": class_names(task),
            "teachers": "" if names == "未定" else names, "periods": task.periods,
            "doubles": task.doubles, "room": task.room.name if task.room else "",
            "parallel": task.parallel, "weeks": task.weeks, "tags": task.tags, "note": task.note,
        }  # fmt: skip


def issue_rows(issues: Iterable[Issue]) -> Iterator[dict[str, Any]]:
    """Rows of `ISSUES`."""
    for each in issues:
        yield {
            "kind": "必须改" if each.hard else "可以更好", "sentence": each.sentence,
            "bearer": each.bearer, "cost": each.cost, "accepted": each.accepted,
        }  # fmt: skip
