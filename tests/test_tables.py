"""The tables of a new installation are those that the migrations make."""

from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from tests.own_database import own_database, run

MIGRATE = ["manage.py", "migrate", "--verbosity", "0"]
AT_ONCE = ["-m", "config.cli", "migrate", "--tables"]
Schema = dict[str, tuple[frozenset[object], ...]]


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
    assert settings.MIGRATION_MODULES is not None
    with (
        own_database(tmp_path / "slow", "tongke_slow") as slow,
        own_database(tmp_path / "quick", "tongke_quick") as quick,
    ):
        run(slow, MIGRATE)
        run(quick, AT_ONCE)
        run(quick, AT_ONCE)  # nothing to do
        wanted, made = _look(slow, "tongke_slow"), _look(quick, "tongke_quick")

    assert len(wanted) > 50
    assert set(made) == set(wanted)
    for table, facts in wanted.items():
        assert made[table] == facts, table
