"""`tongke backup` and `tongke restore`: records, files and keys in one archive."""

import gzip
import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
import zlib
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection

_MANIFEST = "tongke-backup.json"
_VERSION = 1


class BackupError(Exception):
    """The archive cannot be written or read; the message says why."""


def backup(target: Path, *, at: datetime) -> int:
    """Write records, files, lake and keys to `target` (.tar.gz); returns its size in bytes.

    The database is copied while it is used: SQLite by its own backup call, PostgreSQL by pg_dump.
    """
    with tempfile.TemporaryDirectory(prefix="tongke-backup-") as folder:
        dump = Path(folder) / "database"
        _dump(dump)
        part = target.with_name(target.name + ".part")
        with tarfile.open(part, "w:gz", compresslevel=6) as archive:
            about = {"version": _VERSION, "vendor": connection.vendor, "at": at.isoformat()}
            body = json.dumps(about).encode()
            info = tarfile.TarInfo(_MANIFEST)
            info.size = len(body)
            archive.addfile(info, io.BytesIO(body))
            archive.add(dump, "database")
            for name in ("files", "secrets", "lake"):
                if (settings.VAR_DIR / name).exists():
                    archive.add(settings.VAR_DIR / name, name)
        part.replace(target)
    target.chmod(0o600)
    return target.stat().st_size


def restore(source: Path, *, force: bool) -> dict[str, str]:
    """Put an archive back into an empty installation; returns what the archive says of itself.

    Raises:
        BackupError: it is no archive of ours, or this installation already has data.
    """
    database = Path(_database()["NAME"])
    if connection.vendor == "sqlite" and database.exists() and not force:
        raise BackupError(f"{database} exists; add --force to replace it")
    with tempfile.TemporaryDirectory(prefix="tongke-restore-") as folder:
        _unpack(source, Path(folder))
        about: dict[str, str] = json.loads((Path(folder) / _MANIFEST).read_text())
        if about["vendor"] != connection.vendor:
            raise BackupError(f"the backup is from {about['vendor']}, this is {connection.vendor}")
        for name in ("files", "secrets", "lake"):
            if (Path(folder) / name).exists():
                shutil.rmtree(settings.VAR_DIR / name, ignore_errors=True)
                shutil.copytree(Path(folder) / name, settings.VAR_DIR / name)
        _load(Path(folder) / "database")
    return about


def _unpack(source: Path, folder: Path) -> None:
    """Put an archive's files into a folder; nothing of it can come to lie outside."""
    try:
        with tarfile.open(source, "r:gz") as archive:
            for member in archive:
                target = (folder / member.name).resolve()
                if not target.is_relative_to(folder.resolve()) or not (
                    member.isfile() or member.isdir()
                ):
                    raise BackupError(f"{source} holds {member.name}, which no backup of ours does")
                body = archive.extractfile(member)
                if body is not None:
                    target.parent.mkdir(parents=True, exist_ok=True)
                    with target.open("wb") as copy:
                        shutil.copyfileobj(body, copy)
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as fault:
        raise BackupError(f"{source} is no archive, or is broken: {fault}") from fault
    if not (folder / _MANIFEST).is_file() or not (folder / "database").is_file():
        raise BackupError(f"{source} is not a Tongke backup")


def _database() -> dict[str, str]:
    return {key: str(value) for key, value in settings.DATABASES["default"].items()}


def _dump(target: Path) -> None:
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        copy = sqlite3.connect(target)
        try:
            connection.connection.backup(copy)
        finally:
            copy.close()
        return
    _postgres("pg_dump", "--format=custom", f"--file={target}")


def _load(source: Path) -> None:
    if connection.vendor == "sqlite":
        database = Path(_database()["NAME"])
        connection.close()
        for ending in ("-wal", "-shm"):
            Path(str(database) + ending).unlink(missing_ok=True)
        shutil.copyfile(source, database)
        return
    _postgres("pg_restore", "--clean", "--if-exists", "--no-owner", "--dbname", "", str(source))


def _postgres(tool: str, *arguments: str) -> None:
    found = shutil.which(tool)
    if found is None:
        raise BackupError(f"{tool} is not installed (package postgresql-client)")
    chosen = _database()
    env = {
        **os.environ, "PGHOST": chosen["HOST"], "PGPORT": chosen["PORT"],
        "PGUSER": chosen["USER"], "PGPASSWORD": chosen["PASSWORD"], "PGDATABASE": chosen["NAME"],
    }  # fmt: skip
    words = [chosen["NAME"] if word == "" else word for word in arguments]
    subprocess.run([found, *words], env=env, check=True)  # noqa: S603
