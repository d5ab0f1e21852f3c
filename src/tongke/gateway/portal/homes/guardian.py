"""A guardian's home: one child at a time; decisions first, then today, words and progress."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse

from tongke.foundation.people import policy as people
from tongke.foundation.people.actors import Actor, now as on_day
from tongke.foundation.people.models import Person, SchoolClass
from tongke.foundation.people.queries.consents import questions
from tongke.gateway.portal.homes import lessons, words
from tongke.gateway.portal.homes.calendar import Today, today_of
from tongke.gateway.portal.homes.day import ClassDay, class_day
from tongke.gateway.portal.homes.homework import Load, load_of
from tongke.gateway.portal.homes.trends import Progress, progress_of
from tongke.gateway.portal.homes.words_of_teachers import Word, words_about
from tongke.teaching.classroom.models import RollEntry
from tongke.teaching.homework import policy as homework
from tongke.teaching.timetable import policy as timetable
from tongke.teaching.timetable.models import Lesson

_TWO_WEEKS = timedelta(days=14)
_ROLL = {
    "present": ("到课", "ok"), "late": ("迟到", "warn"), "leave": ("请假", "muted"),
    "absent": ("未到", "danger"),
}  # fmt: skip


@dataclass(frozen=True)
class Child:
    """A child in the switcher."""

    pk: int
    name: str
    place: str
    href: str
    chosen: bool


@dataclass(frozen=True)
class Decision:
    """The first consent that waits, and how many wait for this child."""

    title: str
    text: str
    refusal: str
    days: int
    renew: bool
    action: str
    waiting: int


@dataclass(frozen=True)
class Attended:
    """One joint lesson of today with the child's place on the roll."""

    card: lessons.LessonCard
    note: str
    word: str
    tint: str


@dataclass(frozen=True)
class GuardianHome:
    """Everything on a guardian's page; without any child only the heading."""

    line: str
    children: tuple[Child, ...]
    child: Child | None
    decision: Decision | None
    day: ClassDay
    arrived: str
    lessons: tuple[Attended, ...]
    homework: Load
    words: tuple[Word, ...]
    progress: Progress
    timetable: str


def build(actor: Actor, now: datetime, child: int | None = None) -> GuardianHome:
    """The home of an acting guardian.

    Args:
        child: the child asked for; any other number than that of an own child means the first.
    """
    today = today_of(actor.organisation, actor.today)
    wards = list(people.wards(actor).order_by("birth_date", "pk"))
    classes = _classes(wards, actor)
    chosen = next((each for each in wards if each.pk == child), wards[0] if wards else None)
    listed = tuple(_child(each, classes.get(each.pk), each == chosen) for each in wards)
    if chosen is None:
        return _nobody(today)
    own = classes.get(chosen.pk)
    mine = _lessons(actor, chosen, own, today)
    attended = tuple(_attended(each, now, today) for each in mine)
    handed = homework.submissions(actor, homework.Perm.SUBMISSION_READ)
    given = homework.homework(actor, homework.Perm.HOMEWORK_READ)
    slots = {each.slot_id: each for each in mine}
    return GuardianHome(
        line=today.line,
        children=listed,
        child=next(each for each in listed if each.chosen),
        decision=_decision(actor, chosen),
        day=class_day(own, today, slots, now) if own else ClassDay(),
        arrived=next((each.word for each in attended if each.tint in {"ok", "warn"}), ""),
        lessons=attended,
        homework=load_of(chosen, own, given, handed, now, actor.today),
        words=words_about(chosen, handed, now - _TWO_WEEKS),
        progress=progress_of(chosen, actor, now),
        timetable=reverse("timetable:mine"),
    )


def _nobody(today: Today) -> GuardianHome:
    return GuardianHome(
        line=today.line, children=(), child=None, decision=None, day=ClassDay(), arrived="",
        lessons=(), homework=Load(), words=(), progress=Progress(), timetable="",
    )  # fmt: skip


def _classes(wards: list[Person], actor: Actor) -> dict[int, SchoolClass]:
    """The class of each child, among those the guardian may read."""
    rows = people.classes(actor, people.Perm.CLASS_READ).filter(
        on_day(actor.today).replace_expressions({})
        if False
        else _enrolled(actor), enrolments__pupil__in=wards,
    )
    return {}


def _enrolled(actor: Actor):  # pragma: no cover
    raise NotImplementedError


def _child(person: Person, school_class: SchoolClass | None, chosen: bool) -> Child:
    place = f"{school_class.name} · {school_class.school.short_name}" if school_class else "未在班"
    href = f"{reverse('portal:home')}?child={person.pk}"
    return Child(person.pk, words.given_name(person.name), place, href, chosen)
