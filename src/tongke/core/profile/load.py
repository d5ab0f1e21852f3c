"""Loading a profile file: every table checked, every value with where it came from."""

import dataclasses
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar, cast

from tongke.core.profile.check import BAD, Place, read, suggest, written
from tongke.core.profile.declare import (
    SOURCE,
    Declared,
    ProfileError,
    Table,
    declared_of,
    discover,
    hints_of,
    is_record,
    item_of,
    registered,
    value_of,
)
from tongke.core.profile.lines import line_numbers, line_of
from tongke.core.profile.tables import RegionProfile

P = TypeVar("P")
DEFAULT = "默认"
_WRAPPING = {"value", "unit", "source", "note"}


@dataclass(frozen=True, kw_only=True)
class Value:
    """One setting of the running region, ready to be shown and explained."""

    table: str
    table_label: str
    key: str
    label: str
    help: str
    unit: str
    source: str
    note: str
    origin: str
    value: Any
    default: Any

    @property
    def changed(self) -> bool:
        """Whether the region differs from the default."""
        return bool(self.value != self.default)

    @property
    def text(self) -> str:
        """The value as one line of Chinese."""
        return shown(self.value, self.unit)

    @property
    def default_text(self) -> str:
        """The default as one line of Chinese."""
        return shown(self.default, self.unit)

    @property
    def is_list(self) -> bool:
        """Whether the value is a list of records, to be shown as a table of `columns`, `rows`."""
        return isinstance(self.value, tuple) and bool(self.value) and is_record(type(self.value[0]))

    @property
    def columns(self) -> tuple[str, ...]:
        """The Chinese headings of a list of records; empty for other settings."""
        if not self.is_list:
            return ()
        return tuple(declared_of(one).label for one in dataclasses.fields(self.value[0]))

    @property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """The cells of a list of records, under `columns`."""
        if not self.is_list:
            return ()
        return tuple(
            tuple(
                shown(getattr(record, one.name), declared_of(one).unit)
                for one in dataclasses.fields(record)
            )
            for record in self.value
        )


@dataclass(frozen=True)
class Region:
    """A whole profile: one typed instance for each registered class, and every value explained."""

    path: Path | None
    profiles: Mapping[type, Any]
    values: tuple[Value, ...]

    def profile(self, cls: type[P]) -> P:
        """The typed settings of one package.

        Raises:
            LookupError: the class was never registered.
        """
        if cls not in self.profiles:
            raise LookupError(f"{cls.__qualname__} is not a registered profile")
        return cast(P, self.profiles[cls])

    @property
    def name(self) -> str:
        """The region's Chinese name."""
        return self.profile(RegionProfile).name

    @property
    def code(self) -> str:
        """The region's short code in Latin letters."""
        return self.profile(RegionProfile).code


def shown(value: Any, unit: str = "") -> str:
    """A setting's value as people write it."""
    if value is None:
        return "（空）"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, tuple):
        if value and is_record(type(value[0])):
            return f"{len(value)} 项"
        return "、".join(shown(one) for one in value) or "无"
    if isinstance(value, Mapping):
        return "；".join(f"{key}：{shown(one, unit)}" for key, one in value.items()) or "无"
    if isinstance(value, time):
        return value.strftime("%H:%M")
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return f"{text} {unit}".strip() or "（空）"


def load(path: Path | str | None) -> Region:
    """Read a profile file, or only the defaults when the path is None.

    Raises:
        ProfileError: the file is missing, is not TOML, or breaks a declaration; every fault is
            one Chinese sentence with file, line, key and what is expected.
    """
    discover()
    file = Path(path) if path else None
    raw, lines = _parse(file) if file else ({}, {})
    text = _Text(file.name if file else DEFAULT, lines)
    top = Place((), text.name)
    _check_tables(raw, top)
    profiles: dict[type, Any] = {}
    values: list[Value] = []
    for table in registered().values():
        given = raw.get(table.name, {})
        place = top.inside(table.name)
        if isinstance(given, dict):
            profiles[table.cls] = _read_table(table, given, place, text, values)
    if top.problems:
        raise ProfileError(top.problems)
    return Region(file, MappingProxyType(profiles), tuple(values))


def _parse(file: Path) -> tuple[dict[str, Any], dict[tuple[str | int, ...], int]]:
    try:
        text = file.read_text(encoding="utf-8-sig")
        return tomllib.loads(text), line_numbers(text)
    except FileNotFoundError:
        raise ProfileError([f"找不到区域配置文件 {file}。"]) from None
    except UnicodeDecodeError:
        raise ProfileError([f"{file.name}：文件不是 UTF-8 编码，请另存为 UTF-8。"]) from None
    except tomllib.TOMLDecodeError as error:
        raise ProfileError([f"{file.name}：不是有效的 TOML，{error}。"]) from None


@dataclass(frozen=True)
class _Text:
    """The file being read: its name and the line of each place in it."""

    label: str
    lines: dict[tuple[str | int, ...], int]

    def where(self, at: tuple[str | int, ...]) -> str:
        """The file and line of a place."""
        line = line_of(at, self.lines)
        return f"{self.label} 第 {line} 行" if line else self.label

    def name(self, at: tuple[str | int, ...]) -> str:
        """The file, line, table, key and item of a place, as messages begin."""
        steps = [f"第 {step + 1} 项" if isinstance(step, int) else step for step in at[1:]]
        return " ".join([self.where(at), *([f"[{at[0]}]"] if at else []), *steps])


def _check_tables(raw: dict[str, Any], top: Place) -> None:
    tables = registered()
    for key, given in raw.items():
        if key not in tables:
            top.inside(key).fault(f"没有“{key}”这个表。{suggest(key, tables)}")
        elif not isinstance(given, dict):
            top.inside(key).fault(f"应为一个表，写的是{written(given)}。")


def _read_table(
    table: Table, given: dict[str, Any], place: Place, text: _Text, values: list[Value]
) -> Any:
    """One table as its profile; the faults go to the place, the explained values to the list."""
    fields = {one.name: one for one in dataclasses.fields(table.cls)}
    hints = hints_of(table.cls)
    before = len(place.problems)
    for key in given.keys() - fields.keys():
        place.inside(key).fault(f"没有“{key}”这个设置项。{_elsewhere(key, fields)}")
    default = table.cls()
    changes: dict[str, Any] = {}
    for key, one in fields.items():
        declared, origin = declared_of(one), DEFAULT
        cited: dict[str, Any] = {}
        if key in given:
            inner = place.inside(key)
            origin = text.where(inner.path)
            bare, cited = _unwrap(given[key], hints[key], declared, inner)
            value = read(hints[key], declared, bare, inner) if bare is not BAD else BAD
            if value is not BAD:
                changes[key] = _merged(value, getattr(default, key), hints[key])
        values.append(
            Value(
                table=table.name,
                table_label=table.label,
                key=key,
                label=declared.label,
                help=declared.help,
                unit=declared.unit,
                source=str(cited.get("source", declared.source)),
                note=str(cited.get("note", "")),
                origin=origin,
                value=changes.get(key, getattr(default, key)),
                default=getattr(default, key),
            )
        )
    profile = dataclasses.replace(default, **changes)
    if len(place.problems) == before:
        for sentence in rule_faults(profile):
            place.fault(sentence)
    return profile


def _unwrap(raw: Any, hint: Any, declared: Declared, place: Place) -> tuple[Any, dict[str, Any]]:
    """The bare value and what was said beside it: ``{ value = 85, unit = "%", source = … }``."""
    if not isinstance(raw, dict) or "value" not in raw:
        looks_wrapped = isinstance(raw, dict) and value_of(hint) is None and item_of(hint) is None
        if looks_wrapped and raw.keys() & _WRAPPING:
            return place.fault("写成 { … } 时要有 value。"), {}
        return raw, {}
    for key in raw.keys() - _WRAPPING:
        place.fault(f"value 旁边没有“{key}”。{suggest(key, sorted(_WRAPPING))}")
    unit, source = raw.get("unit", declared.unit), raw.get("source", "design")
    if unit != declared.unit:
        wanted = f"单位应为“{declared.unit}”" if declared.unit else "这一项没有单位"
        place.fault(f"{wanted}，写的是“{unit}”。")
    if not isinstance(source, str) or not SOURCE.fullmatch(source):
        place.fault(f"来源应为 S-003、I-20、law 或 design 这样的写法，写的是{written(source)}。")
    return raw["value"], raw


def _merged(value: Any, default: Any, hint: Any) -> Any:
    """A map keeps the keys the file is silent about; everything else is replaced whole."""
    return MappingProxyType({**default, **value}) if value_of(hint) is not None else value


def _elsewhere(key: str, fields: Mapping[str, Any]) -> str:
    owners = [
        f"[{table.name}]"
        for table in registered().values()
        if key in {one.name for one in dataclasses.fields(table.cls)}
    ]
    return f"它属于 {'、'.join(owners)}。" if owners else suggest(key, fields)


def rule_faults(profile: Any) -> Iterator[str]:
    """What the profile's own `check()` finds wrong between its settings, if it has one."""
    check = getattr(profile, "check", None)
    if check is not None:
        yield from check()
