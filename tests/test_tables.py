"""The tables of a new installation are those that the migrations make."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

ROOT = Path(__file__).resolve().parent.parent
MIGRATE = ["manage.py", "migrate", "--verbosity", "0"]
AT_ONCE = ["-m", "config.cli", "migrate", "--tables"]
Schema = dict[str, tuple[frozenset[object], ...]]


@contextmanager
def _database(place: Path, name: str) -> Iterator[dict[str, str]]:
    """The environment of a process that uses an empty database, which is dropped afterwards."""
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


def _run(environment: dict[str, str], arguments: list[str]) -> None:
    subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environment, check=True, timeout=300)


def _look(environment: dict[str, str], name: str) -> Schema:
    """Columns, constraints and indexes of every table, whatever their order."""
    connections["looked_at"] = copied = connection.copy(alias="looked_at")
    place = Path(environment["TONGKE_VAR"]) / "tongke.sqlite3"
    copied.settings_dict["NAME"] = str(place) if connection.vendor == "sqlite" else name
    try:
        return _schema(copied)
    finally:
        copied.close()
        del connections["looked_at"]


def _schema(database: BaseDatabaseWrapper) -> Schema:
    found: Schema = {}
    with database.cursor() as cursor:
        for table in database.introspection.table_names(cursor):
            columns = database.introspection.get_table_description(cursor, table)
            rules = database.introspection.get_constraints(cursor, table)
            found[table] = (
                frozenset((each.name, str(each.type_code), each.null_ok) for each in columns),
                frozenset(_rule(each) for each in rules.values()),
                frozenset(name for name, each in rules.items() if each["index"]),
            )
        cursor.execute("SELECT app, name FROM django_migrations")
        found["django_migrations"] = (frozenset(cursor.fetchall()),)
    return found


def _rule(rule: dict[str, object]) -> tuple[object, ...]:
    columns = rule["columns"]
    assert isinstance(columns, list | tuple)
    kinds = ("primary_key", "unique", "foreign_key", "check", "index")
    return (tuple(columns), *(str(rule[kind]) for kind in kinds))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_tables_made_at_once_are_those_of_the_migrations(tmp_path: Path) -> None:
    if connection.vendor == "postgresql" and "/tongke?" not in os.environ["TONGKE_DATABASE"]:
        pytest.skip("the database is not called tongke, so no other can be named after it")
    assert settings.MIGRATION_MODULES is not None
    with (
        _database(tmp_path / "slow", "tongke_slow") as slow,
        _database(tmp_path / "quick", "tongke_quick") as quick,
    ):
        _run(slow, MIGRATE)
        _run(quick, AT_ONCE)
        _run(quick, AT_ONCE)  # nothing to do
        wanted, made = _look(slow, "tongke_slow"), _look(quick, "tongke_quick")

    assert len(wanted) > 50
    assert set(made) == set(wanted)
    for table, facts in wanted.items():
        assert made[table] == facts, table
