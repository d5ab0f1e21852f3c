"""Writes of homework, one noun per module."""
