"""Writes of the timetable: calendar, placements, demands, courses, planning, lessons."""
