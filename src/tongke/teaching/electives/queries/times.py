"""When pupils are busy, on the clock: their class's timetable and the sections they are in."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date

from tongke.core.profile import current
from tongke.foundation.people.actors import now
from tongke.foundation.people.models import Enrolment
from tongke.teaching.electives.allocation import Span, meets
from tongke.teaching.electives.models import Offer, Round, Seat, Section
from tongke.teaching.electives.profile import ElectivesProfile
from tongke.teaching.timetable.models import Placement, Term
from tongke.teaching.timetable.queries.calendar import bells_on, minute, weekday_name


def spans_of(section: Section) -> tuple[Span, ...]:
    """The weekly times of a section (with `times` and `offer` fetched)."""
    place = str(section.offer.school_id) if section.offer.form == Offer.Form.OFFLINE else ""
    return tuple(
        Span(each.weekday, minute(each.starts), minute(each.ends), place)
        for each in section.times.all()
    )


def times_text(section: Section) -> str:
    """周二 16:00–17:00、周四 16:00–17:00."""
    return "、".join(
        f"{weekday_name(each.weekday)} {each.starts:%H:%M}–{each.ends:%H:%M}"
        for each in section.times.all()
    )


def homes(pupils: Collection[int], today: date) -> dict[int, Enrolment]:
    """The standing class of each pupil today, with its school."""
    found: dict[int, Enrolment] = {}
    listed = list(pupils)
    for start in range(0, len(listed), 400):
        rows = Enrolment.objects.filter(
            now(today), standing=True, pupil__in=listed[start : start + 400]
        ).select_related("school_class__school")
        found.update({row.pupil_id: row for row in rows})
    return found


def class_spans(term: Term, classes: Iterable[int], day: date) -> dict[int, tuple[Span, ...]]:
    """When each standing class has lessons, by its school's bells; three queries."""
    rows = list(
        Placement.objects.filter(term=term, school_class__in=set(classes)).select_related(
            "school_class"
        )
    )
    bells = bells_on({row.school_class.school_id for row in rows}, day)
    found: dict[int, list[Span]] = defaultdict(list)
    for row in rows:
        school = row.school_class.school_id
        period = bells.get(school, {}).get(row.seq)
        if period is not None:
            found[row.school_class_id].append(
                Span(row.weekday, minute(period.starts), minute(period.ends), str(school))
            )
    return {key: tuple(spans) for key, spans in found.items()}


def held_spans(round_: Round, pupils: Collection[int]) -> dict[int, tuple[Span, ...]]:
    """The times of sections in which pupils have seats by other rounds, while this one lasts."""
    found: dict[int, list[Span]] = defaultdict(list)
    listed = list(pupils)
    for start in range(0, len(listed), 400):
        rows = Seat.objects.filter(
            state=Seat.State.SEATED, pupil__in=listed[start : start + 400],
            section__offer__term=round_.term_id, round__starts_on__lte=round_.ends_on,
            round__ends_on__gte=round_.starts_on,
        ).select_related("section__offer").prefetch_related("section__times")  # fmt: skip
        for row in rows.exclude(round=round_):
            found[row.pupil_id] += spans_of(row.section)
    return {key: tuple(spans) for key, spans in found.items()}


def clash(section: Section, busy: Iterable[Span]) -> bool:
    """Whether a section cannot be attended beside these times, the way there included."""
    travel = current(ElectivesProfile).travel_minutes
    spans = spans_of(section)
    return any(meets(one, other, travel) for one in spans for other in busy)
