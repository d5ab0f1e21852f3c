"""A pupil's home: the next lesson, the day, homework in minutes, a few minutes to practise."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, QuerySet

from tongke.core.profile import current
from tongke.foundation.people import policy as people
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import SchoolClass
from tongke.gateway.portal.homes import lessons, words
from tongke.gateway.portal.homes.advice import Advice, open_advice
from tongke.gateway.portal.homes.calendar import Today, today_of
from tongke.gateway.portal.homes.day import ClassDay, class_day
from tongke.gateway.portal.homes.homework import Load, load_of
from tongke.gateway.portal.homes.words_of_teachers import Word, words_about
from tongke.teaching.homework import policy as homework
from tongke.teaching.homework.profile import HomeworkProfile
from tongke.teaching.timetable import policy as timetable
from tongke.teaching.timetable.models import Lesson
from tongke.teaching.timetable.queries.lessons import lesson_rows

_WEEK = timedelta(days=7)
# Within this time of the bell the page asks again each minute, so that the door opens by itself.
_SOON = timedelta(minutes=20)


@dataclass(frozen=True)
class Next:
    """The joint lesson that is on or comes next, with the slides that are ready for it."""

    card: lessons.LessonCard
    slides: int
    soon: bool
    opens: str


@dataclass(frozen=True)
class PupilHome:
    """Everything on a pupil's page."""

    name: str
    greeting: str
    line: str
    next: Next | None
    day: ClassDay
    homework: Load
    advice: tuple[Advice, ...]
    words: tuple[Word, ...]
    rest_minutes: int


def build(actor: Actor, now: datetime) -> PupilHome:
    """The home of an acting pupil."""
    today = today_of(actor.organisation, actor.today)
    school_class = people.classes(actor, people.Perm.CLASS_READ).select_related("school").first()
    mine = timetable.lessons(actor, timetable.Perm.LESSON_READ)
    handed = homework.submissions(actor, homework.Perm.SUBMISSION_READ)
    given = homework.homework(actor, homework.Perm.HOMEWORK_READ)
    name = words.given_name(actor.person.name)
    place = f"{school_class.school.short_name} {school_class.name}" if school_class else ""
    return PupilHome(
        name=name,
        greeting=f"{name}，{words.hello(now)}",
        line=" · ".join(part for part in (words.long_date(actor.today), place) if part),
        next=_next(mine, school_class, now, today),
        day=_day(mine, school_class, now, today),
        homework=load_of(actor.person, school_class, given, handed, now, actor.today),
        advice=open_advice(actor),
        words=words_about(actor.person, handed, now - _WEEK, most=2),
        rest_minutes=current(HomeworkProfile).rest_minutes,
    )


def _day(
    rows: QuerySet[Lesson], school_class: SchoolClass | None, now: datetime, today: Today
) -> ClassDay:
    if school_class is None:
        return ClassDay()
    by_slot = {each.slot_id: each for each in rows.filter(day=today.day)}
    return class_day(school_class, today, by_slot, now)


def _next(
    rows: QuerySet[Lesson], school_class: SchoolClass | None, now: datetime, today: Today
) -> Next | None:
    soonest = lessons.coming(rows, now, _WEEK)
    found = lesson_rows(soonest.annotate(slide_count=Count("deck__slides"))).first()
    if found is None:
        return None
    class_id = school_class.pk if school_class else None
    card = lessons.card(found, now, today.day, class_id=class_id)
    return Next(
        card=card,
        slides=found.slide_count,  # type: ignore[attr-defined]
        soon=card.starts_at - now < _SOON,
        opens=words.moment_word(card.opens_at, today.day),
    )
