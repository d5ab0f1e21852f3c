"""Template tags and filters of the user interface."""
