"""Founding, joining, leaving, ending; the unified management."""

from datetime import date, timedelta

import pytest

from tongke.core.errors import Refused
from tongke.core.models import AuditEntry
from tongke.core.profile import override
from tongke.engines.communities import queries, services
from tongke.engines.communities.models import Membership
from tongke.engines.communities.profile import CommunitiesProfile
from tongke.engines.communities.tests.make import make_consortium, make_schools, make_virtual
from tongke.foundation.people.tests.make import NOON, TODAY, YEAR_START, world

pytestmark = pytest.mark.django_db


def test_a_consortium_comes_under_the_virtual_school_and_knows_its_schools() -> None:
    cast = world()
    virtual = make_virtual(cast)

    group = make_consortium(cast)

    assert group.parent == virtual
    assert [each.organisation for each in queries.members(group, TODAY)] == [
        cast.centre, cast.deer_bay, cast.stone_bridge,
    ]  # fmt: skip
    assert list(queries.led_by(cast.centre, TODAY)) == [group]
    assert not queries.led_by(cast.deer_bay, TODAY).exists()
    assert list(queries.consortia_of(cast.deer_bay, TODAY)) == [group]
    assert set(queries.partner_schools(cast.centre, TODAY)) == {cast.deer_bay, cast.stone_bridge}
    assert AuditEntry.objects.filter(action="communities.member.joined").count() == 3
    with pytest.raises(Refused, match="已经建立"):
        make_virtual(cast)


def test_joining_refuses_what_the_rules_forbid_and_writes_nothing() -> None:
    cast = world()
    group = make_consortium(cast)
    by = {"by": cast.officer, "at": NOON}

    with pytest.raises(Refused, match="已在"):
        services.join(group, cast.deer_bay, side="listening", since=TODAY, **by)
    with pytest.raises(Refused, match="已有中心校"):
        services.join(group, cast.far_school, side="centre", since=TODAY, **by)
    with pytest.raises(Refused, match="不是学校"):
        services.join(group, cast.region.bureau, side="listening", since=TODAY, **by)
    early = YEAR_START - timedelta(days=1)
    with pytest.raises(Refused, match="早于"):
        services.join(group, cast.far_school, side="listening", since=early, **by)
    with pytest.raises(Refused, match="成员身份"):
        services.join(group, cast.far_school, side="guest", since=TODAY, **by)
    small = override(CommunitiesProfile, max_listening_schools=2)
    with small, pytest.raises(Refused, match="2 所"):
        services.join(group, cast.far_school, side="listening", since=TODAY, **by)

    assert Membership.objects.filter(community=group).count() == 3


def test_a_school_that_leaves_stays_in_the_history_and_may_come_back() -> None:
    cast = world()
    group = make_consortium(cast)
    deer = Membership.objects.get(community=group, organisation=cast.deer_bay)
    by = {"by": cast.officer, "at": NOON}

    with pytest.raises(Refused, match="早于"):
        services.leave(deer, until=YEAR_START - timedelta(days=1), **by)
    services.leave(deer, until=TODAY, **by)
    with pytest.raises(Refused, match="已经退出"):
        services.leave(deer, until=TODAY, **by)
    services.join(group, cast.deer_bay, side="listening", since=TODAY + timedelta(days=1), **by)

    assert cast.deer_bay in [each.organisation for each in queries.members(group, TODAY)]
    assert queries.history(group).filter(organisation=cast.deer_bay).count() == 2


def test_the_lead_passes_to_another_member_on_a_day() -> None:
    cast = world()
    group = make_consortium(cast)

    services.change_centre(group, cast.deer_bay, since=TODAY, by=cast.officer, at=NOON)

    line = queries.lines([group], TODAY)[0]
    assert (line.centre, line.listening) == (cast.deer_bay, (cast.stone_bridge,))
    assert queries.lines([group], TODAY - timedelta(days=1))[0].centre == cast.centre


def test_an_ended_consortium_keeps_its_last_members_and_takes_no_more() -> None:
    cast = world()
    group = make_consortium(cast)
    by = {"by": cast.officer, "at": NOON}

    with pytest.raises(Refused, match="早于成立"):
        services.end_community(group, until=date(2026, 8, 1), **by)
    services.end_community(group, until=TODAY, **by)

    line = queries.lines([group], TODAY + timedelta(days=30))[0]
    assert (line.running, line.centre) == (False, cast.centre)
    with pytest.raises(Refused, match="已经结束"):
        services.end_community(group, until=TODAY, **by)
    late = TODAY + timedelta(days=1)
    with pytest.raises(Refused, match="已经结束"):
        services.join(group, cast.far_school, side="listening", since=late, **by)


def test_ending_refuses_while_a_member_joins_later() -> None:
    cast = world()
    group = make_consortium(cast)
    by = {"by": cast.officer, "at": NOON}
    services.join(group, cast.far_school, side="listening", since=TODAY + timedelta(days=9), **by)

    with pytest.raises(Refused, match="晚于"):
        services.end_community(group, until=TODAY, **by)


def test_names_and_patterns_come_from_the_region() -> None:
    cast = world()
    group = make_consortium(cast)
    other = make_consortium(cast, "松岭教学共同体", centre=cast.far_school, listening=())
    by = {"by": cast.officer, "at": NOON}

    with pytest.raises(Refused, match="已经有叫"):
        services.edit_community(other, name=group.name, pattern="points", purpose="", **by)
    with pytest.raises(Refused, match="结对方式"):
        services.edit_community(other, name="新名", pattern="nothing", purpose="", **by)
    with pytest.raises(Refused, match="这种共同体类型"):
        services.create_community(
            kind="club", name="甲", owner=cast.region.bureau, since=TODAY, **by
        )
    with pytest.raises(Refused, match="已经有叫"):
        make_consortium(cast)
    services.edit_community(other, name="松岭共同体", pattern="schools", purpose="试点", **by)

    other.refresh_from_db()
    assert (other.name, other.pattern, other.purpose) == ("松岭共同体", "schools", "试点")


def test_a_rule_runs_only_with_text_and_somebody_responsible() -> None:
    cast = world()
    virtual = make_virtual(cast)
    code = queries.rule_lines(virtual)[0].code
    by = {"by": cast.officer, "at": NOON}

    with pytest.raises(Refused, match="责任人"):
        services.set_rule_item(
            virtual, code=code, text="统一课表", responsible=None, state="running", **by
        )
    with pytest.raises(Refused, match="没有“other”"):
        services.set_rule_item(
            virtual, code="other", text="", responsible=None, state="draft", **by
        )
    with pytest.raises(Refused, match="状态"):
        services.set_rule_item(virtual, code=code, text="", responsible=None, state="x", **by)
    group = make_consortium(cast)
    with pytest.raises(Refused, match="只属于"):
        services.set_rule_item(group, code=code, text="", responsible=None, state="draft", **by)
    services.set_rule_item(
        virtual, code=code, text="统一课表", responsible=cast.head.person, state="running", **by
    )

    found = queries.virtual_school(type(virtual).objects.all())
    assert found is not None
    line = queries.rule_lines(found)[0]
    assert line.item is not None
    assert (line.item.text, line.item.responsible) == ("统一课表", cast.head.person)
    assert cast.head.person in queries.responsible_people(cast.region.region, TODAY)
    assert cast.pupil.person not in queries.responsible_people(cast.region.region, TODAY)


def test_many_schools_fill_a_consortium_up_to_the_regions_limit() -> None:
    cast = world()
    group = make_consortium(cast)
    more = make_schools(cast, 5)

    for school in more[:4]:
        services.join(group, school, side="listening", since=TODAY, by=cast.officer, at=NOON)
    with pytest.raises(Refused, match="最多 6 所"):
        services.join(group, more[4], side="listening", since=TODAY, by=cast.officer, at=NOON)
