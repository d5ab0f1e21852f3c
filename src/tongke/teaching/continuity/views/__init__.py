"""Pages of continuity: a pupil's day, a class's day, emergencies, leave, teaching at home."""
