"""Spreadsheets of continuity: emergencies, reports, leave, teaching at home."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.utils import timezone

from tongke.core.spreadsheets import Column, Sheet
from tongke.foundation.curriculum import queries as curriculum
from tongke.teaching.continuity.models import Emergency, HomeTeaching, Leave
from tongke.teaching.continuity.queries.away import ClassLine
from tongke.teaching.continuity.queries.reports import SchoolLine

PHASES = {"coming": "未开始", "running": "进行中", "over": "已结束", "revoked": "已撤回"}

EMERGENCIES = Sheet(
    "emergencies",
    "应急停课",
    (
        Column("名称", "title", width=24),
        Column("性质", "nature"),
        Column("范围", "scope", width=30),
        Column("开始日期", "starts_on", "date"),
        Column("结束日期", "ends_on", "date"),
        Column("状态", "phase"),
        Column("发布单位", "organisation", width=20),
        Column("发布人", "by"),
        Column("发布时间", "at", width=18),
        Column("原因", "reason", width=40),
    ),
)

REPORT = Sheet(
    "switch-report",
    "切换报告",
    (
        Column("学校", "school", width=22),
        Column("班级", "classes", "integer"),
        Column("打开班级", "classes_opened", "integer"),
        Column("教师", "teachers", "integer"),
        Column("打开教师", "teachers_opened", "integer"),
        Column("学生", "pupils", "integer"),
        Column("打开学生", "pupils_opened", "integer"),
        Column("按时打开", "in_time", "integer"),
        Column("中位分钟", "middle", "decimal"),
        Column("最长分钟", "longest", "decimal"),
        Column("课", "periods", "integer"),
        Column("已有安排", "matched", "integer"),
        Column("备好时间", "ready", width=18),
    ),
)

CLASSES = Sheet(
    "classes-at-home",
    "在家学习",
    (
        Column("学校", "school", width=20),
        Column("班级", "school_class", width=16),
        Column("原因", "title", width=30),
        Column("在家节数", "online", "integer"),
        Column("待老师安排", "unsettled", "integer"),
        Column("请假和送教", "away", "integer"),
    ),
)

LEAVES = Sheet(
    "leaves",
    "请假",
    (
        Column("学校", "school", width=20),
        Column("班级", "school_class", width=16),
        Column("学生", "pupil"),
        Column("类型", "kind"),
        Column("开始日期", "starts_on", "date"),
        Column("结束日期", "ends_on", "date"),
        Column("状态", "state"),
    ),
)

HOMES = Sheet(
    "home-teaching",
    "送教上门",
    (
        Column("学校", "school", width=20),
        Column("班级", "school_class", width=16),
        Column("学生", "pupil"),
        Column("送教教师", "teacher"),
        Column("起", "since", "date"),
        Column("止", "until", "date"),
        Column("已上门", "held", "integer"),
        Column("未上门", "missed", "integer"),
        Column("待记录", "due", "integer"),
    ),
)


def _moment(at: Any) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S}" if at else ""


def scope_words(emergency: Emergency) -> str:
    """The subtrees of an emergency in words; its scopes must be prefetched."""
    return "、".join(each.organisation.short_name for each in emergency.scopes.all())


def grade_words(emergency: Emergency) -> str:
    """The grades of an emergency in words."""
    names = [name for code, name in curriculum.grade_choices() if code in emergency.grade_codes]
    return "、".join(names) or "全部年级"


def emergency_rows(rows: Iterable[Emergency], today: date) -> Iterator[dict[str, Any]]:
    """Lines of `EMERGENCIES`."""
    for each in rows:
        yield {
            "title": str(each), "nature": "演练" if each.drill else "正式",
            "scope": scope_words(each), "starts_on": each.starts_on, "ends_on": each.ends_on,
            "phase": PHASES[each.phase(today)], "organisation": each.organisation.name,
            "by": each.declared_by.name, "at": _moment(each.declared_at), "reason": each.reason,
        }  # fmt: skip


def report_rows(lines: Iterable[SchoolLine]) -> Iterator[dict[str, Any]]:
    """Lines of `REPORT`."""
    for each in lines:
        yield {
            "school": each.school.name, "classes": each.switch.classes,
            "classes_opened": each.classes_opened, "in_time": each.in_time,
            "teachers": each.switch.teachers, "teachers_opened": each.teachers_opened,
            "pupils": each.switch.pupils, "pupils_opened": each.pupils_opened,
            "middle": None if each.middle is None else round(each.middle, 1),
            "longest": None if each.longest is None else round(each.longest, 1),
            "periods": each.switch.periods, "matched": each.switch.matched,
            "ready": _moment(each.switch.ready_at),
        }  # fmt: skip


def class_rows(lines: Iterable[ClassLine]) -> Iterator[dict[str, Any]]:
    """Lines of `CLASSES`."""
    for each in lines:
        yield {
            "school": each.school_class.school.name, "school_class": each.school_class.name,
            "title": each.title or "学生不在校", "online": each.online,
            "unsettled": each.unsettled, "away": each.away,
        }  # fmt: skip


def leave_rows(rows: Iterable[Leave]) -> Iterator[dict[str, Any]]:
    """Lines of `LEAVES`; why is not among them."""
    for each in rows:
        yield {
            "school": each.school_class.school.name, "school_class": each.school_class.name,
            "pupil": each.pupil.name, "kind": each.get_kind_display(),
            "starts_on": each.starts_on, "ends_on": each.ends_on,
            "state": each.get_state_display(),
        }  # fmt: skip


def home_rows(rows: Iterable[HomeTeaching]) -> Iterator[dict[str, Any]]:
    """Lines of `HOMES`; rows come from `queries.away.home_rows`."""
    for each in rows:
        counts = vars(each)
        yield {
            "school": each.school_class.school.name, "school_class": each.school_class.name,
            "pupil": each.pupil.name, "teacher": each.teacher.name, "since": each.since,
            "until": each.until, "held": counts["held"], "missed": counts["missed"],
            "due": counts["due"],
        }  # fmt: skip
