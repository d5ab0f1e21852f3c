"""The demo region for tests that need all of it: loaded once, shared by workers, kept by content.

A folder as `./run` makes it: database, keys, lake. Its name holds a checksum of everything that
can change what is loaded, and the day, because the demo is told relative to today.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

from django.utils import timezone

ROOT = Path(__file__).resolve().parent.parent
_TIMEOUT_SECONDS = 900
_CONTENT = (
    "demo/*.*", "profiles/demo.toml", "src/tongke/**/*.py", "src/tongke/**/*.csv",
    "config/settings.py",
)  # fmt: skip


def checksum() -> str:
    """Sixteen letters that change with anything the loaded region depends on."""
    total = hashlib.sha256()
    for pattern in _CONTENT:
        for path in sorted(ROOT.glob(pattern)):
            if "tests" not in path.parts[len(ROOT.parts) :]:
                total.update(str(path.relative_to(ROOT)).encode())
                total.update(path.read_bytes())
    return total.hexdigest()[:16]


def demo_folder(today: date | None = None) -> Path:
    """The folder of the loaded demo region; loads it when nobody has yet. Never write into it."""
    day = today or timezone.localdate()
    cache = Path(tempfile.gettempdir()) / f"tongke-test-{os.getuid()}"
    cache.mkdir(parents=True, exist_ok=True)
    folder = cache / f"demo-{checksum()}-{day}"
    with (cache / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            _forget_old(cache, keep=f"-{day}")
            _load(folder, day)
    return folder


def demo_database(today: date | None = None) -> Path:
    """The database file of `demo_folder`. Sealed columns need the keys that lie beside it."""
    return demo_folder(today) / "tongke.sqlite3"


def put_demo(var: Path, today: date | None = None) -> None:
    """A private copy of the loaded region with its keys: a `TONGKE_VAR` to serve and to change."""
    shutil.copytree(demo_folder(today), var, dirs_exist_ok=True)


def _load(folder: Path, day: date) -> None:
    making = folder.with_suffix(".making")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir()
    code = (
        "import sys; from config import cli; import django; django.setup(); "
        "from django.core.management import call_command; from datetime import date; "
        "call_command('migrate', verbosity=0); from demo.load import load; "
        "told = load(print, date.fromisoformat(sys.argv[1])); "
        "from pathlib import Path; Path(sys.argv[2]).write_text(told); "
        "from django.db import connection; "
        "connection.cursor().execute('PRAGMA wal_checkpoint(TRUNCATE)'); connection.close()"
    )
    drop = {"TONGKE_DATABASE", "TONGKE_FIELD_KEY", "TONGKE_BLIND_KEY", "TONGKE_SECRET_KEY"}
    kept = {key: value for key, value in os.environ.items() if key not in drop}
    env = {
        **kept, "TONGKE_VAR": str(making), "TONGKE_DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "config.settings", "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}",
    }  # fmt: skip
    command = [sys.executable, "-c", code, day.isoformat(), str(making / "loaded.txt")]
    subprocess.run(command, cwd=ROOT, env=env, check=True, timeout=_TIMEOUT_SECONDS)
    making.rename(folder)


def _forget_old(cache: Path, keep: str) -> None:
    """Yesterday's regions are of no use to anybody; other contents of today may be in use."""
    for old in cache.glob("demo-*-*"):
        if old.is_dir() and not old.name.endswith(keep):
            shutil.rmtree(old, ignore_errors=True)
