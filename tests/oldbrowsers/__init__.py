"""Browser engines as old as the village schools' own, driven from a test (see README.md)."""
