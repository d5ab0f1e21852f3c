"""Campus: rooms and what stands in them.

Nouns: room, capability. It must never know a lesson.
"""
