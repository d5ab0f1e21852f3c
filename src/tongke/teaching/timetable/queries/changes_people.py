"""Who may be asked to stand in at a school, and who takes part in joint lessons."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import Q

from tongke.foundation.people.models import Appointment, Organisation, Person
from tongke.foundation.people.roles import SCHOOL_STAFF
from tongke.teaching.timetable.models import Lesson, LessonClass
from tongke.teaching.timetable.queries.calendar import on


def sides_of(lessons: Iterable[Lesson]) -> dict[int, list[LessonClass]]:
    """The classes of joint lessons by lesson, the delivering one first."""
    rows = LessonClass.objects.filter(lesson__in=list(lessons)).select_related(
        "school_class__school", "assistant", "room"
    )
    found: dict[int, list[LessonClass]] = defaultdict(list)
    for each in rows.order_by("side", "pk"):
        found[each.lesson_id].append(each)
    return found


def staff_of(
    schools: dict[int, Organisation], day: date
) -> dict[int, dict[int, tuple[Person, Organisation]]]:
    """Who may be asked at each school: its own people, at a point also those of its centre."""
    above = {pk: each.parent_id for pk, each in schools.items() if each.parent_id}
    wanted = Q(organisation__in=schools) | Q(
        organisation__in=above.values(), organisation__kind=Organisation.Kind.SCHOOL
    )
    held = Appointment.objects.filter(on(day), wanted, role__in=SCHOOL_STAFF)
    found: dict[int, dict[int, tuple[Person, Organisation]]] = {pk: {} for pk in schools}
    rows = list(held.select_related("person", "organisation").order_by("person__name", "person"))
    for pk in schools:
        for each in rows:
            if each.organisation_id == pk:
                found[pk][each.person_id] = (each.person, each.organisation)
        for each in rows:
            if each.organisation_id == above.get(pk):
                found[pk].setdefault(each.person_id, (each.person, each.organisation))
    return found
