"""Taking homework: every answer is saved as it is given, and handing in happens once."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.core.profile import current
from tongke.foundation.people.actors import Actor, now
from tongke.foundation.people.models import Enrolment, Person
from tongke.teaching.homework.models import Homework, HomeworkItem, Response, Submission
from tongke.teaching.homework.profile import HomeworkProfile
from tongke.teaching.homework.services import marking

_ANSWER_MOST = 400
_PARTS_MOST = 12
_FIELD = re.compile(r"a(\d{1,4})", re.ASCII)
Answers = Mapping[int, list[str]]
State = Submission.State


def last_moment(homework: Homework) -> datetime:
    """Until when answers are taken, late ones included."""
    return homework.due_at + timedelta(hours=current(HomeworkProfile).late_hours)


def is_taken(homework: Homework, at: datetime) -> bool:
    """Whether pupils may still answer."""
    return homework.state == Homework.State.OPEN and at <= last_moment(homework)


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
    return _begun(homework, pupil, at)


def _begun(homework: Homework, pupil: Person, at: datetime) -> Submission:
    enrolment = Enrolment.objects.filter(
        now(timezone.localdate(at)), pupil=pupil, school_class__homework__homework=homework
    ).first()
    if enrolment is None:
        raise Refused("这份作业没有布置给所在的班级。")
    submission, _ = Submission.objects.get_or_create(
        homework=homework,
        pupil=pupil,
        defaults={"school_class_id": enrolment.school_class_id, "started_at": at},
    )
    return submission


def _still_taken(homework: Homework, at: datetime) -> None:
    if not is_taken(homework, at):
        raise Refused("作业已经截止，不能再作答；请告诉老师。")


@transaction.atomic
def save_answers(submission: Submission, answers: Answers, *, at: datetime) -> int:
    """Keep answers by number of the item; returns how many were kept.

    Raises:
        Refused: it was handed in, or the time is over; nothing is written.
    """
    _still_taken(submission.homework, at)
    if _locked(submission).state != State.DOING:
        raise Refused("作业已经提交，答案不能再改。")
    rows = HomeworkItem.objects.filter(homework_id=submission.homework_id)
    fresh = _answered(submission, rows, answers, at)
    Response.objects.bulk_create(
        fresh, update_conflicts=True, unique_fields=["submission", "homework_item"],
        update_fields=["answer", "saved_at"],
    )  # fmt: skip
    return len(fresh)


def _locked(submission: Submission) -> Submission:
    """The row, held until the transaction ends, so that saving and handing in cannot cross."""
    return Submission.objects.select_for_update().get(pk=submission.pk)


def _answered(
    submission: Submission, rows: Iterable[HomeworkItem], answers: Answers, at: datetime
) -> list[Response]:
    items = {row.seq: row for row in rows}
    return [
        Response(
            submission=submission, homework_item=items[seq], saved_at=at,
            # PostgreSQL keeps no NUL in a text.
            answer=[part.replace("\x00", "")[:_ANSWER_MOST] for part in answer[:_PARTS_MOST]],
        )
        for seq, answer in answers.items()
        if seq in items
    ]  # fmt: skip


@transaction.atomic
def hand_in(
    submission: Submission, answers: Answers, *, at: datetime, by: Actor | None = None
) -> Submission:
    """Keep the last answers, close the submission and mark it at once; a repeat changes nothing.

    Args:
        by: the pupil as they act; None where the platform hands in.

    Raises:
        Refused: the time is over; nothing is written.
    """
    if _locked(submission).state == State.DOING:
        _still_taken(submission.homework, at)
        submission.submitted_at = at
        _mark(submission, answers, at, by)
    else:
        submission.refresh_from_db()
    return submission


def _mark(submission: Submission, answers: Answers, at: datetime, by: Actor | None) -> None:
    items = marking.items_of(submission)
    marking.mark(submission, items, _answered(submission, items, answers, at), at=at)
    record("homework.submission.handed-in", submission, actor=by, at=at)


@transaction.atomic
def enter(
    homework: Homework, pupil: Person, answers: Answers, *, by: Actor, at: datetime
) -> Submission:
    """A teacher puts in what a pupil did on paper; it is marked like any other.

    Nobody is made to use a phone: it may be entered after the time, too, and never counts as late.

    Raises:
        Refused: the homework was never given out, the pupil is in none of its classes, or has
            handed in already; nothing is written.
    """
    if homework.state == Homework.State.DRAFT:
        raise Refused("作业还没有布置。")
    known = Submission.objects.filter(homework=homework, pupil=pupil).first()
    submission = known or _begun(homework, pupil, at)
    if _locked(submission).state != State.DOING:
        raise Refused("这名学生已经提交，不用代录。")
    submission.submitted_at, submission.entered_by = min(at, homework.due_at), by.person
    _mark(submission, answers, at, by)
    return submission


def read_form(data: Mapping[str, object], lists: Callable[[str], Iterable[object]]) -> Answers:
    """Answers out of a posted form: fields ``a<number>`` with one or more values.

    The numbers in fields ``q`` are of questions that were shown: without a value, their answer
    was taken back.

    Args:
        data: the posted names.
        lists: gives all values of a name (`QueryDict.getlist`).
    """
    shown = [_FIELD.fullmatch(f"a{number}") for number in lists("q")]
    found: dict[int, list[str]] = {int(one.group(1)): [] for one in shown if one}
    for name in data:
        if field := _FIELD.fullmatch(name):
            values = [str(value) for value in lists(name) if str(value).strip()]
            found[int(field.group(1))] = values
    return found
