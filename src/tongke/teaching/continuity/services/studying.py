"""A pupil's day at home: opened, done, practised, asked; and the teacher's answer."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse

from tongke.core import messages
from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.core.profile import current
from tongke.engines.learning import services as learning
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Account, Person
from tongke.teaching.assessment import services as bank
from tongke.teaching.assessment.models import Item
from tongke.teaching.continuity.models import Opening, StandIn, Study
from tongke.teaching.continuity.queries.days import ClassDay, Part
from tongke.teaching.continuity.queries.learners import Task
from tongke.teaching.continuity.services import preparing
from tongke.teaching.homework.profile import HomeworkProfile

QUESTION = messages.register_kind("continuity.question", "在家学习的问与答")


def note_opening(one: ClassDay, person: Person, *, teacher: bool, at: datetime) -> int:
    """Note, once per emergency, that somebody opened a class's online day; how many were new.

    Args:
        person: the pupil whose family looks, or the teacher.
    """
    orders = [each.key for each in one.orders]
    known = Opening.objects.filter(
        emergency__in=orders, person=person, school_class=one.school_class
    )
    # Most openings are repeats: they must not queue for the right to write.
    if known.count() == len(orders):
        return 0
    return note_openings(one, [(person, teacher, at)])


@transaction.atomic
def note_openings(one: ClassDay, rows: Iterable[tuple[Person, bool, datetime]]) -> int:
    """`note_opening` for many at once: person, whether a teacher, when. Repeat is safe."""
    fresh = [
        Opening(
            emergency_id=each.key, person=person, school_class=one.school_class,
            teacher=teacher, at=at,
        )
        for each in one.orders
        for person, teacher, at in rows
    ]  # fmt: skip
    return len(Opening.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=200))


def ensure(part: Part) -> StandIn:
    """The kept stand-in of a period; written out when it was only proposed."""
    if part.stand_in.pk is None:
        preparing.keep([part])
        part.stand_in = StandIn.objects.select_related("subject", "resource", "unit").get(
            school_class=part.school_class, day=part.day, seq=part.seq
        )
    return part.stand_in


@transaction.atomic
def open_task(task: Task, pupil: Person, *, at: datetime) -> Study:
    """The pupil's own row at a stand-in, begun when it is opened for the first time."""
    stand_in = ensure(task.part)
    study, _ = Study.objects.get_or_create(
        stand_in=stand_in, pupil=pupil, defaults={"opened_at": at, "drill": task.drill}
    )
    if study.drill and not task.drill:
        # What was rehearsed is done for real now.
        Study.objects.filter(pk=study.pk).update(drill=False)
        study.drill = False
    task.study = study
    return study


@transaction.atomic
def finish(task: Task, pupil: Person, *, by: Actor, at: datetime) -> Study:
    """Mark a stand-in as done; it counts unless it is a drill. A repeat changes nothing."""
    study = open_task(task, pupil, at=at)
    if Study.objects.filter(pk=study.pk, done_at=None).update(done_at=at):
        study.refresh_from_db()
        if not study.drill:
            _push(study, by)
        record("continuity.study.done", study, actor=by, at=at)
    return study


def _push(study: Study, by: Actor) -> None:
    stand_in = study.stand_in
    prefix = f"continuity.study:{study.pk}:"
    assert study.done_at is not None
    learning.record(
        key=f"{prefix}{learning.turns(prefix)}", person=study.pupil, verb="viewed",
        object_type="continuity.standin", object_id=stand_in.pk, at=study.done_at,
        school_class=stand_in.school_class, lesson_id=stand_in.lesson_id,
        detail={"subject": stand_in.subject_id, "by": by.role.value},
    )  # fmt: skip


@transaction.atomic
def undo(task: Task, *, by: Actor, at: datetime) -> None:
    """Take a done mark back.

    Raises:
        Refused: it is not marked; nothing is written.
    """
    study = task.study
    if study is None or not Study.objects.filter(pk=study.pk, done_at__isnull=False).update(
        done_at=None
    ):
        raise Refused("这节还没有标记完成。")
    prefix = f"continuity.study:{study.pk}:"
    last = learning.turns(prefix) - 1
    if last >= 0:
        learning.void(f"{prefix}{last}", reason="本人撤销完成", at=at)
    record("continuity.study.undone", study, actor=by, at=at)


@transaction.atomic
def practise(
    task: Task, pupil: Person, items: Sequence[Item], answers: Mapping[int, list[str]], *,
    by: Actor, at: datetime,
) -> Study:  # fmt: skip
    """Mark the practice of a stand-in once; the answers count as learning unless it is a drill.

    Args:
        answers: by number of the item, from 1.

    Raises:
        Refused: it was handed in, nothing was answered, or another than the pupil answers;
            nothing is written.
    """
    if by.person != pupil:
        raise Refused("练习要孩子自己做，请用孩子的账号。")
    if not any(answers.values()):
        raise Refused("还没有作答，请至少做一道。")
    study = open_task(task, pupil, at=at)
    locked = Study.objects.select_for_update().get(pk=study.pk)
    if locked.answered_at is not None:
        raise Refused("练习已经交过，不能再改。")
    partial = current(HomeworkProfile).multiple_partial
    kept: dict[str, dict[str, Any]] = {}
    rows = []
    for number, item in enumerate(items, start=1):
        given = [part.replace("\x00", "")[:100] for part in answers.get(number, [])[:10]]
        found = bank.mark_item(item, given, item.points, partial=partial)
        kept[str(item.pk)] = {
            "answer": given, "points": found.points, "correct": found.correct,
            "reason": found.reason,
        }  # fmt: skip
        rows.append(_answered(study, item, found.points, at))
    Study.objects.filter(pk=study.pk).update(answers=kept, answered_at=at)
    study.refresh_from_db()
    if not study.drill:
        learning.record_many(rows)
    record("continuity.study.practised", study, actor=by, at=at)
    return study


def _answered(study: Study, item: Item, points: float, at: datetime) -> dict[str, Any]:
    return {
        "key": f"continuity.practice:{study.pk}:{item.pk}", "person_id": study.pupil_id,
        "verb": "answered", "object_type": "assessment.item", "object_id": item.pk, "at": at,
        "school_class_id": study.stand_in.school_class_id, "lesson_id": study.stand_in.lesson_id,
        "key_point_id": item.key_point_id, "item_kind": item.kind,
        "difficulty": float(item.difficulty), "share": points / item.points, "detail": {},
    }  # fmt: skip


@transaction.atomic
def ask(task: Task, pupil: Person, text: str, *, by: Actor, at: datetime) -> Study:
    """Ask the teacher of a stand-in; a new question replaces one that waits.

    Raises:
        Refused: nothing is asked, or the last question was answered already; nothing is written.
    """
    text = text.replace("\x00", "").strip()[:200]
    if not text:
        raise Refused("请写下问题。")
    study = open_task(task, pupil, at=at)
    rows = Study.objects.filter(pk=study.pk, replied_at=None)
    if not rows.update(question=text, asked_at=at):
        raise Refused("老师已经答复，还有问题请在下一节提出。")
    study.refresh_from_db()
    record("continuity.study.asked", study, actor=by, at=at)
    teacher = _teacher_of(study.stand_in)
    if teacher is not None:
        messages.notify(
            teacher, QUESTION, f"{pupil.name}问：{text}"[:120],
            key=f"continuity-ask:{study.pk}:{at.timestamp()}",
            url=_class_url(study.stand_in),
        )  # fmt: skip
    return study


def _teacher_of(stand_in: StandIn) -> Account | None:
    """Who answers: the teacher of the period, else the homeroom teacher."""
    person = stand_in.teacher_id or stand_in.school_class.homeroom_teacher_id
    return Account.objects.filter(person=person).first() if person else None


def _class_url(stand_in: StandIn) -> str:
    args = [stand_in.school_class_id, stand_in.day.isoformat()]
    return reverse("continuity:class-day", args=args)


@transaction.atomic
def reply(study: Study, text: str, *, by: Actor, at: datetime) -> None:
    """Answer a pupil's question; a later answer replaces the earlier one.

    Raises:
        Refused: nothing was asked, or the answer is empty; nothing is written.
    """
    text = text.replace("\x00", "").strip()[:300]
    if not text:
        raise Refused("请写下答复。")
    rows = Study.objects.filter(pk=study.pk).exclude(question="")
    if not rows.update(reply=text, replied_by=by.person, replied_at=at):
        raise Refused("学生没有提问。")
    study.refresh_from_db()
    record("continuity.study.replied", study, actor=by, at=at)
    account = Account.objects.filter(person=study.pupil_id).first()
    if account is not None:
        day, seq = study.stand_in.day.isoformat(), study.stand_in.seq
        messages.notify(
            account, QUESTION, f"{by.person.name}老师答复：{text}"[:120],
            key=f"continuity-reply:{study.pk}:{at.timestamp()}",
            url=reverse("continuity:part", args=[study.pupil_id, day, seq]),
        )  # fmt: skip
