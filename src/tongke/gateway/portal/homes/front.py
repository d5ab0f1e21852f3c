"""The public front page: what anybody may know of the region, kept for a minute.

Public means public: lessons of today without pupils or teachers, titles of published resources,
and figures of the newest snapshot with their date. Nothing can be opened from here.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from django.core.cache import cache
from django.utils import timezone

from tongke.core.profile import RegionProfile, current
from tongke.core.templatetags.ui import tint
from tongke.gateway.portal import policy
from tongke.gateway.portal.homes import lessons, words
from tongke.gateway.portal.profile import PortalProfile
from tongke.governance.monitor import queries as monitor
from tongke.teaching.timetable.models import Lesson

SECONDS = 60
_LESSONS = 6
_RESOURCES = 4
_ICONS = ("broadcast", "star", "building-community", "world", "video")
_TINTS = ("primary", "warn", "teal", "violet", "info")


@dataclass(frozen=True)
class Classroom:
    """One of the three classrooms; `note` counts today's lessons where they are its own."""

    name: str
    summary: str
    note: str
    icon: str
    tint: str


@dataclass(frozen=True)
class Live:
    """One lesson of today as the public may see it."""

    clock: str
    title: str
    schools: str
    word: str
    tint: str
    live: bool


@dataclass(frozen=True)
class Resource:
    """A published resource by its title only."""

    title: str
    note: str
    minutes: str
    icon: str
    tint: str


@dataclass(frozen=True)
class Figure:
    """One indicator of the region with its definition and target, a share in [0, 1]."""

    name: str
    share: float
    note: str
    definition: str
    tint: str


@dataclass(frozen=True)
class Front:
    """Everything on the front page."""

    region: str
    slogan: str
    bureau: str
    portal: str
    schools: int
    day: str
    classrooms: tuple[Classroom, ...]
    lessons: tuple[Live, ...]
    lessons_count: int
    resources: tuple[Resource, ...]
    figures: tuple[Figure, ...]
    as_of: datetime | None


def shown(now: datetime) -> Front:
    """The front page of this minute: built at most once a minute for all guests."""
    today = timezone.localdate(now)
    key = f"portal.front.{current(RegionProfile).code}.{today:%Y%m%d}"
    found: Front | None = cache.get(key)
    if found is None:
        found = build(now, today)
        cache.set(key, found, SECONDS)
    return found


def build(now: datetime, today: date) -> Front:
    """The front page of a moment, out of what guests may see."""
    region = current(RegionProfile)
    cards = lessons.cards(policy.public_lessons(today), now, today)
    figures, as_of = _figures(today)
    return Front(
        region=region.name, slogan=current(PortalProfile).slogan, bureau=region.bureau_name,
        portal=region.portal_name,
        schools=policy.public_schools().count(), day=words.long_date(today),
        classrooms=_classrooms(cards), lessons=_lessons(cards), lessons_count=len(cards),
        resources=_resources(), figures=figures, as_of=as_of,
    )  # fmt: skip


def _classrooms(cards: list[lessons.LessonCard]) -> tuple[Classroom, ...]:
    """The classrooms of the profile; a classroom whose code is a form of lessons counts them."""
    today = Counter(each.form_code for each in cards)
    return tuple(
        Classroom(
            one.name, one.summary, f"今天 {today[one.code]} 节" if today[one.code] else "",
            _ICONS[place % len(_ICONS)], _TINTS[place % len(_TINTS)],
        )
        for place, one in enumerate(current(RegionProfile).classrooms)
    )  # fmt: skip


def _lessons(cards: list[lessons.LessonCard]) -> tuple[Live, ...]:
    """What runs first, then what comes, then what is over."""
    order = {Lesson.State.LIVE: 0, Lesson.State.PLANNED: 1}
    cards = sorted(cards, key=lambda each: (order.get(Lesson.State(each.state), 2), each.starts_at))
    return tuple(_live(each) for each in cards[:_LESSONS])


def _live(card: lessons.LessonCard) -> Live:
    live = card.state == Lesson.State.LIVE
    word, shade = {
        Lesson.State.LIVE: ("正在上", "danger"), Lesson.State.HELD: ("已上课", "ok"),
    }.get(
        Lesson.State(card.state), (f"{timezone.localtime(card.starts_at):%H:%M}", "muted")
    )  # fmt: skip
    schools = f"{card.host} → {card.places}" if card.places else card.host
    return Live(card.clock, card.course, schools, word, shade, live)


def _resources() -> tuple[Resource, ...]:
    found = []
    for row in policy.public_resources()[:_RESOURCES]:
        point = next(iter(row.key_points.all()), None)
        book = point.unit.textbook if point else None
        about = f"{book.grade.name}{book.subject.name}" if book else row.get_kind_display()
        found.append(
            Resource(
                row.title, f"{about} · {row.organisation.short_name}",
                f"{row.minutes} 分钟" if row.seconds else "",
                words.subject_icon(book.subject.name if book else ""),
                tint(row.title),
            )
        )  # fmt: skip
    return tuple(found)


def _figures(today: date) -> tuple[tuple[Figure, ...], datetime | None]:
    snapshot, region = monitor.newest(), policy.public_region()
    if snapshot is None or region is None:
        return (), None
    term = next(iter(monitor.terms(snapshot)), "")
    found = [
        Figure(
            each.indicator.name, each.share,
            f"目标 {each.target:g}%" if each.target is not None else "",
            each.indicator.definition, _TINTS[place % len(_TINTS)],
        )
        for place, each in enumerate(monitor.figures(snapshot, region, term, today))
        if each.share is not None
    ]  # fmt: skip
    return tuple(found), snapshot.as_of
