"""Taking answers: many at once, each exactly once, none lost.

The rule: a pupil has one answer to a question. The answer given latest before the question closed
is the one that counts, whatever the order in which answers arrive; so a pupil may change it, a
resent copy changes nothing, and an old answer that a lost network brings late does not push out a
newer one. What arrives after the close is taken when it was given in time and arrives within the
region's grace.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from tongke.core.audit import record
from tongke.core.profile import current
from tongke.foundation.people.models import Enrolment
from tongke.teaching.classroom.models import Answer, Question, Session
from tongke.teaching.classroom.news import Topic, tell
from tongke.teaching.classroom.profile import ClassroomProfile
from tongke.teaching.classroom.queries.roster import enrolled
from tongke.teaching.classroom.scoring import LETTERS, tidy_letters
from tongke.teaching.classroom.services.records import push_records

# A device whose clock is not yet reconciled may be this much ahead of the question.
_EARLY = timedelta(seconds=2)

LATE = "这道题已经结束作答，答案没有计入。"
UNKNOWN = "没有这道题，请刷新页面。"
STRANGER = "你不在这节课的名单里。"
NO_OPTION = "没有这个选项。"


@dataclass(frozen=True, kw_only=True)
class Given:
    """An answer as it came in.

    Attributes:
        client_id: made by the device; the same number is the same answer.
        answered_at: the device's moment in server time.
        entered_by: the person who entered it for the pupil, None when it is the pupil's own.
    """

    client_id: UUID
    lesson_id: int
    question_id: int
    class_id: int
    pupil_id: int
    choice: str
    answered_at: datetime
    received_at: datetime
    entered_by: Any = None


@dataclass(frozen=True)
class Outcome:
    """What became of an answer: stored now or before (`refusal` empty), or why not."""

    client_id: UUID
    refusal: str = ""
    again: bool = False


def too_late(question: Question, answered_at: datetime, received_at: datetime) -> bool:
    """Whether an answer was given after the close or arrives after the grace."""
    limit = question.closed_at or question.closes_at
    grace = timedelta(seconds=current(ClassroomProfile).late_answer_seconds)
    return answered_at > limit or received_at > limit + grace


def store(batch: Sequence[Given]) -> list[Outcome]:
    """Store answers in one transaction; when it returns they are on the disk.

    Returns:
        One outcome for each answer, in the same order.
    """
    try:
        return _store(batch)
    except IntegrityError:
        # The other way in (a plain POST) stored one of them between our look and our insert.
        return _store(batch)


@dataclass
class _Known:
    """What the database knows of a batch."""

    questions: dict[int, Question]
    ids: set[UUID]
    answers: dict[tuple[int, int], Answer]
    members: set[tuple[int, int]] = field(default_factory=set)


def _look_up(batch: Sequence[Given]) -> _Known:
    questions = Question.objects.select_related("session__lesson").in_bulk(
        {given.question_id for given in batch}
    )
    pupils = {given.pupil_id for given in batch}
    stored = Answer.objects.filter(
        Q(question__in=list(questions), pupil__in=pupils)
        | Q(client_id__in=[given.client_id for given in batch])
    )
    answers = {(answer.question_id, answer.pupil_id): answer for answer in stored}
    known = _Known(questions, {answer.client_id for answer in answers.values()}, answers)
    for lesson in {question.session.lesson for question in questions.values()}:
        rows = Enrolment.objects.filter(
            enrolled(lesson.day), pupil__in=pupils, school_class__lesson_classes__lesson=lesson
        )
        known.members.update(rows.values_list("school_class", "pupil"))
    return known


@transaction.atomic
def _store(batch: Sequence[Given]) -> list[Outcome]:
    known = _look_up(batch)
    fresh: dict[tuple[int, int], Answer] = {}
    changed: dict[tuple[int, int], Answer] = {}
    outcomes = []
    for given in batch:
        if given.client_id in known.ids:
            outcomes.append(Outcome(given.client_id, again=True))
            continue
        refusal = _refusal(given, known)
        outcomes.append(Outcome(given.client_id, refusal))
        if refusal:
            continue
        known.ids.add(given.client_id)
        place = (given.question_id, given.pupil_id)
        answer = known.answers.get(place)
        if answer is None:
            fresh[place] = known.answers[place] = _filled(Answer(), given, known)
        elif _moment(given, known) > answer.answered_at:
            _filled(answer, given, known)
            if place not in fresh:
                changed[place] = answer
    Answer.objects.bulk_create(fresh.values())
    Answer.objects.bulk_update(
        changed.values(),
        ["choice", "source", "entered_by", "client_id", "answered_at", "received_at"],
    )
    _after(batch, known, list(fresh.values()) + list(changed.values()))
    return outcomes


def _refusal(given: Given, known: _Known) -> str:
    question = known.questions.get(given.question_id)
    if question is None or question.session.lesson_id != given.lesson_id:
        return UNKNOWN
    if (given.class_id, given.pupil_id) not in known.members:
        return STRANGER
    letters = tidy_letters(given.choice)
    several = len(letters) > 1 and question.kind != Question.Kind.MULTIPLE
    if not letters or several or LETTERS.index(letters[-1]) >= len(question.options):
        return NO_OPTION
    if too_late(question, _moment(given, known), given.received_at):
        return LATE
    return ""


def _moment(given: Given, known: _Known) -> datetime:
    """When it was answered: never later than it came, never before the question."""
    opened = known.questions[given.question_id].opened_at
    if given.answered_at < opened - _EARLY:
        # A clock that is far off says nothing; the moment of arrival does.
        return given.received_at
    return max(opened, min(given.answered_at, given.received_at))


def _filled(answer: Answer, given: Given, known: _Known) -> Answer:
    entered = given.entered_by is not None
    answer.question_id, answer.pupil_id = given.question_id, given.pupil_id
    answer.school_class_id = given.class_id
    answer.choice = tidy_letters(given.choice)
    answer.source = Answer.Source.ENTERED if entered else Answer.Source.DEVICE
    answer.entered_by = given.entered_by.person if entered else None
    answer.client_id = given.client_id
    answer.answered_at, answer.received_at = _moment(given, known), given.received_at
    return answer


def _after(batch: Sequence[Given], known: _Known, written: list[Answer]) -> None:
    """Audit what teachers entered for pupils (a pupil's own answer is its own record); tell."""
    stored = {answer.client_id for answer in written}
    entered: dict[tuple[int, int], list[Given]] = {}
    for given in batch:
        if given.entered_by is not None and given.client_id in stored:
            entered.setdefault((given.question_id, given.class_id), []).append(given)
    for (question_id, class_id), some in entered.items():
        record(
            "classroom.answers.entered", known.questions[question_id],
            actor=some[0].entered_by, at=some[0].received_at,
            detail={"class": class_id, "pupils": sorted(given.pupil_id for given in some)},
        )  # fmt: skip
    for session in {known.questions[answer.question_id].session for answer in written}:
        tell(session.lesson_id, Topic.QUESTION)
        if session.state == Session.State.ENDED:
            # The records of the lesson were pushed when it ended; these come after them.
            push_records.enqueue(key=f"late:{min(stored)}", session_id=session.pk)
