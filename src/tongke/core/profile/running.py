"""The profile of the running region: loaded once, replaceable in tests."""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from tongke.core.profile.check import Place, read, suggest
from tongke.core.profile.declare import ProfileError, declared_of, hints_of, registered
from tongke.core.profile.load import Region, Value, load, rule_faults

P = TypeVar("P")
OVERRIDDEN = "临时"

# Process-wide and not per thread: the pages of a live server in a test run in other threads.
_state: list[Region] = []


@dataclass(frozen=True)
class TableDescription:
    """One table of the settings page."""

    name: str
    label: str
    settings: tuple[Value, ...]


def running() -> Region:
    """The region this process runs: the file of the setting `TONGKE_PROFILE`, loaded once.

    Raises:
        ProfileError: the file cannot be used; the server must not start on it.
    """
    if not _state:
        _state.append(load(_path()))
    return _state[-1]


def current(cls: type[P]) -> P:
    """The running region's settings of one package, typed.

    Raises:
        ProfileError: see `running`.
        LookupError: the class was never registered.
    """
    return running().profile(cls)


def reload() -> Region:
    """Forget what was loaded and load again: after the file or the setting changed."""
    _state.clear()
    return running()


@contextmanager
def use(region: Region) -> Iterator[Region]:
    """Run as another region for a while, for tests that walk through the profiles."""
    running()
    before = list(_state)
    _state.append(region)
    try:
        yield region
    finally:
        _state[:] = before


@contextmanager
def override(cls: type[P], **values: Any) -> Iterator[P]:
    """Run with some settings of one package changed, for tests.

    Args:
        cls: the profile class.
        values: settings by name, checked as if they stood in a file; a map replaces only its keys.

    Raises:
        ProfileError: a name or value is wrong; nothing has changed.
    """
    region = running()
    profile = _changed(region.profile(cls), values)
    table = next(table.name for table in registered().values() if table.cls is cls)
    explained = tuple(
        dataclasses.replace(one, value=getattr(profile, one.key), origin=OVERRIDDEN)
        if one.table == table and one.key in values
        else one
        for one in region.values
    )
    profiles = MappingProxyType({**region.profiles, cls: profile})
    with use(Region(region.path, profiles, explained)):
        yield profile


def describe(region: Region | None = None) -> list[TableDescription]:
    """Every setting of a region by table, for the page that shows them; None: the running one."""
    tables: dict[str, list[Value]] = {}
    for value in (region or running()).values:
        tables.setdefault(value.table, []).append(value)
    return [
        TableDescription(name, values[0].table_label, tuple(values))
        for name, values in tables.items()
    ]


def _changed(profile: P, values: dict[str, Any]) -> P:
    place = Place((type(profile).__name__,), lambda at: ".".join(str(step) for step in at))
    fields = {one.name: one for one in dataclasses.fields(profile)}  # type: ignore[arg-type]
    hints = hints_of(type(profile))
    given: dict[str, Any] = {}
    for key, raw in values.items():
        if key not in fields:
            place.inside(key).fault(f"没有“{key}”这个设置项。{suggest(key, fields)}")
            continue
        value = read(hints[key], declared_of(fields[key]), raw, place.inside(key))
        old = getattr(profile, key)
        is_map = isinstance(old, MappingProxyType) and isinstance(value, MappingProxyType)
        given[key] = MappingProxyType({**old, **value}) if is_map else value
    if place.problems:
        raise ProfileError(place.problems)
    changed = dataclasses.replace(profile, **given)  # type: ignore[type-var]
    for sentence in rule_faults(changed):
        place.fault(sentence)
    if place.problems:
        raise ProfileError(place.problems)
    return changed


def _path() -> Path | None:
    # Django is asked here and nowhere else, so that profiles load without it (tools, benchmarks).
    from django.conf import settings

    path = getattr(settings, "TONGKE_PROFILE", "")
    return Path(path) if path else None
