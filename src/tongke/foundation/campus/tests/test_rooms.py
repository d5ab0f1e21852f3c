"""Rooms: what they can do, who keeps them, their pages and their worksheet."""

import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.urls import reverse
from openpyxl import load_workbook

from tongke.core.errors import Refused
from tongke.core.models import AuditEntry
from tongke.core.profile import override
from tongke.core.spreadsheets import export_xlsx, runs
from tongke.foundation.campus import policy, queries, services
from tongke.foundation.campus.models import Room
from tongke.foundation.campus.policy import Perm
from tongke.foundation.campus.profile import CampusProfile
from tongke.foundation.campus.roster import SHEET, RoomImporter, room_rows
from tongke.foundation.campus.tests.make import make_room
from tongke.foundation.people.tests.make import NOON, TODAY, World
from tongke.foundation.people.tests.pages import assert_queries_flat, client_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_phone")]
BUREAU = {"researcher", "officer", "director", "sysadmin"}
KEEPERS = {"timetabler", "head", "officer", "sysadmin"}
STAFF = BUREAU | {"teacher", "head", "timetabler"}
ROLES = sorted(STAFF | {"pupil", "guardian"})


def text(response: HttpResponse) -> str:
    return response.content.decode()


def test_rooms_for_a_joint_lesson_come_fastest_first(cast: World) -> None:
    make_room(cast.centre, "慢", can_deliver=True, line_mbps=5)
    make_room(cast.centre, "快", can_deliver=True, can_listen=True, line_mbps=50)
    make_room(cast.centre, "普通")
    retired = make_room(cast.centre, "旧", can_deliver=True, line_mbps=90)
    services.retire_room(retired, TODAY, by=None, at=NOON)

    assert [one.name for one in queries.rooms_for_delivering(cast.centre)] == ["快", "慢"]
    assert [one.name for one in queries.rooms_for_listening(cast.centre)] == ["快"]
    assert not queries.rooms_for_listening(cast.deer_bay).exists()


def test_a_room_is_slow_when_its_line_does_not_carry_what_it_is_for(cast: World) -> None:
    listening = make_room(cast.deer_bay, "听", can_listen=True, line_mbps=3)
    delivering = make_room(cast.deer_bay, "讲", can_deliver=True, line_mbps=3)
    plain = make_room(cast.deer_bay, "班", line_mbps=0)

    slow = set(Room.objects.filter(queries.too_slow()))

    assert slow == {delivering}
    assert [queries.is_slow(one) for one in (listening, delivering, plain)] == [False, True, False]
    with override(CampusProfile, listen_mbps=3.5):
        assert queries.is_slow(listening)
        assert set(Room.objects.filter(queries.too_slow())) == {listening, delivering}


def test_services_refuse_a_second_room_of_one_name_and_rooms_of_offices(cast: World) -> None:
    room = make_room(cast.centre, "录播室")
    other = make_room(cast.centre, "音乐室")
    with pytest.raises(Refused, match="已有教室"):
        make_room(cast.centre, "录播室")
    with pytest.raises(Refused, match="已有教室"):
        services.change_room(other, {"name": "录播室"}, by=None, at=NOON)
    with pytest.raises(Refused, match="不是在办的学校"):
        make_room(cast.region.bureau, "会议室")
    services.retire_room(room, TODAY, by=None, at=NOON)
    with pytest.raises(Refused, match="已经停用"):
        services.retire_room(room, TODAY, by=None, at=NOON)
    services.restore_room(room, by=None, at=NOON)
    with pytest.raises(Refused, match="正在使用"):
        services.restore_room(room, by=None, at=NOON)

    assert not services.change_room(room, {"name": "录播室"}, by=None, at=NOON)
    actions = AuditEntry.objects.filter(action__startswith="campus").values_list(
        "action", flat=True
    )
    assert list(actions) == ["campus.room.added"] * 2 + ["campus.room.changed"] * 2


def test_rooms_are_read_and_kept_within_the_scope(cast: World) -> None:
    here = make_room(cast.deer_bay)
    far = make_room(cast.far_school)
    away = make_room(cast.elsewhere)

    for name, actor in cast.actors.items():
        read = set(policy.rooms(actor, Perm.ROOM_READ))
        kept = set(policy.rooms(actor, Perm.ROOM_EDIT))
        assert kept <= read
        assert away not in read or name == "stranger"
        if name in BUREAU:
            assert read == {here, far}
        if name in {"pupil", "guardian"}:
            assert not read
        if name in {"deer_head", "head", "timetabler"}:
            assert read == kept == {here}
        if name in {"teacher", "director", "researcher"}:
            assert not kept


@pytest.mark.parametrize(
    ("name", "roles"),
    [("room-list", STAFF), ("room-export", STAFF), ("room-add", KEEPERS),
     ("room-overview", BUREAU | {"head", "timetabler"}), ("campus-rooms-import", KEEPERS)],
)  # fmt: skip
def test_pages_exist_for_their_roles_only(cast: World, name: str, roles: set[str]) -> None:
    make_room(cast.deer_bay, can_listen=True)
    for role in ROLES:
        answer = client_of(getattr(cast, role)).get(reverse(f"campus:{name}"))
        assert answer.status_code == (200 if role in roles else 404), role


def test_a_keeper_adds_changes_and_retires_a_room(cast: World) -> None:
    client = client_of(cast.timetabler)
    data = {"school": cast.deer_bay.pk, "name": "听讲教室", "kind": "listening", "seats": "30",
            "line_mbps": "3.5", "screen": "86 寸一体机", "can_listen": "on"}  # fmt: skip
    add = reverse("campus:room-add")

    assert client.post(add, data | {"school": cast.far_school.pk}).status_code == 422
    assert client.post(add, data | {"line_mbps": "-1"}).status_code == 422
    made = client.post(add, data)
    assert client.post(add, data).status_code == 422
    room = Room.objects.get()
    assert made["Location"] == reverse("campus:room-detail", args=[room.pk])
    assert (room.line_mbps, room.can_listen, room.can_deliver) == (Decimal("3.5"), True, False)
    assert "大屏或投影" in text(client.get(made["Location"]))

    edit = reverse("campus:room-edit", args=[room.pk])
    assert client.get(edit).status_code == 200
    client.post(edit, data | {"line_mbps": "1", "can_deliver": "on"})
    assert "上行带宽低于要求" in text(client.get(made["Location"]))
    retire = reverse("campus:room-retire", args=[room.pk])
    client.post(retire)
    assert "停用" in text(client.get(made["Location"]))
    client.post(retire, {"use": "again"})
    client.post(retire, {"use": "again"})
    room.refresh_from_db()
    assert room.retired_on is None
    for role in ("teacher", "outsider", "stranger"):
        other = client_of(getattr(cast, role))
        assert other.get(edit).status_code == 404
        assert other.post(retire).status_code == 404
    assert client_of(cast.outsider).get(made["Location"]).status_code == 404
    assert client_of(cast.teacher).get(made["Location"]).status_code == 200


def test_the_overview_counts_what_schools_can_do(cast: World) -> None:
    make_room(cast.centre, can_deliver=True, line_mbps=20)
    make_room(cast.deer_bay, can_listen=True, line_mbps=1)

    page = client_of(cast.officer).get(reverse("campus:room-overview"))

    lines = {line.school.name: line for line in page.context["page"].object_list}
    assert lines["鹿回湾教学点"].state == "warn"
    assert lines["鹿回湾教学点"].least_mbps == 1.0
    assert lines["栖云中心小学"].state == "ok"
    assert lines["松岭小学"].state == "danger"
    shown = client_of(cast.officer).get(reverse("campus:room-overview"), {"show": "danger"})
    assert {line.school.name for line in shown.context["page"]} == {"石桥教学点", "松岭小学"}


def test_lists_filter_and_ask_a_fixed_number_of_questions(cast: World) -> None:
    client = client_of(cast.officer)
    make_room(cast.centre, "录播室", can_deliver=True, kind="studio", line_mbps=1)
    make_room(cast.deer_bay, "听讲室", can_listen=True)

    def names(**query: object) -> list[str]:
        page = client.get(reverse("campus:room-list"), query).context["page"]
        return [one.name for one in page.object_list]

    assert names(use="deliver") == ["录播室"] == names(use="slow") == names(kind="studio")
    assert names(use="listen") == ["听讲室"] == names(q="鹿回") == names(school=cast.deer_bay.pk)
    assert names(use="retired") == []
    for name in ("room-list", "room-overview"):
        assert_queries_flat(
            lambda name=name: client.get(reverse(f"campus:{name}")),
            lambda: make_room(cast.stone_bridge, can_listen=True),
        )


def test_the_exported_list_comes_back_unchanged(cast: World) -> None:
    make_room(cast.centre, "录播室", can_deliver=True, line_mbps=20)
    make_room(cast.deer_bay, "听讲室", can_listen=True)
    body = client_of(cast.officer).get(reverse("campus:room-export")).content

    run = runs.dry_run(RoomImporter(), body, "教室.xlsx", by=cast.officer, at=NOON)

    assert run.report["counts"] == {"add": 0, "change": 0, "leave": 0, "same": 2, "refuse": 0}
    assert load_workbook(io.BytesIO(body)).worksheets[0].max_row == 3


def workbook(*rows: dict[str, object]) -> bytes:
    return export_xlsx(SHEET, rows)


def test_an_import_adds_changes_and_can_be_taken_back(cast: World) -> None:
    old = make_room(cast.deer_bay, "听讲室", can_listen=True, line_mbps=2)
    services.retire_room(old, TODAY - timedelta(days=9), by=None, at=NOON)
    body = workbook(
        {"school": cast.deer_bay.code, "name": "听讲室", "line_mbps": Decimal(6)},
        {"school": "石桥教学点", "name": "听讲室", "kind": "listening", "can_listen": True,
         "seats": 24, "line_mbps": Decimal("2.5")},
    )  # fmt: skip
    importer = RoomImporter()

    run = runs.dry_run(importer, body, "教室.xlsx", by=cast.timetabler, at=NOON)
    assert (run.report["counts"]["add"], run.report["counts"]["change"]) == (1, 1)
    runs.commit(run, importer, by=cast.timetabler, at=NOON)
    old.refresh_from_db()
    new = Room.objects.get(school=cast.stone_bridge)
    assert (old.line_mbps, old.retired_on, old.can_listen) == (Decimal(6), None, True)
    assert (new.seats, new.line_mbps, new.kind) == (24, Decimal("2.5"), "listening")

    runs.undo(run, by=cast.timetabler, at=NOON)

    old.refresh_from_db()
    assert (old.line_mbps, old.retired_on) == (Decimal(2), TODAY - timedelta(days=9))
    assert not Room.objects.filter(school=cast.stone_bridge).exists()


def test_an_import_touches_no_school_outside_the_scope(cast: World) -> None:
    body = workbook(
        {"school": cast.far_school.code, "name": "一"}, {"school": cast.deer_bay.code, "name": "一"}
    )

    run = runs.dry_run(RoomImporter(), body, "教室.xlsx", by=cast.deer_head, at=NOON)

    assert run.report["counts"]["refuse"] == 1
    assert "只能导入您管理范围内的学校" in str(run.report["changes"])
    with pytest.raises(Refused, match="没有通过检查"):
        runs.commit(run, RoomImporter(), by=cast.deer_head, at=NOON)
    assert not Room.objects.exists()


def test_the_import_pages_lead_from_upload_to_undo(cast: World) -> None:
    client = client_of(cast.timetabler)
    body = workbook({"school": "鹿回湾教学点", "name": "听讲室", "can_listen": True})
    file = SimpleUploadedFile("教室.xlsx", body)

    sent = client.post(reverse("campus:campus-rooms-import"), {"file": file})
    assert "新增" in text(client.get(sent["Location"]))
    client.post(f"{sent['Location']}commit/")
    assert Room.objects.get().name == "听讲室"
    client.post(f"{sent['Location']}undo/")

    assert not Room.objects.exists()
    assert list(room_rows([])) == []
