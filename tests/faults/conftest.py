"""An installation of its own on files, or on a database of its own in the tests' PostgreSQL."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import pytest

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Installation:
    """A seeded installation and the environment in which its processes run."""

    env: dict[str, str]

    def start(self, *command: str) -> subprocess.Popen[str]:
        """A Python process of this installation."""
        return subprocess.Popen(
            [sys.executable, "-m", *command], env=self.env, cwd=ROOT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def stage(self, *verb: str) -> str:
        """Run a verb of `stage` to its end."""
        process = self.start("tests.faults.stage", *verb)
        out, error = process.communicate(timeout=180)
        assert process.returncode == 0, error
        return out

    def report(self) -> dict[str, Any]:
        """What stands in the tables."""
        found: dict[str, Any] = json.loads(self.stage("report"))
        return found


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    chosen = os.environ.get("TONGKE_DATABASE", "")
    env = {**os.environ, "TONGKE_VAR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings",
           "PYTHONPATH": f"{ROOT}/src:{ROOT}"}  # fmt: skip
    if not chosen.startswith("postgresql://"):
        env.pop("TONGKE_DATABASE", None)
        made = Installation(env)
        made.stage("seed")
        yield made
        return
    import psycopg

    # The cluster's own database is there whatever the tests call theirs.
    name, place = f"fault_{uuid4().hex[:12]}", urlsplit(chosen)
    entrance = urlunsplit(place._replace(path="/postgres"))
    with psycopg.connect(entrance, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            env["TONGKE_DATABASE"] = urlunsplit(place._replace(path=f"/{name}"))
            made = Installation(env)
            made.stage("seed")
            yield made
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
