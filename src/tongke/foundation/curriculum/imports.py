"""Textbooks in and out as spreadsheets: one row a key point."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Prefetch

from tongke.core.spreadsheets import Column, Row, Sheet, Table
from tongke.core.spreadsheets.importer import Action, Change, Plan, describe, refusals
from tongke.core.spreadsheets.journal import Journal
from tongke.foundation.curriculum.models import (
    Grade,
    KeyPoint,
    Prerequisite,
    Subject,
    Textbook,
    Unit,
)
from tongke.foundation.curriculum.services import (
    MOST_SEQ,
    BookLine,
    PointLine,
    UnitLine,
    keep_textbooks,
)

POINT_SHEET = Sheet(
    code="key-points",
    title="教材目录",
    columns=(
        Column("教材代码", "book", "code", required=True, most=30, example="MU5A"),
        Column("学科", "subject", required=True, example="音乐"),
        Column("年级", "grade", required=True, example="五年级"),
        Column("册次", "volume", required=True, most=10, example="上册"),
        Column("版本", "edition", required=True, most=30, example="本区用版"),
        Column("单元代码", "unit", "code", required=True, most=40, example="MU5A-1"),
        Column("单元序号", "unit_seq", "integer", required=True, example=1,
               least_value=1, most_value=MOST_SEQ),
        Column("单元", "unit_title", required=True, most=60, example="童年的歌"),
        Column("建议课时", "periods", "integer", example=4, least_value=1, most_value=200,
               help="空着时新单元记 4 课时，已有的单元不变"),
        Column("知识点代码", "code", "code", required=True, unique=True, most=50,
               example="MU5A-1-1"),
        Column("序号", "seq", "integer", required=True, example=1,
               least_value=1, most_value=MOST_SEQ),
        Column("知识点", "title", required=True, most=60, example="认识节拍"),
        Column("先修", "after", most=1000, help="先修知识点代码，多个用顿号隔开", example=""),
    ),
)  # fmt: skip
_OF_BOOK = ("subject", "grade", "volume", "edition")
_OF_UNIT = ("book", "unit_seq", "unit_title", "periods")
_COMPARED = ("book", *_OF_BOOK, "unit", "unit_seq", "unit_title", "periods", "seq", "title")
_NEW_PERIODS = 4


def point_lines(book: Textbook) -> Iterator[dict[str, Any]]:
    """One volume as rows of the sheet."""
    points = KeyPoint.objects.order_by("seq").prefetch_related("after")
    units = book.units.prefetch_related(Prefetch("key_points", points)).order_by("seq")
    for unit in units:
        for point in unit.key_points.all():
            yield _line(book, unit, point)


def _line(book: Textbook, unit: Unit, point: KeyPoint) -> dict[str, Any]:
    return {
        "book": book.code, "subject": book.subject.name, "grade": book.grade.name,
        "volume": book.volume, "edition": book.edition, "unit": unit.code,
        "unit_seq": unit.seq, "unit_title": unit.title, "periods": unit.periods,
        "code": point.code, "seq": point.seq, "title": point.title,
        "after": "、".join(sorted(one.code for one in point.after.all())),
    }  # fmt: skip


def _after(row: Row) -> tuple[str, ...]:
    text = str(row.values.get("after") or "")
    for mark in ("，", ",", "；", ";", " ", "\n"):
        text = text.replace(mark, "、")
    return tuple(dict.fromkeys(part.strip() for part in text.split("、") if part.strip()))


class TextbookImporter:
    """Adds and updates textbooks, units and key points by their codes; removes nothing."""

    sheet = POINT_SHEET

    def plan(self, table: Table, *, actor: Any, at: datetime) -> Plan:
        """Compare every row with what is stored."""
        if table.errors:
            return Plan(errors=tuple(table.errors))
        rows = [row for row in table.rows if not row.errors]
        known = _Known.of(rows, only=getattr(actor, "subject_code", ""))
        changes = refusals(table, lambda row: describe(row, "code", "title"))
        changes += [known.change(row) for row in rows]
        return Plan(changes=tuple(changes), warnings=tuple(table.warnings))

    def commit(self, plan: Plan, journal: Journal, *, by: Any, at: datetime) -> None:
        """Keep the books of the changed rows."""
        lines = [change.op for change in plan.effective]
        codes = {line["code"] for line in lines}
        before = {
            model: set(model.objects.values_list("pk", flat=True))
            for model in (Textbook, Unit, KeyPoint, Prerequisite)
        }
        journal.touching(Textbook.objects.filter(code__in={line["book"] for line in lines}))
        journal.touching(Unit.objects.filter(code__in={line["unit"] for line in lines}))
        journal.touching(KeyPoint.objects.filter(code__in=codes))
        journal.touching(Prerequisite.objects.filter(later__code__in=codes))
        keep_textbooks(_books(lines), by=by, at=at)
        for model, old in before.items():
            journal.added(model.objects.exclude(pk__in=old))


@dataclass
class _Known:
    """What is stored that the rows speak of, and what the rows before this one said.

    `only` is the code of the one subject whose volumes may be imported; empty for all of them.
    """

    subjects: dict[str, str]
    grades: dict[str, str]
    points: dict[str, dict[str, Any]]
    units: dict[str, Unit]
    codes: set[str]
    places: dict[tuple[str, int], str]
    only: str = ""
    said: dict[tuple[str, str], Row] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: list[Row], *, only: str) -> "_Known":
        codes = {str(row.values["code"]) for row in rows}
        asked = codes | {code for row in rows for code in _after(row)}
        stored = KeyPoint.objects.filter(code__in=codes).select_related(
            "unit__textbook__subject", "unit__textbook__grade"
        )
        points = {
            point.code: _line(point.unit.textbook, point.unit, point)
            for point in stored.prefetch_related("after")
        }
        here = {str(row.values["unit"]) for row in rows}
        units = {
            unit.code: unit
            for unit in Unit.objects.filter(code__in=here).select_related("textbook")
        }
        others = Unit.objects.filter(textbook__code__in={str(row.values["book"]) for row in rows})
        places = {
            (book, seq): code
            for book, seq, code in others.exclude(code__in=here).values_list(
                "textbook__code", "seq", "code"
            )
        }
        elsewhere = KeyPoint.objects.filter(code__in=asked).values_list("code", flat=True)
        return cls(
            subjects=dict(Subject.objects.values_list("name", "code")),
            grades=dict(Grade.objects.values_list("name", "code")),
            points=points, units=units, codes=codes | set(elsewhere), places=places, only=only,
        )  # fmt: skip

    def change(self, row: Row) -> Change:
        values, label = dict(row.values), describe(row, "code", "title")
        faults = [*self._unknown(row), *self._contradictions(row)]
        if faults:
            return Change(row.number, Action.REFUSE, label, message="".join(faults))
        old, unit = self.points.get(str(values["code"])), self.units.get(str(values["unit"]))
        if values.get("periods") is None:
            values["periods"] = unit.periods if unit else _NEW_PERIODS
        after = _after(row)
        op = {
            **values, "subject": self.subjects[values["subject"]],
            "grade": self.grades[values["grade"]], "after": list(after),
        }  # fmt: skip
        if old is None:
            return Change(row.number, Action.ADD, label, op=op)
        new = {key: values[key] for key in _COMPARED} | {"after": "、".join(sorted(after))}
        fields = {key: (old[key], new[key]) for key in new if old[key] != new[key]}
        action = Action.CHANGE if fields else Action.SAME
        return Change(row.number, action, label, fields=fields, op=op)

    def _unknown(self, row: Row) -> Iterator[str]:
        subject = self.subjects.get(row.values["subject"])
        if subject is None:
            yield f"没有名为“{row.values['subject']}”的学科。"
        elif self.only not in ("", subject):
            yield "您只能导入本学科的教材。"
        if row.values["grade"] not in self.grades:
            yield f"没有名为“{row.values['grade']}”的年级。"
        for code in _after(row):
            if code == row.values["code"]:
                yield "先修不能是它自己。"
            elif code not in self.codes:
                yield f"先修“{code}”不存在，请检查代码。"

    def _contradictions(self, row: Row) -> Iterator[str]:
        """Rows of one volume, and of one unit, must say the same of it."""
        values = row.values
        first = self.said.setdefault(("book", values["book"]), row)
        if any(first.values[key] != values[key] for key in _OF_BOOK):
            yield f"教材 {values['book']} 的学科、年级、册次或版本与第 {first.number} 行不一致。"
        first = self.said.setdefault(("unit", values["unit"]), row)
        if any(first.values.get(key) != values.get(key) for key in _OF_UNIT):
            yield f"单元 {values['unit']} 的教材、序号、名称或课时与第 {first.number} 行不一致。"
            return
        unit = self.units.get(values["unit"])
        if unit is not None and unit.textbook.code != values["book"]:
            yield f"单元 {unit.code} 属于教材 {unit.textbook.code}，请换一个单元代码。"
        other = self.places.setdefault((values["book"], values["unit_seq"]), values["unit"])
        if other != values["unit"]:
            yield f"单元序号 {values['unit_seq']} 已是单元 {other} 的，请改成不同的序号。"


def _books(lines: list[dict[str, Any]]) -> list[BookLine]:
    by_book: dict[str, dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for line in lines:
        by_book[line["book"]][line["unit"]].append(line)
    books = []
    for code, units in by_book.items():
        first = next(iter(units.values()))[0]
        books.append(
            BookLine(
                code, first["subject"], first["grade"], first["volume"], first["edition"],
                tuple(_unit(unit, rows) for unit, rows in units.items()),
            )
        )  # fmt: skip
    return books


def _unit(code: str, rows: list[dict[str, Any]]) -> UnitLine:
    points = tuple(
        PointLine(row["code"], row["seq"], row["title"], tuple(row["after"])) for row in rows
    )
    first = rows[0]
    return UnitLine(code, first["unit_seq"], first["unit_title"], first["periods"], points)
