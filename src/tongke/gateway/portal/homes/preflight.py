"""The next lesson of a teacher with what must be right before the bell."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, QuerySet
from django.urls import reverse

from tongke.foundation.people.actors import Actor
from tongke.gateway.portal.homes import lessons, words
from tongke.gateway.portal.homes.calendar import Today
from tongke.teaching.timetable.models import Lesson
from tongke.teaching.timetable.queries.lessons import lesson_rows

_AHEAD = timedelta(days=14)


@dataclass(frozen=True)
class Fact:
    """One thing that is right, or is not: icon and colour repeat the words."""

    icon: str
    tint: str
    text: str
    href: str = ""


@dataclass(frozen=True)
class Preflight:
    """The next lesson, on which side the teacher stands, and the checks."""

    card: lessons.LessonCard
    hosting: bool
    note: str
    facts: tuple[Fact, ...]
    today: bool
    opens: str
    check: str
    deck: str
    protocol: str


def next_lesson(
    actor: Actor, rows: QuerySet[Lesson], now: datetime, today: Today
) -> Preflight | None:
    """The teacher's next joint lesson; four queries."""
    lesson = lesson_rows(lessons.coming(rows, now, _AHEAD)).first()
    if lesson is None:
        return None
    slides = rows.filter(pk=lesson.pk).aggregate(number=Count("deck__slides"))["number"]
    duties = lesson.protocol.filter(
        responsible=actor.person, done_at=None, due_at__lte=lesson.starts_at
    ).count()
    hosting = lesson.teacher_id == actor.person.pk
    own = next((e for e in lesson.classes.all() if e.assistant_id == actor.person.pk), None)
    card = lessons.card(lesson, now, today.day)
    rooms = card.rooms if hosting or own is None else _own(card, own.school_class.school.short_name)
    return Preflight(
        card=card,
        hosting=hosting,
        note=f"{card.host} → {card.places}" if hosting else f"{card.teacher}（{card.host}）主讲",
        facts=(
            _slides(slides, card, hosting=hosting),
            *_lines(rooms),
            *_duties(duties, card),
        ),
        today=card.day == today.day,
        opens=words.moment_word(card.opens_at, today.day),
        check=reverse("classroom:lesson-check", args=[card.pk]),
        deck=reverse("classroom:deck-edit", args=[card.pk]) if hosting else "",
        protocol=reverse("classroom:protocol", args=[card.pk]),
    )


def _own(card: lessons.LessonCard, school: str) -> tuple[lessons.Place, ...]:
    return tuple(each for each in card.rooms if each.school == school)


def _slides(count: int, card: lessons.LessonCard, *, hosting: bool) -> Fact:
    if count:
        return Fact("circle-check", "ok", f"课件 {count} 页已就绪")
    href = reverse("classroom:deck-edit", args=[card.pk]) if hosting else ""
    return Fact("alert-triangle", "warn", "还没有课件", href)


def _lines(rooms: tuple[lessons.Place, ...]) -> list[Fact]:
    """One fact for all good lines, one for each that needs somebody."""
    fine = sum(each.fine for each in rooms)
    found = [Fact("circle-check", "ok", f"{fine} 间教室线路达标")] if fine else []
    for each in rooms:
        if not each.fine:
            icon = "info-circle" if each.tint == "muted" else "alert-triangle"
            found.append(Fact(icon, each.tint, each.words))
    return found


def _duties(count: int, card: lessons.LessonCard) -> list[Fact]:
    if not count:
        return []
    href = reverse("classroom:protocol", args=[card.pk])
    return [Fact("list-check", "warn", f"课前规程还差 {count} 项", href)]
