"""A version on paper: sheets to print, and the tables of the workbook schools keep."""

from collections.abc import Sequence

from tongke.teaching.timetable import planner, weekbooks
from tongke.teaching.timetable.models import PlanEntry
from tongke.teaching.timetable.queries.calendar import SCHOOL_DAYS
from tongke.teaching.timetable.queries.plans import pages
from tongke.teaching.timetable.queries.plans.pages import By, Sheet
from tongke.teaching.timetable.queries.plans.problem import Setting


def sheets(setting: Setting, entries: Sequence[PlanEntry], by: By, key: str = "") -> list[Sheet]:
    """The weeks to print: of one class, teacher or room, or of all of them."""
    keys = [one for one, _ in pages.choices_of(setting, by) if key in {"", one}]
    return [pages.sheet(setting, entries, by, one) for one in keys]


def workbook(setting: Setting, entries: Sequence[PlanEntry], heading: str) -> bytes:
    """The whole school on two sheets: classes with subject and teacher, teachers with class."""
    return weekbooks.whole_week_book(
        heading, SCHOOL_DAYS, setting.week.seqs,
        [
            weekbooks.Table("全校课表", "班级", _rows(setting, entries, "class")),
            weekbooks.Table("教师课表", "教师", _rows(setting, entries, "teacher")),
        ],
    )  # fmt: skip


def _rows(setting: Setting, entries: Sequence[PlanEntry], by: By) -> list[weekbooks.Row]:
    placed = setting.timetable(entries)
    rows = {each.key: each for each in entries}
    cells: dict[str, dict[tuple[int, int], list[str]]] = {}
    for each in setting.problem.activities:
        place = placed.get(each.key)
        if place is None:
            continue
        card = pages.card(setting, each, rows.get(each.key))
        teachers = "、".join(one.label for one in each.teachers)
        classes = "、".join(one.label for one in each.classes)
        words = f"{card.title}/{teachers}" if by == "class" and teachers else card.title
        words = f"{classes}\n{card.title}" if by == "teacher" else words
        for one in each.classes if by == "class" else each.teachers:
            for more in range(each.length):
                cell = setting.week.cell(planner.Time(place.time.day, place.time.period + more))
                cells.setdefault(one.key, {}).setdefault(cell, []).append(words)
    return [
        weekbooks.Row(name, {at: "\n".join(found) for at, found in cells.get(key, {}).items()})
        for key, name in pages.choices_of(setting, by)
    ]
