"""Tags of the timetable's templates."""
