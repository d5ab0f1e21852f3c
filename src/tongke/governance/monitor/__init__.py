"""Monitor: the indicator registry and what the bureau answers for.

Nouns: indicator, value, row. It reads extracts only.
"""
