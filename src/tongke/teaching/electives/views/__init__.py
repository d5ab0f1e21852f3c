"""Pages of course choice."""
