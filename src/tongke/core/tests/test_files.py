"""The file store: whole files, known kinds, served in ranges."""

import io
from pathlib import Path

import pytest
from django.test import RequestFactory
from pytest_django.fixtures import Settings as SettingsWrapper

from tongke.core.errors import Refused
from tongke.core.files import Limit, path_of, store
from tongke.core.models import StoredFile
from tongke.core.web import serve_file

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40


@pytest.fixture(autouse=True)
def _folder(settings: SettingsWrapper, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.mark.django_db
def test_the_same_bytes_are_kept_once_under_their_content() -> None:
    first = store(io.BytesIO(PNG), "a.png", by=None, kinds=["image"])
    second = store(io.BytesIO(PNG), "../../b.png", by=None, kinds=["image"])

    assert first.pk == second.pk
    assert path_of(first).read_bytes() == PNG
    assert StoredFile.objects.get().mime == "image/png"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "空的"),
        (b"<script>alert(1)</script>", "只接受图片"),
        (b"MZ" + b"\0" * 300, "只接受图片"),
        (PNG * 3, "超过"),
    ],
    ids=["empty", "html", "program", "too large"],
)
def test_what_is_refused_leaves_nothing(body: bytes, words: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=words):
        store(io.BytesIO(body), "x.png", by=None, kinds=["image"], limit=Limit(15_000))

    assert not StoredFile.objects.exists()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.django_db
def test_a_range_is_served_with_its_place() -> None:
    stored = store(io.BytesIO(PNG), "谱例.png", by=None, kinds=["image"])
    ask = RequestFactory().get

    part = serve_file(ask("/", headers={"range": "bytes=8-17"}), stored)
    assert (part.status_code, part["Content-Range"]) == (206, f"bytes 8-17/{len(PNG)}")
    assert part.content == PNG[8:18]  # type: ignore[attr-defined]

    tail = serve_file(ask("/", headers={"range": "bytes=-5"}), stored)
    assert tail.content == PNG[-5:]  # type: ignore[attr-defined]
    beyond = serve_file(ask("/", headers={"range": f"bytes={len(PNG)}-"}), stored)
    assert beyond.status_code == 416

    whole = serve_file(ask("/"), stored)
    assert b"".join(whole.streaming_content) == PNG  # type: ignore[attr-defined]
    whole.close()
    same = serve_file(ask("/", headers={"if-none-match": whole["ETag"]}), stored)
    assert same.status_code == 304
