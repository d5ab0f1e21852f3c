"""What a teacher has to do today: the protocol, homework, and questions of pupils."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from tongke.core.profile import current
from tongke.engines.learning.models import Recommendation
from tongke.engines.learning.scopes import ClassScope
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Enrolment
from tongke.gateway.portal.homes import words
from tongke.gateway.portal.homes.mastery import in_scopes
from tongke.gateway.portal.homes.tasks import Task, by_urgency, dated
from tongke.teaching.classroom.models import ProtocolItem
from tongke.teaching.classroom.profile import ClassroomProfile
from tongke.teaching.classroom.queries.protocol import todo
from tongke.teaching.homework import policy as homework
from tongke.teaching.homework.models import Homework
from tongke.teaching.timetable import policy as timetable
from tongke.teaching.timetable.models import Lesson

_LATE = timedelta(days=14)
_RECENT = timedelta(days=7)
_QUESTIONS = 3


@dataclass(frozen=True)
class HandedIn:
    """Homework of one's lessons that is out now: how many pupils have handed in."""

    sets: int = 0
    handed: int = 0
    expected: int = 0

    @property
    def waiting(self) -> int:
        """Pupils who have not handed in yet."""
        return max(0, self.expected - self.handed)


def handed_in(actor: Actor, now: datetime) -> HandedIn:
    """Over the open homework of the teacher's lessons, all classes for its host; four queries."""
    me = actor.person.pk
    rows = homework.homework(actor, homework.Perm.HOMEWORK_READ).filter(
        state=Homework.State.OPEN, due_at__gte=now - _RECENT
    )
    listed = list(
        rows.order_by().values_list(
            "pk", "classes__school_class", "lesson", "lesson__teacher", "set_by"
        )
    )
    if not listed:
        return HandedIn()
    lessons = {lesson for _, _, lesson, _, _ in listed}
    assisted = set(
        actor.person.assisted_lessons.filter(lesson__in=lessons).values_list(
            "lesson", "school_class"
        )
    )
    mine = {
        (pk, class_id)
        for pk, class_id, lesson, teacher, author in listed
        if me in {teacher, author} or (lesson, class_id) in assisted
    }
    sizes = _sizes({class_id for _, class_id in mine})
    sets = {pk for pk, _ in mine}
    seen = homework.submissions(actor, homework.Perm.SUBMISSION_READ).filter(homework__in=sets)
    handed = seen.exclude(submitted_at=None).count() if sets else 0
    return HandedIn(len(sets), handed, sum(sizes.get(class_id, 0) for _, class_id in mine))


def _sizes(classes: set[int]) -> dict[int, int]:
    rows = Enrolment.objects.filter(school_class__in=classes, until=None).order_by()
    return dict(rows.values_list("school_class").annotate(Count("pk")))


def tasks_of(actor: Actor, rights: Sequence[ClassScope], now: datetime) -> tuple[Task, ...]:
    """Everything that waits for this teacher, most urgent first."""
    unset = _without_homework(actor, now)
    return by_urgency(
        [
            *_duties(actor, {each.pk for each in unset}, now),
            *(_to_set(each, now, actor.today) for each in unset),
            *_drafts(actor, now),
            *_questions(rights, now),
        ]
    )


def _duties(actor: Actor, unset: set[int], now: datetime) -> list[Task]:
    """Duties of the protocol until tomorrow night, one task for each lesson."""
    rows = todo(actor.person, _tomorrow(actor.today)).filter(due_at__gte=now - _LATE)
    profile = current(ClassroomProfile)
    own_task = {duty.code for duty in profile.protocol if duty.event == "homework_opened"}
    by_lesson: dict[int, list[ProtocolItem]] = defaultdict(list)
    for row in rows:
        if row.lesson_id not in unset or row.code not in own_task:
            by_lesson[row.lesson_id].append(row)
    links = {link.code: link.name for link in profile.links}
    return [_duty(items, links, now, actor.today) for items in by_lesson.values()]


def _tomorrow(today: date) -> datetime:
    """The last moment of tomorrow."""
    return timezone.make_aware(datetime.combine(today + timedelta(days=1), time.max))


def _duty(items: list[ProtocolItem], links: dict[str, str], now: datetime, today: date) -> Task:
    first, lesson = items[0], items[0].lesson
    names = "、".join(dict.fromkeys(links.get(each.link, each.link) for each in items))
    title = first.text.rstrip("。") if len(items) == 1 else f"{names}：还差 {len(items)} 项规程"
    day = words.day_word(lesson.day, today)
    return dated(
        title, f"{day} {lesson.title or lesson.course}",
        reverse("classroom:protocol", args=[lesson.pk]), "list-check",
        due_at=first.due_at, now=now, today=today, ahead=now < lesson.starts_at <= _tomorrow(today),
    )  # fmt: skip


def _without_homework(actor: Actor, now: datetime) -> list[Lesson]:
    """Own lessons held in the last week for which no homework was set; one query."""
    rows = timetable.lessons(actor, timetable.Perm.LESSON_TEACH).filter(
        state=Lesson.State.HELD, ends_at__gte=now - _RECENT, homework=None
    )
    return list(rows.select_related("course__subject", "course__grade").order_by("-starts_at")[:5])


def _to_set(lesson: Lesson, now: datetime, today: date) -> Task:
    day = words.day_word(lesson.day, today)
    return dated(
        f"布置作业：{lesson.title or lesson.course}", f"{day}的课还没有作业",
        reverse("homework:homework-new", args=[lesson.pk]), "clipboard-check",
        due_at=lesson.ends_at + timedelta(days=1), now=now, today=today,
    )  # fmt: skip


def _drafts(actor: Actor, now: datetime) -> list[Task]:
    rows = homework.homework(actor, homework.Perm.HOMEWORK_EDIT).filter(
        state=Homework.State.DRAFT, created_at__gte=now - _LATE
    )
    return [
        dated(
            f"作业草稿还没布置：{row.title}", f"约 {row.minutes} 分钟",
            reverse("homework:homework-detail", args=[row.pk]), "edit",
            due_at=row.due_at, now=now, today=actor.today,
        )
        for row in rows.order_by("due_at")[:5]
    ]  # fmt: skip


def _questions(rights: Sequence[ClassScope], now: datetime) -> list[Task]:
    """What pupils of the teacher's classes asked about a key point; one query."""
    rows = (
        Recommendation.objects.filter(
            in_scopes(rights), state=Recommendation.State.ASKED, changed_at__gte=now - _LATE
        )
        .order_by("-changed_at")
        .values_list(
            "pupil__name", "key_point__title", "note", "changed_at",
            "pupil__enrolments__school_class", "key_point__unit__textbook__subject",
        )
    )  # fmt: skip
    return [
        Task(
            f"{name} 想问：{point}", note or "没有写附言",
            reverse("learning:class-detail", args=[class_id, subject]), "help-circle",
            "学生提问", "info",
        )
        for name, point, note, _, class_id, subject in rows[:_QUESTIONS]
    ]  # fmt: skip
