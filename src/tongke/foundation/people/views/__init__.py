"""Pages of people, one noun per module."""
