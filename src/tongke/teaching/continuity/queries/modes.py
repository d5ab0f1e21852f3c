"""Whether a class is at school or at home in a period: read from the emergencies themselves."""

from collections.abc import Iterable
from datetime import date

from tongke.foundation.people.models import SchoolClass
from tongke.teaching.continuity.models import Emergency
from tongke.teaching.continuity.scope import Order, ruling


def order_of(emergency: Emergency) -> Order:
    """The rule's view of an emergency; its scopes with organisations must be prefetched."""
    back = (emergency.back_on, emergency.back_seq) if emergency.back_on else None
    return Order(
        key=emergency.pk, title=str(emergency),
        paths=tuple(each.organisation.path for each in emergency.scopes.all()),
        grades=emergency.grade_codes, first=(emergency.starts_on, emergency.first_seq),
        ends_on=emergency.ends_on, last_seq=emergency.last_seq, back=back,
        drill=emergency.drill, declared_at=emergency.declared_at,
    )  # fmt: skip


class Modes:
    """The emergencies that touch some days, read once (two queries) and asked for many classes."""

    def __init__(self, since: date, until: date) -> None:
        """Read what stands in force on any of the days."""
        rows = Emergency.objects.filter(starts_on__lte=until, ends_on__gte=since).exclude(
            state=Emergency.State.REVOKED
        )
        self.orders = [order_of(each) for each in rows.prefetch_related("scopes__organisation")]

    def of(self, school_class: SchoolClass, day: date, seq: int) -> Order | None:
        """The emergency that rules a period of a class; its school must be fetched."""
        path = school_class.school.path
        return ruling(self.orders, path, school_class.grade_code, day, seq)

    def touches(self, school_class: SchoolClass) -> bool:
        """Whether any of the emergencies is for the class at all."""
        path, grade = school_class.school.path, school_class.grade_code
        return any(
            each.depth(path) and (not each.grades or grade in each.grades) for each in self.orders
        )


def mode_of(school_class: SchoolClass, day: date, seq: int) -> Order | None:
    """The emergency that rules one period of one class; None when the class is at school."""
    return Modes(day, day).of(school_class, day, seq)


def touched(classes: Iterable[SchoolClass], since: date, until: date) -> list[SchoolClass]:
    """Of these classes those that some emergency of the days is for."""
    modes = Modes(since, until)
    return [each for each in classes if modes.touches(each)]
