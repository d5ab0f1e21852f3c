"""A backup brings everything back elsewhere; what is no backup changes nothing."""

import io
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from django.db import connection

from tests.own_database import ROOT, own_database, run

CLI = ["-m", "config.cli"]
LOGINS = """
from tongke.foundation.people.models import Account
print([each.login for each in Account.objects.all()])
"""

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def _found(environment: dict[str, str]) -> None:
    """Make the tables and the first administrator, and keep a file."""
    run(environment, [*CLI, "migrate", "--tables"])
    admin = [*CLI, "admin", "--login", "boss", "--name", "管一", "--password-stdin"]
    ended = subprocess.run(
        [sys.executable, *admin], cwd=ROOT, env=environment, check=False, timeout=120,
        input="Kettle-29-Lantern\n", capture_output=True, text=True,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    kept = Path(environment["TONGKE_VAR"]) / "files" / "ab"
    kept.mkdir(parents=True)
    (kept / "abc").write_bytes(b"a song")


def _archive(path: Path, **members: bytes) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, body in members.items():
            info = tarfile.TarInfo(name.replace("UP_", "../"))
            info.size = len(body)
            archive.addfile(info, io.BytesIO(body))
    return path


def test_what_was_backed_up_comes_back_elsewhere(tmp_path: Path) -> None:
    if connection.vendor == "postgresql" and shutil.which("pg_dump") is None:
        pytest.skip("pg_dump is not on the path")
    archive = tmp_path / "backup.tar.gz"
    with own_database(tmp_path / "here", "tongke_here") as here:
        _found(here)
        run(here, [*CLI, "backup", str(archive)])
    assert archive.stat().st_mode & 0o077 == 0

    with own_database(tmp_path / "there", "tongke_there") as there:
        run(there, [*CLI, "restore", str(archive)])
        assert "0 breaks" in run(there, [*CLI, "check"])
        assert "['boss']" in run(there, ["manage.py", "shell", "-v", "0", "-c", LOGINS])
        place = Path(there["TONGKE_VAR"])
        assert (place / "files" / "ab" / "abc").read_bytes() == b"a song"
        assert list((place / "secrets").iterdir())
        if connection.vendor == "sqlite":
            said = run(there, [*CLI, "restore", str(archive)], fails=True)
            assert "--force" in said


def test_what_is_no_backup_is_refused_in_words_and_changes_nothing(tmp_path: Path) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("the archive is read in the same way whatever the database")
    whole = _archive(tmp_path / "whole.tar.gz", database=b"x" * 200_000)
    half = tmp_path / "half.tar.gz"
    half.write_bytes(whole.read_bytes()[:-100])
    letter = tmp_path / "letter.txt"
    letter.write_text("not an archive")
    outside = _archive(tmp_path / "outside.tar.gz", UP_outside=b"x")
    with own_database(tmp_path / "there", "tongke_there") as there:
        for path, why in (
            (whole, "is not a Tongke backup"),
            (half, "is broken"),
            (letter, "is no archive"),
            (outside, "which no backup of ours does"),
        ):
            said = run(there, [*CLI, "restore", str(path)], fails=True)
            assert why in said
            assert "Traceback" not in said
        assert not (tmp_path / "there" / "tongke.sqlite3").exists()
    assert not (tmp_path / "outside").exists()
