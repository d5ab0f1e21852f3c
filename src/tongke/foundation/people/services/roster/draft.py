"""The state of planning: what is stored, plus what the rows before have planned to add."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from tongke.core.spreadsheets.importer import Action, Change
from tongke.foundation.people.models import Organisation, Person
from tongke.foundation.people.services.persons import NewPerson
from tongke.foundation.people.services.roster.known import Known
from tongke.foundation.people.services.roster.ops import PersonOp
from tongke.foundation.people.services.roster.rows import PersonFields

_FIELDS = ("name", "sex", "birth_date", "phone", "id_number", "source_id")


class RowRefused(Exception):
    """The row cannot be imported; the message is a Chinese sentence without its row number."""


class Draft:
    """Stored things and planned ones, by the names that rows use for them."""

    def __init__(self, known: Known, named: bool, at: datetime) -> None:  # noqa: FBT001
        """Start with what is stored.

        Args:
            named: put the name of the list before labels, for files that hold several lists.
        """
        self.known = known
        self.named = named
        self.today = at.date()
        # code or source id → (code, name, kind)
        self.new_organisations: dict[str, tuple[str, str, str]] = {}
        self.aliases: dict[str, Organisation] = {}  # source ids about to be noted
        self.new_people: dict[str, PersonFields] = {}
        self.new_classes: dict[str, str] = {}  # key → label
        self.mentioned_classes: dict[str, int] = {}  # key → id of a stored class
        self.new_staff: set[tuple[str, str]] = set()  # (school code, number)

    def school(self, text: str) -> tuple[str, str]:
        """(code, name) of a school that classes may hang on.

        Raises:
            RowRefused: there is none in scope.
        """
        found = self.known.organisation(text) or self.aliases.get(text)
        if found is not None and not found.is_school:
            raise RowRefused(f"“{found.name}”不是学校或教学点")
        if found is not None:
            return found.code, found.short_name
        if text in self.new_organisations:
            code, name, kind = self.new_organisations[text]
            if kind in {"school", "point"}:
                return code, name
        raise RowRefused(f"找不到学校“{text}”，请填学校代码或全称；只能导入您管理范围内的学校")

    def person(self, fields: PersonFields) -> tuple[PersonOp, Person | None, dict[str, Any]]:
        """How to bring a person into being or up to date.

        Returns:
            the operation, the stored person if any, and what changes as key → (old, new).

        Raises:
            RowRefused: the number belongs to somebody else.
        """
        stored = self.known.person(fields.number, fields.source_id)
        if stored is None:
            return self._new(fields), None, {}
        changed = _differences(stored, fields)
        if not self.known.may_edit(stored):
            if "name" in changed:
                raise RowRefused(f"编号“{fields.number}”已经是别人的，请核对")
            changed = {}
        number = stored.number
        op = PersonOp(number=number, pk=stored.pk, changes={k: v[1] for k, v in changed.items()})
        return op, stored, changed

    def _new(self, fields: PersonFields) -> PersonOp:
        before = self.new_people.setdefault(fields.number, fields)
        if before.name != fields.name:
            raise RowRefused(
                f"编号“{fields.number}”在文件里用在两个人身上：{before.name}、{fields.name}"
            )
        given = {key: getattr(fields, key) for key in _FIELDS if getattr(fields, key)}
        new = NewPerson(number=fields.number, **given)
        return PersonOp(number=fields.number, new=new)

    def label(self, sheet: str, *words: str) -> str:
        """What the report calls a record."""
        said = " ".join(word for word in words if word)
        return f"{sheet}：{said}" if self.named else said

    @staticmethod
    def refused(line: int, label: str, why: RowRefused) -> Change:
        """The change that stands for a row that cannot be imported."""
        row = f"第 {line} 行：" if line else ""
        return Change(line, Action.REFUSE, label, message=f"{row}{why}。")


def _differences(stored: Person, fields: PersonFields) -> dict[str, Any]:
    changed: dict[str, Any] = {}
    for key in _FIELDS:
        old, new = getattr(stored, key), getattr(fields, key)
        if new and new != old:
            changed[key] = (old, new)
    return changed


def merged(*parts: Mapping[str, Any]) -> dict[str, Any]:
    """All changed fields of one row."""
    return {key: value for part in parts for key, value in part.items()}


def without_changes(op: PersonOp) -> PersonOp:
    """The same person, nothing to write (the change was planned by an earlier row)."""
    return replace(op, new=None, changes={})
