"""Messages of the timetable: to persons who have an account, once per occasion."""

from collections.abc import Iterable
from datetime import date

from tongke.core.messages import notify_many, register_kind
from tongke.foundation.people.models import Account, Organisation, Person
from tongke.foundation.people.roles import Role
from tongke.teaching.timetable.queries.calendar import on

COURSE = register_kind("timetable.course", "联合课程安排")
DEMAND = register_kind("timetable.demand", "缺课需求")
LESSON = register_kind("timetable.lesson", "课次变动")


def tell(
    people: Iterable[Person | int | None], kind: str, title: str, *, key: str, body: str, url: str
) -> int:
    """Put a message before everyone of these who has an account; returns how many got it.

    Runs in the caller's transaction: the message exists when the fact exists.
    """
    ids = {each.pk if isinstance(each, Person) else each for each in people if each is not None}
    accounts = Account.objects.filter(person__in=ids, is_active=True)
    titles = [(account, title) for account in accounts]
    return notify_many(kind, titles, key=key, body=body, url=url)


def managers(schools: Iterable[Organisation | int], day: date) -> set[int]:
    """Ids of the persons who run these schools' timetables on a day: heads and timetablers."""
    ids = {each.pk if isinstance(each, Organisation) else each for each in schools}
    held = Organisation.objects.filter(pk__in=ids).filter(
        on(day, "appointments__"), appointments__role__in=[Role.HEAD, Role.TIMETABLER]
    )
    return set(held.values_list("appointments__person", flat=True))
