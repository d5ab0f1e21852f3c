"""The demo region: big enough, the same every time, and lived through the services."""

import hashlib
import json
import sqlite3
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.db.models import Count, QuerySet, Sum
from django.utils import timezone

from demo import joint, region, staffing, weeks
from demo.cast import LOGINS, PASSWORD
from demo.load import build, load, weekly_periods
from demo.world import Clock
from tests.demo_fixture import ROOT, demo_folder
from tongke.core import profile
from tongke.core.errors import Refused
from tongke.core.models import Job
from tongke.core.profile import current
from tongke.engines.credits.models import Entry
from tongke.engines.credits.profile import CreditsProfile
from tongke.engines.learning.models import LearningRecord, Mastery
from tongke.foundation.people.actors import actor_for
from tongke.foundation.people.models import Account, Enrolment, Person
from tongke.teaching.classroom.models import Answer, RollEntry
from tongke.teaching.homework.models import Response, Submission
from tongke.teaching.timetable.models import (
    Course,
    DayChange,
    Demand,
    Lesson,
    LessonClass,
    Placement,
)
from tongke.teaching.timetable.queries.clock import term_clashes

SATURDAY = date(2026, 11, 28)


def test_the_county_has_forty_schools_six_thousand_pupils_and_four_hundred_teachers() -> None:
    groups, others = region.groups(region.Size()), region.others(region.Size())
    specs = [spec for group in groups for spec in (group.centre, *group.points)] + others
    plan = weekly_periods()

    posts = sum(len(staffing.staff(spec, plan).posts) for spec in specs)
    pupils = sum(sum(spec.sizes.values()) for spec in specs)

    assert (len(groups), len(specs)) == (12, 40)
    assert {len(group.points) for group in groups} == {1, 2, 3}
    assert 5_800 <= pupils <= 6_200
    assert 380 <= posts <= 420
    assert len({spec.grid for spec in specs}) >= 4


def test_nobody_teaches_more_than_eighteen_periods_and_every_lesson_finds_its_period() -> None:
    plan = weekly_periods()
    for spec in region.others(region.Size()):
        found = staffing.staff(spec, plan)
        week = weeks.Week([(day, seq) for seq in range(1, 8) for day in range(1, 6)])
        lessons = [
            weeks.Lesson(task.klass, task.post, task.subject)
            for task in found.tasks
            for _ in range(task.periods)
        ]

        assert week.fill(lessons) == []
        assert max(post.load for post in found.posts) <= 18
        for side in ("klass", "teacher"):
            places = [(getattr(each, side), each.period) for each in lessons]
            assert len(places) == len(set(places))


def test_a_week_as_full_as_can_be_is_filled_by_swapping() -> None:
    # Three classes and three teachers, six periods, everybody busy in all of them.
    week = weeks.Week([(1, seq) for seq in range(1, 7)])
    lessons = [
        weeks.Lesson(("15", klass), teacher, f"{klass}{teacher}")
        for klass in range(3)
        for teacher in range(3)
        for _ in range(2)
    ]

    assert week.fill(lessons) == []


@pytest.mark.parametrize("weekday", [1, 2, 3, 4, 5])
def test_the_leading_course_meets_on_the_wanted_day(weekday: int) -> None:
    groups, plan = region.groups(region.Size()), weekly_periods()
    specs = {spec.key: spec for group in groups for spec in (group.centre, *group.points)}
    staff = {key: staffing.staff(spec, plan) for key, spec in specs.items()}
    courses = joint.courses(groups)

    found = joint.reserve(courses, groups, staff, weekday)

    assert found.of(courses[0])[0].weekday == weekday
    assert set(courses[0].points) == {"石笋坪", "鹿回湾", "松月岭"}


def test_today_lies_in_the_thirteenth_week_and_a_weekend_follows_a_school_day() -> None:
    monday = Clock(date(2026, 11, 23))

    assert monday.starts_on == date(2026, 8, 31)
    assert (monday.monday(13), monday.plan_weekday) == (monday.today, 1)
    assert Clock(SATURDAY).plan_weekday in range(1, 6)


def test_the_password_is_one_that_the_sign_in_accepts() -> None:
    validate_password(PASSWORD)

    assert len(LOGINS) >= 8
    assert len({each.login for each in LOGINS}) == len(LOGINS)


@dataclass
class Loaded:
    """A part of the region, loaded a second time; the digests of both loads."""

    first: dict[str, str]
    second: dict[str, str]


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: Any) -> Iterator[Loaded]:
    """Two consortia, loaded, taken back and loaded again, on a Saturday."""
    # The profile of the demo, not the strict one of the unit tests.
    region_of_demo = profile.load(ROOT / "profiles" / "demo.toml")
    with django_db_blocker.unblock(), profile.use(region_of_demo):
        with transaction.atomic():
            build(Clock(SATURDAY), region.Size.of(0.1), str)
            first = digests()
            transaction.set_rollback(True)
        with transaction.atomic():
            with warnings.catch_warnings():
                # What Ibis calls in the newest DuckDB.
                warnings.filterwarnings("ignore", "fetch_arrow_table", DeprecationWarning)
                load(today=SATURDAY, scale=0.1)
            yield Loaded(first, digests())
            transaction.set_rollback(True)


def digests() -> dict[str, str]:
    """A digest of each key table by what it means; row ids and moments of writing stay out."""
    tables: dict[str, QuerySet[Any, Any]] = {
        "people": Person.objects.values_list("number", "name", "sex", "birth_date"),
        "rolls": Enrolment.objects.values_list(
            "pupil__number", "school_class__name", "school_class__school__code", "seat"
        ),
        "placements": Placement.objects.values_list(
            "school_class__school__code", "school_class__name", "weekday", "seq", "subject",
            "teacher__number",
        ),
        "lessons": Lesson.objects.values_list(
            "course__host_school__code", "course__subject", "starts_at", "ends_at", "state",
            "title", "teacher__number", "started_at", "finished_at",
        ),
        "answers": Answer.objects.values_list(
            "question__stem", "question__opened_at", "pupil__number", "choice", "answered_at"
        ),
        "roll": RollEntry.objects.values_list("pupil__number", "status", "at"),
        "responses": Response.objects.values_list(
            "submission__pupil__number", "homework_item__item__code", "answer", "points",
            "overruled_points", "saved_at",
        ),
        "ledger": Entry.objects.values_list("person__number", "amount", "rule", "occurred_on"),
        "records": LearningRecord.objects.values_list("person__number", "verb", "share", "at"),
        "demands": Demand.objects.values_list(
            "school_class__school__code", "school_class__name", "subject", "kind", "state"
        ),
    }  # fmt: skip
    return {name: _digest(rows) for name, rows in tables.items()}


def _digest(rows: QuerySet[Any, Any]) -> str:
    lines = sorted(json.dumps(row, default=str, ensure_ascii=False) for row in rows)
    assert lines
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


@pytest.mark.slow
@pytest.mark.django_db
def test_two_loads_of_one_day_are_equal(loaded: Loaded) -> None:
    assert loaded.first == loaded.second


@pytest.mark.slow
@pytest.mark.django_db
def test_a_region_that_is_not_empty_is_refused(loaded: Loaded) -> None:
    with pytest.raises(Refused, match="已经有机构"):
        load(today=SATURDAY)


@pytest.mark.slow
@pytest.mark.django_db
def test_the_ledger_is_what_the_held_lessons_earn(loaded: Loaded) -> None:
    rules, expected = current(CreditsProfile), Decimal(0)
    held = Lesson.objects.filter(state=Lesson.State.HELD).select_related("course")
    stood_in = DayChange.objects.filter(
        kind=DayChange.Kind.SUBSTITUTE, part="", state__in=DayChange.STANDING,
        day__lt=timezone.localdate(),
    ).count()  # fmt: skip
    for lesson in held:
        listening = lesson.classes.filter(side=LessonClass.Side.LISTENING)
        assistants = listening.exclude(assistant=None).values("assistant").distinct().count()
        form = lesson.course.form
        expected += Decimal(str(rules.rule("host", form).amount))
        expected += assistants * Decimal(str(rules.rule("assistant", form).amount))

    expected += stood_in * Decimal(str(rules.rule("host", "substitute").amount))

    assert held.count() > 20
    assert stood_in > 0
    total = Entry.objects.aggregate(sum=Sum("amount"))["sum"]
    assert total.quantize(Decimal("0.01")) == expected.quantize(Decimal("0.01"))


@pytest.mark.slow
@pytest.mark.django_db
def test_marks_records_and_estimates_follow_from_what_pupils_did(loaded: Loaded) -> None:
    marked = Submission.objects.filter(state=Submission.State.MARKED)
    responses = Response.objects.filter(submission__in=marked)

    assert marked.count() > 100
    for submission in marked[:20]:
        rows = submission.responses.all()
        told = [
            row.points if row.overruled_points is None else row.overruled_points for row in rows
        ]
        assert submission.points == pytest.approx(sum(points or 0 for points in told))
    standing = LearningRecord.objects.filter(
        object_type="homework.response", verb="answered", voided_by=None
    )
    assert standing.count() == responses.count()
    doing = {one["pupil"] for one in marked.values("pupil")}
    assert doing <= set(Mastery.objects.values_list("pupil", flat=True))
    assert not Job.objects.exclude(state=Job.State.DONE).exists()


@pytest.mark.slow
@pytest.mark.django_db
def test_the_leading_course_has_a_lesson_today_also_on_a_weekend(loaded: Loaded) -> None:
    lesson = Lesson.objects.get(day=SATURDAY, teacher__name="沈知夏")

    assert lesson.state == Lesson.State.PLANNED
    assert lesson.classes.count() == 4
    assert lesson.deck.slides.count() >= 5


@pytest.mark.slow
@pytest.mark.django_db
def test_there_are_courses_in_every_state_and_demands_to_take(loaded: Loaded) -> None:
    states = set(Course.objects.values_list("state", flat=True))

    assert states == {"draft", "ready", "published"}
    assert Demand.objects.filter(state=Demand.State.OPEN).exists()
    assert Demand.objects.filter(state=Demand.State.FILLED).exists()
    assert Lesson.objects.filter(state=Lesson.State.NOT_HELD).exclude(reason="").exists()


@pytest.mark.slow
@pytest.mark.django_db
def test_nobody_is_in_two_places_at_once(loaded: Loaded) -> None:
    course = Course.objects.select_related("term").first()

    assert course is not None
    assert term_clashes(course.term, SATURDAY) == []


@pytest.mark.slow
@pytest.mark.django_db
def test_the_cast_can_sign_in_and_somebody_has_two_roles(loaded: Loaded) -> None:
    roles = []
    for each in LOGINS:
        account = Account.objects.get(login=each.login)
        actor = actor_for(account, SATURDAY)
        assert account.check_password(PASSWORD)
        assert not account.must_change_password
        assert actor is not None
        assert actor.person.name == each.name
        roles.append(actor.role)
    assert len(set(roles)) == 9
    held = Person.objects.annotate(count=Count("appointments__role", distinct=True))
    assert held.filter(count__gt=1, account__login="luo").exists()


@pytest.mark.slow
@pytest.mark.django_db
def test_nobody_of_the_demo_can_be_a_real_person(loaded: Loaded) -> None:
    for person in Person.objects.all():
        assert not person.phone or person.phone.startswith("1990000")
        assert not person.id_number or person.id_number.startswith("990000")


@pytest.mark.slow
def test_the_whole_region_loads_once_for_all_browser_tests(
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = demo_folder()

    with sqlite3.connect(f"file:{folder / 'tongke.sqlite3'}?mode=ro", uri=True) as database:
        count = {
            table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("people_person", "timetable_lesson", "monitor_snapshot")
        }
    with capsys.disabled():
        print("\n" + (folder / "loaded.txt").read_text().strip())
    assert count["people_person"] > 11_000
    assert count["timetable_lesson"] > 300
    assert count["monitor_snapshot"] == 1
