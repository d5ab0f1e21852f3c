"""Makers for tests: a joint music course with key points, answers to them, a page that explains."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tongke.core.jobs import run_pending
from tongke.engines.learning import services
from tongke.engines.learning.models import Mastery, Recommendation
from tongke.engines.library import services as library
from tongke.engines.library.models import Resource
from tongke.foundation.curriculum.models import KeyPoint
from tongke.foundation.curriculum.tests.make import BEAT, MELISMA, make_book, make_catalogue, point
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Person, SchoolClass
from tongke.foundation.people.tests.make import GRADE_5, MUSIC, NOON, TODAY, World, make_pupil
from tongke.teaching.timetable.models import Course, Listener, Term


@dataclass(frozen=True)
class Studied:
    """The cast with a running music course: centre delivers, deer bay and stone bridge listen."""

    cast: World
    course: Course
    point: KeyPoint
    easy: KeyPoint


def make_term(cast: World, *, weeks_ago: int = 12, code: str = "2026-1") -> Term:
    """A term of the county that began so many weeks ago."""
    monday = TODAY - timedelta(days=TODAY.weekday(), weeks=weeks_ago)
    return Term.objects.create(
        region=cast.region.region, code=code, name="第一学期", starts_on=monday, weeks=20
    )


def make_studied(cast: World) -> Studied:
    """The course with its listening classes and their assistants."""
    make_catalogue()
    book = make_book()
    course = Course.objects.create(
        term=make_term(cast), form="delivered", subject_id=MUSIC, grade_id=GRADE_5, textbook=book,
        host_school=cast.centre, host_class=cast.centre_class, host_teacher=cast.teacher.person,
        state=Course.State.PUBLISHED, created_at=NOON,
    )  # fmt: skip
    for school_class, assistant in (
        (cast.deer_class, cast.deer_assistant),
        (cast.stone_class, cast.stone_assistant),
    ):
        Listener.objects.create(
            course=course, school_class=school_class, assistant=assistant.person
        )
    return Studied(cast, course, point(MELISMA.code), point(BEAT.code))


def answered(
    pupil: Person,
    key_point: KeyPoint,
    *shares: float,
    first: int = 1,
    school_class: SchoolClass | None = None,
    at: datetime = NOON,
) -> None:
    """Answers to items numbered from `first`, each with its share of the points."""
    for number, share in enumerate(shares, start=first):
        services.record(
            key=f"test:{pupil.pk}:{key_point.pk}:{number}", person=pupil, verb="answered",
            object_type="test.item", object_id=number, at=at, school_class=school_class,
            key_point=key_point, item_kind="single", difficulty=3, share=share,
        )  # fmt: skip


def estimated(pupil: Person, key_point: KeyPoint, *shares: float, first: int = 1) -> Mastery:
    """The estimate that rests on these answers."""
    answered(pupil, key_point, *shares, first=first)
    services.refresh_pupils([pupil.pk], at=NOON)
    return Mastery.objects.get(pupil=pupil, key_point=key_point)


def refreshed(pupil: Person, *points: KeyPoint, source: str = "test") -> list[Recommendation]:
    """What the pupil is recommended after the outbox was delivered."""
    services.refresh.enqueue(
        key=f"{source}:{pupil.pk}", pupil_id=pupil.pk,
        key_point_ids=[one.pk for one in points], source_key=source,
    )  # fmt: skip
    run_pending()
    return list(Recommendation.objects.filter(pupil=pupil).order_by("pk"))


def make_page(key_point: KeyPoint, by: Actor, title: str = "看懂一字多音") -> Resource:
    """A published page of two minutes."""
    content = library.Content(
        kind="page", title=title, body="一个字唱**几个音**。", seconds=120, key_points=[key_point]
    )
    made = library.add(content, by=by, at=NOON)
    library.publish(made, by=by, at=NOON)
    return made


def fill_class(klass: SchoolClass, number: int) -> list[Person]:
    """More pupils, so that the class is large enough to be spoken of."""
    return [make_pupil(klass, f"学生{seat}", seat=seat) for seat in range(20, 20 + number)]
