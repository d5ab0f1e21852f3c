"""The pages, their permissions, the export and the import."""

import io
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from tongke.core.profile import override
from tongke.core.spreadsheets import export_xlsx, read, runs
from tongke.engines.communities import policy, queries, services, sheets, web
from tongke.engines.communities.importing import ConsortiaImporter
from tongke.engines.communities.models import Community, Membership, RuleItem
from tongke.engines.communities.policy import Perm
from tongke.engines.communities.tests.make import browse, make_consortium, make_virtual
from tongke.foundation.people.profile import PeopleProfile
from tongke.foundation.people.tests.make import NOON, TODAY, World, world

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Iterator[World]:
    with override(PeopleProfile, second_factor_roles=()):
        yield world()


def test_each_role_sees_its_own_communities_and_only_the_officer_changes_them(cast: World) -> None:
    virtual = make_virtual(cast)
    group = make_consortium(cast)
    other = make_consortium(cast, "松岭教学共同体", centre=cast.far_school, listening=())
    seen = {
        key: set(policy.communities(actor, Perm.COMMUNITY_READ))
        for key, actor in cast.actors.items()
    }

    everything = {virtual, group, other}
    for key in ("officer", "director", "researcher", "sysadmin"):
        assert seen[key] == everything
    for key in ("head", "timetabler", "teacher", "deer_head"):
        assert seen[key] == {virtual, group}
    assert seen["outsider"] == {virtual, other}
    assert seen["pupil"] == seen["guardian"] == seen["stranger"] == set()
    editors = [
        key
        for key, actor in cast.actors.items()
        if policy.communities(actor, Perm.COMMUNITY_EDIT).exists()
    ]
    assert editors == ["officer"]
    assert set(policy.communities(cast.officer, Perm.RULE_EDIT)) == {virtual}
    assert not policy.schools(cast.head).exists()


def test_the_registry_is_searched_filtered_and_exported(cast: World) -> None:
    make_virtual(cast)
    make_consortium(cast)
    ended = make_consortium(cast, "松岭教学共同体", centre=cast.far_school, listening=())
    services.end_community(ended, until=TODAY, by=cast.officer, at=NOON)
    client = browse(cast.officer)
    address = reverse("communities:consortium-list")

    assert "栖云教学共同体" in client.get(address, {"q": "鹿回湾"}).content.decode()
    assert "没有符合条件" in client.get(address, {"pattern": "schools"}).content.decode()
    assert "栖云教学共同体" in client.get(address, {"state": ""}).content.decode()
    body = client.get(reverse("communities:consortium-export"), {"state": ""}).content
    names = [row[0].value for row in load_workbook(io.BytesIO(body)).worksheets[0].iter_rows(2)]
    assert names == ["松岭教学共同体", "栖云教学共同体"]
    assert browse(cast.pupil).get(address).status_code == 404
    assert browse(cast.guardian).get(reverse("communities:virtual-detail")).status_code == 404


def test_the_list_costs_the_same_queries_with_more_rows(cast: World) -> None:
    make_consortium(cast)
    client = browse(cast.officer)
    address = reverse("communities:consortium-list")
    client.get(address)

    with CaptureQueriesContext(connection) as few:
        client.get(address)
    make_consortium(cast, "松岭教学共同体", centre=cast.far_school, listening=())
    make_consortium(cast, "鹿回湾教学共同体", centre=cast.deer_bay, listening=())
    with CaptureQueriesContext(connection) as more:
        client.get(address)

    assert len(more) == len(few)


def test_an_officer_founds_changes_and_ends_a_consortium_in_the_browser(cast: World) -> None:
    client = browse(cast.officer)
    client.post(reverse("communities:virtual-create"))
    new = reverse("communities:consortium-create")
    given = {
        "name": "栖云教学共同体", "pattern": "points", "since": "2026-09-01", "purpose": "",
        "centre": cast.centre.pk, "listening": [cast.deer_bay.pk],
    }  # fmt: skip

    assert client.get(new).status_code == 200
    wrong = client.post(new, {**given, "listening": [cast.centre.pk]})
    assert (wrong.status_code, Community.objects.filter(kind="consortium").count()) == (422, 0)
    made = client.post(new, given)
    group = Community.objects.get(kind="consortium")
    detail = reverse("communities:consortium-detail", args=[group.pk])
    assert made["Location"] == detail
    again = client.post(new, given)
    assert (again.status_code, "已经有叫" in again.content.decode()) == (422, True)

    join = reverse("communities:member-join", args=[group.pk])
    assert client.get(join).status_code == 200
    day = "2026-10-08"
    client.post(join, {"organisation": cast.stone_bridge.pk, "side": "listening", "since": day})
    twice = client.post(
        join, {"organisation": cast.stone_bridge.pk, "side": "listening", "since": day}
    )
    assert twice.status_code == 422
    client.post(join, {"organisation": cast.far_school.pk, "side": "centre", "since": day})
    page = client.get(detail).content.decode()
    assert "松岭小学" in page
    assert "石桥教学点" in page

    stone = Membership.objects.get(community=group, organisation=cast.stone_bridge)
    leave = reverse("communities:member-leave", args=[stone.pk])
    assert client.get(leave).status_code == 200
    assert client.post(leave, {"until": "2026-09-01"}).status_code == 422
    assert client.post(leave, {"until": "2026-10-20"}).status_code == 302
    edit = reverse("communities:consortium-edit", args=[group.pk])
    assert client.get(edit).status_code == 200
    client.post(edit, {"name": "栖云共同体", "pattern": "centre", "purpose": "音乐"})
    bad = client.post(edit, {"name": "", "pattern": "centre"})
    assert bad.status_code == 422
    end = reverse("communities:consortium-end", args=[group.pk])
    assert client.get(end).status_code == 200
    assert client.post(end, {"until": "2026-08-01"}).status_code == 422
    assert client.post(end, {"until": "2027-01-20"}).status_code == 302
    group.refresh_from_db()
    assert (group.name, str(group.until)) == ("栖云共同体", "2027-01-20")


def test_the_virtual_school_shows_its_rules_and_the_officer_writes_them(cast: World) -> None:
    client = browse(cast.officer)
    address = reverse("communities:virtual-detail")

    assert "还没有建立" in client.get(address).content.decode()
    client.post(reverse("communities:virtual-create"))
    client.post(reverse("communities:virtual-create"))
    virtual = Community.objects.get(kind="virtual")
    make_consortium(cast)
    code = queries.rule_lines(virtual)[0].code
    edit = reverse("communities:rule-edit", args=[code])
    assert client.get(edit).status_code == 200
    refused = client.post(edit, {"text": "", "state": "running"})
    assert refused.status_code == 422
    client.post(
        edit, {"text": "各校同课同表。", "responsible": cast.head.person.pk, "state": "running"}
    )

    assert RuleItem.objects.get().responsible == cast.head.person
    page = client.get(address).content.decode()
    assert "各校同课同表。" in page
    assert "栖云教学共同体" in page
    assert client.get(reverse("communities:rule-edit", args=["none"])).status_code == 404
    assert browse(cast.head).get(address).status_code == 200
    assert browse(cast.head).get(edit).status_code == 404
    assert browse(cast.head).post(reverse("communities:virtual-create")).status_code == 404
    there = reverse("communities:consortium-detail", args=[virtual.pk])
    assert client.get(there)["Location"] == address


def test_a_consortium_of_others_looks_missing(cast: World) -> None:
    group = make_consortium(cast)

    for name in ("consortium-edit", "consortium-end", "member-join"):
        address = reverse(f"communities:{name}", args=[group.pk])
        assert browse(cast.head).get(address).status_code == 404
    detail = reverse("communities:consortium-detail", args=[group.pk])
    assert browse(cast.outsider).get(detail).status_code == 404
    assert browse(cast.deer_head).get(detail).status_code == 200
    assert browse(cast.head).get(reverse("communities:consortium-create")).status_code == 404


def test_an_export_comes_back_as_an_import_that_changes_nothing(cast: World) -> None:
    make_consortium(cast)
    found = queries.lines(queries.search(Community.objects.all(), "", "", "running", TODAY), TODAY)
    body = export_xlsx(sheets.consortia_sheet(), sheets.consortia_rows(found))
    importer = ConsortiaImporter()

    plan = importer.plan(read(body, "a.xlsx", importer.sheet), actor=cast.officer, at=NOON)

    assert plan.counts == {"add": 0, "change": 0, "leave": 0, "same": 1, "refuse": 0}


def test_an_import_founds_adds_refuses_and_is_undone(cast: World) -> None:
    make_consortium(cast, listening=[cast.deer_bay])
    importer = ConsortiaImporter()
    rows = [
        {"name": "栖云教学共同体", "pattern": "points", "centre": "栖云中心小学",
         "listening": "鹿回湾教学点、石桥教学点", "since": TODAY},
        {"name": "松岭教学共同体", "pattern": "schools", "centre": "松岭小学",
         "listening": "", "since": TODAY},
        {"name": "远方共同体", "centre": "没有的小学", "since": TODAY},
        {"name": "自己带自己", "centre": "松岭小学", "listening": "松岭小学", "since": TODAY},
    ]  # fmt: skip
    body = export_xlsx(importer.sheet, rows)

    run = runs.dry_run(importer, body, "共同体.xlsx", by=cast.officer, at=NOON)
    assert run.report["counts"] == {"add": 1, "change": 1, "leave": 0, "same": 0, "refuse": 2}
    assert Community.objects.count() == 1
    runs.commit(run, importer, by=cast.officer, at=NOON)

    assert Community.objects.filter(name="松岭教学共同体").exists()
    stone = Membership.objects.filter(organisation=cast.stone_bridge)
    assert stone.count() == 1
    runs.undo(run, by=cast.officer, at=NOON)
    assert (Community.objects.count(), stone.count()) == (1, 0)


def test_another_package_adds_a_section_to_the_page(
    cast: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    group = make_consortium(cast)
    monkeypatch.setattr(web, "_PANELS", [])
    web.register_panel(lambda request, community: f"<p>{community.pk} 号面板</p>")  # type: ignore[arg-type, return-value]
    web.register_panel(lambda request, community: None)

    page = browse(cast.officer).get(reverse("communities:consortium-detail", args=[group.pk]))

    assert f"{group.pk} 号面板" in page.content.decode()
