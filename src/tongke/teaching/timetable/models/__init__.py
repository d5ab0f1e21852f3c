"""Terms, bells, placements, demands, joint courses and lessons."""

from tongke.teaching.timetable.models.calendar import Bell, BellGrid, Holiday, Term
from tongke.teaching.timetable.models.changes import Absence, DayChange, Suspension
from tongke.teaching.timetable.models.joint import Course, CourseSlot, Demand, Listener, PlanRun
from tongke.teaching.timetable.models.lessons import Lesson, LessonClass
from tongke.teaching.timetable.models.placements import Placement
from tongke.teaching.timetable.models.plans import (
    CalendarFeed,
    GridImport,
    PlanComputation,
    PlanEdit,
    PlanEntry,
    PlanRule,
    SchoolPlan,
    TeachingTask,
)
from tongke.teaching.timetable.models.rollout import RolloutReport

__all__ = [
    "Absence",
    "Bell",
    "BellGrid",
    "CalendarFeed",
    "Course",
    "CourseSlot",
    "DayChange",
    "Demand",
    "GridImport",
    "Holiday",
    "Lesson",
    "LessonClass",
    "Listener",
    "Placement",
    "PlanComputation",
    "PlanEdit",
    "PlanEntry",
    "PlanRule",
    "PlanRun",
    "RolloutReport",
    "SchoolPlan",
    "Suspension",
    "TeachingTask",
    "Term",
]
