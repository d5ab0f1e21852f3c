"""A child's homework of today: what is to do, what is done, and how many minutes it takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from tongke.core.profile import current
from tongke.core.templatetags.ui import tint
from tongke.foundation.people.models import Person, SchoolClass
from tongke.gateway.portal.homes import words
from tongke.teaching.homework.models import Homework, Submission
from tongke.teaching.homework.profile import HomeworkProfile


@dataclass(frozen=True)
class Task:
    """One homework of one child: ``todo``, ``doing``, ``late`` (still taken), ``done``."""

    pk: int
    title: str
    subject: str
    tint: str
    minutes: int
    state: str
    note: str
    href: str


@dataclass(frozen=True)
class Load:
    """Today's homework, what may wait, and the region's limit in minutes (None: no limit)."""

    today: tuple[Task, ...] = ()
    later: tuple[Task, ...] = ()
    limit: int | None = None

    @property
    def minutes(self) -> int:
        """Minutes of today's homework together."""
        return sum(each.minutes for each in self.today)

    @property
    def done_minutes(self) -> int:
        """Minutes of what is handed in."""
        return sum(each.minutes for each in self.today if each.state == "done")

    @property
    def left_minutes(self) -> int:
        """Minutes still to do."""
        return self.minutes - self.done_minutes

    @property
    def done(self) -> int:
        """How many are handed in."""
        return sum(each.state == "done" for each in self.today)

    @property
    def over(self) -> bool:
        """Whether it is more than the region allows for a day."""
        return self.limit is not None and self.minutes > self.limit


def load_of(
    child: Person,
    school_class: SchoolClass | None,
    given: QuerySet[Homework],
    handed: QuerySet[Submission],
    now: datetime,
    today: date,
) -> Load:
    """The homework of one child; two queries.

    Today's is what is due by tomorrow's end or overdue but still taken, and what was handed in
    today; the rest may wait.

    Args:
        given: homework the reader may see; handed: submissions the reader may see.
    """
    if school_class is None:
        return Load()
    profile = current(HomeworkProfile)
    midnight = timezone.make_aware(datetime.combine(today, time.min))
    mine = {
        each.homework_id: each
        for each in handed.filter(pupil=child).filter(
            Q(homework__state=Homework.State.OPEN) | Q(submitted_at__gte=midnight)
        )
    }
    finished = {pk for pk, one in mine.items() if one.state != Submission.State.DOING}
    fresh = {pk for pk in finished if (mine[pk].submitted_at or now) >= midnight}
    taken = Q(state=Homework.State.OPEN, due_at__gte=now - timedelta(hours=profile.late_hours))
    rows = (
        given.filter(classes__school_class=school_class)
        .filter(taken | Q(pk__in=fresh))
        .select_related("lesson__course__subject")
        .order_by("due_at", "pk")
    )
    edge = midnight + timedelta(days=2)
    near: list[Task] = []
    later: list[Task] = []
    for row in rows:
        if row.pk in finished and row.pk not in fresh:
            continue
        task = _task(row, mine, now, today)
        (near if task.state == "done" or row.due_at < edge else later).append(task)
    near.sort(key=lambda each: each.state == "done", reverse=True)
    return Load(tuple(near), tuple(later), profile.daily_minutes.get(school_class.grade_code))


def _task(row: Homework, mine: Mapping[int, Submission], now: datetime, today: date) -> Task:
    one = mine.get(row.pk)
    subject = row.lesson.course.subject
    if one is not None and one.state != Submission.State.DOING:
        state, note = "done", "已交 · 看看批改结果"
    elif row.due_at < now:
        hours = current(HomeworkProfile).late_hours
        until = words.moment_word(row.due_at + timedelta(hours=hours), today)
        state, note = "late", f"过了时间，{until} 前还可以补交"
    else:
        state = "todo" if one is None else "doing"
        begun = "做了一半 · " if one is not None else ""
        note = f"{begun}{words.moment_word(row.due_at, today)} 前"
    return Task(
        pk=row.pk, title=row.title, subject=subject.name[:2], tint=tint(subject.name),
        minutes=row.minutes, state=state, note=note,
        href=reverse("homework:homework-open", args=[row.pk]),
    )  # fmt: skip
