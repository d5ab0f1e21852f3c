"""Reads of the classroom: roster, live picture, presence, protocol, summary."""
