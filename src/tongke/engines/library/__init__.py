"""Library: resources that explain a key point.

Nouns: resource. It must never know a homework.
"""
