"""The course network: offered and chosen across schools (I-19), walking sections on line (I-17)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet

from tongke.foundation.people.models import Organisation
from tongke.teaching.electives.models import Offer, Round, Seat, Section
from tongke.teaching.electives.queries.times import homes
from tongke.teaching.timetable.models import Term


@dataclass(frozen=True)
class SchoolLine:
    """A school in the network; seats are counted, not pupils."""

    school: Organisation
    offered: int
    shared: int
    chosen: int
    outside: int
    away: int


@dataclass(frozen=True)
class Network:
    """The network of a term."""

    lines: tuple[SchoolLine, ...]
    shared: int
    crossed: int
    seats: int
    across: int
    walking: int
    fused: int

    @property
    def share_crossed(self) -> float | None:
        """I-19: offers open to other schools that pupils of other schools have chosen."""
        return self.crossed / self.shared if self.shared else None

    @property
    def share_fused(self) -> float | None:
        """I-17: sections of walking classes taught as fusion classes on line."""
        return self.fused / self.walking if self.walking else None


def network(term: Term, schools: Iterable[Organisation], today: date) -> Network:
    """The figures of these schools in a term: what they offer, and where their pupils go."""
    listed = list(schools)
    here = {one.pk for one in listed}
    offers = Offer.objects.filter(
        term=term, school__in=here, state__in=[Offer.State.PUBLISHED, Offer.State.WITHDRAWN]
    ).exclude(decided_at=None, kind__in=["club", "elective", "fusion"])  # fmt: skip
    offered = Counter(offers.values_list("school", flat=True))
    shared = offers.filter(reach=Offer.Reach.REGION)
    shared_by = Counter(shared.values_list("school", flat=True))
    seats = list(
        Seat.objects.filter(
            state=Seat.State.SEATED, section__offer__term=term,
            round__state__in=Round.TOLD,
        ).values_list("pupil", "section__offer__school", "section__offer")
    )  # fmt: skip
    places = homes({pupil for pupil, _, _ in seats}, today)
    chosen: Counter[int] = Counter()
    outside: Counter[int] = Counter()
    away: Counter[int] = Counter()
    crossed: set[int] = set()
    for pupil, school, offer in seats:
        home = places[pupil].school_class.school_id if pupil in places else None
        chosen[school] += 1
        if home is not None and home != school:
            outside[school] += 1
            away[home] += 1
            crossed.add(offer)
    walking = _walking(term, here)
    return Network(
        lines=tuple(
            SchoolLine(one, offered[one.pk], shared_by[one.pk], chosen[one.pk], outside[one.pk],
                       away[one.pk])
            for one in listed
        ),
        shared=shared.count(), crossed=shared.filter(pk__in=crossed).count(),
        seats=sum(chosen[pk] for pk in here), across=sum(outside[pk] for pk in here),
        walking=walking.count(),
        fused=walking.filter(offer__form=Offer.Form.ONLINE).count(),
    )  # fmt: skip


def _walking(term: Term, schools: set[int]) -> QuerySet[Section]:
    """Sections of 走班 that have pupils."""
    return Section.objects.filter(
        offer__term=term, offer__school__in=schools, taken__state=Seat.State.SEATED,
    ).distinct()  # fmt: skip


def by_subject(term: Term, schools: Iterable[Organisation]) -> list[tuple[str, int, int]]:
    """Subjects with how many seats were offered to, and taken by, pupils of any school."""
    rows = Section.objects.filter(
        offer__term=term, offer__school__in=[one.pk for one in schools],
        offer__state=Offer.State.PUBLISHED,
    )  # fmt: skip
    seats: Counter[str] = Counter()
    for subject, number in rows.values_list("offer__subject__name", "seats"):
        seats[subject] += number
    taken = Counter(
        dict(
            Seat.objects.filter(
                section__in=rows, state=Seat.State.SEATED, round__state__in=Round.TOLD
            ).order_by().values_list("section__offer__subject__name").annotate(Count("pk"))
        )
    )  # fmt: skip
    return [(name, number, taken[name]) for name, number in seats.most_common()]


_SORTS = frozenset({"offered", "chosen", "outside", "away"})


def shown(lines: Iterable[SchoolLine], asked: Mapping[str, str]) -> list[SchoolLine]:
    """Schools that take part and match ?q=, sorted by ?sort=, the most chosen first."""
    words, sort = asked.get("q", "").strip(), asked.get("sort", "-chosen")
    field = sort.removeprefix("-") if sort.removeprefix("-") in _SORTS else "chosen"
    found = [
        one for one in lines
        if words in one.school.name and (one.offered or one.chosen or one.away)
    ]  # fmt: skip
    return sorted(found, key=lambda one: getattr(one, field), reverse=sort.startswith("-"))


def subject_chart(rows: list[tuple[str, int, int]]) -> dict[str, object] | None:
    """Seats and pupils by subject as bars; None before there is anything."""
    if not rows:
        return None
    return {
        "kind": "bar", "labels": [name for name, _, _ in rows], "unit": "人",
        "series": [
            {"name": "名额", "values": [seats for _, seats, _ in rows]},
            {"name": "录取", "values": [taken for _, _, taken in rows]},
        ],
    }  # fmt: skip
