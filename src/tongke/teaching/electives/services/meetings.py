"""What happened in a section: presence by hand, and results."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.engines.learning import services as learning
from tongke.foundation.people.actors import Actor
from tongke.teaching.electives.models import Presence, Result, Section
from tongke.teaching.electives.queries.meetings import called, roll_on
from tongke.teaching.timetable.models import Lesson
from tongke.teaching.timetable.services import lessons as timetable

PRESENCE, RESULT = "electives.presence", "electives.result"
_HERE = frozenset({Presence.Status.PRESENT, Presence.Status.LATE})
_UNSAID = frozenset({Lesson.State.PLANNED, Lesson.State.NOT_HELD})


@transaction.atomic
def enter_presence(
    section: Section, lesson: Lesson, statuses: Mapping[int, str], *, by: Actor, at: datetime
) -> int:
    """Write who was there; all others of the roll were. Again corrects it.

    A lesson that is over counts as held by this, also one that was closed as not held by itself.

    Returns:
        How many were there.

    Raises:
        Refused: the lesson is not the section's, is to come, was cancelled, or its roll was
            called in the live room; or a pupil is not on the roll of that day.
    """
    if lesson.course_id != section.course_id:
        raise Refused("这节课不属于这个教学班。")
    if lesson.starts_at > at or lesson.state == Lesson.State.CANCELLED:
        raise Refused("课还没有开始，或已经取消，不能登记考勤。")
    if called([lesson.pk]):
        raise Refused("这节课已在课堂里点名，请在课堂里更正。")
    roll = roll_on(section, lesson.day)
    if not set(statuses) <= set(roll) or not set(statuses.values()) <= set(Presence.Status.values):
        raise Refused("名单已经变动，请刷新后再登记。")
    marks = {pupil: statuses.get(pupil, Presence.Status.PRESENT) for pupil in roll}
    before = {row.pupil_id: row.status for row in Presence.objects.filter(lesson=lesson)}
    Presence.objects.bulk_create(
        [
            Presence(
                section=section, lesson=lesson, pupil_id=pupil, status=status, by=by.person, at=at
            )
            for pupil, status in marks.items()
        ],
        update_conflicts=True, unique_fields=["lesson", "pupil"],
        update_fields=["status", "by", "at"],
    )  # fmt: skip
    _push_presence(lesson, marks, before, roll, at)
    if lesson.state in _UNSAID and lesson.ends_at <= at:
        timetable.confirm_held(lesson, reason="已登记考勤", by=by, at=at)
    here = sum(status in _HERE for status in marks.values())
    detail = {"here": here, "roll": len(marks)}
    record("electives.presence.entered", lesson, actor=by, at=at, detail=detail)
    return here


def _push_presence(
    lesson: Lesson, marks: Mapping[int, str], before: Mapping[int, str],
    classes: Mapping[int, int], at: datetime,
) -> None:  # fmt: skip
    """Push what changed; a corrected mark voids the record of the one before."""
    fresh: list[dict[str, Any]] = []
    for pupil, status in marks.items():
        old = before.get(pupil)
        if old == status:
            continue
        prefix = f"{PRESENCE}:{lesson.pk}:{pupil}:"
        turn = learning.turns(prefix) if old is not None else 0
        if turn:
            learning.void(f"{prefix}{turn}", reason="更正考勤", at=at)
        fresh.append(
            {
                "key": f"{prefix}{turn + 1}", "person_id": pupil,
                "verb": "attended" if status in _HERE else "missed", "object_type": PRESENCE,
                "object_id": lesson.pk, "at": lesson.starts_at, "lesson_id": lesson.pk,
                "school_class_id": classes[pupil], "detail": {"status": status},
            }
        )  # fmt: skip
    learning.record_many(fresh)


@dataclass(frozen=True, kw_only=True)
class NewResult:
    """A pupil's result as it is entered."""

    pupil: int
    level: str
    score: Decimal | None = None
    words: str = ""


@transaction.atomic
def enter_results(section: Section, rows: Iterable[NewResult], *, by: Actor, at: datetime) -> int:
    """Write results; those of pupils who are not named stay. Returns how many changed.

    Raises:
        Refused: a pupil was never on the roll, or a level or score is impossible.
    """
    listed = list(rows)
    roll = roll_on(section, None)
    for one in listed:
        if one.pupil not in roll:
            raise Refused("名单里有不是本教学班的学生，请刷新后再登记。")
        if one.level not in Result.Level.values:
            raise Refused("请选择等第：优秀、良好、合格、待努力。")
        if one.score is not None and not (one.score.is_finite() and 0 <= one.score <= 100):
            raise Refused("得分在 0 到 100 之间。")
    before = {row.pupil_id: row for row in Result.objects.filter(section=section)}
    changed = [one for one in listed if _differs(before.get(one.pupil), one)]
    Result.objects.bulk_create(
        [
            Result(
                section=section, pupil_id=one.pupil, level=one.level, score=one.score,
                words=one.words.strip()[:200], by=by.person, at=at,
            )
            for one in changed
        ],
        update_conflicts=True, unique_fields=["section", "pupil"],
        update_fields=["level", "score", "words", "by", "at"],
    )  # fmt: skip
    learning.record_many(
        _completed(section, one, roll[one.pupil], at, again=one.pupil in before) for one in changed
    )
    detail = {"count": len(changed)}
    record("electives.results.entered", section, actor=by, at=at, detail=detail)
    return len(changed)


def _differs(old: Result | None, new: NewResult) -> bool:
    return old is None or (old.level, old.score, old.words) != (
        new.level, new.score, new.words.strip()[:200]
    )  # fmt: skip


def _completed(
    section: Section, one: NewResult, class_id: int, at: datetime, *, again: bool
) -> dict[str, Any]:
    """The record of a result; a corrected one (`again`) voids the record of the one before."""
    prefix = f"{RESULT}:{section.pk}:{one.pupil}:"
    turns = learning.turns(prefix) if again else 0
    if turns:
        learning.void(f"{prefix}{turns}", reason="更正成绩", at=at)
    return {
        "key": f"{prefix}{turns + 1}", "person_id": one.pupil, "verb": "completed",
        "object_type": RESULT, "object_id": section.pk, "at": at, "school_class_id": class_id,
        "share": float(one.score) / 100 if one.score is not None else None,
        "detail": {"level": one.level, "course": section.course_id},
    }  # fmt: skip
