"""Marking of objective items: single, multiple, true or false, number, blank.

Pure: no Django, no clock. `key_of` checks the author's answer once, `mark` marks any response
and never raises. Rules and worked examples: docs/algorithms/grading.md.
"""

from tongke.teaching.assessment.grading.keys import Key, Kind, Partial, key_of
from tongke.teaching.assessment.grading.marks import Mark, mark
from tongke.teaching.assessment.grading.numbers import Quantity, Unreadable, read_quantity
from tongke.teaching.assessment.grading.text import narrow, plain

__all__ = [
    "Key",
    "Kind",
    "Mark",
    "Partial",
    "Quantity",
    "Unreadable",
    "key_of",
    "mark",
    "narrow",
    "plain",
    "read_quantity",
]
