"""Whatever is arranged and undone, nobody is in two places, and undoing all restores the plan."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tongke.core.errors import Refused
from tongke.foundation.people.roles import Role
from tongke.foundation.people.tests.make import make_actor
from tongke.teaching.timetable.models import Absence, DayChange, Suspension
from tongke.teaching.timetable.queries.changes_offers import Desk
from tongke.teaching.timetable.queries.changes_suspended import Plan
from tongke.teaching.timetable.services.changes import absences, arranging, steps, suspending
from tongke.teaching.timetable.tests.changing import (
    EVE,
    MONDAY,
    Staffed,
    double_booked,
    shape,
    staffed,
    standing,
    week,
)
from tongke.teaching.timetable.tests.make import ENGLISH, Scene, put

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
DAYS = week(MONDAY, 14)

_ACTS = st.one_of(
    st.tuples(st.just("away"), st.integers(0, 3), st.integers(0, 6)),
    st.tuples(st.just("pick"), st.integers(0, 9), st.integers(0, 30)),
    st.tuples(st.just("all"), st.integers(0, 9), st.just(0)),
    st.tuples(st.just("undo"), st.integers(0, 9), st.just(0)),
    st.tuples(st.just("refuse"), st.integers(0, 9), st.just(0)),
    st.tuples(st.just("back"), st.integers(0, 9), st.just(0)),
    st.tuples(st.just("suspend"), st.integers(0, 4), st.booleans()),
    st.tuples(st.just("resume"), st.integers(0, 4), st.just(0)),
)


class _Undone(Exception):
    """Ends a savepoint."""


class _Region:
    """A school to which random things happen, through the services only."""

    def __init__(self, school: Staffed) -> None:
        self.school = school
        self.suspended: list[Suspension] = []
        self.teachers = [school.bai, school.zhao, school.qian, school.sun]

    def act(self, what: str, one: int, two: Any) -> None:
        try:
            with transaction.atomic():
                getattr(self, what)(one, two)
        except Refused:
            pass

    def _absences(self) -> list[Absence]:
        return list(Absence.objects.filter(state="approved").order_by("pk"))

    def away(self, who: int, day: int) -> None:
        self.school.away(self.teachers[who], first=MONDAY + timedelta(days=day))

    def pick(self, which: int, way: int) -> None:
        for absence in self._absences()[which % 3 :][:1]:
            desk = Desk(absence, EVE)
            for one in desk.lessons[:1]:
                tokens = [each.token for each in desk.offers(one).all] + ["off"]
                token = tokens[way % len(tokens)]
                arranging.arrange(absence, {one.key: token}, by=self.school.by, at=EVE)

    def all(self, which: int, _: int) -> None:
        for absence in self._absences()[which % 3 :][:1]:
            arranging.arrange_all(absence, by=self.school.by, at=EVE)

    def undo(self, which: int, _: int) -> None:
        rows = standing()
        if rows:
            steps.undo(rows[which % len(rows)].step, by=self.school.by, at=EVE)

    def refuse(self, which: int, _: int) -> None:
        rows = [row for row in standing() if row.state == DayChange.State.PENDING]
        if rows:
            steps.refuse(rows[which % len(rows)], reason="有事", by=None, at=EVE)

    def back(self, which: int, _: int) -> None:
        for absence in self._absences()[which % 3 :][:1]:
            absences.cancel(absence, by=self.school.by, at=EVE)

    def suspend(self, day: int, made_up: bool) -> None:
        when = MONDAY + timedelta(days=day)
        plan = Plan(
            self.school.scene.cast.centre, when,
            make_up_on=MONDAY + timedelta(days=5 + day % 2) if made_up else None,
        )  # fmt: skip
        row = suspending.suspend(
            self.school.scene.term, plan, reason="大雪", by=self.school.by, at=EVE
        )
        self.suspended.append(row)

    def resume(self, which: int, _: int) -> None:
        if self.suspended:
            suspending.resume(
                self.suspended[which % len(self.suspended)], by=self.school.by, at=EVE
            )

    def restore(self) -> None:
        """Undo everything; what depends on something else goes after it."""
        for _ in range(40):
            left = [row for row in self.suspended if not row.undone_at]
            rows = standing()
            if not rows and not left:
                return
            for row in reversed(left):
                self.act("resume", self.suspended.index(row), 0)
            for place in reversed(range(len(rows))):
                self.act("undo", place, 0)


@pytest.fixture
def region(scene: Scene) -> _Region:
    """The staffed school; English is taught at a second school by its teacher, too."""
    school = staffed(scene)
    make_actor(Role.TEACHER, scene.cast.far_school, person=school.sun.person)
    put(scene, scene.cast.far_class, (1, 6), (2, 3), code=ENGLISH, teacher=school.sun)
    return _Region(school)


@settings(
    max_examples=5, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(
    away=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=1, max_size=3),
    acts=st.lists(_ACTS, min_size=3, max_size=7),
)
def test_nobody_is_ever_in_two_places_and_undoing_all_restores_the_plan(
    region: _Region, away: list[tuple[int, int]], acts: list[tuple[str, int, Any]]
) -> None:
    region.suspended = []
    try:
        with transaction.atomic():
            scene = region.school.scene
            before = shape(scene, DAYS)
            for act in [*(("away", *each) for each in away), *acts]:
                region.act(*act)
                assert not double_booked(scene, DAYS), act
            region.restore()
            assert not standing()
            assert shape(scene, DAYS) == before
            raise _Undone
    except _Undone:
        pass
