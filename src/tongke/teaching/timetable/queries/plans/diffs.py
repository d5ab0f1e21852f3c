"""What differs between two versions, lesson by lesson."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tongke.teaching.timetable.models import PlanEntry, SchoolPlan
from tongke.teaching.timetable.queries.calendar import weekday_name
from tongke.teaching.timetable.queries.plans.tasks import tasks_of, teacher_names, title

_Spot = tuple[int | None, int | None, int | None]


@dataclass(frozen=True)
class Difference:
    """A lesson that stands elsewhere in the other version."""

    lesson: str
    teachers: str
    before: str
    after: str
    entry: int | None


def compared(old: SchoolPlan, new: SchoolPlan, text: str = "") -> list[Difference]:
    """Lessons whose period or room differ; the lessons of a task are alike, so their order is not.

    Args:
        text: only those with these words in the lesson or the teachers.
    """
    tasks = {each.pk: each for each in tasks_of(new.school, new.term)}
    mine, theirs = _spots(new), _spots(old)
    found = []
    for pk, task in tasks.items():
        for length in sorted(set(task.parts), reverse=True):
            here, there = mine[pk, length], theirs[pk, length]
            gone, come = _left(there, here), _left(here, there)
            for index in range(max(len(gone), len(come))):
                before = gone[index] if index < len(gone) else None
                after = come[index] if index < len(come) else None
                found.append(
                    Difference(
                        title(task), teacher_names(task), _words(before), _words(after),
                        after.pk if after else None,
                    )
                )  # fmt: skip
    return [one for one in found if text in one.lesson or text in one.teachers]


def _spots(plan: SchoolPlan) -> dict[tuple[int, int], list[PlanEntry]]:
    found: dict[tuple[int, int], list[PlanEntry]] = defaultdict(list)
    rows = plan.entries.select_related("task", "room").order_by("weekday", "seq", "part")
    for row in rows:
        parts = row.task.parts
        found[row.task_id, parts[row.part] if row.part < len(parts) else 1].append(row)
    return found


def _spot(row: PlanEntry) -> _Spot:
    return (row.weekday, row.seq, row.room_id)


def _left(rows: Sequence[PlanEntry], others: Sequence[PlanEntry]) -> list[PlanEntry]:
    """What of `rows` has no equal in `others`."""
    spots = [_spot(one) for one in others]
    left = []
    for row in rows:
        if _spot(row) in spots:
            spots.remove(_spot(row))
        else:
            left.append(row)
    return left


def _words(row: PlanEntry | None) -> str:
    if row is None:
        return "没有这一节"
    if row.weekday is None:
        return "待排"
    room = f" {row.room.name}" if row.room else ""
    return f"{weekday_name(row.weekday)}第 {row.seq} 节{room}"


def teachers(lines: Iterable[Difference]) -> list[str]:
    """Whose lessons are touched."""
    names = {name for one in lines for name in one.teachers.split("、")}
    return sorted(names - {"未定"})


def rows(lines: Iterable[Difference]) -> Iterator[dict[str, Any]]:
    """Rows of the workbook."""
    for one in lines:
        yield {
            "lesson": one.lesson, "teachers": one.teachers, "before": one.before,
            "after": one.after,
        }  # fmt: skip
