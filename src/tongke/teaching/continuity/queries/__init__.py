"""Reads of continuity, one noun per module."""
