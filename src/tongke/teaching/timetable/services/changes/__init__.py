"""Writes of day-to-day changes: absences, substitutes and swaps, suspended days, taking back."""
