"""What an import wrote, row by row, so that it can be taken back: `Journal`, `apply_undo`.

A journal is a list of operations ``{"model": "people.person", "pk": 7, "before": {…} | None,
"after": {…} | None}`` in the order of writing. `before` None: the row was added; `after` None: it
was removed; otherwise both hold the fields that changed. Sealed fields stay sealed in it.
Many-to-many rows are not followed: journal their through model.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import transaction
from django.db.models import Field, ForeignObjectRel, Model

from tongke.core.errors import Refused
from tongke.core.fields import EncryptedTextField, seal, unseal

Snapshot = dict[str, Any]
Op = dict[str, Any]
_SEALED = "$sealed"
_BATCH = 500


def snapshot(
    instance: Model, fields: Iterable[str] | None = None, *, sealed: Iterable[str] = ()
) -> Snapshot:
    """The values of a row as JSON, by column name; all concrete fields unless some are named.

    Encrypted fields and those in `sealed` are kept sealed.
    """
    wanted = set(fields) if fields is not None else None
    secret = set(sealed)
    return {
        field.attname: _packed(field, instance, secret=field.name in secret)
        for field in instance._meta.concrete_fields
        if not field.primary_key and (wanted is None or {field.name, field.attname} & wanted)
    }


def _packed(field: "Field[Any, Any]", instance: Model, *, secret: bool) -> Any:
    value = field.value_from_object(instance)
    if value is None:
        return None
    if secret or isinstance(field, EncryptedTextField):
        return {_SEALED: seal(str(value))}
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    assert not isinstance(value, bytes | memoryview), f"{field} cannot be journalled"
    return value if isinstance(value, bool | int | float | list | dict) else str(value)


def _unpacked(model: type[Model], values: Mapping[str, Any]) -> dict[str, Any]:
    fields = {each.attname: each for each in model._meta.concrete_fields}
    plain = {name: _opened(value) for name, value in values.items()}
    return {
        name: timedelta(seconds=value)
        if fields[name].get_internal_type() == "DurationField" and value is not None
        else fields[name].to_python(value)
        for name, value in plain.items()
    }


def _opened(value: Any) -> Any:
    """A packed value without its seal; sealing twice gives different texts, so compare these."""
    return unseal(value[_SEALED]) if isinstance(value, dict) and _SEALED in value else value


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return {name: _opened(value) for name, value in one.items()} == {
        name: _opened(value) for name, value in other.items()
    }


class Journal:
    """Collects, during a commit, which rows were written and what they held before."""

    def __init__(self, *, sealed: Mapping[str, Iterable[str]] | None = None) -> None:
        """Start empty.

        Args:
            sealed: plain fields to keep sealed all the same, by model label in lower case.
        """
        self._sealed = {label: frozenset(names) for label, names in (sealed or {}).items()}
        self._before: dict[tuple[str, Any], Snapshot | None] = {}

    def touching(self, rows: Iterable[Model]) -> None:
        """Call before rows are changed or removed; reads their present values from the database."""
        for label, part in _by_model(rows):
            fresh = [each.pk for each in part if (label, each.pk) not in self._before]
            for row in _rows(label, fresh).values():
                self._before[label, row.pk] = self._shot(label, row)

    def added(self, rows: Iterable[Model]) -> None:
        """Call after rows were inserted."""
        for label, part in _by_model(rows):
            for row in part:
                assert row.pk is not None
                self._before.setdefault((label, row.pk), None)

    def operations(self) -> list[Op]:
        """The journal; call at the end of the transaction, it reads every row once more."""
        now: dict[tuple[str, Any], Snapshot] = {}
        labels = dict.fromkeys(label for label, _ in self._before)
        for label in labels:
            pks = [pk for each, pk in self._before if each == label]
            for row in _rows(label, pks).values():
                now[label, row.pk] = self._shot(label, row)
        made = (_operation(key, before, now.get(key)) for key, before in self._before.items())
        return [each for each in made if each]

    def _shot(self, label: str, row: Model) -> Snapshot:
        return snapshot(row, sealed=self._sealed.get(label, ()))


def _operation(key: tuple[str, Any], before: Snapshot | None, after: Snapshot | None) -> Op | None:
    if before is None and after is None:
        return None
    if before is not None and after is not None:
        moved = [name for name in before if _opened(before[name]) != _opened(after[name])]
        if not moved:
            return None
        before = {name: before[name] for name in moved}
        after = {name: after[name] for name in moved}
    return {"model": key[0], "pk": key[1], "before": before, "after": after}


def _by_model(rows: Iterable[Model]) -> Iterator[tuple[str, list[Model]]]:
    for label, part in groupby(rows, key=lambda row: row._meta.label_lower):
        yield label, list(part)


def _rows(label: str, pks: Sequence[Any], *, lock: bool = False) -> dict[Any, Model]:
    found: dict[Any, Model] = {}
    manager = apps.get_model(label)._base_manager
    for start in range(0, len(pks), _BATCH):
        rows = manager.filter(pk__in=pks[start : start + _BATCH])
        found.update((row.pk, row) for row in (rows.select_for_update() if lock else rows))
    return found


@transaction.atomic
def apply_undo(operations: list[Op]) -> int:
    """Take back everything a journal holds, newest first; returns the number of rows.

    Raises:
        Refused: a row was changed, removed or referred to since; then nothing is taken back.
    """
    _refuse_changed(operations)
    newest_first = reversed(operations)
    for (label, deed), group in groupby(newest_first, key=lambda op: (op["model"], _deed(op))):
        part = list(group)
        model = apps.get_model(label)
        if deed == "added":
            _take_away(model, [op["pk"] for op in part])
        elif deed == "removed":
            rows = (model(pk=op["pk"], **_unpacked(model, op["before"])) for op in part)
            model._base_manager.bulk_create(rows, batch_size=_BATCH)
        else:
            for op in part:
                values = _unpacked(model, op["before"])
                model._base_manager.filter(pk=op["pk"]).update(**values)
    return len(operations)


def _deed(op: Op) -> str:
    if op["before"] is None:
        return "added"
    return "removed" if op["after"] is None else "changed"


def _refuse_changed(operations: list[Op]) -> None:
    changed: list[str] = []
    for label in dict.fromkeys(op["model"] for op in operations):
        part = [op for op in operations if op["model"] == label]
        present = _rows(label, [op["pk"] for op in part], lock=True)
        name = apps.get_model(label)._meta.verbose_name
        for op in part:
            row, after = present.get(op["pk"]), op["after"]
            if after is None and row is None:
                continue
            if after is None or row is None or not _same(snapshot(row, after), after):
                changed.append(f"{name}“{row or op['pk']}”")
    if changed:
        more = f" 等 {len(changed)} 条" if changed[5:] else ""
        raise Refused(
            f"{'、'.join(changed[:5])}{more}记录在导入之后又有变动，不能撤销。请逐条改正，或导入一份新的文件。"
        )


def _take_away(model: type[Model], pks: list[Any]) -> None:
    """Delete rows that nothing refers to; the journal's own later rows are gone by now."""
    for start in range(0, len(pks), _BATCH):
        part = pks[start : start + _BATCH]
        for relation in model._meta.get_fields(include_hidden=True):
            if not isinstance(relation, ForeignObjectRel) or relation.many_to_many:
                continue
            other: type[Model] = relation.related_model
            users = other._base_manager.filter(**{f"{relation.field.name}__in": part})
            if (users.exclude(pk__in=part) if other is model else users).exists():
                raise Refused(
                    f"导入的{model._meta.verbose_name}已经有{other._meta.verbose_name}记录，不能撤销。"
                )
        # Not delete(): rows of one batch may protect each other (a school and its teaching point).
        rows = model._base_manager.filter(pk__in=part)
        rows._raw_delete(using=rows.db)
