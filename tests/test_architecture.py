"""The shape of the house: doors, no rows in views, small files, pure algorithms.

Floors and their order are import-linter's contracts in pyproject.toml.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "tongke"
MOST_LINES = 500

DOORS = frozenset(
    {"models", "services", "queries", "policy", "errors", "extracts", "web", "profile"}
)
# Words of one package that all others speak, and the registries through which questions go up.
MORE_DOORS = {
    "tongke.foundation.people": {"actors", "roles", "middleware"},
    "tongke.foundation.curriculum": {"data"},
    "tongke.engines.learning": {"scopes", "providers"},
}
PURE = [
    "teaching/timetable/slots",
    "teaching/timetable/planner",
    "teaching/electives/allocation",
    "teaching/timetable/completeness.py",
    "teaching/timetable/gridsheets.py",
    "teaching/timetable/weekbooks.py",
    "teaching/assessment/grading",
    "engines/learning/mastery",
    "teaching/classroom/media",
    "gateway/interop/oneroster",
]


def python_files(folder: Path = SOURCE) -> list[Path]:
    return [path for path in sorted(folder.rglob("*.py")) if "migrations" not in path.parts]


def shipped_files() -> list[Path]:
    return [path for path in python_files() if "tests" not in path.parts]


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Every dotted name a file imports, with its line."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, each.name) for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.lineno, f"{node.module}.{each.name}") for each in node.names)


def package_of(path: Path) -> str:
    parts = path.relative_to(SOURCE.parent).parts
    return ".".join(parts[:2] if parts[1] == "core" else parts[:3])


def test_other_packages_are_entered_by_their_doors_only() -> None:
    wrong = []
    for path in shipped_files():
        own = package_of(path)
        for line, name in imports(path):
            parts = name.split(".")
            if parts[0] != "tongke" or len(parts) < 4 or parts[1] == "core":
                continue
            other = ".".join(parts[:3])
            allowed = DOORS | MORE_DOORS.get(other, set())
            if other != own and parts[3] not in allowed:
                wrong.append(f"{path.relative_to(ROOT)}:{line} imports {name}")

    assert not wrong, "enter a package by models, services, queries, policy …:\n" + "\n".join(wrong)


def test_views_and_sockets_reach_rows_through_policy() -> None:
    wrong = []
    for path in shipped_files():
        inside = path.relative_to(SOURCE).parts
        is_view = path.name.startswith(("views", "sockets")) or "views" in inside or "hub" in inside
        if not is_view:
            continue
        wrong += [
            f"{path.relative_to(ROOT)}:{node.lineno}"
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Attribute) and node.attr == "objects"
        ]

    assert not wrong, "ask policy or queries for rows, not .objects:\n" + "\n".join(wrong)


@pytest.mark.parametrize("suffix", ["*.py", "*.ts"])
def test_a_file_fits_a_head(suffix: str) -> None:
    folders = [ROOT / name for name in ("src", "config", "demo", "tests", "bench", "frontend/src")]
    long = [
        f"{path.relative_to(ROOT)}: {lines} lines"
        for folder in folders
        for path in sorted(folder.rglob(suffix))
        if "migrations" not in path.parts
        and (lines := len(path.read_text().splitlines())) > MOST_LINES
    ]

    assert not long, f"split what has more than {MOST_LINES} lines:\n" + "\n".join(long)


@pytest.mark.parametrize("place", PURE)
def test_algorithms_import_no_django(place: str) -> None:
    path = SOURCE / place
    assert path.exists(), f"{place} is gone; correct PURE"
    files = [path] if path.is_file() else python_files(path)
    wrong = [
        f"{each.relative_to(ROOT)}:{line} imports {name}"
        for each in files
        if "tests" not in each.parts
        for line, name in imports(each)
        if name.split(".")[0] == "django"
    ]

    assert not wrong, "\n".join(wrong)


def test_every_module_says_what_it_is() -> None:
    bare = [
        str(path.relative_to(ROOT))
        for path in shipped_files()
        if ast.get_docstring(ast.parse(path.read_text())) is None
    ]

    assert not bare, "no docstring:\n" + "\n".join(bare)
