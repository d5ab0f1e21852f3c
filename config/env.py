"""Readers of `TONGKE_*` variables that refuse nonsense at start-up."""

import os
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str = "") -> str:
    """The value of a variable, or its default."""
    return os.environ.get(name, default).strip()


def flag(name: str, default: bool) -> bool:  # noqa: FBT001 - a variable's default is a value
    """A yes/no variable; only 1, 0, true, false, yes, no are understood."""
    raw = text(name).lower()
    if not raw:
        return default
    if raw in {"1", "true", "yes"}:
        return True
    if raw in {"0", "false", "no"}:
        return False
    message = f"{name} must be 1 or 0, not {raw!r}"
    raise ImproperlyConfigured(message)


def number(name: str, default: int, *, least: int = 0, most: int = 10**9) -> int:
    """A whole number between `least` and `most`."""
    raw = text(name)
    if not raw:
        return default
    if not raw.isdigit() or not least <= int(raw) <= most:
        message = f"{name} must be a whole number from {least} to {most}, not {raw!r}"
        raise ImproperlyConfigured(message)
    return int(raw)


def words(name: str, default: list[str]) -> list[str]:
    """A comma-separated list."""
    raw = text(name)
    return [part.strip() for part in raw.split(",") if part.strip()] if raw else default


def secret(name: str, folder: Path, *, size: int = 32) -> bytes:
    """A secret from the variable, else from a private file made on first use."""
    raw = text(name)
    if raw:
        return raw.encode()
    path = folder / name.lower()
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        # Of two processes that start at once, one makes it; the other reads what that one wrote.
        with suppress(FileExistsError):
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(os.urandom(size).hex().encode())
    for _ in range(100):
        if found := path.read_bytes():
            return found
        time.sleep(0.02)
    message = f"{path} is empty; put the secret back, or remove the file of a new installation"
    raise ImproperlyConfigured(message)


def postgres(url: str) -> dict[str, str]:
    """Django's names for the parts of a postgresql:// address."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    return {
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host", parts.hostname or ""),
        "PORT": str(parts.port or ""),
    }
