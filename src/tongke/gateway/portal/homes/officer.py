"""The 电教专干's home: what runs today, what did not, demands, imports, titles."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Value, When
from django.urls import reverse

from tongke.core.models import ImportRun
from tongke.core.profile import current
from tongke.core.spreadsheets.tasks import import_kind
from tongke.foundation.campus import policy as campus
from tongke.foundation.campus.queries import too_slow
from tongke.foundation.people import policy as people
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Title
from tongke.gateway.portal.homes import lessons, words
from tongke.gateway.portal.homes.calendar import today_of
from tongke.gateway.portal.homes.lessons import LessonCard
from tongke.gateway.portal.homes.researcher import title_tasks
from tongke.gateway.portal.homes.school import unresolved
from tongke.gateway.portal.homes.tasks import Task
from tongke.teaching.timetable import policy as timetable
from tongke.teaching.timetable.models import Demand, Lesson
from tongke.teaching.timetable.profile import TimetableProfile
from tongke.teaching.timetable.queries.gaps import demand_rows

_MOST = 12
_FEW = 5
_WEEK = timedelta(days=7)
_IMPORT_TINTS = {"dry": "warn", "committed": "ok", "undone": "muted", "failed": "danger"}


@dataclass(frozen=True)
class Counts:
    """Today's joint lessons by state; `waiting` are those whose end has passed silently."""

    all: int
    live: int
    held: int
    coming: int
    waiting: int
    not_held: int


@dataclass(frozen=True)
class Import:
    """One import of this person."""

    title: str
    filename: str
    state: str
    tint: str
    at: datetime
    counts: str


@dataclass(frozen=True)
class OfficerHome:
    """Everything on an officer's page."""

    greeting: str
    line: str
    counts: Counts
    lessons: tuple[LessonCard, ...]
    more: int
    not_held: tuple[LessonCard, ...]
    unresolved: int
    demands: tuple[Task, ...]
    demands_count: int
    demands_late: int
    answer_days: int
    slow_rooms: int
    imports: tuple[Import, ...]
    titles: tuple[Task, ...]
    titles_count: int


def build(actor: Actor, now: datetime) -> OfficerHome:
    """The home of an acting officer."""
    seen = timetable.lessons(actor, timetable.Perm.LESSON_READ)
    day = seen.filter(day=actor.today)
    shown = lessons.cards(_in_order(day, now)[:_MOST], now, actor.today)
    missed = unresolved(seen, now) | seen.filter(
        state=Lesson.State.NOT_HELD, day__gt=actor.today - _WEEK
    )
    asked = timetable.demands(actor, timetable.Perm.DEMAND_READ).filter(state=Demand.State.OPEN)
    days = current(TimetableProfile).demand_answer_days
    titles = people.titles(actor, people.Perm.TITLE_FILE).filter(state=Title.State.REPORTED)
    counts = counts_of(day, now)
    return OfficerHome(
        greeting=f"{actor.person.name}，{words.hello(now)}",
        line=today_of(actor.organisation, actor.today).line,
        counts=counts,
        lessons=tuple(shown),
        more=max(0, counts.all - len(shown)),
        not_held=tuple(lessons.cards(missed.order_by("-starts_at")[:_FEW], now, actor.today)),
        unresolved=unresolved(seen, now).count(),
        demands=tuple(_demand(each, now, days) for each in demand_rows(asked)[:_FEW]),
        demands_count=asked.count(),
        demands_late=asked.filter(opened_at__lt=now - timedelta(days=days)).count(),
        answer_days=days,
        slow_rooms=slow_rooms(actor),
        imports=_imports(actor),
        titles=title_tasks(
            titles.select_related("person", "organisation").order_by("since", "pk")[:_FEW]
        ),
        titles_count=titles.count(),
    )


def counts_of(day: QuerySet[Lesson], now: datetime) -> Counts:
    """The lessons of a day by state; one query."""
    state = Lesson.State
    found = day.exclude(state=state.CANCELLED).aggregate(
        all=Count("pk"),
        live=Count("pk", filter=Q(state=state.LIVE)),
        held=Count("pk", filter=Q(state=state.HELD)),
        coming=Count("pk", filter=Q(state=state.PLANNED, ends_at__gte=now)),
        waiting=Count("pk", filter=Q(state=state.PLANNED, ends_at__lt=now)),
        not_held=Count("pk", filter=Q(state=state.NOT_HELD)),
    )
    return Counts(**found)


def _in_order(day: QuerySet[Lesson], now: datetime) -> QuerySet[Lesson]:
    """What runs first, then what comes, then what is over."""
    rank = Case(
        When(state=Lesson.State.LIVE, then=Value(0)),
        When(state=Lesson.State.PLANNED, ends_at__gte=now, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    return day.annotate(rank=rank).order_by("rank", "starts_at", "pk")


def slow_rooms(actor: Actor) -> int:
    """Rooms for joint lessons whose line is slower than the region asks for."""
    rows = campus.rooms(actor, campus.Perm.ROOM_READ).filter(too_slow(), retired_on=None)
    return rows.count()


def _demand(row: Demand, now: datetime, days: int) -> Task:
    waited = (now - row.opened_at).days
    where = f"{row.school_class.school.short_name} {row.school_class.name}"
    return Task(
        f"{where} {row.subject.name}", f"{row.get_kind_display()}，每周 {row.periods} 节",
        f"{reverse('timetable:demand-list')}?state={Demand.State.OPEN}", "bell-ringing",
        f"等了 {waited} 天" if waited else "今天提出", "danger" if waited > days else "warn",
    )  # fmt: skip


def _imports(actor: Actor) -> tuple[Import, ...]:
    rows = (
        ImportRun.objects.filter(created_by=actor.account)
        .defer("journal", "report")
        .annotate(counts=F("report__counts"))
        .order_by("-created_at", "-pk")[:_FEW]
    )
    return tuple(_import(row) for row in rows)


def _import(row: ImportRun) -> Import:
    kind = import_kind(row.kind)
    counts = row.counts or {}  # type: ignore[attr-defined]
    words_of = (("add", "新增"), ("change", "更新"), ("leave", "离开"), ("refuse", "有误"))
    told = "，".join(f"{label} {counts[key]}" for key, label in words_of if counts.get(key))
    return Import(
        kind.title if kind else row.kind, row.filename, str(row.get_state_display()),
        _IMPORT_TINTS[row.state], row.created_at, told,
    )  # fmt: skip
