"""Rounds: who may choose, who did, the problem the seats are given out by, and the report."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Min, Q, QuerySet

from tongke.core.errors import Refused
from tongke.core.profile import current
from tongke.engines.communities import queries as communities
from tongke.foundation.people.actors import Actor, now
from tongke.foundation.people.models import Enrolment, Organisation, Person
from tongke.foundation.people.policy import scope_root, within
from tongke.teaching.electives import allocation as pure
from tongke.teaching.electives.models import Ballot, Offer, Round, Seat, Section
from tongke.teaching.electives.policy import region_path
from tongke.teaching.electives.profile import ElectivesProfile, Scheme
from tongke.teaching.electives.queries import times
from tongke.teaching.electives.queries.menu import may_choose, section_rows, taken_seats
from tongke.teaching.timetable.models import Term


def roll_of(round_: Round, today: date) -> QuerySet[Enrolment]:
    """The pupils who may choose: of the round's schools and grades, in a class today."""
    return Enrolment.objects.filter(
        now(today), standing=True, school_class__closed_on=None,
        school_class__school__in=round_.schools.all(),
        school_class__grade_code__in=round_.grades.values("pk"),
    )  # fmt: skip


def home_in(round_: Round, pupil: Person, today: date) -> Enrolment | None:
    """The class in which a pupil takes part in a round; None for those who do not."""
    rows = roll_of(round_, today).filter(pupil=pupil)
    return rows.select_related("pupil", "school_class__school").first()


def eligible(round_: Round, today: date) -> list[int]:
    """The pupils who may choose."""
    return list(roll_of(round_, today).values_list("pupil", flat=True))


def without_list(round_: Round, today: date) -> list[int]:
    """The pupils who may choose and have not yet."""
    done = Ballot.objects.filter(round=round_, choices__isnull=False)
    rows = roll_of(round_, today).exclude(pupil__in=done.values("pupil"))
    return list(rows.values_list("pupil", flat=True))


def counted(round_: Round) -> QuerySet[Ballot]:
    """The lists that take part: with a choice, and agreed to where the region asks for it."""
    rows = Ballot.objects.filter(round=round_, choices__isnull=False).distinct()
    return rows.exclude(agreed_at=None) if current(ElectivesProfile).guardian_agrees else rows


def schools_for(actor: Actor, today: date) -> QuerySet[Organisation]:
    """Schools that an actor's rounds may invite: their own, those below, their consortium's."""
    kinds = [Organisation.Kind.SCHOOL, Organisation.Kind.POINT]
    below = Q(path__startswith=scope_root(actor).path)
    members: set[int] = set()
    for group in communities.led_by(actor.organisation, today):
        members |= {each.organisation_id for each in communities.members(group, today)}
    return Organisation.objects.filter(
        below | Q(pk__in=members), kind__in=kinds, closed_on=None
    ).order_by("path")


def sections_for(actor: Actor, term: Term) -> QuerySet[Section]:
    """Sections that a round of the actor may offer: their own school's, and the region's menu."""
    rows = Section.objects.filter(offer__term=term, offer__state=Offer.State.PUBLISHED)
    shared = Q(offer__reach=Offer.Reach.REGION, offer__school__path__startswith=region_path(actor))
    return section_rows(rows.filter(Q(within(actor, "offer__school")) | shared))


@dataclass(frozen=True)
class Entry:
    """A round as it is given to the allocation, with who stands behind the keys."""

    problem: pure.Problem
    ballots: dict[str, Ballot]
    sections: dict[str, Section]


def entry(round_: Round, seed: str, today: date) -> Entry:
    """Everything that decides a round: pupils by their 选课号, sections by their number.

    The queries do not grow with the pupils, but for one per 400 of them.
    """
    ballots = {
        str(one.number): one
        for one in counted(round_).select_related("pupil").prefetch_related("choices")
    }
    pupils = [one.pupil_id for one in ballots.values()]
    homes = times.homes(pupils, today)
    listed = list(section_rows(round_.sections.all()))
    classes = {one.school_class_id for one in homes.values()}
    lessons = times.class_spans(round_.term, classes, today)
    held = times.held_spans(round_, pupils)
    unlucky = _unlucky(round_) if current(ElectivesProfile).unlucky_first else set()
    by_pk = {one.pk: one for one in listed}
    entries = []
    for key, ballot in ballots.items():
        home = homes.get(ballot.pupil_id)
        if home is None:
            continue
        ranked = tuple(
            str(each.section_id)
            for each in ballot.choices.all()
            if each.section_id in by_pk and may_choose(by_pk[each.section_id], home)
        )
        busy = lessons.get(home.school_class_id, ()) + held.get(ballot.pupil_id, ())
        first = 0 if ballot.pupil_id in unlucky or not unlucky else 1
        school = str(home.school_class.school_id)
        entries.append(pure.Pupil(key, ranked, school, first, busy))
    problem = pure.Problem(
        courses=_courses(round_, listed), pupils=tuple(entries), seed=seed, most=round_.most,
        travel=current(ElectivesProfile).travel_minutes,
    )  # fmt: skip
    return Entry(problem, ballots, {str(pk): one for pk, one in by_pk.items()})


def _courses(round_: Round, sections: list[Section]) -> tuple[pure.Course, ...]:
    """The seats that this round gives out: those that other rounds gave are gone."""
    taken = taken_seats([one.pk for one in sections], beside=round_)
    return tuple(
        pure.Course(
            str(one.pk), max(0, one.seats - taken[one.pk]),
            min(one.reserved, max(0, one.seats - taken[one.pk])), str(one.offer.school_id),
            str(one.offer_id), times=times.spans_of(one),
        )
        for one in sections
    )  # fmt: skip


def _unlucky(round_: Round) -> set[int]:
    """Those who handed in a list in the round before and got nothing."""
    before = (
        Round.objects.filter(
            organisation=round_.organisation_id, term=round_.term_id, scheme="",
            state__in=Round.TOLD, closes_at__lt=round_.opens_at,
        )
        .order_by("-closes_at").first()
    )  # fmt: skip
    if before is None:
        return set()
    listed = set(Seat.objects.filter(round=before).values_list("pupil", flat=True))
    got = Seat.objects.filter(round=before, state__in=[Seat.State.SEATED, Seat.State.LEFT])
    return listed - set(got.values_list("pupil", flat=True))


@dataclass(frozen=True)
class Report:
    """How a round stands: who may choose, who did, and how far their wishes came true."""

    invited: int
    listed: int
    agreed: int
    seated: int
    none: int
    by_rank: tuple[tuple[int, int], ...]
    places: int
    given: int
    waiting: int

    @property
    def share_first(self) -> float | None:
        """The share of those with a list who got their first choice; None before the draw."""
        first = dict(self.by_rank).get(1, 0)
        drawn = self.seated or self.none
        return first / self.listed if self.listed and drawn else None


def report(round_: Round, today: date) -> Report:
    """The figures of a round; a fixed number of queries."""
    ballots = Ballot.objects.filter(round=round_, choices__isnull=False).distinct()
    seats = Seat.objects.filter(round=round_)
    seated = seats.filter(state=Seat.State.SEATED)
    best = Counter(
        row["best"]
        for row in seated.values("pupil").order_by().annotate(best=Min("rank"))
    )  # fmt: skip
    with_seat = sum(best.values())
    counted_lists = seats.values("pupil").order_by().distinct().count()
    places = round_.sections.all().values_list("seats", flat=True)
    return Report(
        invited=roll_of(round_, today).count(), listed=ballots.count(),
        agreed=ballots.exclude(agreed_at=None).count(), seated=with_seat,
        none=counted_lists - with_seat, by_rank=tuple(sorted(best.items())), places=sum(places),
        given=seated.count(), waiting=seats.filter(state=Seat.State.WAITING).count(),
    )  # fmt: skip


@dataclass(frozen=True)
class SectionLine:
    """A section in a round's report."""

    section: Section
    times: str
    wanted: int
    first: int
    seated: int
    waiting: int


def section_lines(round_: Round) -> list[SectionLine]:
    """Every section of a round with how much it was wanted; a fixed number of queries."""
    rows = list(section_rows(round_.sections.all()))
    choices = Ballot.objects.filter(round=round_).order_by()
    wanted = Counter(dict(choices.values_list("choices__section").annotate(Count("pk"))))
    first = Counter(
        dict(choices.filter(choices__rank=1).values_list("choices__section").annotate(Count("pk")))
    )
    seats = Seat.objects.filter(round=round_).order_by()
    states = Counter(
        {
            (section, state): number
            for section, state, number in seats.values_list("section", "state").annotate(
                Count("pk")
            )
        }
    )
    return [
        SectionLine(
            each, times.times_text(each), wanted[each.pk], first[each.pk],
            states[each.pk, Seat.State.SEATED], states[each.pk, Seat.State.WAITING],
        )
        for each in rows
    ]  # fmt: skip


def phase(round_: Round, at: datetime) -> str:
    """Where a round is, in a word: the clock decides between two states of an open one."""
    if round_.state == Round.State.OPEN:
        if at < round_.opens_at:
            return "未开始"
        waits = "待编班" if round_.by_subjects else "待摇号"
        return "正在选课" if at < round_.closes_at else waits
    return round_.get_state_display()


_SORTS = {"title": "title", "opens": "opens_at", "closes": "closes_at", "state": "state"}


def search(rows: QuerySet[Round], asked: Mapping[str, str]) -> QuerySet[Round]:
    """Rounds that match ?q= and ?state=, sorted by ?sort=, newest first."""
    if words := asked.get("q", "").strip():
        rows = rows.filter(title__icontains=words)
    if asked.get("state") in Round.State.values:
        rows = rows.filter(state=asked["state"])
    sort = asked.get("sort", "-opens")
    field = _SORTS.get(sort.removeprefix("-"), "opens_at")
    return rows.select_related("organisation", "term").order_by(
        f"-{field}" if sort.startswith("-") else field, "-pk"
    )


def rank_chart(figures: Report) -> dict[str, object] | None:
    """How many got which choice at best, as a bar chart; None before there is anything."""
    if not figures.seated and not figures.none:
        return None
    labels = [f"第 {rank} 志愿" for rank, _ in figures.by_rank] + ["未录取"]
    values = [number for _, number in figures.by_rank] + [figures.none]
    return {"kind": "bar", "labels": labels, "unit": "人",
            "series": [{"name": "人数", "values": values}]}  # fmt: skip


def scheme_of(round_: Round) -> Scheme:
    """The scheme of a round of subjects.

    Raises:
        Refused: the region's profile does not have it any more.
    """
    for one in current(ElectivesProfile).schemes:
        if one.code == round_.scheme:
            return one
    raise Refused("这个选科方案已经不在区域配置里。")


def combinations(round_: Round) -> list[tuple[str, int]]:
    """How many pupils chose each combination of subjects, most first."""
    found: Counter[str] = Counter()
    for ballot in counted(round_).prefetch_related("choices__subject"):
        names = [one.subject.short for one in ballot.choices.all() if one.subject is not None]
        found["".join(names)] += 1
    return found.most_common()
