"""Every write to the tables of people, one noun per module."""

from tongke.foundation.people.services.accounts import set_theme

__all__ = ["set_theme"]
