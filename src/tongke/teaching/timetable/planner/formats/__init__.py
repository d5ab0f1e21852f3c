"""Files of other timetablers: FET's `.fet`, and `.ectt` of the curriculum-based competition."""

from tongke.teaching.timetable.planner.formats import ectt, fet
from tongke.teaching.timetable.planner.formats.errors import BadFile

__all__ = ["BadFile", "ectt", "fet"]
