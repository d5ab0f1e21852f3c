"""Reads of communities for pages and for the packages above."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, Q, QuerySet

from tongke.core.profile import current
from tongke.engines.communities.models import Community, Membership, RuleItem
from tongke.engines.communities.profile import CommunitiesProfile
from tongke.foundation.people.models import Appointment, Organisation, Person
from tongke.foundation.people.roles import Role

CONSORTIUM = "consortium"
VIRTUAL = "virtual"


def on(day: date, prefix: str = "") -> Q:
    """The condition "in force on `day`" for dated rows, on a path to them."""
    return Q(**{f"{prefix}since__lte": day}) & (
        Q(**{f"{prefix}until": None}) | Q(**{f"{prefix}until__gte": day})
    )


def consortia_of(school: Organisation, day: date) -> QuerySet[Community]:
    """The teaching consortia a school belongs to on a day, as centre or as listener."""
    held = Membership.objects.filter(on(day), organisation=school)
    return Community.objects.filter(on(day), kind=CONSORTIUM, pk__in=held.values("community"))


def led_by(school: Organisation, day: date) -> QuerySet[Community]:
    """The teaching consortia whose centre the school is on a day."""
    held = Membership.objects.filter(on(day), organisation=school, side=Membership.Side.CENTRE)
    return Community.objects.filter(on(day), kind=CONSORTIUM, pk__in=held.values("community"))


def members(community: Community, day: date) -> QuerySet[Membership]:
    """Who belongs to a community on a day, the centre first, then in the order of the tree."""
    rows = Membership.objects.filter(on(day), community=community)
    return rows.select_related("organisation").order_by("side", "organisation__path")


def partner_schools(school: Organisation, day: date) -> QuerySet[Organisation]:
    """The listening schools of the consortia that `school` leads on a day."""
    held = Membership.objects.filter(
        on(day), community__in=led_by(school, day), side=Membership.Side.LISTENING
    )
    return Organisation.objects.filter(pk__in=held.values("organisation"))


@dataclass(frozen=True)
class Line:
    """A consortium in the registry: who leads, who listens, since when."""

    community: Community
    centre: Organisation | None
    listening: tuple[Organisation, ...]
    pattern: str
    running: bool

    @property
    def listening_names(self) -> str:
        """The listening schools in one cell."""
        return "、".join(each.short_name for each in self.listening)


def search(rows: QuerySet[Community], text: str, pattern: str, state: str, day: date) -> QuerySet[
    Community
]:  # fmt: skip
    """The consortia of `rows` that match a name of theirs or of a member, a pattern, a state.

    Args:
        state: ``running`` (in force on `day`), ``ended``, or anything else for all.
    """
    rows = rows.filter(kind=CONSORTIUM)
    if text:
        named = Membership.objects.filter(organisation__name__contains=text)
        rows = rows.filter(Q(name__contains=text) | Q(pk__in=named.values("community")))
    if pattern:
        rows = rows.filter(pattern=pattern)
    if state == "running":
        rows = rows.filter(on(day))
    elif state == "ended":
        rows = rows.filter(until__lt=day)
    return rows.order_by("name", "pk")


def lines(rows: Iterable[Community] | QuerySet[Community], day: date) -> list[Line]:
    """The registry's lines, in the order given; two queries whatever their number.

    An ended consortium shows who belonged to it on its last day.
    """
    listed = list(rows)
    held = Membership.objects.filter(community__in=listed).select_related("organisation")
    by_community: dict[int, list[Membership]] = {each.pk: [] for each in listed}
    for each in held.order_by("organisation__path"):
        by_community[each.community_id].append(each)
    return [_line(each, by_community[each.pk], day) for each in listed]


def _line(community: Community, held: list[Membership], day: date) -> Line:
    seen = min(day, community.until) if community.until else day
    now = [
        each for each in held if each.since <= seen and (each.until is None or each.until >= seen)
    ]
    return Line(
        community=community,
        centre=next((m.organisation for m in now if m.side == Membership.Side.CENTRE), None),
        listening=tuple(m.organisation for m in now if m.side == Membership.Side.LISTENING),
        pattern=current(CommunitiesProfile).pattern_name(community.pattern),
        running=community.since <= day and (community.until is None or community.until >= day),
    )


def history(community: Community) -> QuerySet[Membership]:
    """Every membership a community ever had, newest first."""
    rows = Membership.objects.filter(community=community).select_related("organisation")
    return rows.order_by("-since", "side", "organisation__path")


def virtual_school(rows: QuerySet[Community]) -> Community | None:
    """The virtual school among `rows`, with its items; None while there is none."""
    items = RuleItem.objects.select_related("responsible")
    return (
        rows.filter(kind=VIRTUAL, until=None)
        .select_related("owner")
        .prefetch_related(Prefetch("rule_items", queryset=items))
        .order_by("since", "pk")
        .first()
    )


@dataclass(frozen=True)
class RuleLine:
    """One item of the unified management: named by the profile, written down or not yet."""

    code: str
    name: str
    item: RuleItem | None


def rule_lines(virtual: Community) -> list[RuleLine]:
    """The items of the unified management in the profile's order, also those still unwritten."""
    written = {item.code: item for item in virtual.rule_items.all()}
    named = current(CommunitiesProfile).unified_items
    return [RuleLine(each.code, each.name, written.get(each.code)) for each in named]


def responsible_people(root: Organisation, day: date) -> QuerySet[Person]:
    """Who can be responsible for an item: the bureau's staff and the heads of the region."""
    roles = [Role.OFFICER, Role.DIRECTOR, Role.RESEARCHER, Role.HEAD]
    held = Appointment.objects.filter(
        on(day), organisation__path__startswith=root.path, role__in=roles
    )
    return Person.objects.filter(pk__in=held.values("person")).order_by("name", "pk")
