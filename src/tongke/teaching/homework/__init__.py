"""Homework: set, taken, marked, sent back.

Nouns: homework, submission, response.
"""
