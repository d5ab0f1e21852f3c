"""Writes docs/reference from the code: settings, permissions, commands, indicators.

    .venv/bin/python scripts/reference.py

tests/test_docs.py fails while a page is not what this would write.
"""

import argparse
import dataclasses
import importlib
import os
import sys
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
for _each in (str(ROOT), str(ROOT / "src")):
    if _each not in sys.path:
        sys.path.insert(0, _each)

from tongke.core.profile.declare import (  # noqa: E402
    declared_of,
    hints_of,
    is_record,
    item_of,
    value_of,
)
from tongke.core.profile.load import shown  # noqa: E402

FOLDER = ROOT / "docs" / "reference"
_NOTE = "Written by `scripts/reference.py`; do not edit."


def settings() -> str:
    """Every setting of the region profile with its default, unit and source row."""
    from tongke.core.profile import describe, load, registered

    lines = [
        "# Settings",
        "",
        _NOTE,
        "",
        "Each heading is a table of a profile (`profiles/*.toml`). A profile names only what "
        "differs from the default; the page 区域设置 of a running region shows every value and "
        "where it came from. Sources are rows of the requirements, `law` (national rules) or "
        "`design` (our own choice).",
    ]
    for table in describe(load(None)):
        rows = [
            (f"`{one.key}`", _said(one.label, one.help), one.text, one.source)
            for one in table.settings
        ]
        lines += ["", f"## `{table.name}` {table.label}", ""]
        lines += _table(("key", "meaning", "default", "source"), rows)
        for key, record in records(registered()[table.name].cls):
            lines += ["", f"Each of `{key}` has:", ""]
            lines += _table(("key", "meaning", "default", "source"), _fields(record))
    return _page(lines)


def records(cls: type) -> Iterator[tuple[str, type]]:
    """The settings of a profile class that hold records, with the class of the record."""
    hints = hints_of(cls)
    for one in dataclasses.fields(cls):
        inner = item_of(hints[one.name]) or value_of(hints[one.name]) or hints[one.name]
        if is_record(inner):
            yield one.name, inner


def _fields(record: type) -> list[tuple[str, str, str, str]]:
    found = []
    for one in dataclasses.fields(record):
        declared = declared_of(one)
        needed = one.default is dataclasses.MISSING
        needed = needed and one.default_factory is dataclasses.MISSING
        default = "needed" if needed else shown(_default(one), declared.unit)
        said = _said(declared.label, declared.help)
        found.append((f"`{one.name}`", said, default, declared.source))
    return found


def _default(one: "dataclasses.Field[Any]") -> Any:
    if one.default_factory is not dataclasses.MISSING:
        return one.default_factory()
    return one.default


def _said(label: str, more: str) -> str:
    return f"{label}：{more}" if more else label


def permissions() -> str:
    """Every permission by package, with the name under which policies ask for it."""
    lines = [
        "# Permissions",
        "",
        _NOTE,
        "",
        "A policy answers each permission with a queryset: one rule for list, page, count, export "
        "and live room. Who reaches which page is said, address by address and role by role, in "
        "`tests/access/rows/`.",
    ]
    for module, perm in permission_enums():
        rows = [(f"`{one.value}`", f"`{perm.__name__}.{one.name}`") for one in perm]
        lines += ["", f"## {module}", "", f"`tongke.{module}`", ""]
        lines += _table(("permission", "in code"), rows)
    return _page(lines)


def permission_enums() -> Iterator[tuple[str, type[StrEnum]]]:
    """Every enum of permissions, with the dotted name of the policy that defines it."""
    source = ROOT / "src" / "tongke"
    for path in sorted(source.glob("*/*/policy*.py")):
        module = ".".join(path.with_suffix("").relative_to(source).parts)
        for name, each in vars(importlib.import_module(f"tongke.{module}")).items():
            ours = isinstance(each, type) and each.__module__ == f"tongke.{module}"
            if ours and issubclass(each, StrEnum) and name.endswith("Perm"):
                yield module, each


def commands() -> str:
    """Every verb of the `tongke` command line with its arguments."""
    from config.cli import build

    lines = [
        "# Commands",
        "",
        _NOTE,
        "",
        "`./run` calls `tongke serve`; the others are for whoever operates an installation.",
    ]
    for verb, parser, text in verbs(build()):
        lines += ["", f"## `tongke {verb}`", "", f"{text[:1].upper()}{text[1:]}."]
        rows = [_argument(each) for each in arguments(parser)]
        if rows:
            lines += ["", *_table(("argument", "meaning"), rows)]
    return _page(lines)


def verbs(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser, str]]:
    """The verbs of the command line with their parsers and one line of help each."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            helps = {each.dest: each.help or "" for each in action._choices_actions}
            for name, inner in action.choices.items():
                yield name, inner, helps[name]


def arguments(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    """The arguments of one verb, without its help."""
    return [each for each in parser._actions if each.dest != "help"]


def _argument(action: argparse.Action) -> tuple[str, str]:
    name = action.option_strings[-1] if action.option_strings else action.dest.upper()
    said = [action.help or ""]
    if action.option_strings and action.required:
        said.append("needed")
    elif action.default not in {None, False, argparse.SUPPRESS}:
        said.append(f"default {action.default}")
    return f"`{name}`", "; ".join(each for each in said if each)


def indicators() -> str:
    """Every declared indicator: what it means and how it is computed."""
    from tongke.governance.monitor.registry import indicators as declared

    lines = [
        "# Indicators",
        "",
        _NOTE,
        "",
        "Declared in `tongke.governance.monitor.registry`; docs/algorithms/indicators.md says how "
        "they are computed. Targets are settings of the region (`monitor.targets`).",
    ]
    for one in declared():
        lines += [
            "", f"## {one.name} `{one.code}`", "", one.definition, "",
            *_table(
                ("what", "how"),
                [
                    ("numerator", one.numerator), ("denominator", one.denominator),
                    ("unit", one.unit), ("answers for it", one.owner),
                    ("rows of the requirements", f"{one.row}, {one.source}"),
                    ("rows shown on drill-down", "、".join(one.shown.values())),
                ],
            ),
        ]  # fmt: skip
    return _page(lines)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [
        _row(head),
        _row(["---"] * len(head)),
        *(_row([_cell(cell) for cell in row]) for row in rows),
    ]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _page(lines: Sequence[str]) -> str:
    return "\n".join(lines) + "\n"


PAGES = {
    "settings.md": settings,
    "permissions.md": permissions,
    "commands.md": commands,
    "indicators.md": indicators,
}


def main() -> None:
    """Write every page that is not up to date."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings_test")
    import django

    django.setup()
    FOLDER.mkdir(exist_ok=True)
    for name, write in PAGES.items():
        path, text = FOLDER / name, write()
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
            sys.stdout.write(f"docs/reference/{name}\n")


if __name__ == "__main__":
    main()
