"""Tongke 同课: one platform on which an education region runs its lessons."""
