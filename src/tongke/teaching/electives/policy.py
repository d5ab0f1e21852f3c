"""Who offers, chooses, runs rounds, and sees whose seats, presence and results."""

from datetime import timedelta
from enum import StrEnum

from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from tongke.core.profile import current
from tongke.foundation.people.actors import Actor, now
from tongke.foundation.people.models import Enrolment, Organisation, Person
from tongke.foundation.people.policy import scope_root, taught_classes, wards, within
from tongke.foundation.people.roles import BUREAU_STAFF, FAMILY, STAFF, Role
from tongke.teaching.electives.models import (
    Ballot,
    Offer,
    Round,
    Seat,
    Section,
    SectioningRun,
)
from tongke.teaching.electives.profile import ElectivesProfile
from tongke.teaching.timetable.models import Lesson, Listener

_MANAGERS = frozenset({Role.HEAD, Role.TIMETABLER})
_KNOWN = (Round.State.OPEN, Round.State.DRAWN, *Round.TOLD)


class Perm(StrEnum):
    """Permissions on course choice."""

    OFFER_READ = "electives:offer:read"
    OFFER_WRITE = "electives:offer:write"
    OFFER_EDIT = "electives:offer:edit"
    OFFER_DECIDE = "electives:offer:decide"
    SECTION_READ = "electives:section:read"
    SECTION_TEACH = "electives:section:teach"
    ROUND_READ = "electives:round:read"
    ROUND_RUN = "electives:round:run"
    ROUND_CHOOSE = "electives:round:choose"
    BALLOT_AGREE = "electives:ballot:agree"
    SEAT_READ = "electives:seat:read"
    SEAT_LEAVE = "electives:seat:leave"
    RETURN_READ = "electives:return:read"
    SIDE_STAFF = "electives:side:staff"
    NETWORK_READ = "electives:network:read"


_ROLES: dict[Perm, frozenset[Role]] = {
    Perm.OFFER_READ: STAFF,
    Perm.OFFER_WRITE: frozenset({Role.TEACHER, Role.HEAD, Role.TIMETABLER}),
    Perm.ROUND_READ: STAFF,
    Perm.ROUND_RUN: _MANAGERS | {Role.OFFICER},
    Perm.ROUND_CHOOSE: FAMILY,
    Perm.RETURN_READ: _MANAGERS | {Role.TEACHER, Role.OFFICER},
    Perm.NETWORK_READ: BUREAU_STAFF | _MANAGERS,
}


def may(actor: Actor, perm: Perm) -> bool:
    """Whether the role ever holds `perm`: for pages and buttons that belong to no row yet."""
    return actor.role in _ROLES[perm]


def require(actor: Actor, perm: Perm) -> None:
    """404 for roles that never hold `perm`."""
    if not may(actor, perm):
        raise Http404


def region_path(actor: Actor) -> str:
    """The path of the whole region an actor belongs to: everybody there shares one menu."""
    return actor.organisation.path.split(".", 1)[0] + "."


def choosers(actor: Actor) -> QuerySet[Person]:
    """For whom the actor looks at menus and results: themselves, or their wards."""
    match actor.role:
        case Role.PUPIL:
            return Person.objects.filter(pk=actor.person.pk)
        case Role.GUARDIAN:
            return wards(actor)
        case _:
            return Person.objects.none()


def _standing(actor: Actor, **pupil: object) -> QuerySet[Enrolment]:
    return Enrolment.objects.filter(now(actor.today), standing=True, **pupil)


def rounds(actor: Actor, perm: Perm) -> QuerySet[Round]:
    """Rounds on which the actor holds `perm`."""
    rows = Round.objects.all()
    match perm, actor.role:
        case Perm.ROUND_CHOOSE, role if role in FAMILY:
            roll = _standing(actor, pupil__in=choosers(actor))
            return rows.filter(
                state__in=_KNOWN, schools__in=roll.values("school_class__school"),
                grades__in=roll.values("school_class__grade_code"),
            ).distinct()  # fmt: skip
        case Perm.ROUND_READ, role if role in BUREAU_STAFF:
            return rows.filter(within(actor))
        case Perm.ROUND_READ, role if role in _MANAGERS | {Role.TEACHER}:
            own = Q(organisation=actor.organisation)
            joined = Q(schools=actor.organisation, state__in=_KNOWN)
            return rows.filter(own | joined).distinct()
        case Perm.ROUND_RUN, role if role in _MANAGERS:
            return rows.filter(organisation=actor.organisation)
        case Perm.ROUND_RUN, Role.OFFICER:
            return rows.filter(organisation=scope_root(actor))
        case _:
            return rows.none()


def offers(actor: Actor, perm: Perm) -> QuerySet[Offer]:
    """Offers on which the actor holds `perm`."""
    rows = Offer.objects.all()
    own = rows.filter(school=actor.organisation)
    published = Q(state=Offer.State.PUBLISHED, school__path__startswith=region_path(actor))
    match perm, actor.role:
        case Perm.OFFER_READ, role if role in FAMILY:
            menus = rounds(actor, Perm.ROUND_CHOOSE).values("pk")
            return rows.filter(sections__rounds__in=menus).distinct()
        case Perm.OFFER_READ, role if role in BUREAU_STAFF:
            return rows.filter(within(actor, "school")).exclude(state=Offer.State.DRAFT)
        case Perm.OFFER_READ, role if role in _MANAGERS:
            return rows.filter(Q(school=actor.organisation) | published)
        case Perm.OFFER_READ, Role.TEACHER:
            mine = Q(teacher=actor.person) | Q(sections__teacher=actor.person)
            return rows.filter(mine | published).distinct()
        case Perm.OFFER_EDIT, Role.TEACHER:
            return own.filter(teacher=actor.person)
        case Perm.OFFER_EDIT, role if role in _MANAGERS:
            return own
        case Perm.OFFER_DECIDE, Role.HEAD:
            return own
        case _:
            return rows.none()


def sections(actor: Actor, perm: Perm) -> QuerySet[Section]:
    """Sections on which the actor holds `perm`: their teacher's, or their school's."""
    rows = Section.objects.all()
    match perm, actor.role:
        case Perm.SECTION_READ, role if role in _MANAGERS:
            return rows.filter(offer__school=actor.organisation)
        case Perm.SECTION_READ | Perm.SECTION_TEACH, Role.TEACHER:
            return rows.filter(teacher=actor.person)
        case _:
            return rows.none()


def seats(actor: Actor, perm: Perm) -> QuerySet[Seat]:
    """Whose choices, seats, presence and results an actor sees: one rule for every page.

    The family sees its own, the home school (and the homeroom teacher) those of its pupils
    wherever they learn; the section's teacher, and a school that pupils come to, only theirs, and
    only from the result to some days after the last lesson (design §5).
    """
    rows = Seat.objects.filter(round__state__in=Round.TOLD)
    match perm, actor.role:
        case Perm.SEAT_READ, role if role in FAMILY:
            return rows.filter(pupil__in=choosers(actor))
        case Perm.SEAT_LEAVE, Role.PUPIL:
            return rows.filter(pupil=actor.person)
        case Perm.SEAT_READ, Role.TEACHER:
            homeroom = _standing(actor, school_class__in=taught_classes(actor))
            return rows.filter(
                Q(pupil__in=homeroom.values("pupil"))
                | _in_time(actor, Q(section__teacher=actor.person))
            )
        case Perm.RETURN_READ, Role.TEACHER:
            homeroom = _standing(actor, school_class__in=taught_classes(actor))
            return rows.filter(pupil__in=homeroom.values("pupil"))
        case Perm.SEAT_READ, role if role in _MANAGERS:
            visiting = Q(
                section__offer__school=actor.organisation, section__offer__form=Offer.Form.OFFLINE
            )
            return rows.filter(_at_home(actor) | _in_time(actor, visiting))
        case Perm.RETURN_READ, role if role in _MANAGERS | {Role.OFFICER}:
            return rows.filter(_at_home(actor))
        case Perm.SEAT_READ, Role.OFFICER:
            return rows.filter(_at_home(actor))
        case Perm.SEAT_LEAVE, role if role in _MANAGERS:
            return rows.filter(_at_home(actor))
        case _:
            return rows.none()


def _at_home(actor: Actor) -> Q:
    here = Enrolment.objects.filter(
        now(actor.today), within(actor, "school_class__school"), standing=True
    )
    return Q(pupil__in=here.values("pupil"))


def _in_time(actor: Actor, which: Q) -> Q:
    """Seats held, while the section lasts and its results are still entered."""
    over = actor.today - timedelta(days=current(ElectivesProfile).result_days)
    return which & Q(state=Seat.State.SEATED, round__ends_on__gte=over)


def ballots(actor: Actor, perm: Perm) -> QuerySet[Ballot]:
    """Lists that a guardian may agree to: those of wards in rounds that are open."""
    match perm, actor.role:
        case Perm.BALLOT_AGREE, Role.GUARDIAN:
            return Ballot.objects.filter(pupil__in=wards(actor), round__state=Round.State.OPEN)
        case _:
            return Ballot.objects.none()


def sides(actor: Actor, perm: Perm) -> QuerySet[Listener]:
    """Listening sides of sections that the actor staffs: each school its own."""
    match perm, actor.role:
        case Perm.SIDE_STAFF, role if role in _MANAGERS:
            return Listener.objects.filter(
                course__section__isnull=False, school_class__school=actor.organisation
            )
        case _:
            return Listener.objects.none()


def runs(actor: Actor) -> QuerySet[SectioningRun]:
    """Searches for sections of the rounds that the actor runs."""
    return SectioningRun.objects.filter(round__in=rounds(actor, Perm.ROUND_RUN))


def offer_or_404(actor: Actor, pk: int, perm: Perm) -> Offer:
    """404 both when it does not exist and when it is not theirs."""
    rows = offers(actor, perm).select_related("school", "teacher", "subject", "term")
    return get_object_or_404(rows, pk=pk)


def section_or_404(actor: Actor, pk: int, perm: Perm) -> Section:
    """404 both when it does not exist and when it is not theirs."""
    rows = sections(actor, perm).select_related(
        "offer__school", "offer__subject", "offer__term", "teacher", "room", "course"
    )
    return get_object_or_404(rows, pk=pk)


def round_or_404(actor: Actor, pk: int, perm: Perm) -> Round:
    """404 both when it does not exist and when it is not theirs."""
    return get_object_or_404(rounds(actor, perm).select_related("term", "organisation"), pk=pk)


def seat_or_404(actor: Actor, pk: int, perm: Perm) -> Seat:
    """404 both when it does not exist and when it is not theirs."""
    rows = seats(actor, perm).select_related("round", "section__offer__school", "pupil")
    return get_object_or_404(rows, pk=pk)


def side_or_404(actor: Actor, pk: int, perm: Perm) -> Listener:
    """404 both when it does not exist and when it is not theirs."""
    rows = sides(actor, perm).select_related(
        "school_class__school", "course__section__offer__school", "assistant", "room"
    )
    return get_object_or_404(rows, pk=pk)


def ballot_or_404(actor: Actor, pk: int, perm: Perm) -> Ballot:
    """404 both when it does not exist and when it is not theirs."""
    return get_object_or_404(ballots(actor, perm).select_related("round", "pupil"), pk=pk)


def run_or_404(actor: Actor, pk: int) -> SectioningRun:
    """404 both when it does not exist and when it is not theirs."""
    return get_object_or_404(runs(actor).select_related("round__term", "school"), pk=pk)


def open_lists(actor: Actor) -> int:
    """How many open rounds wait for a first list of the actor, or of a ward: for the counter."""
    if actor.role not in FAMILY:
        return 0
    chosen = Ballot.objects.filter(pupil__in=choosers(actor), choices__isnull=False)
    return (
        rounds(actor, Perm.ROUND_CHOOSE)
        .filter(state=Round.State.OPEN, opens_at__date__lte=actor.today)
        .filter(closes_at__date__gte=actor.today)
        .exclude(pk__in=chosen.values("round"))
        .count()
    )


def edited_section_or_404(actor: Actor, pk: int) -> Section:
    """A section whose offer the actor may edit; 404 for all others."""
    rows = Section.objects.filter(offer__in=offers(actor, Perm.OFFER_EDIT))
    return get_object_or_404(rows.select_related("offer__school", "teacher", "room"), pk=pk)


def lesson_or_404(section: Section, pk: int) -> Lesson:
    """A lesson of a section that was reached by its own rule."""
    return get_object_or_404(Lesson, pk=pk, course=section.course_id or 0)


def round_section_or_404(round_: Round, pk: int) -> Section:
    """A section of a round that was reached by its own rule."""
    return get_object_or_404(round_.sections.select_related("offer"), pk=pk)


def chooser_or_404(actor: Actor, wanted: int | None) -> Person:
    """The pupil a family page is about: the actor, or the named (else the eldest) ward."""
    rows = choosers(actor).order_by("birth_date", "pk")
    return get_object_or_404(rows, pk=wanted) if wanted else _first_or_404(rows)


def _first_or_404(rows: QuerySet[Person]) -> Person:
    first = rows.first()
    if first is None:
        raise Http404
    return first


def round_home(actor: Actor) -> Organisation:
    """Whose round it is when the actor sets one up: the region's for the bureau."""
    return scope_root(actor)
