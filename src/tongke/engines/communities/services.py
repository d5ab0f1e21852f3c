"""Writes of communities: found, change, end; join and leave with dates; unified rules."""

from datetime import date, datetime, timedelta

from django.db import transaction

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.core.profile import current
from tongke.engines.communities.models import Community, Membership, RuleItem
from tongke.engines.communities.profile import CommunitiesProfile
from tongke.engines.communities.queries import CONSORTIUM, VIRTUAL, on
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Organisation, Person


@transaction.atomic
def create_community(
    *,
    kind: str,
    name: str,
    owner: Organisation,
    since: date,
    pattern: str = "",
    purpose: str = "",
    parent: Community | None = None,
    by: Actor | None,
    at: datetime,
) -> Community:
    """Found a community; a consortium comes under the region's virtual school by itself.

    Raises:
        Refused: unknown kind or pattern, the name is taken, or there is a virtual school already.
    """
    profile = current(CommunitiesProfile)
    if kind not in {each.code for each in profile.types}:
        raise Refused(f"没有“{kind}”这种共同体类型。")
    _check_pattern(pattern)
    running = Community.objects.filter(
        kind=VIRTUAL, owner__path__startswith=_region_of(owner).path, until=None
    )
    if kind == VIRTUAL and running.exists():
        raise Refused(f"已经建立了{profile.virtual_school_name}。")
    if Community.objects.filter(kind=kind, name=name).exists():
        raise Refused(f"已经有叫“{name}”的{profile.type_name(kind)}。")
    if kind == CONSORTIUM and parent is None:
        parent = running.first()
    community = Community.objects.create(
        kind=kind, name=name, owner=owner, since=since, pattern=pattern, purpose=purpose,
        parent=parent,
    )  # fmt: skip
    record("communities.community.created", community, actor=by, at=at, detail={"name": name})
    return community


@transaction.atomic
def edit_community(
    community: Community, *, name: str, pattern: str, purpose: str, by: Actor | None, at: datetime
) -> None:
    """Change what a community is called and how its schools belong together.

    Raises:
        Refused: unknown pattern, or the name is taken.
    """
    _check_pattern(pattern)
    same = Community.objects.filter(kind=community.kind, name=name).exclude(pk=community.pk)
    if same.exists():
        raise Refused(f"已经有叫“{name}”的共同体。")
    before = {"name": community.name, "pattern": community.pattern}
    community.name, community.pattern, community.purpose = name, pattern, purpose
    community.save(update_fields=["name", "pattern", "purpose"])
    record("communities.community.edited", community, actor=by, at=at, detail={"before": before})


@transaction.atomic
def end_community(community: Community, *, until: date, by: Actor | None, at: datetime) -> None:
    """End a community and every membership in it on a day; that day still counts.

    Raises:
        Refused: it has ended already, or the day is before its beginning or before a member's.
    """
    if until < community.since:
        raise Refused("结束日期不能早于成立日期。")
    open_members = Membership.objects.filter(community=community, until=None)
    if open_members.filter(since__gt=until).exists():
        raise Refused("有成员的加入日期晚于结束日期，请先处理成员。")
    if not Community.objects.filter(pk=community.pk, until=None).update(until=until):
        raise Refused("这个共同体已经结束。")
    community.until = until
    open_members.update(until=until)
    record("communities.community.ended", community, actor=by, at=at, detail={"until": str(until)})


@transaction.atomic
def join(
    community: Community,
    organisation: Organisation,
    *,
    side: str,
    since: date,
    by: Actor | None,
    at: datetime,
) -> Membership:
    """Let a school join from a day on, as centre, listener or plain member.

    Raises:
        Refused: it belongs already, there is a centre already, the consortium is full, the
            organisation is no school, or the day does not fit the community's dates.
    """
    profile = current(CommunitiesProfile)
    # One writer at a time per community, so that the count below holds on every database.
    community = Community.objects.select_for_update().get(pk=community.pk)
    _check_joining(community, organisation, side, since)
    held = Membership.objects.filter(community=community)
    listening = held.filter(on(since), side=Membership.Side.LISTENING)
    most = profile.max_listening_schools
    if side == Membership.Side.LISTENING and listening.count() >= most:
        raise Refused(f"一组共同体最多 {most} 所听讲校（点），“{community.name}”已满。")
    membership = Membership.objects.create(
        community=community, organisation=organisation, side=side, since=since
    )
    detail = {"community": community.pk, "organisation": organisation.pk, "side": side}
    record("communities.member.joined", membership, actor=by, at=at, detail=detail)
    return membership


def _check_joining(
    community: Community, organisation: Organisation, side: str, since: date
) -> None:
    if community.until is not None and community.until < since:
        raise Refused(f"“{community.name}”已经结束，不能再加入成员。")
    if since < community.since:
        raise Refused("加入日期不能早于共同体成立日期。")
    if community.kind == CONSORTIUM and not organisation.is_school:
        raise Refused(f"{organisation.name}不是学校或教学点。")
    if side not in Membership.Side.values:
        raise Refused("请选择成员身份。")
    held = Membership.objects.filter(community=community).exclude(until__lt=since)
    if held.filter(organisation=organisation).exists():
        raise Refused(f"{organisation.name}已在“{community.name}”里。")
    centre = held.filter(side=Membership.Side.CENTRE).select_related("organisation").first()
    if side == Membership.Side.CENTRE and centre is not None:
        raise Refused(f"“{community.name}”已有中心校（{centre.organisation.name}）。")


@transaction.atomic
def leave(membership: Membership, *, until: date, by: Actor | None, at: datetime) -> None:
    """End a membership on a day; that day still counts, and the row stays as history.

    Raises:
        Refused: it has ended already, or the day is before the school joined.
    """
    if until < membership.since:
        raise Refused("退出日期不能早于加入日期。")
    if not Membership.objects.filter(pk=membership.pk, until=None).update(until=until):
        raise Refused("该校已经退出。")
    membership.until = until
    record("communities.member.left", membership, actor=by, at=at, detail={"until": str(until)})


@transaction.atomic
def change_centre(
    community: Community, organisation: Organisation, *, since: date, by: Actor | None, at: datetime
) -> Membership:
    """Hand the lead to another school from a day on; the old centre leaves the day before.

    Raises:
        Refused: as `join`, or the old centre only joined on that day.
    """
    old = Membership.objects.filter(
        community=community, side=Membership.Side.CENTRE, until=None
    ).first()
    if old is not None:
        leave(old, until=since - timedelta(days=1), by=by, at=at)
    standing = Membership.objects.filter(
        community=community, organisation=organisation, until=None
    ).first()
    if standing is not None:
        leave(standing, until=since - timedelta(days=1), by=by, at=at)
    return join(community, organisation, side=Membership.Side.CENTRE, since=since, by=by, at=at)


@transaction.atomic
def set_rule_item(
    community: Community,
    *,
    code: str,
    text: str,
    responsible: Person | None,
    state: str,
    by: Actor | None,
    at: datetime,
) -> RuleItem:
    """Write down one item of the unified management: its rule, who answers for it, its state.

    Raises:
        Refused: the community is not a virtual school, the code is not in the profile, or a rule
            is to run without text or without anybody responsible.
    """
    if community.kind != VIRTUAL:
        raise Refused("统一管理事项只属于数字学校。")
    if code not in {each.code for each in current(CommunitiesProfile).unified_items}:
        raise Refused(f"区域配置里没有“{code}”这一事项。")
    if state not in RuleItem.State.values:
        raise Refused("请选择状态。")
    if state == RuleItem.State.RUNNING and not (text.strip() and responsible):
        raise Refused("执行中的事项要写明规则和责任人。")
    item, _ = RuleItem.objects.update_or_create(
        community=community,
        code=code,
        defaults={
            "text": text.strip(), "responsible": responsible, "state": state, "updated_at": at,
        },
    )  # fmt: skip
    record("communities.rule.set", item, actor=by, at=at, detail={"code": code, "state": state})
    return item


def _region_of(owner: Organisation) -> Organisation:
    """The region an owner serves: bureaus and their offices hang under it."""
    while owner.kind in {Organisation.Kind.OFFICE, Organisation.Kind.BUREAU} and owner.parent:
        owner = owner.parent
    return owner


def _check_pattern(pattern: str) -> None:
    if pattern and pattern not in {each.code for each in current(CommunitiesProfile).patterns}:
        raise Refused(f"区域配置里没有“{pattern}”这种结对方式。")
