"""Calling the roll: present, absent, on leave, late."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.core.profile import current
from tongke.foundation.people.actors import Actor
from tongke.teaching.classroom.models import RollCall, RollEntry, Session
from tongke.teaching.classroom.news import Topic, tell
from tongke.teaching.classroom.profile import ClassroomProfile
from tongke.teaching.classroom.queries.roster import pupils_by_class
from tongke.teaching.classroom.services.events import Kind, log
from tongke.teaching.classroom.services.protocol import tick_event

Status = RollEntry.Status


@transaction.atomic
def call(
    session: Session,
    class_id: int,
    statuses: Mapping[int, str],
    *,
    by: Actor,
    at: datetime,
    client_id: UUID | None = None,
) -> dict[str, int]:
    """Write the roll of one class: `statuses` by pupil id, all others are present.

    Calling it again corrects it. A pupil who was marked absent and is present some minutes after
    the bell (a setting) becomes late.

    Returns:
        How many pupils have each status.

    Raises:
        Refused: the class is not in the lesson, a pupil not in the class, or the room is closed.
    """
    if session.state == Session.State.PLANNED:
        raise Refused("课堂还没有开放，不能点名。")
    if not session.lesson.classes.filter(school_class=class_id).exists():
        raise Refused("这个班级不在本节课里。")
    pupils = [p.id for p in pupils_by_class([class_id], session.lesson.day).get(class_id, ())]
    if not set(statuses) <= set(pupils):
        raise Refused("名单里有不是本班的学生，请刷新后再点名。")
    if not set(statuses.values()) <= set(Status.values):
        raise Refused("考勤状态不对，请刷新后再点名。")
    counts = _write(session, class_id, pupils, statuses, at)
    RollCall.objects.bulk_create(
        [RollCall(session=session, school_class_id=class_id, by=by.person, at=at)],
        update_conflicts=True, unique_fields=["session", "school_class"],
        update_fields=["by", "at"],
    )  # fmt: skip
    here = counts[Status.PRESENT] + counts[Status.LATE]
    text = f"到 {here} / {len(pupils)}"
    log(session, Kind.ROLL, by=by, at=at, class_id=class_id, text=text, client_id=client_id)
    record(
        "classroom.roll.called", session, actor=by, at=at,
        detail={"class": class_id, **{k: v for k, v in counts.items() if v}},
    )  # fmt: skip
    tick_event(session.lesson, "roll_called", by=by.person, at=at, class_id=class_id)
    tell(session.lesson_id, Topic.ROLL)
    return counts


def _write(
    session: Session, class_id: int, pupils: list[int], statuses: Mapping[int, str], at: datetime
) -> dict[str, int]:
    late_from = session.lesson.starts_at + timedelta(minutes=current(ClassroomProfile).late_minutes)
    before = {row.pupil_id: row for row in session.roll.filter(school_class=class_id)}
    counts = dict.fromkeys(Status.values, 0)
    fresh, changed = [], []
    for pupil in pupils:
        status = statuses.get(pupil, Status.PRESENT)
        row = before.get(pupil)
        if row and row.status == Status.ABSENT and status == Status.PRESENT and at >= late_from:
            status = Status.LATE
        if row and row.status == Status.LATE and status == Status.PRESENT:
            status = Status.LATE
        counts[status] += 1
        if row is None:
            fresh.append(
                RollEntry(
                    session_id=session.pk,
                    school_class_id=class_id,
                    pupil_id=pupil,
                    status=status,
                    at=at,
                )
            )
        elif row.status != status:
            row.status, row.at = status, at
            changed.append(row)
    RollEntry.objects.bulk_create(fresh)
    if changed:
        RollEntry.objects.bulk_update(changed, ["status", "at"])
    return counts
