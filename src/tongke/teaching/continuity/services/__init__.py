"""Writes of continuity, one noun per module."""
