"""Answer cards counted by letter: a room without devices, thirty hands, no names."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.foundation.people.actors import Actor
from tongke.teaching.classroom.models import CardCount, Question
from tongke.teaching.classroom.news import Topic, tell
from tongke.teaching.classroom.queries.roster import pupils_by_class
from tongke.teaching.classroom.scoring import LETTERS
from tongke.teaching.classroom.services.answers import too_late
from tongke.teaching.classroom.services.events import Kind, log


@transaction.atomic
def count(
    question: Question,
    class_id: int,
    counts: Mapping[str, int],
    *,
    by: Actor,
    at: datetime,
    counted_at: datetime | None = None,
    client_id: UUID | None = None,
) -> None:
    """Write how many pupils of a room held up each letter; again to correct it.

    In the tally the counts of a room stand in place of answers entered by name.

    Args:
        counted_at: when they were counted, if a lost network brought them later.

    Raises:
        Refused: the class is not in the lesson, the letters or sums are wrong, or it is too late.
    """
    lesson = question.session.lesson
    if not lesson.classes.filter(school_class=class_id).exists():
        raise Refused("这个班级不在本节课里。")
    if too_late(question, min(counted_at or at, at), at):
        raise Refused("这道题已经结束，不能再录。")
    letters = LETTERS[: len(question.options)]
    if not set(counts) <= set(letters) or any(number < 0 for number in counts.values()):
        raise Refused("答题卡的字母或人数不对。")
    size = len(pupils_by_class([class_id], lesson.day).get(class_id, ()))
    if question.kind != Question.Kind.MULTIPLE and sum(counts.values()) > size:
        raise Refused(f"合计 {sum(counts.values())} 人，超过本班 {size} 人。")
    if max(counts.values(), default=0) > size:
        raise Refused(f"一个选项的人数不能超过本班 {size} 人。")
    for letter in letters:
        CardCount.objects.update_or_create(
            question=question, school_class_id=class_id, choice=letter,
            defaults={"count": counts.get(letter, 0), "by": by.person, "at": at},
        )  # fmt: skip
    text = " ".join(f"{letter}{counts.get(letter, 0)}" for letter in letters)
    log(
        question.session, Kind.CARDS, by=by, at=at, class_id=class_id, text=text,
        client_id=client_id,
    )  # fmt: skip
    record("classroom.cards.counted", question, actor=by, at=at, detail={"class": class_id})
    tell(lesson.pk, Topic.QUESTION)
