"""Who gets which seat, by a published rule; and classes for pupils of many combinations. Pure.

Nouns: course, pupil, problem, outcome, reason; wish, plan. Verbs: allocate, promote, arrange.
The rule and the proofs of its properties are in docs/algorithms/allocation.md. No Django here.
"""

from tongke.teaching.electives.allocation.lottery import number_of, seed_of
from tongke.teaching.electives.allocation.matching import allocate
from tongke.teaching.electives.allocation.model import (
    Course,
    Outcome,
    Problem,
    Pupil,
    Reason,
    Span,
    Standing,
    meets,
)
from tongke.teaching.electives.allocation.waiting import Move, promote

__all__ = [
    "Course", "Move", "Outcome", "Problem", "Pupil", "Reason", "Span", "Standing", "allocate",
    "meets", "number_of", "promote", "seed_of",
]  # fmt: skip
