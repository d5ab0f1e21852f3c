"""Marking: at once by rule, with the reason kept, and overruled by the teacher where needed.

Every marked response is pushed into the stream of learning records in the same transaction; the
new estimate and its recommendations follow through the outbox.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Sum

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.core.profile import current
from tongke.engines.learning import services as learning
from tongke.foundation.people.actors import Actor
from tongke.teaching.assessment import services as assessment
from tongke.teaching.homework.models import HomeworkItem, Response, Submission
from tongke.teaching.homework.profile import HomeworkProfile
from tongke.teaching.homework.services import telling


def items_of(submission: Submission) -> list[HomeworkItem]:
    """The items of the homework with their rules, in order."""
    rows = HomeworkItem.objects.filter(homework_id=submission.homework_id)
    return list(rows.select_related("item").order_by("seq"))


def mark(
    submission: Submission, items: list[HomeworkItem], last: Iterable[Response], *, at: datetime
) -> None:
    """Keep the last answers and mark a submission; runs inside the transaction of handing in.

    What handing in has set on `submission` is written along with the marks.

    Args:
        items: `items_of` the submission.
        last: the answers that came with handing in; they replace those saved before.
    """
    given = {row.homework_item_id: row for row in submission.responses.all()}
    for row in last:
        row.pk = given[row.homework_item_id].pk if row.homework_item_id in given else None
        given[row.homework_item_id] = row
    partial = current(HomeworkProfile).multiple_partial
    for each in items:
        response = given.setdefault(
            each.pk, Response(submission=submission, homework_item=each, answer=[], saved_at=at)
        )
        found = assessment.mark_item(each.item, response.answer, each.points, partial=partial)
        response.points, response.correct = found.points, found.correct
        response.reason = found.reason[:200]
    rows = [given[each.pk] for each in items]
    Response.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["submission", "homework_item"],
        update_fields=["answer", "saved_at", "points", "correct", "reason"],
    )  # fmt: skip
    submission.state = Submission.State.MARKED
    submission.points = sum(row.points or 0 for row in rows)
    submission.full_points = sum(each.points for each in items)
    Submission.objects.filter(pk=submission.pk).update(
        state=submission.state, submitted_at=submission.submitted_at,
        entered_by=submission.entered_by_id, points=submission.points,
        full_points=submission.full_points,
    )  # fmt: skip
    learning.record_many(_row(submission, each, given[each.pk], 0, at) for each in items)
    _refresh(submission, items, "mark")


def _row(
    submission: Submission, each: HomeworkItem, response: Response, turn: int, at: datetime
) -> dict[str, object]:
    points = response.points if response.overruled_points is None else response.overruled_points
    return {
        "key": _key(response, turn),
        "person_id": submission.pupil_id,
        "school_class_id": submission.school_class_id,
        "verb": "answered",
        "object_type": "homework.response",
        "object_id": response.pk,
        "lesson_id": submission.homework.lesson_id,
        "key_point_id": each.item.key_point_id,
        "item_kind": each.item.kind,
        "difficulty": float(each.item.difficulty),
        "share": (points or 0) / each.points if each.points else None,
        "detail": {"homework": submission.homework_id, "item": each.item_id},
        "at": at,
    }


def _key(response: Response, turn: int) -> str:
    return f"homework.response:{response.pk}:{turn}"


def _refresh(submission: Submission, items: list[HomeworkItem], why: str) -> None:
    learning.refresh.enqueue(
        key=f"homework:{submission.pk}:{why}",
        pupil_id=submission.pupil_id,
        key_point_ids=sorted({each.item.key_point_id for each in items}),
        source_key=f"homework:{submission.homework_id}",
    )


@transaction.atomic
def overrule(response: Response, points: float, reason: str, *, by: Actor, at: datetime) -> None:
    """Set a teacher's mark against the rule's; both stay, the teacher's counts.

    Raises:
        Refused: no reason, or points outside the item's range; nothing is written.
    """
    most = response.homework_item.points
    if not reason.strip():
        raise Refused("改判请写一句理由，学生和家长会看到。")
    if not 0 <= points <= most:
        raise Refused(f"得分应在 0 到 {most} 之间。")
    # The lock orders two teachers; the second one overrules the first.
    locked = Response.objects.select_for_update(of=("self",)).get(pk=response.pk)
    if locked.points is None:
        raise Refused("还没有提交，不能改判。")
    turn = _turn(locked)
    learning.void(_key(locked, turn), reason=reason, at=at)
    locked.overruled_points, locked.overruled_reason = points, reason.strip()[:200]
    locked.overruled_by, locked.overruled_at = by.person, at
    locked.save(
        update_fields=[
            "overruled_points", "overruled_reason", "overruled_by", "overruled_at",
        ]
    )  # fmt: skip
    submission, each = locked.submission, locked.homework_item
    learning.record_many([_row(submission, each, locked, turn + 1, at)])
    _recount(submission)
    _refresh(submission, [each], f"overrule:{locked.pk}:{turn + 1}")
    record("homework.response.overruled", locked, actor=by, at=at,
           detail={"points": points, "reason": locked.overruled_reason})  # fmt: skip
    telling.tell_overruled(locked)
    response.refresh_from_db()


def _turn(response: Response) -> int:
    return learning.turns(f"homework.response:{response.pk}:") - 1


def _recount(submission: Submission) -> None:
    rows = submission.responses.all()
    by_rule = rows.filter(overruled_points=None).aggregate(sum=Sum("points"))["sum"] or 0
    by_hand = rows.aggregate(sum=Sum("overruled_points"))["sum"] or 0
    Submission.objects.filter(pk=submission.pk).update(points=by_rule + by_hand)
