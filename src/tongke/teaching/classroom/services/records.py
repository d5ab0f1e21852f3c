"""Pushing what happened in the lesson into the one stream of learning records."""

from typing import Any

from django.db import transaction

from tongke.core.jobs import task
from tongke.engines.learning.models import LearningRecord
from tongke.engines.learning.services import record_many, void
from tongke.teaching.classroom.models import Answer, RollEntry, Session
from tongke.teaching.classroom.scoring import share_of
from tongke.teaching.classroom.services.lines import note_lines

_ATTENDED = frozenset({RollEntry.Status.PRESENT, RollEntry.Status.LATE})
ANSWER = "classroom.answer"
ROLL = "classroom.roll"


@transaction.atomic
def push(session: Session) -> int:
    """Push answers and attendance of a lesson; returns how many records are new.

    Safe to run twice. An answer that a late one has replaced since is voided first.
    """
    answers = list(Answer.objects.filter(question__session=session).select_related("question"))
    _void_replaced(answers)
    return record_many(
        [_answered(session, answer) for answer in answers]
        + [_attended(session, entry) for entry in session.roll.all()]
    )


def _key(answer: Answer) -> str:
    return f"{ANSWER}:{answer.pk}:{int(answer.answered_at.timestamp() * 1000)}"


def _void_replaced(answers: list[Answer]) -> None:
    now = {answer.pk: _key(answer) for answer in answers}
    standing = LearningRecord.objects.filter(
        object_type=ANSWER, object_id__in=list(now), voided_by=None, verb="answered"
    )
    for old in standing:
        if old.key != now[old.object_id]:
            void(old.key, reason="改答", at=old.at)


def _answered(session: Session, answer: Answer) -> dict[str, Any]:
    question = answer.question
    return {
        "key": _key(answer), "person_id": answer.pupil_id, "verb": "answered",
        "object_type": ANSWER, "object_id": answer.pk, "at": answer.answered_at,
        "school_class_id": answer.school_class_id, "lesson_id": session.lesson_id,
        "key_point_id": question.key_point_id, "item_kind": question.kind,
        "share": share_of(question.answer, answer.choice),
        "detail": {
            "question": question.pk, "choice": answer.choice, "source": answer.source,
        },
    }  # fmt: skip


def _attended(session: Session, entry: RollEntry) -> dict[str, Any]:
    here = entry.status in _ATTENDED
    return {
        "key": f"{ROLL}:{entry.pk}", "person_id": entry.pupil_id,
        "verb": "attended" if here else "missed", "object_type": ROLL, "object_id": entry.pk,
        "at": entry.at, "school_class_id": entry.school_class_id,
        "lesson_id": session.lesson_id, "detail": {"status": entry.status},
    }  # fmt: skip


@task("classroom.push_records")
def push_records(session_id: int) -> None:
    """Push the records of a session that has ended, and how its lines held. Safe to run twice."""
    session = Session.objects.select_related("lesson__room").get(pk=session_id)
    push(session)
    note_lines(session)
