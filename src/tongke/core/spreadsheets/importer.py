"""What an import means to do, before it does it: plan, change, and the `Importer` protocol."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from tongke.core.spreadsheets.journal import Journal
from tongke.core.spreadsheets.sheet import Row, Sheet, Table


class Action(StrEnum):
    """What happens to one record."""

    ADD = "add"
    CHANGE = "change"
    LEAVE = "leave"
    SAME = "same"
    REFUSE = "refuse"

    @property
    def label(self) -> str:
        """The word the report shows."""
        return ACTION_LABELS[self]


ACTION_LABELS = {
    Action.ADD: "新增",
    Action.CHANGE: "修改",
    Action.LEAVE: "离开",
    Action.SAME: "不变",
    Action.REFUSE: "有问题",
}


@dataclass(frozen=True)
class Change:
    """What happens to one record.

    Args:
        row: number of the row as Excel counts; 0 for a record the file does not mention.
        action: add, change, leave (the record ends because the file lacks it), same, refuse.
        label: who or what, as people know it (name and class); stored in the report, so no secret.
        fields: key or heading to (old, new); values of secret columns are masked in the report.
        message: one Chinese sentence; why it is refused, or what to look at.
        op: whatever the importer needs to carry it out; never stored.
    """

    row: int
    action: Action
    label: str
    fields: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    message: str = ""
    op: Any = None


@dataclass(frozen=True)
class Plan:
    """Everything an import would do, in order.

    Args:
        changes: one for each row, and one for each record that leaves.
        errors: why the file as a whole cannot be imported; then nothing may be committed.
        warnings: what the person should know before confirming.
        partial: good rows may be committed although others are refused. Leave it False where the
            file is the whole truth (a refused row would look like a pupil who left).
    """

    changes: tuple[Change, ...] = ()
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    partial: bool = False

    @property
    def counts(self) -> dict[str, int]:
        """How many records of each action; every action is present."""
        seen = Counter(change.action for change in self.changes)
        return {action.value: seen[action] for action in Action}

    @property
    def effective(self) -> tuple[Change, ...]:
        """The changes that write something."""
        return tuple(
            each for each in self.changes if each.action not in {Action.SAME, Action.REFUSE}
        )

    def obstacle(self) -> str:
        """Why it cannot be committed, as a Chinese sentence; empty when it can."""
        refused = self.counts[Action.REFUSE]
        if self.errors:
            return "文件没有通过检查，不能导入。"
        if refused and not self.partial:
            return f"有 {refused} 行没有通过检查。请在文件中改正后重新上传，目前没有导入任何内容。"
        if not self.effective:
            return "没有需要导入的变化。"
        return ""

    def digest(self) -> str:
        """A fingerprint of what would be written; equal plans have equal digests."""
        body = [
            [each.row, each.action, each.label, each.fields, each.message, each.op]
            for each in self.changes
        ]
        text = json.dumps([body, self.errors], ensure_ascii=False, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


class Importer(Protocol):
    """How one kind of file becomes rows; implemented by the package that owns the rows."""

    sheet: Sheet

    def plan(self, table: Any, *, actor: Any, at: datetime) -> Plan:
        """Compare the table with what is stored; reads only, and only what `actor` may change.

        Args:
            table: what `read` gave for `sheet` (or `load`, see `LoadsFile`); without file errors.
        """

    def commit(self, plan: Plan, journal: Journal, *, by: Any, at: datetime) -> None:
        """Carry out `plan.effective` through services; runs inside one transaction.

        Tell the journal of every row: `journal.touching(rows)` before they change,
        `journal.added(rows)` after they were inserted.

        Raises:
            Refused: a rule forbids it; the whole import is rolled back.
        """


@runtime_checkable
class LoadsFile(Protocol):
    """An importer whose files are not one table (a package of several tables)."""

    def load(self, data: bytes, name: str) -> Any:
        """What `plan` gets as its table.

        Never raises for a bad file: the plan reports its problems.
        """


def describe(row: Row, *keys: str) -> str:
    """A label for a row: the values of these columns, or its number when they are empty."""
    words = [str(row.values[key]) for key in keys if row.values.get(key) is not None]
    return " ".join(words) or f"第 {row.number} 行"


def refusals(table: Table, label: Callable[[Row], str]) -> list[Change]:
    """A refusal for every row with errors."""
    return [
        Change(row.number, Action.REFUSE, label(row), message="".join(row.errors))
        for row in table.rows
        if row.errors
    ]


def with_row_errors(plan: Plan, table: Table) -> Plan:
    """The plan, in which every row with errors is refused, whatever the importer made of it."""
    bad = {row.number: row for row in table.rows if row.errors}
    if not bad:
        return plan
    kept = [each for each in plan.changes if each.row not in bad]
    said = {each.row: each for each in plan.changes if each.row in bad}
    for number, row in bad.items():
        one = said.get(number)
        if one is None or one.action is not Action.REFUSE:
            shown = one.label if one else f"第 {number} 行"
            one = Change(number, Action.REFUSE, shown, message="".join(row.errors))
        kept.append(one)
    # Records that leave have no row and stay at the end.
    kept.sort(key=lambda each: each.row or 10**9)
    return replace(plan, changes=tuple(kept))
