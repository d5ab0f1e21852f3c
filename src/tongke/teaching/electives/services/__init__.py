"""Every write of course choice."""
