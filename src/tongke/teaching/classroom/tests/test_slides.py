"""Slides from PDF, pictures and words."""

import io
import struct
import zlib

import numpy as np
import pypdfium2
import pytest

from tongke.core.errors import Refused
from tongke.core.files import store
from tongke.teaching.classroom import pages
from tongke.teaching.classroom.models import Deck, ProtocolItem, Slide
from tongke.teaching.classroom.services import sessions, slides
from tongke.teaching.classroom.tests.make import Live, make_live

pytestmark = pytest.mark.django_db


@pytest.fixture
def live() -> Live:
    return make_live()


@pytest.fixture(autouse=True)
def _files(tmp_path, settings) -> None:
    settings.MEDIA_ROOT = tmp_path


def a_pdf(count: int = 2) -> bytes:
    """A PDF of empty pages of 16:9."""
    document = pypdfium2.PdfDocument.new()
    for _ in range(count):
        document.new_page(960, 540).close()
    body = io.BytesIO()
    document.save(body)
    document.close()
    return body.getvalue()


def a_png() -> bytes:
    return pages.png(np.full((4, 6, 3), 200, np.uint8))


def order(live: Live) -> list[str]:
    return list(Slide.objects.order_by("seq").values_list("heading", flat=True))


def test_a_pdf_becomes_one_picture_a_page_and_ticks_the_duty(live: Live) -> None:
    sessions.prepare(live.lesson, at=live.at(-2000))

    count = slides.upload(
        live.lesson, [("茉莉花.pdf", a_pdf(2)), ("图.png", a_png())], by=live.teacher,
        at=live.at(-1000),
    )  # fmt: skip

    assert count == 3
    found = Slide.objects.order_by("seq").values_list("seq", "image__mime", "image__name")
    assert next(iter(found)) == (1, "image/png", "茉莉花-1.png")
    assert Deck.objects.get().title == "《茉莉花》一字多音"
    assert ProtocolItem.objects.get(code="prepare-host-3").done_at == live.at(-1000)


def test_a_page_is_drawn_wide_enough_for_a_projector() -> None:
    picture = next(pages.render(a_pdf(1)))

    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", picture[16:24]) == (1600, 900)


def test_the_picture_holds_the_pixels_it_was_given() -> None:
    pixels = (np.arange(5 * 7 * 3, dtype=np.uint32) * 37 % 256).astype(np.uint8).reshape(5, 7, 3)

    body = pages.png(pixels)

    start = body.index(b"IDAT") + 4
    length = struct.unpack(">I", body[start - 8 : start - 4])[0]
    rows = np.frombuffer(zlib.decompress(body[start : start + length]), np.uint8).reshape(5, 22)
    assert set(rows[:, 0]) == {2}
    restored = np.cumsum(rows[:, 1:].astype(np.uint32), axis=0).astype(np.uint8)
    assert (restored.reshape(5, 7, 3) == pixels).all()


@pytest.mark.parametrize(
    ("name", "body", "why"),
    [
        ("课件.pptx", b"PK\x03\x04 not really", "另存为 PDF"),
        ("说明.txt", b"hello", "不是 PDF 或图片"),
        ("坏的.pdf", b"%PDF-1.7 broken", "打不开"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_advice(
    live: Live, name: str, body: bytes, why: str
) -> None:
    with pytest.raises(Refused, match=why):
        slides.upload(live.lesson, [(name, body)], by=live.teacher, at=live.at(-60))
    assert not Slide.objects.exists()


def test_a_deck_does_not_grow_without_end(live: Live) -> None:
    with pytest.raises(Refused, match="最多 120 页"):
        slides.upload(live.lesson, [("长.pdf", a_pdf(121))], by=live.teacher, at=live.at(-60))
    picture = store(io.BytesIO(a_png()), "图.png", by=live.teacher.account, kinds=("image",))
    slides.append_pictures(live.lesson, [picture] * 120, by=live.teacher, at=live.at(-60))
    with pytest.raises(Refused, match="先删去"):
        slides.add_text(live.lesson, "再来一页", [], by=live.teacher, at=live.at(-60))


def test_slides_of_words_are_written_changed_moved_and_removed(live: Live) -> None:
    by, at = live.teacher, live.at(-60)
    first = slides.add_text(live.lesson, "一", [" 江苏民歌 ", ""], by=by, at=at)
    second = slides.add_text(live.lesson, "二", [], by=by, at=at)
    slides.add_text(live.lesson, "三", [], by=by, at=at)
    assert first.lines == ["江苏民歌"]

    slides.write_text(second, "二改", ["新的一行"], by=by, at=at)
    slides.move(second, 1, by=by, at=at)
    assert order(live) == ["二改", "一", "三"]
    slides.move(second, 99, by=by, at=at)
    assert order(live) == ["一", "三", "二改"]
    slides.remove(first, by=by, at=at)
    assert list(Slide.objects.order_by("seq").values_list("seq", "heading")) == [
        (1, "三"), (2, "二改"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("heading", "lines", "why"),
    [("", ["  "], "没有内容"), ("长" * 61, [], "60 字"), ("好", ["行"] * 9, "8 行"),
     ("好", ["长" * 81], "80 字")],
)  # fmt: skip
def test_words_that_nobody_could_read_are_refused(
    live: Live, heading: str, lines: list[str], why: str
) -> None:
    with pytest.raises(Refused, match=why):
        slides.add_text(live.lesson, heading, lines, by=live.teacher, at=live.at(-60))


def test_a_picture_may_lose_its_words(live: Live) -> None:
    slides.upload(live.lesson, [("图.png", a_png())], by=live.teacher, at=live.at(-60))
    slide = Slide.objects.get()
    slides.write_text(slide, "曲谱", ["第一句"], by=live.teacher, at=live.at(-50))
    slides.write_text(slide, " ", [], by=live.teacher, at=live.at(-40))

    assert (slide.heading, slide.lines) == ("", [])
