"""Template tags of the monitor."""
