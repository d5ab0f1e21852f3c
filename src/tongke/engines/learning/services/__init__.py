"""Writes of learning: records, mastery, overrulings, recommendations."""

from tongke.engines.learning.services.advice import answer, push, respond
from tongke.engines.learning.services.estimates import refresh, refresh_pupils
from tongke.engines.learning.services.overrulings import overrule, withdraw
from tongke.engines.learning.services.records import record, record_many, turns, void

__all__ = [
    "answer", "overrule", "push", "record", "record_many", "refresh", "refresh_pupils",
    "respond", "turns", "void", "withdraw",
]  # fmt: skip
