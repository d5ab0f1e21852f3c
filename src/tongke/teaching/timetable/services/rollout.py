"""Reporting the courses that the region rolls out, and reminding schools that have not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.core.messages import register_kind
from tongke.core.models import StoredFile
from tongke.core.profile import current
from tongke.foundation.campus.models import Room
from tongke.foundation.curriculum.models import Grade
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Organisation, Person
from tongke.teaching.timetable.models import RolloutReport, Term
from tongke.teaching.timetable.profile import TimetableProfile
from tongke.teaching.timetable.services.notices import managers, tell

ROLLOUT = register_kind("timetable.rollout", "新课程推进")


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a school says of one course in one grade; no periods means it is not offered."""

    course: str
    grade: Grade
    periods: int
    teacher: Person | None = None
    trained: bool = False
    room: Room | None = None
    equipment: str = ""
    note: str = ""
    evidence: StoredFile | None = None


@transaction.atomic
def report(
    term: Term, school: Organisation, said: Report, *, by: Actor, at: datetime
) -> RolloutReport:
    """Keep a school's word; a later one replaces it, an earlier file stays when none is given.

    Raises:
        Refused: the course is not rolled out in the grade, or is offered without a teacher;
            nothing is written.
    """
    course = next(
        (each for each in current(TimetableProfile).rollout_courses if each.code == said.course),
        None,
    )
    if course is None or said.grade.code not in course.grades:
        raise Refused("这门课不要求在这个年级开设。")
    if said.periods and said.teacher is None:
        raise Refused("开设了就要写明任课教师。")
    values: dict[str, Any] = {
        "periods": said.periods, "teacher": said.teacher if said.periods else None,
        "trained": said.trained and bool(said.periods), "room": said.room,
        "equipment": said.equipment, "note": said.note, "reported_by": by.person,
        "reported_at": at,
    }  # fmt: skip
    if said.evidence is not None:
        values["evidence"] = said.evidence
    made, _ = RolloutReport.objects.update_or_create(
        term=term, school=school, course=said.course, grade=said.grade, defaults=values
    )
    record("timetable.rollout.reported", made, actor=by, at=at, detail={"periods": said.periods})
    return made


@transaction.atomic
def remind(term: Term, schools: Sequence[Organisation], *, by: Actor, at: datetime) -> int:
    """Tell those who run these schools that reports are missing; once a day. Returns how many.

    Raises:
        Refused: nothing is missing; nothing is written.
    """
    if not schools:
        raise Refused("没有需要提醒的学校。")
    day = timezone.localdate(at)
    count = 0
    for school in schools:
        count += tell(
            managers([school], day), ROLLOUT, "请填报新课程开设情况",
            key=f"rollout:{term.pk}:{school.pk}:{day}", body="还有年级没有填报，或者没有达到要求。",
            url=reverse("timetable:rollout-school", args=[school.pk]),
        )  # fmt: skip
    record("timetable.rollout.reminded", term, actor=by, at=at, detail={"schools": len(schools)})
    return count
