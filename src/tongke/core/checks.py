"""Start-up checks: refuse to run on settings that would lose data."""

from typing import Any

from django.core.checks import Error, Tags, register
from django.db import connection


@register(Tags.database)
def wal_is_on(databases: Any = None, **kwargs: Any) -> list[Error]:
    """SQLite must run in WAL mode; without it writers block readers and fail."""
    if not databases or connection.vendor != "sqlite":
        return []
    with connection.cursor() as cursor:
        mode = cursor.execute("PRAGMA journal_mode").fetchone()[0]
    if mode in {"wal", "memory"}:
        return []
    return [Error(f"SQLite journal_mode is {mode}, not WAL", id="tongke.E001")]
