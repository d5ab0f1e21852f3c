"""Learning: one stream of learning records, and what follows from it.

Nouns: record, mastery, overruling, recommendation. It imports no producer.
"""
