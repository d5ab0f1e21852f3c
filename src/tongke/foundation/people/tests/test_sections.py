"""Sections beside standing classes: a pupil is in one class, and in any number of sections."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from tongke.core.errors import Refused
from tongke.engines.learning import queries as learning
from tongke.foundation.people import policy
from tongke.foundation.people.models import Appointment, Enrolment, SchoolClass
from tongke.foundation.people.queries import classes, consents, organisations, persons
from tongke.foundation.people.queries.organisations import with_counts
from tongke.foundation.people.services.classes import NewClass, NewEnrolment, enrol, open_class
from tongke.foundation.people.services.sections import (
    NewSection,
    close_section,
    join_section,
    leave_section,
    open_section,
)
from tongke.foundation.people.tests.make import GRADE_5, NOON, TODAY, World, make_class, world
from tongke.teaching.timetable import policy as timetable

pytestmark = pytest.mark.django_db
SINCE, UNTIL = date(2026, 11, 2), date(2026, 12, 18)


def section(cast: World, name: str = "机器人社（1）班") -> SchoolClass:
    """A section at the centre."""
    new = NewSection(school=cast.centre, grade_code=GRADE_5, name=name, entry_year=2026)
    return open_section(new, by=cast.timetabler, at=NOON)


def test_a_section_takes_pupils_of_many_schools_and_changes_nothing_else() -> None:
    cast = world()
    pupil = cast.pupil.person
    before = _seen(cast)
    roles = set(Appointment.objects.values_list("person", "organisation", "role", "until"))
    one, other = section(cast), section(cast, "童声合唱（1）班")
    assert (one.number, other.number, one.kind) == (101, 102, "section")
    both = [pupil, *cast.centre_pupils, cast.far_pupil]
    for each in (one, other):
        assert join_section(each, both, since=SINCE, until=UNTIL, by=None, at=NOON) == len(both)
    assert join_section(one, both, since=SINCE, until=UNTIL, by=None, at=NOON) == 0
    assert classes.roll_size(one, TODAY) == len(both)
    # Everything that speaks of the class and the school of a pupil is as it was.
    assert _seen(cast) == before
    assert roles == set(Appointment.objects.values_list("person", "organisation", "role", "until"))
    # A move to another standing class leaves the sections alone, and the other way round.
    enrol(NewEnrolment(pupil=pupil, school_class=make_class(cast.deer_bay), since=TODAY),
          by=None, at=NOON)  # fmt: skip
    mine = Enrolment.objects.filter(pupil=pupil, until__gte=TODAY, standing=False)
    assert mine.count() == 2
    assert leave_section(one, pupil, TODAY, by=None, at=NOON)
    assert not leave_section(one, pupil, TODAY + timedelta(days=1), by=None, at=NOON)
    assert leave_section(other, pupil, SINCE - timedelta(days=1), by=None, at=NOON)
    assert not Enrolment.objects.filter(pupil=pupil, school_class=other).exists()
    close_section(one, TODAY, by=None, at=NOON)
    assert classes.roll_size(one, TODAY + timedelta(days=1)) == 0
    with pytest.raises(Refused, match="已经结束"):
        join_section(one, [pupil], since=TODAY, until=UNTIL, by=None, at=NOON)
    with pytest.raises(Refused, match="已经结束"):
        close_section(one, TODAY, by=None, at=NOON)


def _seen(cast: World) -> object:
    """What readers of standing classes see of the cast."""
    pupil = cast.pupil.person
    rows = persons.with_classes(type(pupil).objects.filter(pk=pupil.pk), TODAY)
    counts = with_counts(type(cast.centre).objects.filter(pk=cast.centre.pk), TODAY).get()
    guardian = replace(cast.guardian)
    return (
        [each.school_class_id for each in rows[0].places],
        (counts.class_count, counts.pupil_count),
        [
            sorted(policy.classes(actor, policy.Perm.CLASS_READ).values_list("pk", flat=True))
            for actor in (cast.pupil, guardian, cast.head, cast.officer, cast.teacher)
        ],
        sorted(timetable.classes(cast.head, timetable.Perm.GAP_READ).values_list("pk", flat=True)),
        learning.class_of(pupil.pk, TODAY),
        [each.class_name for each in consents.questions(rows, TODAY)],
        organisations.schools(type(cast.centre).objects.all()),
    )


def test_the_table_keeps_one_standing_class_and_sections_that_end() -> None:
    cast = world()
    one = section(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        Enrolment.objects.create(
            pupil=cast.far_pupil, school_class=one, standing=False, since=SINCE, until=None
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Enrolment.objects.create(
            pupil=cast.far_pupil, school_class=cast.deer_class, since=SINCE, until=None
        )
    new = NewClass(school=cast.centre, grade_code=GRADE_5, number=9, entry_year=2026)
    assert open_class(new, by=None, at=NOON).kind == "standing"
    with pytest.raises(Refused, match="不能开教学班"):
        open_section(
            NewSection(school=cast.region.bureau, grade_code=GRADE_5, name="甲", entry_year=2026),
            by=None, at=NOON,
        )  # fmt: skip
