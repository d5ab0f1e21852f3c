"""The facts of a live lesson, read topic by topic: what the hub shows and the pages begin with."""

from django.urls import reverse

from tongke.core.profile import current
from tongke.teaching.classroom.facts import (
    AnswerInfo,
    DutyInfo,
    EventInfo,
    LessonInfo,
    PastQuestion,
    QuestionInfo,
    SessionInfo,
    SlideInfo,
)
from tongke.teaching.classroom.models import ProtocolItem, Question, Session, SessionEvent, Slide
from tongke.teaching.classroom.profile import ClassroomProfile
from tongke.teaching.classroom.queries import roster
from tongke.teaching.classroom.scoring import share_of
from tongke.teaching.timetable.models import Lesson


def lesson_info(lesson: Lesson) -> LessonInfo:
    """The standing facts of a lesson with its rooms and rolls."""
    course = lesson.course
    return LessonInfo(
        id=lesson.pk,
        title=lesson.title or str(course),
        subject=course.subject.name,
        grade=course.grade.name,
        form=current(ClassroomProfile).form_name(course.form),
        host_teacher_id=lesson.teacher_id,
        host_teacher=lesson.teacher.name,
        host_school=course.host_school.name,
        starts_at=lesson.starts_at,
        ends_at=lesson.ends_at,
        rooms=roster.rooms(lesson),
    )


def lesson_for_live(lesson_id: int) -> Lesson | None:
    """A lesson with what `lesson_info` reads, in one query."""
    return (
        Lesson.objects.select_related(
            "course__subject", "course__grade", "course__host_school", "teacher"
        )
        .filter(pk=lesson_id)
        .first()
    )


def session_of(lesson_id: int) -> Session | None:
    """The session of a lesson; None before anyone opened it."""
    return Session.objects.select_related("lesson").filter(lesson=lesson_id).first()


def session_info(lesson_id: int) -> SessionInfo | None:
    """The present state of the room."""
    row = Session.objects.filter(lesson=lesson_id).first()
    if row is None:
        return None
    return SessionInfo(
        row.pk, row.state, row.slide_no, row.codec, row.opened_at, row.started_at, row.ended_at
    )


def slides(lesson_id: int) -> tuple[SlideInfo, ...]:
    """The slides of a lesson in order; the address of a picture changes with the picture."""
    rows = Slide.objects.filter(deck__lesson=lesson_id).order_by("seq")
    return tuple(
        SlideInfo(slide.seq, slide.heading, tuple(slide.lines), _picture(slide)) for slide in rows
    )


def _picture(slide: Slide) -> str:
    if slide.image_id is None:
        return ""
    return f"{reverse('classroom:slide-picture', args=[slide.pk])}?v={slide.image_id}"


def question_in_play(lesson_id: int) -> QuestionInfo | None:
    """The newest question of a lesson; None before the first."""
    row = (
        Question.objects.filter(session__lesson=lesson_id)
        .select_related("key_point")
        .order_by("-seq")
        .first()
    )
    return _question(row) if row else None


def all_questions(lesson_id: int) -> tuple[QuestionInfo, ...]:
    """Every question of a lesson in order, with its answers."""
    rows = Question.objects.filter(session__lesson=lesson_id).select_related("key_point")
    return tuple(_question(row) for row in rows.order_by("seq"))


def _question(row: Question) -> QuestionInfo:
    cards: dict[int, dict[str, int]] = {}
    for class_id, letter, number in row.card_counts.values_list("school_class", "choice", "count"):
        cards.setdefault(class_id, {})[letter] = number
    answers = row.answers.order_by("id").values_list("school_class", "pupil", "choice", "source")
    return QuestionInfo(
        id=row.pk,
        seq=row.seq,
        kind=row.kind,
        stem=row.stem,
        options=tuple(row.options),
        answer=row.answer,
        key_point=row.key_point.title if row.key_point else "",
        state=row.state,
        opened_at=row.opened_at,
        closes_at=row.closed_at or row.closes_at,
        answers=tuple(AnswerInfo(c, p, choice, s == "entered") for c, p, choice, s in answers),
        cards={class_id: counts for class_id, counts in cards.items() if any(counts.values())},
    )


def past_questions(lesson_id: int) -> tuple[PastQuestion, ...]:
    """All questions of a lesson that are closed, in order."""
    rows = Question.objects.filter(session__lesson=lesson_id).exclude(state="open")
    found = []
    for row in rows.prefetch_related("answers", "card_counts"):
        parts = _parts(row)
        shares = [share for share, number in parts for _ in range(number) if share is not None]
        right = sum(shares) / len(shares) if shares else None
        found.append(PastQuestion(row.seq, row.stem, sum(number for _, number in parts), right))
    return tuple(found)


def _parts(row: Question) -> list[tuple[float | None, int]]:
    """Share of the points and number of pupils: a room's card counts replace its named answers.

    Counted letters of a question with several right ones say nothing of one pupil's share.
    """
    counted = {card.school_class_id for card in row.card_counts.all() if card.count}
    named: list[tuple[float | None, int]] = [
        (share_of(row.answer, answer.choice), 1)
        for answer in row.answers.all()
        if answer.school_class_id not in counted
    ]
    if row.kind == Question.Kind.MULTIPLE:
        return named
    cards = [(share_of(row.answer, card.choice), card.count) for card in row.card_counts.all()]
    return named + [part for part in cards if part[1]]


def roll_statuses(lesson_id: int) -> dict[int, dict[int, str]]:
    """Class id → pupil id → status, for the classes whose roll was called."""
    session = session_of(lesson_id)
    found: dict[int, dict[int, str]] = {}
    if session is not None:
        for class_id in session.roll_calls.values_list("school_class", flat=True):
            found[class_id] = {}
        for class_id, pupil, status in session.roll.values_list("school_class", "pupil", "status"):
            found.setdefault(class_id, {})[pupil] = status
    return found


def events(lesson_id: int) -> tuple[EventInfo, ...]:
    """The log of a lesson in order, words between teachers included."""
    rows = (
        SessionEvent.objects.filter(session__lesson=lesson_id)
        .order_by("at", "id")
        .values_list("id", "at", "kind", "school_class", "person", "person__name", "text")
    )
    return tuple(EventInfo(*row[:5], row[5] or "", row[6]) for row in rows)


def duties(lesson_id: int) -> tuple[DutyInfo, ...]:
    """The duties of both sides in the order of their deadlines."""
    profile = current(ClassroomProfile)
    names = {link.code: link.name for link in profile.links}
    automatic = {duty.code for duty in profile.protocol if duty.event}
    rows = ProtocolItem.objects.filter(lesson=lesson_id)
    return tuple(
        DutyInfo(
            row.pk, row.code, names.get(row.link, row.link), row.side, row.school_class_id,
            row.text, row.code in automatic, row.due_at, row.done_at,
        )
        for row in rows.order_by("due_at", "code", "school_class")
    )  # fmt: skip
