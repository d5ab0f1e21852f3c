"""What classes have on a day: the week of odd or even lessons, with that day's changes."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import Model

from tongke.foundation.curriculum.models import Subject
from tongke.foundation.people.models import Person, SchoolClass
from tongke.teaching.timetable.models import DayChange, Placement, Term
from tongke.teaching.timetable.queries.calendar import week_of
from tongke.teaching.timetable.queries.changes_grid import Marks
from tongke.teaching.timetable.queries.grids import in_week


def placements_on(term: Term, classes: Sequence[SchoolClass], day: date) -> list[Placement]:
    """The lessons of some classes on a day of the term, in order of periods.

    Suspended periods and lessons that are not held are left out; a substitute, a swapped or a
    made-up lesson stands as it was arranged. Changed rows are in memory only, never to be saved.
    """
    marks = Marks(term, [day], classes=[each.pk for each in classes])
    by_id = {each.pk: each for each in classes}
    plans = {each.school_id: marks.plan_of(each.school, day) for each in classes}
    weekdays = {plan for plan in plans.values() if plan is not None}
    rows = Placement.objects.filter(school_class__in=classes, weekday__in=weekdays)
    regular = list(in_week(rows, term, week_of(term, day) or 1))
    attach(regular, subject=Subject, teacher=Person)
    found: dict[tuple[int, int], Placement] = {}
    for row in regular:
        one = by_id[row.school_class_id]
        if row.weekday != plans[one.school_id] or marks.suspended.why(one.school, day, row.seq):
            continue
        found[one.pk, row.seq] = row
    _change(found, marks, term, day)
    for change in marks.made_up():
        lesson = change.lesson
        for side in marks.sides:
            key = (side.school_class_id, side.bell_seq or 0)
            if lesson is None or side.lesson_id != lesson.pk or key[0] not in by_id:
                continue
            if change.day == day:
                made = _row(term, key, day)
                made.subject, made.teacher = lesson.course.subject, lesson.teacher
                made.slot = lesson.slot
                found[key] = made
    return sorted(found.values(), key=lambda each: (each.seq, each.school_class_id))


def attach(rows: Iterable[Model], **fields: type[Model]) -> None:
    """Give rows what they point to, each object once: for a county far fewer than by joins."""
    listed = list(rows)
    for name, model in fields.items():
        ids = {getattr(each, f"{name}_id") for each in listed} - {None}
        found = model._default_manager.in_bulk(ids)
        for each in listed:
            key = getattr(each, f"{name}_id")
            if key is not None:
                setattr(each, name, found[key])


def _row(term: Term, key: tuple[int, int], day: date) -> Placement:
    return Placement(term=term, school_class_id=key[0], weekday=day.isoweekday(), seq=key[1])


def _change(found: dict[tuple[int, int], Placement], marks: Marks, term: Term, day: date) -> None:
    """Put ordinary lessons as the day's changes have them."""
    for (klass, when, seq), change in marks.cells.items():
        if when != day:
            continue
        key = (klass, seq)
        subject = change.subject or change.was_subject
        if change.kind == DayChange.Kind.NOT_HELD or subject is None:
            found.pop(key, None)
            continue
        old = found.get(key)
        made = _row(term, key, day)
        if old is not None:
            made.weekday = old.weekday
        made.subject, made.teacher = subject, change.teacher
        found[key] = made
