"""The access matrix: a story to ask about, and who may ask for what."""
