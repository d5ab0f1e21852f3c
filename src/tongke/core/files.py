"""The file store: a folder of files named by their content.

Bytes are written to a temporary name, synced, then renamed: a file in the store is whole. The
type is read from the content, never from the name or from what the browser claims.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import filetype
from django.conf import settings
from django.utils import timezone

from tongke.core.errors import Refused
from tongke.core.models import StoredFile

_OFFICE = "application/vnd.openxmlformats-officedocument."
KINDS: dict[str, frozenset[str]] = {
    "image": frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"}),
    "pdf": frozenset({"application/pdf"}),
    "office": frozenset(
        {
            _OFFICE + "wordprocessingml.document",
            _OFFICE + "spreadsheetml.sheet",
            _OFFICE + "presentationml.presentation",
        }
    ),
    "audio": frozenset({"audio/mpeg", "audio/mp4", "audio/ogg", "audio/x-wav", "audio/aac"}),
    "video": frozenset({"video/mp4", "video/webm", "video/x-matroska"}),
    "zip": frozenset({"application/zip"}),
}
NAMES = {
    "image": "图片", "pdf": "PDF", "office": "Office 文档", "audio": "音频", "video": "视频",
    "zip": "ZIP 压缩包",
}  # fmt: skip


@dataclass(frozen=True)
class Limit:
    """How large one file of a use may be, in bytes."""

    most_bytes: int = 200 * 1024 * 1024


def path_of(stored: StoredFile) -> Path:
    """Where the bytes of a stored file lie."""
    return Path(settings.MEDIA_ROOT) / stored.sha256[:2] / stored.sha256[2:4] / stored.sha256


def detect(head: bytes) -> str:
    """The media type of the first bytes of a file; empty when it is none we know."""
    kind = filetype.guess(head)
    return kind.mime if kind else ""


def store(
    source: BinaryIO,
    name: str,
    *,
    by: Any,
    kinds: Iterable[str],
    limit: Limit = Limit(),
) -> StoredFile:
    """Put a file into the store; the same bytes twice give the same row.

    Raises:
        Refused: it is empty, too large, or not of an accepted kind; nothing is kept.
    """
    root = Path(settings.MEDIA_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=root, prefix="part-")
    digest, size, head = hashlib.sha256(), 0, b""
    try:
        with os.fdopen(handle, "wb") as target:
            while chunk := source.read(1024 * 1024):
                size += len(chunk)
                if size > limit.most_bytes:
                    raise Refused(f"文件超过 {limit.most_bytes // 1048576} MB,请压缩后再上传。")
                head = head or chunk[:8192]
                digest.update(chunk)
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
        mime = _accepted(head, kinds)
        return _keep(Path(temporary), digest.hexdigest(), size, mime, name, by)
    finally:
        Path(temporary).unlink(missing_ok=True)


def _accepted(head: bytes, kinds: Iterable[str]) -> str:
    if not head:
        raise Refused("文件是空的，请重新选择。")
    mime = detect(head)
    wanted = list(kinds)
    if not any(mime in KINDS[kind] for kind in wanted):
        names = "、".join(NAMES[kind] for kind in wanted)
        raise Refused(f"只接受{names}。文件内容不是这些类型，请另存后再上传。")
    return mime


def _keep(temporary: Path, sha256: str, size: int, mime: str, name: str, by: Any) -> StoredFile:
    stored, _ = StoredFile.objects.get_or_create(
        sha256=sha256,
        defaults={
            "size": size,
            "mime": mime,
            "name": Path(name.replace("\\", "/")).name[:200] or "文件",
            "created_by": by,
            "created_at": timezone.now(),
        },
    )
    final = path_of(stored)
    final.parent.mkdir(parents=True, exist_ok=True)
    temporary.replace(final)
    return stored
