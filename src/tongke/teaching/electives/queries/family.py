"""What a pupil's or guardian's pages show: rounds, seats, waiting places, groups of a scheme."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, QuerySet
from django.utils import timezone

from tongke.foundation.curriculum.models import Subject
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Person
from tongke.foundation.people.policy import wards
from tongke.foundation.people.roles import Role
from tongke.teaching.electives.models import Ballot, Result, Round, Seat
from tongke.teaching.electives.queries import times
from tongke.teaching.electives.queries.advice import Advice, advice_for
from tongke.teaching.electives.queries.meetings import presence_of
from tongke.teaching.electives.queries.rounds import phase, scheme_of
from tongke.teaching.timetable.models import Lesson

_HELD = frozenset({Seat.State.SEATED, Seat.State.WAITING})


def children(actor: Actor) -> list[Person]:
    """The wards of a guardian, eldest first; nobody for others."""
    if actor.role is not Role.GUARDIAN:
        return []
    return list(wards(actor).order_by("birth_date", "pk"))


@dataclass(frozen=True)
class RoundCard:
    """A round on a family's page."""

    round: Round
    phase: str
    open: bool
    chosen: int
    ballot: Ballot | None


def round_cards(rows: QuerySet[Round], pupil: Person, at: datetime) -> list[RoundCard]:
    """Rounds that are not over for this pupil, those that can be chosen in first."""
    home = times.homes([pupil.pk], timezone.localdate(at)).get(pupil.pk)
    if home is None or home.school_class.closed_on is not None:
        return []
    listed = list(
        rows.filter(
            state__in=[Round.State.OPEN, Round.State.DRAWN],
            schools=home.school_class.school_id, grades=home.school_class.grade_code,
        )
    )  # fmt: skip
    ballots = {
        one.round_id: one
        for one in Ballot.objects.filter(pupil=pupil, round__in=listed).annotate(
            chosen=Count("choices")
        )
    }
    cards = []
    for one in listed:
        ballot = ballots.get(one.pk)
        chosen = getattr(ballot, "chosen", 0)
        cards.append(RoundCard(one, phase(one, at), one.open_at(at), chosen, ballot))
    return sorted(cards, key=lambda card: (not card.open, card.round.closes_at))


@dataclass(frozen=True)
class SeatLine:
    """A choice and what became of it."""

    seat: Seat
    times: str
    place: int
    here: int
    of: int
    result: Result | None
    next: Lesson | None
    leavable: bool

    @property
    def state(self) -> str:
        """The badge's state."""
        states = Seat.State
        return {states.SEATED: "ok", states.WAITING: "warn"}.get(states(self.seat.state), "muted")


@dataclass(frozen=True)
class Told:
    """One round's outcome."""

    round: Round
    lines: tuple[SeatLine, ...]


def seat_lines(rows: QuerySet[Seat], pupil: Person, today: date) -> list[Told]:
    """The outcome of every told round of a pupil, newest first; queries do not grow with it."""
    seats = list(
        rows.filter(pupil=pupil)
        .select_related("round", "section__offer__school", "section__teacher")
        .prefetch_related("section__times").order_by("-round__published_at", "rank")
    )  # fmt: skip
    held = [one for one in seats if one.state == Seat.State.SEATED]
    counts = presence_of(held)
    results = {
        one.section_id: one
        for one in Result.objects.filter(pupil=pupil, section__in=[s.section_id for s in held])
    }
    coming: dict[int, Lesson] = {}
    for lesson in Lesson.objects.filter(
        course__section__in=[s.section_id for s in held], day__gte=today,
        state__in=[Lesson.State.PLANNED, Lesson.State.LIVE],
    ).order_by("-starts_at"):  # fmt: skip
        coming[lesson.course_id] = lesson
    places = _places(seats)
    by_round: dict[Round, list[SeatLine]] = defaultdict(list)
    for one in seats:
        here, of = counts.get((one.section_id, one.pupil_id), (0, 0))
        by_round[one.round].append(
            SeatLine(
                one, times.times_text(one.section), places.get(one.pk, 0), here, of,
                results.get(one.section_id), coming.get(one.section.course_id or 0),
                one.state in _HELD and one.round.ends_on >= today,
            )
        )  # fmt: skip
    return [Told(round_, tuple(lines)) for round_, lines in by_round.items()]


def _places(seats: Sequence[Seat]) -> dict[int, int]:
    """The place on the waiting list of each waiting seat, from 1."""
    mine = [one for one in seats if one.state == Seat.State.WAITING]
    line: dict[tuple[int, int], list[int]] = defaultdict(list)
    rows = Seat.objects.filter(
        state=Seat.State.WAITING, section__in={one.section_id for one in mine},
        round__in={one.round_id for one in mine},
    ).order_by("turn")  # fmt: skip
    for pk, round_id, section in rows.values_list("pk", "round", "section"):
        line[round_id, section].append(pk)
    return {one.pk: line[one.round_id, one.section_id].index(one.pk) + 1 for one in mine}


def changed(rows: Sequence[int], act: str) -> list[int]:
    """A list after one tap: ``add:7``, ``drop:7``, ``up:7``, ``down:7``; nonsense changes nothing.

    Example:
        >>> changed([5, 7], "up:7"), changed([5, 7], "drop:5"), changed([5], "add:7")
        ([7, 5], [7], [5, 7])
    """
    verb, _, text = act.partition(":")
    line = list(rows)
    key = int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0
    if verb == "add" and key not in line:
        return [*line, key]
    if key not in line:
        return line
    place = line.index(key)
    line.pop(place)
    if verb == "up":
        line.insert(max(0, place - 1), key)
    elif verb == "down":
        line.insert(place + 1, key)
    elif verb != "drop":
        line.insert(place, key)
    return line


@dataclass(frozen=True)
class SubjectOption:
    """A subject of a group, with what is known of the pupil's learning in it."""

    subject: Subject
    chosen: bool
    advice: Advice | None


@dataclass(frozen=True)
class GroupOptions:
    """A group of a scheme as the page shows it."""

    name: str
    pick: int
    options: tuple[SubjectOption, ...]


def scheme_groups(round_: Round, pupil: Person, ballot: Ballot | None) -> list[GroupOptions]:
    """The groups of the round's scheme with the pupil's choices and advice."""
    scheme = scheme_of(round_)
    codes = [code for group in scheme.groups for code in group.subjects]
    subjects, advice = Subject.objects.in_bulk(codes), advice_for(pupil, codes)
    chosen = set(ballot.choices.values_list("subject", flat=True)) if ballot else set()
    return [
        GroupOptions(
            group.name, group.pick,
            tuple(
                SubjectOption(subjects[code], code in chosen, advice.get(code))
                for code in group.subjects if code in subjects
            ),
        )
        for group in scheme.groups
    ]  # fmt: skip
