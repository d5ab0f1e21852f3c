"""A guardian's home: one child at a time; decisions first, then today, words and progress."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, Prefetch, Subquery
from django.urls import reverse

from tongke.foundation.people import policy as people
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.actors import now as on_day
from tongke.foundation.people.models import Enrolment, Person, SchoolClass
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
from tongke.teaching.timetable.queries.lessons import lesson_rows

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
    word: str
    tint: str
    called: bool


@dataclass(frozen=True)
class GuardianHome:
    """Everything on a guardian's page; without any child only the heading."""

    line: str
    children: tuple[Child, ...]
    child: Child | None
    decision: Decision | None
    day: ClassDay
    roll: Attended | None
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
    classes = _wards(actor)
    chosen = next((each for each in classes if each.pk == child), next(iter(classes), None))
    if chosen is None:
        return _nobody(today)
    listed = tuple(_child(each, own, chosen=each == chosen) for each, own in classes.items())
    own = classes[chosen]
    mine = _lessons(actor, chosen, own, today) if own else []
    attended = tuple(_attended(each, own, now, today) for each in mine if own)
    handed = homework.submissions(actor, homework.Perm.SUBMISSION_READ)
    given = homework.homework(actor, homework.Perm.HOMEWORK_READ)
    slots = {each.slot_id: each for each in mine}
    return GuardianHome(
        line=today.line,
        children=listed,
        child=next(each for each in listed if each.chosen),
        decision=_decision(actor, chosen),
        day=class_day(own, today, slots, now) if own else ClassDay(),
        roll=next((each for each in reversed(attended) if each.called), None),
        lessons=attended,
        homework=load_of(chosen, own, given, handed, now, actor.today),
        words=words_about(chosen, handed, now - _TWO_WEEKS),
        progress=progress_of(chosen, actor, now),
        timetable=reverse("timetable:mine"),
    )


def _nobody(today: Today) -> GuardianHome:
    return GuardianHome(
        line=today.line, children=(), child=None, decision=None, day=ClassDay(), roll=None,
        lessons=(), homework=Load(), words=(), progress=Progress(), timetable="",
    )  # fmt: skip


def _wards(actor: Actor) -> dict[Person, SchoolClass | None]:
    """The guardian's children, eldest first, each with today's class; two queries."""
    held = Enrolment.objects.filter(on_day(actor.today), standing=True).select_related(
        "school_class__school"
    )
    rows = people.wards(actor).prefetch_related(Prefetch("enrolments", held, to_attr="held"))
    return {
        each: each.held[0].school_class if each.held else None
        for each in rows.order_by("birth_date", "pk")
    }


def _child(person: Person, school_class: SchoolClass | None, *, chosen: bool) -> Child:
    place = f"{school_class.name} · {school_class.school.short_name}" if school_class else "未在班"
    href = f"{reverse('portal:home')}?child={person.pk}"
    return Child(person.pk, words.given_name(person.name), place, href, chosen)


def _decision(actor: Actor, child: Person) -> Decision | None:
    """What the guardian is asked about this child; None when all is answered."""
    asked = people.people(actor, people.Perm.CONSENT_ANSWER).filter(pk=child.pk)
    found = questions(asked, actor.today)
    waiting = [one for each in found for one in each.questions if one.waiting]
    if not waiting:
        return None
    purpose = waiting[0].purpose
    return Decision(
        title=purpose.name, text=purpose.text, refusal=purpose.refusal, days=purpose.days,
        renew=waiting[0].state == "renew",
        action=reverse("people:consent-answer", args=[child.pk, purpose.code]),
        waiting=len(waiting),
    )  # fmt: skip


def _lessons(actor: Actor, child: Person, own: SchoolClass, today: Today) -> list[Lesson]:
    """Today's joint lessons of the child's class with `roll`, the child's own entry."""
    entry = RollEntry.objects.filter(session__lesson=OuterRef("pk"), pupil=child).values("status")
    rows = timetable.lessons(actor, timetable.Perm.LESSON_READ).filter(
        day=today.day, classes__school_class=own
    )
    rows = rows.annotate(roll=Subquery(entry[:1])).order_by("starts_at", "pk")
    return list(lesson_rows(rows))


def _attended(lesson: Lesson, own: SchoolClass, now: datetime, today: Today) -> Attended:
    card = lessons.card(lesson, now, today.day, class_id=own.pk)
    status = lesson.roll  # type: ignore[attr-defined]
    if status in _ROLL:
        word, tint = _ROLL[status]
    elif card.state == Lesson.State.PLANNED and card.ends_at > now:
        near = card.starts_at - now < timedelta(hours=1)
        word, tint = (card.when, "info") if near else ("待上课", "muted")
    else:
        word, tint = card.label, card.tint
    return Attended(card, word, tint, called=status in _ROLL)
