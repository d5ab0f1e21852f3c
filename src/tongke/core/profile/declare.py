"""Declaring settings: a dataclass field with its unit, Chinese label, limits and source row."""

import dataclasses
import importlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from pathlib import Path
from types import MappingProxyType, NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

REQUIRED: Final = dataclasses.MISSING
"""Default of a record's field that every record must write."""

SOURCE = re.compile(r"(S-\d{3}|I-\d{2}|W-\d{2}|A-\d{2}|design|law)( (S-\d{3}|I-\d{2}|A-\d{2}))*")
"""Where a setting comes from: rows of the requirements, our own design, or national rules."""

FLOORS: Final = ("foundation", "engines", "teaching", "governance", "gateway")
_SCALARS: Final = (bool, int, float, str, date, time)


class ProfileError(ValueError):
    """A profile file that cannot be used; `problems` holds one Chinese sentence for each fault."""

    def __init__(self, problems: Sequence[str]) -> None:
        """Keep the sentences; the message is all of them, one a line."""
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Declared:
    """What a package says of one setting beside its type and default.

    `minimum` and `maximum` bound a number itself, the characters of a text, the items of a list,
    and each value of a map; `choices` limit a text, each item of a list, and the keys of a map.
    """

    unit: str = ""
    label: str = ""
    source: str = ""
    help: str = ""
    choices: tuple[Any, ...] = ()
    minimum: float | None = None
    maximum: float | None = None


def setting(
    default: Any,
    *,
    unit: str = "",
    label: str = "",
    source: str = "",
    help: str = "",
    choices: Sequence[Any] = (),
    minimum: float | None = None,
    maximum: float | None = None,
) -> Any:
    """A dataclass field that a region profile may override.

    Args:
        default: used when the profile is silent; lists become tuples, dicts read-only maps;
            `REQUIRED` in a record means that every record must write it.
        unit: Chinese unit of a number, as it is written in a profile (分钟, 节, %, 人 …).
        label: short Chinese name, shown on the settings page.
        source: row of the requirements (``S-003``, ``I-20``), ``law`` or ``design``.
        help: one Chinese sentence more, where the label does not say it all.
        choices: see `Declared`.
        minimum: see `Declared`; inclusive.
        maximum: see `Declared`; inclusive.
    """
    declared = Declared(unit, label, source, help, tuple(choices), minimum, maximum)
    metadata = {"setting": declared}
    if default is REQUIRED:
        return field(metadata=metadata)
    if isinstance(default, Mapping):
        frozen = MappingProxyType(dict(default))
        return field(default_factory=lambda: frozen, metadata=metadata)
    if isinstance(default, list):
        default = tuple(default)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True)
class Table:
    """A registered profile class: the TOML table, its Chinese title, its class."""

    name: str
    label: str
    cls: type


_tables: dict[str, Table] = {}


def register(table: str, cls: type, *, label: str = "") -> None:
    """Make a profile class known under its TOML table; called when its module is imported.

    Raises:
        TypeError: the class is not a frozen dataclass of well-declared settings, or the table
            belongs to another class: a mistake of the programmer, found at start-up.
    """
    known = _tables.get(table)
    if known and (known.cls.__module__, known.cls.__qualname__) != (
        cls.__module__,
        cls.__qualname__,
    ):
        raise TypeError(f"profile table {table!r} already belongs to {known.cls.__qualname__}")
    check_class(cls)
    _tables[table] = Table(table, label or table, cls)


def registered() -> dict[str, Table]:
    """The known tables by name: core's own first, the others in the order of the floors."""
    order = ["core", *FLOORS]
    known = sorted(
        _tables.values(),
        key=lambda one: (
            _floor_rank(one.cls.__module__.split("."), order),
            one.cls.__module__,
        ),
    )
    return {one.name: one for one in known}


def _floor_rank(module: list[str], order: list[str]) -> int:
    floor = module[1] if len(module) > 1 else ""
    return order.index(floor) if floor in order else len(order)


def discover() -> None:
    """Import every package's `profile.py`, so that all tables are known; safe to call twice.

    Core names no package: it looks into the source tree, as Django's own autodiscovery does.
    """
    root = Path(__file__).resolve().parents[2]
    for floor in FLOORS:
        for path in sorted((root / floor).glob("*/profile.py")):
            importlib.import_module(f"tongke.{floor}.{path.parent.name}.profile")


def hints_of(cls: type) -> dict[str, Any]:
    """The resolved type of each setting of a profile or record class, without its None."""
    return {name: _without_none(hint) for name, hint in get_type_hints(cls).items()}


def _without_none(hint: Any) -> Any:
    """``X`` for ``X | None``: a profile leaves such a setting out, it cannot write None."""
    if get_origin(hint) not in (Union, UnionType):
        return hint
    rest = [one for one in get_args(hint) if one is not NoneType]
    return rest[0] if len(rest) == 1 else hint


def declared_of(one: dataclasses.Field[Any]) -> Declared:
    """The declaration of a field; an empty one for a plain field."""
    found = one.metadata.get("setting")
    return found if isinstance(found, Declared) else Declared()


def is_record(hint: Any) -> bool:
    """Whether a type is a record: a dataclass inside a list setting."""
    return isinstance(hint, type) and dataclasses.is_dataclass(hint)


def item_of(hint: Any) -> Any:
    """The item type of ``tuple[X, ...]``; None for other types."""
    arguments = get_args(hint)
    is_list = get_origin(hint) is tuple and len(arguments) == 2 and arguments[1] is Ellipsis
    return arguments[0] if is_list else None


def value_of(hint: Any) -> Any:
    """The value type of ``Mapping[str, X]``; None for other types."""
    arguments = get_args(hint)
    return arguments[1] if get_origin(hint) is Mapping and arguments[0] is str else None


def check_class(cls: type) -> None:
    """Refuse a profile or record class that a page could not explain.

    Raises:
        TypeError: with the class, the field and what is wrong.
    """
    params = getattr(cls, "__dataclass_params__", None)
    if params is None or not params.frozen:
        raise TypeError(f"{cls.__qualname__} must be a frozen dataclass")
    hints = hints_of(cls)
    for one in dataclasses.fields(cls):
        fault = _fault(hints[one.name], declared_of(one))
        if fault:
            raise TypeError(f"{cls.__qualname__}.{one.name}: {fault}")
        inner = item_of(hints[one.name])
        if is_record(inner):
            check_class(inner)


def _fault(hint: Any, declared: Declared) -> str:
    """What is wrong with a declaration; empty when nothing is."""
    if not declared.label or declared.label.isascii():
        return "a setting needs a Chinese label"
    if declared.source and not SOURCE.fullmatch(declared.source):
        return f"source {declared.source!r} is no row of the requirements"
    inner = item_of(hint) or value_of(hint) or hint
    if inner not in _SCALARS and not (item_of(hint) and is_record(inner)):
        return f"type {hint} cannot be written in a profile"
    if inner in (int, float) and not declared.unit:
        return "a number needs a unit"
    return ""
