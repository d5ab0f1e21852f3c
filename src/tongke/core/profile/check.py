"""From what a TOML file says to typed settings, with a Chinese sentence for every fault."""

import dataclasses
import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from types import MappingProxyType
from typing import Any

from tongke.core.profile.declare import (
    Declared,
    declared_of,
    hints_of,
    is_record,
    item_of,
    value_of,
)

BAD: Any = object()
"""Stands for a value that could not be read; its fault is already noted."""

_NAMES: dict[type, str] = {
    bool: "是或否（true / false）",
    int: "整数",
    float: "数字",
    str: "文字",
    date: "日期（如 2026-09-01）",
    time: "时刻（如 08:20:00）",
}
_WRITTEN: dict[type, str] = {**_NAMES, bool: "是或否", list: "列表", tuple: "列表", dict: "对照表"}


@dataclass
class Place:
    """Where in the file we are, for messages and for finding the line."""

    path: tuple[str | int, ...]
    name: Callable[[tuple[str | int, ...]], str]
    problems: list[str] = field(default_factory=list)

    def inside(self, *steps: str | int) -> "Place":
        """The same place some steps further in; faults go to the same list."""
        return Place((*self.path, *steps), self.name, self.problems)

    def fault(self, sentence: str) -> Any:
        """Note a fault here and return `BAD`."""
        self.problems.append(f"{self.name(self.path)}：{sentence}")
        return BAD


def read(hint: Any, declared: Declared, raw: Any, place: Place) -> Any:
    """A raw value as its setting's type, or `BAD` with the fault noted at its place."""
    item, mapped = item_of(hint), value_of(hint)
    if item is not None:
        return _read_list(item, declared, raw, place)
    if mapped is not None:
        return _read_map(mapped, declared, raw, place)
    value = _scalar(hint, raw)
    if value is BAD:
        wanted = _NAMES[hint] + (f"，单位是{declared.unit}" if declared.unit else "")
        return place.fault(f"应为{wanted}，写的是{written(raw)}。")
    if declared.choices and value not in declared.choices:
        return place.fault(f"写的是{written(raw)}。{_choose(str(value), declared.choices)}")
    return _in_range(value, declared, raw, place)


def read_record(cls: type, raw: Any, place: Place) -> Any:
    """A record of a list setting; also accepts one that is built already."""
    if isinstance(raw, cls):
        return raw
    if not isinstance(raw, dict):
        return place.fault(f"应为一条记录 {{ … }}，写的是{written(raw)}。")
    fields = {one.name: one for one in dataclasses.fields(cls)}
    hints = hints_of(cls)
    values: dict[str, Any] = {}
    for key, given in raw.items():
        if key not in fields:
            place.fault(f"记录里没有“{key}”这一项。{suggest(key, fields)}")
            continue
        values[key] = read(hints[key], declared_of(fields[key]), given, place.inside(key))
    for key, one in fields.items():
        missing = one.default is dataclasses.MISSING and one.default_factory is dataclasses.MISSING
        if missing and key not in raw:
            values[key] = place.fault(f"缺少“{key}”（{declared_of(one).label}）。")
    if set(raw) - set(fields) or any(value is BAD for value in values.values()):
        return BAD
    return cls(**values)


def _read_list(item: Any, declared: Declared, raw: Any, place: Place) -> Any:
    if not isinstance(raw, list | tuple):
        return place.fault(f"应为列表 [ … ]，写的是{written(raw)}。")
    each = Declared(declared.unit, declared.label, choices=declared.choices)
    values = tuple(
        read_record(item, one, place.inside(index))
        if is_record(item)
        else read(item, each, one, place.inside(index))
        for index, one in enumerate(raw)
    )
    if any(value is BAD for value in values):
        return BAD
    return _in_range(values, declared, raw, place)


def _read_map(mapped: Any, declared: Declared, raw: Any, place: Place) -> Any:
    if not isinstance(raw, Mapping):
        return place.fault(f"应为对照表 {{ 键 = 值 }}，写的是{written(raw)}。")
    each = Declared(declared.unit, declared.label, "", "", (), declared.minimum, declared.maximum)
    values: dict[str, Any] = {}
    for key, given in raw.items():
        if declared.choices and key not in declared.choices:
            values[key] = place.fault(f"没有“{key}”这个键。{_choose(key, declared.choices)}")
        else:
            values[key] = read(mapped, each, given, place.inside(key))
    return BAD if any(v is BAD for v in values.values()) else MappingProxyType(values)


def _scalar(hint: type, raw: Any) -> Any:
    """The value when its type is right; a whole number may stand for a decimal one."""
    if hint is float and type(raw) in (int, float):
        return float(raw)
    if hint is date and isinstance(raw, datetime):
        return BAD
    if hint in (bool, int):
        return raw if type(raw) is hint else BAD
    return raw if isinstance(raw, hint) else BAD


def _in_range(value: Any, declared: Declared, raw: Any, place: Place) -> Any:
    if isinstance(value, bool | date | time):
        return value
    sized = isinstance(value, str | tuple)
    size = len(value) if sized else value
    low, high = declared.minimum, declared.maximum
    if (low is None or size >= low) and (high is None or size <= high):
        return value
    if isinstance(value, str):
        what, unit, is_now = "长度", "个字", f"现有 {size} 个字"
    elif sized:
        what, unit, is_now = "项数", "项", f"现有 {size} 项"
    else:
        what, unit, is_now = "", declared.unit, f"写的是{written(raw)}"
    return place.fault(f"{what}应{_range(low, high, unit)}，{is_now}。")


def _range(low: float | None, high: float | None, unit: str) -> str:
    if low is None:
        return f"不大于 {high:g} {unit}"
    if high is None:
        return f"不小于 {low:g} {unit}"
    return f"在 {low:g} 至 {high:g} {unit}之间"


def written(raw: Any) -> str:
    """What stands in the file, named by its kind, short enough for a message."""
    kind = _WRITTEN.get(type(raw), "别的内容").split("（")[0]
    if isinstance(raw, bool):
        return f"{kind} {'true' if raw else 'false'}"
    text = str(raw)
    text = text if len(text) <= 30 else text[:30] + "…"
    return f"{kind}“{text}”" if isinstance(raw, str) else f"{kind} {text}"


def suggest(key: str, names: Iterable[str]) -> str:
    """A sentence with the nearest name, or with all of them when none is near."""
    known = [str(name) for name in names]
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.6)
    if near:
        return f"是不是要写“{near[0]}”？"
    return f"可以写的有：{'、'.join(known)}。" if len(known) <= 12 else ""


def _choose(key: str, choices: Iterable[Any]) -> str:
    known = [str(choice) for choice in choices]
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.6)
    guess = f"是不是要写“{near[0]}”？" if near else ""
    return f"只能是：{'、'.join(known)}。{guess}"
