"""Rooms as a worksheet: the list that is exported and imported again."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from tongke.core.spreadsheets import Column, Row, Sheet, Table
from tongke.core.spreadsheets.importer import Action, Change, Plan
from tongke.core.spreadsheets.journal import Journal
from tongke.foundation.campus import policy, services
from tongke.foundation.campus.models import Room
from tongke.foundation.campus.policy import Perm
from tongke.foundation.campus.queries import KINDS
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Organisation

SHEET = Sheet(
    "rooms", "教室",
    (
        Column("学校", "school", required=True, aliases=("学校代码", "学校名称"), width=24, most=60,
               help="填学校代码，或与系统中完全一致的名称。", example="QX-SL-01"),
        Column("教室", "name", required=True, aliases=("教室名称",), most=40, example="听讲教室"),
        Column("类型", "kind", "choice", choices=KINDS, example="listening"),
        Column("可主讲", "can_deliver", "bool"),
        Column("可听讲", "can_listen", "bool"),
        Column("座位数", "seats", "integer", least_value=1, most_value=2000),
        Column("上行带宽 Mbit/s", "line_mbps", "decimal", aliases=("上行带宽", "带宽"),
               least_value=Decimal(0), most_value=Decimal(99999)),
        Column("显示设备", "screen", most=40),
    ),
    notes=("空白的格表示不改。", "不会删除名单里没有的教室；不用的教室请在教室页面停用。"),
    together=(("school", "name"),),
)  # fmt: skip
_FIELDS = ("kind", "can_deliver", "can_listen", "seats", "line_mbps", "screen")


def room_rows(rows: Iterable[Room]) -> Iterator[dict[str, Any]]:
    """Rooms in the columns of the worksheet."""
    for one in rows:
        values = {key: getattr(one, key) for key in ("name", *_FIELDS)}
        yield {"school": one.school.code, **values}


@dataclass(frozen=True, kw_only=True)
class RoomOp:
    """A room to add, or one to change by id."""

    new: dict[str, Any] | None = None
    school: str = ""
    pk: int | None = None
    changes: dict[str, Any] | None = None


class RoomImporter:
    """Adds rooms and changes known ones; school and name say which is which."""

    sheet = SHEET

    def plan(self, table: Table, *, actor: Actor | None, at: datetime) -> Plan:
        """Compare with the rooms of the schools that the actor keeps."""
        schools = Schools(actor)
        stored = {(one.school_id, one.name): one for one in schools.rooms()}
        changes = [self._one(row, schools, stored) for row in table.rows if not row.errors]
        return Plan(changes=tuple(changes))

    def _one(self, row: Row, schools: "Schools", stored: dict[tuple[int, str], Room]) -> Change:
        said = {key: row.values[key] for key in _FIELDS if row.values.get(key) is not None}
        name, text = row.values["name"], row.values["school"]
        school = schools.find(text)
        if school is None:
            why = f"第 {row.number} 行：找不到学校“{text}”，只能导入您管理范围内的学校。"
            return Change(row.number, Action.REFUSE, f"{text} {name}", message=why)
        label = f"{school.short_name} {name}"
        known = stored.get((school.pk, name))
        if known is None:
            op = RoomOp(new={"name": name, **said}, school=school.code)
            return Change(row.number, Action.ADD, label, op=op)
        fields = {
            key: (getattr(known, key), value)
            for key, value in said.items()
            if getattr(known, key) != value
        }
        if known.retired_on is not None:
            fields["恢复使用"] = ("停用", "使用")
        if not fields:
            return Change(row.number, Action.SAME, label)
        changes = {key: new for key, (_, new) in fields.items() if key in _FIELDS}
        if known.retired_on is not None:
            changes["retired_on"] = None
        op = RoomOp(pk=known.pk, changes=changes)
        return Change(row.number, Action.CHANGE, label, fields=fields, op=op)

    def commit(self, plan: Plan, journal: Journal, *, by: Actor | None, at: datetime) -> None:
        """Through the services, row by row."""
        done = [change.op for change in plan.effective]
        schools = Schools(by)
        new = [
            services.NewRoom(school=schools.by_code[op.school], **op.new)
            for op in done if op.new is not None
        ]  # fmt: skip
        if new:
            journal.added(services.add_rooms(new, by=by, at=at))
        changed = {op.pk: op.changes for op in done if op.pk is not None}
        for room in schools.rooms():
            if room.pk in changed:
                journal.touching([room])
                services.change_room(room, changed[room.pk] or {}, by=by, at=at)


class Schools:
    """The schools whose rooms an actor keeps, by code and by name; all of them for the system."""

    def __init__(self, actor: Actor | None) -> None:
        """Load them once."""
        kinds = [Organisation.Kind.SCHOOL, Organisation.Kind.POINT]
        everywhere = Organisation.objects.filter(kind__in=kinds, closed_on=None)
        rows = everywhere if actor is None else policy.schools(actor, Perm.ROOM_EDIT)
        self.by_code = {one.code: one for one in rows}
        self._names: dict[str, list[Organisation]] = {}
        for one in self.by_code.values():
            for name in {one.name, one.short_name}:
                self._names.setdefault(name, []).append(one)

    def find(self, text: str) -> Organisation | None:
        """By code, else by a name that only one bears."""
        named = self._names.get(text, ())
        return self.by_code.get(text) or (named[0] if len(named) == 1 else None)

    def rooms(self) -> list[Room]:
        """All rooms of these schools, retired ones too."""
        return list(Room.objects.filter(school__in=self.by_code.values()).select_related("school"))
