"""What the classroom publishes for analytics: who took part in which lesson."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from django.db.models import Count

from tongke.core.extracts import Column, Extract
from tongke.foundation.people.models import Enrolment
from tongke.teaching.classroom.models import Answer, CardCount, Question, RollEntry, Session
from tongke.teaching.timetable.models import LessonClass

_HERE = (RollEntry.Status.PRESENT, RollEntry.Status.LATE)
Place = tuple[int, int]


def _rows() -> Iterator[tuple[object, ...]]:
    """One row for each class of each lesson whose session has ended."""
    present, named, counted = _present(), _named(), _counted()
    questions = dict(
        Question.objects.values_list("session").annotate(number=Count("pk")).order_by("session")
    )
    rolls = _rolls()
    rows = (
        LessonClass.objects.filter(lesson__session__state=Session.State.ENDED)
        .order_by("lesson", "pk")
        .values_list(
            "lesson", "lesson__session", "lesson__day", "school_class", "school_class__school"
        )
    )
    for lesson, session, day, class_id, school in rows.iterator(chunk_size=2000):
        place = (session, class_id)
        answers, pupils = named.get(place, (0, 0))
        cards, most = counted.get(place, (0, 0))
        here, took_part = present.get(place), max(pupils, most)
        if here is not None:
            # A roll that was never corrected must not make a share larger than one.
            took_part = min(took_part, here)
        yield (
            lesson, class_id, school, _enrolled(rolls[class_id], day), here,
            questions.get(session, 0), answers + cards, took_part,
        )  # fmt: skip


def _present() -> dict[Place, int]:
    """Pupils present or late, for the classes whose roll was called."""
    called = RollEntry.objects.order_by().values_list("session", "school_class")
    found = dict.fromkeys(called.distinct(), 0)
    here = called.filter(status__in=_HERE).annotate(number=Count("pk"))
    found.update({(session, class_id): number for session, class_id, number in here})
    return found


def _named() -> dict[Place, tuple[int, int]]:
    rows = (
        Answer.objects.order_by()
        .values_list("question__session", "school_class")
        .annotate(answers=Count("pk"), pupils=Count("pupil", distinct=True))
    )
    return {(session, class_id): (answers, pupils) for session, class_id, answers, pupils in rows}


def _counted() -> dict[Place, tuple[int, int]]:
    """Card counts: all of them, and the most in one question."""
    sums: dict[tuple[int, int, int], int] = defaultdict(int)
    rows = CardCount.objects.values_list("question__session", "school_class", "question", "count")
    for session, class_id, question, number in rows.iterator(chunk_size=2000):
        sums[session, class_id, question] += number
    found: dict[Place, tuple[int, int]] = {}
    for (session, class_id, _), number in sums.items():
        total, most = found.get((session, class_id), (0, 0))
        found[session, class_id] = (total + number, max(most, number))
    return found


def _rolls() -> dict[int, list[tuple[date, date | None]]]:
    rolls: dict[int, list[tuple[date, date | None]]] = defaultdict(list)
    for class_id, since, until in Enrolment.objects.values_list("school_class", "since", "until"):
        rolls[class_id].append((since, until))
    return rolls


def _enrolled(roll: list[tuple[date, date | None]], day: date) -> int:
    return sum(since <= day and (until is None or day <= until) for since, until in roll)


PARTICIPATION = Extract(
    name="participation",
    doc="每节已下课的联合课、每个上课班级一行：应到、实到、随堂问和作答。",
    columns=(
        Column("lesson_id", "int", "课次编号"),
        Column("class_id", "int", "班级编号"),
        Column("school_id", "int", "班级所在学校编号"),
        Column("enrolled", "int", "上课当天在册人数（人）"),
        Column("present", "int", "点名到课人数，含迟到（人）；没有点名为空"),
        Column("questions", "int", "本节课随堂问数（道）"),
        Column("answers", "int", "本班作答数，含答题卡计数（次）"),
        Column(
            "answered_pupils",
            "int",
            "至少答过一次的学生数；只有计数时取一道题最多的人数；不超过实到（人）",
        ),
    ),
    rows=_rows,
)

EXTRACTS = (PARTICIPATION,)
