"""Curriculum: what the region must teach, and in which order it is learnt.

Nouns: subject, textbook, unit, key point, prerequisite. It must never know a pupil.
"""
