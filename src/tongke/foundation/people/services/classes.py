"""Classes and their roll: open, name a homeroom teacher, enrol, leave, close."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Enrolment, Organisation, Person, SchoolClass
from tongke.foundation.people.queries.vocabulary import class_name
from tongke.foundation.people.services.families import settle_roles

_EDITABLE = frozenset(
    {"grade_code", "number", "name", "entry_year", "homeroom_teacher", "source_id"}
)


@dataclass(frozen=True, kw_only=True)
class NewClass:
    """A standing class to open; without a name it gets the usual one (五年级（2）班)."""

    school: Organisation
    grade_code: str
    number: int
    entry_year: int
    name: str = ""
    homeroom_teacher: Person | None = None
    source_id: str = ""


@dataclass(frozen=True, kw_only=True)
class NewEnrolment:
    """A pupil to put on the roll of a class from `since` on."""

    pupil: Person
    school_class: SchoolClass
    since: date
    seat: int | None = None


@transaction.atomic
def open_class(new: NewClass, *, by: Actor | None, at: datetime) -> SchoolClass:
    """Open one class.

    Raises:
        Refused: the school has it already, or the organisation takes no classes.
    """
    return open_classes([new], by=by, at=at)[0]


@transaction.atomic
def open_classes(rows: Iterable[NewClass], *, by: Actor | None, at: datetime) -> list[SchoolClass]:
    """Open many classes, in the order given.

    Raises:
        Refused: see `open_class`.
    """
    listed = list(rows)
    seen: set[tuple[int, int, str, int]] = set()
    for row in listed:
        if not row.school.is_school or row.school.closed_on:
            raise Refused(f"“{row.school.name}”不是在办的学校或教学点，不能开班。")
        key = (row.school.pk, row.entry_year, row.grade_code, row.number)
        if key in seen or _exists(*key):
            raise Refused(f"{row.school.name}已有{class_name(row.grade_code, row.number)}。")
        seen.add(key)
    fresh = SchoolClass.objects.bulk_create(
        (
            SchoolClass(
                school=row.school, grade_code=row.grade_code, number=row.number,
                entry_year=row.entry_year, homeroom_teacher=row.homeroom_teacher,
                name=row.name or class_name(row.grade_code, row.number), source_id=row.source_id,
            )
            for row in listed
        ),
        batch_size=500,
    )  # fmt: skip
    one = fresh[0] if len(fresh) == 1 else None
    record("people.class.opened", one, actor=by, at=at, detail={"count": len(fresh)})
    return fresh


def _exists(school: int, entry_year: int, grade_code: str, number: int) -> bool:
    return SchoolClass.objects.filter(
        school=school, entry_year=entry_year, grade_code=grade_code, number=number
    ).exists()


@transaction.atomic
def edit_class(
    school_class: SchoolClass, changes: Mapping[str, Any], *, by: Actor | None, at: datetime
) -> bool:
    """Change a class's name, grade, number or homeroom teacher; returns whether it changed.

    Raises:
        Refused: the school has another class of this grade and number.
    """
    assert changes.keys() <= _EDITABLE, sorted(changes)
    changed = [key for key, value in changes.items() if getattr(school_class, key) != value]
    if not changed:
        return False
    for key in changed:
        setattr(school_class, key, changes[key])
    same = SchoolClass.objects.filter(
        school=school_class.school_id, entry_year=school_class.entry_year,
        grade_code=school_class.grade_code, number=school_class.number,
    )  # fmt: skip
    if same.exclude(pk=school_class.pk).exists():
        name = class_name(school_class.grade_code, school_class.number)
        raise Refused(f"本校已有{name}。")
    school_class.save(update_fields=changed)
    record("people.class.edited", school_class, actor=by, at=at, detail={"fields": changed})
    return True


@transaction.atomic
def enrol(new: NewEnrolment, *, by: Actor | None, at: datetime) -> Enrolment:
    """Put one pupil on the roll; a pupil of another class moves, the day before being the last.

    Raises:
        Refused: the class is closed, or the pupil is in it already.
    """
    return enrol_many([new], by=by, at=at)[0]


@transaction.atomic
def enrol_many(rows: Iterable[NewEnrolment], *, by: Actor | None, at: datetime) -> list[Enrolment]:
    """Put many pupils on the roll and give them and their guardians the roles that follow.

    Raises:
        Refused: see `enrol`.
    """
    listed = list(rows)
    for row in listed:
        assert row.school_class.kind == SchoolClass.Kind.STANDING, "sections have their own service"
        if row.school_class.closed_on:
            raise Refused(f"{row.school_class.name}已经结束，不能再编入学生。")
    for start in range(0, len(listed), 400):
        _leave_former(listed[start : start + 400])
    fresh = Enrolment.objects.bulk_create(
        (
            Enrolment(
                pupil=row.pupil, school_class=row.school_class, seat=row.seat, since=row.since
            )
            for row in listed
        ),
        batch_size=500,
    )
    by_day: dict[date, list[int]] = {}
    for row in listed:
        by_day.setdefault(row.since, []).append(row.pupil.pk)
    for day, pupils in by_day.items():
        settle_roles(pupils, day)
    one = fresh[0] if len(fresh) == 1 else None
    record("people.enrolment.added", one, actor=by, at=at, detail={"count": len(fresh)})
    return fresh


def _leave_former(rows: list[NewEnrolment]) -> None:
    wanted = {row.pupil.pk: row for row in rows}
    assert len(wanted) == len(rows), "one pupil twice"
    former = Enrolment.objects.filter(pupil__in=wanted, until=None, standing=True).select_related(
        "school_class"
    )
    for one in former:
        row = wanted[one.pupil_id]
        if one.school_class_id == row.school_class.pk:
            raise Refused(f"{row.pupil.name}已经在{row.school_class.name}。")
        _end(one, row.since - timedelta(days=1))


def _end(enrolment: Enrolment, until: date) -> None:
    """The last day of a membership; one that has not begun lasts its first day only."""
    enrolment.until = max(until, enrolment.since)
    enrolment.save(update_fields=["until"])


@transaction.atomic
def leave(enrolment: Enrolment, until: date, *, by: Actor | None, at: datetime) -> None:
    """Take a pupil off the roll; `until` is the last day in class.

    Raises:
        Refused: the pupil has left already.
    """
    leave_many([enrolment], until, by=by, at=at)


@transaction.atomic
def leave_many(
    enrolments: Iterable[Enrolment], until: date, *, by: Actor | None, at: datetime
) -> None:
    """Take pupils off their rolls; `until` is the last day in class.

    Raises:
        Refused: one of them has left already.
    """
    listed = list(enrolments)
    for one in listed:
        if one.until is not None:
            raise Refused("学生已经离班。")
        _end(one, until)
    settle_roles([one.pupil_id for one in listed], until + timedelta(days=1))
    single = listed[0] if len(listed) == 1 else None
    detail = {"count": len(listed), "until": str(until)}
    record("people.enrolment.ended", single, actor=by, at=at, detail=detail)


@transaction.atomic
def set_seats(
    rows: Iterable[tuple[Enrolment, int | None]], *, by: Actor | None, at: datetime
) -> None:
    """Give pupils other seats in their class."""
    listed = []
    for enrolment, seat in rows:
        enrolment.seat = seat
        listed.append(enrolment)
    Enrolment.objects.bulk_update(listed, ["seat"], batch_size=200)
    detail = {"count": len(listed)}
    record("people.enrolment.seated", None, actor=by, at=at, detail=detail)


@transaction.atomic
def close_class(school_class: SchoolClass, on: date, *, by: Actor | None, at: datetime) -> None:
    """End a class; pupils still on its roll leave with that day.

    Raises:
        Refused: it has ended already.
    """
    if not SchoolClass.objects.filter(pk=school_class.pk, closed_on=None).update(closed_on=on):
        raise Refused("班级已经结束。")
    school_class.closed_on = on
    left = list(Enrolment.objects.filter(school_class=school_class, until=None))
    if left:
        leave_many(left, on, by=by, at=at)
    record("people.class.closed", school_class, actor=by, at=at, detail={"on": str(on)})
