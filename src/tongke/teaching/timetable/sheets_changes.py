"""Spreadsheets of absences and day changes."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils import timezone

from tongke.core.spreadsheets import Column, Sheet
from tongke.teaching.timetable.models import DayChange, Suspension
from tongke.teaching.timetable.queries.calendar import weekday_name
from tongke.teaching.timetable.queries.changes_away import span
from tongke.teaching.timetable.queries.changes_list import AbsenceLine
from tongke.teaching.timetable.queries.gaps_deliverers import Deliverer
from tongke.teaching.timetable.queries.gaps_trend import Tally, Trend

CHANGES = Sheet(
    "day-changes",
    "调代课记录",
    (
        Column("日期", "day", "date"),
        Column("星期", "weekday"),
        Column("节次", "seq", "integer"),
        Column("学校", "school", width=20),
        Column("班级", "school_class", width=16),
        Column("类别", "kind"),
        Column("原学科", "was_subject"),
        Column("原教师", "was_teacher"),
        Column("现学科", "subject"),
        Column("现教师", "teacher"),
        Column("状态", "state"),
        Column("原因", "reason", width=30),
    ),
)

ABSENCES = Sheet(
    "absences",
    "请假记录",
    (
        Column("学校", "school", width=20),
        Column("教师", "teacher"),
        Column("类别", "kind"),
        Column("时间", "span", width=36),
        Column("状态", "state"),
        Column("已安排（节）", "arranged", "integer"),
        Column("待安排（节）", "open", "integer"),
    ),
)

SUSPENSIONS = Sheet(
    "suspensions",
    "停课日",
    (
        Column("日期", "day", "date"),
        Column("范围", "place", width=24),
        Column("只停本校", "alone", "bool"),
        Column("从第几节", "from_seq", "integer"),
        Column("到第几节", "until_seq", "integer"),
        Column("原因", "reason", width=24),
        Column("停课节数", "lessons", "integer"),
        Column("补课日期", "make_up_on", "date"),
        Column("撤销日期", "undone", "date"),
    ),
)

DELIVERERS = Sheet(
    "deliverers",
    "可能的主讲教师",
    (
        Column("教师", "teacher"),
        Column("学校", "school", width=20),
        Column("主讲教室", "room", width=16),
        Column("共同空闲（节/周）", "slots", "integer"),
        Column("时间", "times", width=30),
        Column("说明", "reason", width=44),
    ),
)

HELD = Sheet(
    "held",
    "实开情况",
    (
        Column("学校", "school", width=20),
        Column("班级或教学周", "what", width=18),
        Column("应上", "planned", "integer"),
        Column("未上", "dropped", "integer"),
        Column("补上", "made_up", "integer"),
        Column("实上", "held", "integer"),
        Column("实开率 %", "share", "decimal"),
    ),
)


def change_rows(rows: Iterable[DayChange]) -> Iterator[dict[str, Any]]:
    """Rows of `CHANGES`."""
    for row in rows:
        # A change without a class is of a joint lesson (day_change_of_something).
        klass = row.school_class.name if row.school_class else ""
        klass = klass or (str(row.lesson.course) if row.lesson else "")
        yield {
            "day": row.day, "weekday": weekday_name(row.day.isoweekday()), "seq": row.seq,
            "school": row.school.name, "school_class": klass, "kind": row.get_kind_display(),
            "was_subject": row.was_subject.name if row.was_subject else "",
            "was_teacher": row.was_teacher.name if row.was_teacher else "",
            "subject": row.subject.name if row.subject else "",
            "teacher": row.teacher.name if row.teacher else "",
            "state": row.get_state_display(), "reason": row.reason,
        }  # fmt: skip


def absence_rows(lines: Iterable[AbsenceLine]) -> Iterator[dict[str, Any]]:
    """Rows of `ABSENCES`; without the reason, which is between the teacher and the school."""
    for line in lines:
        one = line.absence
        yield {
            "school": one.school.name, "teacher": one.teacher.name,
            "kind": one.get_kind_display(), "span": span(one), "state": one.get_state_display(),
            "arranged": line.arranged, "open": line.open,
        }  # fmt: skip


def suspension_rows(rows: Iterable[Suspension]) -> Iterator[dict[str, Any]]:
    """Rows of `SUSPENSIONS`."""
    for row in rows:
        yield {
            "day": row.day, "place": row.organisation.name, "alone": row.alone,
            "from_seq": row.from_seq, "until_seq": row.until_seq, "reason": row.reason,
            "lessons": row.lessons, "make_up_on": row.make_up_on,
            "undone": timezone.localdate(row.undone_at) if row.undone_at else None,
        }  # fmt: skip


def deliverer_rows(found: Iterable[Deliverer]) -> Iterator[dict[str, Any]]:
    """Rows of `DELIVERERS`, best first."""
    for one in found:
        yield {
            "teacher": one.person.name, "school": one.school.name, "room": one.room.name,
            "slots": one.slots, "times": "、".join(one.times), "reason": one.reason,
        }  # fmt: skip


def held_rows(found: Trend) -> Iterator[dict[str, Any]]:
    """Rows of `HELD`: the weeks of all together, then every class over the term."""
    for line in found.weeks:
        yield {"school": "", "what": f"第 {line.week} 周", **_tally(line.tally)}
    for one, tally in found.classes:
        yield {"school": one.school.name, "what": one.name, **_tally(tally)}


def _tally(tally: Tally) -> dict[str, Any]:
    return {
        "planned": tally.planned, "dropped": tally.dropped, "made_up": tally.made_up,
        "held": tally.held,
        "share": None if tally.share is None else round(100 * tally.share, 1),
    }  # fmt: skip
