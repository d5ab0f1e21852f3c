"""Reads of the timetable: calendar, clock, grids, gaps, courses, lessons."""
