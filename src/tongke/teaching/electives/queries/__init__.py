"""Reads of course choice."""
