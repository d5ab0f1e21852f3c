"""Everything a teacher and a class do together."""
