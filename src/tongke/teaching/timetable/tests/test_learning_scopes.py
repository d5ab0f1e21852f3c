"""Nobody sees the learning of a pupil whom they do not teach or answer for."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tongke.engines.learning import policy
from tongke.engines.learning.models import Mastery
from tongke.engines.learning.policy import Perm
from tongke.engines.learning.scopes import ClassScope, scopes
from tongke.engines.learning.tests.make import make_studied, make_term
from tongke.foundation.curriculum.models import KeyPoint, Textbook, Unit
from tongke.foundation.people.models import Enrolment, Person, SchoolClass
from tongke.foundation.people.tests.make import GRADE_5, MUSIC, NOON, TODAY, World, world
from tongke.teaching.timetable.models import Course, CourseSlot, Listener, Placement, Term
from tongke.teaching.timetable.scopes import learning_scopes, teachers_of

pytestmark = pytest.mark.django_db

MATHS = "SB0201"
SUBJECTS = (MUSIC, MATHS)
CLASSES = ("centre", "deer", "stone", "far")
TEACHERS = ("teacher", "deer_assistant", "stone_assistant", "outsider")
STATES = ("draft", "ready", "published", "ended", "withdrawn")
WATCHED = (*TEACHERS, "head", "deer_head", "researcher", "officer")
# Which classes lie below the school of a head.
BELOW = {"head": {"centre", "deer", "stone"}, "deer_head": {"deer"}}


@dataclass(frozen=True)
class Ground:
    """Everything that the examples share: people, two terms, one key point in each subject."""

    cast: World
    classes: dict[str, SchoolClass]
    terms: tuple[Term, Term]
    points: dict[str, KeyPoint]
    pupils: dict[Person, str]


def make_ground() -> Ground:
    """Two subjects, this term and the last one, and an estimate of every pupil in each subject."""
    cast = world()
    studied = make_studied(cast)
    term = studied.course.term
    Course.objects.all().delete()
    book = Textbook.objects.create(
        code="MA5A", subject_id=MATHS, grade_id=GRADE_5, volume="上册", edition="示范版"
    )
    unit = Unit.objects.create(textbook=book, code="MA5A-1", seq=1, title="数", periods=4)
    points = {
        MUSIC: studied.point,
        MATHS: KeyPoint.objects.create(unit=unit, code="MA5A-1-1", seq=1, title="小数"),
    }
    classes = {"centre": cast.centre_class, "deer": cast.deer_class,
               "stone": cast.stone_class, "far": cast.far_class}  # fmt: skip
    pupils = {
        row.pupil: name
        for name, klass in classes.items()
        for row in Enrolment.objects.filter(school_class=klass).select_related("pupil")
    }
    Mastery.objects.bulk_create(
        Mastery(pupil=pupil, key_point=point, evidence=1, state="题少", version="1", as_of=NOON)
        for pupil in pupils
        for point in points.values()
    )
    earlier = make_term(cast, weeks_ago=40, code="2025-2")
    return Ground(cast, classes, (term, earlier), points, pupils)


@contextmanager
def rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


PLACED = st.tuples(
    st.sampled_from(CLASSES), st.sampled_from(SUBJECTS), st.sampled_from(TEACHERS),
    st.integers(0, 1),
)  # fmt: skip
JOINT = st.fixed_dictionaries(
    {
        "subject": st.sampled_from(SUBJECTS),
        "term": st.integers(0, 1),
        "state": st.sampled_from(STATES),
        "host": st.sampled_from(TEACHERS),
        "host_class": st.one_of(st.none(), st.sampled_from(CLASSES)),
        "listeners": st.dictionaries(
            st.sampled_from(CLASSES), st.one_of(st.none(), st.sampled_from(TEACHERS)), max_size=3
        ),
    }
)
LEFT = st.sets(st.integers(0, 9), max_size=3)


def write(ground: Ground, placed: list[Any], joint: list[dict[str, Any]], left: set[int]) -> None:
    """The example as rows."""
    for seq, (klass, subject, teacher, term) in enumerate(placed, start=1):
        Placement.objects.create(
            term=ground.terms[term], school_class=ground.classes[klass], weekday=1, seq=seq,
            subject_id=subject, teacher=getattr(ground.cast, teacher).person,
        )  # fmt: skip
    for each in joint:
        course = Course.objects.create(
            term=ground.terms[each["term"]], form="delivered", subject_id=each["subject"],
            grade_id=GRADE_5, host_school=ground.cast.centre, state=each["state"],
            host_class=ground.classes.get(each["host_class"]),
            host_teacher=getattr(ground.cast, each["host"]).person, created_at=NOON,
        )  # fmt: skip
        for klass, assistant in each["listeners"].items():
            helper = getattr(ground.cast, assistant).person if assistant else None
            Listener.objects.create(
                course=course, school_class=ground.classes[klass], assistant=helper
            )
    gone = [pupil.pk for place, pupil in enumerate(ground.pupils) if place in left]
    Enrolment.objects.filter(pupil__in=gone).update(until=TODAY - timedelta(days=1))


def may_see(
    who: str, klass: str, subject: str, placed: list[Any], joint: list[dict[str, Any]]
) -> bool:
    """Whether somebody may see single pupils of a class in a subject, from the rule's words."""
    if who in BELOW:
        return klass in BELOW[who] and any(
            (each[0], each[1], each[3]) == (klass, subject, 0) for each in placed
        )
    if who not in TEACHERS:
        return False
    if (klass, subject, who, 0) in placed:
        return True
    running = [
        each
        for each in joint
        if each["term"] == 0
        and each["subject"] == subject
        and each["state"] in ("published", "ended")
    ]
    delivers = any(
        each["host"] == who and klass in {each["host_class"], *each["listeners"]}
        for each in running
    )
    return delivers or any(each["listeners"].get(klass) == who for each in running)


@pytest.mark.slow
def test_nobody_sees_a_pupil_outside_their_scope() -> None:
    ground = make_ground()

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        placed=st.lists(PLACED, max_size=5, unique=True),
        joint=st.lists(JOINT, max_size=3),
        left=LEFT,
    )
    def check(placed: list[Any], joint: list[dict[str, Any]], left: set[int]) -> None:
        with rolled_back():
            write(ground, placed, joint, left)
            for who in WATCHED:
                actor = getattr(ground.cast, who)
                seen = {
                    (row.pupil_id, row.key_point_id)
                    for row in policy.mastery(actor, Perm.PUPIL_READ)
                }
                expected = {
                    (pupil.pk, ground.points[subject].pk)
                    for place, (pupil, klass) in enumerate(ground.pupils.items())
                    for subject in SUBJECTS
                    if place not in left and may_see(who, klass, subject, placed, joint)
                }
                assert seen == expected, who
                shown = {one.class_id for one in scopes(actor) if one.pupils}
                assert shown <= {one.pk for one in ground.classes.values()}

    check()


def test_the_delivering_teacher_sees_all_sides_and_assistants_their_own(cast: World) -> None:
    course = make_studied(cast).course
    group = f"course:{course.pk}"

    assert learning_scopes(cast.teacher) == [
        ClassScope(cast.centre_class.pk, MUSIC, True, group, "host"),
        ClassScope(cast.deer_class.pk, MUSIC, True, group, "listening"),
        ClassScope(cast.stone_class.pk, MUSIC, True, group, "listening"),
    ]
    assert learning_scopes(cast.deer_assistant) == [
        ClassScope(cast.deer_class.pk, MUSIC, True, "", "listening")
    ]
    assert [one.pupils for one in learning_scopes(cast.researcher)] == [False] * 3
    for name in ("outsider", "officer", "director", "pupil", "guardian", "timetabler", "stranger"):
        assert learning_scopes(getattr(cast, name)) == []


def test_a_term_of_another_county_changes_nothing(cast: World) -> None:
    make_studied(cast)
    before = learning_scopes(cast.teacher)
    other = cast.elsewhere.parent
    assert other is not None

    Term.objects.create(region=other, code="X-1", name="外县", starts_on=TODAY, weeks=20)

    assert learning_scopes(cast.teacher) == before


def test_a_head_sees_what_is_taught_in_the_school_and_its_points(cast: World) -> None:
    course = make_studied(cast).course
    slot = CourseSlot.objects.create(
        course=course, weekday=1, starts=time(9, 50), ends=time(10, 30)
    )
    for seq, klass, its_slot in ((3, cast.deer_class, slot), (4, cast.far_class, None)):
        Placement.objects.create(
            term=course.term,
            school_class=klass,
            weekday=1,
            seq=seq,
            subject_id=MUSIC,
            slot=its_slot,
        )

    assert learning_scopes(cast.deer_head) == [ClassScope(cast.deer_class.pk, MUSIC, True)]
    assert learning_scopes(cast.head) == [ClassScope(cast.deer_class.pk, MUSIC, True)]


def test_who_teaches_a_class_a_subject(cast: World) -> None:
    course = make_studied(cast).course
    Placement.objects.create(
        term=course.term, school_class=cast.far_class, weekday=1, seq=1, subject_id=MUSIC,
        teacher=cast.outsider.person,
    )  # fmt: skip

    host, helper = cast.teacher.person.pk, cast.deer_assistant.person.pk
    assert teachers_of(cast.deer_class, MUSIC, TODAY) == {host, helper}
    assert teachers_of(cast.centre_class, MUSIC, TODAY) == {host}
    assert teachers_of(cast.far_class, MUSIC, TODAY) == {cast.outsider.person.pk}
    assert teachers_of(cast.deer_class, MATHS, TODAY) == set()


@pytest.fixture
def cast() -> World:
    return world()
