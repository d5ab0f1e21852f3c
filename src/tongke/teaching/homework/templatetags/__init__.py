"""Template tags of homework."""
