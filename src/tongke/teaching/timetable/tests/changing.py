"""Helpers of tests of day changes: a school with two classes, four teachers and a full week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import SchoolClass
from tongke.foundation.people.roles import Role
from tongke.foundation.people.tests.make import ZONE, make_actor, make_class
from tongke.teaching.timetable.models import Absence, DayChange
from tongke.teaching.timetable.queries.changes_day import DayBook, Scope, clashes_on
from tongke.teaching.timetable.services.changes.absences import NewAbsence, enter
from tongke.teaching.timetable.tests.make import (
    CHINESE,
    ENGLISH,
    MATHS,
    STARTS_ON,
    Scene,
    put,
)

MONDAY = STARTS_ON + timedelta(weeks=3)
"""The Monday of the fourth week."""
EVE = datetime(MONDAY.year, MONDAY.month, MONDAY.day, 18, 0, tzinfo=ZONE) - timedelta(days=1)
"""The Sunday evening before it."""


@dataclass(frozen=True)
class Staffed:
    """The centre school with two classes of grade five and who teaches them.

    Monday of class one: Chinese (bai), maths (qian), English (sun); of class two: maths (qian) in
    the first period, Chinese (zhao) in the second, English (sun) in the fourth. Tuesday of class
    one: maths (qian), Chinese (bai).
    """

    scene: Scene
    one: SchoolClass
    two: SchoolClass
    bai: Actor
    zhao: Actor
    qian: Actor
    sun: Actor

    @property
    def by(self) -> Actor:
        """Who makes the school's timetable."""
        return self.scene.cast.timetabler

    def away(self, who: Actor, *, first: date = MONDAY, days: int = 1, **over: Any) -> Absence:
        """An approved absence of so many days."""
        new = NewAbsence(
            teacher=who.person, school=self.scene.cast.centre, kind="sick", since=first,
            until=first + timedelta(days=days - 1), **over,
        )  # fmt: skip
        return enter(self.scene.term, new, approved=True, by=self.by, at=EVE)


def staffed(scene: Scene) -> Staffed:
    """Place the two classes' lessons."""
    centre = scene.cast.centre
    one, two = scene.cast.centre_class, make_class(centre)

    def teacher(name: str, code: str) -> Actor:
        return make_actor(Role.TEACHER, centre, subject_code=code, name=name)

    found = Staffed(
        scene, one, two, teacher("白语文", CHINESE), teacher("赵语文", CHINESE),
        teacher("钱数学", MATHS), teacher("孙英语", ENGLISH),
    )  # fmt: skip
    put(scene, one, (1, 1), (2, 2), code=CHINESE, teacher=found.bai)
    put(scene, one, (1, 2), (2, 1), code=MATHS, teacher=found.qian)
    put(scene, one, (1, 3), code=ENGLISH, teacher=found.sun)
    put(scene, two, (1, 1), code=MATHS, teacher=found.qian)
    put(scene, two, (1, 2), code=CHINESE, teacher=found.zhao)
    put(scene, two, (1, 4), code=ENGLISH, teacher=found.sun)
    return found


def book_of(scene: Scene, days: Sequence[date]) -> DayBook:
    """The book of the whole county on some days."""
    cast = scene.cast
    schools = {cast.centre.pk, cast.deer_bay.pk, cast.stone_bridge.pk, cast.far_school.pk}
    return DayBook(scene.term, days, Scope(schools=frozenset(schools)))


def week(first: date = MONDAY, days: int = 14) -> list[date]:
    """The days from a Monday on."""
    return [first + timedelta(days=n) for n in range(days)]


def shape(scene: Scene, days: Sequence[date]) -> set[tuple[object, ...]]:
    """What stands on some days, in plain values to compare."""
    book = book_of(scene, days)
    return {
        (
            one.day, one.class_id, one.seq, one.subject.pk, one.teacher.pk if one.teacher else 0,
            one.room.pk if one.room else 0, one.start, one.held,
        )
        for day in days
        for one in book.on(day)
    }  # fmt: skip


def double_booked(scene: Scene, days: Sequence[date]) -> list[str]:
    """Every pair of lessons in each other's way, worked out from the whole county."""
    book = book_of(scene, days)
    return [
        f"{one.when} {one.name} / {other.name}"
        for day in days
        for one, other in clashes_on(book, day)
    ]


def standing(kind: str = "") -> list[DayChange]:
    """The changes that stand, in the order they were made."""
    rows = DayChange.objects.filter(state__in=DayChange.STANDING).order_by("pk")
    return list(rows.filter(kind=kind) if kind else rows)
