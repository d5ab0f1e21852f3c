"""Items in and out as a spreadsheet: one row an item."""

from datetime import datetime
from typing import Any

from tongke.core.errors import Refused
from tongke.core.spreadsheets import Column, Row, Sheet, Table
from tongke.core.spreadsheets.importer import Action, Change, Plan, describe, refusals
from tongke.core.spreadsheets.journal import Journal
from tongke.foundation.curriculum.models import KeyPoint
from tongke.teaching.assessment import services
from tongke.teaching.assessment.models import Item

ITEM_SHEET = Sheet(
    code="items",
    title="试题",
    columns=(
        Column("题目代码", "code", "code", required=True, unique=True, most=60,
               example="MU5A-1-1-Q01"),
        Column("知识点代码", "key_point", "code", required=True, most=50, example="MU5A-1-1"),
        Column("题型", "kind", "choice", required=True, choices=list(Item.Kind.choices)),
        Column("题干", "stem", required=True, most=1000, symbols=True,
               example="简谱用哪种符号表示音的高低？"),
        Column("选项", "options", most=2000, symbols=True, example="英文字母|阿拉伯数字",
               help="选择题填写，用 | 隔开；选项里有 | 时改为每个选项一行"),
        Column("答案", "answer", required=True, most=400, symbols=True, example="B",
               help="字母、对错、数或几个可接受的说法（用 | 隔开）"),
        Column("分值", "points", "integer", required=True, example=2,
               least_value=1, most_value=100),
        Column("难度", "difficulty", "integer", required=True, help="1 易 … 5 难", example=2,
               least_value=1, most_value=5),
        Column("解析", "explanation", most=2000, symbols=True, example=""),
    ),
)  # fmt: skip


def as_line(item: Item) -> dict[str, Any]:
    """One item as a row of the sheet."""
    bars = any("|" in text for text in item.options)
    return {
        "code": item.code, "key_point": item.key_point.code, "kind": item.kind,
        "stem": item.stem, "options": ("\n" if bars else "|").join(item.options),
        "answer": "".join(item.answer) if item.kind in services.CHOICES else "|".join(item.answer),
        "points": item.points, "difficulty": item.difficulty, "explanation": item.explanation,
    }  # fmt: skip


def _parts(text: object) -> tuple[str, ...]:
    whole = str(text or "")
    parts = whole.split("\n" if "\n" in whole else "|")
    return tuple(part.strip() for part in parts if part.strip())


class ItemImporter:
    """Adds items; a known code is reported and left as it is, since pupils may have answered it."""

    sheet = ITEM_SHEET

    def plan(self, table: Table, *, actor: Any, at: datetime) -> Plan:
        """Check every row as if its author had typed it."""
        if table.errors:
            return Plan(errors=tuple(table.errors))
        rows = [row for row in table.rows if not row.errors]
        points = KeyPoint.objects.in_bulk(
            {str(row.values["key_point"]) for row in rows}, field_name="code"
        )
        codes = [str(row.values["code"]) for row in rows]
        known = set(Item.objects.filter(code__in=codes).values_list("code", flat=True))
        changes = refusals(table, lambda row: describe(row, "code", "stem"))
        changes += [_change(row, points, known) for row in rows]
        return Plan(changes=tuple(changes), warnings=tuple(table.warnings), partial=True)

    def commit(self, plan: Plan, journal: Journal, *, by: Any, at: datetime) -> None:
        """Add the checked rows."""
        lines = [change.op for change in plan.effective]
        journal.added(services.keep_items(lines, author=by.person, by=by, at=at))


def _change(row: Row, points: dict[str, KeyPoint], known: set[str]) -> Change:
    values, label = row.values, describe(row, "code", "stem")
    if values["code"] in known:
        return Change(row.number, Action.SAME, label, message="题目代码已存在，保持不变。")
    point = points.get(str(values["key_point"]))
    if point is None:
        message = f"没有代码为“{values['key_point']}”的知识点，请先导入教材目录。"
        return Change(row.number, Action.REFUSE, label, message=message)
    answer = _parts(values["answer"])
    if values["kind"] in services.CHOICES:
        answer = tuple("".join(answer).replace(" ", "").upper())
    content = {
        "kind": values["kind"], "stem": values["stem"], "answer": answer,
        "options": _parts(values.get("options")), "points": values["points"],
        "difficulty": values["difficulty"], "explanation": values.get("explanation") or "",
    }  # fmt: skip
    try:
        services.check(services.Content(key_point=point, **content))
    except Refused as refusal:
        return Change(row.number, Action.REFUSE, label, message=str(refusal))
    op = {**content, "code": values["code"], "key_point": values["key_point"]}
    return Change(row.number, Action.ADD, label, op=op)
