"""Reads of people for pages and other packages, one noun per module."""

from tongke.foundation.people.queries.consents import consenting, has_consent

__all__ = ["consenting", "has_consent"]
