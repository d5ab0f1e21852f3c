"""Makers for tests: items of every kind for a key point."""

from typing import Any

from tongke.foundation.curriculum.models import KeyPoint
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.tests.make import NOON
from tongke.teaching.assessment import services
from tongke.teaching.assessment.models import Item

SINGLE = {"stem": "“好一朵”的“朵”唱几个音？", "options": ("1 个", "2 个", "3 个"), "answer": ("B",)}
MULTIPLE = {
    "kind": "multiple", "stem": "哪些是一字多音？", "options": ("甲", "乙", "丙", "丁"),
    "answer": ("A", "C"), "points": 4,
}  # fmt: skip
TRUE_FALSE = {"kind": "true_false", "stem": "《茉莉花》是民歌。", "options": (), "answer": ("对",)}
NUMBER = {"kind": "number", "stem": "2/4 拍一小节有几拍？", "options": (), "answer": ("2",)}
BLANK = {
    "kind": "blank", "stem": "一个字唱几个音叫……", "options": (), "answer": ("一字多音", "拖腔"),
}  # fmt: skip
EVERY_KIND = (SINGLE, MULTIPLE, TRUE_FALSE, NUMBER, BLANK)


def content(key_point: KeyPoint, **over: Any) -> services.Content:
    """A single-choice item of two points, with something else in its place where given."""
    fields: dict[str, Any] = {
        "kind": "single", "points": 2, "difficulty": 3, "explanation": "听一遍再数。",
        "key_point": key_point, **SINGLE,
    }  # fmt: skip
    return services.Content(**(fields | over))


def make_item(key_point: KeyPoint, by: Actor, **over: Any) -> Item:
    """An item in the bank, ready for use."""
    return services.add_item(content(key_point, **over), by=by, at=NOON)


def make_items(key_point: KeyPoint, by: Actor) -> list[Item]:
    """One item of every kind: single, multiple, true_false, number, blank."""
    return [make_item(key_point, by, **each) for each in EVERY_KIND]
