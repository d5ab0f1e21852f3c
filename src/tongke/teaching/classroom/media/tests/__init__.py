"""Tests of the media engine; those marked e2e drive real browsers."""
