"""Uploads between dry run and commit: sealed, in a folder of their own, and soon gone.

They are not put into the file store: that keeps files for ever and in clear, and a roster is full
of identity numbers.
"""

import base64
import os
import secrets
import tempfile
from datetime import datetime
from pathlib import Path

from django.conf import settings

from tongke.core.sealing import seal, unseal


def _folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "imports"


def keep(data: bytes) -> str:
    """Put an upload away; returns the token that finds it again."""
    folder, token = _folder(), secrets.token_hex(16)
    folder.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=folder, prefix="part-")
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(seal(base64.b64encode(data).decode()))
    Path(temporary).replace(folder / token)
    return token


def load(token: str) -> bytes | None:
    """The upload, or None when it is gone."""
    try:
        text = (_folder() / token).read_text(encoding="ascii")
    except (FileNotFoundError, IsADirectoryError):
        return None
    return base64.b64decode(unseal(text))


def drop(token: str) -> None:
    """Forget an upload; nothing happens when it is gone already."""
    if token:
        (_folder() / token).unlink(missing_ok=True)


def sweep(before: datetime) -> int:
    """Forget everything put away before this moment; returns how many."""
    if not _folder().exists():
        return 0
    old = [each for each in _folder().iterdir() if each.stat().st_mtime < before.timestamp()]
    for each in old:
        each.unlink(missing_ok=True)
    return len(old)
