"""The check on the clock that every change passes before it is committed."""

from collections.abc import Collection, Iterable
from datetime import date

from tongke.core.errors import Refused
from tongke.core.profile import current
from tongke.teaching.timetable.models import Term
from tongke.teaching.timetable.profile import TimetableProfile
from tongke.teaching.timetable.queries.changes_day import DayBook, DayLesson, Scope, clashes_on


def refuse_clashes(term: Term, days: Iterable[date], keys: Collection[str], scope: Scope) -> None:
    """Look at what now stands in the database, and refuse when a touched lesson is in the way.

    Args:
        keys: the lessons that were touched (`DayLesson.key`).
        scope: the classes, teachers and rooms that were touched.

    Raises:
        Refused: somebody or some room would be in two places at once.
    """
    listed = sorted(set(days))
    book = DayBook(term, listed, scope)
    travel = current(TimetableProfile).travel_minutes
    for day in listed:
        for one, other in clashes_on(book, day, travel=travel):
            if one.key in keys or other.key in keys:
                raise Refused(_sentence(one, other))


def _sentence(one: DayLesson, other: DayLesson) -> str:
    same = [each for each in one.parties() if each in set(other.parties())]
    who = ""
    if any(party == "teacher" for party, _ in same) and one.teacher is not None:
        who = one.teacher.name
    elif any(party == "class" for party, _ in same) and one.school_class is not None:
        who = one.school_class.name
    elif one.room is not None:
        who = one.room.name
    return (
        f"{who}在{one.when}（{one.clock}）的{one.subject.name}和"
        f"{other.school.short_name}{other.name}（{other.clock}）冲突，请换一种安排。"
    )


def scope_of(lessons: Iterable[DayLesson]) -> Scope:
    """The classes, teachers and rooms of some lessons."""
    parties = {each for one in lessons for each in one.parties()}

    def of(kind: str) -> frozenset[int]:
        return frozenset(key for party, key in parties if party == kind)

    return Scope(of("class"), of("teacher"), of("room"))
