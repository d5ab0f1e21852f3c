"""Taking homework: every answer is saved as it is given, and handing in happens once."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from tongke.core.errors import Refused
from tongke.core.profile import current
from tongke.foundation.people.models import Enrolment, Person
from tongke.teaching.homework.models import Homework, HomeworkItem, Response, Submission
from tongke.teaching.homework.profile import HomeworkProfile
from tongke.teaching.homework.services import marking

_ANSWER_MOST = 400


def last_moment(homework: Homework) -> datetime:
    """Until when answers are taken, late ones included."""
    return homework.due_at + timedelta(hours=current(HomeworkProfile).late_hours)


@transaction.atomic
def begin(homework: Homework, pupil: Person, *, at: datetime) -> Submission:
    """The pupil's submission, made on first use. Safe to call again.

    Raises:
        Refused: the homework takes no answers, or the pupil is in none of its classes.
    """
    known = Submission.objects.filter(homework=homework, pupil=pupil).first()
    if known is not None:
        return known
    _still_taken(homework, at)
    enrolment = Enrolment.objects.filter(
        pupil=pupil, until=None, school_class__homework__homework=homework
    ).first()
    if enrolment is None:
        raise Refused("这份作业没有布置给你的班级。")
    submission, _ = Submission.objects.get_or_create(
        homework=homework,
        pupil=pupil,
        defaults={"school_class_id": enrolment.school_class_id, "started_at": at},
    )
    return submission


def _still_taken(homework: Homework, at: datetime) -> None:
    if homework.state != Homework.State.OPEN or at > last_moment(homework):
        raise Refused("作业已经截止，不能再作答；请告诉老师。")


@transaction.atomic
def save_answers(submission: Submission, answers: Mapping[int, list[str]], *, at: datetime) -> int:
    """Keep answers by number of the item; returns how many were kept.

    Raises:
        Refused: it was handed in, or the time is over; nothing is written.
    """
    _still_taken(submission.homework, at)
    # The conditional update takes the row, so that saving and handing in cannot cross.
    doing = Submission.objects.filter(pk=submission.pk, state=Submission.State.DOING)
    if not doing.update(state=Submission.State.DOING):
        raise Refused("作业已经提交，答案不能再改。")
    items = {
        row.seq: row for row in HomeworkItem.objects.filter(homework_id=submission.homework_id)
    }
    fresh = [
        Response(
            submission=submission,
            homework_item=items[seq],
            answer=[str(part)[:_ANSWER_MOST] for part in answer][:12],
            saved_at=at,
        )
        for seq, answer in answers.items()
        if seq in items
    ]
    Response.objects.bulk_create(
        fresh,
        update_conflicts=True,
        unique_fields=["submission", "homework_item"],
        update_fields=["answer", "saved_at"],
    )
    return len(fresh)


@transaction.atomic
def hand_in(
    submission: Submission, answers: Mapping[int, list[str]], *, at: datetime
) -> Submission:
    """Keep the last answers, close the submission and mark it at once; a repeat changes nothing.

    Raises:
        Refused: the time is over; nothing is written.
    """
    submission.refresh_from_db()
    if submission.state != Submission.State.DOING:
        return submission
    if answers:
        save_answers(submission, answers, at=at)
    else:
        _still_taken(submission.homework, at)
    won = Submission.objects.filter(pk=submission.pk, state=Submission.State.DOING).update(
        state=Submission.State.SUBMITTED, submitted_at=at
    )
    submission.refresh_from_db()
    if won:
        marking.mark(submission, at=at)
        submission.refresh_from_db()
    return submission


def read_form(data: Mapping[str, Any], lists: Any) -> dict[int, list[str]]:
    """Answers out of a posted form: fields ``a<number>`` with one or more values.

    Args:
        data: the posted names.
        lists: gives all values of a name (`QueryDict.getlist`).
    """
    found: dict[int, list[str]] = {}
    for name in data:
        if name.startswith("a") and name[1:].isdigit():
            values = [str(value) for value in lists(name) if str(value).strip()]
            found[int(name[1:])] = values
    return found
