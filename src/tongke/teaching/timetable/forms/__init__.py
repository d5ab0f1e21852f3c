"""Forms of the timetable."""
