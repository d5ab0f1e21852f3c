"""Empty databases for processes of their own, beside that of the tests."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def own_database(place: Path, name: str) -> Iterator[dict[str, str]]:
    """The environment of a process that uses an empty database, which is dropped afterwards."""
    if connection.vendor == "postgresql" and "/tongke?" not in os.environ["TONGKE_DATABASE"]:
        pytest.skip("the database is not called tongke, so no other can be named after it")
    place.mkdir()
    environment = {**os.environ, "TONGKE_VAR": str(place), "PYTHONPATH": "src:."}
    environment["DJANGO_SETTINGS_MODULE"] = "config.settings"
    if connection.vendor == "sqlite":
        environment.pop("TONGKE_DATABASE", None)
        yield environment
        return
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    try:
        beside = os.environ["TONGKE_DATABASE"].replace("/tongke?", f"/{name}?")
        yield {**environment, "TONGKE_DATABASE": beside}
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def run(environment: dict[str, str], arguments: list[str], *, fails: bool = False) -> str:
    """Run Python with these arguments in that environment; returns what it printed."""
    ended = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, check=False, timeout=300,
        capture_output=True, text=True,
    )  # fmt: skip
    assert (ended.returncode != 0) is fails, ended.stdout + ended.stderr
    return ended.stdout + ended.stderr
