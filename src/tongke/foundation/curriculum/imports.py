"""Textbooks in and out as spreadsheets: one row a key point."""

from collections import defaultdict
from collections.abc import Iterator
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
from tongke.foundation.curriculum.services import BookLine, PointLine, UnitLine, keep_textbooks

POINT_SHEET = Sheet(
    code="key-points",
    title="教材目录",
    columns=(
        Column("教材代码", "book", "code", required=True, example="MU5A"),
        Column("学科", "subject", required=True, example="音乐"),
        Column("年级", "grade", required=True, example="五年级"),
        Column("册次", "volume", required=True, example="上册"),
        Column("版本", "edition", required=True, example="本区用版"),
        Column("单元代码", "unit", "code", required=True, example="MU5A-1"),
        Column("单元序号", "unit_seq", "integer", required=True, example=1),
        Column("单元", "unit_title", required=True, example="童年的歌"),
        Column("建议课时", "periods", "integer", example=4),
        Column("知识点代码", "code", "code", required=True, unique=True, example="MU5A-1-1"),
        Column("序号", "seq", "integer", required=True, example=1),
        Column("知识点", "title", required=True, example="认识节拍"),
        Column("先修", "after", help="先修知识点代码，多个用顿号隔开", example=""),
    ),
)


def point_lines(book: Textbook) -> Iterator[dict[str, Any]]:
    """One volume as rows of the sheet."""
    points = KeyPoint.objects.order_by("seq").prefetch_related("after")
    units = book.units.prefetch_related(Prefetch("key_points", points)).order_by("seq")
    for unit in units:
        for point in unit.key_points.all():
            yield {
                "book": book.code, "subject": book.subject.name, "grade": book.grade.name,
                "volume": book.volume, "edition": book.edition, "unit": unit.code,
                "unit_seq": unit.seq, "unit_title": unit.title, "periods": unit.periods,
                "code": point.code, "seq": point.seq, "title": point.title,
                "after": "、".join(one.code for one in point.after.all()),
            }  # fmt: skip


def _after(row: Row) -> tuple[str, ...]:
    text = str(row.values.get("after") or "")
    for mark in ("，", ",", "；", ";", " "):
        text = text.replace(mark, "、")
    return tuple(part.strip() for part in text.split("、") if part.strip())


class TextbookImporter:
    """Adds and updates textbooks, units and key points by their codes; removes nothing."""

    sheet = POINT_SHEET

    def plan(self, table: Table, *, actor: Any, at: datetime) -> Plan:
        """Compare every row with what is stored."""
        if table.errors:
            return Plan(errors=tuple(table.errors))
        subjects = dict(Subject.objects.values_list("name", "code"))
        grades = dict(Grade.objects.values_list("name", "code"))
        stored = _stored([str(row.values.get("code")) for row in table.rows])
        known = set(stored) | {str(row.values.get("code")) for row in table.rows}
        known |= set(
            KeyPoint.objects.filter(
                code__in={code for row in table.rows for code in _after(row)}
            ).values_list("code", flat=True)
        )
        changes = refusals(table, lambda row: describe(row, "code", "title"))
        for row in table.rows:
            if not row.errors:
                changes.append(_change(row, subjects, grades, stored, known))
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


def _stored(codes: list[str]) -> dict[str, dict[str, Any]]:
    rows = KeyPoint.objects.filter(code__in=codes).select_related(
        "unit__textbook__subject", "unit__textbook__grade"
    )
    return {
        point.code: {
            "book": point.unit.textbook.code, "unit": point.unit.code,
            "unit_title": point.unit.title, "seq": point.seq, "title": point.title,
            "after": "、".join(sorted(one.code for one in point.after.all())),
        }
        for point in rows.prefetch_related("after")
    }  # fmt: skip


def _change(
    row: Row,
    subjects: dict[str, str],
    grades: dict[str, str],
    stored: dict[str, dict[str, Any]],
    known: set[str],
) -> Change:
    values = row.values
    label = describe(row, "code", "title")
    faults = []
    if values["subject"] not in subjects:
        faults.append(f"没有名为“{values['subject']}”的学科。")
    if values["grade"] not in grades:
        faults.append(f"没有名为“{values['grade']}”的年级。")
    faults += [f"先修“{code}”不存在，请检查代码。" for code in _after(row) if code not in known]
    if faults:
        return Change(row.number, Action.REFUSE, label, message="".join(faults))
    op = {**values, "subject": subjects[values["subject"]], "grade": grades[values["grade"]],
          "after": list(_after(row))}  # fmt: skip
    old = stored.get(str(values["code"]))
    if old is None:
        return Change(row.number, Action.ADD, label, op=op)
    new = {**{key: values[key] for key in ("book", "unit", "unit_title", "seq", "title")},
           "after": "、".join(sorted(_after(row)))}  # fmt: skip
    fields = {key: (old[key], new[key]) for key in new if old[key] != new[key]}
    action = Action.CHANGE if fields else Action.SAME
    return Change(row.number, action, label, fields=fields, op=op)


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
                tuple(
                    UnitLine(
                        unit, rows[0]["unit_seq"], rows[0]["unit_title"],
                        rows[0].get("periods") or 4,
                        tuple(
                            PointLine(row["code"], row["seq"], row["title"], tuple(row["after"]))
                            for row in rows
                        ),
                    )
                    for unit, rows in units.items()
                ),
            )
        )  # fmt: skip
    return books
