"""A 教研员's home: the subject's lessons of this week, weak key points, resources, titles."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.urls import reverse

from tongke.core.profile import current
from tongke.engines.learning.scopes import scopes
from tongke.engines.library import policy as library
from tongke.engines.library.models import Resource
from tongke.foundation.curriculum.queries import points_for, subject_choices
from tongke.foundation.people import policy as people
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Title
from tongke.foundation.people.profile import PeopleProfile
from tongke.gateway.portal.homes import lessons, words
from tongke.gateway.portal.homes.calendar import today_of
from tongke.gateway.portal.homes.mastery import PointMean, weakest_over_classes
from tongke.gateway.portal.homes.tasks import Task
from tongke.teaching.assessment import policy as assessment
from tongke.teaching.assessment.models import Item
from tongke.teaching.timetable import policy as timetable
from tongke.teaching.timetable.models import Lesson
from tongke.teaching.timetable.queries.lessons import Held, held

_MOST = 8
_TITLES = 6


@dataclass(frozen=True)
class Stock:
    """What there is for the subject's key points: how many, and how many points they cover."""

    count: int
    covered: int
    points: int

    @property
    def share(self) -> float | None:
        """Covered points against all, in [0, 1]."""
        return self.covered / self.points if self.points else None


@dataclass(frozen=True)
class ResearcherHome:
    """Everything on a researcher's page; without a subject of one's own it is over all."""

    greeting: str
    line: str
    subject: str
    week: int
    lessons: tuple[lessons.LessonCard, ...]
    more: int
    held: Held
    points: tuple[PointMean, ...]
    resources: Stock
    items: Stock
    titles: tuple[Task, ...]
    titles_count: int


def build(actor: Actor, now: datetime) -> ResearcherHome:
    """The home of an acting researcher."""
    today = today_of(actor.organisation, actor.today)
    seen = timetable.lessons(actor, timetable.Perm.LESSON_READ)
    monday, sunday = today.week_days
    week = seen.filter(day__gte=monday, day__lte=sunday).exclude(state=Lesson.State.CANCELLED)
    # What is over moves to the end: the day begins with what can still be listened to.
    ahead = week.filter(ends_at__gt=now).order_by("starts_at", "pk")
    behind = week.filter(ends_at__lte=now).order_by("-starts_at", "pk")
    shown = lessons.cards(ahead[:_MOST], now, actor.today)
    if len(shown) < _MOST:
        shown += lessons.cards(behind[: _MOST - len(shown)], now, actor.today)
    titles = _titles(actor)
    return ResearcherHome(
        greeting=f"{actor.person.name}，{words.hello(now)}",
        line=today.line,
        subject=dict(subject_choices()).get(actor.subject_code, ""),
        week=today.shown_week,
        lessons=tuple(shown),
        more=max(0, week.count() - len(shown)),
        held=held(seen.filter(course__term=today.term), now),
        points=weakest_over_classes(scopes(actor)),
        resources=_resources(actor),
        items=_items(actor),
        titles=titles[:_TITLES],
        titles_count=len(titles),
    )


def _resources(actor: Actor) -> Stock:
    points = points_for(actor.subject_code).order_by()
    rows = library.resources(actor, library.Perm.RESOURCE_READ).filter(
        state=Resource.State.PUBLISHED
    )
    if actor.subject_code:
        rows = rows.filter(key_points__unit__textbook__subject=actor.subject_code)
    covered = points.filter(pk__in=rows.values("key_points"))
    return Stock(rows.values("pk").distinct().count(), covered.count(), points.count())


def _items(actor: Actor) -> Stock:
    points = points_for(actor.subject_code).order_by()
    rows = assessment.items(actor, assessment.Perm.ITEM_READ).filter(state=Item.State.READY)
    if actor.subject_code:
        rows = rows.filter(key_point__unit__textbook__subject=actor.subject_code)
    covered = points.filter(pk__in=rows.values("key_point"))
    return Stock(rows.count(), covered.count(), points.count())


def _titles(actor: Actor) -> tuple[Task, ...]:
    rows = people.titles(actor, people.Perm.TITLE_FILE).filter(state=Title.State.REPORTED)
    if actor.subject_code:
        rows = rows.filter(Q(subject_code=actor.subject_code) | Q(subject_code=""))
    return title_tasks(rows.select_related("person", "organisation").order_by("since", "pk"))


def title_tasks(rows: QuerySet[Title]) -> tuple[Task, ...]:
    """Reported titles that wait to be filed."""
    profile = current(PeopleProfile)
    href = f"{reverse('people:title-list')}?state={Title.State.REPORTED}"
    return tuple(
        Task(
            f"{row.person.name}：{profile.title_name(row.kind)}", row.organisation.short_name,
            href, "award", "待备案", "warn",
        )
        for row in rows
    )  # fmt: skip
