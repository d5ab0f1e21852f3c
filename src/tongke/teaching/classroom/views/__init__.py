"""Pages of the classroom: the live ones, decks, protocol, summary."""
