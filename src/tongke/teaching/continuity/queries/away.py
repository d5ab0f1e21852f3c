"""Leave and teaching at home as lists show them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from tongke.foundation.people.actors import now
from tongke.foundation.people.models import SchoolClass
from tongke.teaching.continuity.models import HomeTeaching, Leave, Visit

LEAVE_SORTS = {"starts": "starts_on", "pupil": "pupil__name", "asked": "asked_at"}


def leave_rows(
    rows: QuerySet[Leave], *, text: str = "", state: str = "", kind: str = "", sort: str = ""
) -> QuerySet[Leave]:
    """Leave narrowed and in the order asked for; the latest days come first by default."""
    if text:
        rows = rows.filter(pupil__name__icontains=text)
    if state in Leave.State.values:
        rows = rows.filter(state=state)
    if kind in Leave.Kind.values:
        rows = rows.filter(kind=kind)
    # The sealed columns stay in the database: lists never show them.
    rows = rows.defer("reason", "medical").select_related("pupil", "school_class__school")
    name = LEAVE_SORTS.get(sort.removeprefix("-"), "")
    if name:
        return rows.order_by(f"-{name}" if sort.startswith("-") else name, "-pk")
    return rows.order_by("-starts_on", "-pk")


def home_rows(
    rows: QuerySet[HomeTeaching], today: date, *, text: str = "", running: str = ""
) -> QuerySet[HomeTeaching]:
    """Teaching at home with its visits counted, the latest begun first."""
    if text:
        rows = rows.filter(Q(pupil__name__icontains=text) | Q(teacher__name__icontains=text))
    if running == "yes":
        rows = rows.exclude(until__lt=today)
    if running == "no":
        rows = rows.filter(until__lt=today)
    held, missed = Q(visits__state=Visit.State.HELD), Q(visits__state=Visit.State.MISSED)
    due = Q(visits__state=Visit.State.PLANNED, visits__day__lt=today)
    return (
        rows.defer("medical")
        .select_related("pupil", "teacher", "school_class__school")
        .annotate(
            held=Count("visits", filter=held), missed=Count("visits", filter=missed),
            due=Count("visits", filter=due),
        )
        .order_by("-since", "-pk")
    )  # fmt: skip


@dataclass(frozen=True)
class ClassLine:
    """A class as the list of a day shows it."""

    school_class: SchoolClass
    online: int
    unsettled: int
    drill: bool
    title: str
    away: int


def confirmed_on(day: date) -> QuerySet[Leave]:
    """Confirmed leave that touches a day; the sealed columns stay in the database."""
    rows = Leave.objects.filter(state=Leave.State.CONFIRMED, starts_on__lte=day, ends_on__gte=day)
    return rows.defer("reason", "medical")


def taught_at_home_on(day: date) -> QuerySet[HomeTeaching]:
    """Teaching at home that is in force on a day; the sealed column stays in the database."""
    return HomeTeaching.objects.filter(now(day)).defer("medical")


def away_counts(classes: Iterable[SchoolClass], day: date) -> dict[int, int]:
    """How many pupils of each class are on leave or taught at home on a day."""
    ids = [each.pk for each in classes]
    found: dict[int, set[int]] = {}
    leaves = confirmed_on(day).filter(school_class__in=ids)
    homes = taught_at_home_on(day).filter(school_class__in=ids)
    for klass, pupil in [
        *leaves.values_list("school_class", "pupil"), *homes.values_list("school_class", "pupil"),
    ]:  # fmt: skip
        found.setdefault(klass, set()).add(pupil)
    return {klass: len(pupils) for klass, pupils in found.items()}


def on_leave(class_ids: Iterable[int], day: date, seq: int) -> dict[int, str]:
    """Pupils on leave in a period, with the kind of leave: what a roll call begins with."""
    rows = confirmed_on(day).filter(school_class__in=list(class_ids))
    return {each.pupil_id: str(each.get_kind_display()) for each in rows if each.covers(day, seq)}
