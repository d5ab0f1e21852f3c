"""Assessment: the item bank and objective marking.

Nouns: item. It must never know a class.
"""
