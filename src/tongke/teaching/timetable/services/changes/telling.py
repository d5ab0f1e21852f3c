"""Messages about absences and changes: one to each person for one act, with all its lines."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.urls import reverse

from tongke.core.messages import register_kind
from tongke.foundation.people.models import Person
from tongke.teaching.timetable.models import Absence, DayChange
from tongke.teaching.timetable.queries.calendar import day_name
from tongke.teaching.timetable.queries.changes_away import span
from tongke.teaching.timetable.services import notices

ABSENCE = register_kind("timetable.absence", "请假")
CHANGE = register_kind("timetable.change", "调课代课")
_MOST_LINES = 12


def tell_absence(absence: Absence, people: Iterable[int | None], title: str, occasion: str) -> None:
    """Tell people about an absence, once for an occasion."""
    notices.tell(
        people, ABSENCE, title, body=f"{absence.teacher.name}，{span(absence)}。",
        url=reverse("timetable:absence-detail", args=[absence.pk]),
        key=f"absence:{absence.pk}:{occasion}",
    )  # fmt: skip


def line(row: DayChange) -> str:
    """A change in one sentence: 11月23日（周一）第 3 节 五（2）班音乐：沈知夏 → 汪诗韵."""
    klass = row.school_class.name if row.school_class else ""
    subject = row.subject or row.was_subject
    period = f"第 {row.seq} 节" if row.seq else ""
    what = f"{day_name(row.day)}{period} {klass}{subject.name if subject else ''}"
    before = row.was_teacher.name if row.was_teacher else ""
    after = row.teacher.name if row.teacher else ""
    match row.kind:
        case DayChange.Kind.NOT_HELD:
            return f"{what}：停课（{row.reason}）"
        case DayChange.Kind.MAKE_UP:
            return f"{what}：补课，{after}"
        case _:
            return f"{what}：{before} → {after}" if before != after else f"{what}：{after}"


def tell_changes(rows: Iterable[DayChange], title: str, occasion: UUID | str) -> None:
    """Tell both sides of every change: who had the lesson, who has it now, the homeroom teacher."""
    told: dict[int, list[str]] = defaultdict(list)
    for row in rows:
        homeroom = row.school_class.homeroom_teacher_id if row.school_class else None
        for who in {_pk(row.teacher), _pk(row.was_teacher), homeroom}:
            if who is not None:
                told[who].append(line(row))
    for who, lines in sorted(told.items()):
        more = f"\n……共 {len(lines)} 节" if len(lines) > _MOST_LINES else ""
        notices.tell(
            [who], CHANGE, f"{title}（{len(lines)} 节）",
            body="\n".join(lines[:_MOST_LINES]) + more, url=reverse("timetable:change-mine"),
            key=f"changes:{occasion}",
        )  # fmt: skip


def tell_managers(rows: Iterable[DayChange], title: str, occasion: str) -> None:
    """Tell those who run the timetables of the schools that these changes touch."""
    listed = list(rows)
    schools = {row.school_id for row in listed}
    for row in listed:
        if row.lesson is not None:
            schools.add(row.lesson.course.host_school_id)
            schools |= set(row.lesson.classes.values_list("school_class__school", flat=True))
    if not listed:
        return
    day = listed[0].day
    notices.tell(
        notices.managers(schools, day), CHANGE, title, body="\n".join(map(line, listed)),
        url=reverse("timetable:change-list"), key=f"changes:{occasion}",
    )  # fmt: skip


def _pk(person: Person | None) -> int | None:
    return person.pk if person else None
