"""Writes of the item bank, and the marking of one response by its item."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import transaction

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.foundation.curriculum.models import KeyPoint
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Person
from tongke.teaching.assessment import grading
from tongke.teaching.assessment.models import Item


@dataclass(frozen=True)
class Marked:
    """What one response earned and why; `correct` is None when there was nothing to judge."""

    points: float
    correct: bool | None
    reason: str


@dataclass(frozen=True, kw_only=True)
class Content:
    """What an author writes."""

    kind: str
    stem: str
    options: tuple[str, ...]
    answer: tuple[str, ...]
    points: int
    difficulty: int
    explanation: str
    key_point: KeyPoint


def mark_item(item: Item, answer: list[str], points: int, *, partial: str) -> Marked:
    """Mark a response to an item of the bank; whatever a pupil sent, it never raises.

    Args:
        partial: the region's rule for incomplete multiple choices: none, half, share.
    """
    key = grading.key_of(item.kind, item.answer, options=len(item.options) or 4, partial=partial)
    found = grading.mark(key, answer, points)
    return Marked(float(found.points), found.correct, found.reason)


CHOICES = frozenset({Item.Kind.SINGLE, Item.Kind.MULTIPLE})


def check(content: Content) -> None:
    """Refuse an item that could not be marked.

    Raises:
        Refused: with the sentence for the author.
    """
    options = content.options if content.kind in CHOICES else ()
    if content.kind in CHOICES and len(options) < 2:
        raise Refused("选择题至少要有两个选项，每行一个。")
    if len(set(options)) < len(options):
        raise Refused("有两个选项一样，请改成不同的。")
    try:
        grading.key_of(content.kind, content.answer, options=len(options) or 4)
    except ValueError as fault:
        raise Refused(str(fault)) from fault


def _columns(content: Content) -> dict[str, Any]:
    return {
        "kind": content.kind, "stem": content.stem,
        "options": list(content.options) if content.kind in CHOICES else [],
        "answer": list(content.answer), "points": content.points,
        "difficulty": content.difficulty, "explanation": content.explanation,
        "key_point": content.key_point,
    }  # fmt: skip


@transaction.atomic
def add_item(content: Content, *, by: Actor, at: datetime) -> Item:
    """A new item, ready for use.

    Raises:
        Refused: it could not be marked; nothing is written.
    """
    check(content)
    code = f"{content.key_point.code}-{uuid4().hex[:8]}"
    item = Item.objects.create(code=code, author=by.person, created_at=at, **_columns(content))
    record("assessment.item.added", item, actor=by, at=at)
    return item


@transaction.atomic
def revise_item(item: Item, content: Content, *, by: Actor, at: datetime) -> Item:
    """Change an item; one that was used already is retired and replaced, so that marks stand.

    Raises:
        Refused: it could not be marked; nothing is written.
    """
    check(content)
    if is_used(item):
        if item.state != Item.State.RETIRED:
            retire(item, by=by, at=at)
        return add_item(content, by=by, at=at)
    Item.objects.filter(pk=item.pk).update(**_columns(content))
    item.refresh_from_db()
    record("assessment.item.revised", item, actor=by, at=at)
    return item


_USERS: list[Callable[[Item], bool]] = []


def register_use(asks: Callable[[Item], bool]) -> None:
    """Packages above say whether an item was given to pupils: ``asks(item) -> bool``."""
    if asks not in _USERS:
        _USERS.append(asks)


def is_used(item: Item) -> bool:
    """Whether pupils were given the item."""
    return any(asks(item) for asks in _USERS)


@transaction.atomic
def retire(item: Item, *, by: Actor, at: datetime) -> None:
    """Take an item out of use; homework that has it keeps it.

    Raises:
        Refused: it is out of use already.
    """
    rows = Item.objects.filter(pk=item.pk).exclude(state=Item.State.RETIRED)
    if not rows.update(state=Item.State.RETIRED):
        raise Refused("这道题已经停用。")
    item.refresh_from_db()
    record("assessment.item.retired", item, actor=by, at=at)


@transaction.atomic
def keep_items(
    lines: Sequence[Mapping[str, Any]], *, author: Person | None, by: Actor | None, at: datetime
) -> list[Item]:
    """Add items by code in bulk; known codes stay as they are, for pupils may have answered them.

    Args:
        lines: ``code``, ``key_point`` (a code), and what `Content` holds.
    """
    points = KeyPoint.objects.in_bulk([line["key_point"] for line in lines], field_name="code")
    known = set(
        Item.objects.filter(code__in=[line["code"] for line in lines]).values_list(
            "code", flat=True
        )
    )
    fresh = [
        Item(
            code=line["code"], key_point=points[line["key_point"]], kind=line["kind"],
            stem=line["stem"], answer=list(line["answer"]),
            options=list(line["options"]) if line["kind"] in CHOICES else [],
            points=line["points"], difficulty=line["difficulty"],
            explanation=line["explanation"], author=author, created_at=at,
        )
        for line in lines
        if line["code"] not in known
    ]  # fmt: skip
    made = Item.objects.bulk_create(fresh, batch_size=500)
    record("assessment.item.kept", None, actor=by, at=at, detail={"items": len(made)})
    return made
