"""Communities: schools and people bound together for a time.

Nouns: community (virtual school, consortium …), membership, rule item. It must never know a lesson.
"""
