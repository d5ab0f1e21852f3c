"""Timetable: from a gap in the plan to the lessons of the term.

Nouns: term, bell grid, placement, demand, course, slot, lesson.
It must never know what happens in the room.
"""
