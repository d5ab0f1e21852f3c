"""Slides: pictures, pages of a PDF, or a heading with lines that every screen draws sharply."""

import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import PurePath

from django.db import transaction
from django.db.models import F, Max

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.core.files import Limit, detect, store
from tongke.core.models import StoredFile
from tongke.foundation.people.actors import Actor
from tongke.teaching.classroom import pages
from tongke.teaching.classroom.models import Deck, Slide
from tongke.teaching.classroom.news import Topic, tell
from tongke.teaching.classroom.services.protocol import tick_event
from tongke.teaching.timetable.models import Lesson

MOST_SLIDES = 120
MOST_LINES = 8
_MOST = Limit(60 * 1024 * 1024)
_OFFICE = (".ppt", ".pptx", ".dps", ".key", ".odp")


def pictures_of(name: str, body: bytes) -> list[tuple[str, bytes]]:
    """An uploaded file as pictures: itself, or each page of a PDF as PNG. Slow: no transaction.

    Raises:
        Refused: it is neither, broken, or has too many pages.
    """
    kind = detect(body[:8192])
    if kind.startswith("image/"):
        return [(name, body)]
    if kind == "application/pdf":
        return _pages(name, body)
    if PurePath(name.lower()).suffix in _OFFICE:
        raise Refused(f"“{name}”是演示文稿，请在软件里“另存为 PDF”后再上传。")
    raise Refused(f"“{name}”不是 PDF 或图片，请另存为 PDF 再上传。")


def _pages(name: str, body: bytes) -> list[tuple[str, bytes]]:
    try:
        number = pages.count(body)
        if number > MOST_SLIDES:
            raise Refused(f"“{name}”有 {number} 页，最多 {MOST_SLIDES} 页。")
        stem = PurePath(name).stem
        drawn = enumerate(pages.render(body), 1)
        return [(f"{stem}-{page}.png", picture) for page, picture in drawn]
    except pages.Unreadable as broken:
        raise Refused(f"“{name}”打不开，可能已损坏或有密码，请重新另存为 PDF。") from broken


def new_deck(lesson: Lesson, *, by: Actor, at: datetime) -> Deck:
    """The deck of a lesson, made empty on first use."""
    deck, _ = Deck.objects.get_or_create(
        lesson=lesson,
        defaults={
            "title": lesson.title or str(lesson.course), "uploaded_by": by.person,
            "updated_at": at,
        },
    )  # fmt: skip
    return deck


def upload(lesson: Lesson, files: Sequence[tuple[str, bytes]], *, by: Actor, at: datetime) -> int:
    """Append the pages of PDF files and pictures to the deck; returns how many.

    Files are read and kept outside the transaction.

    Raises:
        Refused: a file is not acceptable, or the deck grows too long; nothing is added.
    """
    pictures = [picture for name, body in files for picture in pictures_of(name, body)]
    stored = [
        store(io.BytesIO(body), name, by=by.account, kinds=("image",), limit=_MOST)
        for name, body in pictures
    ]
    return append_pictures(lesson, stored, by=by, at=at)


@transaction.atomic
def append_pictures(
    lesson: Lesson, stored: Iterable[StoredFile], *, by: Actor, at: datetime
) -> int:
    """Append stored pictures to the deck as slides, in order.

    Raises:
        Refused: the deck grows too long.
    """
    deck = new_deck(lesson, by=by, at=at)
    pictures, last = list(stored), _last(deck)
    _room_for(deck, len(pictures))
    Slide.objects.bulk_create(
        Slide(deck=deck, seq=last + offset, image=image) for offset, image in enumerate(pictures, 1)
    )
    _changed(deck, by=by, at=at, what="pictures")
    return len(pictures)


@transaction.atomic
def add_text(
    lesson: Lesson, heading: str, lines: Sequence[str], *, by: Actor, at: datetime
) -> Slide:
    """Append a slide of text.

    Raises:
        Refused: it is empty or too long, or the deck is full.
    """
    heading, tidy = _checked(heading, lines)
    deck = new_deck(lesson, by=by, at=at)
    _room_for(deck, 1)
    slide = Slide.objects.create(deck=deck, seq=_last(deck) + 1, heading=heading, lines=tidy)
    _changed(deck, by=by, at=at, what="text")
    return slide


@transaction.atomic
def write_text(
    slide: Slide, heading: str, lines: Sequence[str], *, by: Actor, at: datetime
) -> None:
    """Change the text of a slide; a picture may have a heading and lines below it, too.

    Raises:
        Refused: it is empty or too long.
    """
    if slide.image_id and not heading.strip() and not any(line.strip() for line in lines):
        tidy: list[str] = []
        heading = ""
    else:
        heading, tidy = _checked(heading, lines)
    Slide.objects.filter(pk=slide.pk).update(heading=heading, lines=tidy)
    slide.refresh_from_db()
    _changed(slide.deck, by=by, at=at, what="text")


@transaction.atomic
def move(slide: Slide, to: int, *, by: Actor, at: datetime) -> None:
    """Put a slide at position `to` (1 is the first); the others close up."""
    deck = slide.deck
    order = list(deck.slides.order_by("seq").values_list("pk", flat=True))
    order.remove(slide.pk)
    order.insert(min(max(to, 1), len(order) + 1) - 1, slide.pk)
    _number(deck, order)
    _changed(deck, by=by, at=at, what="order")


@transaction.atomic
def remove(slide: Slide, *, by: Actor, at: datetime) -> None:
    """Take a slide out; the others close up."""
    deck = slide.deck
    slide.delete()
    _number(deck, list(deck.slides.order_by("seq").values_list("pk", flat=True)))
    _changed(deck, by=by, at=at, what="removed")


def _number(deck: Deck, order: list[int]) -> None:
    """Number slides in the given order, by way of numbers that no slide has."""
    deck.slides.update(seq=F("seq") + 10_000)
    for seq, pk in enumerate(order, 1):
        deck.slides.filter(pk=pk).update(seq=seq)


def _last(deck: Deck) -> int:
    return deck.slides.aggregate(last=Max("seq"))["last"] or 0


def _room_for(deck: Deck, count: int) -> None:
    if deck.slides.count() + count > MOST_SLIDES:
        raise Refused(f"一份课件最多 {MOST_SLIDES} 页，请先删去一些。")


def _checked(heading: str, lines: Sequence[str]) -> tuple[str, list[str]]:
    heading, tidy = heading.strip(), [line.strip() for line in lines if line.strip()]
    if not heading and not tidy:
        raise Refused("这一页还没有内容。")
    if len(heading) > 60:
        raise Refused("标题最多 60 字。")
    if len(tidy) > MOST_LINES or any(len(line) > 80 for line in tidy):
        raise Refused(f"正文最多 {MOST_LINES} 行，每行最多 80 字，坐在后排才看得清。")
    return heading, tidy


def _changed(deck: Deck, *, by: Actor, at: datetime, what: str) -> None:
    Deck.objects.filter(pk=deck.pk).update(updated_at=at, uploaded_by=by.person)
    record("classroom.deck.changed", deck, actor=by, at=at, detail={"what": what})
    tick_event(deck.lesson, "deck_ready", by=by.person, at=at)
    tell(deck.lesson_id, Topic.DECK)
