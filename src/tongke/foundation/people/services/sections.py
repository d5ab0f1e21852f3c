"""Sections (教学班): classes that pupils of several standing classes attend for one course."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Enrolment, Organisation, Person, SchoolClass

FIRST_NUMBER = 101
"""Sections are numbered above the standing classes of their school and year."""


@dataclass(frozen=True, kw_only=True)
class NewSection:
    """A section to open at a school; `grade_code` is its leading grade."""

    school: Organisation
    grade_code: str
    name: str
    entry_year: int


@transaction.atomic
def open_section(new: NewSection, *, by: Actor | None, at: datetime) -> SchoolClass:
    """Open one section, with the next free number of its school.

    Raises:
        Refused: the organisation takes no classes.
    """
    if not new.school.is_school or new.school.closed_on:
        raise Refused(f"“{new.school.name}”不是在办的学校或教学点，不能开教学班。")
    same = SchoolClass.objects.filter(
        school=new.school, entry_year=new.entry_year, grade_code=new.grade_code,
        number__gte=FIRST_NUMBER,
    )  # fmt: skip
    last: int | None = same.aggregate(last=Max("number"))["last"]
    section = SchoolClass.objects.create(
        kind=SchoolClass.Kind.SECTION, school=new.school, grade_code=new.grade_code,
        entry_year=new.entry_year, name=new.name[:30], number=(last or FIRST_NUMBER - 1) + 1,
    )  # fmt: skip
    record("people.section.opened", section, actor=by, at=at)
    return section


@transaction.atomic
def join_section(
    section: SchoolClass,
    pupils: Iterable[Person | int],
    *,
    since: date,
    until: date,
    by: Actor | None,
    at: datetime,
) -> int:
    """Put pupils on a section's roll for these days; standing classes and roles stay as they are.

    Pupils who are on the roll on `since` already are left alone.

    Returns:
        How many joined.

    Raises:
        Refused: the section has ended.
    """
    assert section.kind == SchoolClass.Kind.SECTION, section.kind
    if section.closed_on:
        raise Refused(f"{section.name}已经结束，不能再加入学生。")
    ids = {each.pk if isinstance(each, Person) else each for each in pupils}
    rows = Enrolment.objects.filter(school_class=section, until__gte=since)
    fresh = sorted(ids - set(rows.values_list("pupil", flat=True)))
    Enrolment.objects.bulk_create(
        (
            Enrolment(
                pupil_id=pupil, school_class=section, standing=False, since=since, until=until
            )
            for pupil in fresh
        ),
        batch_size=500,
    )
    record("people.section.joined", section, actor=by, at=at, detail={"count": len(fresh)})
    return len(fresh)


@transaction.atomic
def leave_section(
    section: SchoolClass, pupil: Person | int, until: date, *, by: Actor | None, at: datetime
) -> bool:
    """Take a pupil off a section's roll; `until` is the last day. False when not on it by then.

    A membership that would end before it begins is removed: nobody attended anything.
    """
    rows = Enrolment.objects.filter(school_class=section, pupil=pupil, until__gte=until)
    never, begun = rows.filter(since__gt=until), rows.filter(since__lte=until)
    changed = bool(never.delete()[0]) | bool(begun.update(until=until))
    if changed:
        record("people.section.left", section, actor=by, at=at, detail={"until": str(until)})
    return changed


@transaction.atomic
def close_section(section: SchoolClass, on: date, *, by: Actor | None, at: datetime) -> None:
    """End a section; whoever is still on its roll leaves with that day.

    Raises:
        Refused: it has ended already.
    """
    if not SchoolClass.objects.filter(pk=section.pk, closed_on=None).update(closed_on=on):
        raise Refused("教学班已经结束。")
    section.closed_on = on
    roll = Enrolment.objects.filter(school_class=section, until__gt=on)
    roll.filter(since__gt=on).delete()
    roll.update(until=on)
    record("people.section.closed", section, actor=by, at=at, detail={"on": str(on)})
