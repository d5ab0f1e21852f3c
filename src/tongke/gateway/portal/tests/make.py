"""A county in the middle of its term, for tests of the home pages: one joint course of three
classes on the morning of one of its lessons, with ordinary lessons, slides, duties and homework."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.test import Client, RequestFactory

from tongke.engines.learning.models import Recommendation
from tongke.engines.library.models import Resource
from tongke.foundation.curriculum.models import KeyPoint
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.middleware import ACTOR_KEY
from tongke.foundation.people.models import Person
from tongke.foundation.people.roles import Role
from tongke.foundation.people.services.guardians import NewGuardianship, link_guardian
from tongke.foundation.people.tests.make import acting
from tongke.gateway.portal.views import home
from tongke.teaching.assessment.models import Item
from tongke.teaching.classroom.models import Deck, Slide
from tongke.teaching.classroom.services import protocol
from tongke.teaching.homework.models import Homework
from tongke.teaching.homework.services import assignments, submissions
from tongke.teaching.timetable.models import Course, Lesson
from tongke.teaching.timetable.services import lessons as lesson_services
from tongke.teaching.timetable.tests import make as timetable

WEEK = 13
_ORDINARY = ((1, 6), (2, 6), (3, 6), (4, 6), (5, 6), (1, 7), (2, 7), (3, 7), (4, 7), (5, 7))


@dataclass(frozen=True)
class Town:
    """The scene with its running course; `lesson` begins five minutes after `now`."""

    scene: timetable.Scene
    course: Course
    lesson: Lesson
    points: tuple[KeyPoint, ...]
    items: tuple[Item, ...]

    @property
    def now(self) -> datetime:
        """Five minutes before the lesson of week 13."""
        return self.lesson.starts_at - timedelta(minutes=5)

    def at(self, actor: Actor) -> Actor:
        """The actor on the day of the lesson."""
        return replace(actor, today=self.lesson.day)

    def actor(self, name: str) -> Actor:
        """One of the cast by name, on the day of the lesson."""
        return self.at(self.scene.cast.actors[name])


def town() -> Town:
    """The county: maths in the afternoon, music on one morning, duties for the coming lessons."""
    scene = timetable.make_scene()
    cast = scene.cast
    pairs = ((cast.deer_class, cast.deer_assistant), (cast.centre_class, cast.teacher))
    for school_class, teacher in pairs:
        timetable.put(scene, school_class, *_ORDINARY, code=timetable.MATHS, teacher=teacher)
    asked = (timetable.ask(scene), timetable.ask(scene, cast.stone_class))
    course = timetable.published(scene, *asked)
    lesson = Lesson.objects.select_related("course").get(course=course, week=WEEK)
    unit = scene.textbook.units.get(seq=1)
    points = tuple(
        KeyPoint.objects.create(unit=unit, code=f"MUS-{n}", seq=n, title=title)
        for n, title in enumerate(("一字多音", "切分节奏"), start=1)
    )
    lesson_services.set_topic(
        lesson, title="《茉莉花》一字多音", unit=unit, by=cast.teacher, at=timetable.BEFORE
    )
    protocol.instantiate(lesson)
    items = tuple(
        Item.objects.create(
            code=f"M-{n}", kind="true_false", stem=f"第 {n} 题", options=["对", "错"],
            answer=["对"], key_point=points[n % 2], created_at=timetable.BEFORE,
            author=cast.teacher.person,
        )
        for n in range(4)
    )  # fmt: skip
    return Town(scene, course, lesson, points, items)


def add_slides(town: Town, count: int = 3) -> None:
    """Slides for the lesson."""
    deck = Deck.objects.create(
        lesson=town.lesson, title="茉莉花", uploaded_by=town.scene.cast.teacher.person,
        updated_at=timetable.BEFORE,
    )  # fmt: skip
    Slide.objects.bulk_create(Slide(deck=deck, seq=n) for n in range(1, count + 1))


def hold(town: Town, week: int) -> Lesson:
    """An earlier lesson of the course, begun and ended on time."""
    lesson = Lesson.objects.select_related("course").get(course=town.course, week=week)
    teacher = town.scene.cast.teacher
    lesson_services.start(lesson, by=teacher, at=lesson.starts_at)
    lesson_services.finish(lesson, by=teacher, at=lesson.ends_at)
    return lesson


def give_homework(
    town: Town, title: str = "《茉莉花》课后练习", *, hours: int = 10, minutes: int = 15
) -> Homework:
    """Homework of the lesson's classes, given out an hour before `now`."""
    teacher, at = town.actor("teacher"), town.now - timedelta(hours=1)
    plan = assignments.Plan(
        title=title, minutes=minutes, due_at=town.now + timedelta(hours=hours), items=town.items
    )
    made = assignments.draft(town.lesson, plan, by=teacher, at=at)
    assignments.give_out(made, by=teacher, at=at)
    made.refresh_from_db()
    return made


def do_homework(homework: Homework, pupil: Person, at: datetime, *, right: bool = True) -> None:
    """A pupil answers every item and hands in."""
    submission = submissions.begin(homework, pupil, at=at)
    answer = ["对"] if right else ["错"]
    rows = homework.items.values_list("seq", flat=True)
    submissions.hand_in(submission, dict.fromkeys(rows, answer), at=at)


def recommend(town: Town, pupil: Person, state: str = "open") -> Recommendation:
    """A recommended micro-lesson for the first key point."""
    author = town.scene.cast.teacher
    resource = Resource.objects.create(
        kind="page", title="一字多音怎么唱", body="……", state="published", author=author.person,
        organisation=author.organisation, created_at=timetable.BEFORE,
        published_at=timetable.BEFORE,
    )  # fmt: skip
    resource.key_points.set(town.points[:1])
    return Recommendation.objects.create(
        pupil=pupil, key_point=town.points[0], resource_id=resource.pk, title=resource.title,
        minutes=3, reason="今天音乐课会用到", source_key=f"test:{resource.pk}", state=state,
        at=town.now, changed_at=town.now if state != "open" else None,
    )  # fmt: skip


def second_child(town: Town) -> Actor:
    """The guardian of the cast's pupil, now also of a child at the stone bridge."""
    guardian, child = town.scene.cast.guardian.person, town.scene.cast.stone_pupils[0]
    new = NewGuardianship(guardian=guardian, child=child, relation="父亲", since=timetable.EARLY)
    link_guardian(new, by=None, at=timetable.BEFORE)
    return town.at(acting(guardian, Role.GUARDIAN))


def page(actor: Actor, now: datetime, address: str = "/", **headers: str) -> str:
    """The HTML of an actor's home at a moment."""
    request = RequestFactory().get(address, headers=headers)
    request.user = actor.account  # type: ignore[assignment]
    request.actor = actor  # type: ignore[attr-defined]
    request.session = {}  # type: ignore[assignment]
    answer = home.page(request, now)  # type: ignore[arg-type]
    assert answer.status_code == 200
    return answer.content.decode()


def browse(actor: Actor) -> Client:
    """A browser in which this person acts in this role."""
    client = Client()
    client.force_login(actor.account, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    session[ACTOR_KEY] = actor.appointment_id
    session.save()
    return client
