"""Outcomes line by line, with the school and class a pupil comes from."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.db.models import QuerySet

from tongke.teaching.electives.models import Round, Seat, Section
from tongke.teaching.electives.queries import times
from tongke.teaching.electives.queries.menu import section_rows
from tongke.teaching.timetable.models import Listener

_SORTS = {
    "turn": "turn", "course": "section__offer__title", "state": "state", "name": "pupil__name",
}  # fmt: skip


def search(rows: QuerySet[Seat], round_: Round, asked: Mapping[str, str]) -> QuerySet[Seat]:
    """Seats of a round that match ?q= ?state= ?section=, sorted by ?sort=."""
    rows = rows.filter(round=round_).select_related("pupil", "section__offer__school")
    if words := asked.get("q", "").strip():
        rows = rows.filter(pupil__name__icontains=words)
    if asked.get("state") in Seat.State.values:
        rows = rows.filter(state=asked["state"])
    if (section := asked.get("section", "")).isdecimal():
        rows = rows.filter(section=int(section[:9]))
    sort = asked.get("sort", "turn")
    field = _SORTS.get(sort.removeprefix("-"), "turn")
    return rows.order_by(f"-{field}" if sort.startswith("-") else field, "turn", "rank", "pk")


def with_homes(rows: Sequence[Seat], today: date) -> list[tuple[Seat, str, str]]:
    """Each seat with the school and standing class of its pupil."""
    homes = times.homes({one.pupil_id for one in rows}, today)
    return [
        (
            one,
            homes[one.pupil_id].school_class.school.short_name if one.pupil_id in homes else "",
            homes[one.pupil_id].school_class.name if one.pupil_id in homes else "",
        )
        for one in rows
    ]


def sections_of(round_: Round) -> QuerySet[Section]:
    """The sections of a round, for a filter."""
    return round_.sections.select_related("offer").order_by("offer__title", "number")


def returned_rows(rows: QuerySet[Seat], asked: Mapping[str, str]) -> QuerySet[Seat]:
    """Seats of the home school's pupils that match ?q= ?away=, by class and name."""
    rows = rows.filter(state=Seat.State.SEATED).select_related(
        "pupil", "section__offer__school", "round"
    )
    if words := asked.get("q", "").strip():
        named = rows.filter(pupil__name__icontains=words)
        rows = named | rows.filter(section__offer__title__icontains=words)
    return rows.order_by("-round__starts_on", "section__offer__title", "pupil__name", "pk")


def side_rows(rows: QuerySet[Listener], today: date) -> list[tuple[Listener, Section, str]]:
    """Listening sides of sections that still meet, with the section and its times."""
    coming = rows.filter(course__lessons__day__gte=today, course__lessons__state="planned")
    sides = coming.distinct().select_related("assistant", "room").order_by("pk")
    found = {
        one.course_id: one
        for one in section_rows(Section.objects.filter(course__in=[s.course_id for s in sides]))
    }
    return [
        (side, found[side.course_id], times.times_text(found[side.course_id])) for side in sides
    ]
