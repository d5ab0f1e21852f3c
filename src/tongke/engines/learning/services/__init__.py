"""Writes of learning: records, mastery, overrulings, recommendations."""

from tongke.engines.learning.services.records import record, record_many, void

__all__ = ["record", "record_many", "void"]
