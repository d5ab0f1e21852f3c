"""The documentation says what is there: names, settings, links, words."""

import ast
import importlib
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.urls import get_resolver

from scripts import reference
from tongke.core.profile import describe, load
from tongke.governance.monitor.registry import indicators

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
WANTED = [
    *(f"S-{number:03d}" for number in range(1, 10)),
    "S-014", "S-036", "S-037", "S-039", "S-040", "S-042", "S-044", "S-054", "S-056", "S-058",
    "S-059", "S-060", "S-086", "S-103", "S-150", "S-154",
]  # fmt: skip
NOT_OURS = {".venv", ".tools", "node_modules", ".git", "var"}
STATES = ("whole", "first cut", "only what exists", "not built")


def map_rows() -> list[dict[str, str]]:
    """The rows of the policy map by column."""
    lines = [
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in (DOCS / "policy-map.md").read_text().splitlines()
        if line.startswith("|")
    ]
    return [dict(zip(lines[0], cells, strict=True)) for cells in lines[2:]]


def ticked(text: str) -> list[str]:
    """What stands in backticks."""
    return re.findall(r"`([^`]+)`", text)


def url_names() -> set[str]:
    """Every URL name with its namespace."""

    def walk(patterns: list[object], space: str) -> set[str]:
        found: set[str] = set()
        for each in patterns:
            if hasattr(each, "url_patterns"):
                inner = f"{each.namespace}:" if each.namespace else space
                found |= walk(each.url_patterns, inner)
            elif each.name:
                found.add(f"{space}{each.name}")
        return found

    return walk(get_resolver().url_patterns, "")


def service(path: str) -> object:
    """What a dotted path below tongke names."""
    module, name = f"tongke.{path}".rsplit(".", 1)
    return getattr(importlib.import_module(module), name, None)


def names_in(path: Path) -> set[str]:
    """The names of the test functions of a file."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.parse(path.read_text()).body if isinstance(node, kinds)}


def test_the_policy_map_has_one_row_for_each_row_of_the_plan() -> None:
    assert [row["row"] for row in map_rows()] == WANTED


@pytest.mark.parametrize("row", map_rows(), ids=lambda row: row["row"])
def test_what_a_row_of_the_policy_map_points_to_exists(row: dict[str, str]) -> None:
    pages, services = ticked(row["pages"]), ticked(row["services"])
    tests = [each.split("::") for each in ticked(row["tests"])]

    assert pages
    assert services
    assert tests
    assert not set(pages) - url_names()
    assert not [each for each in services if not callable(service(each))]
    for path, name in tests:
        assert name in names_in(ROOT / "src" / "tongke" / path)
    assert row["state"].startswith(STATES)


@pytest.mark.parametrize("name", reference.PAGES)
def test_the_reference_is_what_the_code_says(name: str) -> None:
    written = (DOCS / "reference" / name).read_text()

    assert written == reference.PAGES[name](), "run .venv/bin/python scripts/reference.py"


def test_every_setting_permission_command_and_indicator_is_in_the_reference() -> None:
    def page(name: str) -> str:
        return (DOCS / "reference" / f"{name}.md").read_text()

    from config.cli import build

    for table in describe(load(None)):
        assert f"## `{table.name}`" in page("settings")
        assert all(f"`{one.key}`" in page("settings") for one in table.settings), table.name
    for package, perm in reference.permission_enums():
        assert all(f"`{one.value}`" in page("permissions") for one in perm), package
    assert all(f"`tongke {verb}`" in page("commands") for verb, _, _ in reference.verbs(build()))
    assert all(f"`{one.code}`" in page("indicators") for one in indicators())


def test_every_relative_link_leads_somewhere() -> None:
    broken = []
    for path in ROOT.rglob("*.md"):
        if NOT_OURS & set(path.relative_to(ROOT).parts):
            continue
        for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text()):
            place = target.split("#")[0]
            if place and not re.match(r"[a-z]+:", place) and not (path.parent / place).exists():
                broken.append(f"{path.relative_to(ROOT)}: {target}")

    assert not broken, "\n".join(broken)


def test_every_model_is_in_the_glossary() -> None:
    words = {
        word
        for text in ticked((DOCS / "glossary.md").read_text())
        for word in re.findall(r"\w+", text)
    }
    ours = [each for each in apps.get_models() if each.__module__.startswith("tongke.")]

    assert not sorted(each.__name__ for each in ours if each.__name__ not in words)
