"""Doors to people and to other systems."""
