"""Who may do what in a live lesson; everything stands on timetable's rule for lessons."""

from enum import StrEnum

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Enrolment
from tongke.foundation.people.roles import Role
from tongke.teaching.classroom.models import ProtocolItem, Session, Slide
from tongke.teaching.classroom.queries.roster import enrolled
from tongke.teaching.classroom.seats import Seat, SeatKind
from tongke.teaching.timetable import policy as timetable
from tongke.teaching.timetable.models import Lesson, LessonClass

_OBSERVERS = frozenset({Role.OFFICER, Role.RESEARCHER, Role.DIRECTOR, Role.HEAD})


class Perm(StrEnum):
    """Permissions on live lessons."""

    SESSION_HOST = "classroom:session:host"
    SESSION_ROOM = "classroom:session:room"
    SESSION_JOIN = "classroom:session:join"
    SESSION_WATCH = "classroom:session:watch"
    SESSION_READ = "classroom:session:read"
    DECK_EDIT = "classroom:deck:edit"
    DECK_READ = "classroom:deck:read"
    PROTOCOL_READ = "classroom:protocol:read"
    PROTOCOL_TICK = "classroom:protocol:tick"


_LOOKING = frozenset({Perm.SESSION_WATCH, Perm.SESSION_READ, Perm.PROTOCOL_READ, Perm.DECK_READ})


def _hosted(actor: Actor) -> Q:
    return Q(teacher=actor.person)


def _assisted(actor: Actor) -> Q:
    rows = LessonClass.objects.filter(lesson=OuterRef("pk"), assistant=actor.person)
    return Q(Exists(rows))


def _learned(actor: Actor) -> Q:
    """The lesson's classes on whose roll the pupil is today."""
    classes = Enrolment.objects.filter(enrolled(actor.today), pupil=actor.person)
    rows = LessonClass.objects.filter(
        lesson=OuterRef("pk"), school_class__in=classes.values("school_class")
    )
    return Q(Exists(rows))


def lessons(actor: Actor, perm: Perm) -> QuerySet[Lesson]:
    """Lessons on which the actor holds `perm`."""
    rows = timetable.lessons(actor, timetable.Perm.LESSON_READ)
    mine = _hosted(actor) | _assisted(actor)
    match perm, actor.role:
        case Perm.SESSION_HOST | Perm.DECK_EDIT, Role.TEACHER:
            return rows.filter(_hosted(actor))
        case Perm.SESSION_ROOM, Role.TEACHER:
            return rows.filter(_assisted(actor))
        case Perm.SESSION_JOIN | Perm.DECK_READ, Role.PUPIL:
            return rows.filter(_learned(actor))
        case Perm.SESSION_READ | Perm.PROTOCOL_READ | Perm.DECK_READ, Role.TEACHER:
            return rows.filter(mine)
        case (_, role) if role in _OBSERVERS and perm in _LOOKING:
            return rows
        case Perm.SESSION_READ | Perm.PROTOCOL_READ, Role.TIMETABLER:
            return rows
        case _:
            return Lesson.objects.none()


def sessions(actor: Actor, perm: Perm) -> QuerySet[Session]:
    """Sessions of the lessons on which the actor holds `perm`."""
    return Session.objects.filter(lesson__in=lessons(actor, perm))


def slides(actor: Actor, perm: Perm) -> QuerySet[Slide]:
    """Slides of the lessons on which the actor holds `perm`."""
    return Slide.objects.filter(deck__lesson__in=lessons(actor, perm))


def protocol_items(actor: Actor, perm: Perm) -> QuerySet[ProtocolItem]:
    """Duties the actor may see, or tick: each side ticks its own only."""
    match perm, actor.role:
        case Perm.PROTOCOL_TICK, Role.TEACHER:
            host = Q(side="host", lesson__teacher=actor.person)
            own_class = LessonClass.objects.filter(
                lesson=OuterRef("lesson"), school_class=OuterRef("school_class"),
                assistant=actor.person,
            )  # fmt: skip
            return ProtocolItem.objects.filter(host | Q(side="listening") & Exists(own_class))
        case Perm.PROTOCOL_READ, _:
            return ProtocolItem.objects.filter(lesson__in=lessons(actor, Perm.PROTOCOL_READ))
        case _:
            return ProtocolItem.objects.none()


def session_seat(actor: Actor, lesson: Lesson) -> Seat | None:
    """The seat an actor takes in a lesson, by their role and relation to it; None without any."""

    def may(perm: Perm) -> bool:
        return lessons(actor, perm).filter(pk=lesson.pk).exists()

    person = actor.person
    match actor.role:
        case Role.TEACHER if may(Perm.SESSION_HOST):
            host_class = lesson.classes.filter(side=LessonClass.Side.HOST).first()
            class_id = host_class.school_class_id if host_class else None
            return Seat(SeatKind.HOST, person.pk, person.name, class_id)
        case Role.TEACHER if may(Perm.SESSION_ROOM):
            row = lesson.classes.filter(assistant=person).order_by("pk").first()
            assert row is not None, "SESSION_ROOM means that such a class exists"
            return Seat(SeatKind.ROOM, person.pk, person.name, row.school_class_id)
        case Role.PUPIL if may(Perm.SESSION_JOIN):
            mine = Enrolment.objects.filter(
                enrolled(actor.today), pupil=person, school_class__lesson_classes__lesson=lesson
            ).first()
            assert mine is not None, "SESSION_JOIN means that the pupil is on a roll"
            return Seat(SeatKind.PUPIL, person.pk, person.name, mine.school_class_id)
        case _ if may(Perm.SESSION_WATCH):
            return Seat(SeatKind.OBSERVER, person.pk, person.name)
        case _:
            return None


def seat_in(actor: Actor, lesson_id: int) -> Seat | None:
    """`session_seat` by the lesson's number; None also when there is no such lesson."""
    lesson = Lesson.objects.filter(pk=lesson_id).first()
    return session_seat(actor, lesson) if lesson else None


def known_pupils(actor: Actor, lesson: Lesson) -> set[int]:
    """Ids of the lesson's pupils whom the actor may know by name."""
    people = timetable.course_pupils(actor, lesson.course, lesson.day)
    return set(people.values_list("pk", flat=True))


def lesson_or_404(actor: Actor, lesson_id: int, perm: Perm) -> Lesson:
    """404 both when it does not exist and when it is not theirs."""
    rows = lessons(actor, perm).select_related(
        "course__subject", "course__grade", "course__host_school", "teacher"
    )
    return get_object_or_404(rows, pk=lesson_id)


def entered_or_404(actor: Actor, lesson_id: int) -> Lesson:
    """A lesson in which the actor has any seat."""
    for perm in (Perm.SESSION_HOST, Perm.SESSION_ROOM, Perm.SESSION_JOIN, Perm.SESSION_WATCH):
        found = lessons(actor, perm).filter(pk=lesson_id).first()
        if found is not None:
            return lesson_or_404(actor, lesson_id, perm)
    raise Http404


def seat_or_404(actor: Actor, lesson: Lesson) -> Seat:
    """The actor's seat in a lesson; 404 without one."""
    seat = session_seat(actor, lesson)
    if seat is None:
        raise Http404
    return seat


def item_or_404(actor: Actor, item_id: int, perm: Perm) -> ProtocolItem:
    """404 both when it does not exist and when it is not theirs."""
    rows = protocol_items(actor, perm).select_related("lesson", "evidence_file")
    return get_object_or_404(rows, pk=item_id)


def slide_or_404(actor: Actor, slide_id: int, perm: Perm) -> Slide:
    """404 both when it does not exist and when it is not theirs."""
    rows = slides(actor, perm).select_related("deck__lesson", "image")
    return get_object_or_404(rows, pk=slide_id)
